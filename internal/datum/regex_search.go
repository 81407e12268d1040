package datum

import (
	"unicode/utf8"
)

// find returns the bounds of the first match that begins at an offset or later, nil for none. Patterns with edges are
// searched by each instead.
func (r *regex) find(s string, from int) []int {
	if from == 0 {
		return r.FindStringSubmatchIndex(s)
	}
	loc := r.later.FindStringSubmatchIndex(s[from:])
	for i := range loc {
		if loc[i] >= 0 {
			loc[i] += from
		}
	}
	return loc
}

// each calls yield with the matches from an offset on, as PostgreSQL iterates: after an empty match the search goes on
// one character later, after another one at its end. yield returns false to stop.
func (r *regex) each(s string, from int, yield func(loc []int) bool) error {
	if r.edges {
		return r.eachEdged(s, from, yield)
	}
	for from <= len(s) {
		loc := r.find(s, from)
		if loc == nil || !yield(loc) {
			return nil
		}
		from = loc[1]
		if loc[0] == loc[1] {
			_, n := utf8.DecodeRuneInString(s[from:])
			from += max(n, 1)
		}
	}
	return nil
}

// eachEdged searches from the beginning, in one pass that knows what precedes each match.
func (r *regex) eachEdged(s string, from int, yield func(loc []int) bool) error {
	if from > 0 {
		return unsupportedRegex("a start position with word boundaries or line anchors")
	}
	for i, loc := range r.FindAllStringSubmatchIndex(s, -1) {
		if loc[0] == loc[1] && i > 0 {
			return unsupportedRegex("empty matches beside word boundaries or line anchors")
		}
		if !yield(loc) {
			return nil
		}
	}
	return nil
}

// group returns a group of a match, NULL when it took no part.
func group(s string, loc []int, i int) Value {
	if loc[2*i] < 0 {
		return nil
	}
	return Text(s[loc[2*i]:loc[2*i+1]])
}
