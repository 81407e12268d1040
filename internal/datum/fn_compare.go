package datum

import (
	"cmp"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// order compares two values that are not NULL.
type order func(f *Func, a, b Value, env *Env) (int, error)

// comparison is the functions behind the comparison operators of pg_operator: each takes the btree order of its operands.
func comparison() family {
	f := family{}
	tests := map[string]func(int) bool{
		"=": func(c int) bool { return c == 0 }, "<>": func(c int) bool { return c != 0 },
		"<": func(c int) bool { return c < 0 }, "<=": func(c int) bool { return c <= 0 },
		">": func(c int) bool { return c > 0 }, ">=": func(c int) bool { return c >= 0 },
		"~<~": func(c int) bool { return c < 0 }, "~<=~": func(c int) bool { return c <= 0 },
		"~>~": func(c int) bool { return c > 0 }, "~>=~": func(c int) bool { return c >= 0 },
	}
	for name, test := range tests {
		for _, op := range pgcat.OperatorsByName(name) {
			p, ok := pgcat.ProcByOID(op.Code)
			if !ok {
				continue
			}
			if by, ok := orderOf(op.Left, op.Right); ok {
				f[p.Signature()] = tested(by, test)
			}
		}
	}
	addExtremes(f)
	return f
}

func tested(by order, test func(int) bool) impl {
	return func(f *Func, a []Value, env *Env) (Value, error) {
		c, err := by(f, a[0], a[1], env)
		return Bool(test(c)), err
	}
}

// addExtremes adds the functions that return the larger or the smaller of two values.
func addExtremes(f family) {
	for _, t := range []struct{ prefix, arg string }{
		{"int2", "int2"}, {"int4", "int4"}, {"int8", "int8"}, {"float4", "float4"}, {"float8", "float8"}, {"oid", "oid"},
		{"text_", "text"}, {"bpchar_", "bpchar"}, {"date_", "date"}, {"time_", "time"}, {"timetz_", "timetz"},
		{"timestamp_", "timestamp"}, {"timestamptz_", "timestamptz"}, {"interval_", "interval"},
		{"numeric_", "numeric"}, {"array_", "anyarray"},
	} {
		typ, ok := pgcat.TypesByName(t.arg)
		if !ok {
			continue
		}
		by, ok := orderOf(typ.OID, typ.OID)
		if !ok {
			continue
		}
		f[t.prefix+"larger("+t.arg+","+t.arg+")"] = extreme(by, 1)
		f[t.prefix+"smaller("+t.arg+","+t.arg+")"] = extreme(by, -1)
	}
}

// extreme keeps the first value unless the second is on its side (PostgreSQL keeps the first of text alone when equal).
func extreme(by order, side int) impl {
	return func(f *Func, a []Value, env *Env) (Value, error) {
		c, err := by(f, a[0], a[1], env)
		if err != nil {
			return nil, err
		}
		if c*side > 0 {
			return a[0], nil
		}
		return a[1], nil
	}
}

// orderOf finds how two types compare; false when PostgreSQL has no comparison of them that is implemented.
func orderOf(left, right uint32) (order, bool) {
	l, r := comparisonClass(left), comparisonClass(right)
	switch {
	case l == 0 || r == 0:
		return nil, false
	case l == r:
		return sameOrder(left, right, l), true
	case isMoment(left) && isMoment(right):
		return func(_ *Func, a, b Value, env *Env) (int, error) {
			return compareMoments(a, left, b, right, env), nil
		}, true
	}
	return nil, false
}

// comparisonClass is the type by whose order a type is compared; 0 when it has none here.
func comparisonClass(oid uint32) uint32 {
	switch oid {
	case pgcat.Int2, pgcat.Int4, pgcat.Int8, pgcat.XID, pgcat.CID:
		return pgcat.Int8
	case pgcat.Float4, pgcat.Float8:
		return pgcat.Float8
	case pgcat.Text, pgcat.Name:
		return pgcat.Text
	case pgcat.Bool, pgcat.Char, pgcat.OID, pgcat.Bpchar, pgcat.Bytea, pgcat.Date, pgcat.Time, pgcat.TimeTZ, pgcat.Timestamp,
		pgcat.TimestampTZ, pgcat.Interval, pgcat.UUID, pgcat.Numeric, pgcat.JSONB, pgcat.AnyArray, pgcat.OIDVector, pgcat.Record:
		return oid
	}
	return 0
}

func sameOrder(left, right, class uint32) order {
	switch class {
	case pgcat.AnyArray:
		return func(f *Func, a, b Value, _ *Env) (int, error) {
			if x, ok := a.(*Array); ok && unorderedType(x.Elem) {
				return 0, noComparison(x.Elem)
			}
			return Compare(f.Args[0], a, b), nil
		}
	case pgcat.OIDVector, pgcat.Record:
		return func(_ *Func, a, b Value, _ *Env) (int, error) { return Compare(class, a, b), nil }
	case pgcat.Char:
		return func(_ *Func, a, b Value, _ *Env) (int, error) {
			return int(uint8(a.(Int))) - int(uint8(b.(Int))), nil
		}
	}
	return func(_ *Func, a, b Value, _ *Env) (int, error) { return Compare(class, a, b), nil }
}

func unorderedType(oid uint32) bool { return oid == pgcat.JSON || oid == pgcat.XML }

func noComparison(oid uint32) error {
	return pgerr.New(pgerr.UndefinedFunction, "could not identify a comparison function for type %s", typeName(oid))
}

func isMoment(oid uint32) bool {
	return oid == pgcat.Date || oid == pgcat.Timestamp || oid == pgcat.TimestampTZ
}

// compareMoments compares a date, timestamp or timestamptz with another: as instants in the session's zone when one of
// them is a timestamptz.
func compareMoments(a Value, left uint32, b Value, right uint32, env *Env) int {
	zoned := left == pgcat.TimestampTZ || right == pgcat.TimestampTZ
	return cmp.Compare(moment(a, left, zoned, env), moment(b, right, zoned, env))
}

// moment is a value as a timestamp. A date above all finite timestamps is the last one below infinity.
func moment(v Value, oid uint32, zoned bool, env *Env) Timestamp {
	t, _ := v.(Timestamp)
	if d, ok := v.(Date); ok {
		t = dateMoment(d)
	}
	if !zoned || oid == pgcat.TimestampTZ || infinite(t) != "" || t == MaxTimestamp-1 {
		return t
	}
	return t - Timestamp(LocalOffset(env.location(), t))*usecPerSecond
}

func dateMoment(d Date) Timestamp {
	switch {
	case d == MaxDate:
		return MaxTimestamp
	case d == MinDate:
		return MinTimestamp
	case int64(d) >= int64(MaxTimestamp)/usecPerDay:
		return MaxTimestamp - 1
	}
	return Timestamp(d) * usecPerDay
}
