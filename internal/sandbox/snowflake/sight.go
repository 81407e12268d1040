package snowflake

import "slices"

// table returns a table by its exact names, or nil.
func (s *Server) table(database, schema, name string) *Table {
	for i := range s.config.Tables {
		t := &s.config.Tables[i]
		if t.Database == database && t.Schema == schema && t.Name == name {
			return t
		}
	}
	return nil
}

// visible returns the tables that a role may read.
func (s *Server) visible(role string) []*Table {
	var out []*Table
	for i := range s.config.Tables {
		t := &s.config.Tables[i]
		if _, ok := s.config.Policy.Sees(role, t.Key, t.names()); ok && !s.isRefused(t.Key) {
			out = append(out, t)
		}
	}
	return out
}

// sees tells whether a role may use a database, or a schema of it: it may where it may read a table.
func (s *Server) sees(role, database, schema string) bool {
	return slices.ContainsFunc(s.visible(role), func(t *Table) bool {
		return t.Database == database && (schema == "" || t.Schema == schema)
	})
}

// Refuse takes the right to read a table (source.schema.table) from everybody, or gives it back.
func (s *Server) Refuse(key string, refused bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused[key] = refused
}

func (s *Server) isRefused(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused[key]
}
