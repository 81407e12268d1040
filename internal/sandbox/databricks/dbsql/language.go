package dbsql

import (
	"strings"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// language is Databricks's grammar (sql-ref-syntax, sql-ref-literals, sql-ref-operators). More words are reserved than Databricks
// reserves: quoted by backticks they name what they like.
var language = &sqltree.Language{
	Reserved: sqltree.WordSet(`ALL AND ANTI ANY AS BETWEEN BY CASE CAST CROSS DISTINCT DIV ELSE END EXCEPT EXISTS FALSE FILTER FOR FROM FULL
		GROUP HAVING ILIKE IN INNER INTERSECT INTO IS JOIN LATERAL LEFT LIKE LIMIT MINUS NATURAL NOT NULL OFFSET ON OR ORDER OVER
		QUALIFY RIGHT RLIKE SELECT SEMI SOME TABLESAMPLE THEN TRUE UNION UNPIVOT USING VALUES WHEN WHERE WINDOW WITH`),
	NotAlias: sqltree.WordSet(`PIVOT TABLESAMPLE VERSION TIMESTAMP SORT CLUSTER DISTRIBUTE FETCH`),
	Bare:     sqltree.WordSet(`CURRENT_DATE CURRENT_TIMESTAMP CURRENT_USER LOCALTIMESTAMP SESSION_USER`),
	Callable: sqltree.WordSet("LEFT RIGHT LIKE ILIKE RLIKE ANY SOME EXISTS FILTER"),
	Types: sqltree.WordSet(`BOOLEAN TINYINT BYTE SMALLINT SHORT INT INTEGER BIGINT LONG FLOAT REAL DOUBLE DECIMAL DEC NUMERIC STRING
		VARCHAR CHAR BINARY DATE TIMESTAMP TIMESTAMP_LTZ TIMESTAMP_NTZ ARRAY MAP STRUCT`),
	Nested:    sqltree.WordSet("ARRAY MAP STRUCT"),
	Typed:     sqltree.WordSet("DATE TIMESTAMP TIMESTAMP_LTZ TIMESTAMP_NTZ X"),
	Levels:    [][]string{{"|"}, {"^"}, {"&"}, {"+", "-", "||"}, {"*", "/", "%", "DIV"}},
	Compares:  []string{"=", "==", "<=>", "<>", "!=", "<", "<=", ">", ">="},
	Operators: []string{"<=>", "::", "||", "<>", "!=", "<=", ">=", "==", "=>", "->"},
	Singles:   "()[],.;:+-*/%<>=!&|^~",
	Between: map[string][]string{"EXTRACT": {"FROM"}, "POSITION": {"IN"}, "SUBSTRING": {"FROM", "FOR"}, "SUBSTR": {"FROM", "FOR"},
		"OVERLAY": {"PLACING", "FROM", "FOR"}},
	Exclude: "EXCEPT",
	MaxText: 16 << 20,
	Escape:  escape,
	Features: sqltree.Features{KeepCase: true, Backticks: true, Joined: true, Suffixes: true, NamedBinds: true, Truth: true, Filter: true,
		Lambdas: true, Trims: true, SetAll: true, SemiJoins: true, LateralViews: true},
}

// escape decodes an escape sequence (data-types/string-type#literals). Before % and _ the backslash stays, for LIKE; before any other
// character that has no meaning of its own it is ignored.
func escape(s string, b *strings.Builder) (int, bool) {
	if len(s) < 2 {
		return 0, false
	}
	if i := strings.IndexByte("0bnrtZ", s[1]); i >= 0 && (s[1] != '0' || !octal(s)) {
		b.WriteByte("\x00\b\n\r\t\x1a"[i])
		return 2, s[1] != '0'
	}
	switch {
	case octal(s):
		return 4, sqltree.WriteCode(b, s[1:4], 8)
	case s[1] == 'u' && len(s) >= 6:
		return 6, sqltree.WriteCode(b, s[2:6], 16)
	case s[1] == 'U' && len(s) >= 10:
		return 10, sqltree.WriteCode(b, s[2:10], 16)
	case s[1] == 'u', s[1] == 'U':
		return 0, false
	case s[1] == '%', s[1] == '_':
		b.WriteByte('\\')
	}
	_, size := utf8.DecodeRuneInString(s[1:])
	b.WriteString(s[1 : 1+size])
	return 1 + size, true
}

func octal(s string) bool {
	return len(s) >= 4 && (s[1] == '0' || s[1] == '1') && s[2] >= '0' && s[2] <= '7' && s[3] >= '0' && s[3] <= '7'
}

// parser reads what is a statement of Databricks's alone.
type parser struct {
	*sqltree.Parser
	text string
}

func newParser(text string) (*parser, *sqltree.Fault) {
	p, fault := sqltree.NewParser(text, language)
	return &parser{p, text}, fault
}
