package strictyaml

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

func shape() *Shape {
	return &Shape{Kind: Object, Fields: []Field{
		{Name: "name", Required: true, Shape: &Shape{Pattern: regexp.MustCompile(`^[a-z]+$`), Noun: "lower-case letters"}},
		{Name: "count", Shape: &Shape{Kind: Whole}},
		{Name: "on", Shape: &Shape{Kind: Flag}},
		{Name: "color", Shape: &Shape{Enum: []string{"red", "green"}}},
		{Name: "words", Shape: &Shape{Kind: OneOrList, Elem: &Shape{}}},
		{Name: "list", Shape: &Shape{Kind: ListOf, Elem: &Shape{Kind: Whole}, NonEmpty: true}},
		{Name: "map", Shape: &Shape{Kind: MapOf, Elem: &Shape{}, NonEmpty: true}},
	}}
}

// TestRead prints a document as it was read, and its problems: of YAML alone (read), or of the shape above (check).
func TestRead(t *testing.T) {
	golden.Run(t, "testdata/*.test", func(t *testing.T, c *golden.Case) string {
		var problems Problems
		n := Read("f.yaml", []byte(c.Input), &problems)
		if n != nil && c.Command == "check" {
			shape().Check(n, "the file", &problems)
		}
		if err := problems.Err(); err != nil {
			return err.Error()
		}
		return show(n)
	})
}

func show(n *Node) string {
	switch {
	case n == nil:
		return "nothing"
	case n.Kind == List:
		var items []string
		for _, i := range n.Items {
			items = append(items, show(i))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case n.Kind == Map:
		var items []string
		for _, p := range n.Pairs {
			items = append(items, fmt.Sprintf("%s@%d:%d = %s", p.Key, p.At.Line, p.At.Column, show(p.Value)))
		}
		return "{" + strings.Join(items, ", ") + "}"
	}
	return fmt.Sprintf("%s(%q)@%d:%d", [...]string{"null", "text", "integer", "number", "boolean"}[n.Kind], n.Text, n.At.Line, n.At.Column)
}

func TestLimits(t *testing.T) {
	for name, text := range map[string]string{
		"deep flow":    strings.Repeat("[", 100_000),
		"deep maps":    strings.Repeat("{a: ", 100_000),
		"deep entries": strings.Repeat("- ", 100_000),
		"deep keys":    strings.Repeat("? ", 100_000),
		"too large":    strings.Repeat("a", maxBytes+1),
		"not UTF-8":    "a: \xff",
	} {
		var problems Problems
		if Read("f.yaml", []byte(text), &problems); problems.Empty() {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestErrors(t *testing.T) {
	var problems Problems
	problems.Add(Place{"b.yaml", 1, 1}, "", "second")
	problems.Add(Place{"a.yaml", 2, 3}, "do this", "first")
	err := problems.Err()
	if want := "a.yaml:2:3: first: do this\nb.yaml:1:1: second"; err.Error() != want || pgerr.From(err).Message != want {
		t.Errorf("got %s", err)
	}
	if pgerr.Code(err) != pgerr.ConfigFile {
		t.Errorf("code %s", pgerr.Code(err))
	}
}

func TestSuggest(t *testing.T) {
	for word, want := range map[string]string{"clor": "did you mean color?", "COLOR": "did you mean color?", "cuont": "did you mean count?",
		"xyzzy": "known are name, count, on, color, words, list, map"} {
		if got := Suggest(word, shape().names()); got != want {
			t.Errorf("%s: %s", word, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{"a: b", "- 1\n- 2", "a: |\n  x\n  y\n", "a: &x 1\nb: *x", "? a\n: b", "<<: {}", "---\n...\n---\n", "a: !!binary x", "\"\\x\": '"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var problems Problems
		if n := Read("f.yaml", data, &problems); n != nil {
			shape().Check(n, "the file", &problems)
			show(n)
		}
		for _, p := range problems.list {
			if p.At.Line < 1 || p.At.Column < 1 {
				t.Errorf("%+v", p)
			}
		}
	})
}
