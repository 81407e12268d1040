package sfsql

// name is an identifier as it names: upper-cased unless it was quoted.
type name struct {
	text   string
	quoted bool
	at     int
}

type expr interface{ pos() (from, to int) }

// span is the bytes of the text that an expression covers.
type span struct{ from, to int }

func (s span) pos() (int, int) { return s.from, s.to }

type (
	// column is a possibly qualified reference; star references are select items, not expressions.
	reference struct {
		span
		parts []name
	}
	numberLit struct {
		span
		text string
	}
	stringLit struct {
		span
		text string
	}
	boolLit struct {
		span
		value bool
	}
	nullLit  struct{ span }
	bindExpr struct {
		span
		key string
	}
	// call is a function call: aggregate and window functions too.
	call struct {
		span
		name     string
		args     []expr
		named    map[string]expr
		star     bool
		distinct bool
		within   []orderItem
		nulls    string // "IGNORE", "RESPECT" or ""
		over     *window
	}
	window struct {
		partition []expr
		order     []orderItem
		frame     *frame
	}
	// frame has a unit ROWS or RANGE and two bounds.
	frame struct {
		unit   string
		lo, hi bound
	}
	// bound is kind "UNBOUNDED PRECEDING", "n PRECEDING", "CURRENT ROW", "n FOLLOWING" or "UNBOUNDED FOLLOWING".
	bound struct {
		kind string
		n    string
	}
	unary struct {
		span
		op string // - + NOT
		x  expr
	}
	binary struct {
		span
		op   string
		l, r expr
	}
	// logic is a flat AND or OR.
	logic struct {
		span
		op string
		xs []expr
	}
	isNull struct {
		span
		x   expr
		not bool
	}
	isDistinct struct {
		span
		l, r expr
		not  bool
	}
	between struct {
		span
		x, lo, hi expr
		not       bool
	}
	inList struct {
		span
		x    expr
		list []expr
		not  bool
	}
	inQuery struct {
		span
		x   expr
		q   *query
		not bool
	}
	quantified struct {
		span
		op  string
		x   expr
		q   *query
		all bool
	}
	exists struct {
		span
		q *query
	}
	// like is LIKE, ILIKE or RLIKE, with several patterns under ANY or ALL.
	like struct {
		span
		op       string
		x        expr
		patterns []expr
		all      bool
		escape   expr
		not      bool
	}
	caseExpr struct {
		span
		operand expr
		whens   []when
		other   expr
	}
	when     struct{ cond, then expr }
	castExpr struct {
		span
		x   expr
		to  Type
		try bool
	}
	subquery struct {
		span
		q *query
	}
	// path is x:a.b[0]["c"]: each step a key (string literal) or an index expression.
	path struct {
		span
		x     expr
		steps []expr
	}
	interval struct {
		span
		text string
	}
)

// query is a SELECT with what may stand around it.
type query struct {
	span
	with          []cte
	recursive     bool
	body          body
	order         []orderItem
	limit, offset expr
}

type cte struct {
	name    name
	columns []name
	q       *query
}

type orderItem struct {
	x     expr
	desc  bool
	nulls string // FIRST, LAST or ""
}

// body is *selectBody, *setBody, *valuesBody or *query (in parentheses).
type body interface{}

type selectBody struct {
	at                     int
	distinct               bool
	items                  []selectItem
	from                   fromItem
	where, having, qualify expr
	group                  *grouping
}

// selectItem is an expression, or a star with an optional qualifier.
type selectItem struct {
	x       expr
	alias   *name
	star    bool
	of      []name
	exclude []name
	at      int
}

// grouping is GROUP BY: one list of sets per element; a plain element is one set of one expression.
type grouping struct {
	all   bool
	items []groupItem
}

// groupItem kind is "" (xs has one), "ROLLUP", "CUBE" or "GROUPING SETS" (sets holds them).
type groupItem struct {
	kind string
	sets [][]expr
}

type setBody struct {
	op   string // UNION, UNION ALL, INTERSECT, EXCEPT
	l, r body
}

type valuesBody struct {
	at   int
	rows [][]expr
}

// fromItem is *tableItem, *queryItem, *functionItem or *joinItem.
type fromItem interface{}

type tableItem struct {
	parts   []name
	alias   *name
	columns []name
}

type queryItem struct {
	q       *query
	lateral bool
	alias   *name
	columns []name
}

type functionItem struct {
	f     *call
	alias *name
}

// joinItem kind is INNER, LEFT, RIGHT, FULL or CROSS.
type joinItem struct {
	at      int
	kind    string
	natural bool
	l, r    fromItem
	on      expr
	using   []name
}
