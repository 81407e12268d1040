package gcal

import "fmt"

// fieldTree says which fields a resource has; a nil tree is a field without fields of its own, or one that is open.
type fieldTree map[string]fieldTree

// selection is a parsed `fields` parameter (https://developers.google.com/calendar/api/guides/performance#partial): nil selects
// everything below.
type selection map[string]selection

// parser reads the syntax: a,b · a/b · a(b,c) · *.
type parser struct {
	text string
	at   int
}

// selection parses and checks the fields parameter.
func (in *input) selection() (selection, *refusal) {
	if !in.query.Has("fields") {
		return nil, nil
	}
	text := in.query.Get("fields")
	p := &parser{text: text}
	sel, ok := p.list(0)
	if !ok || p.at != len(text) {
		return nil, badParameter("fields", "Invalid field selection "+text)
	}
	if name := sel.unknown(in.op.fields); name != "" {
		return nil, badParameter("fields", fmt.Sprintf("Invalid field selection %s", name))
	}
	return sel, nil
}

// maxDepth bounds the nesting of a selection.
const maxDepth = 32

func (p *parser) list(depth int) (selection, bool) {
	sel := selection{}
	for depth < maxDepth {
		name, inner, ok := p.item(depth)
		if !ok {
			return nil, false
		}
		sel.merge(name, inner)
		if !p.eat(',') {
			return sel, true
		}
	}
	return nil, false
}

func (p *parser) item(depth int) (string, selection, bool) {
	name := p.name()
	if name == "" || depth >= maxDepth {
		return "", nil, false
	}
	switch {
	case p.eat('/'):
		below, inner, ok := p.item(depth + 1)
		return name, selection{below: inner}, ok
	case p.eat('('):
		inner, ok := p.list(depth + 1)
		return name, inner, ok && p.eat(')')
	}
	return name, nil, true
}

func (p *parser) name() string {
	start := p.at
	if p.eat('*') {
		return "*"
	}
	for p.at < len(p.text) && (p.text[p.at]|0x20 >= 'a' && p.text[p.at]|0x20 <= 'z' || p.text[p.at] >= '0' && p.text[p.at] <= '9') {
		p.at++
	}
	return p.text[start:p.at]
}

func (p *parser) eat(c byte) bool {
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

// merge adds a field; whole wins over parts.
func (sel selection) merge(name string, inner selection) {
	old, seen := sel[name]
	switch {
	case !seen:
		sel[name] = inner
	case old == nil || inner == nil:
		sel[name] = nil
	default:
		for below, deeper := range inner {
			old.merge(below, deeper)
		}
	}
}

// unknown returns a field that a resource does not have, or "".
func (sel selection) unknown(tree fieldTree) string {
	for name, inner := range sel {
		below, ok := tree[name]
		if name == "*" { // what follows a * must hold for those fields only that have it
			continue
		}
		if !ok {
			return name
		}
		if bad := inner.unknown(below); bad != "" {
			return bad
		}
	}
	return ""
}

// prune keeps what is selected of an answer; arrays are entered.
func (sel selection) prune(v any) any {
	if sel == nil {
		return v
	}
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, value := range v {
			inner, ok := sel[name]
			if !ok {
				inner, ok = sel["*"]
			}
			if ok {
				out[name] = inner.prune(value)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = sel.prune(v[i])
		}
		return out
	}
	return v
}
