package rules

import (
	"slices"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/planner/plan"
)

// multiplies reports whether a plan is a join that has more rows than its inputs, as far as can be told: one without an equality, or
// with equalities that reach the declared key of neither side. Without a declared key it is not assumed.
func (env *Env) multiplies(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Filter:
		return env.multiplies(n.Input)
	case *plan.Project:
		return env.multiplies(n.Input)
	case *plan.Sort:
		return env.multiplies(n.Input)
	case *plan.Join:
		if n.Kind == plan.Semi || n.Kind == plan.Anti {
			return env.multiplies(n.Left)
		}
		return env.joinMultiplies(n) || env.multiplies(n.Left) || env.multiplies(n.Right)
	}
	return false
}

func (env *Env) joinMultiplies(j *plan.Join) bool {
	if j.Lateral || singleRow(j.Left) || singleRow(j.Right) {
		return false
	}
	if !env.equates(j) {
		return true
	}
	left, right := env.declaredKey(j.Left), env.declaredKey(j.Right)
	return left != nil && right != nil && !env.reached(left, j) && !env.reached(right, j)
}

// equates reports whether a join's condition holds an equality between its sides.
func (env *Env) equates(j *plan.Join) bool {
	left, right := env.cols(j.Left), env.cols(j.Right)
	return slices.ContainsFunc(Conjuncts(j.Cond), func(t plan.Expr) bool {
		c, ok := t.(*plan.Call)
		if !ok || c.Op != "=" || len(c.Args) != 2 {
			return false
		}
		x, y := env.refs(c.Args[0]), env.refs(c.Args[1])
		return x.meets(left) && y.meets(right) && !x.meets(right) && !y.meets(left) || x.meets(right) && y.meets(left) && !x.meets(left) && !y.meets(right)
	})
}

// singleRow reports whether a plan has one row at most.
func singleRow(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Project:
		return singleRow(n.Input)
	case *plan.Filter:
		return singleRow(n.Input)
	case *plan.Values:
		return len(n.Rows) <= 1
	case *plan.Aggregate:
		return len(n.Groups) == 0 && n.Sets == nil
	case *plan.Limit:
		c, ok := n.Count.(*plan.Const)
		return ok && c.Value == datum.Value(datum.Int(1)) && !n.WithTies
	}
	return false
}

// reached reports whether the join equates every column of a key with a column of the other side.
func (env *Env) reached(key []plan.ColID, j *plan.Join) bool {
	left := env.cols(j.Left)
	terms := Conjuncts(j.Cond)
	return !slices.ContainsFunc(key, func(id plan.ColID) bool {
		return !slices.ContainsFunc(terms, func(t plan.Expr) bool {
			a, b, ok := equality(t)
			return ok && (a.ID == id || b.ID == id) && left.has(a.ID) != left.has(b.ID)
		})
	})
}

// declaredKey is columns that tell the rows of a plan apart, as its tables declare (a claim) or as its grouping makes sure; nil when
// none are known. A column that is not read is -1, which nothing equals.
func (env *Env) declaredKey(n plan.Node) []plan.ColID {
	switch n := n.(type) {
	case *plan.Filter:
		return env.declaredKey(n.Input)
	case *plan.Project:
		return shown(n, env.declaredKey(n.Input))
	case *plan.Join:
		return env.joinKey(n)
	case *plan.Scan:
		return scanKey(n)
	case *plan.Aggregate:
		var key []plan.ColID
		for _, c := range n.Out[:len(n.Groups)] {
			if n.Sets == nil {
				key = append(key, c.ID)
			}
		}
		return key
	}
	return nil
}

// shown is a key under the identities that a projection gives its columns.
func shown(p *plan.Project, key []plan.ColID) []plan.ColID {
	key = slices.Clone(key)
	for i, e := range p.Exprs {
		if r, ok := e.(*plan.Ref); ok {
			if at := slices.Index(key, r.ID); at >= 0 {
				key[at] = p.Out[i].ID
			}
		}
	}
	return key
}

func (env *Env) joinKey(j *plan.Join) []plan.ColID {
	left := env.declaredKey(j.Left)
	if j.Kind == plan.Semi || j.Kind == plan.Anti {
		return left
	}
	right := env.declaredKey(j.Right)
	switch {
	case j.Lateral, j.Kind == plan.Full:
		return nil
	case right != nil && env.reached(right, j) && j.Kind != plan.Right:
		return left
	case left != nil && env.reached(left, j) && j.Kind != plan.Left:
		return right
	}
	return nil
}

func scanKey(n *plan.Scan) []plan.ColID {
	var key []plan.ColID
	for _, k := range n.Table.Key {
		id := plan.ColID(-1)
		if i := slices.Index(n.Fields, k); i >= 0 {
			id = n.Out[i].ID
		}
		key = append(key, id)
	}
	return key
}
