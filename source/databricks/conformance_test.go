package databricks

import (
	"os"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/oracle"
	emulator "github.com/waggle-sql/waggle/internal/sandbox/databricks"
	"github.com/waggle-sql/waggle/internal/sandbox/databricks/dbsql"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/sourcetest"
)

// mixed are the columns of a table that is rich in types, and its rows, tab-separated, for PostgreSQL and for the emulator.
var mixed = []struct {
	name, postgres, duck string
	kind                 dbsql.Type
}{
	{"id", "int4 NOT NULL", "INTEGER", dbsql.Type{Kind: dbsql.Int}}, {"i2", "int2", "SMALLINT", dbsql.Type{Kind: dbsql.Smallint}},
	{"i4", "int4", "INTEGER", dbsql.Type{Kind: dbsql.Int}}, {"i8", "int8", "BIGINT", dbsql.Type{Kind: dbsql.Bigint}},
	{"f4", "float4", "FLOAT", dbsql.Type{Kind: dbsql.Float}}, {"f8", "float8", "DOUBLE", dbsql.Type{Kind: dbsql.Double}},
	{"n2", "numeric(12,2)", "DECIMAL(12,2)", dbsql.Type{Kind: dbsql.Decimal, Precision: 12, Scale: 2}},
	{"n", "numeric(30,3)", "DECIMAL(30,3)", dbsql.Type{Kind: dbsql.Decimal, Precision: 30, Scale: 3}},
	{"s", "text", "VARCHAR", dbsql.Type{Kind: dbsql.String}}, {"u", "text", "VARCHAR", dbsql.Type{Kind: dbsql.String}},
	{"b", "bool", "BOOLEAN", dbsql.Type{Kind: dbsql.Boolean}}, {"d", "date", "DATE", dbsql.Type{Kind: dbsql.Date}},
	{"ts", "timestamp", "TIMESTAMP", dbsql.Type{Kind: dbsql.TimestampNTZ}}, {"tz", "timestamptz", "TIMESTAMPTZ", dbsql.Type{Kind: dbsql.Timestamp}},
	{"ba", "bytea", "BLOB", dbsql.Type{Kind: dbsql.Binary}},
}

const mixedRows = `1	1	7	100	1.5	2.5	10.50	1.000	abc	a_c	true	2024-02-29	2024-02-29 13:14:15.123456	2024-03-10 09:30:00+00	\x01\x02
2	-3	-7	-9000000000	-0.25	-1e10	-0.01	1.100	ABC	a%c	false	1999-12-31	1999-12-31 23:59:59.999999	1999-12-31 23:59:59+00	
3	0	2	0	0	0	0.00	0.000	étoile	x'y	NULL	2000-01-01	2000-01-01 00:00:00	2000-01-01 00:00:00+00	\xFF
4	32767	2147483647	9223372036854775807	3.4e38	1.7e150	9999999999.99	12345678901234.123	  pad  		true	1970-01-01	1970-01-01 00:00:00	1970-01-01 00:00:00+00	NULL
5	NULL	NULL	NULL	NaN	NaN	NULL	NULL	NULL	NULL	NULL	NULL	NULL	NULL	NULL
6	5	1	3	Infinity	-Infinity	3.33	-2.500	100%	a\b	false	2024-12-30	2024-12-30 08:00:00	2024-12-30 08:00:00+00	\x00`

// mixedTable is a script that makes the table t of those rows.
func mixedTable(duck bool) string {
	var names, rows []string
	for _, c := range mixed {
		if duck {
			names = append(names, c.name+" "+c.duck)
		} else {
			names = append(names, c.name+" "+c.postgres)
		}
	}
	for _, line := range strings.Split(mixedRows, "\n") {
		var cells []string
		for i, cell := range strings.Split(line, "\t") {
			kind, _, _ := strings.Cut(mixed[i].postgres, " ")
			if duck {
				kind = mixed[i].duck
			} else if kind == "bytea" {
				cell = strings.Replace(strings.ReplaceAll(cell, `\x`, ""), "", `\x`, 1)
			}
			switch {
			case strings.HasSuffix(cell, "NULL"):
				cell = "NULL"
			default:
				cell = "'" + strings.ReplaceAll(cell, "'", "''") + "'"
			}
			cells = append(cells, "CAST("+cell+" AS "+kind+")")
		}
		rows = append(rows, "("+strings.Join(cells, ", ")+")")
	}
	return "CREATE TABLE t (" + strings.Join(names, ", ") + "); INSERT INTO t VALUES " + strings.Join(rows, ", ")
}

// TestConformance proves every form of Databricks's dialect that takes the types of the table t, over the emulator.
func TestConformance(t *testing.T) {
	_, direct := oracle.Connected(t)
	if _, err := direct.Exec(t.Context(), "SET TimeZone = 'UTC'; "+mixedTable(false)).ReadAll(); err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *emulator.Config) {
		for _, text := range strings.Split(mixedTable(true), "; ") {
			if err := c.Database.Exec(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		}
		table := emulator.Table{Catalog: "main", Schema: "shop", Name: "t", From: "t", Key: "lake.shop.t"}
		for _, m := range mixed {
			table.Columns = append(table.Columns, dbsql.Column{Name: m.name, Type: m.kind, Nullable: true})
		}
		c.Tables, c.Policy = append(c.Tables, table), nil
	})
	sample := 400
	if os.Getenv("WAGGLE_CONFORMANCE") == "all" {
		sample = 0
	}
	sourcetest.RunSQL(t, sourcetest.SQLSuite{Source: r.source, Object: "shop.t", Table: "t", Key: "id", Sample: sample, Seed: 1,
		Open:   func(*testing.T) source.Conn { return r.open(r.bearer("analyst")) },
		Answer: sourcetest.Answers(direct),
		// Any value is any.
		Differs: func(sql string) bool { return strings.Contains(sql, `"any_value"`) },
	})
}
