package salesforce

import (
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/access"
	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/sobject"
	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/soql"
)

// object returns an object by its name, which has no case; nil when there is none.
func (s *Server) object(name string) *Object {
	for i := range s.config.Objects {
		if strings.EqualFold(s.config.Objects[i].Name, name) {
			return &s.config.Objects[i]
		}
	}
	return nil
}

// environment is what a person's queries are compiled for: his profile is the first role that lists him. What it may not read is as
// absent, and of records those that sharing shows.
func (s *Server) environment(login string, now time.Time) soql.Env {
	profile := access.Public
	if s.config.Policy != nil {
		profile = s.config.Policy.Default(login)
	}
	return s.as(profile, now)
}

func (s *Server) as(profile string, now time.Time) soql.Env {
	env := soql.Env{Now: now, Find: func(name string) *soql.Relation {
		o := s.object(name)
		if o == nil || s.Refused(o.Name) {
			return nil
		}
		sight, ok := s.config.Policy.Sees(profile, o.Key, o.Names())
		if !ok {
			return nil
		}
		r := &soql.Relation{Object: o.Only(sight.Columns), From: o.from()}
		if len(sight.Where) > 0 {
			shared, err := s.shared(o, sight, now)
			if err != nil {
				return nil
			}
			r.From = "(" + shared + ")"
		}
		return r
	}}
	env.Children = func(parent *sobject.Object, relationship string) (*soql.Relation, *sobject.Field) {
		for i := range s.config.Objects {
			for _, f := range s.config.Objects[i].Fields {
				if f.ReferenceTo != parent.Name || f.Children == "" || !strings.EqualFold(f.Children, relationship) {
					continue
				}
				if r := env.Find(s.config.Objects[i].Name); r != nil && r.Object.Field(f.Name) != nil {
					return r, r.Object.Field(f.Name)
				}
			}
		}
		return nil, nil
	}
	return env
}

// from is the object's table in DuckDB.
func (o *Object) from() string { return `"` + kept(o.Table) + `"` }

// shared is a SELECT of the records that sharing shows.
func (s *Server) shared(o *Object, sight access.Sight, now time.Time) (string, *soql.Error) {
	whole := soql.Env{Now: now, Find: func(name string) *soql.Relation {
		if o := s.object(name); o != nil {
			return &soql.Relation{Object: o.Object, From: o.from()}
		}
		return nil
	}}
	return soql.Filter("("+strings.Join(sight.Where, ") OR (")+")", o.Name, whole)
}

// checkRules compiles what every role sees of every object, so that a rule that is no SOQL is told at the start. It fails with F0000.
func (s *Server) checkRules() error {
	if s.config.Policy == nil {
		return nil
	}
	for i := range s.config.Objects {
		o := &s.config.Objects[i]
		for _, role := range s.config.Policy.Roles {
			sight, ok := s.config.Policy.Sees(role.Name, o.Key, o.Names())
			if !ok || len(sight.Where) == 0 {
				continue
			}
			if _, err := s.shared(o, sight, s.config.Now()); err != nil {
				return pgerr.New(pgerr.ConfigFile, "what grants.yaml says of %s for the role %s is no condition of SOQL", o.Key, role.Name).
					WithDetail("%s", strings.TrimSpace(err.Message)).Because(err)
			}
		}
	}
	return nil
}
