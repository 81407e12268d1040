package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
)

// describeText asks for a relation's columns. Where a collation is defined differs with the server's version, hence to_jsonb.
const describeText = `SELECT a.attname, CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END,
	CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END, a.attnotnull, has_column_privilege(c.oid, a.attnum, 'SELECT'),
	o.j->>'collname', o.j->>'collprovider', coalesce(o.j->>'colllocale', o.j->>'colliculocale', o.j->>'collcollate'), o.j->>'collisdeterministic'
	FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
	LEFT JOIN LATERAL (SELECT to_jsonb(k) AS j FROM pg_collation k WHERE k.oid = a.attcollation AND k.oid <> 100
		UNION ALL SELECT jsonb_build_object('collname', d.datcollate, 'collprovider', to_jsonb(d)->>'datlocprovider', 'collcollate', d.datcollate,
			'colllocale', coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale'))
		FROM pg_database d WHERE a.attcollation = 100 AND d.datname = current_database()) o ON true
	WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`

// Describe returns a relation's columns as this person may read them; 42P01 when there is no such relation, 42501 when none of
// its columns may be read.
func (c *conn) Describe(ctx context.Context, object string) (source.Schema, error) {
	schema, table := names(object)
	lease, err := c.acquire(ctx, usual)
	if err != nil {
		return source.Schema{}, err
	}
	found, err := describe(lease.Session.start(ctx, fmt.Sprintf(describeText, quote(schema), quote(table)), nil, usual))
	if err != nil {
		lease.Destroy()
		return source.Schema{}, c.failure(ctx, err)
	}
	release(lease)
	var s source.Schema
	for _, col := range found {
		if col.readable {
			s.Columns = append(s.Columns, col.Column)
		}
	}
	switch {
	case len(found) == 0:
		return s, pgerr.New(pgerr.UndefinedTable, `relation "%s" does not exist`, object)
	case len(s.Columns) == 0:
		return s, pgerr.New(pgerr.InsufficientPrivilege, "permission denied for table %s", table)
	}
	return s, nil
}

// described is a column of a relation.
type described struct {
	source.Column
	readable bool
}

func describe(answers *pgconn.MultiResultReader) ([]described, error) {
	var found []described
	for answers.NextResult() {
		for r := answers.ResultReader(); r.NextRow(); {
			v := r.Values()
			var oid uint32
			var mod int32
			if _, err := fmt.Sscan(string(v[1])+" "+string(v[2]), &oid, &mod); err != nil {
				return nil, err
			}
			found = append(found, described{source.Column{Name: string(v[0]), Type: known(oid, mod), NotNull: string(v[3]) == "t",
				Collation: collation(string(v[5]), string(v[6]), string(v[7]), string(v[8]))}, string(v[4]) == "t"})
		}
	}
	return found, answers.Close()
}

// collation is a collation's name as plan.Column has it. The builtin provider's and those of libc named so order by code point.
func collation(name, provider, locale, deterministic string) string {
	switch {
	case name == "":
		return ""
	case deterministic == "false":
		return plan.Nondeterministic + name
	case provider == "b":
		return "C.UTF-8"
	case provider == "i":
		return name
	}
	switch strings.ToLower(locale) {
	case "c", "posix", "c.utf-8", "c.utf8":
		return "C.UTF-8"
	}
	return name
}

// known is a type of PostgreSQL's own; others are seen as text.
func known(oid uint32, mod int32) plan.Type {
	if oid >= 16384 || datum.HasBinary(oid) != nil {
		return plan.Type{OID: 25, Mod: -1}
	}
	return plan.Type{OID: oid, Mod: mod}
}

// names splits an object into schema and relation as the dialect does.
func names(object string) (string, string) {
	schema, table, ok := strings.Cut(object, ".")
	if !ok {
		return "public", unquoted(object)
	}
	return unquoted(schema), unquoted(table)
}

func unquoted(s string) string {
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		return strings.ReplaceAll(s[1:len(s)-1], `""`, `"`)
	}
	return s
}
