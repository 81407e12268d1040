package rest

import (
	"strconv"
	"strings"
)

// path is where a value lies in a JSON document: names joined by dots, [*] for every item of an array, [2] for one, and
// [name=value] for the items with that text: "context[*].objects[objectType=Account].objectId".
type path []step

type step struct {
	name        string // of a member; "" for a step into an array
	index       int    // of an item; -1 for all
	member, has string // only items whose member is this text
}

// parsePath reads a path; false when it is malformed.
func parsePath(text string) (path, bool) {
	var p path
	for text != "" {
		if text[0] == '[' {
			end := strings.IndexByte(text, ']')
			if end < 0 {
				return nil, false
			}
			s, ok := parseIndex(text[1:end])
			if !ok {
				return nil, false
			}
			p, text = append(p, s), text[end+1:]
			if text != "" && text[0] == '.' && len(text) > 1 && text[1] != '[' {
				text = text[1:]
			}
			continue
		}
		end := strings.IndexAny(text, ".[")
		name := text
		if end >= 0 {
			name = text[:end]
		}
		if name == "" || strings.ContainsAny(name, "]$ ") {
			return nil, false
		}
		p, text = append(p, step{name: name}), text[len(name):]
		if text == "." || strings.HasPrefix(text, ".[") {
			return nil, false
		}
		text = strings.TrimPrefix(text, ".")
	}
	return p, len(p) > 0
}

func parseIndex(text string) (step, bool) {
	if text == "*" {
		return step{index: -1}, true
	}
	if name, value, ok := strings.Cut(text, "="); ok {
		return step{index: -1, member: name, has: value}, name != ""
	}
	n, err := strconv.Atoi(text)
	return step{index: n}, err == nil && n >= 0
}

// misfit stands for a value of another kind than a path steps through: an array where a name is looked up, a text where
// items are. It is no value of any type.
type misfit struct{}

// each calls f with every value that p leads to, in the order of the document, until f returns false. A step that finds
// nothing or null ends its branch; one that finds another kind of value gives a misfit.
func (p path) each(v any, f func(any) bool) bool {
	if len(p) == 0 {
		return f(v)
	}
	s := p[0]
	if v == nil {
		return true
	}
	if s.name != "" {
		m, ok := v.(map[string]any)
		if !ok {
			return f(misfit{})
		}
		inner, ok := m[s.name]
		return !ok || p[1:].each(inner, f)
	}
	list, ok := v.([]any)
	switch {
	case !ok:
		return f(misfit{})
	case s.index >= 0:
		return s.index >= len(list) || p[1:].each(list[s.index], f)
	}
	for _, item := range list {
		if s.member != "" && !has(item, s.member, s.has) {
			continue
		}
		if !p[1:].each(item, f) {
			return false
		}
	}
	return true
}

func has(item any, member, text string) bool {
	m, _ := item.(map[string]any)
	s, ok := m[member].(string)
	return ok && s == text
}

// first returns the first value that is not null.
func (p path) first(v any) any {
	var found any
	p.each(v, func(x any) bool { found = x; return x == nil })
	return found
}

// text returns the first text, or "".
func (p path) text(v any) string {
	if p == nil {
		return ""
	}
	s, _ := p.first(v).(string)
	return s
}

// names returns the path's names when it has nothing else.
func (p path) names() ([]string, bool) {
	var names []string
	for _, s := range p {
		if s.name == "" {
			return nil, false
		}
		names = append(names, s.name)
	}
	return names, true
}
