package semantic

import "github.com/waggle-sql/waggle/planner/plan"

// buildTables makes each entity's physical table once per model; views share the columns.
func buildTables(m *Model) []*plan.Table {
	tables := make([]*plan.Table, len(m.Entities))
	for i, e := range m.Entities {
		t := &plan.Table{Connection: e.Connection, Schema: m.Name, Name: e.Name, Object: e.Object,
			Columns: make([]plan.Column, 0, len(e.Properties))}
		for _, p := range e.Properties {
			if p.Expr == nil {
				t.Columns = append(t.Columns, plan.Column{Name: p.Name, Physical: p.Column, Type: p.Type, Num: p.Num,
					NotNull: p.NotNull, Tags: p.Tags})
			}
		}
		tables[i] = t
	}
	return tables
}
