package sfsql

import (
	"strings"
)

// maxSpent bounds the bytes that one statement's expressions are written in, counted at every level of nesting.
const maxSpent = 256 << 20

func (s *scope) expr(x expr) (value, *Error) {
	v, err := s.compile(x)
	if s.c.spent += len(v.sql); err == nil && s.c.spent > maxSpent {
		return value{}, tooComplex()
	}
	return v, err
}

// compile compiles an expression. Where the scope is grouped, an expression that is a group key as a whole stands for it.
func (s *scope) compile(x expr) (value, *Error) {
	if v, ok := s.key(x); ok {
		return v, nil
	}
	switch x := x.(type) {
	case *reference:
		return s.resolve(x)
	case *numberLit:
		return numberLiteral(x.text)
	case *stringLit:
		return stringLiteral(x.text), nil
	case *boolLit:
		return value{sql: map[bool]string{true: "TRUE", false: "FALSE"}[x.value], typ: of(Boolean)}, nil
	case *nullLit:
		return value{sql: "NULL", nullable: true}, nil
	case *bindExpr:
		return s.bound(x)
	case *unary:
		return s.unary(x)
	case *binary:
		return s.binary(x)
	case *logic:
		return s.logic(x)
	case *call:
		return s.call(x)
	case *castExpr:
		return s.cast(x)
	case *caseExpr:
		return s.caseExpr(x)
	case *path:
		return s.path(x)
	}
	return s.predicate(x)
}

func (s *scope) predicate(x expr) (value, *Error) {
	switch x := x.(type) {
	case *isNull:
		return s.isNull(x)
	case *isDistinct:
		op := " IS DISTINCT FROM "
		if x.not {
			op = " IS NOT DISTINCT FROM "
		}
		return s.pair(op, x.l, x.r)
	case *between:
		return s.between(x)
	case *inList:
		return s.inList(x)
	case *inQuery:
		if x.not {
			return s.member(x.x, "<>", x.q, true)
		}
		return s.member(x.x, "=", x.q, false)
	case *quantified:
		return s.member(x.x, x.op, x.q, x.all)
	case *exists:
		return s.exists(x)
	case *like:
		return s.like(x)
	case *subquery:
		return s.scalar(x)
	case *interval:
		return value{}, unsupported("INTERVAL outside of date arithmetic")
	}
	return value{}, unsupported("expression %s", s.c.source(x))
}

// numberLiteral types a constant by its digits; with an exponent it is a FLOAT (sql-reference/data-types-numeric).
func numberLiteral(t string) (value, *Error) {
	if strings.ContainsAny(t, "eE") {
		return value{sql: castTo(text(t), of(Float)), typ: of(Float), lit: &t}, nil
	}
	whole, frac, _ := strings.Cut(t, ".")
	whole = strings.TrimLeft(whole, "0")
	p := max(len(whole), 1) + len(frac)
	if len(whole) == 0 && p == maxPrecision+1 {
		p = maxPrecision
	}
	if p > maxPrecision || len(frac) > 37 {
		return value{}, &Error{100046, "22003", "Number out of representable range: type FIXED[SB16](38,0){not null}, value " + t}
	}
	t = strings.TrimSuffix(t, ".")
	ty := number(p, len(frac))
	return value{sql: castTo(text(t), ty), typ: ty, lit: &t}, nil
}

func stringLiteral(t string) value {
	return value{sql: text(t), typ: varchar(max(len([]rune(t)), 1)), lit: &t}
}

// condition compiles x as BOOLEAN.
func (s *scope) condition(x expr) (value, *Error) {
	v, err := s.expr(x)
	if err != nil {
		return value{}, err
	}
	switch v.typ.Kind {
	case Boolean:
		return v, nil
	case Null, Number:
		return s.c.convert(v, of(Boolean)), nil
	}
	return value{}, compilation(1038, "22023", "invalid type [%s] for parameter 'condition'", v.typ)
}

func (s *scope) unary(x *unary) (value, *Error) {
	if x.op == "NOT" {
		v, err := s.condition(x.x)
		v.sql, v.lit = "(NOT "+v.sql+")", nil
		return v, err
	}
	if n, ok := x.x.(*numberLit); ok && x.op == "-" {
		v, err := numberLiteral(n.text)
		if err != nil {
			return v, err
		}
		lit := "-" + *v.lit
		return value{sql: castTo(text(lit), v.typ), typ: v.typ, lit: &lit}, nil
	}
	v, err := s.expr(x.x)
	if err != nil {
		return v, err
	}
	if v.typ.Kind == Null {
		return v, nil
	}
	if !v.typ.isNumeric() {
		return v, invalidTypes(x.op, []value{v})
	}
	if x.op == "-" {
		v.sql, v.lit = "(-"+v.sql+")", nil
	}
	return v, nil
}

func (s *scope) two(l, r expr) (a, b value, err *Error) {
	if a, err = s.expr(l); err == nil {
		b, err = s.expr(r)
	}
	return a, b, err
}

func (s *scope) pair(op string, l, r expr) (value, *Error) {
	a, b, err := s.two(l, r)
	if err != nil {
		return value{}, err
	}
	return s.c.compare(op, a, b)
}

func (s *scope) binary(x *binary) (value, *Error) {
	if iv, ok := x.r.(*interval); ok {
		return s.intervalSum(x, iv)
	}
	a, b, err := s.two(x.l, x.r)
	if err != nil {
		return value{}, err
	}
	switch x.op {
	case "=", "<>", "<", "<=", ">", ">=":
		return s.c.compare(x.op, a, b)
	case "||":
		return s.c.concat(a, b)
	}
	return s.c.arithmetic(x.op, a, b)
}

func (s *scope) logic(x *logic) (value, *Error) {
	out := make([]string, len(x.xs))
	isNullable := false
	for i, y := range x.xs {
		v, err := s.condition(y)
		if err != nil {
			return value{}, err
		}
		out[i], isNullable = v.sql, isNullable || v.nullable
	}
	return value{sql: "(" + strings.Join(out, " "+x.op+" ") + ")", typ: of(Boolean), nullable: isNullable}, nil
}

func (s *scope) isNull(x *isNull) (value, *Error) {
	v, err := s.expr(x.x)
	if err != nil {
		return value{}, err
	}
	op := " IS NULL)"
	if x.not {
		op = " IS NOT NULL)"
	}
	return value{sql: "(" + v.sql + op, typ: of(Boolean)}, nil
}

func (s *scope) between(x *between) (value, *Error) {
	lo, err := s.pair(">=", x.x, x.lo)
	if err != nil {
		return value{}, err
	}
	hi, err := s.pair("<=", x.x, x.hi)
	if err != nil {
		return value{}, err
	}
	v := value{sql: "(" + lo.sql + " AND " + hi.sql + ")", typ: of(Boolean), nullable: lo.nullable || hi.nullable}
	if x.not {
		v.sql = "(NOT " + v.sql + ")"
	}
	return v, nil
}

// inList compiles IN (a, b, …): an equality with each, by three-valued logic (sql-reference/functions/in).
func (s *scope) inList(x *inList) (value, *Error) {
	v, err := s.expr(x.x)
	if err != nil {
		return value{}, err
	}
	if err := computedList(x.list); err != nil {
		return value{}, err
	}
	vs := make([]value, len(x.list))
	to := v.typ
	for i, y := range x.list {
		if vs[i], err = s.expr(y); err != nil {
			return value{}, err
		}
		t, ok := s.c.comparable(value{typ: to, lit: v.lit}, vs[i])
		if !ok {
			return value{}, invalidTypes("IN", []value{v, vs[i]})
		}
		to = t
	}
	if to.Kind == TimestampTZ {
		to = of(TimestampLTZ)
	}
	out := make([]string, len(vs))
	for i := range vs {
		out[i] = s.c.operand(vs[i], to)
	}
	not := ""
	if x.not {
		not = "NOT "
	}
	return value{sql: "(" + s.c.operand(v, to) + " " + not + "IN (" + strings.Join(out, ", ") + "))", typ: of(Boolean),
		nullable: true}, nil
}

// maxComputed is how many elements of an IN list may be something else than literals and placeholders; a cast literal counts.
const maxComputed = 50

func computedList(list []expr) *Error {
	n := 0
	for _, x := range list {
		if u, ok := x.(*unary); ok && u.op == "-" {
			x = u.x
		}
		switch x.(type) {
		case *numberLit, *stringLit, *boolLit, *nullLit, *bindExpr:
		default:
			n++
		}
	}
	if n > maxComputed {
		return compilation(2014, "22000", "In-list contains more than 50 non-constant values")
	}
	return nil
}

func (s *scope) caseExpr(x *caseExpr) (value, *Error) {
	var conds []string
	var results []value
	for _, w := range x.whens {
		var c value
		var err *Error
		if x.operand != nil {
			c, err = s.pair("=", x.operand, w.cond)
		} else {
			c, err = s.condition(w.cond)
		}
		if err != nil {
			return value{}, err
		}
		r, err := s.expr(w.then)
		if err != nil {
			return value{}, err
		}
		conds, results = append(conds, c.sql), append(results, r)
	}
	other := value{sql: "NULL", nullable: true}
	if x.other != nil {
		var err *Error
		if other, err = s.expr(x.other); err != nil {
			return value{}, err
		}
	}
	return s.c.choose("CASE", conds, append(results, other))
}

// choose is CASE WHEN conds[i] THEN results[i] … ELSE the last result END, of the results' common type.
func (c *compiler) choose(name string, conds []string, results []value) (value, *Error) {
	to, isNullable, err := c.common(name, results)
	if err != nil {
		return value{}, err
	}
	var b strings.Builder
	b.WriteString("CASE")
	for i, cond := range conds {
		b.WriteString(" WHEN " + cond + " THEN " + c.convert(results[i], to).sql)
	}
	b.WriteString(" ELSE " + c.convert(results[len(results)-1], to).sql + " END")
	return value{sql: "(" + b.String() + ")", typ: to, nullable: isNullable}, nil
}

// common is the type that holds all values.
func (c *compiler) common(name string, vs []value) (Type, bool, *Error) {
	to, isNullable := Type{}, false
	for _, v := range vs {
		t, ok := union(to, v.typ)
		if !ok {
			return to, false, invalidTypes(name, vs)
		}
		to, isNullable = t, isNullable || v.nullable
	}
	return to, isNullable, nil
}

func (c *compiler) coalesce(vs []value) (value, *Error) {
	to, _, err := c.common("COALESCE", vs)
	if err != nil {
		return value{}, err
	}
	out, isNullable := make([]string, len(vs)), true
	for i, v := range vs {
		out[i], isNullable = c.convert(v, to).sql, isNullable && v.nullable
	}
	return value{sql: "COALESCE(" + strings.Join(out, ", ") + ")", typ: to, nullable: isNullable}, nil
}
