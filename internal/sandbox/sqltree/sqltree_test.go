package sqltree

import (
	"fmt"
	"strings"
	"testing"
)

// plain is a small language: upper-casing, with + and *.
var plain = &Language{Reserved: WordSet("SELECT FROM WHERE AND OR NOT GROUP BY ORDER LIMIT JOIN ON AS IN UNION EXCEPT"), Levels: [][]string{{"+"}, {"*"}},
	Compares: []string{"="}, Operators: []string{"->", "::"}, Singles: "()[],.:+*=-<>", Types: WordSet("INT ARRAY"), Nested: WordSet("ARRAY"), Exclude: "EXCEPT", MaxText: 1 << 20,
	MaxList: 3, Escape: func(s string, b *strings.Builder) (int, bool) { return 0, false }}

func parse(text string, lang *Language) (*Query, *Fault) {
	p, fault := NewParser(text, lang)
	if fault != nil {
		return nil, fault
	}
	q, fault := p.Query()
	if fault == nil && p.Peek().Kind != TEnd {
		fault = p.Unexpected()
	}
	return q, fault
}

func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		"SELECT a + b * c FROM t":                  "",
		"SELECT * EXCEPT (a) FROM t":               "",
		"SELECT 1 EXCEPT (SELECT 2)":               "",
		"SELECT a::ARRAY<INT> FROM t":              "",
		"SELECT a::INT < b FROM t":                 "{14 < 0 false}",
		"SELECT a IN (1, 2, 3)":                    "",
		"SELECT a IN (1, 2, 3, 4)":                 "{7  4 false}",
		"SELECT a -> b":                            "{9 -> 0 false}",
		"SELECT":                                   "{6 <EOF> 0 false}",
		"SELECT 'open":                             "{7 ' 0 false}",
		"SELECT \xff":                              "{0 <invalid character> 0 false}",
		"SELECT " + strings.Repeat("(", 500) + "1": "{0  0 true}",
	} {
		_, fault := parse(text, plain)
		got := ""
		if fault != nil {
			got = fmt.Sprint(*fault)
		}
		if got != want {
			t.Errorf("%.40s: %s, want %s", text, got, want)
		}
	}
}

func TestPrecedence(t *testing.T) {
	q, fault := parse("SELECT a + b * c = d AND e OR f", plain)
	if fault != nil {
		t.Fatal(fault)
	}
	or := q.Body.(*SelectBody).Items[0].X.(*Logic)
	and := or.Xs[0].(*Logic)
	eq := and.Xs[0].(*Binary)
	sum := eq.L.(*Binary)
	if or.Op+and.Op+eq.Op+sum.Op+sum.R.(*Binary).Op != "ORAND=+*" {
		t.Errorf("%s %s %s %s", or.Op, and.Op, eq.Op, sum.Op)
	}
	if from, to := eq.Pos(); from != 7 || to != 20 {
		t.Errorf("the equality is at %d to %d", from, to)
	}
}

func TestFill(t *testing.T) {
	if got := Fill("f($1, $2) + g($*) $", []string{"a", "b"}); got != "f(a, b) + g(a, b) $" {
		t.Error(got)
	}
	if got := Quote(`a"b`) + Text("it's"); got != `"a""b"'it''s'` {
		t.Error(got)
	}
}

// TestWeights: a macro that repeats its argument multiplies with each level of nesting.
func TestWeights(t *testing.T) {
	w := Weigh([]string{"twice(x) AS (x + x)", "once(x) AS f(x)"})
	nest := func(name string, n int) string { return strings.Repeat(name+"(", n) + "a" + strings.Repeat(")", n) }
	if w.TooWide(nest("once", 100)) || w.TooWide(nest("twice", 10)) || !w.TooWide(nest("twice", 30)) || w.TooWide("'"+nest("twice", 30)+"'") {
		t.Error("weights")
	}
}

func TestRaised(t *testing.T) {
	class, state, message, ok := Raised("Conversion Error: 'A|C|22012|a|b|Z' to INT32", "A|", "|Z")
	if !ok || class != "C" || state != "22012" || message != "a|b" {
		t.Error(class, state, message, ok)
	}
	for _, text := range []string{"", "A|C|22012|x", "A|C|Z"} {
		if _, _, _, ok := Raised(text, "A|", "|Z"); ok {
			t.Errorf("%q is none", text)
		}
	}
}
