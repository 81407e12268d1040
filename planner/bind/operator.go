package bind

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// findOperator resolves a binary operator (oper).
func findOperator(name string, left, right uint32) (*pgcat.Operator, bool, bool) {
	all := pgcat.OperatorsByName(name)
	if o := exactOperator(all, left, right); o != nil {
		return o, true, false
	}
	return chooseOperator(all, 'b', []uint32{left, right})
}

// exactOperator takes an unknown literal to have the other operand's type.
func exactOperator(all []*pgcat.Operator, left, right uint32) *pgcat.Operator {
	guessed := false
	switch {
	case left == pgcat.Unknown && right != pgcat.Unknown:
		left, guessed = right, true
	case right == pgcat.Unknown && left != pgcat.Unknown:
		right, guessed = left, true
	}
	for {
		for _, o := range all {
			if o.Kind == 'b' && o.Left == left && o.Right == right {
				return o
			}
		}
		t := baseOf(left)
		if !guessed || t == left {
			return nil
		}
		left, right = t, t
	}
}

// chooseOperator picks the best candidate; the results are found and ambiguous.
func chooseOperator(all []*pgcat.Operator, kind byte, actual []uint32) (*pgcat.Operator, bool, bool) {
	cands := make([]candidate, 0, len(all))
	for _, o := range all {
		if o.Kind != kind {
			continue
		}
		if kind == 'l' {
			cands = append(cands, candidate{args: []uint32{o.Right}, op: o})
		} else {
			cands = append(cands, candidate{args: []uint32{o.Left, o.Right}, op: o})
		}
	}
	cands = matchArgs(actual, cands)
	switch len(cands) {
	case 0:
		return nil, false, false
	case 1:
		return cands[0].op, true, false
	}
	c, ok := selectCandidate(actual, cands)
	return c.op, ok, !ok
}

func findPrefix(name string, right uint32) (*pgcat.Operator, bool, bool) {
	all := pgcat.OperatorsByName(name)
	for _, o := range all {
		if o.Kind == 'l' && o.Right == right {
			return o, true, false
		}
	}
	return chooseOperator(all, 'l', []uint32{right})
}

// operator binds left name right, or name right when left is nil.
func (b *binder) operator(name string, left, right plan.Expr, at int) plan.Expr {
	if b.err != nil {
		return null(pgcat.Unknown, at)
	}
	args := []plan.Expr{right}
	if left != nil {
		args = []plan.Expr{left, right}
	}
	op := b.resolveOperator(name, typesOf(args), at)
	if op == nil {
		return null(pgcat.Unknown, at)
	}
	return b.callOperator(op, args, at)
}

// resolveOperator finds the operator for one or two operand types, or fails.
func (b *binder) resolveOperator(name string, actual []uint32, at int) *pgcat.Operator {
	var op *pgcat.Operator
	var found, ambiguous bool
	spelled := name + " " + typeName(actual[0])
	if len(actual) == 2 {
		op, found, ambiguous = findOperator(name, actual[0], actual[1])
		spelled = typeName(actual[0]) + " " + name + " " + typeName(actual[1])
	} else {
		op, found, ambiguous = findPrefix(name, actual[0])
	}
	switch {
	case ambiguous:
		b.fail(pgerr.New(pgerr.AmbiguousFunction, "operator is not unique: %s", spelled).
			WithHint("Could not choose a best candidate operator. You might need to add explicit type casts."), at)
		return nil
	case !found:
		hint := "No operator matches the given name and argument types. You might need to add explicit type casts."
		if len(actual) == 1 {
			hint = "No operator matches the given name and argument type. You might need to add an explicit type cast."
		}
		b.fail(pgerr.New(pgerr.UndefinedFunction, "operator does not exist: %s", spelled).WithHint("%s", hint), at)
		return nil
	case op.Right == pgcat.Record, name != "||" && slices.Contains(actual, arrayOf(pgcat.Record)):
		b.fail(pgerr.New(pgerr.FeatureNotSupported, "operator %s is not supported", spelled).
			WithHint("Compare the columns, or ROW(…) with ROW(…)."), at)
		return nil
	}
	return op
}

// callOperator converts the operands and builds the call.
func (b *binder) callOperator(op *pgcat.Operator, args []plan.Expr, at int) plan.Expr {
	declared := []uint32{op.Right}
	if len(args) == 2 {
		declared = []uint32{op.Left, op.Right}
	}
	result, err := resolveGeneric(typesOf(args), declared, op.Result)
	if err != nil {
		return b.fail(err, -1)
	}
	b.convertArgs(args, declared)
	proc, ok := pgcat.ProcByOID(op.Code)
	if !ok {
		return b.fail(pgerr.New(pgerr.UndefinedFunction, "operator is only a shell: %s", op.Name), at)
	}
	b.noteSensitive(proc, args)
	return b.foldCall(&plan.Call{Base: base(result, at), Proc: proc.OID, Name: proc.Name, Op: op.Name, Args: args}, proc)
}

// convertArgs converts arguments to their declared types, in place (make_fn_arguments).
func (b *binder) convertArgs(args []plan.Expr, declared []uint32) {
	for i, d := range declared {
		if i < len(args) && args[i].Type().OID != d && b.err == nil {
			args[i] = b.coerce(args[i], unmodified(d), implicit, -1)
		}
	}
}

// anyAll binds arg op ANY|ALL (array) (make_scalar_array_op).
func (b *binder) anyAll(s *scope, n *pg.A_Expr) plan.Expr {
	at := b.at(n.Location)
	arg, array := b.expr(s, n.Lexpr), b.expr(s, n.Rexpr)
	name := b.operatorName(n.Name, at)
	if b.err != nil {
		return null(pgcat.Bool, at)
	}
	elem := uint32(pgcat.Unknown)
	if t := array.Type().OID; t != pgcat.Unknown {
		if elem = elementOf(baseOf(t)); elem == 0 {
			return b.fail(pgerr.New(pgerr.WrongObjectType, "op ANY/ALL (array) requires array on right side"), at)
		}
	}
	actual := []uint32{arg.Type().OID, elem}
	op := b.resolveOperator(name, actual, at)
	if op == nil {
		return null(pgcat.Bool, at)
	}
	declared := []uint32{op.Left, op.Right}
	result, err := resolveGeneric(actual, declared, op.Result)
	if err != nil {
		return b.fail(err, at)
	}
	if result != pgcat.Bool {
		return b.fail(pgerr.New(pgerr.WrongObjectType, "op ANY/ALL (array) requires operator to yield boolean"), at)
	}
	want := arrayOf(declared[1])
	if isPolymorphic(declared[1]) {
		want = pgcat.AnyArray
	}
	if want == 0 {
		return b.fail(pgerr.New(pgerr.UndefinedObject, "could not find array type for data type %s", typeName(declared[1])), at)
	}
	args := []plan.Expr{arg, array}
	b.convertArgs(args, []uint32{declared[0], want})
	b.sensitive(args[1])
	return &plan.AnyAll{Base: base(pgcat.Bool, at), Arg: args[0], Array: args[1], Proc: op.Code, Op: op.Name,
		All: n.Kind == pg.A_Expr_Kind_AEXPR_OP_ALL}
}
