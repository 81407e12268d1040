package source

import (
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/waggle-sql/waggle/planner/plan"
)

// SchemaOf is the Arrow schema of a request's columns.
func SchemaOf(columns []plan.Col) *arrow.Schema {
	fields := make([]arrow.Field, len(columns))
	for i, c := range columns {
		fields[i] = arrow.Field{Name: "c" + strconv.Itoa(int(c.ID)), Type: plan.ArrowType(c.Type), Nullable: true}
	}
	return arrow.NewSchema(fields, nil)
}
