package sfsql

// Subqueries follow user-guide/querying-subqueries: an uncorrelated scalar subquery may stand anywhere and have LIMIT; a
// correlated scalar one, EXISTS, IN, ANY and ALL stand in WHERE; correlation reaches one level out; a correlated scalar
// subquery must be one aggregate without GROUP BY, correlated by equalities.

// nested compiles a subquery of s and returns its nest, which counts references to s.
func (s *scope) nested(q *query) (*table, *nest, *Error) {
	outer := s.rows()
	n := &nest{outer: outer}
	t, err := s.c.query(q, n, s.with)
	return t, n, err
}

func (s *scope) scalar(x *subquery) (value, *Error) {
	t, n, err := s.nested(x.q)
	if err != nil {
		return value{}, err
	}
	if len(t.cols) != 1 {
		return value{}, compilation(2118, "42601", "Invalid subquery: expected 1 column, got %d", len(t.cols))
	}
	if n.refs > 0 {
		if s.clause != "WHERE" || !oneRow(x.q) || !s.equalities(x.q) {
			return value{}, unsupportedSubquery()
		}
	}
	return value{sql: "(" + t.sql + ")", typ: t.cols[0].typ, nullable: true}, nil
}

// oneRow says whether a query yields one row whatever its tables hold: aggregates without GROUP BY.
func oneRow(q *query) bool {
	b, ok := q.body.(*selectBody)
	return ok && q.limit == nil && q.offset == nil && b.group == nil && b.having == nil && b.qualify == nil && !b.distinct &&
		len(b.items) == 1 && hasAggregate(b.items[0].x)
}

// equalities says whether q refers to s only in top-level WHERE conjuncts of the form own = around.
func (s *scope) equalities(q *query) bool {
	b := q.body.(*selectBody)
	n := &nest{outer: s.rows()}
	own := &scope{c: s.c, nest: n, with: s.with}
	for _, w := range q.with {
		def, err := s.c.cte(w, n, own.with)
		if err != nil {
			return false
		}
		own.with = def
	}
	if _, err := own.from(b.from); err != nil || n.refs > 0 {
		return false
	}
	xs := []expr{b.where}
	if l, ok := b.where.(*logic); ok && l.op == "AND" {
		xs = l.xs
	}
	for _, x := range xs {
		if x == nil {
			continue
		}
		if _, outer := own.sides(x); !outer {
			continue
		}
		eq, ok := x.(*binary)
		if !ok || eq.op != "=" {
			return false
		}
		li, lo := own.sides(eq.l)
		ri, ro := own.sides(eq.r)
		if li && lo || ri && ro || lo && ro {
			return false
		}
	}
	_, outer := own.sides(b.items[0].x)
	return !outer
}

// sides says whether an expression refers to columns of s, and to columns of the query around it.
func (s *scope) sides(x expr) (inner, outer bool) {
	if r, ok := x.(*reference); ok {
		f, err := s.find(r.parts)
		return f != nil || err != nil, f == nil && err == nil
	}
	for _, y := range children(x) {
		if y != nil {
			i, o := s.sides(y)
			inner, outer = inner || i, outer || o
		}
	}
	return inner, outer
}

// predicateQuery compiles the query of EXISTS, IN, ANY or ALL.
func (s *scope) predicateQuery(q *query) (*table, *Error) {
	if s.clause != "WHERE" || q.limit != nil || q.offset != nil {
		return nil, unsupportedSubquery()
	}
	t, n, err := s.nested(q)
	if err != nil {
		return nil, err
	}
	if n.refs > 0 {
		b, ok := q.body.(*selectBody)
		if !ok || b.group != nil || b.having != nil || b.qualify != nil {
			return nil, unsupportedSubquery()
		}
		for _, it := range b.items {
			if hasAggregate(it.x) {
				return nil, unsupportedSubquery()
			}
		}
	}
	return t, nil
}

func (s *scope) exists(x *exists) (value, *Error) {
	t, err := s.predicateQuery(x.q)
	if err != nil {
		return value{}, err
	}
	return value{sql: "EXISTS (" + t.sql + ")", typ: of(Boolean)}, nil
}

// member compiles x op ANY|ALL (query), of which IN is = ANY and NOT IN is <> ALL.
func (s *scope) member(x expr, op string, q *query, all bool) (value, *Error) {
	v, err := s.expr(x)
	if err != nil {
		return value{}, err
	}
	t, err := s.predicateQuery(q)
	if err != nil {
		return value{}, err
	}
	if len(t.cols) != 1 {
		return value{}, compilation(2118, "42601", "Invalid subquery: expected 1 column, got %d", len(t.cols))
	}
	w := value{sql: "?", typ: t.cols[0].typ}
	to, ok := s.c.comparable(v, w)
	if !ok {
		return value{}, invalidTypes(op, []value{v, w})
	}
	sql := t.sql
	if t.cols[0].typ != to {
		sql = s.c.retyped(t, []tableCol{{alias: s.c.id("c"), typ: to}})
	}
	word := " ANY "
	if all {
		word = " ALL "
	}
	return value{sql: "(" + s.c.convert(v, to).sql + " " + op + word + "(" + sql + "))", typ: of(Boolean), nullable: true}, nil
}
