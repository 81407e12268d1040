package databricks

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/access"
	"github.com/waggle-sql/waggle/internal/sandbox/databricks/dbsql"
	"github.com/waggle-sql/waggle/internal/sandbox/databricks/result"
	"github.com/waggle-sql/waggle/internal/sandbox/databricks/tcli"
)

// perform compiles a statement for its session and does what it says.
func (s *Server) perform(ctx context.Context, op *operation) error {
	if kept := s.kept(op); kept != nil {
		op.answer = *kept
		return nil
	}
	if no := op.overlay(); no != nil {
		return no
	}
	env := s.environment(op)
	q, no := dbsql.Compile(op.in.Statement, env)
	if no != nil {
		return no
	}
	if q.Kind != dbsql.Select {
		return s.other(op, q)
	}
	op.answer.columns = result.Columns(q.Columns)
	if no := op.unsent(); no != nil {
		return no
	}
	return s.read(ctx, op, q.SQL)
}

// unsent refuses columns that this emulator cannot send as the client wants them: nested ones in Arrow's own types.
func (op *operation) unsent() *dbsql.Error {
	if op.in.ArrowTypes == nil || !is(op.in.ArrowTypes.Complex) {
		return nil
	}
	for _, c := range op.answer.columns {
		if c.Type.Kind == dbsql.Array {
			return refusal("UNSUPPORTED_FEATURE", "0A000", "The feature is not supported: the column "+ticked(c.Name)+" of a result is "+c.Type.String()+".")
		}
	}
	return nil
}

// environment is what a statement's meaning depends on.
func (s *Server) environment(op *operation) dbsql.Env {
	n := op.session
	n.mu.Lock()
	defer n.mu.Unlock()
	env := dbsql.Env{
		Catalog: n.catalog, Schema: n.schema, User: n.login, Groups: n.groups, Now: s.config.Now(), Session: map[string]string{},
		Parameters: parameters(op.in.Parameters),
	}
	for _, conf := range []map[string]string{n.conf, op.conf} {
		for name, value := range conf {
			env.Session[name] = value
		}
	}
	env.Table = func(catalog, schema, name string) (dbsql.Relation, error) {
		return s.relation(env, catalog, schema, name)
	}
	return env
}

// parameters are a statement's parameters as the compiler takes them: those without a name in order.
func parameters(in []*tcli.Parameter) []dbsql.Parameter {
	out := make([]dbsql.Parameter, len(in))
	for i, p := range in {
		if p.Name != nil {
			out[i].Name = *p.Name
		}
		if p.Type != nil {
			out[i].Type = *p.Type
		}
		out[i].Value = value(p.Value)
	}
	return out
}

// value is a parameter's value as text, or nil for NULL.
func value(v *tcli.ParameterValue) *string {
	text := ""
	switch {
	case v == nil:
		return nil
	case v.Double != nil:
		text = strconv.FormatFloat(*v.Double, 'g', -1, 64)
	case v.Bool != nil:
		text = strconv.FormatBool(*v.Bool)
	default:
		return v.Text
	}
	return &text
}

// relation is a table as a person may see it.
func (s *Server) relation(env dbsql.Env, catalog, schema, name string) (dbsql.Relation, error) {
	if strings.EqualFold(schema, informationSchema) {
		return s.information(env, catalog, name)
	}
	t, sight, no := s.seen(env, catalog, schema, name)
	if no != nil {
		return dbsql.Relation{}, no
	}
	if sight.Whole(len(t.Columns)) {
		return t.relation(), nil
	}
	return limited(env, t, sight)
}

// seen finds a table and what a person sees of it. Privileges are needed on the catalog, the schema and the table, and who has one on
// a table has those on what it is in (https://docs.databricks.com/aws/en/data-governance/unity-catalog/manage-privileges/privileges).
func (s *Server) seen(env dbsql.Env, catalog, schema, name string) (*Table, access.Sight, *dbsql.Error) {
	var none access.Sight
	switch {
	case !s.exists(catalog, ""):
		return nil, none, refusal("NO_SUCH_CATALOG_EXCEPTION", "42704", "Catalog '"+catalog+"' was not found. Please verify that the catalog exists.")
	case !s.exists(catalog, schema):
		return nil, none, refusal("SCHEMA_NOT_FOUND", "42704", "The schema "+ticked(catalog, schema)+" cannot be found. Verify the spelling and "+
			"correctness of the schema and catalog.\nIf you did not qualify the name with a catalog, verify the current_schema() output, or "+
			"qualify the name with the correct catalog.\nTo tolerate the error on drop use DROP SCHEMA IF EXISTS.")
	case !s.usable(env.Groups, catalog, schema):
		return nil, none, insufficient("USE SCHEMA", "Schema", catalog, schema)
	}
	t := s.table(catalog, schema, name)
	if t == nil {
		return nil, none, refusal("TABLE_OR_VIEW_NOT_FOUND", "42P01", "The table or view "+ticked(catalog, schema, name)+" cannot be found. Verify "+
			"the spelling and correctness of the schema and catalog.\nIf you did not qualify the name with a schema, verify the current_schema() "+
			"output, or qualify the name with the correct schema and catalog.\nTo tolerate the error on drop use DROP VIEW IF EXISTS or DROP TABLE IF EXISTS.")
	}
	sight, ok := s.config.Policy.SeesAs(env.Groups, t.Key, t.names())
	if !ok || s.Refused(t.Key) {
		return nil, none, insufficient("SELECT", "Table", catalog, schema, name)
	}
	return t, sight, nil
}

// insufficient is the refusal of who lacks a privilege.
func insufficient(privilege, kind string, name ...string) *dbsql.Error {
	return refusal("INSUFFICIENT_PERMISSIONS", "42501", "Insufficient privileges:\nUser does not have "+privilege+" on "+kind+" '"+strings.Join(name, ".")+"'.")
}

func ticked(parts ...string) string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = "`" + strings.ReplaceAll(p, "`", "``") + "`"
	}
	return strings.Join(out, ".")
}

// table returns a table by its names, which are compared without regard to case, or nil.
func (s *Server) table(catalog, schema, name string) *Table {
	i := slices.IndexFunc(s.config.Tables, func(t Table) bool {
		return strings.EqualFold(t.Catalog, catalog) && strings.EqualFold(t.Schema, schema) && strings.EqualFold(t.Name, name)
	})
	if i < 0 {
		return nil
	}
	return &s.config.Tables[i]
}

// exists tells whether there is a catalog, or a schema in it.
func (s *Server) exists(catalog, schema string) bool {
	return slices.ContainsFunc(s.config.Tables, func(t Table) bool {
		return strings.EqualFold(t.Catalog, catalog) && (schema == "" || strings.EqualFold(t.Schema, schema))
	})
}

// visible returns the tables that a member of groups may read.
func (s *Server) visible(groups []string) []*Table {
	var out []*Table
	for i := range s.config.Tables {
		t := &s.config.Tables[i]
		if _, ok := s.config.Policy.SeesAs(groups, t.Key, t.names()); ok && !s.Refused(t.Key) {
			out = append(out, t)
		}
	}
	return out
}

// usable tells whether a member of groups may use a catalog, or a schema of it: he may where a table was granted to him.
func (s *Server) usable(groups []string, catalog, schema string) bool {
	return slices.ContainsFunc(s.config.Tables, func(t Table) bool {
		_, ok := s.config.Policy.SeesAs(groups, t.Key, t.names())
		return ok && strings.EqualFold(t.Catalog, catalog) && (schema == "" || strings.EqualFold(t.Schema, schema))
	})
}

func (t *Table) names() []string {
	out := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = c.Name
	}
	return out
}

func (t *Table) relation() dbsql.Relation { return dbsql.Relation{From: t.From, Columns: t.Columns} }

// asError tells a refusal of the compiler from other errors.
func asError(err error) *dbsql.Error {
	var no *dbsql.Error
	if errors.As(err, &no) {
		return no
	}
	return dbsql.Translate(err)
}
