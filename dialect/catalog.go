package dialect

import (
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// CatalogRead prints a fragment over one relation of the system's own; it is a bare scan.
func CatalogRead(n plan.Node) (Read, error) {
	s, ok := n.(*plan.Scan)
	if !ok {
		return Read{}, pgerr.New(pgerr.Internal, "a fragment of the catalog has the wrong shape")
	}
	r := Read{Schema: s.Table.Schema, Relation: s.Table.Name}
	for _, i := range s.Fields {
		r.Columns = append(r.Columns, s.Table.Columns[i].Physical)
	}
	return r, nil
}
