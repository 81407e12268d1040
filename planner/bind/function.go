package bind

import (
	"slices"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// signature is how a function was written: its name and actual arguments.
type signature struct {
	name     string
	written  string // the name as it was written, with its schema
	actual   []uint32
	names    []string // of the last arguments, in named notation
	variadic bool     // VARIADIC was written
	literal  bool     // the first argument is a constant
}

// resolution is what a signature means.
type resolution struct {
	candidate
	coercion bool // the function's name is a type: result is it
}

// resolveFunction finds the function (func_get_detail); it fails when there is none or more than one.
func (b *binder) resolveFunction(sig signature, at int) (resolution, bool) {
	cands := candidates(sig)
	for _, c := range cands {
		if slices.Equal(c.args[:len(sig.actual)], sig.actual) {
			return resolution{candidate: c}, true
		}
	}
	if len(sig.actual) == 1 && sig.names == nil && !sig.variadic {
		if oid := functionAsType(sig); oid != 0 {
			return resolution{candidate: candidate{result: oid}, coercion: true}, true
		}
	}
	fit := matchArgs(sig.actual, cands)
	if len(fit) == 1 {
		return resolution{candidate: fit[0]}, true
	}
	if len(fit) > 1 {
		if c, ok := selectCandidate(sig.actual, fit); ok {
			return resolution{candidate: c}, true
		}
		b.fail(pgerr.New(pgerr.AmbiguousFunction, "function %s is not unique", sig.spelled()).
			WithHint("Could not choose a best candidate function. You might need to add explicit type casts."), at)
		return resolution{}, false
	}
	b.fail(pgerr.New(pgerr.UndefinedFunction, "function %s does not exist", sig.spelled()).
		WithHint("No function matches the given name and argument types. You might need to add explicit type casts."), at)
	return resolution{}, false
}

func (s signature) spelled() string {
	out := s.written + "("
	positional := len(s.actual) - len(s.names)
	for i, t := range s.actual {
		if i > 0 {
			out += ", "
		}
		if i >= positional {
			out += s.names[i-positional] + " => "
		}
		out += typeName(t)
	}
	return out + ")"
}

// functionAsType returns the type that a call such as text(x) converts to, 0 when it is no such conversion.
func functionAsType(sig signature) uint32 {
	from := sig.actual[0]
	t, ok := pgcat.TypesByName(sig.name)
	if !ok || t.Kind == 'p' && t.OID != pgcat.Record || t.Kind == 'c' {
		return 0
	}
	if from == pgcat.Unknown && sig.literal {
		return t.OID
	}
	switch p, _ := pathway(t.OID, from, explicit); p {
	case relabelPath:
		return t.OID
	case inOutPath:
		if (from == pgcat.Record || typ(from).Kind == 'c') && t.Category == 'S' {
			return 0
		}
		return t.OID
	}
	return 0
}

// candidates lists the functions with a name that could take the arguments by number (FuncnameGetCandidates).
func candidates(sig signature) []candidate {
	var out []candidate
	for _, p := range pgcat.ProcsByName(sig.name) {
		if p.Kind == 'p' {
			continue
		}
		if c, ok := expand(p, sig); ok {
			out = addCandidate(out, c, len(sig.actual))
		}
	}
	return out
}

func expand(p *pgcat.Proc, sig signature) (candidate, bool) {
	n := len(sig.actual)
	c := candidate{proc: p, result: p.Result}
	if sig.names != nil {
		return expandNamed(c, sig)
	}
	// VARIADIC "any" takes any number of arguments of any types, also when an array follows the word VARIADIC.
	if p.Variadic != 0 && !sig.variadic && len(p.Args) <= n {
		c.args = append(c.args, p.Args[:len(p.Args)-1]...)
		for len(c.args) < n {
			c.args = append(c.args, p.Variadic)
		}
		c.variadic = p.Variadic != pgcat.Any
		return c, true
	}
	if sig.variadic && p.Variadic == 0 {
		return c, false
	}
	if len(p.Args) < n || len(p.Args)-p.Defaults > n {
		return c, false
	}
	c.args, c.defaults = p.Args, len(p.Args)-n
	return c, true
}

// expandNamed matches named arguments to parameters (MatchNamedCall).
func expandNamed(c candidate, sig signature) (candidate, bool) {
	p, n := c.proc, len(sig.actual)
	if p.Names == nil || len(p.Args) < n || len(p.Args)-p.Defaults > n || sig.variadic && p.Variadic == 0 {
		return c, false
	}
	params := inputNames(p)
	taken := make([]bool, len(p.Args))
	for i := range n - len(sig.names) {
		taken[i] = true
		c.order = append(c.order, i)
	}
	for _, name := range sig.names {
		k := slices.Index(params, name)
		if k < 0 || taken[k] {
			return c, false
		}
		taken[k] = true
		c.order = append(c.order, k)
	}
	for k, t := range taken {
		if !t && k < len(p.Args)-p.Defaults {
			return c, false
		}
	}
	for _, k := range c.order {
		c.args = append(c.args, p.Args[k])
	}
	for k, t := range taken {
		if !t {
			c.args = append(c.args, p.Args[k])
			c.defaults++
		}
	}
	return c, true
}

func inputNames(p *pgcat.Proc) []string {
	if p.Modes == nil {
		return p.Names
	}
	var out []string
	for i, m := range p.Modes {
		if (m == 'i' || m == 'b' || m == 'v') && i < len(p.Names) {
			out = append(out, p.Names[i])
		}
	}
	return out
}

// addCandidate keeps the better of two candidates that take the same types: without VARIADIC, with fewer defaults.
func addCandidate(out []candidate, c candidate, n int) []candidate {
	for i, o := range out {
		if !slices.Equal(o.args[:n], c.args[:n]) {
			continue
		}
		switch {
		case o.variadic && !c.variadic:
			out[i] = c
			return out
		case !o.variadic && c.variadic:
			return out
		case o.defaults > c.defaults:
			out[i] = c
			return out
		case o.defaults < c.defaults:
			return out
		}
	}
	return append(out, c)
}

// call converts the arguments of a resolved function and builds the call with its defaults filled.
func (b *binder) call(r resolution, args []plan.Expr, variadic bool, at int) plan.Expr {
	if b.err != nil {
		return null(pgcat.Unknown, at)
	}
	declared, result := slices.Clone(r.args), r.proc.Result
	if r.defaults > 0 {
		args = append(args, b.defaults(r, at)...)
	}
	if b.err != nil {
		return null(pgcat.Unknown, at)
	}
	result, err := resolveGeneric(typesOf(args), declared, result)
	if err != nil {
		return b.fail(err, -1)
	}
	b.convertArgs(args, declared)
	args = reorder(args, r)
	if r.variadic {
		args = b.gatherVariadic(args, r, declared, at)
	}
	if r.proc.Variadic == pgcat.Any {
		b.anyTexts(args, declared)
	}
	b.noteSensitive(r.proc, args)
	b.rowsAsJSON(r.proc, args)
	b.blanks(r.proc, args)
	c := &plan.Call{Base: base(result, at), Proc: r.proc.OID, Name: r.proc.Name, Args: args,
		Variadic: variadic || r.variadic}
	if e := b.lateCall(c); e != nil {
		return e
	}
	if e := b.body(c); e != nil {
		return e
	}
	return b.foldCall(c, r.proc)
}

// anyTexts makes unknown literals that meet VARIADIC "any" text, as the functions themselves do.
func (b *binder) anyTexts(args []plan.Expr, declared []uint32) {
	for i, a := range args {
		if i < len(declared) && declared[i] == pgcat.Any && a.Type().OID == pgcat.Unknown {
			if l, ok := a.(*plan.Late); ok && l.Kind == plan.Parameter {
				continue // stays undetermined: 42P18
			}
			args[i] = b.coerceUnknown(a, unmodified(pgcat.Text), implicit, -1)
		}
	}
}

// reorder puts named arguments into the order of the parameters.
func reorder(args []plan.Expr, r resolution) []plan.Expr {
	if r.order == nil {
		return args
	}
	out := make([]plan.Expr, len(r.proc.Args))
	for i, k := range r.order {
		out[k] = args[i]
	}
	rest := args[len(r.order):]
	for k := range out {
		if out[k] == nil {
			out[k], rest = rest[0], rest[1:]
		}
	}
	return out
}

// gatherVariadic makes the array that an expanded VARIADIC parameter receives.
func (b *binder) gatherVariadic(args []plan.Expr, r resolution, declared []uint32, at int) []plan.Expr {
	fixed := len(r.proc.Args) - 1
	elem := declared[fixed]
	array := &plan.ArrayOf{Base: base(arrayOf(elem), at), Items: slices.Clone(args[fixed:])}
	return append(slices.Clone(args[:fixed]), b.foldArray(array))
}

// defaults binds the default expressions of the parameters that got no argument.
func (b *binder) defaults(r resolution, at int) []plan.Expr {
	all := b.bindDefaults(r.proc, at)
	if b.err != nil {
		return nil
	}
	if r.order == nil {
		return all[len(all)-r.defaults:]
	}
	var out []plan.Expr
	first := len(r.proc.Args) - len(all)
	for k := first; k < len(r.proc.Args); k++ {
		if !slices.Contains(r.order, k) {
			out = append(out, all[k-first])
		}
	}
	return out
}
