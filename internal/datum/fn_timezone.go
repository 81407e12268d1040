package datum

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// timeZone is a zone, or an abbreviation that means a fixed offset or one that a zone tells.
type timeZone struct {
	zone   *time.Location
	abbrev string
}

// zoneByName finds an abbreviation, a zone's name or a POSIX text; else 22023.
func zoneByName(name string) (timeZone, error) {
	if a, ok := abbreviation(strings.ToLower(name)); ok && !strings.ContainsAny(name, "/") {
		if a.Zone == "" {
			return timeZone{zone: time.FixedZone(strings.ToUpper(name), int(a.Offset))}, nil
		}
		if z, _, ok := LoadZone(a.Zone); ok {
			return timeZone{zone: z, abbrev: strings.ToUpper(name)}, nil
		}
	}
	z, _, ok := LoadZone(name)
	if !ok && name != "" && (name[0] == '+' || name[0] == '-' || '0' <= name[0] && name[0] <= '9') { // POSIX, without an abbreviation
		if z, _, ok = LoadZone("<>" + name); !ok {
			return timeZone{}, pgerr.New(pgerr.FeatureNotSupported, "time zone \"%s\" is not supported", name)
		}
	}
	if !ok && strings.ContainsAny(name, "0123456789") { // PostgreSQL reads nearly any text and a number as POSIX
		return timeZone{}, pgerr.New(pgerr.FeatureNotSupported, "time zone \"%s\" is not supported", name)
	}
	if !ok {
		return timeZone{}, pgerr.New(pgerr.InvalidParameterValue, "time zone \"%s\" not recognized", name)
	}
	return timeZone{zone: z}, nil
}

func (z timeZone) location() *time.Location { return z.zone }

// local is the offset at a local time.
func (z timeZone) local(t Timestamp) int {
	secs := floorDiv64(int64(t), usecPerSecond)
	if z.abbrev != "" {
		return abbreviationOffset(z.zone, z.abbrev, secs)
	}
	return localOffset(z.zone, secs)
}

// at is the offset at an instant.
func (z timeZone) at(t Timestamp) int {
	if z.abbrev != "" {
		return abbreviationOffset(z.zone, z.abbrev, floorDiv64(int64(t), usecPerSecond))
	}
	return OffsetAt(z.zone, t)
}

// offsetZone reads an interval as an offset.
func offsetZone(v Interval) (timeZone, error) {
	text := string(AppendInterval(nil, v, IntervalPostgres))
	switch {
	case v.IsInfinite():
		return timeZone{}, pgerr.New(pgerr.InvalidParameterValue, "interval time zone \"%s\" must be finite", text)
	case v.Months != 0 || v.Days != 0:
		return timeZone{}, pgerr.New(pgerr.InvalidParameterValue, "interval time zone \"%s\" must not include months or days", text)
	}
	return timeZone{zone: time.FixedZone("", int(v.Micros/usecPerSecond))}, nil
}

func zoneOf(v Value) (timeZone, error) {
	if i, ok := v.(Interval); ok {
		return offsetZone(i)
	}
	return zoneByName(string(v.(Text)))
}

// timezones is AT TIME ZONE, and the make_… functions.
func timezones() family {
	shifted := func(by func(z timeZone, t Timestamp) int64) impl {
		return func(_ *Func, a []Value, _ *Env) (Value, error) {
			t := a[1].(Timestamp)
			if infinite(t) != "" {
				return t, nil
			}
			z, err := zoneOf(a[0])
			if err != nil {
				return nil, err
			}
			return wrap(plusMicros(t, by(z, t)*usecPerSecond))
		}
	}
	toZone := shifted(func(z timeZone, t Timestamp) int64 { return int64(z.at(t)) })
	fromZone := shifted(func(z timeZone, t Timestamp) int64 { return -int64(z.local(t)) })
	timetz := func(_ *Func, a []Value, env *Env) (Value, error) {
		z, err := zoneOf(a[0])
		if err != nil {
			return nil, err
		}
		return rezone(a[1].(TimeTZ), z.at(env.Now)), nil
	}
	return family{
		"timezone(text,timestamptz)": toZone, "timezone(interval,timestamptz)": toZone,
		"timezone(text,timestamp)": fromZone, "timezone(interval,timestamp)": fromZone,
		"timezone(text,timetz)": timetz, "timezone(interval,timetz)": timetz,
		"timezone(timestamptz)": func(_ *Func, a []Value, env *Env) (Value, error) { return wrap(toLocal(a[0].(Timestamp), env)) },
		"timezone(timestamp)":   func(_ *Func, a []Value, env *Env) (Value, error) { return wrap(fromLocal(a[0].(Timestamp), env)) },
		"timezone(timetz)": func(_ *Func, a []Value, env *Env) (Value, error) {
			_, offset := env.localNow()
			return rezone(a[0].(TimeTZ), offset), nil
		},
		"to_timestamp(float8)":        unaryE(timestampOfEpoch),
		"make_date(int4,int4,int4)":   ternaryE(func(y, m, d Int) (Value, error) { return wrap(makeDate(y, m, d, false)) }),
		"make_time(int4,int4,float8)": ternaryE(func(h, m Int, s Float) (Value, error) { return wrap(makeTime(h, m, float64(s))) }),
		"make_timestamp(int4,int4,int4,int4,int4,float8)": func(_ *Func, a []Value, _ *Env) (Value, error) {
			return wrap(makeTimestamp(a))
		},
		"make_timestamptz(int4,int4,int4,int4,int4,float8)": func(_ *Func, a []Value, env *Env) (Value, error) {
			t, err := makeTimestamp(a)
			if err != nil {
				return nil, err
			}
			return wrap(fromLocal(t, env))
		},
		"make_timestamptz(int4,int4,int4,int4,int4,float8,text)": makeInZone,
	}
}

func rezone(t TimeTZ, offset int) TimeTZ {
	r := (int64(t.Time) + (int64(offset)-int64(t.Offset))*usecPerSecond) % usecPerDay
	if r < 0 {
		r += usecPerDay
	}
	return TimeTZ{Time(r), int32(offset)}
}

// timestampOfEpoch rounds as PostgreSQL does, from 2000-01-01.
func timestampOfEpoch(x Float) (Value, error) {
	secs := float64(x)
	switch {
	case math.IsNaN(secs):
		return nil, pgerr.New(pgerr.DatetimeOverflow, "timestamp cannot be NaN")
	case math.IsInf(secs, 1):
		return MaxTimestamp, nil
	case math.IsInf(secs, -1):
		return MinTimestamp, nil
	}
	const epoch = 946684800
	out := pgerr.New(pgerr.DatetimeOverflow, "timestamp out of range: \"%s\"", strconv.FormatFloat(secs, 'g', 6, 64))
	micros := math.RoundToEven((secs - epoch) * usecPerSecond)
	if micros < -211813488000000000 || micros >= float64(MaxTimestamp)-epoch*usecPerSecond {
		return nil, out
	}
	return Timestamp(int64(micros) + epoch*usecPerSecond), nil
}

func makeDate(y, m, d Int, full bool) (Date, error) {
	year := y
	if year < 0 { // years before Christ
		year++
	}
	if y == 0 || y == math.MinInt32 || m < 1 || m > 12 || d < 1 || d > 31 || isJulian(int(year), int(m)) && int(d) > daysInMonth(int(year), int(m)) {
		if !full && y != math.MinInt32 {
			y = year
		}
		return 0, pgerr.New(pgerr.DatetimeOverflow, "date field value out of range: %d-%02d-%02d", y, m, d)
	}
	if isJulian(int(year), int(m)) {
		c := civil{year: int(year), month: int(m), day: int(d)}
		if n := Date(c.days()); n >= firstDay && (full || n <= lastDay) {
			return n, nil
		}
	}
	return 0, pgerr.New(pgerr.DatetimeOverflow, "date out of range: %d-%02d-%02d", y, m, d)
}

func makeTime(h, m Int, s float64) (Time, error) {
	micros := math.RoundToEven(s * usecPerSecond)
	t := (int64(h)*60 + int64(m)) * usecPerMinute
	if h < 0 || h > 24 || m < 0 || m > 59 || math.IsNaN(s) || s < 0 || s > 60 || t+int64(micros) > usecPerDay {
		return 0, pgerr.New(pgerr.DatetimeOverflow, "time field value out of range: %d:%02d:%s", h, m, shortSeconds(s))
	}
	return Time(t + int64(micros)), nil
}

// shortSeconds is C's %02g.
func shortSeconds(s float64) string {
	g := string(AppendFloat(nil, s, 64, -9))
	if len(g) < 2 {
		g = "0" + g
	}
	return g
}

func makeTimestamp(a []Value) (Timestamp, error) {
	d, err := makeDate(a[0].(Int), a[1].(Int), a[2].(Int), true)
	if err != nil {
		return 0, err
	}
	t, err := makeTime(a[3].(Int), a[4].(Int), float64(a[5].(Float)))
	if err != nil {
		return 0, err
	}
	v, err := joinDateTime(d, t)
	if err != nil {
		return 0, pgerr.New(pgerr.DatetimeOverflow, "timestamp out of range: %d-%02d-%02d %d:%02d:%s",
			a[0], a[1], a[2], a[3], a[4], shortSeconds(float64(a[5].(Float))))
	}
	return v.(Timestamp), nil
}

func makeInZone(_ *Func, a []Value, _ *Env) (Value, error) {
	t, err := makeTimestamp(a)
	if err != nil {
		return nil, err
	}
	name := string(a[6].(Text))
	var z timeZone
	if name != "" && isDigit(name[0]) {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "invalid input syntax for type numeric time zone: \"%s\"", name).
			WithHint("Numeric time zones must have \"-\" or \"+\" as first character.")
	}
	offset, f := parseOffset(name)
	switch f {
	case noFault:
		z = timeZone{zone: time.FixedZone("", offset)}
	case zoneRange:
		return nil, pgerr.New(pgerr.InvalidParameterValue, "numeric time zone \"%s\" out of range", name)
	default:
		if z, err = zoneByName(name); err != nil {
			return nil, err
		}
	}
	return wrap(plusMicros(t, -int64(z.local(t))*usecPerSecond))
}
