package datum

import (
	"bytes"
	"cmp"
	"math/bits"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
)

// Compare orders two values of a type as its btree operator class does: -1, 0 or 1. NULLs do not come here, but stand as
// the largest inside of arrays and rows. Types without an order compare by their text.
func Compare(oid uint32, a, b Value) int {
	switch x := a.(type) {
	case Bool:
		return compareBool(bool(x), b == Bool(true))
	case Int:
		y, _ := b.(Int)
		if oid == pgcat.Char {
			return cmp.Compare(uint8(x), uint8(y))
		}
		return cmp.Compare(x, y)
	case Float:
		y, _ := b.(Float)
		return CompareFloat(float64(x), float64(y))
	case *Numeric:
		if y, ok := b.(*Numeric); ok {
			return sign(NumericCmp(x, y))
		}
	case Text:
		y, _ := b.(Text)
		return compareText(base(oid), string(x), string(y))
	case Bytes:
		y, _ := b.(Bytes)
		return bytes.Compare(x, y)
	case UUID:
		y, _ := b.(UUID)
		return bytes.Compare(x[:], y[:])
	case *Array:
		if y, ok := b.(*Array); ok {
			return compareArray(x, y)
		}
	case Record:
		y, _ := b.(Record)
		return compareRecord(x, y)
	}
	return compareTime(a, b)
}

func compareTime(a, b Value) int {
	switch x := a.(type) {
	case Date:
		y, _ := b.(Date)
		return cmp.Compare(x, y)
	case Time:
		y, _ := b.(Time)
		return cmp.Compare(x, y)
	case Timestamp:
		y, _ := b.(Timestamp)
		return cmp.Compare(x, y)
	case TimeTZ:
		y, _ := b.(TimeTZ)
		utc := func(t TimeTZ) int64 { return int64(t.Time) - int64(t.Offset)*usecPerSecond }
		return cmp.Or(cmp.Compare(utc(x), utc(y)), cmp.Compare(y.Offset, x.Offset))
	case Interval:
		y, _ := b.(Interval)
		return CompareInterval(x, y)
	}
	return 0
}

func sign(n int) int { return cmp.Compare(n, 0) }

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// CompareFloat orders floats; NaN equals NaN and is above all.
func CompareFloat(a, b float64) int {
	switch aNaN, bNaN := a != a, b != b; {
	case aNaN || bNaN:
		return compareBool(aNaN, bNaN)
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func compareText(oid uint32, a, b string) int {
	switch oid {
	case pgcat.Bpchar:
		a, b = strings.TrimRight(a, " "), strings.TrimRight(b, " ")
	case pgcat.JSONB:
		x, errX := ParseJSON(a)
		y, errY := ParseJSON(b)
		if errX == nil && errY == nil {
			return compareDocuments(&x, &y)
		}
	}
	return strings.Compare(a, b)
}

// CompareInterval orders intervals by their length, with months of 30 days and days of 24 hours.
func CompareInterval(a, b Interval) int {
	aHigh, aLow := intervalLength(a)
	bHigh, bLow := intervalLength(b)
	return cmp.Or(cmp.Compare(aHigh, bHigh), cmp.Compare(aLow, bLow))
}

// intervalLength is an interval's length in microseconds as a 128-bit number.
func intervalLength(v Interval) (high int64, low uint64) {
	days := int64(v.Months)*30 + int64(v.Days)
	h, l := bits.Mul64(magnitude(days), usecPerDay)
	high, low = int64(h), l
	if days < 0 {
		var borrow uint64
		low, borrow = bits.Sub64(0, l, 0)
		high = -int64(h) - int64(borrow)
	}
	var carry uint64
	low, carry = bits.Add64(low, uint64(v.Micros), 0)
	return high + v.Micros>>63 + int64(carry), low
}

func compareItem(oid uint32, a, b Value) int {
	if a == nil || b == nil {
		return compareBool(a == nil, b == nil)
	}
	return Compare(oid, a, b)
}

func compareArray(a, b *Array) int {
	for i := range min(len(a.Items), len(b.Items)) {
		if c := compareItem(a.Elem, a.Items[i], b.Items[i]); c != 0 {
			return c
		}
	}
	c := cmp.Or(cmp.Compare(len(a.Items), len(b.Items)), cmp.Compare(len(a.Dims), len(b.Dims)))
	for i := 0; c == 0 && i < len(a.Dims); i++ {
		c = cmp.Compare(a.Dims[i].Len, b.Dims[i].Len)
	}
	for i := 0; c == 0 && i < len(a.Dims); i++ {
		c = cmp.Compare(a.Dims[i].Lower, b.Dims[i].Lower)
	}
	return c
}

func compareRecord(a, b Record) int {
	for i := range min(len(a), len(b)) {
		if c := compareItem(0, a[i], b[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// compareDocuments orders two jsonb values. A scalar counts as an array of one item that is below any other one.
func compareDocuments(a, b *JSON) int {
	aArray, bArray := a.Kind == JSONArray, b.Kind == JSONArray
	if aArray != bArray && a.Kind != JSONObject && b.Kind != JSONObject {
		size := func(j *JSON) int {
			if j.Kind == JSONArray {
				return len(j.Items)
			}
			return 1
		}
		return cmp.Or(cmp.Compare(size(a), size(b)), compareBool(aArray, bArray))
	}
	return compareJSON(a, b)
}

func compareJSON(a, b *JSON) int {
	order := [...]int{JSONNull: 0, JSONString: 1, JSONNumber: 2, JSONBool: 3, JSONArray: 4, JSONObject: 5}
	if c := cmp.Compare(order[a.Kind], order[b.Kind]); c != 0 {
		return c
	}
	switch a.Kind {
	case JSONBool:
		return compareBool(a.Truth, b.Truth)
	case JSONNumber:
		return sign(NumericCmp(a.number, b.number))
	case JSONString:
		return strings.Compare(a.Text, b.Text)
	}
	if c := cmp.Compare(len(a.Items), len(b.Items)); c != 0 {
		return c
	}
	for i := range a.Items {
		if a.Kind == JSONObject && a.Keys[i] != b.Keys[i] {
			return strings.Compare(a.Keys[i], b.Keys[i])
		}
		if c := compareJSON(&a.Items[i], &b.Items[i]); c != 0 {
			return c
		}
	}
	return 0
}
