package datum_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

var operations = []struct {
	sql string
	do  func(a, b *datum.Numeric) (*datum.Numeric, error)
}{
	{"$1 + $2", datum.NumericAdd}, {"$1 - $2", datum.NumericSub}, {"$1 * $2", datum.NumericMul}, {"$1 / $2", datum.NumericDiv},
	{"$1 % $2", datum.NumericMod}, {"div($1, $2)", datum.NumericDivTrunc},
	{"round($1, (($2 % 40)::numeric(10,0))::int)", func(a, b *datum.Numeric) (*datum.Numeric, error) {
		return withScale(a, b, datum.NumericRound)
	}},
	{"trunc($1, (($2 % 40)::numeric(10,0))::int)", func(a, b *datum.Numeric) (*datum.Numeric, error) {
		return withScale(a, b, datum.NumericTrunc)
	}},
	{"ceil($1) + 0 * $2", func(a, b *datum.Numeric) (*datum.Numeric, error) { return withZero(a, b, datum.NumericCeil) }},
	{"floor($1) + 0 * $2", func(a, b *datum.Numeric) (*datum.Numeric, error) { return withZero(a, b, datum.NumericFloor) }},
	{"abs($1) - -$2", func(a, b *datum.Numeric) (*datum.Numeric, error) {
		return datum.NumericSub(datum.NumericAbs(a), datum.NumericNeg(b))
	}},
	{"CASE WHEN $1 < $2 THEN -1 WHEN $1 > $2 THEN 1 ELSE 0 END::numeric", func(a, b *datum.Numeric) (*datum.Numeric, error) {
		return datum.NewNumeric(int64(datum.Compare(pgcat.Numeric, a, b)), 0), nil
	}},
}

func withScale(a, b *datum.Numeric, f func(*datum.Numeric, int32) (*datum.Numeric, error)) (*datum.Numeric, error) {
	r, err := datum.NumericMod(b, datum.NewNumeric(40, 0))
	if err != nil {
		return nil, err
	}
	if r, err = datum.NumericCoerce(r, datum.MakeNumericMod(10, 0)); err != nil {
		return nil, err
	}
	if r.IsNaN() {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "cannot convert NaN to integer")
	}
	var scale int32
	fmt.Sscan(string(datum.AppendNumeric(nil, r)), &scale)
	return f(a, scale)
}

func withZero(a, b *datum.Numeric, f func(*datum.Numeric) (*datum.Numeric, error)) (*datum.Numeric, error) {
	x, err := f(a)
	if err != nil {
		return nil, err
	}
	zero, err := datum.NumericMul(datum.NewNumeric(0, 0), b)
	if err != nil {
		return nil, err
	}
	return datum.NumericAdd(x, zero)
}

// TestNumericArithmetic compares value, scale and error of each operation with the real server's.
func TestNumericArithmetic(t *testing.T) {
	conn := dial(t)
	if conn == nil {
		t.Skip(oracle.ErrAbsent)
	}
	fixed := []string{"0", "0.000", "1", "-1", "NaN", "Infinity", "-Infinity", "9999", "10000", "0.0001", "1e100", "1e-100", "3", "7.00"}
	r := rand.New(rand.NewPCG(3, 4))
	for _, op := range operations {
		if _, err := conn.Prepare(t.Context(), "", "SELECT "+op.sql, []uint32{pgcat.Numeric, pgcat.Numeric}); err != nil {
			t.Fatal(err)
		}
		for i := range 700 {
			a, b := randomNumeric(r), randomNumeric(r)
			if i < len(fixed)*len(fixed) {
				a, b = fixed[i/len(fixed)], fixed[i%len(fixed)]
			}
			x, errX := datum.In(pgcat.Numeric, -1, a, nil)
			y, errY := datum.In(pgcat.Numeric, -1, b, nil)
			if errX != nil || errY != nil {
				continue
			}
			got := ""
			if v, err := op.do(x.(*datum.Numeric), y.(*datum.Numeric)); err != nil {
				got = pgerr.Code(err) + " " + err.Error()
			} else {
				got = string(datum.AppendNumeric(nil, v))
			}
			if want := answer(t, conn, a, b); got != want {
				t.Errorf("%s of %s and %s: got %s, want %s", op.sql, a, b, got, want)
			}
		}
	}
}

func answer(t *testing.T, conn *pgconn.PgConn, a, b string) string {
	t.Helper()
	r := conn.ExecPrepared(t.Context(), "", [][]byte{[]byte(a), []byte(b)}, nil, nil).Read()
	var e *pgconn.PgError
	switch {
	case errors.As(r.Err, &e):
		return e.Code + " " + e.Message
	case r.Err != nil:
		t.Fatal(r.Err)
	}
	return string(r.Rows[0][0])
}

// TestCompareOrder sorts pairs of values of each type as the server does.
func TestCompareOrder(t *testing.T) {
	conn := dial(t)
	if conn == nil {
		t.Skip(oracle.ErrAbsent)
	}
	values := map[string][]string{
		"float8":   {"NaN", "Infinity", "-Infinity", "0", "-0", "1.5"},
		"timetz":   {"10:00+00", "12:00+02", "11:00+02", "09:00-01", "10:00:00.5+00"},
		"interval": {"1 mon", "30 days", "29 days 24:00", "31 days", "-1 day", "-24:00", "infinity", "-infinity", "178956970 years", "178956970 years 1 us"},
		"bpchar":   {"a ", "a", "ab", "A", "a  b"},
		`"char"`:   {"a", `\377`, "", "Z"},
		"jsonb": {"null", "1", "1.0", "2", `"a"`, `"b"`, "true", "false", "[]", "[1]", "[1,2]", "[[]]", "{}", `{"a":1}`, `{"b":1}`, `{"a":2}`,
			`{"aa":1}`, `{"a":1,"b":1}`, `["a"]`, "[null]", `""`},
		"int4[]": {"{}", "{1}", "{1,2}", "{1,NULL}", "{NULL}", "{{1},{2}}", "[0:1]={1,2}", "{2}"},
		"uuid":   {"00000000-0000-0000-0000-000000000001", "ffffffff-0000-0000-0000-000000000000"},
		"bytea":  {`\x`, `\x00`, `\xff`, `\x0001`},
		"date":   {"infinity", "-infinity", "2024-01-01", "4714-11-24 BC"},
		"bool":   {"t", "f"},
		"oid":    {"4294967295", "0", "2147483648"},
	}
	for typ, list := range values {
		oid, ok := datum.TypeByName(typ)
		if !ok {
			t.Fatal(typ)
		}
		sql := fmt.Sprintf("SELECT CASE WHEN $1 < $2 THEN -1 WHEN $1 > $2 THEN 1 ELSE 0 END, $1::%s, $2::%s", typ, typ)
		if _, err := conn.Prepare(t.Context(), "", sql, []uint32{oid, oid}); err != nil {
			t.Fatal(err)
		}
		for _, a := range list {
			for _, b := range list {
				x, errX := datum.In(oid, -1, a, nil)
				y, errY := datum.In(oid, -1, b, nil)
				if errX != nil || errY != nil {
					t.Fatal(errX, errY)
				}
				if got, want := fmt.Sprint(datum.Compare(oid, x, y)), answer(t, conn, a, b); got != want {
					t.Errorf("%s: %s and %s: got %s, want %s", typ, a, b, got, want)
				}
			}
		}
	}
}
