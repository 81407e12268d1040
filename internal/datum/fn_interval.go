package datum

import (
	"math"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

func errInterval() error { return pgerr.New(pgerr.DatetimeOverflow, "interval out of range") }

// intervals is the arithmetic of intervals.
func intervals() family {
	return family{
		"interval_um(interval)":          unaryE(func(v Interval) (Value, error) { return wrap(negateInterval(v)) }),
		"interval_pl(interval,interval)": binaryE(func(a, b Interval) (Value, error) { return wrap(addIntervals(a, b)) }),
		"interval_mi(interval,interval)": binaryE(subIntervals),
		"interval_mul(interval,float8)":  binaryE(func(v Interval, f Float) (Value, error) { return wrap(scaleInterval(v, float64(f))) }),
		"mul_d_interval(float8,interval)": binaryE(func(f Float, v Interval) (Value, error) {
			return wrap(scaleInterval(v, float64(f)))
		}),
		"interval_div(interval,float8)": binaryE(func(v Interval, f Float) (Value, error) { return wrap(divideInterval(v, float64(f))) }),
		"justify_hours(interval)":       unaryE(justifyHours),
		"justify_days(interval)":        unaryE(justifyDays),
		"justify_interval(interval)":    unaryE(justifyInterval),
		"interval(interval,int4)": binaryE(func(v Interval, mod Int) (Value, error) {
			return wrap(RoundInterval(v, int32(mod)))
		}),
		"interval(time)":     unary(func(t Time) Interval { return Interval{Micros: int64(t)} }),
		"isfinite(interval)": unary(func(v Interval) Bool { return Bool(!v.IsInfinite()) }),
		"make_interval(int4,int4,int4,int4,int4,int4,float8)": makeInterval,
	}
}

// finiteInterval refuses a result that looks infinite.
func finiteInterval(v Interval) (Interval, error) {
	if v.IsInfinite() {
		return v, errInterval()
	}
	return v, nil
}

func negateInterval(v Interval) (Interval, error) {
	switch {
	case v == maxInterval:
		return minInterval, nil
	case v == minInterval:
		return maxInterval, nil
	case v.Months == math.MinInt32 || v.Days == math.MinInt32 || v.Micros == math.MinInt64:
		return v, errInterval()
	}
	return finiteInterval(Interval{-v.Months, -v.Days, -v.Micros})
}

func addIntervals(a, b Interval) (Interval, error) {
	if a.IsInfinite() || b.IsInfinite() {
		switch {
		case !b.IsInfinite() || a == b:
			return a, nil
		case !a.IsInfinite():
			return b, nil
		}
		return a, errInterval()
	}
	if !addInt32(&a.Months, int64(b.Months)) || !addInt32(&a.Days, int64(b.Days)) || !addInt64(&a.Micros, b.Micros) {
		return a, errInterval()
	}
	return finiteInterval(a)
}

func subIntervals(a, b Interval) (Value, error) {
	if a.IsInfinite() || b.IsInfinite() {
		if a == b {
			return nil, errInterval()
		}
		if a.IsInfinite() {
			return a, nil
		}
		return wrap(negateInterval(b))
	}
	months, days := int64(a.Months)-int64(b.Months), int64(a.Days)-int64(b.Days)
	micros, ok := subInt(a.Micros, b.Micros)
	if b.Micros == math.MinInt64 {
		ok = a.Micros < 0
	}
	if !ok && b.Micros != 0 || months != int64(int32(months)) || days != int64(int32(days)) {
		return nil, errInterval()
	}
	return wrap(finiteInterval(Interval{int32(months), int32(days), micros}))
}

// intervalSign compares with zero.
func intervalSign(v Interval) int { return CompareInterval(v, Interval{}) }

func scaleInterval(v Interval, factor float64) (Interval, error) {
	switch {
	case math.IsNaN(factor), v.IsInfinite() && factor == 0:
		return v, errInterval()
	case v.IsInfinite() && factor < 0:
		return negateInterval(v)
	case v.IsInfinite():
		return v, nil
	case math.IsInf(factor, 0):
		switch s := float64(intervalSign(v)) * factor; {
		case s > 0:
			return maxInterval, nil
		case s < 0:
			return minInterval, nil
		}
		return v, errInterval()
	}
	return cascade(float64(v.Months)*factor, float64(v.Days)*factor, float64(v.Micros)*factor)
}

func divideInterval(v Interval, factor float64) (Interval, error) {
	switch {
	case factor == 0:
		return v, errDivisionByZero()
	case math.IsNaN(factor), v.IsInfinite() && math.IsInf(factor, 0):
		return v, errInterval()
	case v.IsInfinite() && factor < 0:
		return negateInterval(v)
	case v.IsInfinite():
		return v, nil
	}
	return cascade(float64(v.Months)/factor, float64(v.Days)/factor, float64(v.Micros)/factor)
}

// roundMicro rounds to microseconds.
func roundMicro(x float64) float64 { return math.RoundToEven(x*1e6) / 1e6 }

// cascade brings fractions of months down to days and those of days down to seconds; it never brings units up.
func cascade(months, days, micros float64) (Interval, error) {
	const secs = 86400
	if !fitsInt32(months) || !fitsInt32(days) {
		return Interval{}, errInterval()
	}
	out := Interval{Months: int32(months), Days: int32(days)}
	restDays := roundMicro((months - float64(out.Months)) * 30)
	restSecs := roundMicro((days - float64(out.Days) + restDays - float64(int32(restDays))) * secs)
	if math.Abs(restSecs) >= secs {
		if !addInt32(&out.Days, int64(restSecs/secs)) {
			return out, errInterval()
		}
		restSecs -= float64(int64(restSecs/secs)) * secs
	}
	if !addInt32(&out.Days, int64(restDays)) {
		return out, errInterval()
	}
	t := math.RoundToEven(micros + restSecs*1e6)
	if math.IsNaN(t) || t < -1<<63 || t >= 1<<63 {
		return out, errInterval()
	}
	out.Micros = int64(t)
	return finiteInterval(out)
}

func fitsInt32(x float64) bool { return x >= math.MinInt32 && x < 1<<31 }

func justifyHours(v Interval) (Value, error) {
	if v.IsInfinite() {
		return v, nil
	}
	days := v.Micros / usecPerDay
	v.Micros -= days * usecPerDay
	if !addInt32(&v.Days, days) {
		return nil, errInterval()
	}
	alignTime(&v)
	return v, nil
}

// alignTime gives the time of day the sign of the days.
func alignTime(v *Interval) {
	if v.Days > 0 && v.Micros < 0 {
		v.Micros += usecPerDay
		v.Days--
	} else if v.Days < 0 && v.Micros > 0 {
		v.Micros -= usecPerDay
		v.Days++
	}
}

func justifyDays(v Interval) (Value, error) {
	if v.IsInfinite() {
		return v, nil
	}
	months := v.Days / 30
	v.Days -= months * 30
	if !addInt32(&v.Months, int64(months)) {
		return nil, errInterval()
	}
	if v.Months > 0 && v.Days < 0 {
		v.Days += 30
		v.Months--
	} else if v.Months < 0 && v.Days > 0 {
		v.Days -= 30
		v.Months++
	}
	return v, nil
}

func justifyInterval(v Interval) (Value, error) {
	if v.IsInfinite() {
		return v, nil
	}
	ok := true
	carry := func() {
		months := v.Days / 30
		v.Days -= months * 30
		ok = ok && addInt32(&v.Months, int64(months))
	}
	if v.Days > 0 && v.Micros > 0 || v.Days < 0 && v.Micros < 0 {
		carry()
	}
	days := v.Micros / usecPerDay
	v.Micros -= days * usecPerDay
	v.Days += int32(days)
	carry()
	if !ok {
		return nil, errInterval()
	}
	if v.Months > 0 && (v.Days < 0 || v.Days == 0 && v.Micros < 0) {
		v.Days += 30
		v.Months--
	} else if v.Months < 0 && (v.Days > 0 || v.Days == 0 && v.Micros > 0) {
		v.Days -= 30
		v.Months++
	}
	alignTime(&v)
	return v, nil
}

func makeInterval(_ *Func, a []Value, _ *Env) (Value, error) {
	n := func(i int) int64 { return int64(a[i].(Int)) }
	secs := float64(a[6].(Float))
	months, days := n(0)*12+n(1), n(2)*7+n(3)
	micros := math.RoundToEven(secs * 1e6)
	clock := (n(4)*60 + n(5)) * usecPerMinute
	if months != int64(int32(months)) || days != int64(int32(days)) || n(2)*7 != int64(int32(n(2)*7)) || n(0)*12 != int64(int32(n(0)*12)) ||
		math.IsNaN(micros) || micros < -1<<63 || micros >= 1<<63 {
		return nil, errInterval()
	}
	out := Interval{int32(months), int32(days), clock}
	if !addInt64(&out.Micros, int64(micros)) {
		return nil, errInterval()
	}
	return wrap(finiteInterval(out))
}
