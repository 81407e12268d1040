package datum

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// numberCasts is the functions of pg_cast between numbers, booleans and object identifiers.
func numberCasts() family {
	f := family{
		"int4(bool)": unary(func(b Bool) Int {
			if b {
				return 1
			}
			return 0
		}),
		"bool(int4)":      unary(func(i Int) Bool { return i != 0 }),
		"float8(float4)":  identity,
		"float4(float8)":  unaryE(narrowFloat),
		"oid(int8)":       unaryE(oidOfInt8),
		"int8(oid)":       identity,
		"numeric(float4)": unaryE(func(x Float) (Value, error) { return numericOfFloat(float64(x), 6) }),
		"numeric(float8)": unaryE(func(x Float) (Value, error) { return numericOfFloat(float64(x), 15) }),
		"float4(numeric)": unaryE(func(n *Numeric) (Value, error) { return floatOfNumeric(n, pgcat.Float4) }),
		"float8(numeric)": unaryE(func(n *Numeric) (Value, error) { return floatOfNumeric(n, pgcat.Float8) }),
		"int4(char)":      unary(func(c Int) Int { return Int(int8(c)) }),
		"char(int4)":      unaryE(charOfInt),
		"numeric(numeric,int4)": binaryE(func(n *Numeric, mod Int) (Value, error) {
			return wrap(NumericCoerce(n, int32(mod)))
		}),
	}
	for name, width := range map[string]int{"int2": 16, "int4": 32, "int8": 64} {
		for _, from := range []string{"int2", "int4", "int8"} {
			f[name+"("+from+")"] = integerUnary(width, func(a int64) (int64, bool) { return a, true })
		}
		f[name+"(float4)"] = unaryE(func(x Float) (Value, error) { return intOfFloat(float64(x), width) })
		f[name+"(float8)"] = f[name+"(float4)"]
		f[name+"(numeric)"] = unaryE(func(n *Numeric) (Value, error) { return intOfNumeric(n, width) })
		f["float4("+name+")"] = unary(func(i Int) Float { return Float(float32(i)) })
		f["float8("+name+")"] = unary(func(i Int) Float { return Float(i) })
		f["numeric("+name+")"] = unary(func(i Int) *Numeric { return NewNumeric(int64(i), 0) })
	}
	return f
}

func narrowFloat(x Float) (Value, error) {
	y := Float(float32(x))
	switch {
	case math.IsInf(float64(y), 0) && !math.IsInf(float64(x), 0):
		return nil, floatOverflow()
	case y == 0 && x != 0:
		return nil, floatUnderflow()
	}
	return y, nil
}

func oidOfInt8(i Int) (Value, error) {
	if i < 0 || i > math.MaxUint32 {
		return nil, pgerr.New(pgerr.NumericOutOfRange, "OID out of range")
	}
	return i, nil
}

func charOfInt(i Int) (Value, error) {
	if i < -128 || i > 127 {
		return nil, pgerr.New(pgerr.NumericOutOfRange, "\"char\" out of range")
	}
	return i, nil
}

func intName(width int) string {
	return map[int]string{16: "smallint", 32: "integer", 64: "bigint"}[width]
}

// intOfFloat rounds half to even.
func intOfFloat(x float64, width int) (Value, error) {
	x = math.RoundToEven(x)
	limit := math.Ldexp(1, width-1)
	if math.IsNaN(x) || x < -limit || x >= limit {
		return nil, outOfRange(intName(width))
	}
	return Int(x), nil
}

func intOfNumeric(n *Numeric, width int) (Value, error) {
	switch {
	case n.IsNaN():
		return nil, pgerr.New(pgerr.FeatureNotSupported, "cannot convert NaN to %s", intName(width))
	case n.IsInf():
		return nil, pgerr.New(pgerr.FeatureNotSupported, "cannot convert infinity to %s", intName(width))
	}
	r, err := NumericRound(n, 0)
	if err != nil {
		return nil, err
	}
	z := r.signed(0)
	if !z.IsInt64() {
		return nil, outOfRange(intName(width))
	}
	return fitInt(width, z.Int64(), true)
}

// numericOfFloat takes as many significant digits as the type always holds, as PostgreSQL does.
func numericOfFloat(x float64, digits int) (Value, error) {
	switch {
	case math.IsNaN(x):
		return NumericNaN(), nil
	case math.IsInf(x, 0):
		return NumericInf(x < 0), nil
	}
	return numericIn(string(AppendFloat(nil, x, 64, digits-15)), -1)
}

func floatOfNumeric(n *Numeric, oid uint32) (Value, error) {
	return In(oid, -1, string(AppendNumeric(nil, n)), nil)
}

// stringCasts is the functions of pg_cast between strings, and their length coercions.
func stringCasts() family {
	limit := func(oid uint32) impl {
		return ternaryE(func(s Text, mod Int, explicit Bool) (Value, error) {
			return coerceString(string(s), oid, int32(mod), bool(explicit))
		})
	}
	name := unary(func(s Text) Text { return Text(truncateName(string(s))) })
	char := unary(func(s Text) Int { return Int(int8(charIn(string(s)))) })
	return family{
		"text(bpchar)": unary(trimPadding), "text(name)": identity, "varchar(name)": identity, "bpchar(name)": identity,
		"name(text)": name, "name(varchar)": name, "name(bpchar)": after(func(v Value) Value { return trimPadding(v.(Text)) }, name),
		"text(char)":   unary(func(c Int) Text { return Text(AppendChar(nil, byte(c))) }),
		"bpchar(char)": unary(func(c Int) Text { return Text(AppendChar(nil, byte(c))) }),
		"char(text)":   char,
		"text(bool)": unary(func(b Bool) Text {
			if b {
				return "true"
			}
			return "false"
		}),
		"varchar(varchar,int4,bool)": limit(pgcat.Varchar),
		"bpchar(bpchar,int4,bool)":   limit(pgcat.Bpchar),
	}
}

// coerceString cuts a string to its type's length: an explicit cast cuts anything, an assignment spaces alone.
func coerceString(s string, oid uint32, mod int32, explicit bool) (Value, error) {
	n := int(mod - 4)
	if mod < 4 {
		return Text(s), nil
	}
	if explicit && utf8.RuneCountInString(s) > n {
		s = firstRunes(s, n)
	}
	return limitLength(oid, s, n)
}

// firstRunes returns the first n characters.
func firstRunes(s string, n int) string {
	if n <= 0 {
		return ""
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// trimPadding removes the spaces that mean nothing at the end of a bpchar.
func trimPadding(s Text) Text { return Text(strings.TrimRight(string(s), " ")) }
