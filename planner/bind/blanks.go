package bind

import (
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// writing are functions that write values of any type as they are output, beside those that make JSON of them.
var writing = []string{"concat", "concat_ws", "format"}

// blanks gives each char(n) that a function writes its blanks, which values in a plan do not have.
func (b *binder) blanks(p *pgcat.Proc, args []plan.Expr) {
	if b.err != nil || !strings.Contains(p.Name, "json") && !slices.Contains(writing, p.Name) {
		return
	}
	pad, ok := pgcat.ProcBySignature("rpad(text,int4)")
	if !ok {
		return
	}
	for i, a := range args {
		t := a.Type()
		if t.OID != pgcat.Bpchar || t.Mod <= 4 {
			continue
		}
		n := &plan.Const{Base: base(pgcat.Int4, pos(a)), Value: datum.Int(t.Mod - 4)}
		c := &plan.Call{Base: base(pgcat.Text, pos(a)), Proc: pad.OID, Name: pad.Name,
			Args: []plan.Expr{b.coerce(a, unmodified(pgcat.Text), explicit, -1), n}}
		args[i] = b.foldCall(c, pad)
	}
}
