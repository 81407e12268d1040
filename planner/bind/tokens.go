package bind

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/planner/plan"
)

// token is a word of a statement: lower-case, unless quoted. depth counts the parentheses that are open around it.
type token struct {
	word       string
	start, end int
	depth      int
}

// tokens scans the statement, comments left out. Its text has been parsed before, so that the scan cannot fail.
func (u *utility) tokens() []token {
	scan, err := pg.Scan(u.span.Text)
	if err != nil {
		return nil
	}
	var out []token
	depth := 0
	for _, t := range scan.Tokens {
		if t.Token == pg.Token_SQL_COMMENT || t.Token == pg.Token_C_COMMENT {
			continue
		}
		word := u.span.Text[t.Start:t.End]
		if !strings.HasPrefix(word, `"`) && !strings.HasPrefix(word, "'") {
			word = strings.ToLower(word)
		}
		if word == ")" {
			depth--
		}
		out = append(out, token{word: word, start: int(t.Start), end: int(t.End), depth: depth})
		if word == "(" {
			depth++
		}
	}
	return out
}

// from is the text from a token to the end.
func (u *utility) from(tokens []token, i int) plan.Span {
	if i >= len(tokens) {
		return plan.Span{Offset: u.span.Offset + len(u.span.Text)}
	}
	last := tokens[len(tokens)-1]
	end := last.end
	if last.word == ";" {
		end = last.start
	}
	return u.slice(tokens[i].start, end)
}

func (u *utility) slice(start, end int) plan.Span {
	start += leading(u.span.Text[start:end])
	return plan.Span{Text: strings.TrimRight(u.span.Text[start:end], " \t\r\n\f\v"), Offset: u.span.Offset + start}
}

// leading counts the bytes of blanks before a text.
func leading(text string) int { return len(text) - len(strings.TrimLeft(text, " \t\r\n\f\v")) }
