package plan

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Fill replaces each Late leaf of a plan by its value for this execution, and each call of a stable function over constants and each cast
// of a constant, whose values may depend on the session. args are the parameters' values in order. When the computed values have become
// large, the other calls and casts stay.
func Fill(n Node, args []datum.Value, env *datum.Env) (Node, error) {
	var failed error
	room := NewRoom(maxFilled)
	out := Map(n, func(e Expr) Expr {
		switch x := e.(type) {
		case *Call:
			return room.filled(e, func() Expr { return stable(x, env) })
		case *Cast:
			return room.filled(e, func() Expr { return converted(x, env) })
		}
		l, ok := e.(*Late)
		if !ok || failed != nil {
			return e
		}
		v, err := fillLate(l, args, env)
		if err != nil {
			failed = at(err, l)
			return e
		}
		return &Const{Base: l.Base, Value: v}
	})
	return out, failed
}

// maxFilled bounds the bytes of the values that Fill computes.
const maxFilled = 64 << 20

// filled is what compute makes of e while there is room.
func (r *Room) filled(e Expr, compute func() Expr) Expr {
	if r.held > r.limit {
		return e
	}
	out := compute()
	if c, ok := out.(*Const); ok {
		r.held += datum.Size(c.Value)
	}
	return out
}

// stable computes a call whose value is the same for all rows of a statement. One that raises stays: it may never be reached.
func stable(c *Call, env *datum.Env) Expr {
	p, ok := pgcat.ProcByOID(c.Proc)
	if !ok || p.Volatile != 's' || p.RetSet || !datum.Has(c.Proc) {
		return c
	}
	args := make([]datum.Value, len(c.Args))
	for i, a := range c.Args {
		k, constant := a.(*Const)
		if !constant {
			return c
		}
		args[i] = k.Value
	}
	v, err := datum.Call(FuncOf(c), args, env)
	if err != nil {
		return c
	}
	return &Const{Base: c.Base, Value: v}
}

// converted computes a cast of a constant. One that raises stays, and so does one that names an object of the catalog.
func converted(c *Cast, env *datum.Env) Expr {
	k, constant := c.Arg.(*Const)
	if !constant || namesObject(c.T.OID) || namesObject(k.T.OID) {
		return c
	}
	v, err := datum.Cast(k.Value, k.T.OID, c.T.OID, c.T.Mod, c.Explicit, env)
	if err != nil {
		return c
	}
	return &Const{Base: c.Base, Value: v}
}

// namesObject reports the types whose text is looked up in the catalog.
func namesObject(oid uint32) bool {
	t, ok := pgcat.TypeByOID(oid)
	return !ok || t.Kind != 'b' || strings.HasPrefix(strings.TrimPrefix(t.Name, "_"), "reg")
}

func fillLate(l *Late, args []datum.Value, env *datum.Env) (datum.Value, error) {
	switch l.Kind {
	case Parameter:
		if l.Index < 1 || l.Index > len(args) {
			return nil, pgerr.New(pgerr.UndefinedParameter, "there is no parameter $%d", l.Index)
		}
		return args[l.Index-1], nil
	case InputText:
		return datum.In(l.T.OID, l.T.Mod, l.Name, env)
	case Setting:
		return setting(l, env)
	case CurrentUser:
		return datum.Text(env.User), nil
	case SessionUser:
		return datum.Text(env.Session), nil
	case CurrentCatalog:
		return datum.Text(env.Database), nil
	case CurrentSchema:
		if len(env.Schemas) == 0 {
			return nil, nil
		}
		return datum.Text(env.Schemas[0]), nil
	}
	return fillClock(l, env)
}

func setting(l *Late, env *datum.Env) (datum.Value, error) {
	if env.Setting != nil {
		if v, ok := env.Setting(l.Name); ok {
			return datum.Text(v), nil
		}
	}
	return nil, pgerr.New(pgerr.UndefinedObject, "unrecognized configuration parameter %q", l.Name)
}

// fillClock computes the clock's leaves from the transaction's start, in the session's zone.
func fillClock(l *Late, env *datum.Env) (datum.Value, error) {
	var now datum.Value = env.Now
	switch l.Kind {
	case StatementTime:
		now = env.Statement
	case ClockTime:
		now = env.Statement
		if env.Clock != nil {
			now = env.Clock()
		}
	}
	to := map[LateKind]uint32{CurrentDate: pgcat.Date, CurrentTime: pgcat.TimeTZ, LocalTime: pgcat.Time, LocalTimestamp: pgcat.Timestamp}[l.Kind]
	if to == 0 {
		to = pgcat.TimestampTZ
	}
	return datum.Cast(now, pgcat.TimestampTZ, to, l.T.Mod, true, env)
}
