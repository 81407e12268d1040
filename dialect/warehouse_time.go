package dialect

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// warehouseTimes are the rules over dates and timestamps. What depends on the session's zone is said to sessions in UTC.
func warehouseTimes() map[string]callRule {
	rules := map[string]callRule{
		"date_pl_interval(date,interval)": moved(0, 1, 1), "date_mi_interval(date,interval)": moved(0, 1, -1),
		"interval_pl_date(interval,date)":           moved(1, 0, 1),
		"timestamp_pl_interval(timestamp,interval)": moved(0, 1, 1), "timestamp_mi_interval(timestamp,interval)": moved(0, 1, -1),
		"interval_pl_timestamp(interval,timestamp)":     moved(1, 0, 1),
		"timestamptz_pl_interval(timestamptz,interval)": moved(0, 1, 1), "timestamptz_mi_interval(timestamptz,interval)": moved(0, 1, -1),
		"to_char(timestamp,text)": formatted, "to_char(timestamptz,text)": inUTC(formatted),
		"date_part(text,timestamptz)": inUTC(fieldOf), "extract(text,timestamptz)": fieldOfInstant, "extract(text,interval)": fieldElapsed,
	}
	for _, t := range []string{"date", "timestamp"} {
		rules["extract(text,"+t+")"], rules["date_part(text,"+t+")"] = fieldOf, fieldOf
	}
	return rules
}

// inUTC is a rule over instants that holds while the asking session's zone is that of our sessions.
func inUTC(rule callRule) callRule {
	return func(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
		x, ok := rule(p, c, args)
		return x, ok && p.utc
	}
}

// namedZone reports a zone that all name alike, by region and city.
func namedZone(e plan.Expr) bool {
	zone, ok := textConst(e)
	return ok && (utcZones[zone] || strings.Contains(zone, "/") && !strings.Contains(zone, "GMT"))
}

// moved adds a constant interval: months first, then days, then the rest, as PostgreSQL does; an instant is moved by the rest
// alone, since days and months depend on the session's zone.
func moved(moment, interval int, sign int64) callRule {
	return func(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
		x := args[moment].text
		if c.Args[moment].Type().OID == pgcat.Date {
			x = p.castTo(x, pgcat.Timestamp)
		}
		k, ok := c.Args[interval].(*plan.Const)
		if late, isLate := c.Args[interval].(*plan.Late); isLate && (c.T.OID == pgcat.Timestamp || p.utc) {
			return p.stand(p.lang.later(x, "", plan.FormatExpr(late)), c.T), p.dry || p.show
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
		for _, step := range []struct {
			unit string
			n    int64
		}{{"MONTH", int64(v.Months)}, {"DAY", int64(v.Days)}, {"MICROSECOND", v.Micros}} {
			if step.n != 0 {
				x = p.lang.later(x, step.unit, p.number(sign*step.n))
			}
		}
		return sx{text: x}, true
	}
}

// number is an integer's literal.
func (p *warehouse) number(n int64) string {
	if p.mask {
		return "$"
	}
	return signed(strconv.FormatInt(n, 10))
}

// field is a form of EXTRACT, a number of some digits, of which scale come after the point.
type field struct {
	text  string
	p, s  int32
	timed bool // a date has none
}

// fieldOf says EXTRACT (numeric) and date_part (float8) of a known field.
func fieldOf(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
	name, ok := textConst(c.Args[0])
	f, known := p.lang.fields[strings.ToLower(name)]
	if args[1].oid == pgcat.Date && f.timed {
		f, known = p.lang.fields[strings.ToLower(name)+" date"]
	}
	x := sx{text: p.fillBare(f.text, args), p: f.p, s: f.s}
	switch {
	case !ok || !known, c.T.OID == pgcat.Float8 && f.s > 0:
		return sx{}, false
	case c.T.OID == pgcat.Float8:
		return sx{text: p.castTo(x.text, pgcat.Float8)}, true
	}
	return x, true
}

// fieldOfInstant: the seconds since 1970 are the one field of an instant that no zone changes.
func fieldOfInstant(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
	name, ok := textConst(c.Args[0])
	if ok && !strings.EqualFold(name, "epoch") {
		return inUTC(fieldOf)(p, c, args)
	}
	f := p.lang.fields["epoch instant"]
	return sx{text: p.fillBare(f.text, args), p: f.p, s: f.s}, ok
}

// fieldElapsed says how many seconds, or whole days, lie between two moments; warehouses have no other intervals.
func fieldElapsed(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
	name, ok := textConst(c.Args[0])
	f, known := p.lang.fields[strings.ToLower(name)+" elapsed"]
	return sx{text: p.fillBare(f.text, args), p: f.p, s: f.s}, ok && known && args[1].text != ""
}

// zoneless says what PostgreSQL computes of a date by way of its midnight in the session's zone, but which no zone changes: the
// format of its calendar fields.
func (p *warehouse) zoneless(c *plan.Call) (sx, bool) {
	if signatureOf(c.Proc, c.Name) != "to_char(timestamptz,text)" {
		return sx{}, false
	}
	day, ok := midnightOf(c.Args[0])
	format, known := textConst(c.Args[1])
	text, said := p.formatOf(format, p.lang.formats[:p.lang.datesIn])
	if !ok || !known || !said {
		return sx{}, false
	}
	return sx{text: p.lang.format(p.expr(day).text, text), oid: pgcat.Text}, true
}

// truncUnits are the units that all truncate to alike; weeks begin on Monday in our sessions.
var truncUnits = map[string]string{
	"microseconds": "MICROSECOND", "milliseconds": "MILLISECOND", "second": "SECOND", "minute": "MINUTE", "hour": "HOUR", "day": "DAY",
	"week": "WEEK", "month": "MONTH", "quarter": "QUARTER", "year": "YEAR",
}

// unitOf is the known unit of a date_trunc.
func unitOf(e plan.Expr) (string, bool) {
	unit, _ := textConst(e)
	name, ok := truncUnits[strings.ToLower(unit)]
	return name, ok
}

// truncatedDay is date_trunc(unit, a date)::date for units of days and more.
func (p *warehouse) truncatedDay(e *plan.Cast) (sx, bool) {
	c, ok := e.Arg.(*plan.Call)
	if !ok || e.T.OID != pgcat.Date || signatureOf(c.Proc, c.Name) != "date_trunc(text,timestamptz)" {
		return sx{}, false
	}
	day, isDay := midnightOf(c.Args[1])
	name, ok := unitOf(c.Args[0])
	if !isDay || !ok || strings.HasSuffix(name, "SECOND") || name == "HOUR" || name == "MINUTE" {
		return sx{}, false
	}
	return sx{text: p.lang.day(name, p.expr(day).text), oid: pgcat.Date}, true
}

// midnightOf is the date that a cast makes into an instant.
func midnightOf(e plan.Expr) (plan.Expr, bool) {
	c, ok := e.(*plan.Cast)
	if !ok || c.T.OID != pgcat.TimestampTZ || c.Arg.Type().OID != pgcat.Date {
		return nil, false
	}
	return c.Arg, true
}

// formatted says formats of digits and punctuation.
func formatted(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
	format, ok := textConst(c.Args[1])
	text, said := p.formatOf(format, p.lang.formats)
	return sx{text: p.lang.format(args[0].text, text)}, ok && said
}

// formatOf writes a format that is made of known parts and punctuation in the language's own way, as a literal.
func (p *warehouse) formatOf(format string, parts [][2]string) (string, bool) {
	var b strings.Builder
	for rest := format; rest != ""; {
		n := 0
		for _, part := range parts {
			if strings.HasPrefix(rest, part[0]) {
				n = len(part[0])
				b.WriteString(part[1])
				break
			}
		}
		if n == 0 && strings.IndexByte("-/:. ,", rest[0]) >= 0 {
			n = 1
			b.WriteByte(rest[0])
		}
		if n == 0 {
			return "", false
		}
		rest = rest[n:]
	}
	if p.mask {
		return "$", format != ""
	}
	return p.lang.quote(b.String()), format != "" && !strings.Contains(format, "SSSS")
}

// compareMoment compares with a timestamp column of nanoseconds without cutting it, so that the source can still skip what
// cannot match: c is a whole microsecond, so that a column cut to microseconds is above c from c + 1 µs on. A date beside a
// timestamp is its midnight.
func (p *warehouse) compareMoment(c *plan.Call, op string, a, b sx) sx {
	if momentTypes[a.oid] && momentTypes[b.oid] && a.oid != b.oid {
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

var momentTypes = map[uint32]bool{pgcat.Date: true, pgcat.Timestamp: true, pgcat.TimestampTZ: true}

// midnights makes a date, a timestamp and an instant comparable. Beside a constant the date stays bare: it is after the constant's
// day, or not.
func (p *warehouse) midnights(c *plan.Call, op string, a, b sx) (sx, string, sx) {
	kind := uint32(pgcat.Timestamp)
	if a.oid == pgcat.TimestampTZ || b.oid == pgcat.TimestampTZ {
		kind = pgcat.TimestampTZ
	}
	for i, x := range []*sx{&a, &b} {
		if x.oid == pgcat.TimestampTZ || x.oid == kind {
			continue
		}
		day, order, ok := p.dayOf(c.Args[1-i], op, i == 0)
		switch {
		case x.oid == pgcat.Date && ok && i == 0:
			return a, order, day
		case x.oid == pgcat.Date && ok:
			return day, order, b
		}
		x.text, x.raw = paren(p.castTo(x.text, kind)), ""
	}
	return a, op, b
}

// dayOf is the day of a constant moment, and the operator that compares dates with it as op compares their midnights with the
// moment; first says that the date is op's left side. There is none for equality with another time than midnight.
func (p *warehouse) dayOf(e plan.Expr, op string, first bool) (day sx, order string, ok bool) {
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
func (p *warehouse) moment(c *plan.Const, micros int64) string {
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
		if v < p.lang.firstDay || v > lastDay {
			return ""
		}
		moved.T = plan.Type{OID: pgcat.Timestamp, Mod: -1}
		moved.Value = datum.Timestamp(int64(v)*dayMicros + micros)
	}
	return p.constant(&moved).text
}
