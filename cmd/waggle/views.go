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

// views gives the engine the view of a session and the catalog the view of an id. Nothing is described at these sources,
// so that all people of an organisation have equal views.
type views struct {
	load   func(organisation string) ([]*semantic.Model, error)
	system []*plan.Table

	mu    sync.Mutex
	byOrg map[string]*semantic.View
	byID  map[string]*semantic.View
}

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

// View returns the models as a person may see them.
func (v *views) View(_ context.Context, who *identity.Session) (*semantic.View, error) {
	return v.of(who.OrgName)
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
