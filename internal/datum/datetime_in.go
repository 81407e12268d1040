package datum

import (
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// fault is why a date, time or interval text is not read.
type fault uint8

const (
	noFault fault = iota
	badFormat
	fieldRange
	monthDayRange // hints at DateStyle
	intervalRange
	zoneRange
	unknownZone
)

// Fields seen so far, as a set.
const (
	hasYear = 1 << iota
	hasMonth
	hasDay
	hasDayOfYear
	hasHour
	hasMinute
	hasSecond
	hasMillisecond
	hasMicrosecond
	hasZone
	hasDST
	hasMeridiem
	hasEra
	hasDayName
	hasWeek
	hasDecade
	hasCentury
	hasMillennium
	hasReserved

	hasSeconds  = hasSecond | hasMillisecond | hasMicrosecond
	hasDateAll  = hasYear | hasMonth | hasDay
	hasTimeAll  = hasHour | hasMinute | hasSeconds
	hasTimeZone = hasTimeAll | hasZone
)

// decoder reads the fields of a date or time by PostgreSQL's rules (Appendix B of its manual).
type decoder struct {
	env       *Env
	tm        civil
	seen      int
	pending   int // unitJulian or unitTime: what the next field is
	special   int // wordEpoch, wordLate or wordEarly in place of a date
	offset    int // seconds east of UTC
	dst       int
	dayOfYear int
	meridiem  int // 0 none, 1 AM, 2 PM
	textMonth bool
	julian    bool
	twoDigits bool
	bc        bool
	zone      *time.Location
	abbrev    string // an abbreviation whose offset zone tells
	badZone   string
	timeOnly  bool
	fields    []token
}

// failure is the error for a fault in a text of a type.
func failure(f fault, text, typ, zone string) error {
	switch f {
	case fieldRange:
		return pgerr.New(pgerr.DatetimeOverflow, "date/time field value out of range: \"%s\"", text)
	case monthDayRange:
		return pgerr.New(pgerr.DatetimeOverflow, "date/time field value out of range: \"%s\"", text).
			WithHint("Perhaps you need a different \"datestyle\" setting.")
	case intervalRange:
		return pgerr.New("22015", "interval field value out of range: \"%s\"", text)
	case zoneRange:
		return pgerr.New(pgerr.InvalidTimeZone, "time zone displacement out of range: \"%s\"", text)
	case unknownZone:
		return pgerr.New(pgerr.InvalidParameterValue, "time zone \"%s\" not recognized", zone)
	}
	return pgerr.New(pgerr.InvalidDatetimeFormat, "invalid input syntax for type %s: \"%s\"", typ, text)
}

// decodeDateTime reads a date with or without a time.
func decodeDateTime(text, typ string, env *Env) (*decoder, error) {
	return (&decoder{env: env}).decode(text, typ, (*decoder).finishDate)
}

// decode reads the fields of a text of a type and finishes what they are.
func (d *decoder) decode(text, typ string, finish func(*decoder) fault) (*decoder, error) {
	fields, ok := scanFields(text)
	f := badFormat
	if ok {
		d.fields = fields
		if f = d.run(); f == noFault {
			f = finish(d)
		}
	}
	if f != noFault {
		return nil, failure(f, text, typ, d.badZone)
	}
	return d, nil
}

// run reads the fields in order.
func (d *decoder) run() fault {
	for i := range d.fields {
		var mask int
		var f fault
		switch t := d.fields[i].text; d.fields[i].kind {
		case isDate:
			mask, f = d.date(i, t)
		case isTime:
			mask, f = d.timeField(t)
		case isZone:
			mask = hasZone
			d.offset, f = parseOffset(t)
		case isNumber:
			mask, f = d.number(i, t)
		default:
			mask, f = d.word(t)
		}
		if f != noFault {
			return f
		}
		if mask&d.seen != 0 {
			return badFormat
		}
		d.seen |= mask
	}
	if d.pending != 0 {
		return badFormat
	}
	return noFault
}

// context is the set of fields by which a number is judged: a time of day takes the date as given.
func (d *decoder) context() int {
	if d.timeOnly {
		return d.seen | hasDateAll
	}
	return d.seen
}

func (d *decoder) date(i int, t string) (int, fault) {
	if d.timeOnly {
		if i == 0 && len(d.fields) >= 2 && (d.fields[len(d.fields)-1].kind == isDate || d.fields[1].kind == isTime) {
			return d.dateField(t)
		}
		return d.zoneOrTime(t, isDigit(t[0]))
	}
	if d.pending == unitJulian {
		return d.julianZone(t)
	}
	if d.pending != 0 || d.seen&(hasMonth|hasDay) == hasMonth|hasDay {
		digit := isDigit(t[0]) || d.pending != 0
		if d.pending != 0 && d.pending != unitTime {
			return 0, badFormat
		}
		d.pending = 0
		return d.zoneOrTime(t, digit)
	}
	return d.dateField(t)
}

// julianZone reads a Julian day with a zone's offset.
func (d *decoder) julianZone(t string) (int, fault) {
	n := digitPrefix(t)
	day, ok := atoi32(t[:n])
	if !ok {
		return 0, fieldRange
	}
	d.setJulian(day)
	d.pending = 0
	var f fault
	d.offset, f = parseOffset(t[n:])
	return hasDateAll | hasTimeZone, f
}

func (d *decoder) setJulian(day int) {
	d.tm.year, d.tm.month, d.tm.day = fromJulian(day)
	d.julian = true
}

// zoneOrTime reads hhmmss-zz, or the name of a zone.
func (d *decoder) zoneOrTime(t string, digit bool) (int, fault) {
	if !digit {
		zone, _, ok := LoadZone(t)
		if !ok {
			d.badZone = t
			return 0, unknownZone
		}
		d.zone = zone
		return hasZone, noFault
	}
	if d.seen&hasTimeAll == hasTimeAll {
		return 0, badFormat
	}
	at := strings.IndexByte(t, '-')
	if at < 0 {
		return 0, badFormat
	}
	var f fault
	if d.offset, f = parseOffset(t[at:]); f != noFault {
		return 0, f
	}
	mask, f := d.concatenated(t[:at], d.context())
	return mask | hasZone, f
}

func (d *decoder) timeField(t string) (int, fault) {
	if d.pending != 0 {
		if d.pending != unitTime {
			return 0, badFormat
		}
		d.pending = 0
	}
	clock, f := parseClock(t, fullRange)
	if f != noFault {
		return 0, f
	}
	if clock.hour > 24 {
		d.tm.hour = 25 // refused at the end
	} else {
		d.tm.hour = int(clock.hour)
	}
	d.tm.min, d.tm.sec, d.tm.usec = clock.min, clock.sec, clock.usec
	if !d.timeOnly && d.clockOverflows() {
		return 0, fieldRange
	}
	return hasTimeAll, noFault
}

func (d *decoder) clockOverflows() bool {
	c := &d.tm
	return c.hour < 0 || c.hour > 24 || c.min < 0 || c.min > 59 || c.sec < 0 || c.sec > 60 || c.usec < 0 ||
		c.usec > usecPerSecond || c.clock() > usecPerDay
}

func (d *decoder) number(i int, t string) (int, fault) {
	if d.pending != 0 {
		return d.pendingNumber(t)
	}
	dot := strings.IndexByte(t, '.')
	if d.timeOnly {
		return d.timeNumber(i, t, dot)
	}
	switch {
	case dot >= 0 && d.seen&hasDateAll == 0:
		return d.dateField(t)
	case dot > 2, len(t) >= 6 && (d.seen&hasDateAll == 0 || d.seen&hasTimeAll == 0):
		return d.concatenated(t, d.seen)
	}
	return d.single(t, d.seen)
}

func (d *decoder) timeNumber(i int, t string, dot int) (int, fault) {
	switch {
	case dot >= 0 && i == 0 && len(d.fields) >= 2 && d.fields[len(d.fields)-1].kind == isDate:
		return d.dateField(t)
	case dot > 2, dot < 0 && len(t) > 4:
		return d.concatenated(t, d.context())
	case dot >= 0:
		return 0, badFormat
	}
	return d.single(t, d.context())
}

// pendingNumber reads the number after J or T.
func (d *decoder) pendingNumber(t string) (int, fault) {
	n := digitPrefix(t)
	value, ok := atoi32(t[:n])
	if !ok {
		return 0, fieldRange
	}
	if n < len(t) && t[n] != '.' {
		return 0, badFormat
	}
	unit := d.pending
	d.pending = 0
	switch unit {
	case unitJulian:
		d.setJulian(value)
		if n == len(t) {
			return hasDateAll, noFault
		}
		fraction, ok := parseFraction(t[n:])
		if !ok {
			return 0, badFormat
		}
		d.tm.setClock(int64(fraction * usecPerDay))
		return hasDateAll | hasTimeAll, noFault
	case unitTime:
		mask, f := d.concatenated(t, d.seen|hasDateAll)
		if f == noFault && mask != hasTimeAll {
			return 0, badFormat
		}
		return mask, f
	}
	return 0, badFormat
}

func digitPrefix(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// atoi32 reads digits as an int32; no digit is 0.
func atoi32(s string) (int, bool) {
	if s == "" {
		return 0, true
	}
	n, err := strconv.ParseInt(s, 10, 32)
	return int(n), err == nil
}
