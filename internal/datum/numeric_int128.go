package datum

import (
	"math/big"
	"math/bits"
)

// NumericFromInt128 returns (high·2^64 + low) × 10^-scale; scale is not negative.
func NumericFromInt128(high int64, low uint64, scale int32) *Numeric {
	n := &Numeric{}
	n.Dec.Exponent = -scale
	negative := high < 0
	h := uint64(high)
	if negative {
		var borrow uint64
		low, borrow = bits.Sub64(0, low, 0)
		h, _ = bits.Sub64(0, h, borrow)
	}
	if h == 0 {
		n.Dec.Coeff.SetUint64(low)
	} else {
		z := new(big.Int).SetUint64(h)
		n.Dec.Coeff.SetMathBigInt(z.Lsh(z, 64).Or(z, new(big.Int).SetUint64(low)))
	}
	n.Dec.Negative = negative
	return n
}

// Int128 returns n × 10^scale rounded, as a 128-bit number; false when it has more than 38 digits or is no finite number.
func (n *Numeric) Int128(scale int32) (high int64, low uint64, ok bool) {
	if !n.finite() {
		return 0, 0, false
	}
	v := n
	if n.Scale() != scale {
		v = &Numeric{}
		v.Dec.Set(&n.Dec)
		v.round(scale)
	}
	z := v.Dec.Coeff.MathBigInt()
	if z.BitLen() > 126 && z.CmpAbs(pow10(38).MathBigInt()) >= 0 {
		return 0, 0, false
	}
	low = new(big.Int).And(z, new(big.Int).SetUint64(1<<64-1)).Uint64()
	h := z.Rsh(z, 64).Uint64()
	if v.Dec.Negative {
		var borrow uint64
		low, borrow = bits.Sub64(0, low, 0)
		h, _ = bits.Sub64(0, h, borrow)
	}
	return int64(h), low, true
}
