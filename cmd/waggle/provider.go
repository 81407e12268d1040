package main

import (
	"context"
	"iter"
	"time"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/catalog"
	"github.com/waggle-sql/waggle/vault"
)

// provider fills the catalog's live relations from the audit log and the vault.
type provider struct{ system *system }

// person finds who asks, by the names that the catalog knows him by.
func (p provider) person(ctx context.Context, who source.Inside) (*identity.Session, error) {
	r := p.system.directory.AsOperator("waggle")
	org, err := r.Org(ctx, who.Organisation)
	if err != nil {
		return nil, err
	}
	found, err := r.Person(ctx, org, who.Person)
	if err != nil {
		return nil, err
	}
	return &identity.Session{Org: org, OrgName: who.Organisation, Person: found.ID, Login: found.Login, Email: found.Email, Role: found.Role}, nil
}

// AuditLog yields what the person may see of the audit log; the reading is in the log itself before the first row.
func (p provider) AuditLog(ctx context.Context, who source.Inside) iter.Seq2[catalog.AuditEntry, error] {
	return func(yield func(catalog.AuditEntry, error) bool) {
		s, err := p.person(ctx, who)
		if err == nil {
			err = p.system.log.Record(ctx, identity.Act{Kind: "audit_read", Org: s.Org, Person: s.Person, Login: s.Login})
		}
		if err != nil {
			yield(catalog.AuditEntry{}, err)
			return
		}
		for e, err := range p.system.log.Entries(ctx, s, audit.Filter{}) {
			if !yield(auditEntry(e), err) {
				return
			}
		}
	}
}

func auditEntry(e audit.Entry) catalog.AuditEntry {
	out := catalog.AuditEntry{ID: string(e.QueryID), Time: e.Time, Organisation: e.Organisation, Login: e.Login, Application: e.Application,
		ClientAddress: e.ClientAddress, Statement: e.Statement, Path: e.Path, Model: e.Model, Lineage: e.EntitiesJSON(), SourceCalls: e.CallsJSON(),
		Rows: e.Rows, Bytes: e.Bytes, Duration: time.Duration(e.Duration * float64(time.Millisecond)), SQLState: e.SQLState, Outcome: string(e.Outcome)}
	for _, entity := range e.Entities {
		out.Entities = append(out.Entities, entity.Name)
	}
	return out
}

// Connections yields the state of each source for the person; no source is called.
func (p provider) Connections(ctx context.Context, who source.Inside) iter.Seq2[catalog.Connected, error] {
	return func(yield func(catalog.Connected, error) bool) {
		s, err := p.person(ctx, who)
		if err != nil {
			yield(catalog.Connected{}, err)
			return
		}
		states, err := p.system.vault.Connections().List(ctx, s)
		if err != nil {
			yield(catalog.Connected{}, err)
			return
		}
		for _, st := range states {
			if !yield(p.connected(st), nil) {
				return
			}
		}
	}
}

func (p provider) connected(s vault.ConnectionState) catalog.Connected {
	c, _ := p.system.config.source(s.Source)
	credential := "person"
	if s.Credential == vault.OrgCredential {
		credential = "org"
	}
	return catalog.Connected{Source: s.Source, Kind: c.kind, Status: string(s.State), Account: s.Subject, Scopes: s.Scopes, Credential: credential,
		Since: s.Since, Expires: s.Expires, URL: s.ConnectURL, Error: s.Reason}
}
