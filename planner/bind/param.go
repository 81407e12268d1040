package bind

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// param is a parameter of the statement; its OID is 0 before its first reference and unknown until context decides.
type param struct{ typ plan.Type }

const maxParams = 65535

// paramRef binds $n (variable_paramref_hook).
func (b *binder) paramRef(p *pg.ParamRef) plan.Expr {
	if b.bodyArgs != nil {
		return b.bodyArgument(p.Number)
	}
	at, n := b.at(p.Location), int(p.Number)
	if n < 1 || n > maxParams || b.model != nil {
		return b.fail(pgerr.New(pgerr.UndefinedParameter, "there is no parameter $%d", n), at)
	}
	for len(b.params) < n {
		b.params = append(b.params, param{})
	}
	t := &b.params[n-1].typ
	if t.OID == 0 {
		*t = unmodified(pgcat.Unknown)
	}
	if b.in.Values != nil && n <= len(b.in.Values) && t.OID != pgcat.Unknown {
		return &plan.Const{Base: plan.Base{T: *t, At: at}, Value: b.in.Values[n-1]}
	}
	p0 := &plan.Late{Base: plan.Base{T: *t, At: at}, Kind: plan.Parameter, Index: n}
	if t.OID == pgcat.Unknown {
		b.untyped[p0] = true
	}
	return p0
}

// coerceParam gives a parameter of unknown type the type that its context demands (variable_coerce_param_hook).
func (b *binder) coerceParam(p *plan.Late, oid uint32) plan.Expr {
	delete(b.untyped, p)
	t := &b.params[p.Index-1].typ
	switch t.OID {
	case pgcat.Unknown:
		*t = unmodified(oid)
	case oid:
	default:
		return b.fail(pgerr.New("42P08", "inconsistent types deduced for parameter $%d", p.Index).
			WithDetail("%s versus %s", typeName(t.OID), typeName(oid)), p.At)
	}
	return &plan.Late{Base: base(oid, p.At), Kind: plan.Parameter, Index: p.Index}
}

// finishParams fails for parameters whose type nothing has determined.
func (b *binder) finishParams() {
	for i, p := range b.params {
		if p.typ.OID == 0 || p.typ.OID == pgcat.Unknown {
			b.fail(pgerr.New(pgerr.IndeterminateDatatype, "could not determine data type of parameter $%d", i+1), -1)
			return
		}
	}
	for p := range b.untyped {
		b.fail(pgerr.New("42P08", "could not determine data type of parameter $%d", p.Index), p.At)
	}
}

// sensitive notes a parameter in a place where its value decides the plan (DECISIONS 6).
func (b *binder) sensitive(e plan.Expr) {
	for {
		switch x := e.(type) {
		case *plan.Cast:
			e = x.Arg
			continue
		case *plan.Late:
			b.custom = b.custom || x.Kind == plan.Parameter
		}
		return
	}
}

// noteSensitive looks for parameters among the patterns, formats and zones of a call.
func (b *binder) noteSensitive(p *pgcat.Proc, args []plan.Expr) {
	if len(args) < 2 {
		return
	}
	n := p.Name
	switch {
	case strings.HasSuffix(n, "like"), strings.Contains(n, "regex"), strings.HasPrefix(n, "regexp_"), n == "similar_to_escape",
		n == "like_escape", n == "to_char", n == "to_date", n == "to_timestamp", n == "to_number":
		for _, a := range args[1:] {
			b.sensitive(a)
		}
	case n == "timezone", n == "date_trunc", n == "date_part", n == "extract", n == "date_bin":
		b.sensitive(args[0])
		b.sensitive(args[len(args)-1])
	}
}

// values reports whether e is a constant with a value.
func constValue(e plan.Expr) (datum.Value, bool) {
	c, ok := e.(*plan.Const)
	if !ok {
		return nil, false
	}
	return c.Value, true
}
