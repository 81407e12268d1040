package sfsql

import (
	"strings"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// language is Snowflake's grammar.
var language = &sqltree.Language{
	// sql-reference/reserved-keywords
	Reserved: sqltree.WordSet(`ALL ALTER AND ANY AS BETWEEN BY CASE CAST CHECK COLUMN CONNECT CONSTRAINT CREATE CROSS CURRENT
		CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DELETE DISTINCT DROP ELSE EXISTS FALSE FOLLOWING FOR FROM FULL
		GRANT GROUP HAVING ILIKE IN INCREMENT INNER INSERT INTERSECT INTO IS JOIN LATERAL LEFT LIKE LOCALTIME LOCALTIMESTAMP MINUS
		NATURAL NOT NULL OF ON OR ORDER QUALIFY REGEXP REVOKE RIGHT RLIKE ROW ROWS SAMPLE SELECT SET SOME START TABLE TABLESAMPLE
		THEN TO TRIGGER TRUE TRY_CAST UNION UNIQUE UPDATE USING VALUES VIEW WHEN WHENEVER WHERE WITH`),
	NotAlias:  sqltree.WordSet(`LIMIT OFFSET FETCH EXCEPT WINDOW PIVOT UNPIVOT MATCH_RECOGNIZE ASOF MATCH_CONDITION AT BEFORE CHANGES`),
	Bare:      sqltree.WordSet(`CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP LOCALTIME LOCALTIMESTAMP CURRENT_USER`),
	Callable:  sqltree.WordSet("LEFT RIGHT LIKE ILIKE RLIKE INSERT"),
	Types:     typeWords(),
	Typed:     sqltree.WordSet("DATE TIME TIMESTAMP"),
	Levels:    [][]string{{"+", "-", "||"}, {"*", "/", "%"}},
	Compares:  []string{"=", "<>", "!=", "<", "<=", ">", ">="},
	Operators: []string{"::", "||", "<>", "!=", "<=", ">=", "=>", "->"},
	Singles:   "()[],.;:+-*/%<>=",
	Between:   map[string][]string{"EXTRACT": {"FROM"}, "POSITION": {"IN"}},
	Exclude:   "EXCLUDE",
	Escape:    escape,
	Features:  sqltree.Features{Dollars: true, TextIntervals: true, Quantified: true, Fetch: true},
	MaxText:   1 << 20, // user-guide/query-size-limits
	MaxList:   16384,   // error 001795
}

func typeWords() map[string]bool {
	m := map[string]bool{}
	for w := range typeNames {
		m[w] = true
	}
	return m
}

// refused is the error of a text that is no statement.
func refused(text string, f *sqltree.Fault) *Error {
	switch {
	case f == nil:
		return nil
	case f.Complex:
		return tooComplex()
	case f.Listed > 0:
		line, position := place(text, f.At)
		return &Error{Number: 1795, SQLState: "42601", Message: "SQL compilation error: error line " + itoa(line) + " at position " + itoa(position) +
			"\nmaximum number of expressions in a list exceeded, expected at most 16,384, got " + grouped(f.Listed)}
	}
	return syntaxError(text, f.At, f.Near)
}

// typeNamed is the type that a cast names.
func typeNamed(n sqltree.TypeName) (Type, *Error) {
	return typeNames[n.Name].with(n.Args, func(format string, a ...any) *Error { return compilation(2, "0A000", format, a...) })
}

// escape decodes an escape sequence (sql-reference/data-types-text#escape-sequences-in-single-quoted-string-constants). A backslash before any other character is ignored.
func escape(s string, b *strings.Builder) (int, bool) {
	if len(s) < 2 {
		return 0, false
	}
	if i := strings.IndexByte(`bfnrt0`, s[1]); i >= 0 && !isOctal(s) {
		b.WriteByte("\b\f\n\r\t\x00"[i])
		return 2, s[1] != '0'
	}
	switch {
	case isOctal(s):
		return 4, sqltree.WriteCode(b, s[1:4], 8)
	case s[1] == 'x' && len(s) >= 4:
		return 4, sqltree.WriteCode(b, s[2:4], 16)
	case s[1] == 'u' && len(s) >= 6:
		return 6, sqltree.WriteCode(b, s[2:6], 16)
	case s[1] == 'x', s[1] == 'u':
		return 0, false
	}
	_, size := utf8.DecodeRuneInString(s[1:])
	b.WriteString(s[1 : 1+size])
	return 1 + size, true
}

func isOctal(s string) bool {
	return len(s) >= 4 && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' && s[3] >= '0' && s[3] <= '7'
}
