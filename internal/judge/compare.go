package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
)

// verdict is the outcome of comparing two answers to one statement.
type verdict uint8

const (
	equal     verdict = iota
	refused           // 0A000 from Waggle alone
	worded            // the same SQLSTATE, but another message or position
	different         // anything else
)

// compare judges Waggle's answer by PostgreSQL's as DECISIONS 24 says: columns, rows (ordered as far as the statement says so), command tag,
// SQLSTATE; then message and position, where PostgreSQL gives one. The note says what differs.
func compare(sql string, want, got *answer, binary bool) (verdict, string) {
	switch {
	case got.refused() && !want.refused():
		return refused, got.failure.message
	case want.failure != nil || got.failure != nil:
		return compareFailures(want.failure, got.failure)
	case !slices.Equal(want.columns, got.columns):
		return different, "columns"
	case want.tag != got.tag:
		return different, "command tag"
	}
	if !sameRows(want, got, binary, ordered(sql)) {
		return different, "rows"
	}
	return equal, ""
}

func compareFailures(want, got *failure) (verdict, string) {
	switch {
	case want == nil || got == nil || want.code != got.code:
		return different, "error"
	case want.message != got.message:
		return worded, "message"
	case want.position != 0 && want.position != got.position:
		return worded, fmt.Sprintf("position %d, not %d", got.position, want.position)
	}
	return equal, ""
}

// ordered reports whether the statement's own ORDER BY stands outside all parentheses.
func ordered(sql string) bool {
	depth, text := 0, strings.ToUpper(sql)
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '(':
			depth++
		case ')':
			depth--
		case '\'':
			if end := strings.IndexByte(text[i+1:], '\''); end >= 0 {
				i += end + 1
			}
		case 'O':
			if depth == 0 && strings.HasPrefix(text[i:], "ORDER BY") {
				return true
			}
		}
	}
	return false
}

func sameRows(want, got *answer, binary, ordered bool) bool {
	if len(want.rows) != len(got.rows) {
		return false
	}
	a, b := want.rows, got.rows
	if !ordered {
		a, b = want.sorted(binary), got.sorted(binary)
	}
	for i := range a {
		if !sameRow(want.columns, a[i], b[i], binary) {
			return false
		}
	}
	return true
}

// sorted orders the rows by values in one form: floating-point numbers to nine digits first, as they may differ in the last ones,
// without the sign of zero and of NaN.
func (a *answer) sorted(binary bool) [][]cell {
	type keyed struct{ key, row []cell }
	all := make([]keyed, len(a.rows))
	for i, r := range a.rows {
		all[i] = keyed{slices.Clone(r), r}
		for k, c := range r {
			oid := a.columns[k].oid
			if f, ok := float(oid, c, binary); ok && c != nil && (oid == pgcat.Float8 || oid == pgcat.Float4) {
				all[i].key[k] = fmt.Appendf(nil, "%.9g", f+0)
			}
		}
	}
	slices.SortStableFunc(all, func(x, y keyed) int {
		for i := range x.key {
			if c := cmp.Or(cmp.Compare(btoi(x.key[i] == nil), btoi(y.key[i] == nil)), bytes.Compare(unsigned(x.key[i]), unsigned(y.key[i]))); c != 0 {
				return c
			}
		}
		return a.numbers(x.row, y.row, binary)
	})
	out := make([][]cell, len(all))
	for i := range all {
		out[i] = all[i].row
	}
	return out
}

// numbers orders rows whose floating-point numbers differ behind the ninth digit alone.
func (a *answer) numbers(x, y []cell, binary bool) int {
	for i, c := range a.columns {
		f, ok := float(c.oid, x[i], binary)
		g, also := float(c.oid, y[i], binary)
		if n := cmp.Compare(f, g); ok && also && n != 0 {
			return n
		}
	}
	return 0
}

// unsigned takes the sign from a floating-point zero: either may stand for a group of both.
func unsigned(c cell) cell {
	if string(c) == "-0" {
		return c[1:]
	}
	return c
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func sameRow(cols []column, a, b []cell, binary bool) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if (a[i] == nil) != (b[i] == nil) {
			return false
		}
		if !bytes.Equal(a[i], b[i]) && !closeFloats(cols[i].oid, a[i], b[i], binary) {
			return false
		}
	}
	return true
}

// closeFloats reports whether two cells are floating-point numbers within 1e-12 of each other, as sums and averages add in any order, or
// NaN of whatever sign.
func closeFloats(oid uint32, a, b cell, binary bool) bool {
	if oid != pgcat.Float8 && oid != pgcat.Float4 {
		return false
	}
	x, ok1 := float(oid, a, binary)
	y, ok2 := float(oid, b, binary)
	bound := 1e-12
	if oid == pgcat.Float4 {
		bound = 1e-6
	}
	return ok1 && ok2 && (math.Abs(x-y) <= bound*math.Abs(x) || math.IsNaN(x) && math.IsNaN(y))
}

func float(oid uint32, c cell, bin bool) (float64, bool) {
	switch {
	case bin && oid == pgcat.Float8 && len(c) == 8:
		return math.Float64frombits(binary.BigEndian.Uint64(c)), true
	case bin && oid == pgcat.Float4 && len(c) == 4:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(c))), true
	case bin:
		return 0, false
	}
	f, err := strconv.ParseFloat(string(c), 64)
	return f, err == nil
}
