package workspace

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
)

// TestSortKey: keys order and equal as the values do.
func TestSortKey(t *testing.T) {
	texts := []string{"NaN", "Infinity", "-Infinity", "0", "0.00", "1", "1.0", "1.00", "-1", "-1.0", "0.001", "-0.001", "12", "123", "-12", "-123",
		"99999999999999999999999999999999999999999", "0.00000000000000000000000000000000000000001"}
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		texts = append(texts, strconv.FormatFloat((r.Float64()-0.5)*1000, 'f', r.IntN(6), 64))
	}
	var values []datum.Value
	for _, s := range texts {
		v, err := datum.In(pgcat.Numeric, -1, s, nil)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	for _, a := range values {
		for _, b := range values {
			x, _ := sortKey(a, pgcat.Numeric)
			y, _ := sortKey(b, pgcat.Numeric)
			want := datum.Compare(pgcat.Numeric, a, b)
			got := 0
			if x.(datum.Text) < y.(datum.Text) {
				got = -1
			} else if x != y {
				got = 1
			}
			if got != want {
				t.Fatalf("%v %v: %d, want %d", x, y, got, want)
			}
		}
	}
}
