package dialect_test

import (
	"errors"
	"time"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/sandbox/databricks/dbsql"
	"github.com/waggle-sql/waggle/planner/plan"
)

// dbTypes are the types by which Databricks would hold PostgreSQL's values. An integer has one more byte, so that nothing relies on
// its being PostgreSQL's.
var dbTypes = map[uint32]dbsql.Type{
	pgcat.Bool: {Kind: dbsql.Boolean}, pgcat.Int2: {Kind: dbsql.Smallint}, pgcat.Int4: {Kind: dbsql.Int}, pgcat.Int8: {Kind: dbsql.Bigint},
	pgcat.Float8: {Kind: dbsql.Double}, pgcat.Float4: {Kind: dbsql.Float}, pgcat.Bytea: {Kind: dbsql.Binary},
	pgcat.Text: {Kind: dbsql.String}, pgcat.Varchar: {Kind: dbsql.String}, pgcat.Bpchar: {Kind: dbsql.String},
	pgcat.Date: {Kind: dbsql.Date}, pgcat.Timestamp: {Kind: dbsql.TimestampNTZ}, pgcat.TimestampTZ: {Kind: dbsql.Timestamp},
}

func dbType(c plan.Column) (dbsql.Type, bool) {
	if c.Type.OID == pgcat.Numeric {
		return dbsql.Type{Kind: dbsql.Decimal, Precision: int(c.Type.Mod-4) >> 16, Scale: int(c.Type.Mod-4) & 0x7ff}, true
	}
	t, ok := dbTypes[c.Type.OID]
	return t, ok
}

func databricksHouse() house {
	return house{
		language: "databricks", setup: dbsql.Setup(), overflow: "[NUMERIC_VALUE_OUT_OF_RANGE",
		column: func(c plan.Column) string {
			t, ok := dbType(c)
			if !ok {
				return ""
			}
			return t.DuckDB()
		},
		compile: func(text string, tables map[string]*plan.Table) (string, []bool, string) {
			q, err := dbsql.Compile(text, dbEnv(tables))
			if err != nil {
				return "", nil, err.Message
			}
			binary := make([]bool, len(q.Columns))
			for i, c := range q.Columns {
				binary[i] = c.Type.Kind == dbsql.Binary
			}
			return q.SQL, binary, ""
		},
		translate: func(err error) string {
			e := dbsql.Translate(err)
			if e == nil {
				return ""
			}
			return e.Message
		},
	}
}

func dbEnv(tables map[string]*plan.Table) dbsql.Env {
	return dbsql.Env{Catalog: "main", Schema: "public", User: "u", Now: time.Unix(1_700_000_000, 0),
		Session: map[string]string{"timezone": "UTC", "ansi_mode": "true"},
		Table: func(_, _, name string) (dbsql.Relation, error) {
			table, ok := tables[name]
			if !ok {
				return dbsql.Relation{}, errors.New("no such table")
			}
			rel := dbsql.Relation{From: "src." + table.Name}
			for _, c := range table.Columns {
				if t, ok := dbType(c); ok {
					rel.Columns = append(rel.Columns, dbsql.Column{Name: c.Name, Type: t, Nullable: true})
				}
			}
			return rel, nil
		}}
}
