package sfsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// convert makes a value of a type that Snowflake coerces to without being asked; the caller has checked that it does.
func (c *compiler) convert(v value, to Type) value {
	if v.typ == to {
		return v
	}
	if out, ok := c.conversion(v, to, false); ok {
		out.nullable = v.nullable
		return out
	}
	return value{sql: castTo(v.sql, to), typ: to, nullable: v.nullable}
}

// cast compiles CAST, :: and TRY_CAST (sql-reference/functions/cast, -try_cast).
func (s *scope) cast(x *sqltree.CastExpr) (value, *Error) {
	v, err := s.expr(x.X)
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
	if try && v.typ.Kind != Varchar && v.typ.Kind != Null {
		return value{}, compilation(1065, "22023", "Function TRY_CAST cannot be used with arguments of types %s and %s", v.typ, to)
	}
	if v.typ.Kind == Varchar && to.Kind == Varchar && to.Length < v.typ.Length {
		return value{}, unsupported("cast of %s to shorter %s", v.typ, to)
	}
	out, ok := c.conversion(v, to, try)
	if !ok {
		return value{}, compilation(1038, "22023", "invalid type [CAST(%s AS %s)] for parameter 'TO_%s'", v.typ, to, to.Kind)
	}
	out.typ = to
	out.nullable = v.nullable || try
	return out, nil
}

// conversion is the table of conversions (sql-reference/data-type-conversion#data-types-that-can-be-cast). A pair that is not
// in it is refused.
func (c *compiler) conversion(v value, to Type, try bool) (value, bool) {
	sql, ok := "", true
	switch {
	case v.typ.Kind == Null:
		sql = castTo("NULL", to)
	case v.typ.Kind == Variant && to.Kind != Variant:
		sql, ok = c.fromVariant(v, to)
	case to.isSemi():
		sql, ok = c.toSemi(v, to)
	case v.typ.Kind == to.Kind:
		sql = c.sameKind(v, to)
	case v.typ.Kind == Varchar:
		sql, ok = c.fromText(v, to, try)
	case to.Kind == Varchar:
		sql, ok = c.toText(v)
	case v.typ.isDateLike() || v.typ.Kind == Time:
		sql, ok = c.betweenDates(v, to)
	default:
		sql, ok = c.betweenNumbers(v, to)
	}
	return value{sql: sql, typ: to}, ok
}

func (c *compiler) sameKind(v value, to Type) string {
	switch v.typ.Kind {
	case Number:
		if to.Precision == v.typ.Precision && to.Scale == v.typ.Scale {
			return v.sql
		}
		if v.lit != nil && to.Scale >= v.typ.Scale && to.leading() >= v.typ.leading() {
			return castTo(sqltree.Text(*v.lit), to)
		}
		return castTo(v.sql, to)
	case TimestampNTZ, TimestampLTZ:
		if to.Scale < v.typ.Scale && to.Scale < 6 {
			return castTo(fmt.Sprintf("date_trunc('microsecond', CAST(%s AS TIMESTAMP)) - to_microseconds(CAST(epoch_us(%s) %% %s AS BIGINT))",
				v.sql, v.sql, "1"+strings.Repeat("0", 6-to.Scale)), to)
		}
	}
	return v.sql
}

// betweenNumbers converts among NUMBER, FLOAT and BOOLEAN; a FLOAT rounds half away from zero.
func (c *compiler) betweenNumbers(v value, to Type) (string, bool) {
	switch {
	case v.typ.Kind == Number && to.Kind == Float:
		return castTo(v.sql, to), true
	case v.typ.Kind == Float && to.Kind == Number:
		return fmt.Sprintf("CAST(round(%s, %d) AS %s)", v.sql, to.Scale, to.DuckDB()), true
	case v.typ.isNumeric() && to.Kind == Boolean:
		return "(" + v.sql + " <> 0)", v.typ.Kind == Number
	case v.typ.Kind == Boolean && to.Kind == Number:
		return fmt.Sprintf("CAST(CAST(%s AS INTEGER) AS %s)", v.sql, to.DuckDB()), true
	}
	return "", false
}

// betweenDates converts among dates, times and timestamps through the session's time zone.
func (c *compiler) betweenDates(v value, to Type) (string, bool) {
	zone := sqltree.Text(c.zone())
	local := v.sql
	switch v.typ.Kind {
	case Date:
		local = castTo(v.sql, of(TimestampNTZ))
	case TimestampLTZ:
		local = "timezone(" + zone + ", " + v.sql + ")"
	case TimestampTZ:
		local = "sf_tz_local(" + v.sql + ")"
	case Time:
		return "", false
	}
	switch to.Kind {
	case TimestampNTZ:
		return local, true
	case Date, Time:
		return castTo(local, to), v.typ.Kind != Date
	case TimestampLTZ:
		if v.typ.Kind == TimestampTZ {
			return "timezone('UTC', (" + v.sql + ").u)", true
		}
		return "timezone(" + zone + ", " + local + ")", true
	case TimestampTZ:
		instant := v.sql
		if v.typ.Kind != TimestampLTZ {
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
	if v.lit != nil {
		if sql, ok := c.literalCast(*v.lit, to); ok {
			return sql, true
		}
	}
	if try {
		m = strings.Replace(m, "sf_", "sf_try_", 1)
	}
	args := v.sql
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
	switch v.typ.Kind {
	case Number:
		if v.typ.Scale == v.typ.Precision {
			v.sql = castTo(v.sql, number(v.typ.Precision+1, v.typ.Scale))
		}
		return castTo(v.sql, of(Varchar)), true
	case Boolean, Date:
		return castTo(v.sql, of(Varchar)), true
	case Time:
		return c.formatted(v, param(c, "TIME_OUTPUT_FORMAT", "HH24:MI:SS"))
	case TimestampNTZ:
		return c.formatted(v, param(c, "TIMESTAMP_NTZ_OUTPUT_FORMAT", "YYYY-MM-DD HH24:MI:SS.FF3"))
	case TimestampLTZ:
		return c.formatted(v, param(c, "TIMESTAMP_LTZ_OUTPUT_FORMAT", "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM"))
	case Binary:
		return "hex(" + v.sql + ")", true
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
		return "sf_variant_text(" + v.sql + ")", true
	case Number, Float, Boolean, Date, TimestampNTZ:
		return c.fromText(value{sql: "sf_variant_text(" + v.sql + ")", typ: of(Varchar)}, to, false)
	case Array:
		return "sf_variant_array(" + v.sql + ")", true
	case Object:
		return "sf_variant_object(" + v.sql + ")", true
	}
	return "", false
}

// toSemi makes a VARIANT, or passes an ARRAY or OBJECT.
func (c *compiler) toSemi(v value, to Type) (string, bool) {
	if v.typ.isSemi() {
		return v.sql, to.Kind == Variant || v.typ.Kind == to.Kind
	}
	if to.Kind != Variant {
		return "", false
	}
	switch v.typ.Kind {
	case Number, Boolean:
		return "CAST(CAST(" + v.sql + " AS VARCHAR) AS JSON)", true
	case Varchar, Float:
		return "to_json(" + v.sql + ")", true
	}
	return "", false
}
