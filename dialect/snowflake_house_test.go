package dialect_test

import (
	"errors"
	"fmt"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/sfsql"
	"github.com/waggle-sql/waggle/planner/plan"
)

// sfTypes are the types by which Snowflake would hold PostgreSQL's values.
var sfTypes = map[uint32]sfsql.Type{
	pgcat.Bool: {Kind: sfsql.Boolean}, pgcat.Int2: {Kind: sfsql.Number, Precision: 38}, pgcat.Int4: {Kind: sfsql.Number, Precision: 38},
	pgcat.Int8: {Kind: sfsql.Number, Precision: 38}, pgcat.Float8: {Kind: sfsql.Float}, pgcat.Bytea: {Kind: sfsql.Binary, Length: 1000},
	pgcat.Text: {Kind: sfsql.Varchar, Length: 16777216}, pgcat.Varchar: {Kind: sfsql.Varchar, Length: 16777216}, pgcat.Bpchar: {Kind: sfsql.Varchar, Length: 16777216},
	pgcat.Date: {Kind: sfsql.Date}, pgcat.Time: {Kind: sfsql.Time, Scale: 9}, pgcat.Timestamp: {Kind: sfsql.TimestampNTZ, Scale: 9}, pgcat.TimestampTZ: {Kind: sfsql.TimestampLTZ, Scale: 9},
}

func sfType(c plan.Column) sfsql.Type {
	if c.Type.OID == pgcat.Numeric {
		return sfsql.Type{Kind: sfsql.Number, Precision: int(c.Type.Mod-4) >> 16, Scale: int(c.Type.Mod-4) & 0x7ff}
	}
	return sfTypes[c.Type.OID]
}

func snowflakeHouse() house {
	return house{
		language: "snowflake", setup: sfsql.Setup(), overflow: "100046 ",
		column: func(c plan.Column) string { return sfType(c).DuckDB() },
		compile: func(text string, tables map[string]*plan.Table) (string, []bool, string) {
			q, err := sfsql.Compile(text, sfEnv(tables))
			if err != nil {
				return "", nil, err.Message
			}
			binary := make([]bool, len(q.Columns))
			for i, c := range q.Columns {
				binary[i] = c.Type.Kind == sfsql.Binary
			}
			return q.SQL, binary, ""
		},
		translate: func(err error) string {
			e := sfsql.Translate(err)
			if e == nil {
				return ""
			}
			return fmt.Sprintf("%d %s", e.Number, e.Message)
		},
	}
}

func sfEnv(tables map[string]*plan.Table) sfsql.Env {
	return sfsql.Env{Database: "DEMO", Schema: "public", Role: "R", User: "U", Warehouse: "W",
		Parameters: map[string]string{"TIMEZONE": "UTC", "WEEK_START": "1", "WEEK_OF_YEAR_POLICY": "0"},
		Table: func(_, _, name string) (sfsql.Relation, error) {
			table, ok := tables[name]
			if !ok {
				return sfsql.Relation{}, errors.New("no such table")
			}
			rel := sfsql.Relation{From: "src." + table.Name}
			for _, c := range table.Columns {
				rel.Columns = append(rel.Columns, sfsql.Column{Name: c.Name, Type: sfType(c), Nullable: true})
			}
			return rel, nil
		}}
}
