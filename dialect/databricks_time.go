package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// brickTimes are the forms over dates.
var brickTimes = map[string]string{"date_mi(date,date)": "DATEDIFF($1, $2)"}

func brickTimeRules() map[string]callRule {
	return joinTables(warehouseTimes(), map[string]callRule{
		"date_pli(date,int4)": brickDays("DATE_ADD", 0, 1), "date_mii(date,int4)": brickDays("DATE_SUB", 0, 1), "integer_pl_date(int4,date)": brickDays("DATE_ADD", 1, 0),
		"date_trunc(text,timestamp)": brickTrunced, "date_trunc(text,timestamptz)": inUTC(brickTrunced), "timezone(text,timestamptz)": brickLocal,
	})
}

// mostDays is how far a date may be moved: beyond it Databricks counts from the other end of its days.
const mostDays = 10_000_000

func brickDays(name string, date, days int) callRule {
	return func(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
		n := args[days].text
		k, known := intConst(c.Args[days])
		if !known {
			out := p.raise(pgerr.New(pgerr.DatetimeOverflow, "date out of range").At(c.At), n, c.Args[days].Type().OID)
			n = p.iff(n+" NOT BETWEEN -10000000 AND 10000000", out, n)
		}
		return sx{text: name + "(" + args[date].text + ", " + n + ")"}, len(n) < maxRepeated && (!known || k >= -mostDays && k <= mostDays)
	}
}

// brickLocal is the wall clock of a zone.
func brickLocal(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
	return sx{text: p.fillBare("CONVERT_TIMEZONE('UTC', $1, CAST($2 AS TIMESTAMP_NTZ))", args)}, namedZone(c.Args[0])
}

// brickTrunced: DATE_TRUNC makes instants, whose calendar is that of UTC in our sessions.
func brickTrunced(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
	name, ok := unitOf(c.Args[0])
	text := "DATE_TRUNC('" + name + "', " + args[1].text + ")"
	if c.T.OID == pgcat.Timestamp {
		text = "CAST(DATE_TRUNC('" + name + "', CAST(" + args[1].text + " AS TIMESTAMP)) AS TIMESTAMP_NTZ)"
	}
	return sx{text: text}, ok
}

func brickDay(unit, date string) string {
	if unit == "DAY" {
		return date
	}
	return "TRUNC(" + date + ", '" + unit + "')"
}

func brickBetween(from, to string, _ bool) string {
	return "TIMESTAMPDIFF(MICROSECOND, " + from + ", " + to + ")"
}

// brickLater adds an interval; microseconds are said as seconds.
func brickLater(moment, unit, n string) string {
	if unit == "" { // shown before it is known
		return paren(moment + " + " + n)
	}
	n = strings.Trim(n, "()")
	if unit == "MICROSECOND" && n != "$" {
		unit, n = "SECOND", seconds(n)
	} else if unit == "MICROSECOND" {
		unit = "SECOND"
	}
	return paren(moment + " + INTERVAL '" + n + "' " + unit)
}

// seconds moves the point of a whole number of microseconds.
func seconds(micros string) string {
	digits, sign := strings.TrimPrefix(micros, "-"), ""
	if len(digits) < len(micros) {
		sign = "-"
	}
	if len(digits) < 7 {
		digits = strings.Repeat("0", 7-len(digits)) + digits
	}
	whole, frac := digits[:len(digits)-6], strings.TrimRight(digits[len(digits)-6:], "0")
	if frac != "" {
		whole += "." + frac
	}
	return sign + whole
}

// brickFields are the fields of EXTRACT.
var brickFields = map[string]field{
	"year": brickField("YEAR($2)"), "quarter": brickField("QUARTER($2)"), "month": brickField("MONTH($2)"), "week": brickField("WEEKOFYEAR($2)"),
	"day": brickField("DAY($2)"), "doy": brickField("DAYOFYEAR($2)"), "isodow": brickField("EXTRACT(DAYOFWEEK_ISO FROM $2)"),
	"dow": brickField("EXTRACT(DAYOFWEEK FROM $2) - 1"), "isoyear": brickField("EXTRACT(YEAROFWEEK FROM $2)"),
	"hour": timedField("HOUR($2)"), "minute": timedField("MINUTE($2)"),
	"second":        {text: "EXTRACT(SECOND FROM $2)", p: 8, s: 6, timed: true},
	"epoch":         {text: "(CAST(TIMESTAMPDIFF(MICROSECOND, TIMESTAMP_NTZ'1970-01-01 00:00:00', $2) AS DECIMAL(20, 0)) * 0.000001BD)", p: 27, s: 6, timed: true},
	"epoch date":    {text: "(CAST(DATEDIFF($2, DATE'1970-01-01') AS DECIMAL(10, 0)) * 86400BD)", p: 16},
	"epoch instant": {text: "(CAST(TIMESTAMPDIFF(MICROSECOND, TIMESTAMP'1970-01-01 00:00:00+00:00', $2) AS DECIMAL(20, 0)) * 0.000001BD)", p: 27, s: 6},
	"epoch elapsed": {text: "(CAST($2 AS DECIMAL(20, 0)) * 0.000001BD)", p: 27, s: 6},
	"day elapsed":   {text: "CAST($2 DIV 86400000000L AS DECIMAL(20, 0))", p: 20},
}

// brickField is a whole number.
func brickField(form string) field { return field{text: "CAST(" + form + " AS DECIMAL(10, 0))", p: 10} }

func timedField(form string) field {
	f := brickField(form)
	f.timed = true
	return f
}

// brickFormats are the parts of a format, those of a date first.
var brickFormats = [][2]string{
	{"YYYY", "yyyy"}, {"MM", "MM"}, {"DD", "dd"}, {"Mon", "MMM"},
	{"HH24", "HH"}, {"HH12", "hh"}, {"MI", "mm"}, {"SS", "ss"}, {"MS", "SSS"}, {"US", "SSSSSS"}, {"AM", "a"}, {"PM", "a"},
}
