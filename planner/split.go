package planner

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/bind"
	"github.com/waggle-sql/waggle/planner/plan"
)

// Piece is one statement of a client's text.
type Piece struct {
	plan.Span
	Kind PieceKind
}

// PieceKind says how a Piece is read further.
type PieceKind uint8

// EmptyPiece: blanks and comments. QueryPiece: planned as it is. UtilityPiece: parsed by Parse.
const (
	EmptyPiece PieceKind = iota
	QueryPiece
	UtilityPiece
)

// Split guards a client's text and cuts it at its top-level semicolons. It returns at least one piece; an empty one for
// a text of blanks. Errors: 54001 for what no parser should see, 42601 for unterminated quotes and comments.
func Split(text string) ([]Piece, error) {
	if err := CheckLength(len(text)); err != nil {
		return nil, err
	}
	if i := strings.IndexByte(text, 0); i >= 0 {
		return nil, pgerr.New(pgerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": 0x00").At(i)
	}
	var s splitter
	l := lexer{text: text}
	for {
		t, err := l.next()
		if err != nil {
			return nil, err
		}
		if t.kind == tokenEnd {
			break
		}
		if err := s.token(t, text); err != nil {
			return nil, err
		}
	}
	s.cut(text)
	if len(s.pieces) == 0 {
		return []Piece{{Span: plan.Span{Text: text}}}, nil
	}
	return s.pieces, nil
}

type splitter struct {
	guard  guard
	pieces []Piece
	start  int
	end    int // of the last token
	kind   PieceKind
}

func (s *splitter) token(t token, text string) error {
	word := t.text(text)
	if t.kind == tokenPunct && word == ";" && s.guard.depth == 0 {
		s.cut(text)
		s.guard.reset()
		return nil
	}
	if s.kind == EmptyPiece {
		s.start, s.kind = t.start, classify(t, word)
	}
	s.end = t.end
	return s.guard.token(t, text)
}

func (s *splitter) cut(text string) {
	if s.kind != EmptyPiece {
		s.pieces = append(s.pieces, Piece{Span: plan.Span{Text: text[s.start:s.end], Offset: s.start}, Kind: s.kind})
	}
	s.kind = EmptyPiece
}

func classify(t token, word string) PieceKind {
	if t.kind == tokenPunct && word == "(" {
		return QueryPiece
	}
	switch strings.ToLower(word) {
	case "select", "values", "table", "with":
		return QueryPiece
	}
	return UtilityPiece
}

// Parse reads a piece as a statement. A query is not looked into: Prepare does that.
func Parse(p Piece) (plan.Statement, error) {
	switch p.Kind {
	case EmptyPiece:
		return plan.Empty{}, nil
	case QueryPiece:
		return plan.Query{Span: p.Span}, nil
	}
	return bind.Utility(p.Span)
}

// Template returns text with each literal replaced by $n, all else verbatim, and the literals in order. Numbering goes on
// behind the text's own parameters.
func Template(text string) (string, []string) {
	type literal struct{ start, end int }
	var found []literal
	next := 1
	for l := (lexer{text: text}); ; {
		t, err := l.next()
		if err != nil {
			found = append(found, literal{t.start, len(text)})
			break
		}
		if t.kind == tokenEnd {
			break
		}
		switch t.kind {
		case tokenString, tokenNumber:
			found = append(found, literal{t.start, t.end})
		case tokenParam:
			next = max(next, paramNumber(t.text(text))+1)
		}
	}
	var out strings.Builder
	literals := make([]string, 0, len(found))
	at := 0
	for _, f := range found {
		out.WriteString(text[at:f.start])
		out.WriteByte('$')
		out.WriteString(strconv.Itoa(next))
		next++
		literals = append(literals, text[f.start:f.end])
		at = f.end
	}
	out.WriteString(text[at:])
	return out.String(), literals
}

func paramNumber(word string) int {
	n, err := strconv.Atoi(word[1:])
	if err != nil {
		return 0
	}
	return n
}
