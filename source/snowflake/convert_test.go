package snowflake

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source/coerce"
	"github.com/waggle-sql/waggle/source/sourcetest"
)

// built is an array of a builder with a NULL behind its values.
func built[B array.Builder](b B, fill func(B)) arrow.Array {
	fill(b)
	b.AppendNull()
	return b.NewArray()
}

var pool = memory.DefaultAllocator

func int8s(v ...int8) arrow.Array {
	return built(array.NewInt8Builder(pool), func(b *array.Int8Builder) { b.AppendValues(v, nil) })
}

func int16s(v ...int16) arrow.Array {
	return built(array.NewInt16Builder(pool), func(b *array.Int16Builder) { b.AppendValues(v, nil) })
}

func int32s(v ...int32) arrow.Array {
	return built(array.NewInt32Builder(pool), func(b *array.Int32Builder) { b.AppendValues(v, nil) })
}

func int64s(v ...int64) arrow.Array {
	return built(array.NewInt64Builder(pool), func(b *array.Int64Builder) { b.AppendValues(v, nil) })
}

func decimals(scale int32, v ...string) arrow.Array {
	return built(array.NewDecimal128Builder(pool, &arrow.Decimal128Type{Precision: 38, Scale: scale}), func(b *array.Decimal128Builder) {
		for _, s := range v {
			n, err := decimal128.FromString(s, 38, scale)
			if err != nil {
				panic(err)
			}
			b.Append(n)
		}
	})
}

func doubles(v ...float64) arrow.Array {
	return built(array.NewFloat64Builder(pool), func(b *array.Float64Builder) { b.AppendValues(v, nil) })
}

func texts(v ...string) arrow.Array {
	return built(array.NewStringBuilder(pool), func(b *array.StringBuilder) { b.AppendValues(v, nil) })
}

func days(v ...arrow.Date32) arrow.Array {
	return built(array.NewDate32Builder(pool), func(b *array.Date32Builder) { b.AppendValues(v, nil) })
}

// moments are structs of a timestamp: {epoch, fraction or zone[, zone]}.
func moments(v ...[]int64) arrow.Array {
	fields := []arrow.Field{{Name: "epoch", Type: arrow.PrimitiveTypes.Int64, Nullable: true}}
	for range v[0][1:] {
		fields = append(fields, arrow.Field{Name: "part", Type: arrow.PrimitiveTypes.Int32, Nullable: true})
	}
	return built(array.NewStructBuilder(pool, arrow.StructOf(fields...)), func(b *array.StructBuilder) {
		for _, parts := range v {
			b.Append(true)
			b.FieldBuilder(0).(*array.Int64Builder).Append(parts[0])
			for i, p := range parts[1:] {
				b.FieldBuilder(i + 1).(*array.Int32Builder).Append(int32(p))
			}
		}
	})
}

// converted is what becomes of an array: PostgreSQL's texts joined by blanks, or the SQLSTATE.
func converted(t *testing.T, kind string, scale int32, want plan.Type, a arrow.Array) string {
	t.Helper()
	c := column{coerce.Column{Source: "sf", Name: "x", Want: want, To: plan.ArrowType(want), Kind: kind, Scale: scale}}
	if err := c.check(); err != nil {
		return pgerr.Code(err)
	}
	out, err := c.convert(a)
	if err != nil {
		return pgerr.Code(err)
	}
	defer out.Release()
	if !arrow.TypeEqual(out.DataType(), c.To) || out.Len() != a.Len() {
		t.Errorf("%s of %d, wanted %s of %d", out.DataType(), out.Len(), c.To, a.Len())
	}
	var texts []string
	for i := range out.Len() {
		v := plan.ArrowValue(out, i, want)
		if v == nil {
			texts = append(texts, "NULL")
			continue
		}
		texts = append(texts, string(datum.AppendText(nil, want.OID, v, &datum.Env{ExtraFloatDigits: 1})))
	}
	return strings.Join(texts, " ")
}

var most = strings.Repeat("9", 38)

var conversions = []struct {
	name  string
	kind  string
	scale int32
	want  plan.Type
	from  arrow.Array
	text  string
}{
	{"small", "fixed", 0, sourcetest.Plain(pgcat.Int4), int8s(-128, 127), "-128 127 NULL"},
	{"same", "fixed", 0, sourcetest.Plain(pgcat.Int8), int64s(math.MinInt64, math.MaxInt64), "-9223372036854775808 9223372036854775807 NULL"},
	{"narrow", "fixed", 0, sourcetest.Plain(pgcat.Int2), int64s(-32768, 32767), "-32768 32767 NULL"},
	{"too wide", "fixed", 0, sourcetest.Plain(pgcat.Int2), int32s(1, 32768), "22003"},
	{"int8 from decimal", "fixed", 0, sourcetest.Plain(pgcat.Int8), decimals(0, "-9223372036854775808", "9223372036854775807"), "-9223372036854775808 9223372036854775807 NULL"},
	{"int8 overflow", "fixed", 0, sourcetest.Plain(pgcat.Int8), decimals(0, "9223372036854775808"), "22003"},
	{"int8 far overflow", "fixed", 0, sourcetest.Plain(pgcat.Int8), decimals(0, "18446744073709551617"), "22003"},
	{"int of scale", "fixed", 2, sourcetest.Plain(pgcat.Int4), int32s(-700, 1200), "-7 12 NULL"},
	{"int loses", "fixed", 2, sourcetest.Plain(pgcat.Int4), int32s(1250), "42804"},
	{"int loses decimal", "fixed", 2, sourcetest.Plain(pgcat.Int4), decimals(2, "12.50"), "42804"},
	{"int of great scale", "fixed", 20, sourcetest.Plain(pgcat.Int4), int64s(0), "0 NULL"},
	{"int of great scale loses", "fixed", 20, sourcetest.Plain(pgcat.Int4), int64s(1), "42804"},
	{"money", "fixed", 2, sourcetest.Numeric(12, 2), int32s(-1999, 5, 0), "-19.99 0.05 0.00 NULL"},
	{"rescaled up", "fixed", 2, sourcetest.Numeric(12, 4), int16s(-1999, 5), "-19.9900 0.0500 NULL"},
	{"rescaled down", "fixed", 4, sourcetest.Numeric(12, 2), int64s(-199900), "-19.99 NULL"},
	{"rescaled down loses", "fixed", 4, sourcetest.Numeric(12, 2), int64s(-199901), "42804"},
	{"too many digits", "fixed", 0, sourcetest.Numeric(3, 0), int16s(999, 1000), "22003"},
	{"too many digits above", "fixed", 0, sourcetest.Numeric(5, 3), int8s(100), "22003"},
	{"just enough digits", "fixed", 0, sourcetest.Numeric(5, 3), int8s(99, -99), "99.000 -99.000 NULL"},
	{"widest", "fixed", 0, sourcetest.Numeric(38, 0), decimals(0, most, "-"+most), most + " -" + most + " NULL"},
	{"wide from word", "fixed", 0, sourcetest.Numeric(38, 19), int64s(9223372036854775807), "9223372036854775807.0000000000000000000 NULL"},
	{"decimal up", "fixed", 2, sourcetest.Numeric(38, 10), decimals(2, "-12345678901234567890.12"), "-12345678901234567890.1200000000 NULL"},
	{"decimal up overflow", "fixed", 0, sourcetest.Numeric(38, 1), decimals(0, most), "22003"},
	{"decimal narrower", "fixed", 2, sourcetest.Numeric(4, 2), decimals(2, "99.99"), "99.99 NULL"},
	{"decimal too narrow", "fixed", 2, sourcetest.Numeric(3, 2), decimals(2, "99.99"), "22003"},
	{"pure fraction", "fixed", 4, sourcetest.Numeric(2, 4), int8s(12, -12), "0.0012 -0.0012 NULL"},
	{"text", "fixed", 2, sourcetest.Plain(pgcat.Numeric), int32s(-1, -100, 12345), "-0.01 -1.00 123.45 NULL"},
	{"text of decimal", "fixed", 3, sourcetest.Plain(pgcat.Numeric), decimals(3, "-0.001", "12345678901234567890123.500"), "-0.001 12345678901234567890123.500 NULL"},
	{"text of whole", "fixed", 0, sourcetest.Plain(pgcat.Numeric), int64s(0, -7), "0 -7 NULL"},
	{"texts of numbers", "text", 0, sourcetest.Plain(pgcat.Numeric), texts("-1.50", "12", "0.000"), "-1.50 12 0.000 NULL"},
	{"texts of no numbers", "text", 0, sourcetest.Plain(pgcat.Numeric), texts("1e5"), "42804"},
	{"texts of numbers with a scale", "text", 0, sourcetest.Numeric(5, 2), texts("1.50"), "42804"},
	{"fixed is no text", "fixed", 0, sourcetest.Plain(pgcat.Text), int64s(0), "42804"},
	{"double", "real", 0, sourcetest.Plain(pgcat.Float8), doubles(0.1, math.Inf(-1), math.NaN()), "0.1 -Infinity NaN NULL"},
	{"real", "real", 0, sourcetest.Plain(pgcat.Float4), doubles(0.5, math.NaN()), "0.5 NaN NULL"},
	{"real loses", "real", 0, sourcetest.Plain(pgcat.Float4), doubles(0.1), "42804"},
	{"double is no number", "real", 0, sourcetest.Numeric(10, 2), doubles(0.1), "42804"},
	{"words", "text", 0, sourcetest.Plain(pgcat.Text), texts("", "café", "a b "), " café a b  NULL"},
	{"zero byte", "text", 0, sourcetest.Plain(pgcat.Text), texts("a\x00b"), "22021"},
	{"no UTF-8", "text", 0, sourcetest.Plain(pgcat.Text), texts("caf\xe9"), "08P01"},
	{"split rune", "text", 0, sourcetest.Plain(pgcat.Text), texts("caf\xc3", "\xa9"), "08P01"},
	{"char", "text", 0, plan.Type{OID: pgcat.Bpchar, Mod: 7}, texts("ab ", "c"), "ab c NULL"},
	{"json", "variant", 0, sourcetest.Plain(pgcat.JSON), texts(`{"b": 1,  "a":2}`), `{"b": 1,  "a":2} NULL`},
	{"jsonb", "object", 0, sourcetest.Plain(pgcat.JSONB), texts("{\n \"b\":1.0, \"a\":[2]}"), `{"a": [2], "b": 1.0} NULL`},
	{"bad json", "array", 0, sourcetest.Plain(pgcat.JSONB), texts(`[undefined]`), "22P02"},
	{"date", "date", 0, sourcetest.Plain(pgcat.Date), days(0, -719162, 2932896), "1970-01-01 0001-01-01 9999-12-31 NULL"},
	{"date beyond", "date", 0, sourcetest.Plain(pgcat.Date), days(math.MaxInt32), "22008"},
	{"time of seconds", "time", 0, sourcetest.Plain(pgcat.Time), int32s(45296), "12:34:56 NULL"},
	{"time of nanoseconds", "time", 9, sourcetest.Plain(pgcat.Time), int64s(45296123456500, 45296123457500, 86399999999999), "12:34:56.123456 12:34:56.123457 23:59:59.999999 NULL"},
	{"time beyond", "time", 3, sourcetest.Plain(pgcat.Time), int32s(86400001), "22008"},
	{"time before", "time", 3, sourcetest.Plain(pgcat.Time), int32s(-1), "22008"},
	{"seconds", "timestamp_ntz", 0, sourcetest.Plain(pgcat.Timestamp), int64s(-14182940), "1969-07-20 20:17:40 NULL"},
	{"milliseconds", "timestamp_ntz", 3, sourcetest.Plain(pgcat.Timestamp), int64s(-1, 1), "1969-12-31 23:59:59.999 1970-01-01 00:00:00.001 NULL"},
	{"nanoseconds", "timestamp_ntz", 9, sourcetest.Plain(pgcat.Timestamp), int64s(-1, 1500, 2999), "1969-12-31 23:59:59.999999 1970-01-01 00:00:00.000001 1970-01-01 00:00:00.000002 NULL"},
	{"parts", "timestamp_ntz", 9, sourcetest.Plain(pgcat.Timestamp), moments([]int64{-1, 999999999}, []int64{253402300799, 999999000}), "1969-12-31 23:59:59.999999 9999-12-31 23:59:59.999999 NULL"},
	{"local", "timestamp_ltz", 9, sourcetest.Plain(pgcat.TimestampTZ), moments([]int64{0, 500000000}), "1970-01-01 00:00:00.5+00 NULL"},
	{"zoned", "timestamp_tz", 9, sourcetest.Plain(pgcat.TimestampTZ), moments([]int64{0, 500000000, 1500}), "1970-01-01 00:00:00.5+00 NULL"},
	{"zoned, scaled", "timestamp_tz", 3, sourcetest.Plain(pgcat.TimestampTZ), moments([]int64{-1500, 1500}), "1969-12-31 23:59:58.5+00 NULL"},
	{"beyond", "timestamp_ntz", 0, sourcetest.Plain(pgcat.Timestamp), int64s(math.MaxInt64 / 1000), "22008"},
	{"parts beyond", "timestamp_ntz", 9, sourcetest.Plain(pgcat.Timestamp), moments([]int64{math.MaxInt64, 0}), "22008"},
	{"negative fraction", "timestamp_ntz", 9, sourcetest.Plain(pgcat.Timestamp), moments([]int64{0, -1}), "22008"},
	{"zone is kept apart", "timestamp_tz", 0, sourcetest.Plain(pgcat.Timestamp), int64s(0), "42804"},
	{"unzoned is no instant", "timestamp_ntz", 0, sourcetest.Plain(pgcat.TimestampTZ), int64s(0), "42804"},
	{"unscaled decimal", "fixed", 2, sourcetest.Numeric(12, 2), decimals(3, "1.000"), "42804"},
	{"another physical type", "fixed", 0, sourcetest.Plain(pgcat.Int8), texts("1"), "42804"},
	{"another physical text", "text", 0, sourcetest.Plain(pgcat.Text), int64s(1), "42804"},
	{"another physical date", "date", 0, sourcetest.Plain(pgcat.Date), int64s(1), "42804"},
	{"another physical moment", "timestamp_ntz", 0, sourcetest.Plain(pgcat.Timestamp), int32s(1), "42804"},
}

func TestConvert(t *testing.T) {
	for _, c := range conversions {
		t.Run(c.name, func(t *testing.T) {
			if got := converted(t, c.kind, c.scale, c.want, c.from); got != c.text {
				t.Errorf("got %s, wanted %s", got, c.text)
			}
		})
	}
}

// TestConvertSlice converts the second half of an array, whose offset is not zero.
func TestConvertSlice(t *testing.T) {
	for _, c := range conversions {
		if len(c.text) == 5 || c.from.Len() < 2 {
			continue
		}
		half := array.NewSlice(c.from, 1, int64(c.from.Len()))
		whole := converted(t, c.kind, c.scale, c.want, c.from)
		if got := converted(t, c.kind, c.scale, c.want, half); !strings.HasSuffix(whole, got) || !strings.HasSuffix(got, "NULL") {
			t.Errorf("%s: got %q of %q", c.name, got, whole)
		}
	}
}

// TestNullsHoldAnything: what lies below a NULL is no value.
func TestNullsHoldAnything(t *testing.T) {
	b := array.NewInt64Builder(pool)
	b.AppendValues([]int64{1, math.MaxInt64}, []bool{true, false})
	if got := converted(t, "fixed", 0, sourcetest.Plain(pgcat.Int2), b.NewArray()); got != "1 NULL" {
		t.Error(got)
	}
	b.AppendValues([]int64{1, math.MaxInt64}, []bool{true, false})
	if got := converted(t, "timestamp_ntz", 0, sourcetest.Plain(pgcat.Timestamp), b.NewArray()); got != "1970-01-01 00:00:01 NULL" {
		t.Error(got)
	}
	b.AppendValues([]int64{1, math.MaxInt64}, []bool{true, false})
	if got := converted(t, "fixed", 0, sourcetest.Numeric(3, 0), b.NewArray()); got != "1 NULL" {
		t.Error(got)
	}
}

// TestBrokenOffsets: offsets that point anywhere end the read with an error.
func TestBrokenOffsets(t *testing.T) {
	for _, offsets := range [][]int32{{0, 3, 2}, {0, 9, 9}, {-1, 1, 2}, {0, 1, 1 << 30}} {
		data := array.NewData(arrow.BinaryTypes.String, 2, []*memory.Buffer{nil, memory.NewBufferBytes(arrow.GetBytes(offsets)), memory.NewBufferBytes([]byte("abc"))}, nil, 0, 0)
		var got string
		if err := pgerr.Contained(func() error {
			got = converted(t, "text", 0, sourcetest.Plain(pgcat.Text), array.MakeFromData(data))
			return nil
		}); err != nil {
			got = pgerr.Code(err)
		}
		if got != "08P01" && got != "XX000" {
			t.Errorf("%v: %s", offsets, got)
		}
	}
}

func TestObjectNames(t *testing.T) {
	for object, want := range map[string]string{
		"shop.orders": `"shop"."orders"`, `DEMO."a.b".c`: `"DEMO"."a.b"."c"`, `"a""b".c`: `"a""b"."c"`, "orders": "42602", "a.b.c.d": "42602", `"a.b`: "42602",
		"a..b": "42602", `"a"b.c`: "42602", "": "42602", `"".c`: "42602",
	} {
		got, err := quoted(object)
		if err != nil {
			got = pgerr.Code(err)
		}
		if got != want {
			t.Errorf("%s: %s, wanted %s", object, got, want)
		}
	}
}

func TestDescribedTypes(t *testing.T) {
	var got []string
	for _, text := range []string{"NUMBER(38,0)", "NUMBER(4,0)", "NUMBER(9,0)", "NUMBER(18,0)", "NUMBER(12,2)", "FLOAT", "VARCHAR(16777216)", "VARCHAR(10) COLLATE 'en-ci'",
		"TIMESTAMP_NTZ(9)", "TIMESTAMP_TZ(9)", "VARIANT", "BINARY(8388608)", "TIME(9)", "DATE", "BOOLEAN", "VECTOR(FLOAT, 3)", "NUMBER(99,0)", ""} {
		if c, ok := typeOf(text); ok {
			got = append(got, strings.TrimSpace(plan.TypeName(c)+" "+collationOf(c, text)))
		} else {
			got = append(got, "-")
		}
	}
	want := []string{"numeric(38,0)", "smallint", "integer", "bigint", "numeric(12,2)", "double precision", "text C.UTF-8", "character varying(10) nondeterministic en-ci",
		"timestamp without time zone", "timestamp with time zone", "jsonb", "bytea", "time without time zone", "date", "boolean", "-", "-", "-"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, wanted %q", got, want)
	}
}
