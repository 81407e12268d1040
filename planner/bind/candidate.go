package bind

import "github.com/waggle-sql/waggle/internal/pgcat"

// candidate is a function or operator that a call might mean. Args are its declared types, one for each actual argument.
type candidate struct {
	args     []uint32
	proc     *pgcat.Proc
	op       *pgcat.Operator
	variadic bool  // Args end with the expanded VARIADIC element type
	defaults int   // how many arguments are left to their defaults
	order    []int // for named notation: order[i] is the parameter that actual argument i fills
	result   uint32
}

// matchArgs keeps the candidates whose parameters accept the arguments implicitly (func_match_argtypes).
func matchArgs(actual []uint32, all []candidate) []candidate {
	var out []candidate
	for _, c := range all {
		if canCoerce(actual, c.args[:len(actual)], implicit) {
			out = append(out, c)
		}
	}
	return out
}

// selectCandidate chooses among several candidates (func_select_candidate); ok is false when the choice is ambiguous.
func selectCandidate(actual []uint32, cands []candidate) (candidate, bool) {
	bases := make([]uint32, len(actual))
	unknowns := 0
	for i, a := range actual {
		bases[i] = pgcat.Unknown
		if a == pgcat.Unknown {
			unknowns++
		} else {
			bases[i] = baseOf(a)
		}
	}
	exact := func(c candidate) int {
		return count(bases, func(i int, t uint32) bool { return t != pgcat.Unknown && c.args[i] == t })
	}
	if cands = best(cands, exact); len(cands) == 1 {
		return cands[0], true
	}
	liked := func(c candidate) int {
		return count(bases, func(i int, t uint32) bool {
			return t != pgcat.Unknown && (c.args[i] == t || preferredFor(category(t), c.args[i]))
		})
	}
	if cands = best(cands, liked); len(cands) == 1 {
		return cands[0], true
	}
	if unknowns == 0 {
		return candidate{}, false
	}
	cands, ok := byCategory(bases, cands)
	if !ok {
		return candidate{}, false
	}
	if len(cands) == 1 {
		return cands[0], true
	}
	return bySiblings(bases, unknowns, cands)
}

func preferredFor(cat byte, oid uint32) bool {
	t := typ(oid)
	return t.Category == cat && t.Preferred
}

func count(types []uint32, f func(i int, t uint32) bool) int {
	n := 0
	for i, t := range types {
		if f(i, t) {
			n++
		}
	}
	return n
}

// best keeps the candidates with the highest score.
func best(cands []candidate, score func(candidate) int) []candidate {
	top, out := -1, []candidate(nil)
	for _, c := range cands {
		switch n := score(c); {
		case n > top:
			top, out = n, []candidate{c}
		case n == top:
			out = append(out, c)
		}
	}
	return out
}

// byCategory resolves unknown literals by the category that the candidates agree on, string first.
func byCategory(bases []uint32, cands []candidate) ([]candidate, bool) {
	slot := make([]byte, len(bases))
	needPreferred := make([]bool, len(bases))
	resolved := true
	for i, t := range bases {
		if t != pgcat.Unknown {
			continue
		}
		cat, pref, clash := slotCategory(i, cands)
		if clash {
			resolved = false
			break
		}
		slot[i], needPreferred[i] = cat, pref
	}
	if !resolved {
		return cands, true
	}
	var out []candidate
	for _, c := range cands {
		keep := true
		for i := range bases {
			if slot[i] == 0 {
				continue
			}
			t := typ(c.args[i])
			if t.Category != slot[i] || needPreferred[i] && !t.Preferred {
				keep = false
				break
			}
		}
		if keep {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return cands, true
	}
	return out, true
}

func slotCategory(i int, cands []candidate) (cat byte, pref, clash bool) {
	for n, c := range cands {
		t := typ(c.args[i])
		switch {
		case n == 0:
			cat, pref = t.Category, t.Preferred
		case t.Category == cat:
			pref = pref || t.Preferred
		case t.Category == 'S':
			cat, pref, clash = 'S', t.Preferred, false
		case cat != 'S':
			clash = true
		}
	}
	return cat, pref, clash
}

// bySiblings assumes that unknown literals have the type that all known arguments share.
func bySiblings(bases []uint32, unknowns int, cands []candidate) (candidate, bool) {
	if unknowns >= len(bases) {
		return candidate{}, false
	}
	known := uint32(pgcat.Unknown)
	for _, t := range bases {
		switch {
		case t == pgcat.Unknown:
		case known == pgcat.Unknown:
			known = t
		case known != t:
			return candidate{}, false
		}
	}
	if known == pgcat.Unknown {
		return candidate{}, false
	}
	same := make([]uint32, len(bases))
	for i := range same {
		same[i] = known
	}
	if fit := matchArgs(same, cands); len(fit) == 1 {
		return fit[0], true
	}
	return candidate{}, false
}
