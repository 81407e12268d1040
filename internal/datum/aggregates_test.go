package datum

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// TestAggregatesDifferential computes every implemented aggregate over drawn groups here and on PostgreSQL 17.
func TestAggregatesDifferential(t *testing.T) {
	ctx := t.Context()
	_, conn := oracle.Connected(t, "timezone="+testZone)
	env := testEnv(t)
	g := &generator{rand.New(rand.NewPCG(*seed, 3))}
	var procs []*pgcat.Proc
	for oid := range aggregates() {
		p, _ := pgcat.ProcByOID(oid)
		procs = append(procs, p)
	}
	sort.Slice(procs, func(i, k int) bool { return procs[i].OID < procs[k].OID })
	calls, refused := 0, 0
	for _, p := range procs {
		if len(p.Args) == 0 || *only != "" && !strings.Contains(p.Signature(), *only) {
			continue
		}
		for range *rounds {
			c := g.group(p)
			var e example
			e.answered(ctx, conn, c.sql())
			if e.Code == "42883" || e.Code == "42725" {
				continue
			}
			calls++
			got := c.compute(env)
			if got.Code == pgerr.FeatureNotSupported && e.Code != got.Code {
				refused++
				continue
			}
			e.Func = p.Signature()
			if !e.matches(got) {
				t.Errorf("%s\n\t got %s\n\twant %s", c.sql(), cut(got.text()), cut(e.text()))
				break
			}
		}
	}
	t.Logf("%d aggregates implemented, %d groups compared, %d refused here", len(procs), calls, refused)
}

// groupCall is an aggregate over rows of arguments in text form.
type groupCall struct {
	proc  *pgcat.Proc
	types []string
	rows  [][]*string
}

func (g *generator) group(p *pgcat.Proc) groupCall {
	var c groupCall
	c.proc = p
	n := g.r.IntN(6)
	for i := range max(n, 1) {
		e, _ := g.draw(p)
		if i == 0 {
			c.types = e.Types
		} else {
			for k, typ := range c.types {
				if e.Types[k] != typ {
					e.Args[k] = &interesting[typ][g.r.IntN(len(interesting[typ]))]
				}
			}
		}
		if strings.HasPrefix(p.Name, "percentile") {
			e.Args[0] = &[]string{"0", "0.25", "0.5", "0.9", "1", "2"}[g.r.IntN(6)]
			if strings.HasPrefix(c.types[0], "_") {
				e.Args[0] = &[]string{"{0,0.5}", "{0.25,NULL,1}"}[g.r.IntN(2)]
			}
			if i > 0 {
				e.Args[0] = c.rows[0][0]
			}
		}
		if n > 0 {
			c.rows = append(c.rows, e.Args)
		}
	}
	return c
}

func (c *groupCall) ordered() bool {
	a, _ := pgcat.AggregateByProc(c.proc.OID)
	return a.Kind != 'n'
}

func (c *groupCall) sql() string {
	var rows []string
	for _, r := range c.rows {
		var cells []string
		for i, v := range r {
			cell := "NULL"
			if v != nil {
				cell = "E'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(*v) + "'"
			}
			cells = append(cells, cell+"::"+sqlType(c.types[i]))
		}
		rows = append(rows, "("+strings.Join(cells, ", ")+")")
	}
	var names, defaults []string
	for i, typ := range c.types {
		names = append(names, fmt.Sprintf("c%d", i))
		defaults = append(defaults, "NULL::"+sqlType(typ))
	}
	from := fmt.Sprintf("(SELECT %s WHERE false) v(%s)", strings.Join(defaults, ", "), strings.Join(names, ", "))
	if len(rows) > 0 {
		from = fmt.Sprintf("(VALUES %s) v(%s)", strings.Join(rows, ", "), strings.Join(names, ", "))
	}
	call := strings.Join(names, ", ")
	if c.ordered() {
		direct := ""
		if len(names) == 2 && len(c.rows) > 0 {
			direct = "'" + *c.rows[0][0] + "'::" + sqlType(c.types[0])
		} else if len(names) == 2 {
			direct = "NULL::" + sqlType(c.types[0])
		}
		return fmt.Sprintf("SELECT pg_catalog.%s(%s) WITHIN GROUP (ORDER BY %s) FROM %s", c.proc.Name, direct, names[len(names)-1], from)
	}
	return fmt.Sprintf("SELECT pg_catalog.%s(%s) FROM %s", c.proc.Name, call, from)
}

func (c *groupCall) compute(env *Env) (out *example) {
	out = &example{}
	f := Func{Proc: c.proc.OID, Mod: -1}
	for _, typ := range c.types {
		t, _ := pgcat.TypesByName(typ)
		f.Args = append(f.Args, t.OID)
	}
	f.Result = polymorphic(c.proc, f.Args)
	if f.Result == pgcat.AnyArray { // of the argument's type
		t, _ := pgcat.TypeByOID(f.Args[0])
		f.Result = t.Array
	}
	defer func() {
		if r := recover(); r != nil {
			out.Code, out.Msg = "PANIC", fmt.Sprint(r)
		}
	}()
	var rows [][]Value
	for _, r := range c.rows {
		row := make([]Value, len(r))
		for i, s := range r {
			if s == nil {
				continue
			}
			v, err := In(f.Args[i], -1, *s, env)
			if err != nil {
				pe := pgerr.From(err)
				out.Code, out.Msg = pe.Code, pe.Message
				return out
			}
			row[i] = v
		}
		rows = append(rows, row)
	}
	if last := len(c.types) - 1; c.ordered() {
		sort.SliceStable(rows, func(i, k int) bool {
			a, b := rows[i][last], rows[k][last]
			return a != nil && (b == nil || Compare(f.Args[last], a, b) < 0)
		})
	}
	v, err := AggCall(f, rows, env)
	if err != nil {
		pe := pgerr.From(err)
		out.Code, out.Msg = pe.Code, pe.Message
		return out
	}
	if v != nil {
		s := string(AppendText(nil, f.Result, v, env))
		out.Want = &s
	}
	return out
}
