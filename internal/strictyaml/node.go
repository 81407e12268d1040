// Package strictyaml reads configuration and model files: YAML without anchors, tags or duplicate keys, checked against a
// Shape. The same Shape yields the file's JSON Schema, so that the two cannot differ. All problems are collected, each
// with its file, line and column.
package strictyaml

// Place is a position in a file, counted from 1.
type Place struct {
	File         string
	Line, Column int
}

// Kind is the form of a Node.
type Kind uint8

// Null is an empty value. Text, Integer, Number and Boolean are scalars as YAML 1.2's core schema reads them.
const (
	Null Kind = iota
	Text
	Integer
	Number
	Boolean
	List
	Map
)

// Node is a value of a document. A Node is immutable once read.
type Node struct {
	Kind  Kind
	At    Place  // of the first character; of the text itself for a quoted or block scalar
	Text  string // of a scalar
	Items []*Node
	Pairs []Pair
}

// Pair is one entry of a Map, in the order of the file.
type Pair struct {
	Key   string
	At    Place // of the key
	Value *Node
}

// Get returns the value of a key of a Map, or nil; a nil Node has no keys.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	for i := range n.Pairs {
		if n.Pairs[i].Key == key {
			return n.Pairs[i].Value
		}
	}
	return nil
}

// String returns the text of the scalar at key, or "".
func (n *Node) String(key string) string {
	if v := n.Get(key); v != nil {
		return v.Text
	}
	return ""
}

// Bool returns the boolean at key, false when absent.
func (n *Node) Bool(key string) bool {
	v := n.Get(key)
	return v != nil && v.Kind == Boolean && v.Text == "true"
}

// Strings returns the texts at key: of a list, or of one scalar; nil when absent.
func (n *Node) Strings(key string) []string {
	var out []string
	for _, v := range n.Get(key).Scalars() {
		out = append(out, v.Text)
	}
	return out
}

// Scalars returns the items of a list, or n itself when it is a scalar, or nil.
func (n *Node) Scalars() []*Node {
	switch {
	case n == nil || n.Kind == Null || n.Kind == Map:
		return nil
	case n.Kind == List:
		return n.Items
	}
	return []*Node{n}
}
