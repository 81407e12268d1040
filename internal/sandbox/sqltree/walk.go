package sqltree

// Children are the expressions directly under x, subqueries left out.
func Children(x Expr) (out []Expr) {
	switch x := x.(type) {
	case *Call:
		out = append(out, x.Args...)
		for _, o := range x.Within {
			out = append(out, o.X)
		}
		if x.Over != nil {
			out = append(out, x.Over.Partition...)
			for _, o := range x.Over.Order {
				out = append(out, o.X)
			}
		}
		if x.Filter != nil {
			out = append(out, x.Filter)
		}
	case *Unary:
		out = []Expr{x.X}
	case *IsTruth:
		out = []Expr{x.X}
	case *Lambda:
		out = []Expr{x.X}
	case *Interval:
		for _, p := range x.Parts {
			out = append(out, p.X)
		}
	case *Binary:
		out = []Expr{x.L, x.R}
	case *Logic:
		out = x.Xs
	case *IsNull:
		out = []Expr{x.X}
	case *IsDistinct:
		out = []Expr{x.L, x.R}
	case *Between:
		out = []Expr{x.X, x.Lo, x.Hi}
	case *InList:
		out = append([]Expr{x.X}, x.List...)
	case *InQuery:
		out = []Expr{x.X}
	case *Quantified:
		out = []Expr{x.X}
	case *Like:
		out = append([]Expr{x.X}, x.Patterns...)
	case *CaseExpr:
		out = []Expr{x.Operand, x.Other}
		for _, w := range x.Whens {
			out = append(out, w.Cond, w.Then)
		}
	case *CastExpr:
		out = []Expr{x.X}
	case *Path:
		out = append([]Expr{x.X}, x.Steps...)
	}
	return out
}

// Mentions says whether a body reads an unqualified relation of that name in a FROM clause.
func Mentions(b Body, name string) bool {
	switch b := b.(type) {
	case *Query:
		return Mentions(b.Body, name)
	case *SetBody:
		return Mentions(b.L, name) || Mentions(b.R, name)
	case *SelectBody:
		return mentionsFrom(b.From, name)
	}
	return false
}

func mentionsFrom(f FromItem, name string) bool {
	switch f := f.(type) {
	case *TableItem:
		return len(f.Parts) == 1 && f.Parts[0].Text == name
	case *QueryItem:
		return Mentions(f.Q, name)
	case *JoinItem:
		return mentionsFrom(f.L, name) || mentionsFrom(f.R, name)
	}
	return false
}
