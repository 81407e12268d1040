package main

import (
	"context"
	"maps"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/vault"
)

// describer asks a source for an object as one person may see it: the engine's Describe.
type describer func(ctx context.Context, who *identity.Session, connection, object, purpose string) (source.Schema, error)

// What a person was told is asked for again after describedFor, and a source that did not answer after retryAfter.
const (
	describedFor    = 15 * time.Minute
	retryAfter      = time.Minute
	describeTimeout = 10 * time.Second
	describeAtOnce  = 4 // objects
)

// person keys what sources have told one person.
type person struct {
	org identity.OrgID
	id  identity.PersonID
}

// described is what sources have told people of the objects that the models name. It grows with the connections that people use.
type described struct {
	mu     sync.Mutex
	people map[person]*informed
}

// informed is what one person has been told.
type informed struct {
	by   map[string]*told // by connection
	view *semantic.View   // of all that; nil when it must be made anew
}

// told is what one connection has told one person.
type told struct {
	description
	due    time.Time // when to ask again; the person has used the connection since
	asking bool
}

// description is what a source says of its objects; its states are nil before the first one.
type description struct {
	states map[string]semantic.State // as semantic.NewView takes them
	fields map[string]*plan.Field    // as View.WithFields takes them
}

// used notes that a person's call of a connection has gone through: from the next statement on its objects are shown as the
// source describes them.
func (d *described) used(p person, connection string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.people == nil {
		d.people = map[person]*informed{}
	}
	if d.people[p] == nil {
		d.people[p] = &informed{by: map[string]*told{}}
	}
	if d.people[p].by[connection] == nil {
		d.people[p].by[connection] = &told{due: time.Now()}
	}
}

// forget drops what a connection has told a person, or everybody of the organisation; with other tokens it is asked again.
func (d *described) forget(e vault.Ended) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for p, known := range d.people {
		t := known.by[e.Source]
		if t == nil || p.org != e.Org || e.Person != "" && p.id != e.Person {
			continue
		}
		if e.Before == 0 {
			delete(known.by, e.Source)
			known.view = nil
		} else {
			t.due = time.Now()
		}
	}
}

// next takes a connection that is due to be asked; "" when none is.
func (d *described) next(p person) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.people[p] == nil {
		return ""
	}
	for connection, t := range d.people[p].by {
		if !t.asking && !t.due.After(time.Now()) {
			t.asking = true
			return connection
		}
	}
	return ""
}

// keep notes an answer; one without states is none.
func (d *described) keep(p person, connection string, a description) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.people[p].by[connection]
	switch {
	case t == nil: // disconnected meanwhile
	case a.states == nil:
		t.asking, t.due = false, time.Now().Add(retryAfter)
	default:
		t.asking, t.due, t.description = false, time.Now().Add(describedFor), a
		d.people[p].view = nil
	}
}

// view returns the view of all that a person's connections have told, made by build when something has changed; nil when they have
// told nothing.
func (d *described) view(p person, build func(description) *semantic.View) *semantic.View {
	d.mu.Lock()
	defer d.mu.Unlock()
	known := d.people[p]
	if known == nil {
		return nil
	}
	if known.view == nil {
		all := description{map[string]semantic.State{}, map[string]*plan.Field{}}
		for _, t := range known.by {
			maps.Copy(all.states, t.states)
			maps.Copy(all.fields, t.fields)
		}
		known.view = build(all)
	}
	return known.view
}

// ask describes every object of a connection that the models name. A source that does not answer leaves all as it is.
func (d describer) ask(ctx context.Context, who *identity.Session, connection string, models []*semantic.Model) description {
	ctx, cancel := context.WithTimeout(ctx, describeTimeout)
	defer cancel()
	var mu sync.Mutex
	a := description{map[string]semantic.State{}, map[string]*plan.Field{}}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(describeAtOnce)
	for _, m := range models {
		for _, e := range m.Entities {
			if e.Connection != connection {
				continue
			}
			g.Go(func() error {
				schema, err := d(ctx, who, connection, e.Object, "waggle describe "+m.Name+"."+e.Name)
				mu.Lock()
				defer mu.Unlock()
				return a.hear(e, schema, err)
			})
		}
	}
	if g.Wait() != nil {
		return description{}
	}
	return a
}

// hear notes what a description leaves out, and what it says of fields; an error that is no description is returned.
func (a description) hear(e *semantic.Entity, schema source.Schema, err error) error {
	path := e.Model + "." + e.Name
	if code := pgerr.Code(err); code == pgerr.InsufficientPrivilege || code == pgerr.UndefinedTable {
		a.states[path] = semantic.Hidden
		return nil
	} else if err != nil {
		return err
	}
	seen := map[string]source.Column{}
	for _, c := range schema.Columns {
		seen[c.Name] = c
	}
	for _, p := range e.Properties {
		c, ok := seen[p.Column]
		switch {
		case p.Column != "" && !ok:
			a.states[path+"."+p.Name] = semantic.Hidden
		case c.Field != nil:
			a.fields[path+"."+p.Name] = c.Field
		}
	}
	return nil
}
