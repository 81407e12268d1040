package datum

import "strconv"

// spanFields is an interval taken apart, each field with its own sign.
type spanFields struct {
	year, month, day, hour int64
	min, sec, usec         int64
}

func fieldsOf(v Interval) spanFields {
	t := v.Micros
	return spanFields{int64(v.Months / 12), int64(v.Months % 12), int64(v.Days), t / usecPerHour,
		t / usecPerMinute % 60, t / usecPerSecond % 60, t % usecPerSecond}
}

func (f *spanFields) list() [7]int64 {
	return [7]int64{f.year, f.month, f.day, f.hour, f.min, f.sec, f.usec}
}

// AppendInterval appends an interval in one of IntervalStyle's formats.
func AppendInterval(dst []byte, v Interval, style IntervalFormat) []byte {
	switch v {
	case maxInterval:
		return append(dst, "infinity"...)
	case minInterval:
		return append(dst, "-infinity"...)
	}
	f := fieldsOf(v)
	switch style {
	case IntervalPostgresVerbose:
		return f.appendVerbose(dst)
	case IntervalSQLStandard:
		return f.appendSQL(dst)
	case IntervalISO8601:
		return f.appendISO(dst)
	}
	return f.appendPostgres(dst)
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

// append2u appends a number in at least two digits.
func append2u(dst []byte, v int64) []byte {
	m := magnitude(v)
	if m < 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendUint(dst, m, 10)
}

// appendSeconds appends seconds without sign, in two digits when pad is set.
func (f *spanFields) appendSeconds(dst []byte, pad bool) []byte {
	if pad {
		dst = append2u(dst, f.sec)
	} else {
		dst = strconv.AppendUint(dst, magnitude(f.sec), 10)
	}
	return appendFraction(dst, int(magnitude(f.usec)))
}

func (f *spanFields) hasTime() bool { return f.hour|f.min|f.sec|f.usec != 0 }

func (f *spanFields) timeNegative() bool { return f.hour < 0 || f.min < 0 || f.sec < 0 || f.usec < 0 }

func (f *spanFields) appendPostgres(dst []byte) []byte {
	empty, before := true, false
	part := func(v int64, unit string) {
		if v == 0 {
			return
		}
		if !empty {
			dst = append(dst, ' ')
		}
		if before && v > 0 {
			dst = append(dst, '+')
		}
		dst = append(append(strconv.AppendInt(dst, v, 10), ' '), unit...)
		if v != 1 {
			dst = append(dst, 's')
		}
		empty, before = false, v < 0
	}
	part(f.year, "year")
	part(f.month, "mon")
	part(f.day, "day")
	if !empty && !f.hasTime() {
		return dst
	}
	if !empty {
		dst = append(dst, ' ')
	}
	if f.timeNegative() {
		dst = append(dst, '-')
	} else if before {
		dst = append(dst, '+')
	}
	dst = append(append2u(dst, f.hour), ':')
	dst = append(append2u(dst, f.min), ':')
	return f.appendSeconds(dst, true)
}

func (f *spanFields) appendVerbose(dst []byte) []byte {
	empty, before := true, false
	dst = append(dst, '@')
	part := func(v int64, unit string) {
		if v == 0 {
			return
		}
		if empty {
			before = v < 0
		}
		if before {
			v = -v
		}
		dst = append(append(strconv.AppendInt(append(dst, ' '), v, 10), ' '), unit...)
		if v != 1 {
			dst = append(dst, 's')
		}
		empty = false
	}
	part(f.year, "year")
	part(f.month, "mon")
	part(f.day, "day")
	part(f.hour, "hour")
	part(f.min, "min")
	if f.sec|f.usec != 0 {
		dst = append(dst, ' ')
		negative := f.sec < 0 || f.sec == 0 && f.usec < 0
		switch {
		case negative && empty:
			before = true
		case negative != before:
			dst = append(dst, '-')
		}
		dst = append(f.appendSeconds(dst, false), " sec"...)
		if magnitude(f.sec) != 1 || f.usec != 0 {
			dst = append(dst, 's')
		}
		empty = false
	}
	if empty {
		dst = append(dst, " 0"...)
	}
	if before {
		dst = append(dst, " ago"...)
	}
	return dst
}

func signOf(negative bool) byte {
	if negative {
		return '-'
	}
	return '+'
}

func (f *spanFields) appendSQL(dst []byte) []byte {
	negative, positive := false, false
	for _, v := range f.list() {
		negative = negative || v < 0
		positive = positive || v > 0
	}
	months, rest := f.year|f.month != 0, f.day != 0 || f.hasTime()
	hms := func() []byte {
		dst = append(append2u(append(strconv.AppendUint(dst, magnitude(f.hour), 10), ':'), f.min), ':')
		return f.appendSeconds(dst, true)
	}
	switch {
	case !negative && !positive:
		return append(dst, '0')
	case negative && positive || months && rest:
		dst = strconv.AppendUint(append(dst, signOf(f.year < 0 || f.month < 0)), magnitude(f.year), 10)
		dst = strconv.AppendUint(append(dst, '-'), magnitude(f.month), 10)
		dst = strconv.AppendUint(append(dst, ' ', signOf(f.day < 0)), magnitude(f.day), 10)
		dst = append(dst, ' ', signOf(f.timeNegative()))
		return hms()
	}
	if negative {
		dst = append(dst, '-')
	}
	if months {
		dst = append(strconv.AppendUint(dst, magnitude(f.year), 10), '-')
		return strconv.AppendUint(dst, magnitude(f.month), 10)
	}
	if f.day != 0 {
		dst = append(strconv.AppendUint(dst, magnitude(f.day), 10), ' ')
	}
	return hms()
}

func (f *spanFields) appendISO(dst []byte) []byte {
	if f.list() == [7]int64{} {
		return append(dst, "PT0S"...)
	}
	part := func(v int64, unit byte) {
		if v != 0 {
			dst = append(strconv.AppendInt(dst, v, 10), unit)
		}
	}
	dst = append(dst, 'P')
	part(f.year, 'Y')
	part(f.month, 'M')
	part(f.day, 'D')
	if !f.hasTime() {
		return dst
	}
	dst = append(dst, 'T')
	part(f.hour, 'H')
	part(f.min, 'M')
	if f.sec|f.usec != 0 {
		if f.sec < 0 || f.usec < 0 {
			dst = append(dst, '-')
		}
		dst = append(f.appendSeconds(dst, false), 'S')
	}
	return dst
}

// IsInfinite reports whether v is infinity or -infinity.
func (v Interval) IsInfinite() bool { return v == maxInterval || v == minInterval }
