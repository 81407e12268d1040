package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// mentions reports whether a syntax tree has an unqualified relation of a name: whether a WITH RECURSIVE item may be
// recursive. It errs towards true when an inner WITH hides the name.
func mentions(q *pg.SelectStmt, name string) bool {
	found := false
	var visit func(m protoreflect.Message, depth int)
	visit = func(m protoreflect.Message, depth int) {
		if found || depth > maxDepth {
			return
		}
		if r, ok := m.Interface().(*pg.RangeVar); ok {
			found = found || r.Relname == name && r.Schemaname == ""
			return
		}
		m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
			switch {
			case f.Message() == nil:
			case f.IsList():
				for i := range v.List().Len() {
					visit(v.List().Get(i).Message(), depth+1)
				}
			default:
				visit(v.Message(), depth+1)
			}
			return !found
		})
	}
	visit(proto.Message(q).ProtoReflect(), 0)
	return found
}
