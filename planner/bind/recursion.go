package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// misplacement finds a recursive reference where PostgreSQL allows none, because more rows of it could take rows of the result away.
type misplacement struct {
	name  string
	where string // "" while nothing is found
	at    int32
}

// misplaced returns where in the recursive term a recursive reference is misplaced, in PostgreSQL's words; "" when none is.
func misplaced(q *pg.SelectStmt, name string) (where string, at int32) {
	m := &misplacement{name: name}
	m.visit(proto.Message(q).ProtoReflect(), "", 0)
	return m.where, m.at
}

func (m *misplacement) visit(node protoreflect.Message, inside string, depth int) {
	if m.where != "" || depth > maxDepth {
		return
	}
	if r, ok := node.Interface().(*pg.RangeVar); ok {
		if inside != "" && r.Relname == m.name && r.Schemaname == "" {
			m.where, m.at = inside, r.Location
		}
		return
	}
	node.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch in := within(node.Interface(), string(f.Name()), inside); {
		case f.Message() == nil:
		case f.IsList():
			for i := range v.List().Len() {
				m.visit(v.List().Get(i).Message(), in, depth+1)
			}
		default:
			m.visit(v.Message(), in, depth+1)
		}
		return m.where == ""
	})
}

// within is the place that a field of a node opens, or the one around the node.
func within(node any, field, inside string) string {
	switch n := node.(type) {
	case *pg.SubLink:
		if field == "subselect" {
			return "a subquery"
		}
	case *pg.JoinExpr:
		full := n.Jointype == pg.JoinType_JOIN_FULL
		if field == "rarg" && (full || n.Jointype == pg.JoinType_JOIN_LEFT) || field == "larg" && (full || n.Jointype == pg.JoinType_JOIN_RIGHT) {
			return "an outer join"
		}
	case *pg.SelectStmt:
		if n.Op == pg.SetOperation_SETOP_EXCEPT && (field == "rarg" || field == "larg" && n.All) {
			return "EXCEPT"
		}
		if n.Op == pg.SetOperation_SETOP_INTERSECT && n.All && (field == "rarg" || field == "larg") {
			return "INTERSECT"
		}
	}
	return inside
}
