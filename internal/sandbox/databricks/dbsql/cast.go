package dbsql

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// Convert makes a value of a type that Databricks coerces to without being asked; the caller has checked that it does.
func (c *compiler) Convert(v value, to Type) value {
	if v.Type == to {
		return v
	}
	sql, ok := c.conversion(v, to, false)
	if !ok {
		sql = castTo(v.SQL, to)
	}
	return value{SQL: sql, Type: to, Nullable: v.Nullable}
}

// cast compiles CAST, ::, TRY_CAST and typed literals (functions/cast, -try_cast, sql-ref-literals).
func (s *scope) cast(x *sqltree.CastExpr) (value, *Error) {
	if x.To.Name == "X" {
		return binaryLiteral(x)
	}
	to, err := typeNamed(x.To)
	if err != nil {
		return value{}, err
	}
	v, err := s.Expr(x.X)
	if err != nil {
		return value{}, err
	}
	if t, ok := constText(v); ok && x.From == x.To.At {
		if _, ok := s.c.literalCast(t, to); !ok {
			return value{}, failure("INVALID_TYPED_LITERAL", "The value of the typed literal \"%s\" is invalid: '%s'.", to.upper(), t)
		}
	}
	return s.c.explicit(v, to, x.Try)
}

func binaryLiteral(x *sqltree.CastExpr) (value, *Error) {
	t := x.X.(*sqltree.StringLit).Text
	if len(t)%2 == 1 {
		t = "0" + t
	}
	if strings.Trim(t, "0123456789abcdefABCDEF") != "" {
		return value{}, failure("INVALID_TYPED_LITERAL", "The value of the typed literal \"X\" is invalid: '%s'.", t)
	}
	return value{SQL: "unhex('" + t + "')", Type: of(Binary)}, nil
}

func (c *compiler) explicit(v value, to Type, try bool) (value, *Error) {
	sql, ok := c.conversion(v, to, try)
	if !ok {
		return value{}, failure("DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", "Cannot resolve \"CAST(… AS %s)\" due to data type mismatch: "+
			"cannot cast \"%s\" to \"%s\".",
			to.upper(), v.Type.upper(), to.upper())
	}
	return value{SQL: sql, Type: to, Nullable: v.Nullable || try}, nil
}

// conversion is the table of conversions in ANSI mode (functions/cast#returns). A pair that is not in it is refused.
func (c *compiler) conversion(v value, to Type, try bool) (string, bool) {
	switch {
	case v.Type == to:
		return v.SQL, true
	case v.Type.Kind == Void:
		return fromVoid(v, to), true
	case v.Type.Kind == Array || to.Kind == Array || v.Type.Kind == Interval || to.Kind == Interval || to.Kind == Void:
		return "", false
	case v.Type.Kind == String:
		return c.fromText(v, to, try)
	case to.Kind == String:
		return c.toText(v)
	case v.Type.isDateLike() && to.isDateLike():
		return c.betweenDates(v, to), true
	case v.Type.isNumeric() || v.Type.Kind == Boolean:
		return c.betweenNumbers(v, to, try)
	case v.Type.Kind == Timestamp && to.Kind == Bigint:
		return "CAST(floor(epoch_us(" + v.SQL + ") / 1000000) AS BIGINT)", true
	}
	return "", false
}

// fromVoid casts NULL, or an expression that only raises an error and so must stay.
func fromVoid(v value, to Type) string {
	if v.SQL == "NULL" {
		return castTo("NULL", to)
	}
	if to.Kind == Array {
		return castTo("CAST("+v.SQL+" AS VARCHAR)", to)
	}
	return "CAST(CAST(" + v.SQL + " AS VARCHAR) AS " + to.inner() + ")"
}

// betweenNumbers converts among numbers and BOOLEAN: to integers truncates, to DECIMAL rounds half up, and what does not fit is an error.
func (c *compiler) betweenNumbers(v value, to Type, try bool) (string, bool) {
	from := v.Type
	cast := func(sql string) string {
		if try {
			return "TRY_" + castTo(sql, to)
		}
		return castTo(sql, to)
	}
	switch {
	case to.Kind == Boolean:
		return "(" + v.SQL + " <> 0)", from.isNumeric()
	case from.Kind == Boolean && to.Kind == Decimal:
		return cast("CAST(" + v.SQL + " AS INTEGER)"), true
	case from.Kind == Boolean:
		return castTo(v.SQL, to), to.isNumeric()
	case v.Lit != nil && from.isExact() && to.isExact() && to.leading() >= from.exact().leading() && to.Scale >= from.Scale && to.Kind == Decimal:
		return castTo(sqltree.Text(*v.Lit), to), true
	case from.isInteger() && to.isNumeric():
		return c.narrowed(v, to, cast), true
	case from.Kind == Decimal && to.isInteger():
		return cast("trunc(" + v.SQL + ")"), true
	case from.isFloat() && to.isInteger():
		return cast("trunc(" + v.SQL + ")"), true
	case from.isFloat() && to.Kind == Decimal:
		return cast("CAST(" + v.SQL + " AS VARCHAR)"), true
	case to.isNumeric():
		return cast(v.SQL), true
	}
	return "", false
}

// narrowed casts an integer; one that DuckDB may not fold stays a cast.
func (c *compiler) narrowed(v value, to Type, cast func(string) string) string {
	if v.Lit != nil && to.isInteger() && to.Kind > v.Type.Kind {
		return castTo(sqltree.Text(*v.Lit), to)
	}
	return cast(v.SQL)
}

// betweenDates converts among dates and timestamps through the session's time zone.
func (c *compiler) betweenDates(v value, to Type) string {
	local := c.local(v)
	switch to.Kind {
	case Timestamp:
		return "timezone(" + sqltree.Text(c.zone()) + ", " + local + ")"
	case Date:
		return castTo(local, to)
	}
	return local
}

// local is a date or timestamp as a TIMESTAMP of the session's time zone.
func (c *compiler) local(v value) string {
	switch v.Type.Kind {
	case Date:
		return castTo(v.SQL, of(TimestampNTZ))
	case Timestamp:
		return "timezone(" + sqltree.Text(c.zone()) + ", " + v.SQL + ")"
	}
	return v.SQL
}

// fromText converts a string, or raises the error that Databricks raises; under TRY_CAST it yields NULL.
func (c *compiler) fromText(v value, to Type, try bool) (string, bool) {
	m := map[Kind]string{Tinyint: "db_to_integer", Smallint: "db_to_integer", Int: "db_to_integer", Bigint: "db_to_integer", Decimal: "db_to_decimal",
		Float: "db_to_double", Double: "db_to_double", Boolean: "db_to_boolean", Date: "db_to_date", TimestampNTZ: "db_to_timestamp_ntz",
		Timestamp: "db_to_timestamp", Binary: "encode"}[to.Kind]
	if m == "" {
		return "", false
	}
	if v.Lit != nil {
		if sql, ok := c.literalCast(*v.Lit, to); ok {
			return sql, true
		}
	}
	if to.Kind == Binary {
		return "encode(" + v.SQL + ")", true
	}
	if try {
		m = strings.Replace(m, "db_", "db_try_", 1)
	}
	args := v.SQL
	switch {
	case to.isNumeric():
		args += ", TRY_" + castTo("db_trim("+v.SQL+")", to)
		if !try {
			args += ", '" + to.upper() + "'"
		}
	case to.Kind == Timestamp:
		args += ", " + sqltree.Text(c.zone())
	}
	return m + "(" + args + ")", true
}

// toText converts to STRING. Java's form of a DOUBLE is refused.
func (c *compiler) toText(v value) (string, bool) {
	switch v.Type.Kind {
	case Decimal:
		if v.Type.Scale == v.Type.Precision {
			if v.Type.Scale == maxPrecision {
				return "", false
			}
			v.SQL = castTo(v.SQL, decimal(v.Type.Precision+1, v.Type.Scale))
		}
		return castTo(v.SQL, of(String)), true
	case Boolean, Date, Tinyint, Smallint, Int, Bigint:
		return castTo(v.SQL, of(String)), true
	case Timestamp, TimestampNTZ:
		return "db_timestamp_text(" + c.local(v) + ")", true
	case Binary:
		return "decode(" + v.SQL + ")", true
	}
	return "", false
}
