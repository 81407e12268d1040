package coerce

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// DayMicros is a day in microseconds.
const DayMicros = int64(86_400_000_000)

// The moments that PostgreSQL's types and Arrow's both hold, from 1970 (datatype-datetime; DECISIONS 1): a day is at most
// 5874897-12-31, a microsecond fits 64 bits, and both ends of them are kept for infinity.
const (
	FirstDay   = -2440588 // 4714-11-24 BC
	LastDay    = 2145042905
	FirstMicro = FirstDay * DayMicros
	LastMicro  = math.MaxInt64 - 1
)

// Date makes date.
func (c *Column) Date(a arrow.Array) (arrow.Array, error) {
	from, ok := a.(*array.Date32)
	if !ok {
		return nil, c.Physical(a)
	}
	for i, v := range from.Date32Values() {
		if (v < FirstDay || v > LastDay) && a.IsValid(i) {
			return nil, c.OutOfRange()
		}
	}
	return c.As(a), nil
}
