package datum

import (
	"math"
	"strconv"
)

// isoReader reads ISO 8601's durations: P1Y2M3DT4H5M6S, P0001-02-03T04:05:06 and P00010203T040506.
type isoReader struct {
	s     string
	sum   *span
	time  bool // after the T
	field bool // this part has had a field
}

// parseISO reads a duration into s.
func (s *span) parseISO(text string) fault {
	if len(text) < 2 || text[0] != 'P' {
		return badFormat
	}
	r := &isoReader{s: text[1:], sum: s}
	for r.s != "" {
		if r.s[0] == 'T' {
			r.time, r.field, r.s = true, false, r.s[1:]
			continue
		}
		done, f := r.next()
		if f != noFault || done {
			return f
		}
	}
	return noFault
}

func (r *isoReader) next() (done bool, f fault) {
	start := r.s
	value, fraction, f := r.number()
	if f != noFault {
		return false, f
	}
	width := digitPrefix(trimSign(start))
	unit := r.byte()
	ok := true
	switch {
	case unit == 0, !r.time && (unit == '-' || unit == 'T'), r.time && unit == ':':
		return r.alternative(unit, width, value, fraction)
	case r.time:
		ok = r.addTime(unit, value, fraction, &f)
	default:
		ok = r.addDate(unit, value, fraction, &f)
	}
	r.field = true
	if f == noFault && !ok {
		f = fieldRange
	}
	return false, f
}

func trimSign(s string) string {
	if s != "" && s[0] == '-' {
		return s[1:]
	}
	return s
}

func (r *isoReader) byte() byte {
	if r.s == "" {
		return 0
	}
	c := r.s[0]
	r.s = r.s[1:]
	return c
}

func (r *isoReader) addDate(unit byte, value int64, fraction float64, f *fault) (ok bool) {
	units := map[byte]int{'Y': unitYear, 'M': unitMonth, 'W': unitWeek, 'D': unitDay}
	u, known := units[unit]
	if !known {
		*f = badFormat
		return true
	}
	_, ok = r.sum.add(u, value, fraction)
	return ok
}

func (r *isoReader) addTime(unit byte, value int64, fraction float64, f *fault) (ok bool) {
	units := map[byte]int{'H': unitHour, 'M': unitMinute, 'S': unitSecond}
	u, known := units[unit]
	if !known {
		*f = badFormat
		return true
	}
	_, ok = r.sum.add(u, value, fraction)
	return ok
}

// alternative reads the formats that look like a date and a time.
func (r *isoReader) alternative(unit byte, width int, value int64, fraction float64) (bool, fault) {
	s := r.sum
	if !r.field && !r.time && width == 8 && unit != '-' {
		ok := s.addYears(value/10000, 0, 1) && s.addMonths(value/100%100, 0) && s.addDays(value%100, 1) && s.addFraction(fraction, usecPerDay)
		r.time = true
		return unit == 0, overflow(ok)
	}
	if !r.field && r.time && width == 6 && unit == 0 {
		ok := s.addMicros(value/10000, 0, usecPerHour) && s.addMicros(value/100%100, 0, usecPerMinute) &&
			s.addMicros(value%100, 0, usecPerSecond) && s.addFraction(fraction, 1)
		return true, overflow(ok)
	}
	if r.field {
		return false, badFormat
	}
	if r.time {
		return r.extended(unit, ':', []int{unitHour, unitMinute, unitSecond}, value, fraction)
	}
	return r.extended(unit, '-', []int{unitYear, unitMonth, unitDay}, value, fraction)
}

// extended reads numbers that sep separates; the first one, and what follows it, have been read.
func (r *isoReader) extended(next, sep byte, units []int, value int64, fraction float64) (bool, fault) {
	for i, unit := range units {
		if _, ok := r.sum.add(unit, value, fraction); !ok {
			return false, fieldRange
		}
		switch {
		case next == 0:
			return true, noFault
		case next == 'T' && sep == '-':
			r.time, r.field = true, false
			return false, noFault
		case next != sep || i == len(units)-1:
			return false, badFormat
		}
		var f fault
		if value, fraction, f = r.number(); f != noFault {
			return false, f
		}
		next = r.byte()
	}
	return false, badFormat
}

func overflow(ok bool) fault {
	if !ok {
		return fieldRange
	}
	return noFault
}

// number reads a decimal number, cut towards zero, and its fraction.
func (r *isoReader) number() (int64, float64, fault) {
	if r.s == "" || !isDigit(r.s[0]) && r.s[0] != '-' && r.s[0] != '.' {
		return 0, 0, badFormat
	}
	n := floatPrefix(r.s)
	if n == 0 {
		return 0, 0, badFormat
	}
	v, err := strconv.ParseFloat(r.s[:n], 64)
	switch {
	case err != nil:
		return 0, 0, badFormat
	case math.IsNaN(v) || v < -1e15 || v > 1e15:
		return 0, 0, fieldRange
	}
	r.s = r.s[n:]
	whole := math.Trunc(v)
	return int64(whole), v - whole, noFault
}
