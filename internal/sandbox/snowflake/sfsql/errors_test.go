package sfsql

import (
	"errors"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltest"
)

func TestTranslate(t *testing.T) {
	for text, want := range map[string]string{
		"Conversion Error: Could not convert string 'WSF|100051|22012|Division by zero|FSW' to INT32": "100051 (22012): Division by zero",
		"Invalid Input Error: WSF|100038|22018|Numeric value 'a|b' is not recognized|FSW":             "100038 (22018): Numeric value 'a|b' is not recognized",
		"WSF|broken":              "000603 (XX000): SQL execution internal error:\nProcessing aborted.",
		"INTERRUPT Error: x":      "000604 (57014): SQL execution canceled",
		"Out of Memory Error: no": "000603 (XX000): SQL execution internal error:\nProcessing aborted.",
	} {
		if got := Translate(errors.New(text)).Error(); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	if Translate(nil) != nil {
		t.Error("an error made of none")
	}
}

// TestAllowList prints every function on the allow-list with the vendor page that describes it.
func TestAllowList(t *testing.T) {
	pages := map[string]string{"RATIO_TO_REPORT": "", "SUM": "", "CAST": "", "TRY_CAST": "", "FLATTEN": "", "GENERATOR": ""}
	for _, list := range functions {
		for _, f := range list {
			pages[f.Name] = f.Page
		}
	}
	for name, f := range specialTable() {
		pages[name] = f.page
	}
	for name, f := range dateTable() {
		pages[name] = f.page
	}
	for _, names := range []map[string]bool{keysOf(aggregates), builtAggregates, keysOf(windowFunctions)} {
		for name := range names {
			pages[name] = ""
		}
	}
	sqltest.AllowList(t, "%-26s sql-reference/functions/%s", pages)
}

func keysOf[V any](m map[string]V) map[string]bool {
	out := map[string]bool{}
	for k := range m {
		out[k] = true
	}
	return out
}

func TestBindings(t *testing.T) {
	db := open(t)
	for _, c := range []struct{ typ, value, want string }{
		{"FIXED", "-5", "NUMBER(1,0)\n-5"}, {"FIXED", "1.50", "NUMBER(3,2)\n1.50"}, {"REAL", "1.5", "FLOAT\n1.5"}, {"TEXT", "it's", "VARCHAR(4)\nit's"},
		{"BOOLEAN", "true", "BOOLEAN\ntrue"}, {"DATE", "86400000", "DATE\n1970-01-02"}, {"TIME", "3600000000000", "TIME(9)\n01:00:00"},
		{"TIMESTAMP_NTZ", "1500000000", "TIMESTAMP_NTZ(9)\n1970-01-01 00:00:01.5"}, {"TIMESTAMP_LTZ", "0", "TIMESTAMP_LTZ(9)\n1970-01-01 00:00:00+00"},
		{"TIMESTAMP_TZ", "0 1560", "TIMESTAMP_TZ(9)\n{'u': '1970-01-01 00:00:00', 'o': 120}"}, {"BINARY", "4142", "BINARY(8388608)\nAB"},
		{"FIXED", "1; DROP", "100038 (22018): Bind variable :1 has an invalid value for type FIXED"},
		{"DATE", "x", "100038 (22018): Bind variable :1 has an invalid value for type DATE"},
		{"TIMESTAMP_NTZ", "1", "100038 (22018): Bind variable :1 has an invalid value for type TIMESTAMP_NTZ"},
		{"VECTOR", "1", "000002 (0A000): SQL compilation error:\nUnsupported feature 'binding of type VECTOR'."},
	} {
		env := testEnv()
		env.Bindings = map[string]Binding{"1": bind(c.typ, c.value)}
		if got := judged(db, env).Run(t, "SELECT ?"); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.typ, c.value, got, c.want)
		}
	}
	env := testEnv()
	env.Bindings = map[string]Binding{"1": {"TEXT", nil}}
	if got := judged(db, env).Run(t, "SELECT :1"); got != "VARCHAR(16777216)\nNULL" {
		t.Errorf("NULL: %q", got)
	}
	if got := judged(db, env).Run(t, "SELECT :9"); !strings.Contains(got, "not set") {
		t.Errorf("missing: %q", got)
	}
}

func TestFullTypes(t *testing.T) {
	for text, want := range map[string]string{"NUMBER": "NUMBER(38,0)", "DECIMAL(10)": "NUMBER(10,0)", "NUMERIC(10,2)": "NUMBER(10,2)", "INT": "NUMBER(38,0)",
		"DOUBLE PRECISION": "FLOAT", "STRING": "VARCHAR(16777216)", "CHAR": "VARCHAR(1)", "VARCHAR(7)": "VARCHAR(7)", "TIMESTAMP": "TIMESTAMP_NTZ(9)",
		"TIMESTAMP_LTZ(3)": "TIMESTAMP_LTZ(3)", "TIMESTAMPTZ": "TIMESTAMP_TZ(9)", "TIME(0)": "TIME(0)", "VARBINARY": "BINARY(8388608)"} {
		q, err := Compile("SELECT CAST(NULL AS "+text+")", testEnv())
		if err != nil || q.Columns[0].Type.String() != want {
			t.Errorf("%s: %v %v, want %s", text, q, err, want)
		}
	}
	for _, text := range []string{"NUMBER(39,0)", "NUMBER(5,6)", "INT(5)", "VARCHAR(0)", "VARCHAR(99999999)", "TIMESTAMP(10)", "FLOAT(3,2)", "UUID", "NUMBER(1.5)"} {
		if _, err := Compile("SELECT CAST(NULL AS "+text+")", testEnv()); err == nil {
			t.Errorf("%s is accepted", text)
		}
	}
}
