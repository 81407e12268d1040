package snowflake

import (
	"errors"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

const dayMicros = int64(86_400_000_000)

// The moments that PostgreSQL's types and Arrow's both hold, from 1970 (datatype-datetime; DECISIONS 1): a day is at most
// 5874897-12-31, a microsecond fits 64 bits, and both ends of them are kept for infinity.
const (
	firstDay   = -2440588 // 4714-11-24 BC
	lastDay    = 2145042905
	firstMicro = firstDay * dayMicros
	lastMicro  = math.MaxInt64 - 1
)

// date makes date.
func (c *column) date(a arrow.Array) (arrow.Array, error) {
	from, ok := a.(*array.Date32)
	if !ok {
		return nil, c.physical(a)
	}
	for i, v := range from.Date32Values() {
		if (v < firstDay || v > lastDay) && a.IsValid(i) {
			return nil, c.outOfRange()
		}
	}
	return c.as(a), nil
}

// time makes time of day from a whole number of 10^-scale seconds. Digits below a microsecond are cut, here as in timestamps: the
// dialect's comparisons take values so.
func (c *column) time(a arrow.Array) (arrow.Array, error) {
	all, rows := room[int64](a)
	var err error
	switch a := a.(type) {
	case *array.Int32:
		err = timesOfDay(c, a, a.Int32Values(), rows)
	case *array.Int64:
		err = timesOfDay(c, a, a.Int64Values(), rows)
	default:
		err = c.physical(a)
	}
	if err != nil {
		return nil, err
	}
	return filled(c, a, all), nil
}

func timesOfDay[S int32 | int64](c *column, a arrow.Array, from []S, to []int64) error {
	if c.scale > 9 {
		return c.physical(a)
	}
	unit, nano := power(c.scale), power(9-c.scale)
	for i, v := range from {
		n := int64(v)
		to[i] = n/unit*1_000_000 + n%unit*nano/1000
		if (n < 0 || n/unit > 86400 || to[i] > dayMicros) && a.IsValid(i) {
			return c.outOfRange()
		}
	}
	return nil
}

// timestamp makes timestamp and timestamptz. Snowflake sends a whole number of 10^-scale seconds, or a struct of seconds and
// nanoseconds; timestamp_tz has the zone's offset beside them, which timestamptz does not keep.
func (c *column) timestamp(a arrow.Array) (arrow.Array, error) {
	switch a := a.(type) {
	case *array.Int64:
		if c.kind == "timestamp_tz" {
			return nil, c.physical(a)
		}
		return c.scaled(a, a.Int64Values())
	case *array.Struct:
		return c.parts(a)
	}
	return nil, c.physical(a)
}

// parts reads the struct of a timestamp: {epoch, fraction}, {epoch, timezone} with a scaled epoch, {epoch, fraction, timezone}.
func (c *column) parts(a *array.Struct) (arrow.Array, error) {
	fields := a.NumField()
	zoned := c.kind == "timestamp_tz"
	if fields != 2 && (fields != 3 || !zoned) {
		return nil, c.physical(a)
	}
	epoch, ok := a.Field(0).(*array.Int64)
	second, ok2 := a.Field(1).(*array.Int32)
	if !ok || !ok2 || epoch.Len() != a.Len() || second.Len() != a.Len() {
		return nil, c.physical(a)
	}
	if epoch.NullN() > a.NullN() || second.NullN() > a.NullN() {
		return nil, c.malformed(errors.New("a part of a timestamp is missing"))
	}
	if zoned && fields == 2 {
		return c.scaled(a, epoch.Int64Values())
	}
	all, rows := room[int64](a)
	fractions := second.Int32Values()
	for i, s := range epoch.Int64Values() {
		nanos := int64(fractions[i])
		ok := nanos >= 0 && nanos < 1e9 && s >= math.MinInt64/1_000_000 && s <= math.MaxInt64/1_000_000-2
		if ok {
			rows[i] = s*1_000_000 + nanos/1000
			ok = rows[i] >= firstMicro && rows[i] <= lastMicro
		}
		if !ok && a.IsValid(i) {
			return nil, c.outOfRange()
		}
	}
	return filled(c, a, all), nil
}

// scaled reads whole numbers of 10^-scale seconds.
func (c *column) scaled(a arrow.Array, from []int64) (arrow.Array, error) {
	if c.scale > 9 {
		return nil, c.physical(a)
	}
	all, rows := room[int64](a)
	up, unit, nano := power(max(6-c.scale, 0)), power(c.scale), power(9-c.scale)
	for i, v := range from {
		ok := true
		if c.scale <= 6 {
			rows[i] = v * up
			ok = rows[i]/up == v
		} else {
			seconds, rest := v/unit, v%unit
			if rest < 0 {
				seconds, rest = seconds-1, rest+unit
			}
			rows[i] = seconds*1_000_000 + rest*nano/1000
		}
		if (!ok || rows[i] < firstMicro || rows[i] > lastMicro) && a.IsValid(i) {
			return nil, c.outOfRange()
		}
	}
	return filled(c, a, all), nil
}
