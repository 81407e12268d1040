package datum

import (
	"math"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// truncations is date_trunc, date_bin, age and overlaps.
func truncations() family {
	f := family{
		"date_trunc(text,timestamp)": func(_ *Func, a []Value, env *Env) (Value, error) {
			return truncTimestamp(string(a[0].(Text)), a[1].(Timestamp), false, env)
		},
		"date_trunc(text,timestamptz)": func(_ *Func, a []Value, env *Env) (Value, error) {
			return truncTimestamp(string(a[0].(Text)), a[1].(Timestamp), true, env)
		},
		"date_trunc(text,timestamptz,text)": func(_ *Func, a []Value, env *Env) (Value, error) {
			if infinite(a[1].(Timestamp)) != "" {
				return a[1], nil
			}
			z, err := zoneByName(string(a[2].(Text)))
			if err != nil {
				return nil, err
			}
			e := *env
			e.Zone = z.location()
			return truncTimestamp(string(a[0].(Text)), a[1].(Timestamp), true, &e)
		},
		"date_trunc(text,interval)":                  binaryE(truncInterval),
		"date_bin(interval,timestamp,timestamp)":     ternaryE(dateBin),
		"date_bin(interval,timestamptz,timestamptz)": ternaryE(dateBin),
		"age(timestamp,timestamp)":                   age(false),
		"age(timestamptz,timestamptz)":               age(true),
		"age(timestamp)": func(f *Func, a []Value, env *Env) (Value, error) {
			return age(false)(f, []Value{today(env), a[0]}, env)
		},
		"age(timestamptz)": func(f *Func, a []Value, env *Env) (Value, error) {
			t, err := fromLocal(today(env), env)
			if err != nil {
				return nil, err
			}
			return age(true)(f, []Value{t, a[0]}, env)
		},
	}
	addOverlaps(f)
	return f
}

func today(env *Env) Timestamp {
	c, _ := env.localNow()
	c.setClock(0)
	t, _ := c.timestamp(0)
	return t
}

func truncTimestamp(name string, t Timestamp, zoned bool, env *Env) (Value, error) {
	oid := uint32(pgcat.Timestamp)
	if zoned {
		oid = pgcat.TimestampTZ
	}
	if infinite(t) != "" {
		return t, nil
	}
	u := unitOf(name)
	if u == noUnit || u > millennium {
		return nil, unitError(u, name, oid)
	}
	offset := 0
	if zoned {
		offset = OffsetAt(env.location(), t)
	}
	c := civilShifted(t, offset)
	truncCivil(u, &c)
	if !isJulian(c.year, c.month) {
		return nil, errTimestamp()
	}
	if zoned && u >= day {
		offset = localOffset(env.location(), c.seconds())
	}
	r, ok := c.timestamp(offset)
	if !ok {
		return nil, errTimestamp()
	}
	return r, nil
}

func truncCivil(u unit, c *civil) {
	switch u {
	case microsecond:
		return
	case millisecond:
		c.usec = c.usec / 1000 * 1000
		return
	}
	c.usec = 0
	if u >= minute {
		c.sec = 0
	}
	if u >= hour {
		c.min = 0
	}
	if u >= day {
		c.hour = 0
	}
	switch {
	case u == week:
		jd := toJulian(c.year, c.month, c.day)
		c.year, c.month, c.day = fromJulian(max(jd-jd%7, 0))
	case u == month:
		c.day = 1
	case u == quarter:
		c.month, c.day = (c.month-1)/3*3+1, 1
	case u > quarter:
		c.month, c.day, c.year = 1, 1, truncYear(u, c.year)
	}
}

func truncYear(u unit, y int) int {
	switch u {
	case millennium:
		if y > 0 {
			return (y+999)/1000*1000 - 999
		}
		return -((999-(y-1))/1000)*1000 + 1
	case century:
		if y > 0 {
			return (y+99)/100*100 - 99
		}
		return -((99-(y-1))/100)*100 + 1
	case decade:
		if y > 0 {
			return y / 10 * 10
		}
		return -((8 - (y - 1)) / 10) * 10
	}
	return y
}

func truncInterval(name Text, v Interval) (Value, error) {
	if v.IsInfinite() {
		return v, nil
	}
	u := unitOf(string(name))
	if u == week {
		return nil, unitError(u, string(name), pgcat.Interval).(*pgerr.Error).WithDetail("Months usually have fractional weeks.")
	}
	if u == noUnit || u > millennium {
		return nil, unitError(u, string(name), pgcat.Interval)
	}
	cut := func(n *int32, to int32) { *n = *n / to * to }
	if u > day {
		v.Days = 0
		cut(&v.Months, map[unit]int32{month: 1, quarter: 3, year: 12, decade: 120, century: 1200, millennium: 12000}[u])
	}
	step := map[unit]int64{microsecond: 1, millisecond: 1000, second: usecPerSecond, minute: usecPerMinute, hour: usecPerHour}[u]
	if step == 0 {
		v.Micros = 0
	} else {
		v.Micros = v.Micros / step * step
	}
	return v, nil
}

func dateBin(stride Interval, t, origin Timestamp) (Value, error) {
	switch {
	case infinite(t) != "":
		return t, nil
	case infinite(origin) != "":
		return nil, pgerr.New(pgerr.DatetimeOverflow, "origin out of range")
	case stride.IsInfinite():
		return nil, pgerr.New(pgerr.DatetimeOverflow, "timestamps cannot be binned into infinite intervals")
	case stride.Months != 0:
		return nil, pgerr.New(pgerr.FeatureNotSupported, "timestamps cannot be binned into intervals containing months or years")
	}
	step, ok := mulInt64(int64(stride.Days), usecPerDay)
	if !ok || !addInt64(&step, stride.Micros) {
		return nil, errInterval()
	}
	if step <= 0 {
		return nil, pgerr.New(pgerr.DatetimeOverflow, "stride must be greater than zero")
	}
	diff := int64(t)
	if origin == math.MinInt64 || !addInt64(&diff, -int64(origin)) {
		return nil, errInterval()
	}
	rest := diff % step
	r, err := plusMicros(origin, diff-rest)
	if err == nil && rest < 0 {
		r, err = plusMicros(r, -step)
	}
	return wrap(r, err)
}

// age is the symbolic difference in years, months and days.
func age(zoned bool) impl {
	return func(_ *Func, args []Value, env *Env) (Value, error) {
		a, b := args[0].(Timestamp), args[1].(Timestamp)
		if v, ok, err := infiniteDifference(a, b); ok {
			return wrap(v, err)
		}
		x, y := 0, 0
		if zoned {
			x, y = OffsetAt(env.location(), a), OffsetAt(env.location(), b)
		}
		c, d := civilShifted(a, x), civilShifted(b, y)
		if a < b {
			v := symbolic(&d, &c, &c)
			return Interval{-v.Months, -v.Days, -v.Micros}, nil
		}
		return symbolic(&c, &d, &d), nil
	}
}

// symbolic is later - earlier; a negative number of days borrows the days of a month.
func symbolic(later, earlier, lender *civil) Interval {
	micros := later.clock() - earlier.clock()
	days := later.day - earlier.day
	months := (later.year-earlier.year)*12 + later.month - earlier.month
	for micros < 0 {
		micros += usecPerDay
		days--
	}
	for days < 0 {
		days += daysInMonth(lender.year, lender.month)
		months--
	}
	return Interval{int32(months), int32(days), micros}
}

// addOverlaps adds OVERLAPS, whose periods end at a moment or after an interval.
func addOverlaps(f family) {
	add := func(t, span string, first, second bool, plus impl) {
		args := [4]string{t, t, t, t}
		if first {
			args[1] = span
		}
		if second {
			args[3] = span
		}
		typ, _ := pgcat.TypesByName(t)
		f["overlaps("+args[0]+","+args[1]+","+args[2]+","+args[3]+")"] = func(fn *Func, a []Value, env *Env) (Value, error) {
			b := append([]Value(nil), a...)
			for i, isSpan := range []bool{first, second} {
				if !isSpan || b[2*i+1] == nil {
					continue
				}
				if b[2*i] == nil {
					b[2*i+1] = nil
					continue
				}
				end, err := plus(fn, b[2*i:2*i+2], env)
				if err != nil {
					return nil, err
				}
				b[2*i+1] = end
			}
			return overlaps(b, func(x, y Value) int { return Compare(typ.OID, x, y) }), nil
		}
	}
	times := binaryE(func(t Time, v Interval) (Value, error) { return wrap(addToTime(t, v, false)) })
	for t, plus := range map[string]impl{"timestamp": shift(false, false), "timestamptz": shift(true, false), "time": times} {
		for _, first := range []bool{false, true} {
			for _, second := range []bool{false, true} {
				add(t, "interval", first, second, plus)
			}
		}
	}
	add("timetz", "", false, false, nil)
}

func overlaps(a []Value, compare func(x, y Value) int) Value {
	for i := 0; i < 4; i += 2 {
		switch {
		case a[i] == nil && a[i+1] == nil:
			return nil
		case a[i] == nil:
			a[i], a[i+1] = a[i+1], nil
		case a[i+1] != nil && compare(a[i], a[i+1]) > 0:
			a[i], a[i+1] = a[i+1], a[i]
		}
	}
	start, end, other := a[0], a[3], a[1]
	switch c := compare(a[0], a[2]); {
	case c < 0:
		start, end, other = a[2], a[1], a[3]
	case c == 0:
		if a[1] == nil || a[3] == nil {
			return nil
		}
		return Bool(true)
	}
	switch {
	case end == nil:
		return nil
	case compare(start, end) < 0:
		return Bool(true)
	case other == nil:
		return nil
	}
	return Bool(false)
}
