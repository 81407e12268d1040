package snowflake

import (
	"context"
	"errors"
	"strconv"
	"strings"

	sf "github.com/snowflakedb/gosnowflake/v2"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
)

// Describe returns a table's or view's columns as the person's role sees them (DESCRIBE TABLE). Columns of types that have no
// counterpart in PostgreSQL are left out. 42501 when there is no such object or the role may not know of it.
func (c *conn) Describe(ctx context.Context, object string) (source.Schema, error) {
	name, err := quoted(object)
	if err != nil {
		return source.Schema{}, err
	}
	ctx, rec := recording(ctx)
	defer rec.stop(nil)
	l, loader, err := c.query(ctx, "DESCRIBE TABLE "+name)
	if l == nil {
		return source.Schema{}, c.system.failure(ctx, rec, err)
	}
	if err != nil {
		l.Destroy()
		return source.Schema{}, c.system.failure(ctx, rec, err)
	}
	l.Return()
	return c.system.schema(loader)
}

// quoted writes an object as identifiers: schema.table or database.schema.table, each part exact or in double quotes.
func quoted(object string) (string, error) {
	parts, ok := source.SplitName(object, `"`)
	if !ok || len(parts) < 2 || len(parts) > 3 {
		return "", pgerr.New(pgerr.InvalidName, `the object %q is none of Snowflake's`, object).WithHint("write schema.table or database.schema.table")
	}
	for i, p := range parts {
		parts[i] = `"` + strings.ReplaceAll(p, `"`, `""`) + `"`
	}
	return strings.Join(parts, "."), nil
}

// schema reads what DESCRIBE TABLE answers (https://docs.snowflake.com/en/sql-reference/sql/desc-table).
func (s *system) schema(loader sf.ArrowStreamLoader) (source.Schema, error) {
	at := map[string]int{}
	for i, t := range loader.RowTypes() {
		at[strings.ToLower(t.Name)] = i
	}
	cell := func(row []*string, name string) string {
		if i, ok := at[name]; ok && i < len(row) && row[i] != nil {
			return *row[i]
		}
		return ""
	}
	var out source.Schema
	for _, row := range loader.JSONData() {
		name := cell(row, "name")
		if name == "" {
			return out, s.malformed(errors.New("a described column has no name"))
		}
		text := cell(row, "type")
		t, ok := typeOf(text)
		if !ok {
			continue
		}
		out.Columns = append(out.Columns, source.Column{Name: name, Type: t, NotNull: cell(row, "null?") == "N", Collation: collationOf(t, text)})
	}
	if len(out.Columns) == 0 {
		return out, s.malformed(errors.New("no column is described"))
	}
	return out, nil
}

// collationOf is a text column's collation as plan.Column has it. DESCRIBE TABLE writes one behind the type, as VARCHAR(10) COLLATE
// 'en-ci'; without one, and under utf8, texts are compared by their bytes. Under any other, texts that differ may be equal
// (https://docs.snowflake.com/en/sql-reference/collation).
func collationOf(t plan.Type, text string) string {
	if t.OID != pgcat.Text && t.OID != pgcat.Varchar {
		return ""
	}
	_, name, _ := strings.Cut(text, "COLLATE '")
	name = strings.TrimSuffix(strings.TrimSpace(name), "'")
	if name == "" || strings.EqualFold(name, "utf8") || strings.EqualFold(name, "bin") {
		return "C.UTF-8"
	}
	return plan.Nondeterministic + name
}

// longText are the lengths of a VARCHAR that has been given none.
var longText = map[string]bool{"": true, "16777216": true, "134217728": true}

// typeOf is the type of ours for one as DESCRIBE TABLE writes it, as NUMBER(12,2). Whole numbers take the smallest integer that
// holds all of them.
func typeOf(text string) (plan.Type, bool) {
	text = strings.ToUpper(strings.TrimSpace(text))
	name, rest, _ := strings.Cut(text, "(")
	name, _, _ = strings.Cut(strings.TrimSpace(name), " ")
	args, _, _ := strings.Cut(rest, ")")
	plain := func(oid uint32) (plan.Type, bool) { return plan.Type{OID: oid, Mod: -1}, true }
	switch name {
	case "NUMBER", "DECIMAL", "NUMERIC":
		return numberOfDigits(args)
	case "FLOAT", "DOUBLE", "REAL":
		return plain(pgcat.Float8)
	case "VARCHAR", "TEXT", "STRING", "CHAR":
		if n, err := strconv.Atoi(args); err == nil && !longText[args] {
			return plan.Type{OID: pgcat.Varchar, Mod: int32(n) + 4}, true
		}
		return plain(pgcat.Text)
	case "BOOLEAN":
		return plain(pgcat.Bool)
	case "BINARY", "VARBINARY":
		return plain(pgcat.Bytea)
	case "DATE":
		return plain(pgcat.Date)
	case "TIME":
		return plain(pgcat.Time)
	case "TIMESTAMP_NTZ", "DATETIME":
		return plain(pgcat.Timestamp)
	case "TIMESTAMP_LTZ", "TIMESTAMP_TZ":
		return plain(pgcat.TimestampTZ)
	case "VARIANT", "OBJECT", "ARRAY", "MAP":
		return plain(pgcat.JSONB)
	}
	return plan.Type{}, false
}

func numberOfDigits(args string) (plan.Type, bool) {
	first, second, _ := strings.Cut(args, ",")
	precision, err := strconv.Atoi(strings.TrimSpace(first))
	scale, err2 := strconv.Atoi(strings.TrimSpace(second))
	if err != nil || err2 != nil || precision < 1 || precision > 38 || scale < 0 || scale > precision {
		return plan.Type{}, false
	}
	switch {
	case scale > 0 || precision > 18:
		return plan.Type{OID: pgcat.Numeric, Mod: datum.MakeNumericMod(int32(precision), int32(scale))}, true
	case precision > 9:
		return plan.Type{OID: pgcat.Int8, Mod: -1}, true
	case precision > 4:
		return plan.Type{OID: pgcat.Int4, Mod: -1}, true
	}
	return plan.Type{OID: pgcat.Int2, Mod: -1}, true
}
