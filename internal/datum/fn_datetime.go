package datum

import (
	"math"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

func errTimestamp() error { return pgerr.New(pgerr.DatetimeOverflow, "timestamp out of range") }
func errDate() error      { return pgerr.New(pgerr.DatetimeOverflow, "date out of range") }
func errDateForTimestamp() error {
	return pgerr.New(pgerr.DatetimeOverflow, "date out of range for timestamp")
}

// datetimes is + and - among dates, times, timestamps and intervals.
func datetimes() family {
	f := family{
		"date_pli(date,int4)":        binaryE(func(d Date, n Int) (Value, error) { return addDays(d, int64(n)) }),
		"integer_pl_date(int4,date)": binaryE(func(n Int, d Date) (Value, error) { return addDays(d, int64(n)) }),
		"date_mii(date,int4)":        binaryE(func(d Date, n Int) (Value, error) { return addDays(d, -int64(n)) }),
		"date_mi(date,date)":         binaryE(dateDifference),
		"time_mi_time(time,time)":    binary(func(a, b Time) Interval { return Interval{Micros: int64(a - b)} }),
		"datetime_pl(date,time)":     binaryE(joinDateTime),
		"timestamp(date,time)":       binaryE(joinDateTime),
		"timedate_pl(time,date)":     binaryE(func(t Time, d Date) (Value, error) { return joinDateTime(d, t) }),
		"timestamptz(date,time)":     localDateTime,
		"datetimetz_pl(date,timetz)": binaryE(joinDateTimeTZ), "timestamptz(date,timetz)": binaryE(joinDateTimeTZ),
		"timetzdate_pl(timetz,date)": binaryE(func(t TimeTZ, d Date) (Value, error) { return joinDateTimeTZ(d, t) }),
		"isfinite(date)":             unary(func(d Date) Bool { return d != MaxDate && d != MinDate }),
		"isfinite(timestamp)":        unary(func(t Timestamp) Bool { return infinite(t) == "" }),
		"isfinite(timestamptz)":      unary(func(t Timestamp) Bool { return infinite(t) == "" }),
	}
	for _, t := range []string{"timestamp", "timestamptz"} {
		f[t+"_mi("+t+","+t+")"] = binaryE(timestampDifference)
		add := shift(t == "timestamptz", false)
		f[t+"_pl_interval("+t+",interval)"] = add
		f[t+"_mi_interval("+t+",interval)"] = shift(t == "timestamptz", true)
		f["interval_pl_"+t+"(interval,"+t+")"] = swapped(add)
	}
	f["date_add(timestamptz,interval)"], f["date_subtract(timestamptz,interval)"] = shift(true, false), shift(true, true)
	f["date_add(timestamptz,interval,text)"], f["date_subtract(timestamptz,interval,text)"] = shiftInZone(false), shiftInZone(true)
	f["date_pl_interval(date,interval)"] = shiftDate(false)
	f["interval_pl_date(interval,date)"] = swapped(shiftDate(false))
	f["date_mi_interval(date,interval)"] = shiftDate(true)
	f["time_pl_interval(time,interval)"] = binaryE(func(t Time, v Interval) (Value, error) { return wrap(addToTime(t, v, false)) })
	f["interval_pl_time(interval,time)"] = swapped(f["time_pl_interval(time,interval)"])
	f["time_mi_interval(time,interval)"] = binaryE(func(t Time, v Interval) (Value, error) { return wrap(addToTime(t, v, true)) })
	f["timetz_pl_interval(timetz,interval)"] = binaryE(func(t TimeTZ, v Interval) (Value, error) { return addToTimeTZ(t, v, false) })
	f["interval_pl_timetz(interval,timetz)"] = swapped(f["timetz_pl_interval(timetz,interval)"])
	f["timetz_mi_interval(timetz,interval)"] = binaryE(func(t TimeTZ, v Interval) (Value, error) { return addToTimeTZ(t, v, true) })
	return f
}

func addDays(d Date, n int64) (Value, error) {
	if d == MaxDate || d == MinDate {
		return d, nil
	}
	r := int64(d) + n
	if r < firstDay || r > int64(lastDay) {
		return nil, errDate()
	}
	return Date(r), nil
}

func dateDifference(a, b Date) (Value, error) {
	for _, d := range []Date{a, b} {
		if d == MaxDate || d == MinDate {
			return nil, pgerr.New(pgerr.DatetimeOverflow, "cannot subtract infinite dates")
		}
	}
	return Int(int32(a - b)), nil
}

// dateTimestamp is midnight of a date.
func dateTimestamp(d Date) (Timestamp, error) {
	t := dateMoment(d)
	if t == MaxTimestamp-1 {
		return 0, errDateForTimestamp()
	}
	return t, nil
}

func joinDateTime(d Date, t Time) (Value, error) {
	ts, err := dateTimestamp(d)
	if err != nil || infinite(ts) != "" {
		return wrap(ts, err)
	}
	return wrap(plusMicros(ts, int64(t)))
}

func joinDateTimeTZ(d Date, t TimeTZ) (Value, error) {
	ts, err := dateTimestamp(d)
	if err != nil || infinite(ts) != "" {
		return wrap(ts, err)
	}
	return wrap(plusMicros(ts, int64(t.Time)-int64(t.Offset)*usecPerSecond))
}

func localDateTime(_ *Func, a []Value, env *Env) (Value, error) {
	v, err := joinDateTime(a[0].(Date), a[1].(Time))
	if err != nil {
		return nil, err
	}
	return wrap(fromLocal(v.(Timestamp), env))
}

// plusMicros adds to a finite timestamp.
func plusMicros(t Timestamp, micros int64) (Timestamp, error) {
	r := int64(t)
	if !addInt64(&r, micros) || Timestamp(r) < firstTimestamp || infinite(Timestamp(r)) != "" {
		return 0, errTimestamp()
	}
	return Timestamp(r), nil
}

// fromLocal turns a local time of the session's zone into an instant.
func fromLocal(t Timestamp, env *Env) (Timestamp, error) {
	if infinite(t) != "" {
		return t, nil
	}
	return plusMicros(t, -int64(LocalOffset(env.location(), t))*usecPerSecond)
}

// toLocal turns an instant into the local time of the session's zone.
func toLocal(t Timestamp, env *Env) (Timestamp, error) {
	if infinite(t) != "" {
		return t, nil
	}
	return plusMicros(t, int64(OffsetAt(env.location(), t))*usecPerSecond)
}

// timestampDifference is in days and a time of the same sign.
func timestampDifference(a, b Timestamp) (Value, error) {
	if v, ok, err := infiniteDifference(a, b); ok {
		return wrap(v, err)
	}
	d := int64(a) - int64(b)
	if (d > 0) != (a > b) && d != 0 {
		return nil, errInterval()
	}
	return justifyHours(Interval{Micros: d})
}

// infiniteDifference answers a - b when one is infinite.
func infiniteDifference(a, b Timestamp) (Interval, bool, error) {
	switch {
	case infinite(a) == "" && infinite(b) == "":
		return Interval{}, false, nil
	case a == b:
		return Interval{}, true, errInterval()
	case a == MaxTimestamp || b == MinTimestamp:
		return maxInterval, true, nil
	}
	return minInterval, true, nil
}

func shift(zoned, minus bool) impl {
	return func(_ *Func, a []Value, env *Env) (Value, error) {
		v, err := signedInterval(a[1].(Interval), minus)
		if err != nil {
			return nil, err
		}
		return wrap(addInterval(a[0].(Timestamp), v, zoned, env))
	}
}

func signedInterval(v Interval, minus bool) (Interval, error) {
	if !minus {
		return v, nil
	}
	return negateInterval(v)
}

func shiftInZone(minus bool) impl {
	return func(f *Func, a []Value, env *Env) (Value, error) {
		zone, err := zoneByName(string(a[2].(Text)))
		if err != nil {
			return nil, err
		}
		e := *env
		e.Zone = zone.location()
		return shift(true, minus)(f, a[:2], &e)
	}
}

func shiftDate(minus bool) impl {
	return func(_ *Func, a []Value, env *Env) (Value, error) {
		t, err := dateTimestamp(a[0].(Date))
		if err != nil {
			return nil, err
		}
		v, err := signedInterval(a[1].(Interval), minus)
		if err != nil {
			return nil, err
		}
		return wrap(addInterval(t, v, false, env))
	}
}

// addInterval adds months, then days, then the time; zoned does months and days in the session's zone.
func addInterval(t Timestamp, v Interval, zoned bool, env *Env) (Timestamp, error) {
	if v.IsInfinite() {
		switch {
		case v == maxInterval && t == MinTimestamp, v == minInterval && t == MaxTimestamp:
			return t, errTimestamp()
		case v == maxInterval:
			return MaxTimestamp, nil
		}
		return MinTimestamp, nil
	}
	if infinite(t) != "" {
		return t, nil
	}
	var err error
	if v.Months != 0 {
		if t, err = moved(t, zoned, env, func(c *civil) bool { return addMonths(c, int64(v.Months)) }); err != nil {
			return t, err
		}
	}
	if v.Days != 0 {
		if t, err = moved(t, zoned, env, func(c *civil) bool {
			jd := int64(toJulian(c.year, c.month, c.day)) + int64(v.Days)
			if jd < 0 || jd > math.MaxInt32 {
				return false
			}
			c.year, c.month, c.day = fromJulian(int(jd))
			return true
		}); err != nil {
			return t, err
		}
	}
	return plusMicros(t, v.Micros)
}

// moved changes the local date of a timestamp.
func moved(t Timestamp, zoned bool, env *Env, change func(*civil) bool) (Timestamp, error) {
	offset := 0
	if zoned {
		offset = OffsetAt(env.location(), t)
	}
	c := civilShifted(t, offset)
	if !change(&c) {
		return t, errTimestamp()
	}
	if zoned && isJulian(c.year, c.month) {
		offset = localOffset(env.location(), c.seconds())
	}
	r, ok := c.timestamp(offset)
	if !ok {
		return t, errTimestamp()
	}
	return r, nil
}

// addMonths keeps the day, or takes the month's last one.
func addMonths(c *civil, n int64) bool {
	m := int64(c.year)*12 + int64(c.month-1) + n
	c.year, c.month = int(floorDiv64(m, 12)), int(m-floorDiv64(m, 12)*12)+1
	if !isJulian(c.year, c.month) {
		return false
	}
	c.day = min(c.day, daysInMonth(c.year, c.month))
	return true
}

func addToTime(t Time, v Interval, minus bool) (Time, error) {
	if v.IsInfinite() {
		if minus {
			return 0, pgerr.New(pgerr.DatetimeOverflow, "cannot subtract infinite interval from time")
		}
		return 0, pgerr.New(pgerr.DatetimeOverflow, "cannot add infinite interval to time")
	}
	d := v.Micros % usecPerDay
	if minus {
		d = -d
	}
	return Time((int64(t) + d + 2*usecPerDay) % usecPerDay), nil
}

func addToTimeTZ(t TimeTZ, v Interval, minus bool) (Value, error) {
	r, err := addToTime(t.Time, v, minus)
	return wrap(TimeTZ{r, t.Offset}, err)
}

// datetimeCasts is the functions of pg_cast among dates, times and timestamps.
func datetimeCasts() family {
	local := func(f impl) impl {
		return func(fn *Func, a []Value, env *Env) (Value, error) {
			t, err := toLocal(a[0].(Timestamp), env)
			if err != nil {
				return nil, err
			}
			return f(fn, []Value{t}, env)
		}
	}
	toDate, toTime := unary(dateOfTimestamp), unaryE(timeOfTimestamp)
	round := binaryE(func(t Timestamp, mod Int) (Value, error) {
		if infinite(t) != "" {
			return t, nil
		}
		if mod != -1 && (mod < 0 || mod > 6) {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "timestamp(%d) precision must be between 0 and 6", int32(mod))
		}
		return RoundTimestamp(t, int32(mod)), nil
	})
	return family{
		"date(timestamp)": toDate, "date(timestamptz)": local(toDate), "time(timestamp)": toTime, "time(timestamptz)": local(toTime),
		"timestamp(timestamptz)": local(identity),
		"timestamptz(timestamp)": func(_ *Func, a []Value, env *Env) (Value, error) { return wrap(fromLocal(a[0].(Timestamp), env)) },
		"timestamp(date)":        unaryE(func(d Date) (Value, error) { return wrap(dateTimestamp(d)) }),
		"timestamptz(date)": func(_ *Func, a []Value, env *Env) (Value, error) {
			t, err := dateTimestamp(a[0].(Date))
			if err != nil {
				return nil, err
			}
			return wrap(fromLocal(t, env))
		},
		"timetz(timestamptz)": func(_ *Func, a []Value, env *Env) (Value, error) {
			t := a[0].(Timestamp)
			if infinite(t) != "" {
				return nil, nil
			}
			offset := OffsetAt(env.location(), t)
			c := civilShifted(t, offset)
			return TimeTZ{Time(c.clock()), int32(offset)}, nil
		},
		"time(interval)": unaryE(func(v Interval) (Value, error) {
			if v.IsInfinite() {
				return nil, pgerr.New(pgerr.DatetimeOverflow, "cannot convert infinite interval to time")
			}
			return wrap(addToTime(0, v, false))
		}),
		"time(timetz)": unary(func(t TimeTZ) Time { return t.Time }),
		"timetz(time)": func(_ *Func, a []Value, env *Env) (Value, error) {
			_, offset := env.localNow()
			return TimeTZ{a[0].(Time), int32(offset)}, nil
		},
		"timestamp(timestamp,int4)": round, "timestamptz(timestamptz,int4)": round,
		"time(time,int4)":     binary(func(t Time, mod Int) Time { return RoundTime(t, int32(mod)) }),
		"timetz(timetz,int4)": binary(func(t TimeTZ, mod Int) TimeTZ { return TimeTZ{RoundTime(t.Time, int32(mod)), t.Offset} }),
	}
}

func dateOfTimestamp(t Timestamp) Date {
	switch t {
	case MaxTimestamp:
		return MaxDate
	case MinTimestamp:
		return MinDate
	}
	return Date(floorDiv64(int64(t), usecPerDay))
}

func timeOfTimestamp(t Timestamp) (Value, error) {
	if infinite(t) != "" {
		return nil, nil
	}
	return Time(int64(t) - floorDiv64(int64(t), usecPerDay)*usecPerDay), nil
}
