package dialect

import "github.com/waggle-sql/waggle/planner/plan"

// SQL is the dialect of a SQL source: what can be said in it, and how.
type SQL interface {
	// Say reports, as an 0A000 with its position, the first thing in a plan that cannot be said. Late leaves count as
	// sayable, since they are filled before a plan is printed.
	Say(n plan.Node) error
	// SayExpr is Say for an expression over columns that are not known here.
	SayExpr(e plan.Expr) error
	// Print says a plan without Late leaves as one statement that returns the columns out of root, in order, named c<id>.
	// What cannot be said is refused with 0A000 and its position.
	Print(root plan.Node, out []plan.ColID) (Text, error)
	// Template is the statement of a fragment for people and for the audit log: Late leaves show what will fill them, and
	// with mask each literal is $. It is "" for what cannot be said.
	Template(root plan.Node, mask bool) string
}

// SQLFor returns the SQL dialect of a source's language; false for a language that is none. collation is what
// Capabilities.Collation says, set the asking session's settings as far as they are known.
func SQLFor(language, collation string, set plan.Settings) (SQL, bool) {
	switch language {
	case "postgres":
		return postgresSQL{collation}, true
	case "snowflake":
		return inSession(snowflake(), collation, set), true
	case "databricks":
		return inSession(databricks(), collation, set), true
	case "soql":
		return soqlSQL{set}, true
	}
	return nil, false
}

// Support says how a source answers a plan: Exact when Say has nothing against it, Superset when it can be printed and the source
// may return rows that a filter in it drops, so that the filter has to be repeated on what it returns (invariant 6).
func Support(d SQL, n plan.Node) plan.Support {
	if d.Say(n) == nil {
		return plan.Exact
	}
	if w, ok := d.(widening); ok && w.widens(n) {
		return plan.Superset
	}
	return plan.None
}

// Widens reports whether a dialect says some filters as wider ones, so that Support can be Superset.
func Widens(d SQL) bool {
	_, ok := d.(widening)
	return ok
}

// widening is a dialect that says some filters as wider ones.
type widening interface{ widens(n plan.Node) bool }

// postgresSQL is PostgreSQL's dialect. With another collation than C.UTF-8, order and comparison of text are said with
// COLLATE "C".
type postgresSQL struct{ collation string }

func (d postgresSQL) Say(n plan.Node) error     { return SayPostgres(n, d.collation) }
func (d postgresSQL) SayExpr(e plan.Expr) error { return SayPostgresExpr(e, d.collation) }
func (d postgresSQL) Print(root plan.Node, out []plan.ColID) (Text, error) {
	return Postgres(root, out, d.collation)
}
func (d postgresSQL) Template(root plan.Node, mask bool) string {
	return PostgresTemplate(root, d.collation, mask)
}
