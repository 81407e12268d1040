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

// Explain prints a Prepared for people: the path, the remainder's tree, and for each fragment its request, what was pushed,
// and what was not and why.
func Explain(p *Prepared, sources map[string]source.Capabilities, verbose bool) []string {
	e := explainer{p: p, sources: sources}
	e.line("Path: %s%s", p.Path, pathReason(p.Path))
	if p.Remainder != nil {
		e.line("Here:")
		e.tree(plan.Format(p.Remainder))
	}
	for _, f := range p.Fragments {
		e.fragment(f)
	}
	if verbose {
		for _, u := range p.Entities {
			e.line("Reads: %s (%s)%s", u.Name, strings.Join(u.Columns, ", "), filterColumns(u))
		}
	}
	return e.lines
}

func filterColumns(u EntityUse) string {
	if len(u.FilterColumns) == 0 {
		return ""
	}
	return ", decided by " + strings.Join(u.FilterColumns, ", ")
}

func pathReason(p Path) string {
	return [...]string{
		" (computed in the proxy, no source is asked)",
		" (computed in a worker, no person's source is asked)",
		" (one request answers everything)",
		" (one source is asked, the rest is computed in an ephemeral workspace)",
		" (several sources are asked in parallel and joined in an ephemeral workspace)",
	}[p]
}

type explainer struct {
	p       *Prepared
	sources map[string]source.Capabilities
	lines   []string
}

func (e *explainer) line(format string, args ...any) {
	e.lines = append(e.lines, fmt.Sprintf(format, args...))
}

// tree adds the remainder's lines; what a fragment holds is shown with the fragment.
func (e *explainer) tree(text string) {
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
		e.line("  %s", l)
	}
}

func (e *explainer) fragment(f Fragment) {
	scan := scanOf(f.Plan)
	object := e.sources[f.Connection].Objects[f.Object]
	e.line("Fragment %d: %s.%s from %s", f.ID, f.Table.Schema, f.Table.Name, f.Connection)
	if object.Request != "" {
		e.line("  Request: %s", object.Request)
	}
	if sql, ok := e.sources[f.Connection].SQL(); ok {
		e.line("  SQL: %s", sql.Template(f.Plan, false))
		e.keys(f)
		e.stays(f)
		return
	}
	e.line("  Columns: %s", columnNames(scan))
	n := f.Plan
	if l, ok := n.(*plan.Limit); ok {
		e.line("  Pushed: limit %s", plan.FormatExpr(l.Count))
		n = l.Input
	}
	if flt, ok := n.(*plan.Filter); ok {
		for _, t := range rules.Conjuncts(flt.Cond) {
			if b, said := dialect.BindSink(object, scan, t); said {
				e.line("  Pushed: %s → %s (%s)", plan.FormatExpr(t), b.Sink.Into, supportName(b.Support))
			}
		}
	}
	e.keys(f)
	e.stays(f)
	if e.sources[f.Connection].Org {
		e.line("  Credential: the organisation's, filtered by your permission profile")
	}
}

// keys names what restricts a fragment besides its request, once the other fragment is read.
func (e *explainer) keys(f Fragment) {
	for _, k := range e.p.KeysTo(f.ID) {
		e.line("  Keys: %s#%d = any(%s#%d of fragment %d), %d at most (%s)", k.To.Name, k.To.ID, k.From.Name, k.From.ID, k.Build, k.MaxKeys, k.Why)
	}
}

func (e *explainer) stays(f Fragment) {
	for _, n := range e.p.Notes {
		if n.Fragment == f.ID {
			e.line("  Stays: %s (%s)", n.Expression, n.Reason)
		}
	}
}

func supportName(s plan.Support) string { return [...]string{"none", "superset", "exact"}[s] }

func columnNames(s *plan.Scan) string {
	names := make([]string, len(s.Fields))
	for i, f := range s.Fields {
		names[i] = s.Table.Columns[f].Physical
	}
	return strings.Join(names, ", ")
}
