package dialect

import (
	"cmp"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/planner/plan"
)

// soqlPart replaces a list by some of its values.
type soqlPart struct {
	of    plan.Expr
	items []datum.Value
	oid   uint32
}

// split cuts a statement that is too long for an address into several, each with a part of its longest list. Texts that are equal
// but for their case stay together, since a row is found by any of them.
func (p *soql) split(q *soqlQuery, out []plan.ColID, t *Text) {
	if pathLength(t.Text) <= maxSOQLPath || !q.bare() {
		return
	}
	part := p.longest(q)
	if part == nil {
		return
	}
	all := part.items
	part.items = nil
	p.part = part
	defer func() { p.part = nil }()
	room := maxSOQLPath - pathLength(p.statement(q, out)) - 100
	var parts []string
	for start := 0; start < len(all); {
		end, used := start, 0
		for end < len(all) && (end == start || used < room || sameFold(all[end-1], all[end])) {
			used += pathLength(string(datum.AppendText(nil, part.oid, all[end], &datum.Env{}))) + len("%27%27%2C+")
			end++
		}
		part.items = all[start:end]
		parts = append(parts, p.statement(q, out))
		start = end
	}
	t.Records.Parts = parts
}

// longest is the longest list among the terms of the conditions, its values in an order that keeps equal ones together.
func (p *soql) longest(q *soqlQuery) *soqlPart {
	var best *soqlPart
	for _, t := range q.where {
		in, ok := t.(*plan.In)
		if any, isAny := t.(*plan.AnyAll); !isAny && (!ok || in.Negated) || isAny && (any.All || any.Op != "=") {
			continue
		}
		items, oid, known, ok := p.items(t)
		if ok && known && (best == nil || len(items) > len(best.items)) {
			best = &soqlPart{of: t, items: distinctOf(items, oid), oid: oid}
		}
	}
	return best
}

// distinctOf is the values but NULL, each once; texts that Salesforce may take for equal are neighbours.
func distinctOf(items []datum.Value, oid uint32) []datum.Value {
	out := slices.DeleteFunc(slices.Clone(items), func(v datum.Value) bool { return v == nil })
	slices.SortFunc(out, func(a, b datum.Value) int {
		return cmp.Or(strings.Compare(foldOf(a), foldOf(b)), datum.Compare(oid, a, b))
	})
	return slices.CompactFunc(out, func(a, b datum.Value) bool { return datum.Compare(oid, a, b) == 0 })
}

// foldOf is the same for values that one literal may stand for: texts that differ in case, moments of one second.
func foldOf(v datum.Value) string {
	switch v := v.(type) {
	case datum.Text:
		return folded(strings.TrimSpace(string(v)))
	case datum.Timestamp:
		return strconv.FormatFloat(math.Floor(float64(v)/1e6), 'f', 0, 64)
	}
	return ""
}

func sameFold(a, b datum.Value) bool { return foldOf(a) != "" && foldOf(a) == foldOf(b) }

// pathLength is how many bytes a text takes in an address.
func pathLength(s string) int { return len(url.QueryEscape(s)) }

// folded is the same text for all texts that differ in case alone.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, s)
}
