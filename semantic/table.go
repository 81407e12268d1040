package semantic

import (
	"slices"

	"github.com/waggle-sql/waggle/planner/plan"
)

// buildTables makes each entity's physical table once per model; views share the columns.
func buildTables(m *Model) []*plan.Table {
	tables := make([]*plan.Table, len(m.Entities))
	for i, e := range m.Entities {
		t := &plan.Table{Connection: e.Connection, Schema: m.Name, Name: e.Name, Object: e.Object,
			Columns: make([]plan.Column, 0, len(e.Properties))}
		for _, p := range e.Properties {
			if p.Expr == nil {
				t.Columns = append(t.Columns, plan.Column{Name: p.Name, Physical: p.Column, Type: p.Type, Num: p.Num,
					NotNull: p.NotNull, Tags: p.Tags, Collation: p.Collation, Field: p.Field})
			}
		}
		t.Key = keyPlaces(e.Key, t.Columns)
		tables[i] = t
	}
	return tables
}

// keyPlaces finds the columns of a key; nil when one of its properties is computed.
func keyPlaces(key []string, columns []plan.Column) []int {
	var places []int
	for _, name := range key {
		i := slices.IndexFunc(columns, func(c plan.Column) bool { return c.Name == name })
		if i < 0 {
			return nil
		}
		places = append(places, i)
	}
	return places
}
