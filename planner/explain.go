package planner

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/planner/rules"
	"github.com/waggle-sql/waggle/source"
)

// String names a path as EXPLAIN and the audit log do. Workspace is a form of local.
func (p Path) String() string {
	return [...]string{"local", "local", "direct", "extract", "federate"}[p]
}

func pathReason(p Path) string {
	return [...]string{
		"computed in the proxy, no source is asked",
		"computed in a worker, no person's source is asked",
		"one request answers everything",
		"one source is asked, the rest is computed in an ephemeral workspace",
		"several sources are asked in parallel and joined in an ephemeral workspace",
	}[p]
}

// Explain prints a Prepared for people, see Explanation.
func Explain(p *Prepared, sources map[string]source.Capabilities, verbose bool) []string {
	return Describe(p, sources, verbose).Text()
}

// Describe explains a Prepared: the path, the remainder's tree, and for each fragment its request, what was pushed, which keys
// restrict it, and what was not pushed and why. verbose adds what is read of each entity.
func Describe(p *Prepared, sources map[string]source.Capabilities, verbose bool) *Explanation {
	e := explainer{p: p, sources: within(sources, p.Input.Settings)}
	out := &Explanation{Path: p.Path.String(), About: pathReason(p.Path)}
	if p.Remainder != nil {
		out.Here = visible(plan.Format(p.Remainder))
	}
	for _, f := range p.Fragments {
		out.Fragments = append(out.Fragments, e.fragment(f))
	}
	if verbose {
		for _, u := range p.Entities {
			out.Reads = append(out.Reads, EntityFacts{Entity: u.Name, Columns: u.Columns, DecidedBy: u.FilterColumns})
		}
	}
	return out
}

type explainer struct {
	p       *Prepared
	sources map[string]source.Capabilities
}

// visible is the remainder's lines; what a fragment holds is shown with the fragment.
func visible(text string) []string {
	var out []string
	hidden := -1
	for _, l := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		depth := len(l) - len(strings.TrimLeft(l, " "))
		if hidden >= 0 && depth > hidden {
			continue
		}
		hidden = -1
		if strings.HasPrefix(l[depth:], "remote ") {
			hidden = depth
		}
		out = append(out, l)
	}
	return out
}

func (e *explainer) fragment(f Fragment) FragmentFacts {
	c := e.sources[f.Connection]
	out := FragmentFacts{ID: f.ID, Entity: f.Table.Schema + "." + f.Table.Name, Source: f.Connection, Request: c.Objects[f.Object].Request,
		Keys: e.keys(f), Stays: e.stays(f)}
	if sql, ok := c.SQL(); ok {
		out.SQL = sql.Template(f.Plan, false)
		return out
	}
	scan := scanOf(f.Plan)
	out.Columns = columnNames(scan)
	out.Pushed = pushed(f.Plan, scan, c.Objects[f.Object])
	if c.Org {
		out.Credential = "the organisation's, filtered by your permission profile"
	}
	return out
}

// pushed names what a REST source's request says.
func pushed(n plan.Node, scan *plan.Scan, object dialect.Object) []string {
	var out []string
	if l, ok := n.(*plan.Limit); ok {
		out = append(out, "limit "+plan.FormatExpr(l.Count))
		n = l.Input
	}
	if flt, ok := n.(*plan.Filter); ok {
		for _, t := range rules.Conjuncts(flt.Cond) {
			if b, said := dialect.BindSink(object, scan, t); said {
				out = append(out, fmt.Sprintf("%s → %s (%s)", plan.FormatExpr(t), b.Sink.Into, supportName(b.Support)))
			}
		}
	}
	return out
}

// keys names what restricts a fragment besides its request, once the other fragment is read.
func (e *explainer) keys(f Fragment) []KeyFacts {
	var out []KeyFacts
	for _, k := range e.p.KeysTo(f.ID) {
		out = append(out, KeyFacts{Column: colName(k.To), From: colName(k.From), Fragment: k.Build, Most: k.MaxKeys, Why: k.Why})
	}
	return out
}

func colName(c plan.Col) string { return fmt.Sprintf("%s#%d", c.Name, c.ID) }

func (e *explainer) stays(f Fragment) []StayFacts {
	var out []StayFacts
	for _, n := range e.p.Notes {
		if n.Fragment == f.ID {
			out = append(out, StayFacts{Expression: n.Expression, Reason: n.Reason})
		}
	}
	return out
}

func supportName(s plan.Support) string { return [...]string{"none", "superset", "exact"}[s] }

func columnNames(s *plan.Scan) []string {
	names := make([]string, len(s.Fields))
	for i, f := range s.Fields {
		names[i] = s.Table.Columns[f].Physical
	}
	return names
}
