// Package sourcetest is the conformance suite of connectors: it proves on live data that what a source declares is true. A
// filter that is declared exact returns the rows that PostgreSQL's comparison keeps and no other; one that is declared a
// superset returns these at least; a limit, a choice of columns and an empty request do what they say.
package sourcetest

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
)

// Suite is a source to be proved. Its data must not change meanwhile.
type Suite struct {
	Source  source.Source
	Open    func(t *testing.T) source.Conn
	Objects []string // nil: all that the source declares
	Rounds  int      // random requests for each sink and each pair of sinks; 0 is 8
	Seed    uint64
}

// Run proves each object of a suite in a subtest.
func Run(t *testing.T, s Suite) {
	for _, name := range s.objects() {
		t.Run(name, func(t *testing.T) {
			if err := Check(t.Context(), s, s.Open(t), name); err != nil {
				t.Error(err)
			}
		})
	}
}

func (s Suite) objects() []string {
	if s.Objects != nil {
		return s.Objects
	}
	return slices.Sorted(maps.Keys(s.Source.Capabilities().Objects))
}

// Check proves one object over a connection and returns the first thing that is not as declared.
func Check(ctx context.Context, s Suite, c source.Conn, object string) error {
	if s.Rounds == 0 {
		s.Rounds = 8
	}
	p := &proof{ctx: ctx, suite: s, name: object, object: s.Source.Capabilities().Objects[object], conn: c, rand: rand.New(rand.NewPCG(s.Seed, 1))}
	p.all()
	return p.err
}

// proof is the suite over one object.
type proof struct {
	ctx    context.Context
	suite  Suite
	name   string
	object dialect.Object
	conn   source.Conn
	rand   *rand.Rand
	schema source.Schema
	whole  *data // all rows and columns
	err    error // the first that was found
}

func (p *proof) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
}

func (p *proof) all() {
	p.schema, p.err = p.conn.Describe(p.ctx, p.name)
	if p.err != nil {
		return
	}
	p.whole = p.must(dialect.Calls{Object: p.name, Columns: p.columns(), Limit: -1})
	if len(p.whole.rows) == 0 {
		p.fail("the object has no rows: nothing can be proved on it")
		return
	}
	p.notNull()
	p.projection()
	p.nothing()
	p.limits()
	for i := range p.object.Sinks {
		p.filter(&p.object.Sinks[i])
	}
	for range p.suite.Rounds * min(len(p.object.Sinks), 4) {
		p.pair()
	}
}

func (p *proof) columns() []string {
	names := make([]string, len(p.schema.Columns))
	for i, c := range p.schema.Columns {
		names[i] = c.Name
	}
	return names
}

// notNull proves the columns that are declared never to be null.
func (p *proof) notNull() {
	for i, c := range p.schema.Columns {
		for _, row := range p.whole.rows {
			if c.NotNull && row[i] == nil {
				p.fail("column %s is declared NOT NULL and has a NULL", c.Name)
			}
		}
	}
}

// projection proves that each column alone, and some in another order, are the same rows.
func (p *proof) projection() {
	all := len(p.schema.Columns)
	for i := range all {
		p.project([]int{i})
	}
	for range p.suite.Rounds {
		p.project(p.rand.Perm(all)[:p.rand.IntN(all+1)])
	}
}

func (p *proof) project(order []int) {
	var names []string
	for _, i := range order {
		names = append(names, p.schema.Columns[i].Name)
	}
	got := p.must(dialect.Calls{Object: p.name, Columns: names, Limit: -1})
	p.same("columns "+fmt.Sprint(names), got.bag(p.schemaOf(order)), p.whole.pick(order).bag(p.schemaOf(order)))
}

func (p *proof) schemaOf(order []int) []source.Column {
	out := make([]source.Column, len(order))
	for i, c := range order {
		out[i] = p.schema.Columns[c]
	}
	return out
}

// nothing proves that an empty request and a limit of no rows ask nothing.
func (p *proof) nothing() {
	for _, calls := range []dialect.Calls{
		{Object: p.name, Columns: p.columns(), Limit: -1, Empty: true}, {Object: p.name, Columns: p.columns(), Limit: 0},
	} {
		got := p.must(calls)
		if len(got.rows) != 0 || len(got.report.Requests) != 0 {
			p.fail("an empty request gave %d rows in %d requests", len(got.rows), len(got.report.Requests))
		}
	}
}

// limits proves that a limit gives just that many of the rows.
func (p *proof) limits() {
	if !p.object.Limit {
		return
	}
	all := len(p.whole.rows)
	for _, n := range []int{1, 1 + p.rand.IntN(all), all, all + 1} {
		got := p.must(dialect.Calls{Object: p.name, Columns: p.columns(), Limit: int64(n)})
		if want := min(n, all); len(got.rows) != want {
			p.fail("limit %d gave %d rows, not %d", n, len(got.rows), want)
		}
		p.within("limit", got.bag(p.schema.Columns), p.whole.bag(p.schema.Columns))
	}
}

// filter proves one sink with values of the data and others. A sink of a column that has values must have kept a row once.
func (p *proof) filter(s *dialect.Sink) {
	kept, some := 0, false
	for range p.suite.Rounds {
		t := p.term(s)
		kept += p.prove(t)
		some = t.column >= 0 && len(p.values(t.column)) > 0
	}
	if kept == 0 && p.err == nil && some {
		p.fail("the filters %s kept no row: nothing is proved of them", s.Name)
	}
}

// pair proves two sinks together.
func (p *proof) pair() {
	if len(p.object.Sinks) < 2 {
		return
	}
	i := p.rand.IntN(len(p.object.Sinks))
	j := p.rand.IntN(len(p.object.Sinks) - 1)
	if j >= i {
		j++
	}
	p.prove(p.term(&p.object.Sinks[i]), p.term(&p.object.Sinks[j]))
}

// prove compares a filtered read with the same filter over all rows, and returns how many these are.
func (p *proof) prove(terms ...term) int {
	calls := dialect.Calls{Object: p.name, Columns: p.columns(), Limit: -1}
	exact := true
	for _, t := range terms {
		calls.Sinks = append(calls.Sinks, dialect.SinkValue{Sink: t.sink.Name, Values: t.texts})
		exact = exact && t.sink.Support == plan.Exact
	}
	got := p.must(calls)
	want := &data{}
	for _, row := range p.whole.rows {
		if !slices.ContainsFunc(terms, func(t term) bool { return !t.keeps(row) }) {
			want.rows = append(want.rows, row)
		}
	}
	what := fmt.Sprint(calls.Sinks)
	if exact {
		p.same(what, got.bag(p.schema.Columns), want.bag(p.schema.Columns))
		return len(want.rows)
	}
	p.within(what, want.bag(p.schema.Columns), got.bag(p.schema.Columns))
	p.within(what, got.bag(p.schema.Columns), p.whole.bag(p.schema.Columns))
	return len(want.rows)
}

// must reads a request to its end; after a failure it reads nothing more.
func (p *proof) must(calls dialect.Calls) *data {
	if p.err != nil {
		return &data{}
	}
	d, err := read(p.ctx, p.conn, calls, p.schema)
	if err != nil {
		p.fail("%v: %w", calls, err)
		return &data{}
	}
	return d
}

func (p *proof) same(what string, got, want bag) {
	p.within(what+": too many rows", got, want)
	p.within(what+": rows are missing", want, got)
}

// within fails when part holds a row more often than whole.
func (p *proof) within(what string, part, whole bag) {
	for row, n := range part {
		if n > whole[row] {
			p.fail("%s: %s is there %d times, not %d", what, row, n, whole[row])
			return
		}
	}
}

// read reads a request's rows as datums.
func read(ctx context.Context, c source.Conn, calls dialect.Calls, schema source.Schema) (*data, error) {
	types := map[string]plan.Type{}
	for _, col := range schema.Columns {
		types[col.Name] = col.Type
	}
	rows, err := c.Run(ctx, calls)
	if err != nil {
		return nil, err
	}
	defer rows.Release()
	d := &data{}
	for rows.Next() {
		if err := d.add(rows.RecordBatch(), calls.Columns, types); err != nil {
			return nil, err
		}
	}
	d.report = rows.Report()
	if rows.Err() == nil && d.report.Rows != int64(len(d.rows)) {
		return nil, fmt.Errorf("the report says %d rows, not %d", d.report.Rows, len(d.rows))
	}
	return d, rows.Err()
}
