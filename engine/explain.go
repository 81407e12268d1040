package engine

import (
	"context"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
)

// Explain plans a query and describes the plan in the words of the planner; it calls no source. With Analyze it runs the
// query too, as Execute does, discards its rows, and adds what each request and the workspace took. In format json the one
// line is a document.
func (e *Engine) Explain(ctx context.Context, who *identity.Session, set plan.Settings, x plan.Explain, args Args) ([]string, error) {
	p, err := e.Prepare(ctx, who, set, x.Query, nil)
	if err != nil {
		return nil, err
	}
	facts := planner.Describe(p, e.capabilities, x.Verbose)
	for i := range facts.Fragments {
		facts.Fragments[i].As = e.under(facts.Fragments[i].Source, args)
	}
	if x.Verbose && p.Remainder != nil && p.Path != planner.Local {
		facts.Workspace = workspaceSQL(p, args)
	}
	if x.Analyze {
		if err := e.analyze(ctx, who, p, args, facts); err != nil {
			return nil, err
		}
	}
	if x.Format == "json" {
		return facts.JSON()
	}
	return facts.Text(), nil
}

// workspaceSQL is what the workspace is asked; "" for a statement with parameters, whose values are not known yet.
func workspaceSQL(p *planner.Prepared, args Args) string {
	s, err := remainder(p, args)
	if err != nil {
		return ""
	}
	return s.SQL
}

// remainder prints what the workspace computes.
func remainder(p *planner.Prepared, args Args) (dialect.Statement, error) {
	filled, err := plan.Fill(p.Remainder, args.Values, args.Env)
	if err != nil {
		return dialect.Statement{}, err
	}
	tables := map[int]string{}
	for _, f := range p.Fragments {
		tables[f.ID] = tableName(f.ID)
	}
	s, err := dialect.DuckDB(filled, p.Out, tables)
	s.Env = args.Env
	return s, err
}

// analyze runs a plan for its figures.
func (e *Engine) analyze(ctx context.Context, who *identity.Session, p *planner.Prepared, args Args, facts *planner.Explanation) error {
	r, err := e.Execute(ctx, who, p, args)
	if err != nil {
		return err
	}
	defer r.Release()
	var rows int64
	for r.Next() {
		rows += r.RecordBatch().NumRows()
	}
	if err := r.Err(); err != nil {
		return err
	}
	r.run.figures(facts)
	facts.Ran.Rows = rows
	return nil
}

// figures adds what a run took until now.
func (r *run) figures(to *planner.Explanation) {
	now := time.Now()
	to.Ran = &planner.RunFacts{Whole: planner.Milliseconds(now.Sub(r.began))}
	if r.memory != nil {
		to.Ran.WorkspacePeak, to.Ran.Workspace = r.memory(), planner.Milliseconds(now.Sub(r.filled))
	}
	for i := range to.Fragments {
		f := &to.Fragments[i]
		if f.Source == Catalog {
			continue
		}
		f.Ran = &planner.FragmentRan{}
		for _, c := range r.calls {
			if c.fragment == f.ID {
				c.figures(f.Ran)
			}
		}
		r.sentTo(f)
	}
}

func (c *call) figures(to *planner.FragmentRan) {
	s := c.report()
	to.Asked, to.Rows, to.Bytes, to.QueryID, to.Status = true, s.Rows, s.Bytes, s.QueryID, s.Status
	to.Requests, to.Pages, to.Retries = len(s.RequestIDs), s.Pages, s.Retries
	if c.rows != nil && !c.rows.first.IsZero() {
		to.First, to.Whole = planner.Milliseconds(c.rows.first.Sub(c.began)), planner.Milliseconds(c.rows.last.Sub(c.began))
	}
}

// sentTo adds how many keys restricted a fragment.
func (r *run) sentTo(f *planner.FragmentFacts) {
	q := r.asked[f.ID]
	if q == nil {
		return
	}
	for i, s := range q.sent {
		n := len(s.keys)
		f.Keys[i].Sent, f.Keys[i].TooMany = &n, s.over
	}
}
