package bind

import (
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// regLiteral resolves 'name'::regclass and its kin at bind time; kinds that need the live catalog stay a cast.
func (b *binder) regLiteral(c *plan.Const, text string, to plan.Type) plan.Expr {
	number := func(oid uint32) plan.Expr {
		return &plan.Const{Base: base(to.OID, c.At), Value: datum.Int(oid)}
	}
	if text == "-" {
		return number(0)
	}
	if n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 32); err == nil {
		return number(uint32(n))
	}
	var oid uint32
	var err *pgerr.Error
	switch to.OID {
	case pgcat.Regclass:
		oid, err = b.regclass(text)
	case pgcat.Regtype:
		if oid, err = b.regtype(text); err != nil && b.namesTable(text) {
			return b.inline(pgcat.RowtypeOID, []plan.Expr{&plan.Const{Base: base(pgcat.Text, c.At), Value: datum.Text(text)}}, to, c.At)
		}
	case pgcat.Regproc:
		oid, err = regproc(text)
	default:
		arg := &plan.Const{Base: base(pgcat.Text, c.At), Value: c.Value}
		return &plan.Cast{Base: base(to.OID, c.At), Arg: arg, Method: plan.InOut, Explicit: true}
	}
	if err != nil {
		return b.fail(err, c.At)
	}
	return number(oid)
}

// namesTable reports whether a text names a table of the view, which has a row type of its name.
func (b *binder) namesTable(text string) bool {
	_, err := b.regclass(text)
	return err == nil && b.in.View.HasSchema("pg_catalog")
}

func (b *binder) regclass(text string) (uint32, *pgerr.Error) {
	names, err := splitName(text)
	if err != nil {
		return 0, err
	}
	schema, name := "", names[len(names)-1]
	if len(names) > 1 {
		schema = names[len(names)-2]
	}
	rel, err := b.findRelation(schema, name)
	if err != nil {
		return 0, err
	}
	return rel.Table.OID, nil
}

// maxTypeName bounds the text of a regtype literal.
const maxTypeName = 256

func (b *binder) regtype(text string) (uint32, *pgerr.Error) {
	invalid := pgerr.New(pgerr.SyntaxError, "invalid type name \"%s\"", text)
	if len(text) > maxTypeName {
		return 0, invalid // the text has not passed the guard
	}
	tree, err := pg.Parse("SELECT NULL::" + text)
	if err != nil || len(tree.Stmts) != 1 {
		return 0, invalid
	}
	targets := tree.Stmts[0].Stmt.GetSelectStmt().GetTargetList()
	if len(targets) != 1 {
		return 0, invalid
	}
	cast := targets[0].GetResTarget().GetVal().GetTypeCast()
	if cast == nil {
		return 0, invalid
	}
	t, perr := b.lookupType(cast.TypeName)
	return t.OID, perr
}

func regproc(text string) (uint32, *pgerr.Error) {
	names, err := splitName(text)
	if err != nil {
		return 0, err
	}
	found := pgcat.ProcsByName(names[len(names)-1])
	if len(names) > 1 && names[0] != "pg_catalog" {
		found = nil
	}
	switch len(found) {
	case 0:
		return 0, pgerr.New(pgerr.UndefinedFunction, "function \"%s\" does not exist", text)
	case 1:
		return found[0].OID, nil
	}
	return 0, pgerr.New(pgerr.AmbiguousFunction, "more than one function named \"%s\"", text)
}

// splitName reads a possibly qualified and quoted name, folding what is not quoted.
func splitName(text string) ([]string, *pgerr.Error) {
	invalid := pgerr.New(pgerr.InvalidName, "invalid name syntax")
	var out []string
	rest := strings.TrimSpace(text)
	for {
		var part string
		if strings.HasPrefix(rest, `"`) {
			i := 1
			for ; i < len(rest); i++ {
				if rest[i] != '"' {
					part += rest[i : i+1]
					continue
				}
				if i+1 < len(rest) && rest[i+1] == '"' {
					part += `"`
					i++
					continue
				}
				break
			}
			if i >= len(rest) {
				return nil, invalid
			}
			rest = strings.TrimSpace(rest[i+1:])
		} else {
			i := strings.IndexAny(rest, ". \t\n")
			if i < 0 {
				i = len(rest)
			}
			part, rest = strings.ToLower(rest[:i]), strings.TrimSpace(rest[i:])
		}
		if part == "" {
			return nil, invalid
		}
		out = append(out, part)
		if rest == "" {
			return out, nil
		}
		if rest[0] != '.' {
			return nil, invalid
		}
		rest = strings.TrimSpace(rest[1:])
	}
}
