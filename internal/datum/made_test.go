package datum

import (
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// TestMadeArraysHaveABound: an array of many items is refused before it takes memory.
func TestMadeArraysHaveABound(t *testing.T) {
	long := Text(strings.Repeat(",", maxMade))
	for signature, args := range map[string][]Value{
		"array_fill(anyelement,_int4)": {Int(0), &Array{Elem: pgcat.Int4, Items: []Value{Int(2048), Int(2049)}, Dims: []Dim{{Len: 2, Lower: 1}}}},
		"string_to_array(text,text)":   {long, Text(",")},
	} {
		p, ok := pgcat.ProcBySignature(signature)
		if !ok {
			t.Fatal(signature)
		}
		f := Func{Proc: p.OID, Args: []uint32{pgcat.Int4, pgcat.Int4}, Result: p.Result, Mod: -1}
		if _, err := Call(f, args, &Env{}); pgerr.Code(err) != pgerr.ProgramLimitExceeded {
			t.Errorf("%s: %v", signature, err)
		}
	}
	if _, err := stringToArray(nil, []Value{long + "x", nil}, nil); pgerr.Code(err) != pgerr.ProgramLimitExceeded {
		t.Error("characters:", err)
	}
}
