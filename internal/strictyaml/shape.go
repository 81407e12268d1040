package strictyaml

import (
	"regexp"
	"slices"
	"strings"
)

// Shape says what a value may be. It is data: Check and Schema read it.
type Shape struct {
	Doc      string
	Kind     ShapeKind
	Enum     []string       // texts allowed, nil for any
	Pattern  *regexp.Regexp // of a text
	Noun     string         // what Pattern describes: "a name of lower-case letters, digits and underscores"
	Fields   []Field        // of an Object
	Elem     *Shape         // of a ListOf, TextOrList or MapOf
	Keys     *Shape         // of a MapOf's keys (a text); nil for any
	NonEmpty bool           // of a ListOf or MapOf
}

// ShapeKind is the kind of a Shape.
type ShapeKind uint8

// AnyText accepts every scalar and reads its text. OneOrList is an Elem or a list of them.
const (
	AnyText ShapeKind = iota
	Whole
	Flag
	Object
	ListOf
	OneOrList
	MapOf
)

// Field is a key of an Object.
type Field struct {
	Name     string
	Required bool
	Shape    *Shape
}

// Check adds to problems what is wrong with n; what names n in the sentences.
func (s *Shape) Check(n *Node, what string, problems *Problems) {
	switch s.Kind {
	case AnyText, Whole, Flag:
		s.scalar(n, what, problems)
	case Object:
		s.object(n, what, problems)
	case ListOf, OneOrList:
		s.list(n, what, problems)
	case MapOf:
		s.mapOf(n, what, problems)
	}
}

func (s *Shape) scalar(n *Node, what string, problems *Problems) {
	wanted := map[ShapeKind]string{AnyText: "a text", Whole: "a whole number", Flag: "true or false"}[s.Kind]
	ok := n.Kind != Null && n.Kind != List && n.Kind != Map
	switch s.Kind {
	case Whole:
		ok = n.Kind == Integer
	case Flag:
		ok = n.Kind == Boolean
	}
	switch {
	case !ok:
		problems.Add(n.At, "", "%s must be %s", what, wanted)
	case s.Enum != nil && !slices.Contains(s.Enum, n.Text):
		problems.Add(n.At, suggest(n.Text, s.Enum), "%q is no value of %s", n.Text, what)
	case s.Pattern != nil && !s.Pattern.MatchString(n.Text):
		problems.Add(n.At, "", "%q is not a valid value of %s, which is %s", n.Text, what, s.Noun)
	}
}

func (s *Shape) object(n *Node, what string, problems *Problems) {
	if n.Kind != Map {
		problems.Add(n.At, "it has the keys "+strings.Join(s.names(), ", "), "%s must be a mapping", what)
		return
	}
	for _, p := range n.Pairs {
		f := s.field(p.Key)
		if f == nil {
			problems.Add(p.At, suggest(p.Key, s.names()), "%q is no key of %s", p.Key, what)
			continue
		}
		f.Shape.Check(p.Value, p.Key, problems)
	}
	for _, f := range s.Fields {
		if f.Required && n.Get(f.Name) == nil {
			problems.Add(n.At, "", "%s has no %s", what, f.Name)
		}
	}
}

func (s *Shape) list(n *Node, what string, problems *Problems) {
	switch {
	case n.Kind == List:
		for _, item := range n.Items {
			s.Elem.Check(item, "an item of "+what, problems)
		}
		if s.NonEmpty && len(n.Items) == 0 {
			problems.Add(n.At, "", "%s is empty", what)
		}
	case s.Kind == OneOrList:
		s.Elem.Check(n, what, problems)
	default:
		problems.Add(n.At, "write it in brackets", "%s must be a list", what)
	}
}

func (s *Shape) mapOf(n *Node, what string, problems *Problems) {
	if n.Kind == Null && !s.NonEmpty {
		return
	}
	if n.Kind != Map {
		problems.Add(n.At, "", "%s must be a mapping", what)
		return
	}
	for _, p := range n.Pairs {
		if s.Keys != nil {
			s.Keys.Check(&Node{Kind: Text, At: p.At, Text: p.Key}, "a name in "+what, problems)
		}
		s.Elem.Check(p.Value, p.Key, problems)
	}
	if s.NonEmpty && len(n.Pairs) == 0 {
		problems.Add(n.At, "", "%s is empty", what)
	}
}

func (s *Shape) field(name string) *Field {
	for i := range s.Fields {
		if s.Fields[i].Name == name {
			return &s.Fields[i]
		}
	}
	return nil
}

func (s *Shape) names() []string {
	names := make([]string, len(s.Fields))
	for i, f := range s.Fields {
		names[i] = f.Name
	}
	return names
}
