package databricks

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
)

// Describe returns a table's or view's columns as the person may know them (DESCRIBE TABLE). Columns of types that have no
// counterpart in PostgreSQL are left out. 42501 when there is no such object or the person may not know of it.
func (c *conn) Describe(ctx context.Context, object string) (source.Schema, error) {
	name, err := quoted(object)
	if err != nil {
		return source.Schema{}, err
	}
	text := dialect.Text{Text: "DESCRIBE TABLE " + name}
	for id := plan.ColID(1); id <= 3; id++ { // col_name, data_type, comment
		text.Columns = append(text.Columns, plan.Col{ID: id, Name: "description", Type: plan.Type{OID: pgcat.Text, Mod: -1}})
	}
	rows := c.start(ctx, text)
	defer rows.Release()
	var out source.Schema
	told := true
	for rows.Next() {
		b := rows.RecordBatch()
		names, types := b.Column(0).(*array.String), b.Column(1).(*array.String)
		for i := range names.Len() {
			name := names.Value(i)
			told = told && name != "" && !strings.HasPrefix(name, "#") // what follows is of partitions and the like
			if t, ok := typeOf(types.Value(i)); ok && told {
				out.Columns = append(out.Columns, source.Column{Name: name, Type: t, Collation: collationOf(t, types.Value(i))})
			}
		}
	}
	if err := rows.Err(); err != nil {
		return source.Schema{}, err
	}
	if len(out.Columns) == 0 {
		return out, c.system.malformed(errors.New("no column is described"))
	}
	return out, nil
}

// quoted writes an object as identifiers: schema.table or catalog.schema.table, each part plain or in backquotes or double quotes.
func quoted(object string) (string, error) {
	parts, ok := source.SplitName(object, "\"`")
	if !ok || len(parts) < 2 || len(parts) > 3 {
		return "", pgerr.New(pgerr.InvalidName, `the object %q is none of Databricks's`, object).WithHint("write schema.table or catalog.schema.table")
	}
	for i, p := range parts {
		parts[i] = "`" + strings.ReplaceAll(p, "`", "``") + "`"
	}
	return strings.Join(parts, "."), nil
}

// collationOf is a text column's collation as plan.Column has it. DESCRIBE TABLE writes one behind the type, as string collate
// UNICODE_CI; without one, and under UTF8_BINARY, texts are compared by their bytes. Under any other, texts that differ may be
// equal (https://docs.databricks.com/en/sql/language-manual/sql-ref-collation.html).
func collationOf(t plan.Type, text string) string {
	if t.OID != pgcat.Text && t.OID != pgcat.Varchar && t.OID != pgcat.Bpchar {
		return ""
	}
	_, name, _ := strings.Cut(strings.ToUpper(text), " COLLATE ")
	name = strings.Trim(strings.TrimSpace(name), "`")
	if name == "" || name == "UTF8_BINARY" {
		return "C.UTF-8"
	}
	return plan.Nondeterministic + name
}

// plainTypes are the types that DESCRIBE TABLE writes without arguments
// (https://docs.databricks.com/en/sql/language-manual/sql-ref-datatypes.html).
var plainTypes = map[string]uint32{
	"TINYINT": pgcat.Int2, "SMALLINT": pgcat.Int2, "INT": pgcat.Int4, "BIGINT": pgcat.Int8, "FLOAT": pgcat.Float4, "DOUBLE": pgcat.Float8,
	"STRING": pgcat.Text, "BOOLEAN": pgcat.Bool, "BINARY": pgcat.Bytea, "DATE": pgcat.Date, "TIMESTAMP": pgcat.TimestampTZ, "TIMESTAMP_NTZ": pgcat.Timestamp,
	"VARIANT": pgcat.JSONB,
}

// typeOf is the type of ours for one as DESCRIBE TABLE writes it, as decimal(12,2).
func typeOf(text string) (plan.Type, bool) {
	text, _, _ = strings.Cut(strings.ToUpper(strings.TrimSpace(text)), " COLLATE ")
	if oid, ok := plainTypes[text]; ok {
		return plan.Type{OID: oid, Mod: -1}, true
	}
	name, rest, _ := strings.Cut(text, "(")
	args, end, closed := strings.Cut(rest, ")")
	if !closed || end != "" {
		return plan.Type{}, false
	}
	first, second, _ := strings.Cut(args, ",")
	n, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || n < 1 {
		return plan.Type{}, false
	}
	switch name {
	case "DECIMAL":
		scale, err := strconv.Atoi(strings.TrimSpace(second))
		if err != nil || n > 38 || scale < 0 || scale > n {
			return plan.Type{}, false
		}
		return plan.Type{OID: pgcat.Numeric, Mod: datum.MakeNumericMod(int32(n), int32(scale))}, true
	case "VARCHAR":
		return plan.Type{OID: pgcat.Varchar, Mod: int32(min(n, 10_485_760)) + 4}, true
	case "CHAR":
		return plan.Type{OID: pgcat.Bpchar, Mod: int32(min(n, 10_485_760)) + 4}, true
	}
	return plan.Type{}, false
}
