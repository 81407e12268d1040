package datum

import (
	"math"
	"strconv"
	"time"
)

// append2 appends a number below 100 in two digits.
func append2(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }

// appendYear appends a year in at least four digits; BC follows elsewhere.
func appendYear(dst []byte, y int) []byte {
	if y <= 0 {
		y = 1 - y
	}
	if y < 10000 {
		return append2(append2(dst, y/100), y%100)
	}
	return strconv.AppendInt(dst, int64(y), 10)
}

// AppendDate appends a date in the session's DateStyle.
func AppendDate(dst []byte, d Date, env *Env) []byte {
	switch d {
	case MaxDate:
		return append(dst, "infinity"...)
	case MinDate:
		return append(dst, "-infinity"...)
	}
	var c civil
	c.setDays(int(d))
	return appendEra(appendCivilDate(dst, &c, env, '-'), c.year)
}

func appendEra(dst []byte, year int) []byte {
	if year <= 0 {
		return append(dst, " BC"...)
	}
	return dst
}

// appendCivilDate appends a date without its era; sep is Postgres style's separator.
func appendCivilDate(dst []byte, c *civil, env *Env, sep byte) []byte {
	first, second := c.month, c.day
	if env.DateOrder == DMY || env.DateStyle == German {
		first, second = second, first
	}
	switch env.DateStyle {
	case ISO:
		dst = append(appendYear(dst, c.year), '-')
		dst = append(append2(dst, c.month), '-')
		return append2(dst, c.day)
	case SQL:
		sep = '/'
	case German:
		sep = '.'
	}
	dst = append(append2(dst, first), sep)
	dst = append(append2(dst, second), sep)
	return appendYear(dst, c.year)
}

// AppendTime appends hh:mm:ss and the fraction without its final zeros.
func AppendTime(dst []byte, t Time) []byte {
	var c civil
	c.setClock(int64(t))
	return appendClock(dst, &c)
}

func appendClock(dst []byte, c *civil) []byte {
	dst = append(append2(dst, c.hour), ':')
	dst = append(append2(dst, c.min), ':')
	return appendFraction(append2(dst, c.sec), c.usec)
}

// appendFraction appends microseconds below a second as a decimal fraction without final zeros.
func appendFraction(dst []byte, usec int) []byte {
	if usec == 0 {
		return dst
	}
	dst = append(dst, '.')
	for unit := 100000; usec > 0; unit /= 10 {
		dst = append(dst, byte('0'+usec/unit))
		usec %= unit
	}
	return dst
}

// appendOffset appends seconds east of UTC as ±hh, with minutes and seconds when they are not zero.
func appendOffset(dst []byte, offset int) []byte {
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	dst = append2(append(dst, sign), offset/3600)
	if offset%3600 != 0 {
		dst = append2(append(dst, ':'), offset/60%60)
	}
	if offset%60 != 0 {
		dst = append2(append(dst, ':'), offset%60)
	}
	return dst
}

// AppendTimestamp appends a timestamp without time zone in the session's DateStyle.
func AppendTimestamp(dst []byte, t Timestamp, env *Env) []byte {
	if text := infinite(t); text != "" {
		return append(dst, text...)
	}
	c := civilOf(t)
	return appendEra(appendDateTime(dst, &c, env), c.year)
}

// AppendTimestampTZ appends a timestamp with time zone in the session's zone and DateStyle.
func AppendTimestampTZ(dst []byte, t Timestamp, env *Env) []byte {
	return NewZonePrinter(env).Append(dst, t)
}

// ZonePrinter prints timestamps with time zone one after the other; it remembers the offset of the last one. It is for
// one goroutine.
type ZonePrinter struct {
	env        *Env
	start, end int64 // seconds between which offset and name hold
	offset     int
	name       string
	day        int // whose date, year and all, was printed last
	year       int
	date       []byte // and how; nil before the first
}

// NewZonePrinter returns a printer for a session's zone and DateStyle.
func NewZonePrinter(env *Env) *ZonePrinter {
	return &ZonePrinter{env: env, start: 1, name: "UTC"}
}

func (p *ZonePrinter) at(seconds int64) {
	if p.env.Zone == nil || p.start <= seconds && seconds < p.end {
		return
	}
	t := time.Unix(seconds, 0).In(p.env.Zone)
	p.name, p.offset = t.Zone()
	start, end := t.ZoneBounds()
	p.start, p.end = math.MinInt64, math.MaxInt64
	if !start.IsZero() {
		p.start = start.Unix()
	}
	if !end.IsZero() {
		p.end = end.Unix()
	}
}

// Append appends a timestamp.
func (p *ZonePrinter) Append(dst []byte, t Timestamp) []byte {
	if text := infinite(t); text != "" {
		return append(dst, text...)
	}
	p.at(floorDiv64(int64(t), usecPerSecond))
	if p.env.DateStyle == ISO {
		return p.appendISO(dst, t)
	}
	c := civilShifted(t, p.offset)
	dst = appendDateTime(dst, &c, p.env)
	if p.name != "" {
		dst = append(append(dst, ' '), p.name[:min(len(p.name), 10)]...)
	} else {
		dst = appendOffset(append(dst, ' '), p.offset)
	}
	return appendEra(dst, c.year)
}

// appendISO makes use of that rows beside each other often share their day.
func (p *ZonePrinter) appendISO(dst []byte, t Timestamp) []byte {
	var c civil
	day, rest := shifted(t, p.offset)
	if p.date == nil || p.day != day {
		c.setDays(day)
		p.day, p.year, p.date = day, c.year, append(appendCivilDate(p.date[:0], &c, p.env, '-'), ' ')
	}
	c.setClock(rest)
	dst = appendOffset(appendClock(append(dst, p.date...), &c), p.offset)
	return appendEra(dst, p.year)
}

// civilShifted is civilOf for a local time that may lie beyond the range of a timestamp.
func civilShifted(t Timestamp, offset int) civil {
	var c civil
	day, rest := shifted(t, offset)
	c.setDays(day)
	c.setClock(rest)
	return c
}

// shifted is the local day and the microseconds within it.
func shifted(t Timestamp, offset int) (day int, rest int64) {
	days := floorDiv64(int64(t), usecPerDay)
	rest = int64(t) - days*usecPerDay + int64(offset)*usecPerSecond
	days += floorDiv64(rest, usecPerDay)
	return int(days), rest - floorDiv64(rest, usecPerDay)*usecPerDay
}

func infinite(t Timestamp) string {
	switch t {
	case MaxTimestamp:
		return "infinity"
	case MinTimestamp:
		return "-infinity"
	}
	return ""
}

const (
	dayNames   = "SunMonTueWedThuFriSat"
	monthNames = "JanFebMarAprMayJunJulAugSepOctNovDec"
)

func appendDateTime(dst []byte, c *civil, env *Env) []byte {
	if env.DateStyle != Postgres {
		dst = append(appendCivilDate(dst, c, env, '-'), ' ')
		return appendClock(dst, c)
	}
	day := 3 * ((c.days()%7 + 11) % 7) // 1970-01-01 was a Thursday
	dst = append(append(dst, dayNames[day:day+3]...), ' ')
	month := monthNames[3*c.month-3 : 3*c.month]
	if env.DateOrder == DMY {
		dst = append(append(append2(dst, c.day), ' '), month...)
	} else {
		dst = append2(append(append(dst, month...), ' '), c.day)
	}
	dst = append(appendClock(append(dst, ' '), c), ' ')
	return appendYear(dst, c.year)
}

// AppendTimeTZ appends a time and its offset.
func AppendTimeTZ(dst []byte, t TimeTZ) []byte {
	return appendOffset(AppendTime(dst, t.Time), int(t.Offset))
}
