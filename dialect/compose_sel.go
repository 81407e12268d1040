package dialect

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/planner/plan"
)

// sel is a SELECT under construction: FROM, WHERE, and what its columns are. order and tail (LIMIT) close it: whatever
// comes next wraps it in a subquery, except a projection over an ORDER BY.
type sel struct {
	with     string
	distinct string // "", "DISTINCT ", "DISTINCT ON (…) "
	from     string // "" for no FROM
	joins    bool   // from is a join
	where    []string
	group    string
	qualify  string // " QUALIFY …", where the language has it
	order    []string
	tail     string
	cols     []plan.ColID
	texts    map[plan.ColID]string // what each column is in this select
	plain    bool                  // every column is a bare column of FROM
}

func (s *sel) closed() bool {
	return s.with != "" || s.distinct != "" || s.group != "" || s.qualify != "" || s.tail != "" || !s.plain
}

// render prints the select with a list of items.
func (s *sel) render(items []string) string {
	if len(items) == 0 {
		items = []string{"true AS d"}
	}
	var b strings.Builder
	b.WriteString(s.with)
	b.WriteString("SELECT " + s.distinct + strings.Join(items, ", "))
	if s.from != "" {
		b.WriteString(" FROM " + s.from)
	}
	if len(s.where) > 0 {
		b.WriteString(" WHERE " + strings.Join(s.where, " AND "))
	}
	b.WriteString(s.group + s.qualify)
	if len(s.order) > 0 {
		b.WriteString(" ORDER BY " + strings.Join(s.order, ", "))
	}
	b.WriteString(s.tail)
	return b.String()
}

// sql prints the select with all its columns, named c<id>.
func (s *sel) sql() string { return s.render(s.items()) }

func (s *sel) items() []string {
	items := make([]string, 0, len(s.cols))
	for _, id := range s.cols {
		items = append(items, named(s.texts[id], id))
	}
	return items
}

// keep returns s without its columns, for others over the same FROM.
func (s *sel) keep() *sel {
	c := *s
	c.cols, c.texts = nil, nil
	return &c
}

func name(id plan.ColID) string { return "c" + strconv.Itoa(int(id)) }

func named(text string, id plan.ColID) string {
	if text == name(id) {
		return text
	}
	return text + " AS " + name(id)
}

// sx is a printed expression. oid is its PostgreSQL type; p and s are what the engine's type says of a number: in DuckDB a
// numeric is a DECIMAL(p,s) whose scale is the display scale, or, with p = 0, PostgreSQL's canonical text.
type sx struct {
	text  string
	oid   uint32
	p, s  int32
	pad   int32 // of a char(n): n, by which it is padded when its length is no longer part of its type
	null  bool  // the constant NULL
	plain bool  // a bare column of the FROM that it stands over
	// What the printer of warehouses knows besides.
	mag      float64    // no value of an integer is further from zero; 0 for unknown
	den      plan.ColID // of a quotient that is not divided yet: the hidden column by which text is divided
	factor   string     // of a quotient: the constant by which it is multiplied after it was rounded, "" for none
	positive bool       // of a quotient: the divisor is never negative, and never zero where text is not NULL
	scale    plan.ColID // of a number whose display scale differs from row to row: the hidden column that says it
	loose    bool       // the display scale of a number is not known: it can be compared, not shown
	foreign  bool       // text that the source compares otherwise: it can be passed on, not computed with
	raw      string     // of a moment cut to microseconds: the bare column
}
