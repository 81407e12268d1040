package sfsql

import (
	"strings"
)

// DuckDB expands macros by substitution, so that an argument under nested macros multiplies, and binding what comes out takes long.
// maxExpanded bounds the words of a compiled text after expansion.
const maxExpanded = 100_000

// macroWeight is how often a macro repeats the parameter that it repeats most, and how many words it adds of its own; the macros that
// it calls are included.
type macroWeight struct{ factor, words int }

var macroWeights = weigh(macros)

// weigh weighs macros in their order: each calls earlier ones alone.
func weigh(macros []string) map[string]macroWeight {
	weights := map[string]macroWeight{}
	for _, m := range macros {
		head, body, _ := strings.Cut(m, " AS ")
		name, params, _ := strings.Cut(strings.TrimSuffix(head, ")"), "(")
		w := macroWeight{1, scan(body, weights, "")}
		for _, p := range strings.Split(params, ", ") {
			if p != "" {
				w.factor = max(w.factor, scan(body, weights, p))
			}
		}
		weights[name] = w
	}
	return weights
}

// expanded is how many words a text has once its macros are expanded, at least maxExpanded+1 when they are more.
func expanded(sql string) int { return scan(sql, macroWeights, "") }

// scan counts the words of a DuckDB text (or one word alone), each as often as the calls around it repeat their arguments. It stops
// beyond maxExpanded.
func scan(sql string, weights map[string]macroWeight, only string) (total int) {
	factors := []int{1}
	for i := 0; i < len(sql) && total <= maxExpanded; i++ {
		switch c := sql[i]; {
		case c == '\'' || c == '"':
			i += strings.IndexByte(sql[i+1:], c) + 1
		case c == '(':
			factors = append(factors, factors[len(factors)-1])
		case c == ')' && len(factors) > 1:
			factors = factors[:len(factors)-1]
		case isLetter(c):
			from := i
			for i+1 < len(sql) && (isLetter(sql[i+1]) || isDigit(sql[i+1])) {
				i++
			}
			word, factor := sql[from:i+1], factors[len(factors)-1]
			w, isMacro := weights[word]
			switch {
			case only == "":
				total += factor * (1 + w.words)
			case word == only:
				total += factor
			}
			if isMacro && i+1 < len(sql) && sql[i+1] == '(' {
				factors = append(factors, min(factor*w.factor, maxExpanded))
				i++
			}
		}
	}
	return total
}
