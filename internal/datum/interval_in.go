package datum

import (
	"math"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Fields of an interval's type modifier, as a set (INTERVAL YEAR TO MONTH, …).
const (
	rangeMonth  = 1 << 1
	rangeYear   = 1 << 2
	rangeDay    = 1 << 3
	rangeHour   = 1 << 10
	rangeMinute = 1 << 11
	rangeSecond = 1 << 12
	fullRange   = 0x7fff
)

// span adds up an interval's fields; a false return means that one of them overflows.
type span struct {
	years, months, days int32
	micros              int64
}

func addInt32(sum *int32, v int64) bool {
	r := int64(*sum) + v
	if v != int64(int32(v)) || r != int64(int32(r)) {
		return false
	}
	*sum = int32(r)
	return true
}

func addInt64(sum *int64, v int64) bool {
	r := *sum + v
	if (r > *sum) != (v > 0) && v != 0 {
		return false
	}
	*sum = r
	return true
}

func mulInt64(a, b int64) (int64, bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	r := a * b
	return r, r/b == a && !(a == -1 && b == math.MinInt64) && !(b == -1 && a == math.MinInt64)
}

func (s *span) addMicros(value int64, fraction float64, unit int64) bool {
	v, ok := mulInt64(value, unit)
	return ok && addInt64(&s.micros, v) && s.addFraction(fraction, unit)
}

// addFraction adds a fraction of a unit of microseconds, rounded.
func (s *span) addFraction(fraction float64, unit int64) bool {
	fraction *= float64(unit)
	v := int64(fraction)
	switch rest := fraction - float64(v); {
	case rest > 0.5:
		v++
	case rest < -0.5:
		v--
	}
	return addInt64(&s.micros, v)
}

func (s *span) addDays(value, unit int64) bool {
	return value == int64(int32(value)) && addInt32(&s.days, value*unit)
}

// addDayFraction adds a fraction of a number of days; what is below a day goes to the time.
func (s *span) addDayFraction(fraction float64, days float64) bool {
	fraction *= days
	whole := int64(fraction)
	return addInt32(&s.days, whole) && s.addFraction(fraction-float64(whole), usecPerDay)
}

func (s *span) addYears(value int64, fraction float64, unit int64) bool {
	return value == int64(int32(value)) && addInt32(&s.years, value*unit) &&
		addInt32(&s.months, int64(math.RoundToEven(fraction*float64(unit)*12)))
}

func (s *span) addMonths(value int64, fraction float64) bool {
	return addInt32(&s.months, value) && s.addDayFraction(fraction, 30)
}

// add adds a number of units and returns the field that it fills.
func (s *span) add(unit int, value int64, fraction float64) (mask int, ok bool) {
	switch unit {
	case unitMicrosecond:
		return hasMicrosecond, s.addMicros(value, fraction, 1)
	case unitMillisecond:
		return hasMillisecond, s.addMicros(value, fraction, 1000)
	case unitSecond:
		mask = hasSecond
		if fraction != 0 {
			mask = hasSeconds
		}
		return mask, s.addMicros(value, fraction, usecPerSecond)
	case unitMinute:
		return hasMinute, s.addMicros(value, fraction, usecPerMinute)
	case unitHour:
		return hasHour, s.addMicros(value, fraction, usecPerHour)
	case unitDay:
		return hasDay, s.addDays(value, 1) && s.addFraction(fraction, usecPerDay)
	case unitWeek:
		return hasWeek, s.addDays(value, 7) && s.addDayFraction(fraction, 7)
	case unitMonth:
		return hasMonth, s.addMonths(value, fraction)
	case unitYear:
		return hasYear, s.addYears(value, fraction, 1)
	case unitDecade:
		return hasDecade, s.addYears(value, fraction, 10)
	case unitCentury:
		return hasCentury, s.addYears(value, fraction, 100)
	case unitMillennium:
		return hasMillennium, s.addYears(value, fraction, 1000)
	}
	return 0, false
}

// spanDecoder reads an interval's fields from the last to the first, so that a unit is known before its number.
type spanDecoder struct {
	span
	interval int // range of the type modifier
	seen     int
	unit     int
	waiting  bool // a unit has been read whose number has not
	negative bool // one leading minus holds for all
	before   bool // ago
	special  int
	last     int
}

func (d *spanDecoder) run(fields []token, style IntervalFormat) fault {
	d.negative = style == IntervalSQLStandard && len(fields) > 0 && fields[0].text[0] == '-'
	d.last = len(fields) - 1
	for i := 1; i < len(fields) && d.negative; i++ {
		d.negative = fields[i].text[0] != '-' && fields[i].text[0] != '+'
	}
	for i := d.last; i >= 0; i-- {
		mask, f := d.field(fields[i], i)
		if f != noFault {
			return f
		}
		if mask&d.seen != 0 {
			return badFormat
		}
		d.seen |= mask
	}
	if d.seen == 0 || d.waiting {
		return badFormat
	}
	if !d.before {
		return noFault
	}
	if d.micros == math.MinInt64 || d.days == math.MinInt32 || d.months == math.MinInt32 || d.years == math.MinInt32 {
		return fieldRange
	}
	d.micros, d.days, d.months, d.years = -d.micros, -d.days, -d.months, -d.years
	return noFault
}

func (d *spanDecoder) field(t token, i int) (int, fault) {
	switch t.kind {
	case isTime:
		return d.clock(t.text, false)
	case isZone:
		if strings.Contains(t.text, ":") {
			if mask, f := d.clock(t.text[1:], t.text[0] == '-'); f == noFault {
				return mask, f
			}
		}
		return d.number(t.text)
	case isDate, isNumber:
		return d.number(t.text)
	}
	return d.word(t.text, i)
}

func (d *spanDecoder) clock(t string, negative bool) (int, fault) {
	c, f := parseClock(t, d.interval)
	if f != noFault {
		return 0, f
	}
	hours, ok := mulInt64(c.hour, usecPerHour)
	usec := hours
	if !ok || !addInt64(&usec, int64(c.min*60+c.sec)*usecPerSecond+int64(c.usec)) {
		return 0, fieldRange
	}
	if negative || d.negative && usec > 0 {
		usec = -usec
	}
	d.micros = usec
	d.unit, d.waiting = unitDay, false
	return hasTimeAll, noFault
}

// lastUnit is what a number without a unit means at the end of an interval.
func lastUnit(interval int) int {
	switch {
	case interval == fullRange, interval&rangeSecond != 0:
		return unitSecond
	case interval&rangeMinute != 0:
		return unitMinute
	case interval&rangeHour != 0:
		return unitHour
	case interval&rangeDay != 0:
		return unitDay
	case interval&rangeMonth != 0:
		return unitMonth
	case interval&rangeYear != 0:
		return unitYear
	}
	return unitSecond
}

func (d *spanDecoder) number(t string) (int, fault) {
	if d.unit == 0 {
		d.unit = lastUnit(d.interval)
	}
	n := digitPrefix(strings.TrimLeft(t[:1], "+-")+t[1:]) + len(t[:1]) - len(strings.TrimLeft(t[:1], "+-"))
	value, err := strconv.ParseInt(t[:n], 10, 64)
	if err != nil && n > 0 && isDigit(t[n-1]) {
		return 0, fieldRange
	}
	fraction, ok := 0.0, true
	switch rest := t[n:]; {
	case rest == "":
	case rest[0] == '-':
		return d.yearMonth(t, value, rest[1:])
	case rest[0] == '.':
		if fraction, ok = parseFraction(rest); !ok {
			return 0, badFormat
		}
		if t[0] == '-' {
			fraction = -fraction
		}
	default:
		return 0, badFormat
	}
	return d.amount(value, fraction)
}

// yearMonth reads the month of SQL's years-months.
func (d *spanDecoder) yearMonth(t string, years int64, rest string) (int, fault) {
	digits, negative := strings.CutPrefix(rest, "-")
	n := digitPrefix(digits)
	month, ok := atoi32(digits[:n])
	switch {
	case !ok || month >= 12 || negative && month > 0:
		return 0, fieldRange
	case n < len(digits) || negative && n == 0:
		return 0, badFormat
	}
	if t[0] == '-' {
		month = -month
	}
	value, ok := mulInt64(years, 12)
	if !ok || !addInt64(&value, int64(month)) {
		return 0, fieldRange
	}
	d.unit = unitMonth
	return d.amount(value, 0)
}

func (d *spanDecoder) amount(value int64, fraction float64) (int, fault) {
	if d.negative {
		value, fraction = min(value, -value), min(fraction, -fraction)
	}
	mask, ok := d.add(d.unit, value, fraction)
	switch {
	case mask == 0:
		return 0, badFormat
	case !ok:
		return 0, fieldRange
	}
	if d.unit == unitHour {
		d.unit = unitDay
	}
	d.waiting = false
	return mask, noFault
}

func (d *spanDecoder) word(t string, i int) (int, fault) {
	if d.waiting {
		return 0, badFormat
	}
	w, ok := spanWords[shorten(t)]
	if !ok {
		w = dateWords[shorten(t)]
	}
	switch w.class {
	case ignored:
		return 0, noFault
	case unitName:
		d.unit, d.waiting = w.value, true
		return 0, noFault
	case ago:
		if i != d.last {
			return 0, badFormat
		}
		d.before, d.unit = true, unitOther
		return 0, noFault
	case reserved:
		if w.value != wordLate && w.value != wordEarly || i != d.last {
			return 0, badFormat
		}
		d.special = w.value
		return hasDateAll | hasTimeAll, noFault
	}
	return 0, badFormat
}

// The infinities of interval.
var (
	maxInterval = Interval{math.MaxInt32, math.MaxInt32, math.MaxInt64}
	minInterval = Interval{math.MinInt32, math.MinInt32, math.MinInt64}
)

func intervalIn(text string, mod int32, env *Env) (Value, error) {
	d := &spanDecoder{interval: fullRange}
	if mod >= 0 {
		d.interval = int(mod>>16) & fullRange
	}
	f := badFormat
	if fields, ok := scanFields(text); ok {
		f = d.run(fields, env.IntervalStyle)
	}
	s := d.span
	if f == badFormat {
		s = span{}
		f = s.parseISO(text)
		d.special = 0
	}
	if f == fieldRange {
		f = intervalRange
	}
	if f != noFault {
		return nil, failure(f, text, "interval", "")
	}
	switch d.special {
	case wordLate:
		return maxInterval, nil
	case wordEarly:
		return minInterval, nil
	}
	months := int64(s.years)*12 + int64(s.months)
	if months != int64(int32(months)) {
		return nil, pgerr.New(pgerr.DatetimeOverflow, "interval out of range")
	}
	return RoundInterval(Interval{int32(months), s.days, s.micros}, mod)
}

// RoundInterval applies a type modifier: it drops the fields below the range's last and rounds the seconds.
func RoundInterval(v Interval, mod int32) (Interval, error) {
	if mod < 0 || v == maxInterval || v == minInterval {
		return v, nil
	}
	interval, digits := int(mod>>16)&fullRange, mod&0xffff
	switch {
	case interval == fullRange, interval&rangeSecond != 0:
	case interval&rangeMinute != 0:
		v.Micros -= v.Micros % usecPerMinute
	case interval&rangeHour != 0:
		v.Micros -= v.Micros % usecPerHour
	case interval&rangeDay != 0:
		v.Micros = 0
	case interval&rangeMonth != 0:
		v.Days, v.Micros = 0, 0
	case interval&rangeYear != 0:
		v.Months, v.Days, v.Micros = v.Months-v.Months%12, 0, 0
	}
	if digits < 6 {
		if v.Micros > math.MaxInt64-500000 || v.Micros < math.MinInt64+500000 {
			return v, pgerr.New(pgerr.DatetimeOverflow, "interval out of range")
		}
		v.Micros = roundHalfAway(v.Micros, digits)
	}
	return v, nil
}
