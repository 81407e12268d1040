package coerce

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// integer is what sources send whole numbers in, and what holds those of ours.
type integer interface{ int8 | int16 | int32 | int64 }

// Power is 10^n for 0 ≤ n ≤ 18, 0 beyond.
func Power(n int32) int64 {
	if n > 18 {
		return 0
	}
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// Integers makes int2, int4 and int8: a fraction other than zero is 42804, a value beyond the type 22003.
func Integers[D integer](c *Column, a arrow.Array) (arrow.Array, error) {
	if c.Scale == 0 && a.DataType().ID() == c.To.ID() {
		return c.As(a), nil
	}
	all, rows := Room[D](a)
	var err error
	switch a := a.(type) {
	case *array.Int8:
		err = narrow(c, a, a.Int8Values(), rows)
	case *array.Int16:
		err = narrow(c, a, a.Int16Values(), rows)
	case *array.Int32:
		err = narrow(c, a, a.Int32Values(), rows)
	case *array.Int64:
		err = narrow(c, a, a.Int64Values(), rows)
	case *array.Decimal128:
		err = narrowDecimals(c, a, rows)
	default:
		err = c.Physical(a)
	}
	if err != nil {
		return nil, err
	}
	return filledInteger(c, a, all), nil
}

func filledInteger[D integer](c *Column, a arrow.Array, all []D) arrow.Array {
	switch all := any(all).(type) {
	case []int16:
		return Filled(c, a, all)
	case []int32:
		return Filled(c, a, all)
	case []int64:
		return Filled(c, a, all)
	}
	return nil
}

func narrow[S, D integer](c *Column, a arrow.Array, from []S, to []D) error {
	unit := Power(c.Scale)
	for i, v := range from {
		whole, rest := int64(v), int64(0)
		switch {
		case unit > 1:
			whole, rest = whole/unit, whole%unit
		case unit == 0:
			whole, rest = 0, whole
		}
		to[i] = D(whole)
		if rest == 0 && int64(to[i]) == whole || a.IsNull(i) {
			continue
		}
		if rest != 0 {
			return c.Lossy()
		}
		return c.OutOfRange()
	}
	return nil
}

func narrowDecimals[D integer](c *Column, a *array.Decimal128, to []D) error {
	if a.DataType().(*arrow.Decimal128Type).Scale != c.Scale {
		return c.Physical(a)
	}
	for i, v := range a.Values() {
		if a.IsNull(i) {
			continue
		}
		whole, err := v.Rescale(c.Scale, 0)
		if err != nil {
			return c.Lossy()
		}
		low := int64(whole.LowBits())
		to[i] = D(low)
		if whole.HighBits() != low>>63 || int64(to[i]) != low {
			return c.OutOfRange()
		}
	}
	return nil
}

// Decimal makes numeric of a declared precision and scale: digits lost are 42804, digits too many 22003.
func (c *Column) Decimal(a arrow.Array) (arrow.Array, error) {
	want := c.To.(*arrow.Decimal128Type)
	if d, ok := a.DataType().(*arrow.Decimal128Type); ok && d.Scale == c.Scale && d.Scale == want.Scale && d.Precision <= want.Precision {
		return c.As(a), nil
	}
	all, rows := Room[decimal128.Num](a)
	var err error
	switch a := a.(type) {
	case *array.Int8:
		err = widen(c, a, a.Int8Values(), rows)
	case *array.Int16:
		err = widen(c, a, a.Int16Values(), rows)
	case *array.Int32:
		err = widen(c, a, a.Int32Values(), rows)
	case *array.Int64:
		err = widen(c, a, a.Int64Values(), rows)
	case *array.Decimal128:
		err = rescale(c, a, rows)
	default:
		err = c.Physical(a)
	}
	if err != nil {
		return nil, err
	}
	return Filled(c, a, all), nil
}

// widen rescales integers that stand for decimals of the column's scale. Most fit a machine word on the way.
func widen[S integer](c *Column, a arrow.Array, from []S, to []decimal128.Num) error {
	want := c.To.(*arrow.Decimal128Type)
	up := want.Scale - c.Scale
	factor, below := Power(max(up, 0)), int64(0)
	if factor > 0 {
		below = (1<<63 - 1) / factor
	}
	limit := Power(max(want.Precision-max(up, 0), 0)) // of the value before it is rescaled; 0: none
	for i, v := range from {
		n := int64(v)
		if up >= 0 && n <= below && n >= -below && (limit == 0 || n < limit && n > -limit) {
			to[i] = decimal128.FromI64(n * factor)
			continue
		}
		if a.IsNull(i) {
			continue
		}
		var err error
		if to[i], err = c.rescaled(decimal128.FromI64(n)); err != nil {
			return err
		}
	}
	return nil
}

func rescale(c *Column, a *array.Decimal128, to []decimal128.Num) error {
	if a.DataType().(*arrow.Decimal128Type).Scale != c.Scale {
		return c.Physical(a)
	}
	for i, v := range a.Values() {
		if a.IsNull(i) {
			continue
		}
		var err error
		if to[i], err = c.rescaled(v); err != nil {
			return err
		}
	}
	return nil
}

// rescaled is v of the column's scale under the wanted precision and scale.
func (c *Column) rescaled(v decimal128.Num) (decimal128.Num, error) {
	want := c.To.(*arrow.Decimal128Type)
	up := want.Scale - c.Scale
	switch {
	case up > 0 && v.Sign() != 0 && (want.Precision <= up || !v.FitsInPrecision(want.Precision-up)):
		return v, c.OutOfRange()
	case up > 0:
		return v.IncreaseScaleBy(up), nil
	case up < 0:
		var err error
		if v, err = v.Rescale(c.Scale, want.Scale); err != nil {
			return v, c.Lossy()
		}
	}
	if !v.FitsInPrecision(want.Precision) {
		return v, c.OutOfRange()
	}
	return v, nil
}

// NumericText makes numeric without a declared scale: PostgreSQL's text with the scale that the source gives.
func (c *Column) NumericText(a arrow.Array) (arrow.Array, error) {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.Reserve(a.Len())
	var digits []byte
	put := func(i int, v []byte) {
		if a.IsNull(i) {
			b.AppendNull()
			return
		}
		digits = appendScaled(digits[:0], v, int(c.Scale))
		b.BinaryBuilder.Append(digits)
	}
	switch a := a.(type) {
	case *array.Int8:
		scaledTexts(a.Int8Values(), put)
	case *array.Int16:
		scaledTexts(a.Int16Values(), put)
	case *array.Int32:
		scaledTexts(a.Int32Values(), put)
	case *array.Int64:
		scaledTexts(a.Int64Values(), put)
	case *array.Decimal128:
		if a.DataType().(*arrow.Decimal128Type).Scale != c.Scale {
			return nil, c.Physical(a)
		}
		var text []byte
		for i, v := range a.Values() {
			text = appendDecimal(text[:0], v)
			put(i, text)
		}
	default:
		return nil, c.Physical(a)
	}
	return b.NewArray(), nil
}

func scaledTexts[S integer](from []S, put func(int, []byte)) {
	var text []byte
	for i, v := range from {
		text = strconv.AppendInt(text[:0], int64(v), 10)
		put(i, text)
	}
}

func appendDecimal(dst []byte, v decimal128.Num) []byte {
	if low := int64(v.LowBits()); v.HighBits() == low>>63 {
		return strconv.AppendInt(dst, low, 10)
	}
	var n big.Int
	n.SetInt64(v.HighBits())
	n.Lsh(&n, 64)
	n.Add(&n, new(big.Int).SetUint64(v.LowBits()))
	return n.Append(dst, 10)
}

// appendScaled puts the decimal point of a scale into the digits of a whole number.
func appendScaled(dst, number []byte, scale int) []byte {
	if scale == 0 {
		return append(dst, number...)
	}
	if number[0] == '-' {
		dst, number = append(dst, '-'), number[1:]
	}
	if len(number) <= scale {
		dst = append(dst, '0', '.')
		for range scale - len(number) {
			dst = append(dst, '0')
		}
		return append(dst, number...)
	}
	dst = append(dst, number[:len(number)-scale]...)
	dst = append(dst, '.')
	return append(dst, number[len(number)-scale:]...)
}

// DecimalText makes numeric without a declared scale of texts that are PostgreSQL's already.
func (c *Column) DecimalText(a arrow.Array) (arrow.Array, error) {
	from, err := c.Strings(a)
	if err != nil {
		return nil, err
	}
	for i := range from.Len() {
		if from.IsValid(i) && !isDecimal(from.Value(i)) {
			return nil, pgerr.New(pgerr.DatatypeMismatch, "column %q of the source %s holds a text that is no number", c.Name, c.Source)
		}
	}
	return c.As(from), nil
}

// isDecimal reports whether a text is -digits or -digits.digits.
func isDecimal(text string) bool {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	return digits(whole) && (!point || digits(fraction))
}

// Float4 makes real of doubles where that changes no value.
func (c *Column) Float4(a arrow.Array) (arrow.Array, error) {
	from, ok := a.(*array.Float64)
	if !ok {
		return nil, c.Physical(a)
	}
	all, rows := Room[float32](a)
	for i, v := range from.Float64Values() {
		rows[i] = float32(v)
		if float64(rows[i]) != v && v == v && a.IsValid(i) {
			return nil, c.Lossy()
		}
	}
	return Filled(c, a, all), nil
}
