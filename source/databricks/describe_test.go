package databricks

import (
	"testing"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source/sourcetest"
)

func TestTypeOf(t *testing.T) {
	for text, want := range map[string]plan.Type{
		"tinyint": sourcetest.Plain(pgcat.Int2), "SMALLINT": sourcetest.Plain(pgcat.Int2), "int": sourcetest.Plain(pgcat.Int4), "bigint": sourcetest.Plain(pgcat.Int8), "float": sourcetest.Plain(pgcat.Float4),
		"double": sourcetest.Plain(pgcat.Float8), "decimal(12,2)": sourcetest.Numeric(12, 2), "decimal(38, 0)": sourcetest.Numeric(38, 0), "string": sourcetest.Plain(pgcat.Text), "string collate UNICODE_CI": sourcetest.Plain(pgcat.Text),
		"varchar(20)": {OID: pgcat.Varchar, Mod: 24}, "char(3)": {OID: pgcat.Bpchar, Mod: 7}, "boolean": sourcetest.Plain(pgcat.Bool), "binary": sourcetest.Plain(pgcat.Bytea),
		"date": sourcetest.Plain(pgcat.Date), "timestamp": sourcetest.Plain(pgcat.TimestampTZ), "timestamp_ntz": sourcetest.Plain(pgcat.Timestamp), "variant": sourcetest.Plain(pgcat.JSONB),
		"array<int>": {}, "struct<a:decimal(12,2)>": {}, "map<string,int>": {}, "interval day to second": {}, "decimal(39,0)": {}, "decimal(3,4)": {}, "decimal": {}, "": {}, "void": {},
	} {
		if got, ok := typeOf(text); got != want || ok != (want.OID != 0) {
			t.Errorf("%s: %v %v, wanted %v", text, got, ok, want)
		}
	}
}

func TestCollationOf(t *testing.T) {
	for text, want := range map[string]string{"string": "C.UTF-8", "string collate UTF8_BINARY": "C.UTF-8", "string COLLATE UNICODE_CI": plan.Nondeterministic + "UNICODE_CI"} {
		if got := collationOf(sourcetest.Plain(pgcat.Text), text); got != want {
			t.Errorf("%s: %q, wanted %q", text, got, want)
		}
	}
	if got := collationOf(sourcetest.Plain(pgcat.Int4), "int"); got != "" {
		t.Error(got)
	}
}

func TestQuoted(t *testing.T) {
	for object, want := range map[string]string{
		"s.t": "`s`.`t`", "main.s.t": "`main`.`s`.`t`", "s.`a.b`": "`s`.`a.b`", `"s.1".t`: "`s.1`.`t`", "s.a`b": "`s`.`a``b`", "s.`a``b`": "`s`.`a``b`",
		"t": "", "": "", "a.b.c.d": "", "s.": "", ".t": "", "s.`t": "", "s.``": "", "s.`a`b": "",
	} {
		got, err := quoted(object)
		if got != want || want == "" && pgerr.Code(err) != pgerr.InvalidName {
			t.Errorf("%s: %s %v, wanted %s", object, got, err, want)
		}
	}
}
