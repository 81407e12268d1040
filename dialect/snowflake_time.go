package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// snowTimes are the forms over dates. What depends on the session's zone is missing.
var snowTimes = map[string]string{
	"date_pli(date,int4)": "DATEADD(DAY, $2, $1)", "date_mii(date,int4)": "DATEADD(DAY, - $2, $1)", "integer_pl_date(int4,date)": "DATEADD(DAY, $1, $2)",
	"date_mi(date,date)": "DATEDIFF(DAY, $2, $1)",
}

func snowTimeRules() map[string]callRule {
	return joinTables(warehouseTimes(), map[string]callRule{
		"date_trunc(text,timestamp)": snowTrunc, "date_trunc(text,timestamptz)": inUTC(snowTrunc), "timezone(text,timestamptz)": snowLocal,
	})
}

// snowLocal is the wall clock of a zone.
func snowLocal(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
	return sx{text: p.fillBare("CONVERT_TIMEZONE($1, $2)::TIMESTAMP_NTZ", args)}, namedZone(c.Args[0])
}

func snowTrunc(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
	name, ok := unitOf(c.Args[0])
	return sx{text: "DATE_TRUNC('" + name + "', " + args[1].text + ")"}, ok
}

// snowFields are the fields of EXTRACT.
var snowFields = map[string]field{
	"year": {text: "YEAR($2)", p: 38}, "quarter": {text: "QUARTER($2)", p: 38}, "month": {text: "MONTH($2)", p: 38}, "week": {text: "WEEKISO($2)", p: 38},
	"day": {text: "DAY($2)", p: 38}, "doy": {text: "DAYOFYEAR($2)", p: 38}, "isodow": {text: "DAYOFWEEKISO($2)", p: 38},
	"dow": {text: "MOD(DAYOFWEEKISO($2), 7)", p: 38}, "isoyear": {text: "YEAROFWEEKISO($2)", p: 38},
	"hour": {text: "HOUR($2)", p: 38, timed: true}, "minute": {text: "MINUTE($2)", p: 38, timed: true},
	"second":        {text: "(SECOND($2) + DATE_PART('NANOSECOND', $2) * 0.000000001)::NUMBER(38, 6)", p: 38, s: 6, timed: true},
	"epoch":         {text: "(DATEDIFF(MICROSECOND, '1970-01-01 00:00:00'::TIMESTAMP_NTZ, $2) * 0.000001)", p: 38, s: 6, timed: true},
	"epoch date":    {text: "(DATEDIFF(DAY, '1970-01-01'::DATE, $2) * 86400)", p: 38},
	"epoch instant": {text: "(DATEDIFF(MICROSECOND, '1970-01-01 00:00:00 +00:00'::TIMESTAMP_LTZ, $2) * 0.000001)", p: 38, s: 6},
	"epoch elapsed": {text: "($2 * 0.000001)", p: 38, s: 6},
	"day elapsed":   {text: "(($2 - MOD($2, 86400000000)) / 86400000000)::NUMBER(38, 0)", p: 38},
}

// snowFormats are the parts of a format that both write alike, those of a date first.
var snowFormats = [][2]string{{"YYYY", "YYYY"}, {"MM", "MM"}, {"DD", "DD"}, {"HH24", "HH24"}, {"MI", "MI"}, {"SS", "SS"}}

// firstSnowDay is 1582-10-15.
const firstSnowDay = datum.Date(-141427)

func snowMoment(v datum.Value, oid uint32) string {
	text, ok := momentText(v, oid, firstSnowDay)
	switch {
	case !ok:
		return ""
	case oid == pgcat.TimestampTZ:
		return strings.TrimSuffix(text, "+00") + " +00:00'::TIMESTAMP_LTZ"
	}
	return text + "'::" + snowTypes[oid]
}
