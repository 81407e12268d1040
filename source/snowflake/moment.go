package snowflake

import (
	"errors"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/source/coerce"
)

// time makes time of day from a whole number of 10^-scale seconds. Digits below a microsecond are cut, here as in timestamps: the
// dialect's comparisons take values so.
func (c *column) time(a arrow.Array) (arrow.Array, error) {
	all, rows := coerce.Room[int64](a)
	var err error
	switch a := a.(type) {
	case *array.Int32:
		err = timesOfDay(c, a, a.Int32Values(), rows)
	case *array.Int64:
		err = timesOfDay(c, a, a.Int64Values(), rows)
	default:
		err = c.Physical(a)
	}
	if err != nil {
		return nil, err
	}
	return coerce.Filled(&c.Column, a, all), nil
}

func timesOfDay[S int32 | int64](c *column, a arrow.Array, from []S, to []int64) error {
	if c.Scale > 9 {
		return c.Physical(a)
	}
	unit, nano := coerce.Power(c.Scale), coerce.Power(9-c.Scale)
	for i, v := range from {
		n := int64(v)
		to[i] = n/unit*1_000_000 + n%unit*nano/1000
		if (n < 0 || n/unit > 86400 || to[i] > coerce.DayMicros) && a.IsValid(i) {
			return c.OutOfRange()
		}
	}
	return nil
}

// timestamp makes timestamp and timestamptz. Snowflake sends a whole number of 10^-scale seconds, or a struct of seconds and
// nanoseconds; timestamp_tz has the zone's offset beside them, which timestamptz does not keep.
func (c *column) timestamp(a arrow.Array) (arrow.Array, error) {
	switch a := a.(type) {
	case *array.Int64:
		if c.Kind == "timestamp_tz" {
			return nil, c.Physical(a)
		}
		return c.scaled(a, a.Int64Values())
	case *array.Struct:
		return c.parts(a)
	}
	return nil, c.Physical(a)
}

// parts reads the struct of a timestamp: {epoch, fraction}, {epoch, timezone} with a scaled epoch, {epoch, fraction, timezone}.
func (c *column) parts(a *array.Struct) (arrow.Array, error) {
	fields := a.NumField()
	zoned := c.Kind == "timestamp_tz"
	if fields != 2 && (fields != 3 || !zoned) {
		return nil, c.Physical(a)
	}
	epoch, ok := a.Field(0).(*array.Int64)
	second, ok2 := a.Field(1).(*array.Int32)
	if !ok || !ok2 || epoch.Len() != a.Len() || second.Len() != a.Len() {
		return nil, c.Physical(a)
	}
	if epoch.NullN() > a.NullN() || second.NullN() > a.NullN() {
		return nil, c.Malformed(errors.New("a part of a timestamp is missing"))
	}
	if zoned && fields == 2 {
		return c.scaled(a, epoch.Int64Values())
	}
	all, rows := coerce.Room[int64](a)
	fractions := second.Int32Values()
	for i, s := range epoch.Int64Values() {
		nanos := int64(fractions[i])
		ok := nanos >= 0 && nanos < 1e9 && s >= math.MinInt64/1_000_000 && s <= math.MaxInt64/1_000_000-2
		if ok {
			rows[i] = s*1_000_000 + nanos/1000
			ok = rows[i] >= coerce.FirstMicro && rows[i] <= coerce.LastMicro
		}
		if !ok && a.IsValid(i) {
			return nil, c.OutOfRange()
		}
	}
	return coerce.Filled(&c.Column, a, all), nil
}

// scaled reads whole numbers of 10^-scale seconds.
func (c *column) scaled(a arrow.Array, from []int64) (arrow.Array, error) {
	if c.Scale > 9 {
		return nil, c.Physical(a)
	}
	all, rows := coerce.Room[int64](a)
	up, unit, nano := coerce.Power(max(6-c.Scale, 0)), coerce.Power(c.Scale), coerce.Power(9-c.Scale)
	for i, v := range from {
		ok := true
		if c.Scale <= 6 {
			rows[i] = v * up
			ok = rows[i]/up == v
		} else {
			seconds, rest := v/unit, v%unit
			if rest < 0 {
				seconds, rest = seconds-1, rest+unit
			}
			rows[i] = seconds*1_000_000 + rest*nano/1000
		}
		if (!ok || rows[i] < coerce.FirstMicro || rows[i] > coerce.LastMicro) && a.IsValid(i) {
			return nil, c.OutOfRange()
		}
	}
	return coerce.Filled(&c.Column, a, all), nil
}
