package sfsql

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// specialTable has the functions that need more than argument letters.
func specialTable() map[string]special {
	return map[string]special{
		"ROUND": {lo: 1, hi: 2, build: rounding("round")}, "TRUNC": {lo: 1, hi: 2, build: rounding("trunc")},
		"TRUNCATE": {lo: 1, hi: 2, page: "trunc", build: rounding("trunc")},
		"CEIL":     {lo: 1, hi: 2, build: rounding("ceil")}, "FLOOR": {lo: 1, hi: 2, build: rounding("floor")},
		"MOD": {lo: 2, hi: 2, build: modulo}, "DIV0": {lo: 2, hi: 2, build: div0(false)}, "DIV0NULL": {lo: 2, hi: 2, build: div0(true)},
		"GREATEST":              {lo: 1, hi: -1, build: extreme("greatest", false)},
		"LEAST":                 {lo: 1, hi: -1, build: extreme("least", false)},
		"GREATEST_IGNORE_NULLS": {lo: 1, hi: -1, build: extreme("greatest", true)},
		"LEAST_IGNORE_NULLS":    {lo: 1, hi: -1, build: extreme("least", true)},

		"COALESCE":   {lo: 2, hi: -1, build: coalesceCall},
		"IFNULL":     {lo: 2, hi: 2, build: coalesceCall},
		"NVL":        {lo: 2, hi: 2, build: coalesceCall},
		"NULLIF":     {lo: 2, hi: 2, build: nullIf},
		"IFF":        {lo: 3, hi: 3, build: iff},
		"NVL2":       {lo: 3, hi: 3, build: nvl2},
		"DECODE":     {lo: 3, hi: -1, build: decode},
		"EQUAL_NULL": {lo: 2, hi: 2, build: equalNull},
		"ZEROIFNULL": {lo: 1, hi: 1, build: zeroIfNull},
		"NULLIFZERO": {lo: 1, hi: 1, build: nullIfZero},

		"TO_VARCHAR": {lo: 1, hi: 2, page: "to_char", build: toVarchar},
		"TO_CHAR":    {lo: 1, hi: 2, build: toVarchar},
		"TO_NUMBER":  {lo: 1, hi: 4, page: "to_decimal", build: toNumber(false)},
		"TO_DECIMAL": {lo: 1, hi: 4, build: toNumber(false)},
		"TO_NUMERIC": {lo: 1, hi: 4, page: "to_decimal", build: toNumber(false)},

		"TRY_TO_NUMBER":  {lo: 1, hi: 4, page: "try_to_decimal", build: toNumber(true)},
		"TRY_TO_DECIMAL": {lo: 1, hi: 4, build: toNumber(true)},
		"TRY_TO_NUMERIC": {lo: 1, hi: 4, page: "try_to_decimal", build: toNumber(true)},
		"TO_DOUBLE":      {lo: 1, hi: 1, build: toType(of(Float), false)},
		"TRY_TO_DOUBLE":  {lo: 1, hi: 1, build: toType(of(Float), true)},
		"TO_BOOLEAN":     {lo: 1, hi: 1, build: toType(of(Boolean), false)},
		"TRY_TO_BOOLEAN": {lo: 1, hi: 1, build: toType(of(Boolean), true)},
		"TO_VARIANT":     {lo: 1, hi: 1, build: toType(of(Variant), false)},
		"TO_DATE":        {lo: 1, hi: 2, build: toDate(Date, false)}, "DATE": {lo: 1, hi: 2, page: "to_date", build: toDate(Date, false)},
		"TRY_TO_DATE":      {lo: 1, hi: 2, build: toDate(Date, true)},
		"TO_TIME":          {lo: 1, hi: 2, build: toDate(Time, false)},
		"TRY_TO_TIME":      {lo: 1, hi: 2, build: toDate(Time, true)},
		"TO_TIMESTAMP":     {lo: 1, hi: 2, build: toDate(TimestampNTZ, false)},
		"TO_TIMESTAMP_NTZ": {lo: 1, hi: 2, page: "to_timestamp", build: toDate(TimestampNTZ, false)},
		"TO_TIMESTAMP_LTZ": {lo: 1, hi: 2, page: "to_timestamp", build: toDate(TimestampLTZ, false)},
		"TO_TIMESTAMP_TZ":  {lo: 1, hi: 2, page: "to_timestamp", build: toDate(TimestampTZ, false)},
		"TRY_TO_TIMESTAMP": {lo: 1, hi: 2, build: toDate(TimestampNTZ, true)},

		"SUBSTR":    {lo: 2, hi: 3, build: substr},
		"SUBSTRING": {lo: 2, hi: 3, page: "substr", build: substr},
		"CONCAT":    {lo: 1, hi: -1, build: concatCall},
		"CONCAT_WS": {lo: 2, hi: -1, build: concatWS},

		"REGEXP_REPLACE": {lo: 2, hi: 6, build: regexpReplace},
		"REGEXP_SUBSTR":  {lo: 2, hi: 6, build: regexpSubstr},
		"REGEXP_INSTR":   {lo: 2, hi: 7, build: regexpInstr},

		"GET":                     {lo: 2, hi: 2, build: getElement},
		"GET_PATH":                {lo: 2, hi: 2, build: getPath},
		"ARRAY_CONSTRUCT":         {lo: 0, hi: -1, build: arrayConstruct(false)},
		"ARRAY_CONSTRUCT_COMPACT": {lo: 0, hi: -1, build: arrayConstruct(true)},
		"OBJECT_CONSTRUCT":        {lo: 0, hi: -1, build: objectConstruct},

		"LIKE": {lo: 2, hi: 3, build: likeCall("LIKE")}, "ILIKE": {lo: 2, hi: 3, build: likeCall("ILIKE")},
	}
}

func coalesceCall(s *scope, x *sqltree.Call, a []value) (value, *Error) { return s.c.Coalesce(a) }

func nullIf(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	eq, err := s.c.Compare("=", a[0], a[1])
	if err != nil {
		return value{}, err
	}
	if a[0].Type.Kind == Null {
		return a[0], nil
	}
	return value{SQL: "(CASE WHEN " + eq.SQL + " THEN NULL ELSE " + a[0].SQL + " END)", Type: a[0].Type, Nullable: true}, nil
}

func iff(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	cond, err := s.condition(x.Args[0])
	if err != nil {
		return value{}, err
	}
	return s.c.Choose("IFF", []string{cond.SQL}, a[1:])
}

func nvl2(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	return s.c.Choose("NVL2", []string{"(" + a[0].SQL + " IS NOT NULL)"}, a[1:])
}

// decode compares with IS NOT DISTINCT FROM: NULL matches NULL (sql-reference/functions/decode).
func decode(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	var conds []string
	var results []value
	i := 1
	for ; i+1 < len(a); i += 2 {
		eq, err := s.c.Compare("IS NOT DISTINCT FROM", a[0], a[i])
		if err != nil {
			return value{}, err
		}
		conds, results = append(conds, eq.SQL), append(results, a[i+1])
	}
	if i == len(a) {
		results = append(results, value{SQL: "NULL", Nullable: true})
	} else {
		results = append(results, a[i])
	}
	return s.c.Choose("DECODE", conds, results)
}

func equalNull(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	return s.c.Compare("IS NOT DISTINCT FROM", a[0], a[1])
}

func zeroIfNull(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	if !a[0].Type.isNumeric() {
		return value{}, invalidTypes(x.Name, a)
	}
	zero, _ := numberLiteral("0")
	return s.c.Coalesce([]value{a[0], zero})
}

func nullIfZero(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	if !a[0].Type.isNumeric() {
		return value{}, invalidTypes(x.Name, a)
	}
	zero, _ := numberLiteral("0")
	return nullIf(s, x, []value{a[0], zero})
}

func toType(t Type, try bool) func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	return func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
		if try && a[0].Type.Kind != Varchar && a[0].Type.Kind != Null {
			return value{}, invalidTypes(x.Name, a)
		}
		return s.c.explicit(a[0], t, try)
	}
}

// toVarchar compiles TO_VARCHAR(x [, format]); formats of numbers are not on the list.
func toVarchar(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	if len(a) == 1 {
		return s.c.explicit(a[0], of(Varchar), false)
	}
	format, ok := constant(a[1])
	if !ok || a[1].Type.Kind != Varchar {
		return value{}, unsupported("%s with a format that is not a literal", x.Name)
	}
	if a[0].Type.Kind == Binary {
		switch strings.ToUpper(format) {
		case "HEX":
			return value{SQL: "hex(" + a[0].SQL + ")", Type: of(Varchar), Nullable: a[0].Nullable}, nil
		case "BASE64":
			return value{SQL: "base64(" + a[0].SQL + ")", Type: of(Varchar), Nullable: a[0].Nullable}, nil
		case "UTF-8", "UTF8":
			return value{SQL: "decode(" + a[0].SQL + ")", Type: of(Varchar), Nullable: a[0].Nullable}, nil
		}
		return value{}, unsupported("binary format '%s'", format)
	}
	if !a[0].Type.isDateLike() && a[0].Type.Kind != Time {
		return value{}, unsupported("%s of %s with a format", x.Name, a[0].Type)
	}
	sql, ok := s.c.formatted(a[0], format)
	if !ok {
		return value{}, unsupported("date format '%s'", format)
	}
	return value{SQL: sql, Type: of(Varchar), Nullable: a[0].Nullable}, nil
}

// toNumber compiles TO_NUMBER(x [, precision, scale]); formats are not on the list.
func toNumber(try bool) func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	return func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
		if len(a) > 1 && a[1].Type.Kind == Varchar {
			return value{}, unsupported("%s with a format", x.Name)
		}
		var args []int
		for _, v := range a[1:] {
			n, ok := constInt(v)
			if !ok {
				return value{}, invalidTypes(x.Name, a)
			}
			args = append(args, n)
		}
		t, err := named{kind: Number}.with(args, func(f string, v ...any) *Error { return compilation(1038, "22023", f, v...) })
		if err != nil {
			return value{}, err
		}
		return toType(t, try)(s, x, a)
	}
}

// concatCall is || over its arguments: NULL when any is (sql-reference/functions/concat).
func concatCall(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	out := a[0]
	for _, v := range a[1:] {
		var err *Error
		if out, err = s.c.concat(out, v); err != nil {
			return value{}, err
		}
	}
	if out.Type.Kind != Varchar && out.Type.Kind != Binary {
		return value{}, invalidTypes(x.Name, a)
	}
	return out, nil
}

// concatWS puts the first argument between the others: NULL when any is (sql-reference/functions/concat_ws).
func concatWS(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	list := []value{a[1]}
	for _, v := range a[2:] {
		list = append(list, a[0], v)
	}
	out, err := concatCall(s, x, list)
	if len(a) == 2 {
		out.SQL = "(CASE WHEN " + a[0].SQL + " IS NOT NULL THEN " + out.SQL + " END)"
	}
	return out, err
}

// substr compiles SUBSTR(x, start [, length]): start 0 is 1, a negative one counts from the end, and beyond the string or with a
// negative length the result is empty (sql-reference/functions/substr).
func substr(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	letters := "tii"[:len(a)]
	v, ok := s.c.fit(letters, a)
	if !ok {
		return value{}, invalidTypes(x.Name, a)
	}
	out := value{Type: a[0].Type, Nullable: true}
	if out.Type.Kind == Null {
		out.Type = of(Varchar)
	}
	start, isConst := constInt(a[1])
	length, counted := "length("+v[0].SQL+")", 0
	if len(a) == 3 {
		length = v[2].SQL
		counted, ok = constInt(a[2])
	}
	switch {
	case isConst && start >= 0 && len(a) == 2:
		out.SQL = "substr(" + v[0].SQL + ", " + itoa(max(start, 1)) + ")"
	case isConst && start >= 0 && ok && counted >= 0:
		out.SQL = "substr(" + v[0].SQL + ", " + itoa(max(start, 1)) + ", " + itoa(counted) + ")"
	default:
		out.SQL = "sf_substr(" + v[0].SQL + ", " + v[1].SQL + ", " + length + ")"
	}
	return out, nil
}
