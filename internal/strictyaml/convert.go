package strictyaml

import (
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// node converts the parser's tree to ours.
func (r *reader) node(n ast.Node) *Node {
	at := r.place(n.GetToken())
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			at = r.place(n.Values[0].Key.GetToken())
		}
		return r.mapping(at, n.Values)
	case *ast.MappingValueNode:
		return r.mapping(r.place(n.Key.GetToken()), []*ast.MappingValueNode{n})
	case *ast.SequenceNode:
		list := &Node{Kind: List, At: at}
		for _, v := range n.Values {
			list.Items = append(list.Items, r.node(v))
		}
		return list
	case *ast.StringNode:
		if n.Token.Type == token.SingleQuoteType || n.Token.Type == token.DoubleQuoteType {
			at.Column++
		}
		return &Node{Kind: Text, At: at, Text: n.Value}
	case *ast.LiteralNode:
		return &Node{Kind: Text, At: r.block(at), Text: n.Value.Value}
	case *ast.NullNode:
		return &Node{Kind: Null, At: at}
	case *ast.BoolNode:
		text := "false"
		if n.Value {
			text = "true"
		}
		return &Node{Kind: Boolean, At: at, Text: text}
	case *ast.IntegerNode:
		return &Node{Kind: Integer, At: at, Text: n.Token.Value}
	case *ast.FloatNode:
		return &Node{Kind: Number, At: at, Text: n.Token.Value}
	case *ast.InfinityNode, *ast.NanNode:
		return &Node{Kind: Number, At: at, Text: n.GetToken().Value}
	case *ast.AnchorNode, *ast.AliasNode:
		return r.refuse(n, "anchors and aliases")
	case *ast.TagNode:
		return r.refuse(n, "tags")
	}
	return r.refuse(n, "values of this kind")
}

func (r *reader) mapping(at Place, values []*ast.MappingValueNode) *Node {
	m := &Node{Kind: Map, At: at}
	seen := make(map[string]int, len(values))
	for _, v := range values {
		key := r.key(v.Key)
		if key == nil {
			continue
		}
		if line, dup := seen[key.Text]; dup {
			r.problems.Add(key.At, "remove one", "%q stands here twice, first in line %d", key.Text, line)
			continue
		}
		seen[key.Text] = key.At.Line
		m.Pairs = append(m.Pairs, Pair{Key: key.Text, At: key.At, Value: r.node(v.Value)})
	}
	return m
}

// key returns a scalar key, nil (with a problem) for any other.
func (r *reader) key(k ast.MapKeyNode) *Node {
	if k == nil {
		return nil
	}
	if k.IsMergeKey() {
		r.refuse(k, "merge keys")
		return nil
	}
	n, ok := k.(ast.Node)
	if !ok {
		return nil
	}
	if explicit, ok := n.(*ast.MappingKeyNode); ok {
		if n = explicit.Value; n == nil {
			return nil
		}
	}
	key := r.node(n)
	switch key.Kind {
	case List, Map:
		r.problems.Add(key.At, "", "a key must be a single word or text")
		return nil
	case Null:
		key.Text = n.GetToken().Value
	}
	return key
}

// block returns the place of a block scalar's first character: the first line after its header that is not blank.
func (r *reader) block(header Place) Place {
	for i := header.Line; i < len(r.lines); i++ {
		if text := strings.TrimLeft(r.lines[i], " "); text != "" {
			return Place{File: header.File, Line: i + 1, Column: len(r.lines[i]) - len(text) + 1}
		}
	}
	return header
}
