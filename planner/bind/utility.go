package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"
)

// writeTag is the command tag of a statement that would change something.
func writeTag(n *pg.Node) string {
	switch n.GetNode().(type) {
	case *pg.Node_InsertStmt:
		return "INSERT"
	case *pg.Node_UpdateStmt:
		return "UPDATE"
	case *pg.Node_DeleteStmt:
		return "DELETE"
	case *pg.Node_MergeStmt:
		return "MERGE"
	}
	return "WRITE"
}
