package datum

import (
	"math"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// unit is a field of a date, time or interval.
type unit uint8

const (
	noUnit unit = iota
	microsecond
	millisecond
	second
	minute
	hour
	day
	week
	month
	quarter
	year
	decade
	century
	millennium
	epoch
	dayOfWeek
	isoDayOfWeek
	dayOfYear
	isoYear
	julianDay
	zoneOffset
	zoneHour
	zoneMinute
)

var unitNames = map[unit]string{
	microsecond: "microsecon us usec usecond useconds usecs", millisecond: "millisecon ms msec msecond mseconds msecs",
	second: "second s sec seconds secs", minute: "minute m min mins minutes", hour: "hour h hours hr hrs", day: "day d days",
	week: "week w weeks", month: "month mon mons months", quarter: "quarter qtr", year: "year y years yr yrs",
	decade: "decade dec decades decs", century: "century c cent centuries", millennium: "millennium mil millennia mils",
	epoch: "epoch", dayOfWeek: "dow", isoDayOfWeek: "isodow", dayOfYear: "doy", isoYear: "isoyear", julianDay: "julian j jd",
	zoneOffset: "timezone", zoneHour: "timezone_h", zoneMinute: "timezone_m",
}

// unitOf reads a unit's name; of long names the first ten letters count.
func unitOf(name string) unit {
	name = strings.ToLower(name)
	if len(name) > 10 {
		name = name[:10]
	}
	for u, names := range unitNames {
		for n := range strings.SplitSeq(names, " ") {
			if n == name {
				return u
			}
		}
	}
	return noUnit
}

func unitError(u unit, name string, oid uint32) error {
	name = truncateName(lowerASCII(name))
	if u == noUnit {
		return pgerr.New(pgerr.InvalidParameterValue, "unit \"%s\" not recognized for type %s", name, typeName(oid))
	}
	return pgerr.New(pgerr.FeatureNotSupported, "unit \"%s\" not supported for type %s", name, typeName(oid))
}

// part is a field's value: coeff × 10^-scale, an infinity, or NULL. julian is the one field that is a quotient.
type part struct {
	coeff    int64
	scale    int32
	infinity int
	null     bool
	fraction int64 // microseconds of the day, of a timestamp's julian
}

func (p part) numeric() (Value, error) {
	switch {
	case p.null:
		return nil, nil
	case p.infinity != 0:
		return NumericInf(p.infinity < 0), nil
	case p.fraction >= 0:
		q, err := NumericDiv(NewNumeric(p.fraction, 0), NewNumeric(usecPerDay, 0))
		if err != nil {
			return nil, err
		}
		return wrap(NumericAdd(NewNumeric(p.coeff, 0), q))
	}
	return NewNumeric(p.coeff, p.scale), nil
}

func (p part) float() (Value, error) {
	switch {
	case p.null:
		return nil, nil
	case p.infinity != 0:
		return Float(math.Inf(p.infinity)), nil
	case p.fraction >= 0:
		c := civil{}
		c.setClock(p.fraction)
		return Float(float64(p.coeff) + (float64(c.hour*3600+c.min*60+c.sec)+float64(c.usec)/1e6)/86400), nil
	}
	return Float(float64(p.coeff) / math.Pow10(int(p.scale))), nil
}

func whole(n int) part             { return part{coeff: int64(n), fraction: -1} }
func scaled(n int64, s int32) part { return part{coeff: n, scale: s, fraction: -1} }

// parts is extract and date_part.
func parts() family {
	f := family{}
	for _, t := range []string{"date", "time", "timetz", "timestamp", "timestamptz", "interval"} {
		typ, _ := pgcat.TypesByName(t)
		f["extract(text,"+t+")"] = partImpl(typ.OID, part.numeric)
		f["date_part(text,"+t+")"] = partImpl(typ.OID, part.float)
	}
	f["date_part(text,date)"] = func(fn *Func, a []Value, env *Env) (Value, error) {
		t, err := dateTimestamp(a[1].(Date))
		if err != nil {
			return nil, err
		}
		return partImpl(pgcat.Timestamp, part.float)(fn, []Value{a[0], t}, env)
	}
	return f
}

func partImpl(oid uint32, finish func(part) (Value, error)) impl {
	return func(_ *Func, a []Value, env *Env) (Value, error) {
		name := string(a[0].(Text))
		u := unitOf(name)
		p, ok := partOf(u, a[1], oid, env)
		if !ok {
			return nil, unitError(u, name, oid)
		}
		return finish(p)
	}
}

// partOf returns a field; false when the type does not have it.
func partOf(u unit, v Value, oid uint32, env *Env) (part, bool) {
	switch v := v.(type) {
	case Date:
		return datePart(u, v)
	case Time:
		return timePart(u, v)
	case TimeTZ:
		switch u {
		case epoch:
			return scaled(int64(v.Time)-int64(v.Offset)*usecPerSecond, 6), true
		case zoneOffset, zoneHour, zoneMinute:
			return zonePart(u, int(v.Offset)), true
		}
		return timePart(u, v.Time)
	case Interval:
		return intervalPart(u, v)
	case Timestamp:
		return timestampPart(u, v, oid == pgcat.TimestampTZ, env)
	}
	return part{}, false
}

func zonePart(u unit, offset int) part {
	switch u {
	case zoneHour:
		return whole(offset / 3600)
	case zoneMinute:
		return whole(offset / 60 % 60)
	}
	return whole(offset)
}

func timePart(u unit, t Time) (part, bool) {
	var c civil
	c.setClock(int64(t))
	if u == epoch {
		return scaled(int64(t), 6), true
	}
	return clockPart(u, &c)
}

func clockPart(u unit, c *civil) (part, bool) {
	micros := int64(c.sec)*usecPerSecond + int64(c.usec)
	switch u {
	case microsecond:
		return scaled(micros, 0), true
	case millisecond:
		return scaled(micros, 3), true
	case second:
		return scaled(micros, 6), true
	case minute:
		return whole(c.min), true
	case hour:
		return whole(c.hour), true
	}
	return part{}, false
}

// infinitePart is a field of an infinite date or timestamp: NULL where it goes round, infinite where it grows.
func infinitePart(u unit, sign int) (part, bool) {
	switch u {
	case noUnit:
		return part{}, false
	case year, decade, century, millennium, epoch, isoYear, julianDay:
		return part{infinity: sign}, true
	}
	return part{null: true}, true
}

func datePart(u unit, d Date) (part, bool) {
	switch u {
	case microsecond, millisecond, second, minute, hour, zoneOffset, zoneHour, zoneMinute:
		return part{}, false
	}
	switch d {
	case MaxDate:
		return infinitePart(u, 1)
	case MinDate:
		return infinitePart(u, -1)
	}
	switch u {
	case epoch:
		return scaled(int64(d)*86400, 0), true
	case julianDay:
		return whole(int(d) + unixEpochJD), true
	}
	var c civil
	c.setDays(int(d))
	return calendarPart(u, &c)
}

func timestampPart(u unit, t Timestamp, zoned bool, env *Env) (part, bool) {
	if !zoned && (u == zoneOffset || u == zoneHour || u == zoneMinute) {
		return part{}, false
	}
	switch t {
	case MaxTimestamp:
		return infinitePart(u, 1)
	case MinTimestamp:
		return infinitePart(u, -1)
	}
	offset := 0
	if zoned {
		offset = OffsetAt(env.location(), t)
	}
	c := civilShifted(t, offset)
	switch u {
	case epoch:
		return scaled(int64(t), 6), true
	case julianDay:
		p := whole(toJulian(c.year, c.month, c.day))
		p.fraction = c.clock()
		return p, true
	case zoneOffset, zoneHour, zoneMinute:
		return zonePart(u, offset), true
	}
	if p, ok := clockPart(u, &c); ok {
		return p, true
	}
	return calendarPart(u, &c)
}

func calendarPart(u unit, c *civil) (part, bool) {
	switch u {
	case day:
		return whole(c.day), true
	case month:
		return whole(c.month), true
	case quarter:
		return whole((c.month-1)/3 + 1), true
	case week:
		_, w := isoWeek(c)
		return whole(w), true
	case isoYear:
		y, _ := isoWeek(c)
		return whole(withoutZero(y)), true
	case year, decade, century, millennium:
		return whole(yearPart(u, c.year)), true
	case dayOfWeek:
		return whole((toJulian(c.year, c.month, c.day) + 1) % 7), true
	case isoDayOfWeek:
		return whole(toJulian(c.year, c.month, c.day)%7 + 1), true
	case dayOfYear:
		return whole(yearDay(c)), true
	}
	return part{}, false
}

func withoutZero(y int) int {
	if y <= 0 {
		return y - 1
	}
	return y
}

func yearPart(u unit, y int) int {
	switch u {
	case decade:
		if y >= 0 {
			return y / 10
		}
		return -((8 - (y - 1)) / 10)
	case century:
		if y > 0 {
			return (y + 99) / 100
		}
		return -((99 - (y - 1)) / 100)
	case millennium:
		if y > 0 {
			return (y + 999) / 1000
		}
		return -((999 - (y - 1)) / 1000)
	}
	return withoutZero(y)
}

func yearDay(c *civil) int { return toJulian(c.year, c.month, c.day) - toJulian(c.year, 1, 1) + 1 }

// isoWeekStart is the Julian day of the Monday of an ISO year's first week.
func isoWeekStart(y int) int {
	fourth := toJulian(y, 1, 4)
	return fourth - (fourth%7+7)%7
}

func isoWeek(c *civil) (y, w int) {
	jd := toJulian(c.year, c.month, c.day)
	y = c.year
	switch {
	case jd < isoWeekStart(y):
		y--
	case jd >= isoWeekStart(y+1):
		y++
	}
	return y, (jd-isoWeekStart(y))/7 + 1
}

func intervalPart(u unit, v Interval) (part, bool) {
	switch u {
	case microsecond, millisecond, second, minute, hour, day, month, quarter, year, decade, century, millennium, epoch:
	default:
		return part{}, false
	}
	if v.IsInfinite() {
		switch u {
		case microsecond, millisecond, second, minute, month, quarter:
			return part{null: true}, true
		}
		return part{infinity: intervalSign(v)}, true
	}
	y := int(v.Months / 12)
	switch u {
	case epoch:
		secs := (1461*int64(v.Months/12) + 120*int64(v.Months%12) + 4*int64(v.Days)) * 21600
		return bigEpoch(secs, v.Micros), true
	case hour:
		return scaled(v.Micros/usecPerHour, 0), true
	case day:
		return whole(int(v.Days)), true
	case month:
		return whole(int(v.Months % 12)), true
	case quarter:
		return whole(int(v.Months%12)/3 + 1), true
	case year:
		return whole(y), true
	case decade:
		return whole(y / 10), true
	case century:
		return whole(y / 100), true
	case millennium:
		return whole(y / 1000), true
	}
	rest := v.Micros % usecPerHour
	c := civil{min: int(rest / usecPerMinute), sec: int(rest % usecPerMinute / usecPerSecond), usec: int(rest % usecPerSecond)}
	return clockPart(u, &c)
}

// bigEpoch adds seconds and microseconds; what does not fit is cut to whole seconds.
func bigEpoch(secs, micros int64) part {
	if m, ok := mulInt64(secs, usecPerSecond); ok && addInt64(&m, micros) {
		return scaled(m, 6)
	}
	return scaled(secs+micros/usecPerSecond, 0)
}
