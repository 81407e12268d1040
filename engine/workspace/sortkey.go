package workspace

import (
	"strconv"

	"github.com/cockroachdb/apd/v3"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// sortKey is a text whose byte order and equality are those of the value's type. A numeric is its class (-Infinity,
// negative, zero, positive, Infinity, NaN), then the decimal exponent of its first digit, then its digits without
// trailing zeros; for negative ones everything is complemented, with a final "~" because the shorter is then the greater.
func sortKey(v datum.Value, oid uint32) (datum.Value, error) {
	if v == nil {
		return nil, nil
	}
	n, ok := v.(*datum.Numeric)
	if !ok || oid != pgcat.Numeric {
		return nil, pgerr.New(pgerr.Internal, "there is no sort key for this type")
	}
	switch {
	case n.Dec.Form == apd.NaN:
		return datum.Text("5"), nil
	case n.Dec.Form == apd.Infinite && n.Dec.Negative:
		return datum.Text("0"), nil
	case n.Dec.Form == apd.Infinite:
		return datum.Text("4"), nil
	case n.Dec.IsZero():
		return datum.Text("2"), nil
	}
	digits := []byte(n.Dec.Coeff.String())
	exponent := int(n.Dec.Exponent) + len(digits) + 1_000_000
	for len(digits) > 1 && digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	key := append([]byte(strconv.Itoa(10_000_000 + exponent)[1:]), digits...)
	if !n.Dec.Negative {
		return datum.Text("3" + string(key)), nil
	}
	for i, c := range key {
		key[i] = '0' + '9' - c
	}
	return datum.Text("1" + string(key) + "~"), nil
}
