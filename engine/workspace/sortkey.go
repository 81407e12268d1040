package workspace

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// sortKey is a text whose byte order and equality are those of the value's type.
func sortKey(v datum.Value, oid uint32) (datum.Value, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case *datum.Numeric:
		return datum.Text(numericKey(string(datum.AppendNumeric(nil, v)))), nil
	case datum.Text:
		if oid == pgcat.JSONB {
			return jsonbKey(string(v))
		}
	}
	return nil, pgerr.New(pgerr.Internal, "there is no sort key for this type")
}

// numericKey makes the key from canonical text: the class (-Infinity, negative, zero, positive, Infinity, NaN), then the decimal
// exponent of its first digit, then its digits without trailing zeros; for negative ones everything is complemented, with a final "~"
// because the shorter is then the greater.
func numericKey(text string) string {
	switch text {
	case "NaN":
		return "5"
	case "Infinity":
		return "4"
	case "-Infinity":
		return "0"
	}
	digits, negative := strings.CutPrefix(text, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	whole = strings.TrimLeft(whole, "0")
	all := strings.TrimLeft(whole+fraction, "0")
	exponent := len(whole)
	if whole == "" {
		exponent = len(all) - len(fraction)
	}
	all = strings.TrimRight(all, "0")
	if all == "" {
		return "2"
	}
	key := []byte(strconv.Itoa(10_000_000 + 1_000_000 + exponent)[1:] + all)
	if !negative {
		return "3" + string(key)
	}
	for i, c := range key {
		key[i] = '0' + '9' - c
	}
	return "1" + string(key) + "~"
}
