package bind

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// constant binds an A_Const: strings and NULL are of type unknown until their context decides.
func (b *binder) constant(c *pg.A_Const) plan.Expr {
	at := b.at(c.Location)
	if c.Isnull {
		return null(pgcat.Unknown, at)
	}
	switch v := c.Val.(type) {
	case *pg.A_Const_Ival:
		return &plan.Const{Base: base(pgcat.Int4, at), Value: datum.Int(v.Ival.GetIval())}
	case *pg.A_Const_Fval:
		return b.numberLiteral(v.Fval.GetFval(), at)
	case *pg.A_Const_Boolval:
		return &plan.Const{Base: base(pgcat.Bool, at), Value: datum.Bool(v.Boolval.GetBoolval())}
	case *pg.A_Const_Sval:
		return &plan.Const{Base: base(pgcat.Unknown, at), Value: datum.Text(v.Sval.GetSval())}
	case *pg.A_Const_Bsval:
		bits, err := datum.In(pgcat.Bit, -1, v.Bsval.GetBsval(), &b.env)
		if err != nil {
			return b.fail(pgerr.From(err), at)
		}
		return &plan.Const{Base: base(pgcat.Bit, at), Value: bits}
	}
	return &plan.Const{Base: base(pgcat.Int4, at), Value: datum.Int(0)}
}

// numberLiteral is a literal that is no int4: int8 when it fits, else numeric.
func (b *binder) numberLiteral(text string, at int) plan.Expr {
	oid := uint32(pgcat.Numeric)
	if !strings.ContainsAny(text, ".eE") || isRadix(text) {
		if v, err := datum.In(pgcat.Int8, -1, text, &b.env); err == nil {
			if i, ok := v.(datum.Int); ok && i == datum.Int(int32(i)) {
				return &plan.Const{Base: base(pgcat.Int4, at), Value: v}
			}
			return &plan.Const{Base: base(pgcat.Int8, at), Value: v}
		}
	}
	v, err := datum.In(oid, -1, text, &b.env)
	if err != nil {
		return b.fail(pgerr.From(err), at)
	}
	return &plan.Const{Base: base(oid, at), Value: v}
}

func isRadix(text string) bool {
	return len(text) > 2 && text[0] == '0' && strings.ContainsRune("xXoObB", rune(text[1]))
}

// literal reads an unknown literal as a type, by the type's input function.
func (b *binder) literal(c *plan.Const, to plan.Type) plan.Expr {
	if c.Value == nil {
		return null(to.OID, c.At)
	}
	text, _ := c.Value.(datum.Text)
	oid := baseOf(to.OID)
	if isReg(oid) {
		return b.regLiteral(c, string(text), to)
	}
	if !plainType(oid) && oid != pgcat.Record {
		if typ(oid).Kind == 'p' {
			return b.fail(pgerr.New(pgerr.FeatureNotSupported, "cannot accept a value of type %s", typeName(oid)), c.At)
		}
		return b.refuse(c.At, "literals of type %s are not supported", typeName(oid))
	}
	mod := int32(-1)
	if oid == pgcat.Interval {
		mod = to.Mod
	}
	v, err := datum.In(oid, mod, string(text), &b.env)
	if err != nil {
		return b.fail(pgerr.From(err), c.At)
	}
	t := plan.Type{OID: to.OID, Mod: mod}
	if momentary(oid, string(text)) {
		return &plan.Late{Base: plan.Base{T: t, At: c.At}, Kind: plan.InputText, Name: string(text)}
	}
	return &plan.Const{Base: plan.Base{T: t, At: c.At}, Value: v}
}

// momentary reports whether the literal's meaning depends on when it is read.
func momentary(oid uint32, text string) bool {
	switch oid {
	case pgcat.Date, pgcat.Time, pgcat.TimeTZ, pgcat.Timestamp, pgcat.TimestampTZ:
	default:
		return false
	}
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r < 'a' || r > 'z' })
	for _, w := range words {
		switch w {
		case "now", "today", "tomorrow", "yesterday":
			return true
		}
	}
	// A time with zone takes the zone's offset of today.
	return oid == pgcat.TimeTZ && !strings.ContainsAny(text, "+-zZ")
}

func isReg(oid uint32) bool {
	switch oid {
	case pgcat.Regclass, pgcat.Regtype, pgcat.Regproc, pgcat.Regprocedure, pgcat.Regoper, pgcat.Regoperator, pgcat.Regrole,
		pgcat.Regnamespace, pgcat.Regcollation, pgcat.Regconfig, pgcat.Regdictionary:
		return true
	}
	return false
}

const zeroInt = datum.Int(0)
