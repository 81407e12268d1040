package planner

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// The guard's limits (DECISIONS 23). libpg_query recurses along chains and dies of them (invariant 5), so they are
// counted on tokens, before any parser sees the text.
const (
	maxBytes   = 16 << 20
	maxTokens  = 500_000
	maxNesting = 250
	maxChain   = 2_000
)

// guard counts the tokens of one statement as they pass.
type guard struct {
	tokens int
	// one frame for each open bracket or CASE; the last is the innermost
	level [maxNesting + 1]level
	depth int
	prev  tokenKind
	last  string
}

// level counts what makes the parser's tree deep inside one bracket. AND, OR and commas make flat lists, bounded by
// tokens alone, and begin a new run of operators; joins and set operations go on behind them.
type level struct{ operators, joins int }

func (g *guard) reset() { *g = guard{} }

func (g *guard) token(t token, text string) error {
	g.tokens++
	if g.tokens > maxTokens {
		return tooComplex(t, "tokens", maxTokens)
	}
	word := t.text(text)
	switch t.kind {
	case tokenPunct:
		if err := g.punct(t, word); err != nil {
			return err
		}
	case tokenOperator:
		if err := g.link(t); err != nil {
			return err
		}
	case tokenWord:
		if err := g.keyword(t, word); err != nil {
			return err
		}
	}
	g.prev, g.last = t.kind, word
	return nil
}

func (g *guard) punct(t token, word string) error {
	switch word {
	case "(", "[":
		return g.open(t)
	case ")", "]":
		g.close()
	case ",":
		g.level[g.depth].operators = 0
	case "::":
		return g.link(t)
	}
	return nil
}

func (g *guard) open(t token) error {
	if g.prev == tokenPunct && (g.last == "]" || g.last == ")") {
		if err := g.link(t); err != nil {
			return err
		}
	}
	g.depth++
	if g.depth > maxNesting {
		return tooComplex(t, "levels of nesting", maxNesting)
	}
	g.level[g.depth] = level{}
	return nil
}

func (g *guard) close() {
	if g.depth > 0 {
		g.depth--
	}
}

func (g *guard) link(t token) error {
	g.level[g.depth].operators++
	return g.check(t, g.level[g.depth].operators)
}

func (g *guard) check(t token, links int) error {
	if links > maxChain {
		return tooComplex(t, "operators, casts, joins or set operations in a chain", maxChain)
	}
	return nil
}

// keyword counts words that chain (JOIN, UNION, NOT, IS, COLLATE …) or nest (CASE … END), and ends a run at AND and OR.
func (g *guard) keyword(t token, word string) error {
	if len(word) > len("intersect") {
		return nil
	}
	switch strings.ToLower(word) {
	case "join", "union", "intersect", "except":
		g.level[g.depth].joins++
		return g.check(t, g.level[g.depth].joins)
	case "not", "is", "isnull", "notnull", "collate", "like", "ilike", "between", "in", "at", "similar", "escape", "operator":
		return g.link(t)
	case "case":
		return g.open(t)
	case "end":
		g.close()
	case "and", "or":
		g.level[g.depth].operators = 0
	}
	return nil
}

func tooComplex(t token, what string, limit int) error {
	return pgerr.New(pgerr.StatementTooComplex, "statement is too complex").
		WithDetail("It has more than %d %s.", limit, what).
		WithHint("Split the statement, or pass a long list of values as one array parameter.").At(t.start)
}

// CheckLength refuses a text of more bytes than Split takes, before it is copied anywhere.
func CheckLength(n int) error {
	if n <= maxBytes {
		return nil
	}
	return pgerr.New(pgerr.StatementTooComplex, "statement is too long").
		WithDetail("It has %d bytes; the limit is %d.", n, maxBytes).
		WithHint("Split the statement, or pass large values as parameters.")
}
