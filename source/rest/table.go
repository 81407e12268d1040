package rest

import (
	"errors"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// table turns records into batches of the columns asked for. It is read only; calls at the same time are safe.
type table struct {
	task    *task
	schema  *arrow.Schema
	columns []*column
	checks  []check
	seen    *visibility
}

func newTable(t *task, a *asked, seen *visibility) (*table, error) {
	columns, err := t.object.pick(t.want.Columns)
	if err != nil {
		return nil, err
	}
	return &table{task: t, schema: schemaOf(columns), columns: columns, checks: a.checks, seen: seen}, nil
}

// pick returns columns by name; 42703 for one that the object does not have.
func (o *object) pick(names []string) ([]*column, error) {
	var out []*column
	for _, name := range names {
		c := o.column(name)
		if c == nil {
			return nil, pgerr.New(pgerr.UndefinedColumn, "the object %s has no column %q", o.name, name)
		}
		out = append(out, c)
	}
	return out, nil
}

func schemaOf(columns []*column) *arrow.Schema {
	fields := make([]arrow.Field, len(columns))
	for i, c := range columns {
		fields[i] = arrow.Field{Name: c.name, Type: plan.ArrowType(c.typ), Nullable: true}
	}
	return arrow.NewSchema(fields, nil)
}

// plain reports whether every record of an answer is a row of the result.
func (b *table) plain() bool {
	return len(b.checks) == 0 && b.seen == nil && b.task.object.explode == nil
}

// needs is what must be asked for so that every column that is read comes.
func (b *table) needs() []need {
	o := b.task.object
	out := append([]need(nil), o.needs...)
	for _, c := range b.columns {
		out = append(out, c.needs...)
	}
	for _, k := range b.checks {
		out = append(out, k.column.needs...)
	}
	if b.seen != nil && o.access != nil {
		out = append(out, o.access.needs...)
	}
	return out
}

// page is the rows of one page while it comes.
type page struct {
	table   *table
	bound   map[string]string
	builder *array.RecordBuilder
	rows    int64
}

// begin drops what has come.
func (p *page) begin() {
	if p.builder != nil {
		p.builder.Release()
	}
	p.builder, p.rows = nil, 0
}

// add adds the rows of a record.
func (p *page) add(record any) error {
	b := p.table
	o := b.task.object
	if err := b.object(record); err != nil {
		return err
	}
	if b.seen != nil && o.access != nil && !b.seen.sees(o.access, record) {
		return nil
	}
	if p.builder == nil {
		p.builder = array.NewRecordBuilder(memory.DefaultAllocator, b.schema)
	}
	s := scope{row: record, record: record, bound: p.bound}
	if o.explode == nil {
		return p.row(s)
	}
	items := o.explode.first(record)
	list, ok := items.([]any)
	if !ok && items != nil {
		return b.mismatch("what holds "+o.name, "is no array")
	}
	for _, item := range list {
		if err := b.object(item); err != nil {
			return err
		}
		s.row = item
		if err := p.row(s); err != nil {
			return err
		}
	}
	return nil
}

func (p *page) row(s scope) error {
	n, err := p.table.row(p.builder, s)
	p.rows += n
	return err
}

// batch returns the rows that have come, which are the caller's; nil when there are none.
func (p *page) batch() arrow.RecordBatch {
	defer p.begin()
	switch {
	case p.rows == 0:
		return nil
	case len(p.table.columns) == 0:
		return array.NewRecordBatch(p.table.schema, nil, p.rows)
	}
	return p.builder.NewRecordBatch()
}

// object refuses a record that is no object.
func (b *table) object(record any) error {
	if _, ok := record.(map[string]any); !ok {
		return b.mismatch("a record of "+b.task.object.name, "is no object")
	}
	return nil
}

func (b *table) row(builder *array.RecordBuilder, s scope) (int64, error) {
	for i := range b.checks {
		k := &b.checks[i]
		v, err := b.read(k.column, s)
		if err != nil {
			return 0, err
		}
		if !k.passes(v) {
			return 0, nil
		}
	}
	for i, c := range b.columns {
		v, err := b.read(c, s)
		if err != nil {
			return 0, err
		}
		if err := plan.AppendArrow(builder.Field(i), c.typ, v); err != nil {
			return 0, b.named(c, err)
		}
	}
	return 1, nil
}

func (b *table) read(c *column, s scope) (datum.Value, error) {
	v, err := c.read(s)
	switch {
	case errors.Is(err, errKind):
		return nil, b.mismatch("column "+c.name+" of "+b.task.object.name, "is declared "+plan.TypeName(c.typ)+", but a value is not")
	case err != nil:
		return nil, b.named(c, err)
	case v == nil && c.required:
		return nil, b.mismatch("column "+c.name+" of "+b.task.object.name, "is declared never to be null, but a value is")
	}
	return v, nil
}

// mismatch is 42804: the system's answer contradicts the definition. It holds no value.
func (b *table) mismatch(what, how string) error {
	return pgerr.New(pgerr.DatatypeMismatch, "%s at the source %s %s", what, b.task.conn.system.config.Name, how).
		WithHint("the definition %s must say what the source answers", b.task.definition().Name)
}

// named adds the column to an error of one of its values.
func (b *table) named(c *column, err error) error {
	e := pgerr.From(err)
	return e.WithDetail("column %s of %s at the source %s", c.name, b.task.object.name, b.task.conn.system.config.Name)
}
