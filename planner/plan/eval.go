package plan

import (
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Eval computes an expression for one row by datum: the binder's folding, rows without FROM, and the values that sources
// are asked with. row gives an input column's value; nil when there is none. Parameters must be filled. Errors carry the
// position of the expression that raised; what needs an engine (subqueries, aggregates, windows) is 0A000.
func Eval(e Expr, row func(ColID) datum.Value, env *datum.Env) (datum.Value, error) {
	v := evaluator{row: row, env: env}
	return v.eval(e)
}

// EvalRow is Eval of a list, for one row, with a bound for the values that are held together.
func EvalRow(list []Expr, row func(ColID) datum.Value, env *datum.Env, room *Room) ([]datum.Value, error) {
	v := evaluator{row: row, env: env, room: room}
	return v.list(list)
}

type evaluator struct {
	row  func(ColID) datum.Value
	env  *datum.Env
	room *Room
}

// eval computes an expression; what it held for that is given back.
func (v *evaluator) eval(e Expr) (datum.Value, error) {
	held := v.room.since()
	x, err := v.form(e)
	v.room.back(held)
	return x, err
}

func (v *evaluator) form(e Expr) (datum.Value, error) {
	switch e := e.(type) {
	case *Const:
		return e.Value, nil
	case *Ref:
		if v.row != nil {
			return v.row(e.ID), nil
		}
	case *Late:
		return fillLate(e, nil, v.env)
	case *Call:
		return v.call(e)
	case *Cast:
		return v.cast(e)
	case *And:
		return v.and(e.Args)
	case *Or:
		return v.or(e.Args)
	case *Not:
		b, err := v.truth(e.Arg)
		if err != nil || b == nil {
			return nil, err
		}
		return datum.Bool(!*b), nil
	case *IsNull:
		x, err := v.eval(e.Arg)
		return datum.Bool((x == nil) != e.Negated), err
	case *BoolTest:
		return v.boolTest(e)
	case *Case:
		return v.caseExpr(e)
	case *Choose:
		return v.choose(e)
	default:
		return v.more(e)
	}
	return nil, notHere(e)
}

func (v *evaluator) more(e Expr) (datum.Value, error) {
	switch e := e.(type) {
	case *Distinct:
		return v.distinct(e)
	case *In:
		return v.in(e)
	case *AnyAll:
		return v.anyAll(e)
	case *ArrayOf:
		return v.array(e)
	case *Subscript:
		return v.subscript(e)
	}
	return nil, notHere(e)
}

func notHere(e Expr) error {
	return pgerr.New(pgerr.FeatureNotSupported, "this expression cannot be computed outside of a query over rows").At(e.Pos())
}

// at gives an error the position of e, unless it has one.
func at(err error, e Expr) error {
	if err == nil {
		return nil
	}
	return pgerr.From(err).At(e.Pos())
}

// list computes values that are held together.
func (v *evaluator) list(in []Expr) ([]datum.Value, error) {
	out := make([]datum.Value, len(in))
	for i, e := range in {
		x, err := v.eval(e)
		if err != nil {
			return nil, err
		}
		if err := v.room.Hold(x); err != nil {
			return nil, at(err, e)
		}
		out[i] = x
	}
	return out, nil
}

func (v *evaluator) call(c *Call) (datum.Value, error) {
	args, err := v.list(c.Args)
	if err != nil {
		return nil, err
	}
	x, err := datum.Call(FuncOf(c), args, v.env)
	return x, at(err, c)
}

// FuncOf describes a call to datum.
func FuncOf(c *Call) datum.Func {
	types := make([]uint32, len(c.Args))
	for i, a := range c.Args {
		types[i] = a.Type().OID
	}
	return datum.Func{Proc: c.Proc, Args: types, Result: c.T.OID, Mod: c.T.Mod, Variadic: c.Variadic}
}

func (v *evaluator) cast(c *Cast) (datum.Value, error) {
	args, err := v.list([]Expr{c.Arg})
	if err != nil {
		return nil, err
	}
	x, err := datum.Cast(args[0], c.Arg.Type().OID, c.T.OID, c.T.Mod, c.Explicit, v.env)
	return x, at(err, c)
}

// truth computes a boolean; nil is NULL.
func (v *evaluator) truth(e Expr) (*bool, error) {
	x, err := v.eval(e)
	if err != nil || x == nil {
		return nil, err
	}
	b, ok := x.(datum.Bool)
	if !ok {
		return nil, pgerr.New(pgerr.DatatypeMismatch, "argument must be type boolean").At(e.Pos())
	}
	return (*bool)(&b), nil
}

func (v *evaluator) and(args []Expr) (datum.Value, error) { return v.fold(args, false) }

func (v *evaluator) or(args []Expr) (datum.Value, error) { return v.fold(args, true) }

// fold is AND (end false) or OR (end true) over three truth values; it stops at the first argument that decides.
func (v *evaluator) fold(args []Expr, end bool) (datum.Value, error) {
	var result datum.Value = datum.Bool(!end)
	for _, a := range args {
		b, err := v.truth(a)
		switch {
		case err != nil:
			return nil, err
		case b == nil:
			result = nil
		case *b == end:
			return datum.Bool(end), nil
		}
	}
	return result, nil
}

func (v *evaluator) boolTest(e *BoolTest) (datum.Value, error) {
	b, err := v.truth(e.Arg)
	if err != nil {
		return nil, err
	}
	is := b == nil
	if e.Truth != Unknown {
		is = b != nil && *b == (e.Truth == True)
	}
	return datum.Bool(is != e.Negated), nil
}

func (v *evaluator) caseExpr(e *Case) (datum.Value, error) {
	for _, w := range e.Whens {
		b, err := v.truth(w.Cond)
		if err != nil {
			return nil, err
		}
		if b != nil && *b {
			return v.eval(w.Then)
		}
	}
	if e.Else == nil {
		return nil, nil
	}
	return v.eval(e.Else)
}

func (v *evaluator) choose(e *Choose) (datum.Value, error) {
	if e.Kind == NullIf {
		return v.nullIf(e)
	}
	var best datum.Value
	for _, a := range e.Args {
		x, err := v.eval(a)
		if err != nil {
			return nil, err
		}
		switch {
		case x == nil:
		case e.Kind == Coalesce:
			return x, nil
		case best == nil, (datum.Compare(e.T.OID, x, best) < 0) == (e.Kind == Least) && datum.Compare(e.T.OID, x, best) != 0:
			best = x
		}
	}
	return best, nil
}

func (v *evaluator) nullIf(e *Choose) (datum.Value, error) {
	args, err := v.list(e.Args)
	if err != nil || args[0] == nil || args[1] == nil {
		return args0(args), err
	}
	equal, err := v.compare(e.Proc, [2]Expr{e.Args[0], e.Args[1]}, args[0], args[1])
	if err != nil || equal == nil || !*equal {
		return args[0], at(err, e)
	}
	return nil, nil
}

func args0(args []datum.Value) datum.Value {
	if len(args) == 0 {
		return nil
	}
	return args[0]
}

// compare calls a comparison function on two values; nil is NULL.
func (v *evaluator) compare(proc uint32, of [2]Expr, a, b datum.Value) (*bool, error) {
	f := datum.Func{Proc: proc, Args: []uint32{of[0].Type().OID, of[1].Type().OID}, Result: pgcat.Bool, Mod: -1}
	x, err := datum.Call(f, []datum.Value{a, b}, v.env)
	if err != nil || x == nil {
		return nil, err
	}
	r := bool(x.(datum.Bool))
	return &r, nil
}

func (v *evaluator) distinct(e *Distinct) (datum.Value, error) {
	args, err := v.list([]Expr{e.Left, e.Right})
	if err != nil {
		return nil, err
	}
	differ := (args[0] == nil) != (args[1] == nil)
	if args[0] != nil && args[1] != nil {
		equal, err := v.compare(e.Proc, [2]Expr{e.Left, e.Right}, args[0], args[1])
		if err != nil {
			return nil, at(err, e)
		}
		differ = equal == nil || !*equal
	}
	return datum.Bool(differ != e.Negated), nil
}

func (v *evaluator) in(e *In) (datum.Value, error) {
	x, err := v.eval(e.Arg)
	if err != nil || x == nil {
		return nil, err
	}
	unknown := false
	for _, item := range e.List {
		y, err := v.eval(item)
		if err != nil {
			return nil, err
		}
		equal, err := v.compareNull(e, e.Proc, item, x, y)
		if err != nil {
			return nil, err
		}
		if equal == nil {
			unknown = true
		} else if *equal {
			return datum.Bool(!e.Negated), nil
		}
	}
	if unknown {
		return nil, nil
	}
	return datum.Bool(e.Negated), nil
}

func (v *evaluator) compareNull(e *In, proc uint32, item Expr, x, y datum.Value) (*bool, error) {
	if y == nil {
		return nil, nil
	}
	equal, err := v.compare(proc, [2]Expr{e.Arg, item}, x, y)
	return equal, at(err, e)
}

func (v *evaluator) anyAll(e *AnyAll) (datum.Value, error) {
	args, err := v.list([]Expr{e.Arg, e.Array})
	if err != nil || args[1] == nil {
		return nil, err
	}
	a, ok := args[1].(*datum.Array)
	if !ok {
		return nil, notHere(e)
	}
	item := &Const{Base: Base{T: Type{OID: a.Elem, Mod: -1}, At: e.At}}
	unknown := false
	for _, y := range a.Items {
		if args[0] == nil || y == nil {
			unknown = true
			continue
		}
		holds, err := v.compare(e.Proc, [2]Expr{e.Arg, item}, args[0], y)
		if err != nil {
			return nil, at(err, e)
		}
		if holds == nil {
			unknown = true
		} else if *holds != e.All {
			return datum.Bool(!e.All), nil
		}
	}
	if unknown {
		return nil, nil
	}
	return datum.Bool(e.All), nil
}
