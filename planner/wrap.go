package planner

import "strings"

// wrapAt is the width up to which EXPLAIN fills a line of SQL.
const wrapAt = 110

// breaks are the words before which a long statement may go on in the next line.
var breaks = []string{"FROM ", "WHERE ", "JOIN ", "LEFT JOIN ", "RIGHT JOIN ", "FULL JOIN ", "CROSS JOIN ", "ON ", "AND ", "OR ", "GROUP BY ", "HAVING ",
	"QUALIFY ", "ORDER BY ", "LIMIT ", "OFFSET ", "UNION ", "INTERSECT ", "EXCEPT "}

// wrap cuts a statement into lines, so that a client's table stays readable: before a clause, after a comma, never inside of
// quotes. The lines joined by blanks are the statement.
func wrap(sql string) []string {
	var out []string
	line := ""
	for _, piece := range pieces(sql) {
		if line != "" && len(line)+1+len(piece) > wrapAt {
			out = append(out, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += piece
	}
	return append(out, line)
}

// pieces cuts at each blank at which a line may end.
func pieces(sql string) []string {
	var out []string
	start, quote := 0, byte(0)
	for i := 0; i < len(sql); i++ {
		switch c := sql[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == ' ' && i > start && mayBreak(sql, i):
			out = append(out, sql[start:i])
			start = i + 1
		}
	}
	return append(out, sql[start:])
}

func mayBreak(sql string, at int) bool {
	if sql[at-1] == ',' {
		return true
	}
	for _, word := range breaks {
		if strings.HasPrefix(sql[at+1:], word) {
			return !continues(sql[:at], word)
		}
	}
	return false
}

// continues reports whether a word belongs to the one before it: LEFT JOIN, DISTINCT FROM.
func continues(before, word string) bool {
	switch word {
	case "JOIN ":
		for _, kind := range []string{" LEFT", " RIGHT", " FULL", " CROSS"} {
			if strings.HasSuffix(before, kind) {
				return true
			}
		}
	case "FROM ":
		return strings.HasSuffix(before, " DISTINCT")
	}
	return false
}
