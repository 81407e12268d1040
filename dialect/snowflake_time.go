package dialect

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// snowTimes are the forms over dates and timestamps. What depends on the session's zone is missing.
var snowTimes = map[string]snowForm{
	"date_pli(date,int4)": "DATEADD(DAY, $2, $1)", "date_mii(date,int4)": "DATEADD(DAY, - $2, $1)", "integer_pl_date(int4,date)": "DATEADD(DAY, $1, $2)",
	"date_mi(date,date)": "DATEDIFF(DAY, $2, $1)",
}

func snowTimeRules() map[string]snowRule {
	rules := map[string]snowRule{
		"date_pl_interval(date,interval)": moved(0, 1, "$1::TIMESTAMP_NTZ", 1), "date_mi_interval(date,interval)": moved(0, 1, "$1::TIMESTAMP_NTZ", -1),
		"interval_pl_date(interval,date)":           moved(1, 0, "$2::TIMESTAMP_NTZ", 1),
		"timestamp_pl_interval(timestamp,interval)": moved(0, 1, "$1", 1), "timestamp_mi_interval(timestamp,interval)": moved(0, 1, "$1", -1),
		"interval_pl_timestamp(interval,timestamp)":     moved(1, 0, "$2", 1),
		"timestamptz_pl_interval(timestamptz,interval)": moved(0, 1, "$1", 1), "timestamptz_mi_interval(timestamptz,interval)": moved(0, 1, "$1", -1),
		"date_trunc(text,timestamp)": snowTrunc, "to_char(timestamp,text)": snowToChar,
		"date_trunc(text,timestamptz)": inUTC(snowTrunc), "to_char(timestamptz,text)": inUTC(snowToChar),
		"date_part(text,timestamptz)": inUTC(snowExtract), "timezone(text,timestamptz)": snowLocal,
	}
	rules["extract(text,timestamptz)"], rules["extract(text,interval)"] = snowInstantEpoch, snowElapsed
	for _, t := range []string{"date", "timestamp"} {
		rules["extract(text,"+t+")"], rules["date_part(text,"+t+")"] = snowExtract, snowExtract
	}
	return rules
}

// inUTC is a rule over instants that holds while the asking session's zone is that of our sessions.
func inUTC(rule snowRule) snowRule {
	return func(p *snow, c *plan.Call, args []sx) (sx, bool) {
		x, ok := rule(p, c, args)
		return x, ok && p.utc
	}
}

// snowLocal is the wall clock of a zone that both name alike, by region and city.
func snowLocal(p *snow, c *plan.Call, args []sx) (sx, bool) {
	zone, ok := textConst(c.Args[0])
	named := utcZones[zone] || strings.Contains(zone, "/") && !strings.Contains(zone, "GMT")
	return sx{text: p.fillBare("CONVERT_TIMEZONE($1, $2)::TIMESTAMP_NTZ", args)}, ok && named
}

// moved adds a constant interval: months first, then days, then the rest, as PostgreSQL does; an instant is moved by the rest
// alone, since days and months depend on the session's zone.
func moved(moment, interval int, form string, sign int64) snowRule {
	return func(p *snow, c *plan.Call, args []sx) (sx, bool) {
		k, ok := c.Args[interval].(*plan.Const)
		if late, isLate := c.Args[interval].(*plan.Late); isLate && (c.T.OID == pgcat.Timestamp || p.utc) {
			return p.stand("DATEADD("+plan.FormatExpr(late)+", "+p.fillBare(form, args)+")", c.T), p.dry || p.show
		}
		if !ok {
			return sx{}, false
		}
		v, ok := k.Value.(datum.Interval)
		if !ok || v.Months == -1<<31 || v.Days == -1<<31 || v.Micros == -1<<63 || v.Micros == 1<<63-1 {
			return sx{}, false
		}
		if c.Args[moment].Type().OID == pgcat.TimestampTZ && !p.utc && (v.Months != 0 || v.Days != 0) {
			return sx{}, false
		}
		x := p.fillBare(form, args)
		for _, step := range []struct {
			unit string
			n    int64
		}{{"MONTH", int64(v.Months)}, {"DAY", int64(v.Days)}, {"MICROSECOND", v.Micros}} {
			if step.n != 0 {
				x = "DATEADD(" + step.unit + ", " + p.number(sign*step.n) + ", " + x + ")"
			}
		}
		return sx{text: x}, true
	}
}

// number is an integer's literal.
func (p *snow) number(n int64) string {
	if p.mask {
		return "$"
	}
	return signed(strconv.FormatInt(n, 10))
}

// snowUnits are the units that both truncate to alike; weeks begin on Monday in our sessions.
var snowUnits = map[string]string{
	"microseconds": "MICROSECOND", "milliseconds": "MILLISECOND", "second": "SECOND", "minute": "MINUTE", "hour": "HOUR", "day": "DAY",
	"week": "WEEK", "month": "MONTH", "quarter": "QUARTER", "year": "YEAR",
}

func snowTrunc(p *snow, c *plan.Call, args []sx) (sx, bool) {
	unit, ok := textConst(c.Args[0])
	name, known := snowUnits[strings.ToLower(unit)]
	return sx{text: "DATE_TRUNC('" + name + "', " + args[1].text + ")"}, ok && known
}

// snowFields are fields that are whole numbers in both.
var snowFields = map[string]string{
	"year": "YEAR($1)", "quarter": "QUARTER($1)", "month": "MONTH($1)", "week": "WEEKISO($1)", "day": "DAY($1)",
	"doy": "DAYOFYEAR($1)", "isodow": "DAYOFWEEKISO($1)", "dow": "MOD(DAYOFWEEKISO($1), 7)", "isoyear": "YEAROFWEEKISO($1)",
	"hour": "HOUR($1)", "minute": "MINUTE($1)",
}

// snowExtract says EXTRACT (numeric) and date_part (float8) of a known field.
func snowExtract(p *snow, c *plan.Call, args []sx) (sx, bool) {
	field, ok := textConst(c.Args[0])
	field = strings.ToLower(field)
	date := args[1].oid == pgcat.Date
	form, known := snowFields[field]
	x := sx{p: 38}
	switch {
	case !ok || date && (field == "hour" || field == "minute"):
		return sx{}, false
	case known:
		x.text = p.fillBare(form, args[1:])
	case field == "epoch" && date:
		x.text = p.fillBare("(DATEDIFF(DAY, '1970-01-01'::DATE, $1) * 86400)", args[1:])
	case field == "second" && !date && c.T.OID == pgcat.Numeric:
		x.text, x.s = p.fillBare("(SECOND($1) + DATE_PART('NANOSECOND', $1) * 0.000000001)::NUMBER(38, 6)", args[1:]), 6
	case field == "epoch" && c.T.OID == pgcat.Numeric:
		x.text, x.s = p.fillBare("(DATEDIFF(MICROSECOND, '1970-01-01 00:00:00'::TIMESTAMP_NTZ, $1) * 0.000001)", args[1:]), 6
	default:
		return sx{}, false
	}
	if c.T.OID == pgcat.Float8 {
		return sx{text: x.text + "::FLOAT"}, true
	}
	return x, true
}

// snowInstantEpoch: the seconds since 1970 are the one field of an instant that no zone changes.
func snowInstantEpoch(p *snow, c *plan.Call, args []sx) (sx, bool) {
	field, ok := textConst(c.Args[0])
	if ok && !strings.EqualFold(field, "epoch") {
		return inUTC(snowExtract)(p, c, args)
	}
	text := p.fillBare("(DATEDIFF(MICROSECOND, '1970-01-01 00:00:00 +00:00'::TIMESTAMP_LTZ, $2) * 0.000001)", args)
	return sx{text: text, p: 38, s: 6}, ok
}

// snowElapsed says how many seconds, or whole days, lie between two moments; Snowflake has no other intervals.
func snowElapsed(p *snow, c *plan.Call, args []sx) (sx, bool) {
	field, ok := textConst(c.Args[0])
	ok = ok && args[1].text != ""
	switch strings.ToLower(field) {
	case "epoch":
		return sx{text: p.fillBare("($2 * 0.000001)", args), p: 38, s: 6}, ok
	case "day":
		return sx{text: p.fillBare("(($2 - MOD($2, 86400000000)) / 86400000000)::NUMBER(38, 0)", args), p: 38}, ok
	}
	return sx{}, false
}

// zoneless says what PostgreSQL computes of a date by way of its midnight in the session's zone, but which no zone changes: the
// format of its calendar fields.
func (p *snow) zoneless(c *plan.Call) (sx, bool) {
	if signatureOf(c.Proc, c.Name) != "to_char(timestamptz,text)" {
		return sx{}, false
	}
	day, ok := midnightOf(c.Args[0])
	format, known := textConst(c.Args[1])
	if !ok || !known || !snowFormat(format, snowPatterns[:3]) {
		return sx{}, false
	}
	return sx{text: "TO_VARCHAR(" + p.expr(day).text + ", " + p.expr(c.Args[1]).text + ")", oid: pgcat.Text}, true
}

// truncatedDay is date_trunc(unit, a date)::date for units of days and more.
func (p *snow) truncatedDay(e *plan.Cast) (sx, bool) {
	c, ok := e.Arg.(*plan.Call)
	if !ok || e.T.OID != pgcat.Date || signatureOf(c.Proc, c.Name) != "date_trunc(text,timestamptz)" {
		return sx{}, false
	}
	unit, known := textConst(c.Args[0])
	day, isDay := midnightOf(c.Args[1])
	name, ok := snowUnits[strings.ToLower(unit)]
	if !known || !isDay || !ok || strings.HasSuffix(name, "SECOND") || name == "HOUR" || name == "MINUTE" {
		return sx{}, false
	}
	return sx{text: "DATE_TRUNC('" + name + "', " + p.expr(day).text + ")", oid: pgcat.Date}, true
}

// midnightOf is the date that a cast makes into an instant.
func midnightOf(e plan.Expr) (plan.Expr, bool) {
	c, ok := e.(*plan.Cast)
	if !ok || c.T.OID != pgcat.TimestampTZ || c.Arg.Type().OID != pgcat.Date {
		return nil, false
	}
	return c.Arg, true
}

// snowPatterns are the parts of a format that both write alike, those of a date first.
var snowPatterns = []string{"YYYY", "MM", "DD", "HH24", "MI", "SS"}

// snowToChar says formats of digits and punctuation.
func snowToChar(p *snow, c *plan.Call, args []sx) (sx, bool) {
	format, ok := textConst(c.Args[1])
	return sx{text: "TO_VARCHAR(" + args[0].text + ", " + args[1].text + ")"}, ok && snowFormat(format, snowPatterns)
}

// snowFormat reports a format that is made of patterns and punctuation.
func snowFormat(format string, patterns []string) bool {
	for rest := format; rest != ""; {
		n := 0
		for _, part := range patterns {
			if strings.HasPrefix(rest, part) {
				n = len(part)
			}
		}
		if n == 0 && strings.IndexByte("-/:. ,", rest[0]) >= 0 {
			n = 1
		}
		if n == 0 {
			return false
		}
		rest = rest[n:]
	}
	return format != ""
}

// compareMoment compares with a timestamp column of nanoseconds without cutting it, so that the source can still skip what
// cannot match: c is a whole microsecond, so that a column cut to microseconds is above c from c + 1 µs on. A date beside a
// timestamp is its midnight.
func (p *snow) compareMoment(c *plan.Call, op string, a, b sx) sx {
	if snowMoments[a.oid] && snowMoments[b.oid] && a.oid != b.oid {
		zoned := a.oid == pgcat.TimestampTZ || b.oid == pgcat.TimestampTZ
		if zoned && !p.utc {
			return p.unsupported(c.At, "comparison in the session's time zone")
		}
		a, op, b = p.midnights(c, op, a, b)
		if zoned {
			return boolean(paren(a.text + " " + op + " " + b.text))
		}
	}
	x, k, order := a, c.Args[1], op
	if a.raw == "" {
		x, k, order = b, c.Args[0], exchanged[op]
	}
	limit, ok := k.(*plan.Const)
	if x.raw == "" || !ok || limit.Value == nil {
		return boolean(paren(a.text + " " + op + " " + b.text))
	}
	at, next := p.moment(limit, 0), p.moment(limit, 1)
	if at == "" || next == "" || order == "<>" {
		return boolean(paren(a.text + " " + op + " " + b.text))
	}
	if order == "<" || order == ">=" {
		return boolean(paren(x.raw + " " + order + " " + at))
	}
	switch {
	case order == "=":
		return boolean(paren(x.raw + " >= " + at + " AND " + x.raw + " < " + next))
	case order == "<=":
		return boolean(paren(x.raw + " < " + next))
	}
	return boolean(paren(x.raw + " >= " + next))
}

var snowMoments = map[uint32]bool{pgcat.Date: true, pgcat.Timestamp: true, pgcat.TimestampTZ: true}

// midnights makes a date, a timestamp and an instant comparable. Beside a constant the date stays bare: it is after the constant's
// day, or not.
func (p *snow) midnights(c *plan.Call, op string, a, b sx) (sx, string, sx) {
	kind := "::TIMESTAMP_NTZ"
	if a.oid == pgcat.TimestampTZ || b.oid == pgcat.TimestampTZ {
		kind = "::TIMESTAMP_LTZ"
	}
	for i, x := range []*sx{&a, &b} {
		if x.oid == pgcat.TimestampTZ || x.oid == pgcat.Timestamp && kind == "::TIMESTAMP_NTZ" {
			continue
		}
		day, order, ok := p.dayOf(c.Args[1-i], op, i == 0)
		switch {
		case x.oid == pgcat.Date && ok && i == 0:
			return a, order, day
		case x.oid == pgcat.Date && ok:
			return day, order, b
		}
		x.text, x.raw = paren(x.text+kind), ""
	}
	return a, op, b
}

// dayOf is the day of a constant moment, and the operator that compares dates with it as op compares their midnights with the
// moment; first says that the date is op's left side. There is none for equality with another time than midnight.
func (p *snow) dayOf(e plan.Expr, op string, first bool) (day sx, order string, ok bool) {
	k, isConst := e.(*plan.Const)
	if !isConst {
		return sx{}, "", false
	}
	at, isMoment := k.Value.(datum.Timestamp)
	if !isMoment || at == datum.MaxTimestamp || at == datum.MinTimestamp {
		return sx{}, "", false
	}
	days := int64(at) / dayMicros
	rest := int64(at) % dayMicros
	if rest < 0 {
		days--
	}
	if !first {
		op = exchanged[op]
	}
	if rest != 0 {
		op = map[string]string{"<": "<=", "<=": "<=", ">": ">", ">=": ">"}[op]
	}
	if !first {
		op = exchanged[op]
	}
	if op == "" {
		return sx{}, "", false
	}
	return p.constant(&plan.Const{Base: plan.Base{T: plan.Type{OID: pgcat.Date, Mod: -1}, At: k.At}, Value: datum.Date(days)}), op, true
}

// moment is the literal of a constant moved by some microseconds, "" where there is none.
func (p *snow) moment(c *plan.Const, micros int64) string {
	moved := *c
	switch v := c.Value.(type) {
	case datum.Timestamp:
		moved.Value = v + datum.Timestamp(micros)
	case datum.Time:
		moved.Value = v + datum.Time(micros)
		if int64(v)+micros >= dayMicros {
			return ""
		}
	case datum.Date:
		if v < firstSnowDay || v > lastSnowDay {
			return ""
		}
		moved.T = plan.Type{OID: pgcat.Timestamp, Mod: -1}
		moved.Value = datum.Timestamp(int64(v)*dayMicros + micros)
	}
	return p.constant(&moved).text
}
