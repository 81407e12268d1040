package postgres

import (
	"encoding/binary"
	"math/bits"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// wire is a numeric as PostgreSQL sends it (numeric_send): digits of base 10000, the first of which counts 10000^weight.
type wire struct {
	digits   []byte // two bytes each
	weight   int
	negative bool
	scale    int // digits to show after the point
}

// parseWire reads a finite numeric; false for any other, and for what is malformed.
func parseWire(v []byte) (wire, bool) {
	if len(v) < 8 {
		return wire{}, false
	}
	w := wire{digits: v[8:], weight: int(int16(binary.BigEndian.Uint16(v[2:]))), scale: int(binary.BigEndian.Uint16(v[6:]))}
	sign := binary.BigEndian.Uint16(v[4:])
	w.negative = sign == 0x4000
	if sign&^0x4000 != 0 || len(w.digits) != 2*int(binary.BigEndian.Uint16(v)) || w.scale > 16383 {
		return wire{}, false
	}
	for d := w.digits; len(d) > 0; d = d[2:] {
		if binary.BigEndian.Uint16(d) > 9999 {
			return wire{}, false
		}
	}
	return w, w.shown()
}

// shown reports whether no digit counts less than the scale shows, as is so in what a server sends.
func (w wire) shown() bool {
	excess := 4*(w.count()-1-w.weight) - w.scale
	return excess <= 0 || excess < 4 && w.digit(w.count()-1)%pow10[excess] == 0
}

func (w wire) count() int { return len(w.digits) / 2 }

// digit is the one that counts 10000^(weight-i); 0 beyond those that are sent.
func (w wire) digit(i int) uint64 {
	if i < 0 || i >= w.count() {
		return 0
	}
	return uint64(binary.BigEndian.Uint16(w.digits[2*i:]))
}

// decimal decodes numerics of a declared precision and scale; NaN, infinity, and numbers that do not fit take the long way, which
// has the errors.
func decimal(b *array.Decimal128Builder, t plan.Type) decoder {
	d := b.Type().(*arrow.Decimal128Type)
	return func(v []byte) error {
		if w, ok := parseWire(v); ok {
			if n, ok := w.decimal128(int(d.Scale)); ok && n.FitsInPrecision(d.Precision) {
				b.Append(n)
				return nil
			}
		}
		return appendDecimal(b, t, v)
	}
}

// appendDecimal refuses what the declared scale would round (42804) and what is not finite or too long (22003).
func appendDecimal(b *array.Decimal128Builder, t plan.Type, v []byte) error {
	sent, err := datum.Recv(pgcat.Numeric, -1, v)
	if err != nil {
		return err
	}
	kept, err := datum.Recv(pgcat.Numeric, t.Mod, v)
	if err != nil {
		return err
	}
	if datum.Compare(pgcat.Numeric, sent, kept) != 0 {
		return pgerr.New(pgerr.DatatypeMismatch, "a number has more decimals than its type %s", datum.FormatType(t.OID, t.Mod))
	}
	return plan.AppendArrow(b, t, kept)
}

// decimal128 is the number times 10^scale; false when it is too long, or no whole number.
func (w wire) decimal128(scale int) (decimal128.Num, bool) {
	if w.count() > 9 { // 10000^9 is the last power of it below 2^127
		return decimal128.Num{}, false
	}
	var high, low uint64
	for i := range w.count() {
		high, low, _ = multiply(high, low, 10000, w.digit(i))
	}
	shift, ok := scale+4*(w.weight-w.count()+1), true
	for ; shift > 0 && ok && (high|low) != 0; shift -= min(shift, 19) {
		high, low, ok = multiply(high, low, pow10[min(shift, 19)], 0)
	}
	for ; shift < 0 && ok && (high|low) != 0; shift += min(-shift, 19) {
		high, low, ok = divide(high, low, pow10[min(-shift, 19)])
	}
	if !ok || high > 1<<63-1 {
		return decimal128.Num{}, false
	}
	n := decimal128.New(int64(high), low)
	if w.negative {
		n = n.Negate()
	}
	return n, true
}

// multiply returns the 128-bit number times m plus a; false when it overflows.
func multiply(high, low, m, a uint64) (uint64, uint64, bool) {
	over, top := bits.Mul64(high, m)
	carry, bottom := bits.Mul64(low, m)
	bottom, c := bits.Add64(bottom, a, 0)
	top, c = bits.Add64(top, carry, c)
	return top, bottom, over == 0 && c == 0
}

// divide returns the 128-bit number divided by d; false when something remains.
func divide(high, low, d uint64) (uint64, uint64, bool) {
	top, rest := high/d, high%d
	bottom, rest := bits.Div64(rest, low, d)
	return top, bottom, rest == 0
}

var pow10 = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

// numericText decodes numerics without a declared scale into PostgreSQL's text of them (numeric_out).
func numericText(b *array.StringBuilder) decoder {
	t, buf := plan.Type{OID: pgcat.Numeric, Mod: -1}, make([]byte, 0, 64)
	return func(v []byte) error {
		w, ok := parseWire(v)
		if !ok || w.weight > 1000 {
			return appendBinary(b, t, v)
		}
		buf = w.append(buf[:0])
		b.BinaryBuilder.Append(buf)
		return nil
	}
}

// append writes the number as text: all digits before the point and scale digits after it.
func (w wire) append(dst []byte) []byte {
	if w.negative {
		dst = append(dst, '-')
	}
	if w.weight < 0 {
		dst = append(dst, '0')
	}
	for i := 0; i <= w.weight; i++ {
		if i == 0 {
			dst = strconv.AppendUint(dst, w.digit(0), 10)
			continue
		}
		dst = append4(dst, w.digit(i))
	}
	if w.scale == 0 {
		return dst
	}
	dst = append(dst, '.')
	end := len(dst) + w.scale
	for i := w.weight + 1; len(dst) < end; i++ {
		dst = append4(dst, w.digit(i))
	}
	return dst[:end]
}

func append4(dst []byte, d uint64) []byte {
	return append(dst, byte('0'+d/1000), byte('0'+d/100%10), byte('0'+d/10%10), byte('0'+d%10))
}
