package rowenc

import (
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
)

// number reads a numeric from a row that is not NULL.
type number func(row int) *datum.Numeric

func numberOf(a arrow.Array) number {
	switch a := a.(type) {
	case *array.Decimal128:
		scale := a.DataType().(*arrow.Decimal128Type).Scale
		return func(i int) *datum.Numeric {
			v := a.Value(i)
			return datum.NumericFromInt128(v.HighBits(), v.LowBits(), scale)
		}
	case *array.Int16:
		return func(i int) *datum.Numeric { return datum.NewNumeric(int64(a.Value(i)), 0) }
	case *array.Int32:
		return func(i int) *datum.Numeric { return datum.NewNumeric(int64(a.Value(i)), 0) }
	case *array.Int64:
		return func(i int) *datum.Numeric { return datum.NewNumeric(a.Value(i), 0) }
	}
	s := stringsOf(a)
	if s == nil {
		return nil
	}
	return func(i int) *datum.Numeric {
		v, err := datum.In(pgcat.Numeric, -1, strings.Clone(s.Value(i)), nil)
		if err != nil {
			return datum.NumericNaN() // the text is canonical: made by datum
		}
		return v.(*datum.Numeric)
	}
}

// divisible finds the error of the first row whose division by 0 PostgreSQL refuses.
func divisible(numerator, denominator arrow.Array) error {
	num, den, zero := numberOf(numerator), numberOf(denominator), datum.NewNumeric(0, 0)
	for row := range numerator.Len() {
		if denominator.IsNull(row) || numerator.IsNull(row) {
			continue
		}
		d := den(row)
		if datum.Compare(pgcat.Numeric, d, zero) != 0 {
			continue
		}
		if _, err := datum.NumericDiv(num(row), d); err != nil {
			return err
		}
	}
	return nil
}

// bindQuotient divides two columns by PostgreSQL's rules for numeric. A quotient is NULL where either side is, and where
// the divisor is 0: an average of no rows. A strict division by 0 is 22012.
func bindQuotient(c Column, numerator, denominator arrow.Array, env *datum.Env) (bound, error) {
	num, den := numberOf(numerator), numberOf(denominator)
	switch {
	case num == nil:
		return bound{}, mismatch(c.Type, numerator)
	case den == nil:
		return bound{}, mismatch(c.Type, denominator)
	}
	if c.Strict {
		if err := divisible(numerator, denominator); err != nil {
			return bound{}, err
		}
	}
	// One division serves both questions about a row.
	last, quotient := -1, (*datum.Numeric)(nil)
	divide := func(row int) *datum.Numeric {
		if row != last {
			last, quotient = row, nil
			if !numerator.IsNull(row) && !denominator.IsNull(row) {
				quotient, _ = datum.NumericDiv(num(row), den(row)) // nil for a division by zero
			}
		}
		return quotient
	}
	b := bound{isNull: func(row int) bool { return divide(row) == nil }}
	b.value = func(dst []byte, row int) []byte {
		if c.Format == 1 {
			return datum.AppendBinary(dst, c.Type.OID, divide(row))
		}
		return datum.AppendText(dst, c.Type.OID, divide(row), env)
	}
	return b, nil
}
