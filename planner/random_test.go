package planner

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// shaper makes random queries over five tables of three sources; nothing in them can raise.
type shaper struct {
	r      *rand.Rand
	next   int
	from   []string // aliases in scope, the outer queries' first
	tables []string
}

func newShaper(seed uint64) *shaper {
	return &shaper{r: rand.New(rand.NewPCG(seed, 1)), tables: []string{"r", "s", "t", "u", "v"}}
}

// shapeTables creates the tables that random queries read: rich in NULLs, duplicates and keys without a partner.
func shapeTables() string {
	r := rand.New(rand.NewPCG(7, 7))
	var b strings.Builder
	maybe := func(s string) string {
		if r.IntN(5) == 0 {
			return "NULL"
		}
		return s
	}
	for _, t := range newShaper(0).tables {
		fmt.Fprintf(&b, "CREATE TABLE %s (id int4, k int4, w int4, g text, n numeric(8,2));\n", t)
		for i := range 9 {
			fmt.Fprintf(&b, "INSERT INTO %s VALUES (%d, %s, %s, %s, %s);\n", t, i+1, maybe(fmt.Sprint(r.IntN(5))), maybe(fmt.Sprint(r.IntN(4))),
				maybe("'"+string(rune('a'+r.IntN(4)))+"'"), maybe(fmt.Sprintf("%d.%d0", r.IntN(3), r.IntN(2)*5)))
		}
	}
	return b.String()
}

func (s *shaper) pick(list ...string) string { return list[s.r.IntN(len(list))] }

func (s *shaper) chance(n int) bool { return s.r.IntN(n) == 0 }

// column is a column of some alias in scope, the inner ones more often.
func (s *shaper) column(columns ...string) string {
	i := max(s.r.IntN(len(s.from)), s.r.IntN(len(s.from)))
	return s.from[i] + "." + s.pick(columns...)
}

func (s *shaper) number() string { return s.column("id", "k", "k", "w") }

// table is a FROM item; its alias comes into scope.
func (s *shaper) table(depth int) string {
	s.next++
	alias := fmt.Sprintf("a%d", s.next)
	text := s.pick(s.tables...)
	if depth > 0 && s.chance(4) {
		text = "(" + s.inner(depth-1) + ")"
	}
	s.from = append(s.from, alias)
	return text + " " + alias
}

// inner is a query with the five columns that every FROM item has.
func (s *shaper) inner(depth int) string {
	saved := s.from
	s.from = nil
	defer func() { s.from = saved }()
	from := s.joins(depth)
	a := s.from[0]
	switch s.r.IntN(6) {
	case 0:
		return fmt.Sprintf("SELECT max(%s.id) AS id, %s.k, min(%s.w) AS w, %s.g, sum(%s.n) AS n FROM %s%s GROUP BY %s.k, %s.g", a, a, a, a, a, from, s.where(depth), a, a)
	case 1:
		return fmt.Sprintf("SELECT DISTINCT %s.id, %s.k, %s.w, %s.g, %s.n FROM %s%s", a, a, a, a, a, from, s.where(depth))
	case 2:
		return fmt.Sprintf("SELECT id, k, w, g, n FROM %s UNION%s SELECT %s.id, %s.k, %s.w, %s.g, %s.n FROM %s%s", s.pick(s.tables...), s.pick("", " ALL"), a, a, a, a, a, from, s.where(depth))
	case 3:
		return fmt.Sprintf("SELECT %s.id, %s.k, (row_number() OVER (PARTITION BY %s.k ORDER BY %s.id))::int4 AS w, %s.g, %s.n FROM %s", a, a, a, a, a, a, s.pick(s.tables...)+" "+a)
	}
	b := s.from[len(s.from)-1]
	return fmt.Sprintf("SELECT %s.id, %s.k AS k, %s.w, %s.g, %s.n FROM %s%s", a, b, a, b, a, from, s.where(depth))
}

// joins is a FROM clause of one to four items.
func (s *shaper) joins(depth int) string {
	outer := len(s.from)
	text := s.table(depth)
	for range min(s.r.IntN(4), s.r.IntN(4)) {
		switch s.r.IntN(8) {
		case 0:
			text += ", " + s.table(depth)
		case 1:
			text += s.lateral(depth)
		default:
			kind := s.pick(" JOIN ", " JOIN ", " JOIN ", " LEFT JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN ")
			text += kind + s.table(depth)
			cond := s.equation(outer)
			for s.chance(3) && kind != " FULL JOIN " {
				cond += " AND " + s.local(outer, s.simple)
			}
			text += " ON " + cond
		}
	}
	return text
}

// local runs f with the aliases of this FROM alone in scope.
func (s *shaper) local(outer int, f func() string) string {
	saved := s.from
	s.from = s.from[outer:]
	defer func() { s.from = saved }()
	return f()
}

// equation joins the last alias to another of the same FROM.
func (s *shaper) equation(outer int) string {
	last := s.from[len(s.from)-1]
	other := s.from[outer+s.r.IntN(len(s.from)-1-outer)]
	c := s.pick("id", "k", "k", "w", "g", "n")
	d := c
	if c != "g" && c != "n" {
		d = s.pick("id", "k", "w")
	}
	return fmt.Sprintf("%s.%s = %s.%s", last, c, other, d)
}

func (s *shaper) lateral(depth int) string {
	s.next++
	alias := fmt.Sprintf("a%d", s.next)
	a := fmt.Sprintf("b%d", s.next)
	saved := s.from
	s.from = append(append([]string{}, saved...), a)
	cond := fmt.Sprintf("%s.%s = %s.k", a, s.pick("k", "w", "id"), s.pick(saved...))
	if s.chance(2) {
		cond += " AND " + s.simple()
	}
	t := s.pick(s.tables...)
	q := fmt.Sprintf("SELECT %s.id, %s.k, %s.w, %s.g, %s.n FROM %s %s WHERE %s", a, a, a, a, a, t, a, cond)
	if s.chance(2) {
		q = fmt.Sprintf("SELECT count(*)::int4 AS id, max(%s.k) AS k, (count(%s.w) + 1)::int4 AS w, min(%s.g) AS g, sum(%s.n) AS n FROM %s %s WHERE %s", a, a, a, a, t, a, cond)
	}
	s.from = append(saved, alias)
	return fmt.Sprintf(s.pick(" LEFT JOIN LATERAL (%s) %s ON true", " CROSS JOIN LATERAL (%s) %s"), q, alias)
}

// simple is a condition without subqueries.
func (s *shaper) simple() string {
	if s.chance(40) {
		return s.pick("false", "NULL", "1 = 2", "true", "NOT (NOT ("+s.simple()+"))", "coalesce(NULL, "+s.simple()+")",
			"CASE WHEN 1 = 2 THEN true WHEN "+s.simple()+" THEN "+s.simple()+" END")
	}
	switch s.r.IntN(9) {
	case 0:
		return s.column("g") + s.pick(" = ", " <> ", " < ") + s.pick("'a'", "'b'", "'c'")
	case 1:
		return s.number() + " IN (1, 2" + s.pick("", ", NULL", ", 3") + ")"
	case 2:
		return s.column("k", "w", "g", "n") + s.pick(" IS NULL", " IS NOT NULL")
	case 3:
		return s.column("n") + s.pick(" > ", " <= ", " = ") + s.pick("0", "0.5", "1", "1.50")
	case 4:
		return s.number() + s.pick(" = ", " < ", " >= ", " <> ") + s.number()
	case 5:
		c := s.simple()
		return "((" + c + " AND " + s.simple() + ") OR (" + c + " AND " + s.simple() + "))"
	case 6:
		return "(" + s.simple() + " OR " + s.simple() + ")"
	}
	return s.number() + s.pick(" = ", " < ", " > ", " >= ", " <> ", " <> ") + s.pick("0", "1", "2", "3")
}

// condition may hold subqueries.
func (s *shaper) condition(depth int) string {
	if depth == 0 || s.chance(3) {
		return s.simple()
	}
	switch s.r.IntN(9) {
	case 0:
		return s.pick("", "NOT ") + "EXISTS (" + s.correlated(depth-1, s.pick("1", "DISTINCT 1", "count(*)")) + ")"
	case 1, 2:
		return s.pick("", "NOT ") + "EXISTS (" + s.correlated(depth-1, "1") + ")"
	case 3:
		x := s.number()
		return x + s.pick(" IN (", " NOT IN (", " = ANY (", " > ANY (", " <> ALL (", " < ALL (") + s.correlated(depth-1, s.pick("@.k", "@.w + 1", "max(@.k)", "DISTINCT @.id")) + ")"
	case 4, 5:
		x := s.number()
		return x + s.pick(" = ", " < ", " >= ") + "(" + s.correlated(depth-1, s.pick("max(@.k)", "count(*)", "count(@.w) + 1", "min(@.w) - 1", "coalesce(sum(@.k), 0)")) + ")"
	case 6:
		return "(" + s.condition(depth-1) + " OR " + s.condition(depth-1) + ")"
	case 7:
		return "NOT (" + s.condition(depth-1) + ")"
	}
	return s.column("k", "w") + " IN (SELECT k FROM " + s.pick(s.tables...) + s.pick("", " WHERE k IS NOT NULL", " GROUP BY k HAVING count(*) > 1") + ")"
}

// correlated is a subquery with one column; @ in item is its first alias.
func (s *shaper) correlated(depth int, item string) string {
	saved := s.from
	defer func() { s.from = saved }()
	s.from = append([]string{}, saved...)
	outer := s.from[s.r.IntN(len(s.from))]
	from := s.joins(min(depth, 1))
	a := s.from[len(saved)]
	where := " WHERE " + fmt.Sprintf("%s.%s = %s.%s", a, s.pick("k", "w", "id"), outer, s.pick("k", "w", "id"))
	if s.chance(6) {
		where = " WHERE " + s.simple()
	}
	for s.chance(4) {
		where += " AND " + s.condition(depth)
	}
	return "SELECT " + strings.ReplaceAll(item, "@", a) + " FROM " + from + where
}

func (s *shaper) where(depth int) string {
	if s.chance(3) {
		return ""
	}
	text := " WHERE " + s.condition(depth)
	for s.chance(4) {
		text += " AND " + s.condition(depth)
	}
	return text
}

// query is a whole statement.
func (s *shaper) query() string {
	with := ""
	if s.chance(6) {
		with = "WITH c AS (" + s.inner(1) + ") "
		s.tables = append(s.tables, "c", "c")
	}
	s.from = nil
	from := s.joins(2)
	body := ""
	switch s.r.IntN(4) {
	case 0:
		key := s.column("k", "g", "w")
		body = fmt.Sprintf("SELECT %s, count(*), sum(%s), min(%s) FROM %s%s GROUP BY %s%s", key, s.number(), s.column("g"), from, s.where(2), key,
			s.pick("", "", " HAVING count(*) > 1"))
	case 1:
		item := "(" + s.correlated(1, s.pick("max(@.k)", "count(*)", "sum(@.n)", "count(@.w) * 2", "min(@.g)")) + ")"
		body = fmt.Sprintf("SELECT %s, %s FROM %s%s", s.number(), item, from, s.where(2))
	default:
		body = fmt.Sprintf("SELECT %s, %s, %s FROM %s%s", s.number(), s.column("g", "n"), s.number(), from, s.where(2))
	}
	return with + s.cut(body)
}

// cut may take the first rows in a total order, of a union too.
func (s *shaper) cut(body string) string {
	if !s.chance(4) {
		return body
	}
	limit := fmt.Sprintf("LIMIT %d%s", s.r.IntN(6), s.pick("", " OFFSET 2"))
	if columns := strings.Count(body[:strings.Index(body, " FROM ")], ","); columns == 2 && s.chance(2) {
		t := s.pick(s.tables...)
		body = fmt.Sprintf("SELECT k AS x, %s::text AS y, id AS z FROM %s UNION ALL SELECT q.k, q.g, q.w FROM (%s) q", s.pick("g", "n"), t, s.inner(1))
	}
	order := "1, 2 DESC"
	if strings.Count(body[:strings.Index(body, " FROM ")], ",") > 1 {
		order += " NULLS LAST, 3"
	}
	if strings.Contains(body, "count(*), sum(") && !strings.Contains(body, "UNION ALL SELECT q.k") {
		order = "1, 2, 3, 4"
	}
	return body + " ORDER BY " + order + " " + limit
}
