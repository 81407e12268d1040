package datum

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/pgcat"
)

// interesting holds values per type: extremes, borders, and what functions treat specially.
var interesting = map[string][]string{
	"bool":        {"t", "f"},
	"int2":        {"0", "1", "-1", "2", "7", "32767", "-32768", "100"},
	"int4":        {"0", "1", "-1", "2", "3", "4", "7", "10", "-5", "2024", "65", "2147483647", "-2147483648"},
	"int8":        {"0", "1", "-1", "2", "7", "20", "-12", "1234567890123", "9223372036854775807", "-9223372036854775808"},
	"oid":         {"0", "1", "23", "25", "1043", "2147483648", "4294967295"},
	"xid":         {"0", "1", "3"},
	"float4":      {"0", "1", "-1", "0.5", "1.5", "-2.5", "3.4028235e38", "1e-45", "Infinity", "-Infinity", "NaN", "123.456", "0.1"},
	"float8":      {"0", "1", "-1", "0.5", "2.5", "-3.5", "30", "45", "60", "90", "720.5", "1e300", "-1e300", "1e-300", "Infinity", "-Infinity", "NaN", "123456.789", "0.1", "1700000000.123456"},
	"numeric":     {"0", "0.00", "1", "-1", "1.10", "-1.5", "2.5", "0.5", "1234.5678", "-0.0001", "123456789012345678901234567890.123", "1e-20", "1e30", "NaN", "Infinity", "-Infinity", "10", "100", "3", "9999.99"},
	"text":        {"", "a", "abc", "ABC", "Hello World", "éàü ß", "日本語テキスト", "  pad  ", "a,b,,c", "x'y\"z\\", "1234", "-12.50", "foo_bar%baz", "Ⅷ ǆ ﬁ", "😀 emoji", "aaa", "abcabcabc", "UPPER lower"},
	"name":        {"", "a", "abc", "Table", "long name here"},
	"varchar":     {"", "a", "abc", "éàü", "hello  "},
	"bpchar":      {"", "a", "abc", "éàü", "AB"},
	"char":        {"", "a", "Z", "1"},
	"bytea":       {"\\x", "\\x00", "\\x616263", "\\xdeadbeef", "\\xff00ff", "\\xc3a9", "\\x5c275c"},
	"date":        {"2024-02-29", "1970-01-01", "2000-01-01", "1999-12-31", "0044-03-15 BC", "infinity", "-infinity", "5874897-12-31", "2024-03-10", "2024-11-03", "2023-01-01"},
	"time":        {"00:00:00", "24:00:00", "12:34:56.789012", "23:59:59.999999", "01:02:03"},
	"timetz":      {"00:00:00+00", "12:34:56.789-05", "23:59:59.999999+13:30", "01:02:03+05:30", "24:00:00-15:59"},
	"timestamp":   {"2024-02-29 12:34:56.789012", "1970-01-01 00:00:00", "2000-01-01 00:00:00", "1999-12-31 23:59:59.999999", "infinity", "-infinity", "2024-03-10 02:30:00", "2024-11-03 01:30:00", "0001-01-01 00:00:00 BC", "2023-05-07 08:09:10", "2024-12-30 05:00:00", "4714-11-24 00:00:00 BC"},
	"timestamptz": {"2024-02-29 12:34:56.789012+00", "1970-01-01 00:00:00+00", "2000-01-01 00:00:00+00", "infinity", "-infinity", "2024-03-10 07:30:00+00", "2024-11-03 05:30:00+00", "1883-11-18 17:00:00+00", "2023-05-07 08:09:10.5+00", "2024-01-01 04:59:59+00"},
	"interval":    {"0", "1 day", "-1 day", "1 mon", "1 year 2 mons 3 days 04:05:06.789", "-1 year -2 mons +3 days -04:05:06.789", "36 hours", "100 days 30:00:00", "infinity", "-infinity", "15 min", "0.000001 sec", "178956970 years"},
	"uuid":        {"00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "018fde8f-1234-7abc-8def-0123456789ab", "2b0e6d20-1b2c-11ef-9262-0242ac120002"},
	"json":        {`{"a": 1, "b": [1, 2.50, "x"], "c": null}`, `[1, "two", null, {"k": "v"}]`, `"str"`, `42`, `null`, `true`, `{}`, `[]`, `{"a":{"b":{"c":[10,20]}},"é":"\u00e9\n"}`, `{"b":1,"a":2,"b":3}`},
	"jsonb":       {`{"a": 1, "b": [1, 2.50, "x"], "c": null}`, `[1, "two", null, {"k": "v"}]`, `"str"`, `42`, `-1.5e3`, `null`, `true`, `{}`, `[]`, `{"a":{"b":{"c":[10,20]}},"é":"\u00e9\n"}`, `["a","b"]`, `[[1,2],[3]]`, `70000`, `{"aa":{},"b":[]}`},
	"oidvector":   {"", "1 2", "23 25 16"},
	"regclass":    {"pg_class", "pg_type", "0"},
	"regtype":     {"integer", "text", "0"},
	"regproc":     {"now", "0"},
	"_int4":       {"{}", "{1}", "{1,2,3}", "{3,NULL,1}", "{{1,2},{3,4}}", "[0:1]={5,6}", "{1,1,2,2}", "{2}"},
	"_text":       {"{}", "{a}", "{a,b}", "{a,NULL,\"c d\"}", "{{a,1},{b,2}}", "{b,c}", "{0}", "{-1}", "{1,a}", "{a,b,c,0}", "{\"\"}"},
	"_numeric":    {"{}", "{1.50}", "{1,2.5,NULL}", "{-1,0,1}"},
	"_float8":     {"{}", "{1,2.5}", "{0.5,NULL}", "{0,10,20}"},
	"_timestamp":  {"{}", "{\"2024-01-01 00:00:00\"}"},
	"_int8":       {"{}", "{1,2}", "{9223372036854775807,NULL}"},
}

var units = []string{"microseconds", "milliseconds", "second", "minute", "hour", "day", "week", "month", "quarter", "year", "decade",
	"century", "millennium", "epoch", "dow", "isodow", "doy", "isoyear", "julian", "timezone", "timezone_hour", "timezone_minute", "YEAR", "mons", "bogus", ""}

var zoneSamples = []string{"UTC", "America/New_York", "Asia/Kolkata", "EST", "PDT", "+03", "UTC+5", "Nowhere/Bad", "europe/berlin", "-04:30"}

var patterns = []string{"a", "b+", "(a)(b)?", "^a.*c$", "[[:alpha:]]+", "\\d+", "a|ab", "(?i)ABC", "x*", "l+o?", "[^a-c]", "\\mfoo", "(", "a{2,3}", "a{1}b", ".", "é", "(b)(c)", "a+?", "\\s", "[a-", "*a", "\\y", "(?:ab)+", "[0-9]+", "w\\w*", "\\.", "$", "^", "\\1", "(a)\\1", "a(?=b)", "(l|lo)", "[[:<:]]a"}

var numberPatterns = []string{"999", "9999.99", "0000", "FM999.00", "S999", "999S", "MI999", "999MI", "PL999", "SG999", "999PR", "9,999,999", "9G999D99", "L999", "$999", "RN", "FMRN", "999TH", "999th", "9.99EEEE", "9.9EEEE", "V99", "99V99", "FM9999999999.999999", "B999", "99999999999999999999.999", "\"text\"999", "999.", ".99", "FM0.09", "0", "rn", "FM99.99", "x99", "99 99", "00.00", "9990D00", "MI9,999.00", "S0.0", "999.9PR", "SG99.9"}

var datePatterns = []string{"YYYY-MM-DD HH24:MI:SS.US", "DD Mon YYYY", "Day, DD Month YYYY", "FMDay, FMDD FMMonth YYYY", "HH12:MI AM", "HH:MI:SS p.m.", "Q WW IW IYYY ID", "J DDD D W CC", "DY dy Dy DAY day", "MON mon MONTH month RM rm", "FMRM", "YYYY BC", "YY Y,YYY YYY Y", "TZ tz OF TZH:TZM", "SSSS SSSSS MS US FF1 FF2 FF3 FF6", "DDth MMTH", "\"quoted text\" YYYY", "IYY IY I IDDD", "FMHH24:FMMI", "a.d. b.c. A.D.", "TMMonth TMDay", "", "yyyymmdd", "hh24miss", "YYYY\\\"x", "HH24-th", "SP", "xyz"}

// special draws arguments of functions whose behaviour hangs on a small language.
func special(p *pgcat.Proc, i int) []string {
	typ := ""
	if t, ok := pgcat.TypeByOID(p.Args[i]); ok {
		typ = t.Name
	}
	name := p.Name
	switch {
	case i == 1 && typ == "int4" && (name == "timestamp" || name == "timestamptz" || name == "time" || name == "timetz"):
		return []string{"0", "1", "3", "6"}
	case i == 1 && typ == "int4" && name == "interval":
		return []string{"-1"}
	case i == 1 && typ == "int4" && (name == "bpchar" || name == "varchar"):
		return []string{"5", "6", "7", "-1"}
	case typ != "text" && typ != "name" && typ != "int4":
		return nil
	case strings.HasPrefix(name, "date_part") || name == "extract" || name == "date_trunc":
		if i == 0 {
			return units
		}
		if i == 2 {
			return zoneSamples
		}
	case name == "timezone" && i == 0 && typ == "text", (name == "date_add" || name == "date_subtract") && i == 2:
		return zoneSamples
	case name == "make_timestamptz" && typ == "text":
		return zoneSamples
	case name == "to_char" && i == 1:
		switch p.Args[0] {
		case pgcat.Int4, pgcat.Int8, pgcat.Float4, pgcat.Float8, pgcat.Numeric:
			return numberPatterns
		}
		return datePatterns
	case name == "to_number":
		if i == 1 {
			return numberPatterns
		}
		return []string{"123", "-123.45", "1,234.5", " 12 ", "<12>", "12-", "$5", "abc", "", "+7", "1 2 3", "12345678901234567890"}
	case name == "to_date" || name == "to_timestamp":
		if i == 1 {
			return []string{"YYYY-MM-DD", "DD Mon YYYY", "YYYYMMDD", "MM/DD/YY", "YYYY-MM-DD HH24:MI:SS", "HH12:MI AM YYYY-MM-DD", "J", "YYYY-DDD", "IYYY-IW-ID", "Month DD, YYYY", "YYYY-MM-DD HH24:MI:SS.US TZH", "FMMonth DD YYYY", "FXYYYY-MM-DD", "YYYY WW", "Y,YYY MM", "YYYY-MM-DD BC", "HH24:MI", "SSSS", "CC YY", "Q YYYY"}
		}
		return []string{"2024-02-29", "29 Feb 2024", "20240229", "02/29/24", "2024-02-29 12:34:56", "11:30 PM 2024-01-05", "2460370", "2024-060", "2024-09-4", "February 29, 2024", "2024-02-29 12:34:56.789 +03", "2023-02-29", "xx", "", "2024-13-01", "12:30", "3600", "21 24", "2024-02-29 BC", "13:00 AM 2024-01-05"}
	case strings.HasPrefix(name, "regexp_") || strings.Contains(name, "regex") || name == "substring" && i > 0 && typ == "text":
		if i == 1 {
			return patterns
		}
		if typ == "text" && i == len(p.Args)-1 && i > 2 || name == "regexp_match" && i == 2 || name == "regexp_like" && i == 2 {
			return []string{"", "i", "g", "gi", "x", "n", "s", "z", "c", "w"}
		}
		if i == 2 && name == "regexp_replace" {
			return []string{"", "X", "[\\1]", "\\&\\&", "a\\\\b", "\\2\\1", "\\"}
		}
		if typ == "int4" {
			return []string{"1", "2", "3", "0", "-1", "100"}
		}
	case strings.Contains(name, "like") && !strings.HasPrefix(name, "regexp"):
		if i == 1 {
			return []string{"%", "a%", "%c", "_bc", "ABC", "%o%", "a\\%", "a\\", "", "___", "%é%", "hello%", "%%a__", "日%", "\\_", "foo\\_bar\\%baz"}
		}
	case name == "format" && i == 0:
		return []string{"%s", "%I %L", "%%", "%2$s %1$s", "%10s|%-10s|", "%*s", "%", "%d", "hello %s", "%s %s %s", "%1$*2$s", "%-*s", "%5$s", "%0$s"}
	case name == "encode" && i == 1, name == "decode" && i == 1:
		return []string{"hex", "base64", "escape", "HEX", "bad"}
	case name == "decode":
		return []string{"616263", "YWJj", "a\\000b", "zz", "YWJ", "", "61 62", "Y W J j", "YWI=", "\\\\", "\\9"}
	case (name == "convert_from" || name == "convert_to" || name == "length") && i == 1 && typ == "name":
		return []string{"UTF8", "utf-8", "LATIN1", "SQL_ASCII", "bad"}
	case name == "similar_escape" || name == "similar_to_escape":
		if i == 0 {
			return []string{"a%", "_b", "(a|b)*", "a\\%", "[a-c]+", "a\\\"b\\\"c", "a.b", "^$", "a{2}"}
		}
		return []string{"\\", "#", "", "ab"}
	case name == "parse_ident":
		return []string{"a", "a.b.c", "\"A b\".c", "a.", "1a", "", "a b", " x . y ", "foo(bar)", "\"unclosed", "A.B", "a..b", "été"}
	case name == "unistr":
		return []string{"a", "\\0041", "\\u00e9", "\\+01F600", "\\U0001F600", "\\\\", "\\zz", "\\D83D\\DE00", "\\D83D"}
	case name == "pg_size_bytes":
		return []string{"1", "1kB", "2 MB", "1.5GB", "-1 kb", "1 XB", "", "1e3", "5 TB", "1PB", "b"}
	case name == "repeat" && i == 1:
		return []string{"0", "1", "3", "-1", "1000"}
	case (name == "lpad" || name == "rpad") && i == 1:
		return []string{"0", "1", "5", "-1", "20"}
	case name == "chr":
		return []string{"0", "65", "233", "8364", "128512", "-1", "1114112", "55296"}
	case name == "split_part" && i == 1, name == "string_to_array" && i == 1:
		return []string{",", "", "b", "  ", "xx", "日"}
	case name == "array_fill" && typ == "_int4":
		return []string{"{}", "{2}", "{2,2}"}
	case name == "current_setting" || name == "set_config":
		return []string{"timezone", "nope"}
	case name == "make_timestamp" || name == "make_timestamptz" || name == "make_date" || name == "make_time":
		return [][]string{{"2024", "-44", "0", "1999", "5874898"}, {"2", "12", "1", "13", "0"}, {"29", "1", "31", "0"}, {"0", "23", "24", "-1"}, {"0", "59", "60"}}[min(i, 4)]
	case name == "make_interval":
		return []string{"0", "1", "-1", "13", "100", "2147483647"}
	case name == "format_type" && i == 1:
		return []string{"-1", "14", "655366", "3", "0"}
	case name == "jsonb_set_lax" && i == 4:
		return []string{"use_json_null", "delete_key", "return_target", "raise_exception", "bad"}
	case name == "normalize" || name == "is_normalized":
		if i == 1 {
			return []string{"NFC", "NFD", "NFKC", "NFKD", "nfc", "bad"}
		}
	}
	return nil
}

type generator struct{ r *rand.Rand }

// draw makes arguments for a function; false when a type has no values here.
func (g *generator) draw(p *pgcat.Proc) (example, bool) {
	e := example{Func: p.Signature()}
	if _, constant := catalogs()[p.Signature()]; constant && !catalogTested[p.Name] || untestable[p.Signature()] {
		return e, false
	}
	elem := []string{"int4", "text", "numeric", "timestamp", "int8", "float8"}[g.r.IntN(6)]
	for i, a := range p.Args {
		t, _ := pgcat.TypeByOID(a)
		name := t.Name
		switch a {
		case pgcat.AnyElement, pgcat.AnyCompatible, pgcat.AnyNonArray:
			name = elem
		case pgcat.AnyArray, pgcat.AnyCompatibleArray:
			name = "_" + elem
		case pgcat.Any:
			if p.Variadic == pgcat.Any {
				for range 1 + g.r.IntN(4) {
					n := []string{"int4", "text", "numeric", "bool", "date", "_int4", "float8", "timestamptz", "jsonb", "json"}[g.r.IntN(10)]
					if p.Name == "format" || p.Name == "concat" || p.Name == "concat_ws" {
						n = []string{"int4", "text", "bool"}[g.r.IntN(3)]
					}
					g.add(&e, n, nil)
				}
				continue
			}
			name = elem
		}
		if len(interesting[name]) == 0 {
			return e, false
		}
		g.add(&e, name, special(p, i))
	}
	return e, true
}

func (g *generator) add(e *example, typ string, from []string) {
	if from == nil || typ != "int4" && g.r.IntN(12) == 0 {
		from = interesting[typ]
	}
	e.Types = append(e.Types, typ)
	if g.r.IntN(15) == 0 {
		e.Args = append(e.Args, nil)
		return
	}
	v := from[g.r.IntN(len(from))]
	if typ == "int4" && strings.Trim(v, "-0123456789") != "" || typ == "name" && len(v) > 60 {
		v = "1"
	}
	e.Args = append(e.Args, &v)
}

// untestable names functions whose answer depends on the server or the moment.
var untestable = map[string]bool{"age(timestamp)": true, "age(timestamptz)": true, "timezone(text,timetz)": true,
	"timezone(timetz)": true, "timetz(time)": true}

// catalogTested names the functions about catalogs that PostgreSQL answers as we do.
var catalogTested = map[string]bool{"num_nulls": true, "num_nonnulls": true, "uuid_extract_version": true,
	"uuid_extract_timestamp": true, "pg_size_pretty": true, "current_schemas": true, "pg_typeof": true}

// TestFunctionsOfNulls calls every function with every choice of NULL arguments: none may panic.
func TestFunctionsOfNulls(t *testing.T) {
	env := testEnv(t)
	g := &generator{rand.New(rand.NewPCG(4, 4))}
	for _, p := range implemented() {
		e, ok := g.draw(p)
		if !ok {
			continue
		}
		for mask := range 1 << min(len(e.Args), 6) {
			c := e
			c.Args = append([]*string(nil), e.Args...)
			for i := range c.Args {
				if mask>>i&1 == 1 {
					c.Args[i] = nil
				}
			}
			if got := c.compute(env); got.Code == "PANIC" {
				t.Errorf("%s: %s", c.sql(), got.Msg)
				break
			}
		}
	}
}
