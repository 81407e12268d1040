package datum

import (
	"math"
	"strconv"
	"strings"
)

// dateField reads a field with separators: 2024-01-05, 5-jan-2024, 1/5/24.
func (d *decoder) dateField(t string) (int, fault) {
	var parts []string
	for t != "" {
		i := 0
		for i < len(t) && !isDigit(t[i]) && !isAlpha(t[i]) {
			i++
		}
		if i == len(t) {
			return 0, badFormat
		}
		t = t[i:]
		n := digitPrefix(t)
		if n == 0 {
			for n < len(t) && isAlpha(t[n]) {
				n++
			}
		}
		parts = append(parts, t[:n])
		if t = t[n:]; t != "" {
			t = t[1:]
		}
	}
	return d.dateParts(parts)
}

// dateParts takes a named month first, because it is unambiguous, then the numbers.
func (d *decoder) dateParts(parts []string) (int, fault) {
	seen, mask := d.seen, 0
	take := func(m int) bool {
		if seen&m != 0 {
			return false
		}
		seen |= m
		mask |= m
		return true
	}
	named := false
	for i, p := range parts {
		if !isAlpha(p[0]) {
			continue
		}
		w := dateWords[shorten(p)]
		if w.class == ignored {
			parts[i] = ""
			continue
		}
		if w.class != monthName || !take(hasMonth) {
			return 0, badFormat
		}
		d.tm.month, named, parts[i] = w.value, true, ""
	}
	saved := d.textMonth
	d.textMonth = named
	defer func() { d.textMonth = saved }()
	for _, p := range parts {
		if p == "" {
			continue
		}
		m, f := d.single(p, seen)
		if f != noFault {
			return 0, f
		}
		if !take(m) {
			return 0, badFormat
		}
	}
	if seen&^(hasDayOfYear|hasZone)&hasAnyButDate != 0 || seen&hasDateAll != hasDateAll {
		return 0, badFormat
	}
	return mask, noFault
}

const hasAnyButDate = hasReserved<<1 - 1 - hasDateAll

// single reads one number: day, month or year by what is known already and DateStyle's order, else a time.
func (d *decoder) single(t string, seen int) (int, fault) {
	n := digitPrefix(t)
	value, ok := atoi32(t[:n])
	switch {
	case !ok:
		return 0, fieldRange
	case n == 0:
		return 0, badFormat
	case n < len(t) && t[n] == '.':
		if n > 2 {
			return d.concatenated(t, seen|hasDateAll)
		}
		fraction, ok := parseFraction(t[n:])
		if !ok {
			return 0, badFormat
		}
		d.tm.usec = int(math.RoundToEven(fraction * usecPerSecond))
	case n < len(t):
		return 0, badFormat
	}
	if len(t) == 3 && seen&hasDateAll == hasYear && value >= 1 && value <= 366 {
		d.dayOfYear = value
		return hasDayOfYear | hasMonth | hasDay, noFault
	}
	return d.place(t, value, seen)
}

// place decides which part of a date a number is.
func (d *decoder) place(t string, value, seen int) (int, fault) {
	year := func() (int, fault) {
		d.tm.year, d.twoDigits = value, len(t) <= 2
		return hasYear, noFault
	}
	month := func() (int, fault) { d.tm.month = value; return hasMonth, noFault }
	day := func() (int, fault) { d.tm.day = value; return hasDay, noFault }
	switch seen & hasDateAll {
	case 0:
		switch {
		case len(t) >= 3 || d.env.DateOrder == YMD:
			return year()
		case d.env.DateOrder == DMY:
			return day()
		}
		return month()
	case hasYear, hasDay:
		return month()
	case hasMonth:
		if d.textMonth && (len(t) >= 3 || d.env.DateOrder == YMD) {
			return year()
		}
		return day()
	case hasYear | hasMonth:
		if d.textMonth && len(t) >= 3 && d.twoDigits {
			d.tm.day, d.tm.year, d.twoDigits = d.tm.year, value, false
			return hasDay, noFault
		}
		return day()
	case hasMonth | hasDay:
		return year()
	case hasDateAll:
		return d.concatenated(t, seen)
	}
	return 0, badFormat
}

// concatenated reads yyyymmdd, yymmdd, hhmmss or hhmm, the last two with a fraction of a second or without.
func (d *decoder) concatenated(t string, seen int) (int, fault) {
	if dot := strings.IndexByte(t, '.'); dot >= 0 {
		d.tm.usec = 0
		if digits := t[dot+1 : dot+1+digitPrefix(t[dot+1:])]; digits != "" {
			fraction, _ := strconv.ParseFloat("0."+digits, 64)
			d.tm.usec = int(math.RoundToEven(fraction * usecPerSecond))
		}
		t = t[:dot]
	} else if seen&hasDateAll != hasDateAll && len(t) >= 6 {
		n := len(t)
		year, ok := atoi32(t[:n-4])
		if !ok || strings.Trim(t, "0123456789") != "" {
			return 0, badFormat
		}
		d.tm.year = year
		d.tm.month, _ = atoi32(t[n-4 : n-2])
		d.tm.day, _ = atoi32(t[n-2:])
		if n == 6 {
			d.twoDigits = true
		}
		return hasDateAll, noFault
	}
	if seen&hasTimeAll == hasTimeAll || len(t) != 6 && len(t) != 4 || strings.Trim(t, "0123456789") != "" {
		return 0, badFormat
	}
	d.tm.hour, _ = atoi32(t[:2])
	d.tm.min, _ = atoi32(t[2:4])
	d.tm.sec, _ = atoi32(t[4:])
	return hasTimeAll, noFault
}

// parseFraction reads a decimal point and digits; no digit is 0.
func parseFraction(s string) (float64, bool) {
	if strings.Trim(s[1:], "0123456789") != "" {
		return 0, false
	}
	if s == "." {
		return 0, true
	}
	f, err := strconv.ParseFloat("0"+s, 64)
	return f, err == nil
}

// clock is a time of day, or of an interval, whose hours may be many.
type clock struct {
	hour           int64
	min, sec, usec int
}

// parseClock reads hh:mm, hh:mm:ss and mm:ss.fff; with the range minute to second two fields are mm:ss.
func parseClock(t string, interval int) (clock, fault) {
	var c clock
	var ok, okMin, okSec = true, true, true
	n := digitPrefix(t)
	var err error
	if c.hour, err = strconv.ParseInt(t[:n], 10, 64); err != nil {
		return c, fieldRange
	}
	if n == len(t) || t[n] != ':' {
		return c, badFormat
	}
	t = t[n+1:]
	n = digitPrefix(t)
	c.min, okMin = atoi32(t[:n])
	t = t[n:]
	shifted := t != "" && t[0] == '.' || t == "" && interval == rangeMinute|rangeSecond
	if t != "" && t[0] == ':' {
		t = t[1:]
		n = digitPrefix(t)
		c.sec, okSec = atoi32(t[:n])
		t = t[n:]
	}
	if t != "" {
		if t[0] != '.' {
			return c, badFormat
		}
		var f float64
		if f, ok = parseFraction(t); !ok {
			return c, badFormat
		}
		c.usec = int(math.RoundToEven(f * usecPerSecond))
	}
	if shifted {
		if c.hour > math.MaxInt32 {
			return c, fieldRange
		}
		c.hour, c.min, c.sec = 0, int(c.hour), c.min
	}
	if !okMin || !okSec || c.min > 59 || c.sec > 60 {
		return c, fieldRange
	}
	return c, noFault
}

// parseOffset reads ±hh, ±hhmm, ±hh:mm and ±hh:mm:ss as seconds east of UTC.
func parseOffset(t string) (int, fault) {
	if t == "" || t[0] != '+' && t[0] != '-' {
		return 0, badFormat
	}
	n := 1 + digitPrefix(t[1:])
	hour, okHour := atoi32(t[1:n])
	rest := t[n:]
	minute, second, okMin, okSec := 0, 0, true, true
	switch {
	case rest != "" && rest[0] == ':':
		n = 1 + digitPrefix(rest[1:])
		minute, okMin = atoi32(rest[1:n])
		if rest = rest[n:]; rest != "" && rest[0] == ':' {
			n = 1 + digitPrefix(rest[1:])
			second, okSec = atoi32(rest[1:n])
			rest = rest[n:]
		}
	case rest == "" && len(t) > 3:
		hour, minute = hour/100, hour%100
	}
	if !okHour || !okMin || !okSec || hour > 15 || minute > 59 || second > 59 {
		return 0, zoneRange
	}
	if rest != "" {
		return 0, badFormat
	}
	offset := hour*3600 + minute*60 + second
	if t[0] == '-' {
		offset = -offset
	}
	return offset, noFault
}

// validate turns the year, the day of the year and the era into a date that exists.
func (d *decoder) validate() fault {
	if d.seen&hasYear != 0 && !d.julian {
		switch {
		case d.bc && d.tm.year <= 0:
			return fieldRange
		case d.bc:
			d.tm.year = -(d.tm.year - 1)
		case d.twoDigits && d.tm.year < 70:
			d.tm.year += 2000
		case d.twoDigits && d.tm.year < 100:
			d.tm.year += 1900
		case !d.twoDigits && d.tm.year <= 0:
			return fieldRange
		}
	}
	if d.seen&hasDayOfYear != 0 {
		d.tm.year, d.tm.month, d.tm.day = fromJulian(toJulian(d.tm.year, 1, 1) + d.dayOfYear - 1)
	}
	if d.seen&hasMonth != 0 && (d.tm.month < 1 || d.tm.month > 12) {
		return monthDayRange
	}
	if d.seen&hasDay != 0 && (d.tm.day < 1 || d.tm.day > 31) {
		return monthDayRange
	}
	if d.seen&hasDateAll == hasDateAll && d.tm.day > daysInMonth(d.tm.year, d.tm.month) {
		return fieldRange
	}
	return d.twelveHours()
}

func (d *decoder) twelveHours() fault {
	switch {
	case d.meridiem != 0 && d.tm.hour > 12:
		return fieldRange
	case d.meridiem == 1 && d.tm.hour == 12:
		d.tm.hour = 0
	case d.meridiem == 2 && d.tm.hour != 12:
		d.tm.hour += 12
	}
	return noFault
}

// finishDate checks a date with or without time and finds its offset.
func (d *decoder) finishDate() fault {
	if d.special != 0 {
		return noFault
	}
	if f := d.validate(); f != noFault {
		return f
	}
	if d.seen&hasDateAll != hasDateAll {
		return badFormat
	}
	if d.seen&hasZone != 0 && d.zone == nil {
		return noFault
	}
	if d.seen&hasDST != 0 && (d.zone != nil || d.seen&hasZone == 0) {
		return badFormat
	}
	d.offset = d.offsetOf(&d.tm)
	return noFault
}

// offsetOf is the offset of a local time in the named zone, or in the session's.
func (d *decoder) offsetOf(c *civil) int {
	zone := d.zone
	if zone == nil {
		zone = d.env.location()
	}
	if !isJulian(c.year, c.month) {
		return 0
	}
	if d.abbrev != "" {
		return abbreviationOffset(zone, d.abbrev, c.seconds())
	}
	return localOffset(zone, c.seconds())
}
