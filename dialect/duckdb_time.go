package dialect

import (
	"math"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// dayInRange and orDay stand around a day's number and before the date: DuckDB wraps days that PostgreSQL refuses. They are NULL of
// an infinite date, which stays what it is.
const (
	dayInRange = "CASE WHEN date_diff('day', DATE '1970-01-01', "
	orDay      = " NOT BETWEEN -2440588 AND 2145042905 THEN {22008:date out of range} ELSE "
)

// forever answers the difference of timestamps of which one is infinite; the intervals are those of intervalLiteral.
const forever = "CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL WHEN isinf($1) AND $1 = $2 THEN {22008:interval out of range} " +
	"WHEN isinf($1) AND $1 > $2 OR isinf($2) AND $2 < $1 THEN " +
	"(to_months((2147483647)::INTEGER) + to_days((2147483647)::INTEGER) + to_microseconds((9223372036854775)::BIGINT)) " +
	"WHEN isinf($1) OR isinf($2) THEN " +
	"(to_months((-2147483648)::INTEGER) + to_days((-2147483648)::INTEGER) + to_microseconds((-9223372036854775)::BIGINT)) ELSE "

// duckTimes: what depends on the session's zone goes through datum; DuckDB's own zone is UTC.
var duckTimes = map[string]duckForm{
	"date_pli(date,int4)": dayInRange + "$1) + $2" + orDay + "$1 + $2 END", "date_mii(date,int4)": dayInRange + "$1) - $2" + orDay + "$1 - $2 END",
	"integer_pl_date(int4,date)":              dayInRange + "$2) + $1" + orDay + "$2 + $1 END",
	"date_mi(date,date)":                      "CASE WHEN (isinf($1) OR isinf($2)) AND $1 IS NOT NULL AND $2 IS NOT NULL THEN {22008:cannot subtract infinite dates} ELSE CAST($1 - $2 AS INTEGER) END",
	"timestamp_mi(timestamp,timestamp)":       forever + "$1 - $2 END",
	"timestamptz_mi(timestamptz,timestamptz)": forever + "$1::TIMESTAMP - $2::TIMESTAMP END",
	"isfinite(date)":                          "isfinite($1)", "isfinite(timestamp)": "isfinite($1)", "isfinite(timestamptz)": "isfinite($1)",
}

// duckMisc is what belongs to no other family.
var duckMisc = map[string]duckForm{
	"array_length(anyarray,int4)": "CASE WHEN $2 = 1 AND len($1) > 0 THEN CAST(len($1) AS INTEGER) END",
	"array_upper(anyarray,int4)":  "CASE WHEN $2 = 1 AND len($1) > 0 THEN CAST(len($1) AS INTEGER) END",
	"array_lower(anyarray,int4)":  "CASE WHEN $2 = 1 AND len($1) > 0 THEN 1::INTEGER END",
	"array_ndims(anyarray)":       "CASE WHEN len($1) > 0 THEN 1::INTEGER END",
	"cardinality(anyarray)":       "CAST(len($1) AS INTEGER)",
	"gen_random_uuid()":           "gen_random_uuid()",
}

// wholeFields are EXTRACT fields that DuckDB counts as PostgreSQL does, for timestamp and date.
var wholeFields = map[string]bool{
	"month": true, "day": true, "hour": true, "minute": true, "dow": true, "isodow": true, "doy": true, "quarter": true, "week": true,
}

// extractRule says EXTRACT and date_part for a known field of a finite moment without a zone.
func extractRule(p *duck, c *plan.Call, args []sx) (sx, bool) {
	field, ok := textConst(c.Args[0])
	field = strings.TrimSuffix(strings.ToLower(field), "s")
	if field == "do" {
		return sx{}, false
	}
	oid := args[1].oid
	if !ok || oid == pgcat.TimestampTZ && field != "epoch" {
		return sx{}, false
	}
	x, ok := extracted(field, oid, args[1].text)
	if !ok {
		return sx{}, false
	}
	infinite, grows := "NULL", field == "year" || field == "epoch"
	if c.T.OID == pgcat.Float8 {
		if grows {
			infinite = "CAST(CASE WHEN " + args[1].text + " > '1970-01-01' THEN 'Infinity' ELSE '-Infinity' END AS DOUBLE)"
		}
		x.text = "CAST(CAST(" + x.text + " AS VARCHAR) AS DOUBLE)"
	} else if grows { // no DECIMAL is infinite
		infinite = raise(pgerr.New(pgerr.FeatureNotSupported, "the %s of an infinite date or timestamp is not supported here", field).WithHint("date_part gives it as double precision").At(c.At))
	}
	x.text = "CASE WHEN isinf(" + args[1].text + ") THEN " + infinite + " ELSE " + x.text + " END"
	if c.T.OID == pgcat.Float8 {
		return sx{text: x.text, oid: pgcat.Float8}, true
	}
	x.text = paren(x.text)
	return x, true
}

func extracted(field string, oid uint32, m string) (sx, bool) {
	scaled := func(part string, digits int32) sx {
		unit := "'0." + strings.Repeat("0", int(digits-1)) + "1'::DECIMAL(" + itoa(digits) + "," + itoa(digits) + ")"
		return decimal("CAST("+part+" AS DECIMAL(19,0)) * "+unit, 19+digits, digits)
	}
	part := func(f string) string { return "date_part('" + f + "', " + m + ")" }
	if oid == pgcat.Date && (field == "hour" || field == "minute" || field == "second" || strings.HasSuffix(field, "second")) {
		return sx{}, false
	}
	switch {
	case wholeFields[field]:
		return decimal(part(field), 10, 0), true
	case field == "year":
		return decimal("CASE WHEN "+part("year")+" <= 0 THEN "+part("year")+" - 1 ELSE "+part("year")+" END", 10, 0), true
	case field == "second":
		return scaled(part("microsecond"), 6), true
	case field == "millisecond":
		return scaled(part("microsecond"), 3), true
	case field == "microsecond":
		return decimal(part("microsecond"), 10, 0), true
	case field == "epoch" && oid == pgcat.Date:
		return decimal("("+m+" - DATE '1970-01-01')::BIGINT * 86400", 19, 0), true
	case field == "epoch":
		return scaled("epoch_us("+m+")", 6), true
	}
	return sx{}, false
}

func truncRule(p *duck, c *plan.Call, args []sx) (sx, bool) {
	unit, ok := textConst(c.Args[0])
	unit = strings.ToLower(unit)
	if !ok || truncUnits[unit] == "" {
		return sx{}, false
	}
	// The coalesce keeps DuckDB from comparing the truncated moment with a constant at once, which makes false of NULL.
	return sx{text: "CAST(coalesce(date_trunc('" + unit + "', " + args[1].text + "), NULL) AS TIMESTAMP)", oid: pgcat.Timestamp}, true
}

// instantRule adds a constant of hours and less to an instant; days and months depend on the session's zone.
func instantRule(op string) duckRule {
	return func(p *duck, c *plan.Call, args []sx) (sx, bool) {
		k, ok := c.Args[1].(*plan.Const)
		if !ok {
			return sx{}, false
		}
		v, ok := k.Value.(datum.Interval)
		if !ok || v.Days != 0 || v.Months != 0 {
			return sx{}, false
		}
		return sx{text: paren(args[0].text + op + args[1].text), oid: pgcat.TimestampTZ}, true
	}
}

// shiftRule moves a date or timestamp by an interval that cannot be infinite: a finite constant, or a multiple of one by a whole number.
// Others go through datum, since to DuckDB infinity is an interval like any other.
func shiftRule(interval int, text string) duckRule {
	return func(p *duck, c *plan.Call, args []sx) (sx, bool) {
		if k, ok := c.Args[interval].(*plan.Const); ok {
			if v, ok := k.Value.(datum.Interval); !ok || v.IsInfinite() {
				return sx{}, false
			}
		} else if !strings.HasPrefix(args[interval].text, "(to_") {
			return sx{}, false
		}
		return sx{text: p.fillForm(text, c, args), oid: pgcat.Timestamp}, true
	}
}

// timesRule multiplies a constant interval by a whole number, each field exactly; fractions go through datum.
func timesRule(interval, factor int) duckRule {
	return func(p *duck, c *plan.Call, args []sx) (sx, bool) {
		k, ok := c.Args[interval].(*plan.Const)
		if !ok {
			return sx{}, false
		}
		v, ok := k.Value.(datum.Interval)
		whole, isCast := c.Args[factor].(*plan.Cast)
		if !ok || !isCast || v.Micros == math.MaxInt64 || v.Micros == math.MinInt64 {
			return sx{}, false
		}
		if from := whole.Arg.Type().OID; from != pgcat.Int2 && from != pgcat.Int4 {
			return sx{}, false
		}
		n, found := strings.CutSuffix(args[factor].text, " AS DOUBLE)")
		if !found {
			return sx{}, false
		}
		n += " AS BIGINT)"
		var parts []string
		if v.Months != 0 {
			parts = append(parts, "to_months(CAST(("+itoa(v.Months)+")::BIGINT * "+n+" AS INTEGER))")
		}
		if v.Days != 0 {
			parts = append(parts, "to_days(CAST(("+itoa(v.Days)+")::BIGINT * "+n+" AS INTEGER))")
		}
		if v.Micros != 0 || len(parts) == 0 {
			parts = append(parts, "to_microseconds(("+strconv.FormatInt(v.Micros, 10)+")::BIGINT * "+n+")")
		}
		return sx{text: paren(strings.Join(parts, " + ")), oid: pgcat.Interval}, true
	}
}
