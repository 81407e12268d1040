package dbsql

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// Intervals are of months or of days and seconds (data-types/interval-type). They stand beside a date or timestamp, and are given to
// DuckDB as months, or as days and microseconds.

// unitMicros are the microseconds of a unit.
var unitMicros = map[string]int64{"WEEK": 604_800_000_000, "DAY": 86_400_000_000, "HOUR": 3_600_000_000, "MINUTE": 60_000_000, "SECOND": 1_000_000,
	"MILLISECOND": 1_000, "MICROSECOND": 1}

// maxMonths is the longest interval of months.
var maxMonths = big.NewInt(1<<31 - 1)

var unitMonths = map[string]int64{"YEAR": 12, "MONTH": 1, "QUARTER": 3}

var (
	decimalForm  = regexp.MustCompile(`^([+-]?)([0-9]{1,18})(?:[.]([0-9]{1,9}))?$`)
	yearForm     = regexp.MustCompile(`^([+-]?)([0-9]{1,9})-([0-9]{1,2})$`)
	daySecondFor = regexp.MustCompile(`^([+-]?)([0-9]{1,9}) ([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})$`)
)

// interval compiles an INTERVAL literal: the sum of its parts.
func (s *scope) interval(x *sqltree.Interval) (value, *Error) {
	months, micros, kinds := new(big.Int), new(big.Int), map[int]bool{}
	for _, p := range x.Parts {
		t := ""
		switch l := p.X.(type) {
		case *sqltree.NumberLit:
			t = l.Text
		case *sqltree.StringLit:
			t = strings.TrimSpace(l.Text)
		case *sqltree.Unary:
			if n, ok := l.X.(*sqltree.NumberLit); ok && l.Op == "-" {
				t = "-" + n.Text
			}
		}
		m, u, ok := intervalPart(t, p.Unit, p.To)
		if !ok {
			return value{}, failure("INVALID_INTERVAL_FORMAT", "Error parsing '%s' to interval. Please ensure that the value provided is "+
				"in a valid format for defining an interval.", t)
		}
		months.Add(months, m)
		micros.Add(micros, u)
		_, year := unitMonths[p.Unit]
		kinds[map[bool]int{true: 0, false: 1}[year]] = true
	}
	if len(kinds) != 1 {
		return value{}, unsupported("an interval of both months and seconds")
	}
	if months.CmpAbs(maxMonths) > 0 || !micros.IsInt64() {
		return value{}, failure("INTERVAL_ARITHMETIC_OVERFLOW", "Integer overflow while operating with intervals.")
	}
	if kinds[0] {
		return value{SQL: fmt.Sprintf("to_months(CAST(%s AS INTEGER))", months), Type: Type{Kind: Interval}}, nil
	}
	days, rest := new(big.Int).QuoRem(micros, big.NewInt(unitMicros["DAY"]), new(big.Int))
	return value{SQL: fmt.Sprintf("(to_days(CAST(%s AS INTEGER)) + to_microseconds(%s))", days, rest), Type: Type{Kind: Interval, Scale: 1}}, nil
}

// intervalPart is a part's months and microseconds.
func intervalPart(t, unit, to string) (months, micros *big.Int, ok bool) {
	months, micros = new(big.Int), new(big.Int)
	if to != "" {
		return compoundPart(t, unit, to)
	}
	m := decimalForm.FindStringSubmatch(t)
	if m == nil || m[3] != "" && unit != "SECOND" {
		return nil, nil, false
	}
	n, _ := new(big.Int).SetString(m[2], 10)
	if per, isMonth := unitMonths[unit]; isMonth {
		months.Mul(n, big.NewInt(per))
	} else {
		micros.Mul(n, big.NewInt(unitMicros[unit]))
		frac, _ := new(big.Int).SetString((m[3] + "000000")[:6], 10)
		micros.Add(micros, frac)
	}
	if m[1] == "-" {
		months.Neg(months)
		micros.Neg(micros)
	}
	return months, micros, true
}

// compoundPart reads '1-2' YEAR TO MONTH and '1 02:03:04' DAY TO SECOND.
func compoundPart(t, unit, to string) (months, micros *big.Int, ok bool) {
	months, micros = new(big.Int), new(big.Int)
	m, per, sum := yearForm.FindStringSubmatch(t), []int64{12, 1}, months
	if unit == "DAY" {
		m, per, sum = daySecondFor.FindStringSubmatch(t), []int64{unitMicros["DAY"], unitMicros["HOUR"], unitMicros["MINUTE"], unitMicros["SECOND"]}, micros
	}
	if m == nil || (unit != "YEAR" || to != "MONTH") && (unit != "DAY" || to != "SECOND") {
		return nil, nil, false
	}
	for i, p := range per {
		n, _ := new(big.Int).SetString(m[i+2], 10)
		sum.Add(sum, n.Mul(n, big.NewInt(p)))
	}
	if m[1] == "-" {
		sum.Neg(sum)
	}
	return months, micros, true
}

// intervalSum is a date or timestamp and an interval (functions/plussign, -minussign): a DATE stays one under months and whole days;
// months and days are added in the session's time zone.
func (c *compiler) intervalSum(op string, a, b value) (value, *Error) {
	if a.Type.Kind == Interval && op == "+" {
		a, b = b, a
	}
	if op != "+" && op != "-" || b.Type.Kind != Interval || !a.Type.isDateLike() {
		return value{}, mismatch(op, []value{a, b})
	}
	out := value{Type: a.Type, Nullable: a.Nullable}
	switch {
	case a.Type.Kind == Date && (b.Type.Scale == 0 || strings.HasSuffix(b.SQL, " + to_microseconds(0))")):
		out.SQL = castTo("("+a.SQL+" "+op+" "+b.SQL+")", out.Type)
	case a.Type.Kind == Date:
		out.Type = of(Timestamp)
		return c.intervalSum(op, c.Convert(a, out.Type), b)
	case a.Type.Kind == TimestampNTZ:
		out.SQL = "(" + a.SQL + " " + op + " " + b.SQL + ")"
	default:
		days, micros, found := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(b.SQL, "("), ")"), " + to_microseconds(")
		if b.Type.Scale == 0 || !found {
			days, micros = b.SQL, "0)"
		}
		if strings.TrimSuffix(micros, ")") == "" {
			micros = "0"
		}
		local := fmt.Sprintf("(%s %s %s)", c.local(a), op, days)
		out.SQL = fmt.Sprintf("(timezone(%s, %s) %s to_microseconds(%s))", sqltree.Text(c.zone()), local, op, strings.TrimSuffix(micros, ")"))
	}
	return out, nil
}

// dayDifference is date - date, an interval of days.
func (c *compiler) dayDifference(a, b value) value {
	return value{SQL: "to_days(CAST(" + a.SQL + " - " + b.SQL + " AS INTEGER))", Type: Type{Kind: Interval, Scale: 1}, Nullable: true}
}

// addUnits are DuckDB's forms of n units.
var addUnits = map[string]string{"YEAR": "to_years(CAST($1 AS INTEGER))", "QUARTER": "to_months(CAST(3 * $1 AS INTEGER))", "MONTH": "to_months(CAST($1 AS INTEGER))",
	"WEEK": "to_days(CAST(7 * $1 AS INTEGER))", "DAY": "to_days(CAST($1 AS INTEGER))", "HOUR": "to_hours($1)", "MINUTE": "to_minutes($1)",
	"SECOND": "to_seconds($1)", "MILLISECOND": "to_microseconds(1000 * $1)", "MICROSECOND": "to_microseconds($1)"}

// dateAdd compiles dateadd(date, days) and dateadd(unit, n, timestamp) (functions/dateadd, -dateadd2).
func dateAdd(s *scope, x *sqltree.Call) (value, *Error) {
	if len(x.Args) == 3 {
		return timestampAdd(s, x)
	}
	a, err := s.Exprs(x.Args)
	if err != nil {
		return value{}, err
	}
	return s.overload(x, functions["DATE_ADD"], a)
}

// timestampAdd adds n units to a timestamp (functions/timestampadd): a DATE becomes a TIMESTAMP.
func timestampAdd(s *scope, x *sqltree.Call) (value, *Error) {
	unit := unitName(x.Args[0])
	a, err := s.Exprs(x.Args[1:])
	if err != nil {
		return value{}, err
	}
	n, ok := s.c.fitOne('i', a[0])
	if !ok || addUnits[unit] == "" || !a[1].Type.isDateLike() {
		return value{}, mismatch(s.c.Source(x), a)
	}
	v := a[1]
	if v.Type.Kind == Date {
		v = s.c.Convert(v, of(Timestamp))
	}
	by := sqltree.Fill(addUnits[unit], []string{n.SQL})
	out := value{Type: v.Type, Nullable: v.Nullable || n.Nullable}
	if _, month := unitMonths[unit]; v.Type.Kind == Timestamp && (month || unit == "DAY" || unit == "WEEK") {
		out.SQL = fmt.Sprintf("timezone(%s, %s + %s)", sqltree.Text(s.c.zone()), s.c.local(v), by)
	} else {
		out.SQL = "(" + v.SQL + " + " + by + ")"
	}
	return out, nil
}

// timestampDiff counts the whole units from one moment to another, towards zero (functions/timestampdiff): a BIGINT.
func timestampDiff(s *scope, x *sqltree.Call) (value, *Error) {
	unit := unitName(x.Args[0])
	a, err := s.Exprs(x.Args[1:])
	if err != nil {
		return value{}, err
	}
	v, ok := s.c.fit("ss", a)
	if !ok {
		return value{}, mismatch(s.c.Source(x), a)
	}
	exact := a[0].Type.Kind == Timestamp && a[1].Type.Kind == Timestamp
	if exact && unitMicros[unit] > 0 && unitMicros[unit] < unitMicros["DAY"] {
		v = a
	}
	out := value{Type: of(Bigint), Nullable: a[0].Nullable || a[1].Nullable}
	if per, ok := unitMonths[unit]; ok {
		out.SQL = castTo(fmt.Sprintf("(db_months(%s, %s) // %d)", v[0].SQL, v[1].SQL, per), out.Type)
		return out, nil
	}
	per, ok := unitMicros[unit]
	if !ok {
		return value{}, unsupported("timestampdiff of %s", unit)
	}
	out.SQL = fmt.Sprintf("(epoch_us(%s) - epoch_us(%s))", v[1].SQL, v[0].SQL)
	if per > 1 {
		out.SQL = fmt.Sprintf("(%s // %d)", out.SQL, per)
	}
	return out, nil
}
