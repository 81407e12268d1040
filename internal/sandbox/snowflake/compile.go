package snowflake

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/result"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/sfsql"
)

// The statement types that the service answers with; the driver tells DML by them.
const (
	statementSelect  = 0x1000
	statementSession = 0x4000
	statementShow    = 0x6000
)

// perform compiles a statement for its session and does what it says.
func (s *Server) perform(ctx context.Context, j *job) error {
	if kept := s.kept(j); kept != nil {
		j.columns, j.first, j.chunks, j.headers, j.rows, j.kind = kept.columns, kept.first, kept.chunks, kept.headers, kept.rows, kept.kind
		return nil
	}
	tables := 0
	env := s.environment(j)
	find := env.Table
	env.Table = func(database, schema, name string) (sfsql.Relation, error) {
		tables++
		return find(database, schema, name)
	}
	q, no := sfsql.Compile(j.in.SQLText, env)
	if no != nil {
		return refused(no)
	}
	if q.Kind != sfsql.Select {
		return s.other(j, q)
	}
	j.kind = statementSelect
	for _, c := range q.Columns {
		j.columns = append(j.columns, wire(c))
	}
	if j.in.DescribeOnly {
		return nil
	}
	if tables > 0 && j.warehouse == "" {
		return fail("000606", "57P03", "No active warehouse selected in the current session.  Select an active warehouse with the 'use warehouse' command.")
	}
	return s.read(ctx, j, q.SQL)
}

// environment is what a statement's meaning depends on.
func (s *Server) environment(j *job) sfsql.Env {
	n := j.session
	n.mu.Lock()
	defer n.mu.Unlock()
	env := sfsql.Env{
		Database: n.database, Schema: n.schema, Role: n.role, User: n.user, Warehouse: n.warehouse, Account: strings.ToUpper(s.config.Account),
		Session: strconv.FormatInt(n.id, 10), Now: s.config.Now(), Parameters: map[string]string{}, Bindings: map[string]sfsql.Binding{},
	}
	for name, value := range n.parameters {
		env.Parameters[name] = text(value)
	}
	for name, value := range j.in.Parameters {
		env.Parameters[strings.ToUpper(name)] = text(value)
	}
	for name, b := range j.in.Bindings {
		bound := sfsql.Binding{Type: b.Type}
		if b.Value != nil {
			value := text(b.Value)
			bound.Value = &value
		}
		env.Bindings[name] = bound
	}
	role := n.role
	env.Table = func(database, schema, name string) (sfsql.Relation, error) {
		return s.relation(env, role, database, schema, name)
	}
	return env
}

// relation is a table as a role sees it.
func (s *Server) relation(env sfsql.Env, role, database, schema, name string) (sfsql.Relation, error) {
	t := s.table(database, schema, name)
	if t == nil {
		return sfsql.Relation{}, missing("Object", database, schema, name)
	}
	sight, ok := s.config.Policy.Sees(role, t.Key, t.names())
	if !ok || s.Refused(t.Key) {
		return sfsql.Relation{}, missing("Object", database, schema, name)
	}
	whole := t.relation()
	if sight.Whole(len(t.Columns)) {
		return whole, nil
	}
	return limited(env, t, sight)
}

// missing is the refusal of an object that is not there, or that the role may not see: the service does not tell which.
func missing(kind string, name ...string) *sfsql.Error {
	return &sfsql.Error{Number: 2003, SQLState: "42S02",
		Message: "SQL compilation error:\n" + kind + " '" + spelled(name) + "' does not exist or not authorized."}
}

// spelled writes a name as the service does in its messages: quoted where it is not plain upper case.
func spelled(parts []string) string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = p
		if p != strings.ToUpper(p) || strings.ContainsAny(p, ` ."`) {
			out[i] = quote(p)
		}
	}
	return strings.Join(out, ".")
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// refused is the answer to an error of the compiler.
func refused(e *sfsql.Error) *failure {
	return fail(fmt.Sprintf("%06d", e.Number), e.SQLState, e.Message)
}

// translate is the answer to an error of DuckDB.
func translate(err error) *failure { return refused(sfsql.Translate(err)) }

// kinds pairs the compiler's kinds with the wire's types.
var kinds = map[sfsql.Kind]string{
	sfsql.Number: result.Fixed, sfsql.Float: result.Real, sfsql.Varchar: result.Text, sfsql.Boolean: result.Boolean, sfsql.Date: result.Date,
	sfsql.Time: result.Time, sfsql.TimestampNTZ: result.TimestampNTZ, sfsql.TimestampLTZ: result.TimestampLTZ, sfsql.TimestampTZ: result.TimestampTZ,
	sfsql.Binary: result.Binary, sfsql.Variant: result.Variant, sfsql.Array: result.Array, sfsql.Object: result.Object,
}

// wire describes a compiled column to clients.
func wire(c sfsql.Column) result.Column {
	return result.Column{
		Name: c.Name, Type: kinds[c.Type.Kind], Precision: c.Type.Precision, Scale: c.Type.Scale, Length: int64(c.Type.Length), Nullable: c.Nullable,
	}
}

// inner is a column's type as the compiler knows it.
func inner(c result.Column) sfsql.Type {
	t := sfsql.Type{Precision: c.Precision, Scale: c.Scale, Length: int(c.Length)}
	for kind, name := range kinds {
		if name == c.Type {
			t.Kind = kind
		}
	}
	return t
}

func (t *Table) names() []string {
	out := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = c.Name
	}
	return out
}

func (t *Table) relation() sfsql.Relation {
	out := sfsql.Relation{From: t.From}
	for _, c := range t.Columns {
		out.Columns = append(out.Columns, sfsql.Column{Name: c.Name, Type: inner(c), Nullable: c.Nullable})
	}
	return out
}
