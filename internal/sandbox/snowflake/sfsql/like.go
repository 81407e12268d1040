package sfsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// like compiles LIKE, ILIKE (with ANY and ALL) and RLIKE. LIKE has no escape character unless one is given; RLIKE matches the
// whole string (sql-reference/functions/like, -ilike, -like_any, -like_all, -rlike).
func (s *scope) like(x *sqltree.Like) (value, *Error) {
	return s.Like(x, func(v, p value, escape *value) (string, *Error) { return s.c.likeText(x.Op, v, p, escape) })
}

func (c *compiler) likeText(op string, v, p value, esc *value) (string, *Error) {
	args, ok := c.fit("tt", []value{v, p})
	if !ok {
		return "", invalidTypes(op, []value{v, p})
	}
	if op == "RLIKE" {
		if err := checkRegex(p); err != nil {
			return "", err
		}
		return fmt.Sprintf("regexp_full_match(%s, %s)", args[0].SQL, args[1].SQL), nil
	}
	sql := fmt.Sprintf("(%s %s %s)", args[0].SQL, op, args[1].SQL)
	if esc == nil {
		return sql, nil
	}
	e, ok := constant(*esc)
	if !ok || esc.Type.Kind != Varchar || len([]rune(e)) != 1 {
		return "", compilation(1322, "22025", "Invalid escape character: a string of one character is expected")
	}
	return fmt.Sprintf("(%s %s %s ESCAPE %s)", args[0].SQL, op, args[1].SQL, esc.SQL), nil
}

// likeCall is the function form LIKE(subject, pattern [, escape]).
func likeCall(op string) func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	return func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
		var esc *value
		if len(a) == 3 {
			esc = &a[2]
		}
		sql, err := s.c.likeText(op, a[0], a[1], esc)
		return value{SQL: sql, Type: of(Boolean), Nullable: true}, err
	}
}

// checkRegex refuses what Snowflake's regular expressions lack: look-around and back-references in the pattern
// (sql-reference/functions-regexp#general-usage-notes).
func checkRegex(p value) *Error {
	t, ok := constant(p)
	if !ok {
		return nil
	}
	for i := 0; i+1 < len(t); i++ {
		if t[i] == '\\' {
			if i++; t[i] >= '1' && t[i] <= '9' {
				return &Error{Number: 100048, SQLState: "2201B", Message: "Invalid regular expression: '" + t + "', back-references are not supported"}
			}
		} else if t[i] == '(' && t[i+1] == '?' {
			return &Error{Number: 100048, SQLState: "2201B", Message: "Invalid regular expression: '" + t + "', no argument for repetition operator: ?"}
		}
	}
	return nil
}

// regexArgs are the arguments of REGEXP_SUBSTR, _INSTR and _REPLACE after subject and pattern, by place; missing ones have defaults.
type regexArgs struct {
	subject, pattern, options string
	occurrence, group         int
	nullable                  bool
}

// places are the indexes of a regular-expression function's optional arguments; 0: it has none.
type places struct{ position, occurrence, parameters, group int }

// regex reads arguments from their places; the position must be 1.
func (s *scope) regex(x *sqltree.Call, a []value, at places) (r regexArgs, err *Error) {
	pair, ok := s.c.fit("tt", a[:2])
	if !ok {
		return r, invalidTypes(x.Name, a)
	}
	if err := checkRegex(a[1]); err != nil {
		return r, err
	}
	r = regexArgs{subject: pair[0].SQL, pattern: pair[1].SQL, options: "'c'", occurrence: 1, nullable: true}
	get := func(i, otherwise int) int {
		if i == 0 || i >= len(a) || err != nil {
			return otherwise
		}
		n, ok := constInt(a[i])
		if !ok || n < 0 {
			err = unsupported("%s with these arguments", x.Name)
		}
		return n
	}
	if n := get(at.position, 1); n != 1 {
		return r, unsupported("%s from a position other than 1", x.Name)
	}
	r.occurrence = get(at.occurrence, 1)
	r.group = get(at.group, 0)
	if at.parameters > 0 && at.parameters < len(a) && err == nil {
		o, ok := constant(a[at.parameters])
		if !ok || strings.Trim(o, "cimse") != "" {
			return r, unsupported("%s with these parameters", x.Name)
		}
		if strings.Contains(o, "e") && at.group >= len(a) {
			r.group = 1
		}
		r.options = sqltree.Text(regexOptions(o))
	}
	return r, err
}

// regexOptions are RE2's options for Snowflake's parameters: the last of c and i wins.
func regexOptions(o string) string {
	out := "c"
	if strings.LastIndexByte(o, 'i') > strings.LastIndexByte(o, 'c') {
		out = "i"
	}
	for _, k := range "ms" {
		if strings.ContainsRune(o, k) {
			out += string(k)
		}
	}
	return out
}

// regexpSubstr: the n-th match or its group, NULL without one (sql-reference/functions/regexp_substr).
func regexpSubstr(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	r, err := s.regex(x, a, places{2, 3, 4, 5})
	if err == nil && r.occurrence < 1 {
		err = unsupported("occurrence 0 of %s", x.Name)
	}
	return value{SQL: fmt.Sprintf("regexp_extract_all(%s, %s, %d, %s)[%d]", r.subject, r.pattern, r.group, r.options, r.occurrence),
		Type: of(Varchar), Nullable: true}, err
}

// regexpInstr: where the first match begins, 0 without one (sql-reference/functions/regexp_instr).
func regexpInstr(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	r, err := s.regex(x, a, places{2, 3, 5, 6})
	if err != nil {
		return value{}, err
	}
	if n, ok := 0, true; len(a) > 4 {
		if n, ok = constInt(a[4]); !ok || n != 0 {
			return value{}, unsupported("%s with an option", x.Name)
		}
	}
	if r.occurrence != 1 || r.group != 0 {
		return value{}, unsupported("%s with an occurrence or group", x.Name)
	}
	return value{SQL: castTo(fmt.Sprintf(`(CASE WHEN regexp_matches(%s, %s, %s) THEN length(regexp_extract(%s, '\A((?s:.*?))(?:' || %s || ')', 1, %s)) + 1 `+
		`WHEN %s IS NOT NULL AND %s IS NOT NULL THEN 0 END)`, r.subject, r.pattern, r.options, r.subject, r.pattern, r.options, r.subject, r.pattern),
		intType), Type: intType, Nullable: true}, nil
}

// regexpReplace: occurrence 0, the default, replaces all matches (sql-reference/functions/regexp_replace).
func regexpReplace(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	with := value{SQL: "''"}
	if len(a) > 2 {
		fitted, ok := s.c.fit("t", a[2:3])
		if !ok {
			return value{}, invalidTypes(x.Name, a)
		}
		with = fitted[0]
	}
	all := append(append([]value(nil), a[:2]...), a[min(3, len(a)):]...)
	r, err := s.regex(x, all, places{2, 3, 4, 0})
	if err != nil {
		return value{}, err
	}
	if len(all) < 4 {
		r.occurrence = 0
	}
	if r.occurrence > 1 {
		return value{}, unsupported("%s of a later occurrence", x.Name)
	}
	if r.occurrence == 0 {
		r.options = strings.TrimSuffix(r.options, "'") + "g'"
	}
	return value{SQL: fmt.Sprintf("regexp_replace(%s, %s, %s, %s)", r.subject, r.pattern, with.SQL, r.options), Type: of(Varchar), Nullable: true}, nil
}
