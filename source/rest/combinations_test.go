package rest

import (
	"fmt"
	"testing"
)

func TestCombinations(t *testing.T) {
	lists := []valueList{{chunks: [][]string{{"a", "b"}, {"c"}}}, {chunks: [][]string{{"1"}, {"2"}}}}
	var got []string
	for c := range combinations(lists) {
		got = append(got, fmt.Sprint(c))
	}
	if want := "[[[a b] [1]] [[a b] [2]] [[c] [1]] [[c] [2]]]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, wanted %v", got, want)
	}
	for c := range combinations(nil) {
		if len(c) != 0 {
			t.Errorf("got %v", c)
		}
	}
}

// TestCombinationsAreLazy: three long lists have 10^12 combinations, of which a read takes the first ones.
func TestCombinationsAreLazy(t *testing.T) {
	chunks := make([][]string, 10_000)
	n := 0
	for range combinations([]valueList{{chunks: chunks}, {chunks: chunks}, {chunks: chunks}}) {
		if n++; n == 10 {
			break
		}
	}
}
