package sfsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// Convert makes a value of a type that Snowflake coerces to without being asked; the caller has checked that it does.
func (c *compiler) Convert(v value, to Type) value {
	if v.Type == to {
		return v
	}
	if out, ok := c.conversion(v, to, false); ok {
		out.Nullable = v.Nullable
		return out
	}
	return value{SQL: castTo(v.SQL, to), Type: to, Nullable: v.Nullable}
}

// cast compiles CAST, :: and TRY_CAST (sql-reference/functions/cast, -try_cast).
func (s *scope) cast(x *sqltree.CastExpr) (value, *Error) {
	v, err := s.Expr(x.X)
	if err != nil {
		return value{}, err
	}
	to, err := typeNamed(x.To)
	if err != nil {
		return value{}, err
	}
	return s.c.explicit(v, to, x.Try)
}

func (c *compiler) explicit(v value, to Type, try bool) (value, *Error) {
	if try && v.Type.Kind != Varchar && v.Type.Kind != Null {
		return value{}, compilation(1065, "22023", "Function TRY_CAST cannot be used with arguments of types %s and %s", v.Type, to)
	}
	if v.Type.Kind == Varchar && to.Kind == Varchar && to.Length < v.Type.Length {
		return value{}, unsupported("cast of %s to shorter %s", v.Type, to)
	}
	out, ok := c.conversion(v, to, try)
	if !ok {
		return value{}, compilation(1038, "22023", "invalid type [CAST(%s AS %s)] for parameter 'TO_%s'", v.Type, to, to.Kind)
	}
	out.Type = to
	out.Nullable = v.Nullable || try
	return out, nil
}

// conversion is the table of conversions (sql-reference/data-type-conversion#data-types-that-can-be-cast). A pair that is not
// in it is refused.
func (c *compiler) conversion(v value, to Type, try bool) (value, bool) {
	sql, ok := "", true
	switch {
	case v.Type.Kind == Null:
		sql = castTo("NULL", to)
	case v.Type.Kind == Variant && to.Kind != Variant:
		sql, ok = c.fromVariant(v, to)
	case to.isSemi():
		sql, ok = c.toSemi(v, to)
	case v.Type.Kind == to.Kind:
		sql = c.sameKind(v, to)
	case v.Type.Kind == Varchar:
		sql, ok = c.fromText(v, to, try)
	case to.Kind == Varchar:
		sql, ok = c.toText(v)
	case v.Type.isDateLike() || v.Type.Kind == Time:
		sql, ok = c.betweenDates(v, to)
	default:
		sql, ok = c.betweenNumbers(v, to)
	}
	return value{SQL: sql, Type: to}, ok
}

func (c *compiler) sameKind(v value, to Type) string {
	switch v.Type.Kind {
	case Number:
		if to.Precision == v.Type.Precision && to.Scale == v.Type.Scale {
			return v.SQL
		}
		if v.Lit != nil && to.Scale >= v.Type.Scale && to.leading() >= v.Type.leading() {
			return castTo(sqltree.Text(*v.Lit), to)
		}
		return castTo(v.SQL, to)
	case TimestampNTZ, TimestampLTZ:
		if to.Scale < v.Type.Scale && to.Scale < 6 {
			return castTo(fmt.Sprintf("date_trunc('microsecond', CAST(%s AS TIMESTAMP)) - to_microseconds(CAST(epoch_us(%s) %% %s AS BIGINT))",
				v.SQL, v.SQL, "1"+strings.Repeat("0", 6-to.Scale)), to)
		}
	}
	return v.SQL
}

// betweenNumbers converts among NUMBER, FLOAT and BOOLEAN; a FLOAT rounds half away from zero.
func (c *compiler) betweenNumbers(v value, to Type) (string, bool) {
	switch {
	case v.Type.Kind == Number && to.Kind == Float:
		return castTo(v.SQL, to), true
	case v.Type.Kind == Float && to.Kind == Number:
		return fmt.Sprintf("CAST(round(%s, %d) AS %s)", v.SQL, to.Scale, to.DuckDB()), true
	case v.Type.isNumeric() && to.Kind == Boolean:
		return "(" + v.SQL + " <> 0)", v.Type.Kind == Number
	case v.Type.Kind == Boolean && to.Kind == Number:
		return fmt.Sprintf("CAST(CAST(%s AS INTEGER) AS %s)", v.SQL, to.DuckDB()), true
	}
	return "", false
}

// betweenDates converts among dates, times and timestamps through the session's time zone.
func (c *compiler) betweenDates(v value, to Type) (string, bool) {
	zone := sqltree.Text(c.zone())
	local := v.SQL
	switch v.Type.Kind {
	case Date:
		local = castTo(v.SQL, of(TimestampNTZ))
	case TimestampLTZ:
		local = "timezone(" + zone + ", " + v.SQL + ")"
	case TimestampTZ:
		local = "sf_tz_local(" + v.SQL + ")"
	case Time:
		return "", false
	}
	switch to.Kind {
	case TimestampNTZ:
		return local, true
	case Date, Time:
		return castTo(local, to), v.Type.Kind != Date
	case TimestampLTZ:
		if v.Type.Kind == TimestampTZ {
			return "timezone('UTC', (" + v.SQL + ").u)", true
		}
		return "timezone(" + zone + ", " + local + ")", true
	case TimestampTZ:
		instant := v.SQL
		if v.Type.Kind != TimestampLTZ {
			instant = "timezone(" + zone + ", " + local + ")"
		}
		return "sf_tz(" + instant + ", " + zone + ")", true
	}
	return "", false
}

// zone is the session's time zone.
func (c *compiler) zone() string {
	if z := c.env.Parameters["TIMEZONE"]; z != "" {
		return z
	}
	return "America/Los_Angeles"
}

// fromText converts a string, or raises the error that Snowflake raises; under TRY_ it yields NULL.
func (c *compiler) fromText(v value, to Type, try bool) (string, bool) {
	m := map[Kind]string{Number: "sf_to_number", Float: "sf_to_double", Boolean: "sf_to_boolean", Date: "sf_to_date",
		Time: "sf_to_time", TimestampNTZ: "sf_to_timestamp", TimestampLTZ: "sf_to_timestamp_ltz", TimestampTZ: "sf_to_timestamp_tz",
		Binary: "sf_to_binary"}[to.Kind]
	if m == "" {
		return "", false
	}
	if v.Lit != nil {
		if sql, ok := c.literalCast(*v.Lit, to); ok {
			return sql, true
		}
	}
	if try {
		m = strings.Replace(m, "sf_", "sf_try_", 1)
	}
	args := v.SQL
	if to.Kind == TimestampLTZ || to.Kind == TimestampTZ {
		args += ", " + sqltree.Text(c.zone())
	}
	sql := m + "(" + args + ")"
	if to.Kind != Number {
		return sql, true
	}
	if try {
		return fmt.Sprintf("TRY_CAST(%s AS %s)", sql, to.DuckDB()), true
	}
	return castTo(sql, to), true
}

// toText converts to VARCHAR. How Snowflake prints a FLOAT is not documented, so that is refused.
func (c *compiler) toText(v value) (string, bool) {
	switch v.Type.Kind {
	case Number:
		if v.Type.Scale == v.Type.Precision {
			v.SQL = castTo(v.SQL, number(v.Type.Precision+1, v.Type.Scale))
		}
		return castTo(v.SQL, of(Varchar)), true
	case Boolean, Date:
		return castTo(v.SQL, of(Varchar)), true
	case Time:
		return c.formatted(v, param(c, "TIME_OUTPUT_FORMAT", "HH24:MI:SS"))
	case TimestampNTZ:
		return c.formatted(v, param(c, "TIMESTAMP_NTZ_OUTPUT_FORMAT", "YYYY-MM-DD HH24:MI:SS.FF3"))
	case TimestampLTZ:
		return c.formatted(v, param(c, "TIMESTAMP_LTZ_OUTPUT_FORMAT", "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM"))
	case Binary:
		return "hex(" + v.SQL + ")", true
	}
	return "", false
}

// param is a session parameter, or its default.
func param(c *compiler, name, otherwise string) string {
	if v := c.env.Parameters[name]; v != "" {
		return v
	}
	return otherwise
}

// fromVariant converts what a VARIANT holds (sql-reference/data-types-semistructured): JSON null is NULL.
func (c *compiler) fromVariant(v value, to Type) (string, bool) {
	switch to.Kind {
	case Varchar:
		return "sf_variant_text(" + v.SQL + ")", true
	case Number, Float, Boolean, Date, TimestampNTZ:
		return c.fromText(value{SQL: "sf_variant_text(" + v.SQL + ")", Type: of(Varchar)}, to, false)
	case Array:
		return "sf_variant_array(" + v.SQL + ")", true
	case Object:
		return "sf_variant_object(" + v.SQL + ")", true
	}
	return "", false
}

// toSemi makes a VARIANT, or passes an ARRAY or OBJECT.
func (c *compiler) toSemi(v value, to Type) (string, bool) {
	if v.Type.isSemi() {
		return v.SQL, to.Kind == Variant || v.Type.Kind == to.Kind
	}
	if to.Kind != Variant {
		return "", false
	}
	switch v.Type.Kind {
	case Number, Boolean:
		return "CAST(CAST(" + v.SQL + " AS VARCHAR) AS JSON)", true
	case Varchar, Float:
		return "to_json(" + v.SQL + ")", true
	}
	return "", false
}
