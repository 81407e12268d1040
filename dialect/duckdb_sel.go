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
	where    []string
	group    string
	order    []string
	tail     string
	cols     []plan.ColID
	texts    map[plan.ColID]string // what each column is in this select
	plain    bool                  // every column is a bare column of FROM
}

func (s *sel) closed() bool {
	return s.with != "" || s.distinct != "" || s.group != "" || s.tail != "" || !s.plain
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
	b.WriteString(s.group)
	if len(s.order) > 0 {
		b.WriteString(" ORDER BY " + strings.Join(s.order, ", "))
	}
	b.WriteString(s.tail)
	return b.String()
}

// sql prints the select with all its columns, named c<id>.
func (s *sel) sql() string {
	items := make([]string, 0, len(s.cols))
	for _, id := range s.cols {
		items = append(items, named(s.texts[id], id))
	}
	return s.render(items)
}

func name(id plan.ColID) string { return "c" + strconv.Itoa(int(id)) }

func named(text string, id plan.ColID) string {
	if text == name(id) {
		return text
	}
	return text + " AS " + name(id)
}

// set declares a column of s and what a reference to it is from here on.
func (p *duck) set(s *sel, id plan.ColID, x sx) {
	x.text = p.count(x.text)
	if s.texts == nil {
		s.texts = map[plan.ColID]string{}
	}
	s.cols = append(s.cols, id)
	s.texts[id] = x.text
	p.cols[id] = x
}

// open returns s if something may be added to it as it stands, else a select from it.
func (p *duck) open(s *sel) *sel {
	if !s.closed() && len(s.order) == 0 {
		return s
	}
	return p.wrap(s)
}

// wrap makes s a subquery: its columns become bare ones.
func (p *duck) wrap(s *sel) *sel {
	alias := p.alias("t")
	w := &sel{from: paren(p.count(s.sql())) + " AS " + alias, plain: true}
	p.rename(w, s.cols, alias)
	return w
}

// rename makes columns of a subquery bare ones of w.
func (p *duck) rename(w *sel, cols []plan.ColID, alias string) {
	for _, id := range cols {
		x := p.cols[id]
		x.text, x.plain = alias+"."+name(id), true
		p.set(w, id, x)
	}
}

// item makes s an item of another FROM.
func (p *duck) item(s *sel) *sel {
	if s.closed() || len(s.order) > 0 || len(s.where) > 0 || s.from == "" {
		return p.wrap(s)
	}
	return s
}

// keep returns s with only some columns, computed by f in order.
func (s *sel) keep() *sel {
	c := *s
	c.cols, c.texts = nil, nil
	return &c
}
