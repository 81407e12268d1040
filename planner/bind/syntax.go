package bind

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/pganalyze/pg_query_go/v6/parser"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// syntaxError converts the parser's error. Its cursor position counts characters from 1.
func syntaxError(err error, s plan.Span) *pgerr.Error {
	var pe *parser.Error
	if !errors.As(err, &pe) {
		return pgerr.New(pgerr.SyntaxError, "syntax error").At(s.Offset).Because(err)
	}
	e := pgerr.New(syntaxCode(pe.Message), "%s", pe.Message).Because(err)
	if strings.HasPrefix(pe.Message, "LIMIT #,#") {
		e = pgerr.New(pgerr.SyntaxError, "%s", pe.Message).WithHint("Use separate LIMIT and OFFSET clauses.")
	}
	if pe.Cursorpos > 0 {
		e = e.At(s.Offset + byteOffset(s.Text, pe.Cursorpos-1))
	}
	return e
}

// syntaxCode gives the few errors of the grammar that are no syntax errors their own SQLSTATE.
func syntaxCode(message string) string {
	switch {
	case strings.Contains(message, "not supported"), strings.Contains(message, "not yet implemented"),
		strings.Contains(message, "not implemented"):
		return pgerr.FeatureNotSupported
	case strings.HasPrefix(message, "invalid byte sequence"):
		return pgerr.CharacterNotInRepertoire
	case strings.HasPrefix(message, "stack depth"):
		return pgerr.StatementTooComplex
	case strings.HasPrefix(message, "frame s"), strings.HasPrefix(message, "frame e"):
		return pgerr.WindowingError
	}
	return pgerr.SyntaxError
}

// byteOffset returns the offset of the character with a number from 0.
func byteOffset(text string, char int) int {
	at := 0
	for ; char > 0 && at < len(text); char-- {
		_, n := utf8.DecodeRuneInString(text[at:])
		at += n
	}
	return at
}
