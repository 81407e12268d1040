package salesforce

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// append converts one value to the column's type: 42804 where it is none of it.
func (c *column) append(b array.Builder, v cell) error {
	switch v.kind {
	case null:
		b.AppendNull()
		return nil
	case missing:
		return pgerr.New(pgerr.ProtocolViolation, "the source %s does not answer with the field %s", c.source, c.path)
	}
	ok := false
	switch c.want.OID {
	case pgcat.Text, pgcat.Varchar:
		if ok = v.kind == text || v.kind == raw; ok {
			return c.appendText(b.(*array.StringBuilder), v.text)
		}
	case pgcat.Bool:
		if ok = (v.kind == truth || v.kind == raw) && (v.text == "true" || v.text == "false"); ok {
			b.(*array.BooleanBuilder).Append(v.text == "true")
		}
	case pgcat.Date, pgcat.TimestampTZ, pgcat.Time:
		ok = (v.kind == text || v.kind == raw) && appendMoment(b, v.text)
	default:
		if v.kind == number || v.kind == raw {
			return c.appendNumber(b, v.text)
		}
	}
	if !ok {
		return c.contradicts()
	}
	return nil
}

func (c *column) contradicts() error {
	return pgerr.New(pgerr.DatatypeMismatch, "a value of the field %s of the source %s is no %s, as the model says", c.path, c.source, datum.FormatType(c.want.OID, c.want.Mod)).
		WithHint("waggle model diff compares the model with the source")
}

// appendText refuses the zero byte, which PostgreSQL's text has no place for, and what is no UTF-8.
func (c *column) appendText(b *array.StringBuilder, s string) error {
	if strings.IndexByte(s, 0) >= 0 {
		return zeroByte(c.source)
	}
	if !utf8.ValidString(s) {
		return pgerr.New(pgerr.ProtocolViolation, "a value of the field %s of the source %s is no UTF-8", c.path, c.source)
	}
	b.Append(s)
	return nil
}

// moments are how Salesforce writes dates and times: the second form of a moment is that of Bulk API 2.0.
var moments = []string{"2006-01-02T15:04:05.000-0700", "2006-01-02T15:04:05.000Z07:00"}

const clockForm = "15:04:05.000Z07:00"

func appendMoment(b array.Builder, s string) bool {
	switch b := b.(type) {
	case *array.Date32Builder:
		t, err := time.Parse(time.DateOnly, s)
		if err != nil {
			return false
		}
		b.Append(arrow.Date32(floorDiv(t.Unix(), 86_400)))
		return true
	case *array.TimestampBuilder:
		for _, form := range moments {
			if t, err := time.Parse(form, s); err == nil {
				b.Append(arrow.Timestamp(t.UnixMicro()))
				return true
			}
		}
	case *array.Time64Builder:
		t, err := time.Parse(clockForm, s)
		if err != nil {
			return false
		}
		b.Append(arrow.Time64(t.Sub(t.Truncate(24*time.Hour)) / time.Microsecond))
		return true
	}
	return false
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// appendNumber takes a number's decimal digits as they are.
func (c *column) appendNumber(b array.Builder, s string) error {
	if !isNumber(s) {
		return c.contradicts()
	}
	switch b := b.(type) {
	case *array.Int16Builder:
		n, ok := scaled(s, 0)
		if !ok || n != int64(int16(n)) {
			return c.contradicts()
		}
		b.Append(int16(n))
		return nil
	case *array.Int32Builder:
		n, ok := scaled(s, 0)
		if !ok || n != int64(int32(n)) {
			return c.contradicts()
		}
		b.Append(int32(n))
		return nil
	case *array.Int64Builder:
		n, ok := scaled(s, 0)
		if !ok {
			return c.contradicts()
		}
		b.Append(n)
		return c.exact(s)
	case *array.Float64Builder, *array.Float32Builder:
		return c.appendFloat(b, s)
	case *array.Decimal128Builder:
		return c.appendDecimal(b, s)
	case *array.StringBuilder:
		return c.appendNumeric(b, s)
	}
	return c.contradicts()
}

func (c *column) appendFloat(b array.Builder, s string) error {
	bits := 64
	if _, single := b.(*array.Float32Builder); single {
		bits = 32
	}
	f, err := strconv.ParseFloat(s, bits)
	if err != nil {
		return c.contradicts()
	}
	switch b := b.(type) {
	case *array.Float64Builder:
		b.Append(f)
	case *array.Float32Builder:
		b.Append(float32(f))
	}
	return nil
}

func (c *column) appendDecimal(b *array.Decimal128Builder, s string) error {
	t := b.Type().(*arrow.Decimal128Type)
	if n, ok := scaled(s, t.Scale); ok {
		d := decimal128.FromI64(n)
		if !d.FitsInPrecision(t.Precision) {
			return c.contradicts()
		}
		b.Append(d)
		return c.exact(s)
	}
	n, err := c.rounded(s, t.Scale)
	if err != nil {
		return err
	}
	high, low, ok := n.Int128(t.Scale)
	d := decimal128.New(high, low)
	if !ok || !d.FitsInPrecision(t.Precision) {
		return c.contradicts()
	}
	b.Append(d)
	return c.exact(s)
}

// rounded is a number with a scale that it must not exceed.
func (c *column) rounded(s string, scale int32) (*datum.Numeric, error) {
	v, err := datum.In(pgcat.Numeric, -1, s, nil)
	n, ok := v.(*datum.Numeric)
	if err != nil || !ok {
		return nil, c.contradicts()
	}
	r, err := datum.NumericRound(n, scale)
	if err != nil || datum.NumericCmp(n, r) != 0 {
		return nil, c.contradicts()
	}
	return r, nil
}

// appendNumeric writes a number that has no type of its own: a computed one with the scale that PostgreSQL's has, a field's without zeros
// at its end.
func (c *column) appendNumeric(b *array.StringBuilder, s string) error {
	scale := c.scale
	if scale < 0 {
		scale = 1000
	}
	n, err := c.rounded(s, scale)
	if err != nil {
		return err
	}
	out := string(datum.AppendNumeric(nil, n))
	if c.scale < 0 && strings.Contains(out, ".") {
		out = strings.TrimRight(strings.TrimRight(out, "0"), ".")
	}
	b.Append(out)
	return c.exact(s)
}

// longestNumber is far more than the digits of any field or sum.
const longestNumber = 400

// isNumber reports whether a text is a decimal number as JSON has it, and no longer than a number can be.
func isNumber(s string) bool {
	if len(s) > longestNumber {
		return false
	}
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		exponent := s[i+1:]
		if strings.HasPrefix(exponent, "+") || strings.HasPrefix(exponent, "-") {
			exponent = exponent[1:]
		}
		if !allDigits(exponent) {
			return false
		}
		s = s[:i]
	}
	whole, frac, fraction := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	return allDigits(whole) && (!fraction || allDigits(frac))
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// exactDigits is up to which number of units Salesforce, which computes with binary numbers of 53 bits, computes exactly.
const exactDigits = 1 << 53

// exact refuses a computed number that may have been rounded: 22003.
func (c *column) exact(s string) error {
	if c.scale < 0 {
		return nil
	}
	if n, ok := scaled(s, c.scale); ok && n < exactDigits && n > -exactDigits {
		return nil
	}
	return pgerr.New(pgerr.NumericOutOfRange, "the source %s computes %s with more digits than it keeps", c.source, c.name).
		WithHint("SET waggle.pushdown = off computes it in the workspace")
}

// scaled is a decimal number, as 15000.0 or 1.5E4, times 10^scale; false when that is no whole number of 18 digits.
func scaled(s string, scale int32) (int64, bool) {
	mantissa, exponent := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		e, err := strconv.Atoi(strings.TrimPrefix(s[i+1:], "+"))
		if err != nil || e > 1000 || e < -1000 {
			return 0, false
		}
		mantissa, exponent = s[:i], e
	}
	negative := strings.HasPrefix(mantissa, "-")
	whole, frac, _ := strings.Cut(strings.TrimPrefix(mantissa, "-"), ".")
	digits := whole + frac
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	shift := exponent + int(scale) - len(frac)
	for shift < 0 && strings.HasSuffix(digits, "0") {
		digits, shift = digits[:len(digits)-1], shift+1
	}
	if digits = strings.TrimLeft(digits, "0"); digits == "" {
		return 0, true
	}
	if shift < 0 || len(digits)+shift > 18 {
		return 0, false
	}
	n, err := strconv.ParseInt(digits+strings.Repeat("0", shift), 10, 64)
	if negative {
		n = -n
	}
	return n, err == nil
}
