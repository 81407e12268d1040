package datum

import "testing"

func TestSize(t *testing.T) {
	text := Text("four")
	for _, c := range []struct {
		v    Value
		want int64
	}{
		{nil, 0}, {Int(7), 0}, {text, 4}, {Bytes{1, 2}, 2}, {NewNumeric(1<<40, 0), 5}, {&Array{}, 0},
		{&Array{Items: []Value{text, nil, text}}, 3*pointer + 8}, {Record{&Array{Items: []Value{text}}}, 2*pointer + 4},
	} {
		if got := Size(c.v); got != c.want {
			t.Errorf("%v: %d, not %d", c.v, got, c.want)
		}
	}
}
