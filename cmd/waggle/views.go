package main

import (
	"context"
	"sync"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/bind"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
)

// views gives the engine the view of a session and the catalog the view of an id. People to whom the sources describe the same
// have one view.
type views struct {
	load      func(organisation string) ([]*semantic.Model, error)
	system    []*plan.Table
	describe  describer // nil: nothing is described
	described *described

	mu    sync.Mutex
	byOrg map[string]*semantic.View
	byID  map[string]*semantic.View
}

// maxViews bounds the views that are kept for statements that have been prepared.
const maxViews = 4096

// newViews loads the models once, so that a defect is known before anybody connects.
func newViews(c *config, system []*plan.Table) (*views, error) {
	if _, err := c.loadModels(""); err != nil {
		return nil, err
	}
	return &views{load: c.loadModels, system: system, byOrg: map[string]*semantic.View{}, byID: map[string]*semantic.View{}}, nil
}

// loadModels reads and checks the model folders for an organisation.
func (c *config) loadModels(organisation string) ([]*semantic.Model, error) {
	connections := make([]string, len(c.sources))
	for i, s := range c.sources {
		connections[i] = s.name
	}
	var models []*semantic.Model
	for _, dir := range c.models {
		m, err := semantic.Load(dir, semantic.LoadOptions{Organisation: organisation, Connections: connections, Check: bind.CheckModel})
		if err != nil {
			return nil, err
		}
		if err := c.checkCollations(m); err != nil {
			return nil, err
		}
		models = append(models, m)
	}
	return models, nil
}

// checkCollations refuses a source whose configured collation is not that of a column, as the facts have it: the order of its
// text would be taken for ours.
func (c *config) checkCollations(m *semantic.Model) error {
	for _, e := range m.Entities {
		s, _ := c.source(e.Connection)
		if s.postgres == nil || s.postgres.Collation == "" {
			continue
		}
		for _, p := range e.Properties {
			if p.Collation != "" && p.Collation != s.postgres.Collation {
				return pgerr.New(pgerr.ConfigFile, "source %s is said to collate as %s, but %s.%s.%s has the collation %s", s.name, s.postgres.Collation,
					m.Name, e.Name, p.Name, p.Collation).WithHint("take collation out of the source: order is said with COLLATE then")
			}
		}
	}
	return nil
}

// View returns the models as a person may see them. A source that the person has used since it last described its objects is
// asked for them first.
func (v *views) View(ctx context.Context, who *identity.Session) (*semantic.View, error) {
	all, err := v.of(who.OrgName)
	if err != nil || v.describe == nil {
		return all, err
	}
	p := person{who.Org, who.Person}
	for {
		connection := v.described.next(p)
		if connection == "" {
			break
		}
		v.described.keep(p, connection, v.describe.ask(ctx, who, connection, all.Models()))
	}
	shown := v.described.view(p, func(a description) *semantic.View {
		view := all
		if len(a.states) > 0 {
			view = semantic.NewView(all.Models(), v.system, a.states)
		}
		if view = view.WithFields(a.fields); view == all {
			return all
		}
		return v.kept(view)
	})
	if shown == nil {
		return all, nil
	}
	return shown, nil
}

// Used tells that a person's call of a connection has gone through.
func (v *views) Used(who *identity.Session, connection string) {
	v.described.used(person{who.Org, who.Person}, connection)
}

// kept returns the view that is equal to the given one and may be found by its id.
func (v *views) kept(view *semantic.View) *semantic.View {
	v.mu.Lock()
	defer v.mu.Unlock()
	if known, ok := v.byID[view.ID()]; ok {
		return known
	}
	if len(v.byID) >= maxViews {
		clear(v.byID)
		for _, all := range v.byOrg {
			v.byID[all.ID()] = all
		}
	}
	v.byID[view.ID()] = view
	return view
}

func (v *views) of(organisation string) (*semantic.View, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if view, ok := v.byOrg[organisation]; ok {
		return view, nil
	}
	models, err := v.load(organisation)
	if err != nil {
		return nil, err
	}
	view := semantic.NewView(models, v.system, nil)
	v.byOrg[organisation], v.byID[view.ID()] = view, view
	return view, nil
}

// byIDs is views as the catalog asks for them.
type byIDs struct{ *views }

// View finds a view by its id.
func (v byIDs) View(id string) (*semantic.View, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	view, ok := v.byID[id]
	return view, ok
}
