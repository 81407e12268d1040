package strictyaml

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// The limits of a file. maxDepth keeps the recursive parser within its stack.
const (
	maxBytes = 32 << 20
	maxDepth = 64
)

// Read parses a file with one document. It returns nil when the text is no YAML or the document is empty; what is wrong
// is added to problems.
func Read(file string, data []byte, problems *Problems) *Node {
	r := &reader{file: file, problems: problems}
	at := Place{File: file, Line: 1, Column: 1}
	switch {
	case len(data) > maxBytes:
		problems.Add(at, "split it", "the file is larger than %d MiB", maxBytes>>20)
		return nil
	case !utf8.Valid(data):
		problems.Add(at, "save it as UTF-8", "the file is not valid UTF-8")
		return nil
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
	r.lines = strings.Split(text, "\n")
	doc := r.parse(text)
	if doc == nil {
		return nil
	}
	return r.node(doc)
}

type reader struct {
	file     string
	lines    []string
	problems *Problems
}

// parse returns the document's body. The parser is not ours: what it panics on becomes a problem of the file.
func (r *reader) parse(text string) (body ast.Node) {
	defer func() {
		if recover() != nil {
			r.problems.Add(Place{File: r.file, Line: 1, Column: 1}, "", "the file is not valid YAML")
			body = nil
		}
	}()
	tokens := lexer.Tokenize(text)
	if !r.shallow(tokens) {
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.syntax(err)
		return nil
	}
	switch {
	case len(file.Docs) == 0 || file.Docs[0].Body == nil:
		return nil
	case len(file.Docs) > 1 && file.Docs[1].Body != nil:
		r.problems.Add(r.place(file.Docs[1].Body.GetToken()), "use one file for each", "the file has more than one YAML document")
		return nil
	}
	return file.Docs[0].Body
}

func (r *reader) syntax(err error) {
	var y yaml.Error
	if errors.As(err, &y) {
		r.problems.Add(r.place(y.GetToken()), "", "the file is not valid YAML: %s", y.GetMessage())
		return
	}
	r.problems.Add(Place{File: r.file, Line: 1, Column: 1}, "", "the file is not valid YAML: %s", err)
}

// shallow bounds the nesting: of flow collections, and of block entries that open on one line.
func (r *reader) shallow(tokens token.Tokens) bool {
	flow, line, entries := 0, 0, 0
	for _, t := range tokens {
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow--
		case token.SequenceEntryType, token.MappingKeyType:
			if t.Position.Line != line {
				line, entries = t.Position.Line, 0
			}
			entries++
		}
		if flow > maxDepth || entries > maxDepth || t.Position.Column > maxDepth*maxDepth && t.Type == token.MappingValueType && flow == 0 {
			r.problems.Add(r.place(t), "", "the file nests more than %d deep", maxDepth)
			return false
		}
	}
	return true
}

func (r *reader) place(t *token.Token) Place {
	if t == nil || t.Position == nil {
		return Place{File: r.file, Line: 1, Column: 1}
	}
	return Place{File: r.file, Line: max(t.Position.Line, 1), Column: max(t.Position.Column, 1)}
}

func (r *reader) refuse(n ast.Node, what string) *Node {
	at := r.place(n.GetToken())
	r.problems.Add(at, "write the value out", "%s are not supported here", what)
	return &Node{Kind: Null, At: at}
}
