package bind

import (
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"
)

// writeTag is the command tag of a statement that would change something.
func writeTag(n *pg.Node) string {
	switch x := n.GetNode().(type) {
	case *pg.Node_InsertStmt:
		return "INSERT"
	case *pg.Node_UpdateStmt:
		return "UPDATE"
	case *pg.Node_DeleteStmt:
		return "DELETE"
	case *pg.Node_MergeStmt:
		return "MERGE"
	case *pg.Node_CreateTableAsStmt:
		if x.CreateTableAsStmt.Objtype == pg.ObjectType_OBJECT_MATVIEW {
			return "CREATE MATERIALIZED VIEW"
		}
		return "CREATE TABLE AS"
	case *pg.Node_TruncateStmt:
		return "TRUNCATE TABLE"
	case *pg.Node_LockStmt:
		return "LOCK TABLE"
	case *pg.Node_VacuumStmt:
		if x.VacuumStmt.IsVacuumcmd {
			return "VACUUM"
		}
		return "ANALYZE"
	case *pg.Node_RenameStmt:
		return "ALTER TABLE"
	}
	return ""
}

// modifiers are words between CREATE and the kind of object.
var modifiers = []string{"or", "replace", "temp", "temporary", "unlogged", "unique", "global", "local", "recursive", "trusted",
	"procedural", "constraint", "default"}

// kinds are the kinds of objects of more than one word, longest first.
var kinds = []string{"foreign data wrapper", "text search configuration", "text search dictionary", "text search parser",
	"text search template", "materialized view", "foreign table", "event trigger", "user mapping", "operator class",
	"operator family", "access method", "owned by", "large object", "system"}

// writeTag finds the tag by the node, else by the words that the statement begins with.
func (u *utility) writeTag(n *pg.Node) string {
	if tag := writeTag(n); tag != "" {
		return tag
	}
	tokens := u.tokens()
	var words []string
	for _, t := range tokens {
		if len(words) > 6 {
			break
		}
		if len(words) == 0 || !slices.Contains(modifiers, t.word) {
			words = append(words, t.word)
		}
	}
	if len(words) == 0 {
		return "WRITE"
	}
	switch words[0] {
	case "create", "alter", "drop", "refresh", "security", "import", "reassign":
	case "grant", "revoke":
		if !slices.ContainsFunc(tokens, func(t token) bool { return t.word == "on" }) {
			return strings.ToUpper(words[0]) + " ROLE"
		}
		return strings.ToUpper(words[0])
	default:
		return strings.ToUpper(words[0])
	}
	rest := strings.Join(words[1:], " ")
	for _, k := range kinds {
		if strings.HasPrefix(rest, k+" ") {
			return strings.ToUpper(words[0] + " " + k)
		}
	}
	if len(words) == 1 {
		return strings.ToUpper(words[0])
	}
	kind := words[1]
	if kind == "user" || kind == "group" {
		kind = "role"
	}
	return strings.ToUpper(words[0] + " " + kind)
}
