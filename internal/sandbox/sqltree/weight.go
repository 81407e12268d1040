package sqltree

import (
	"strings"
)

// DuckDB expands macros by substitution, so that an argument under nested macros multiplies, and binding what comes out takes long.
// maxExpanded bounds the words of a compiled text after expansion.
const maxExpanded = 100_000

// macroWeight is how often a macro repeats the parameter that it repeats most, and how many words it adds of its own; the macros that
// it calls are included.
type macroWeight struct{ factor, words int }

// Weights are macros by their names.
type Weights map[string]macroWeight

// Weigh weighs macros, each "name(parameters) AS body", in their order: each calls earlier ones alone.
func Weigh(macros []string) Weights {
	weights := Weights{}
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

// TooWide says whether a text has more than maxExpanded words once its macros are expanded.
func (w Weights) TooWide(sql string) bool { return scan(sql, w, "") > maxExpanded }

// scan counts the words of a DuckDB text (or one word alone), each as often as the calls around it repeat their arguments. It stops
// beyond maxExpanded.
func scan(sql string, weights Weights, only string) (total int) {
	factors := []int{1}
	for i := 0; i < len(sql) && total <= maxExpanded; i++ {
		switch c := sql[i]; {
		case c == '\'' || c == '"':
			i += strings.IndexByte(sql[i+1:], c) + 1
		case c == '(':
			factors = append(factors, factors[len(factors)-1])
		case c == ')' && len(factors) > 1:
			factors = factors[:len(factors)-1]
		case IsLetter(c):
			from := i
			for i+1 < len(sql) && (IsLetter(sql[i+1]) || isDigit(sql[i+1])) {
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
