package dbsql

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

type statement struct {
	kind  StatementKind
	query *sqltree.Query
	other Statement
}

// statement reads one statement, with at most one semicolon after it.
func (p *parser) statement() (st statement, err *sqltree.Fault) {
	switch {
	case p.IsQuery():
		st.query, err = p.Query()
	case p.Word("SHOW"):
		st.kind = Show
		err = p.show(&st.other)
	case p.Word("DESCRIBE"), p.Word("DESC"):
		st.kind = Describe
		err = p.describe(&st.other)
	case p.Word("USE"):
		st.kind = Use
		err = p.use(&st.other)
	case p.Word("SET"):
		st.kind = Set
		err = p.set(&st.other)
	default:
		return st, p.Unexpected()
	}
	if err != nil {
		return st, err
	}
	return st, p.End()
}

// show reads SHOW objects [IN name] [[LIKE] 'p'] (sql-ref-syntax-aux-show-tables, -schemas, -catalogs, -columns).
func (p *parser) show(st *Statement) (err *sqltree.Fault) {
	w, ok := p.AnyWord("CATALOGS", "SCHEMAS", "DATABASES", "TABLES", "COLUMNS")
	if !ok {
		return p.Unexpected()
	}
	if st.Object = w; w == "DATABASES" {
		st.Object = "SCHEMAS"
	}
	if p.Word("IN") || p.Word("FROM") {
		if st.Name, err = p.Texts(); err != nil {
			return err
		}
	}
	p.Word("LIKE")
	if t := p.Peek(); t.Kind == sqltree.TString {
		p.Take()
		st.Like = &t.Text
	}
	return nil
}

// describe reads DESCRIBE [TABLE] [EXTENDED] name (sql-ref-syntax-aux-describe-table).
func (p *parser) describe(st *Statement) (err *sqltree.Fault) {
	p.Word("TABLE")
	st.Object = "TABLE"
	st.Extended = p.Word("EXTENDED")
	st.Name, err = p.Texts()
	return err
}

// use reads USE [CATALOG | SCHEMA | DATABASE] name (sql-ref-syntax-ddl-use-catalog, -use-schema).
func (p *parser) use(st *Statement) (err *sqltree.Fault) {
	w, _ := p.AnyWord("CATALOG", "SCHEMA", "DATABASE")
	if st.Object = w; w != "CATALOG" {
		st.Object = "SCHEMA"
	}
	st.Name, err = p.Texts()
	return err
}

// set reads SET, SET TIME ZONE 'zone' and SET name = value (sql-ref-syntax-aux-conf-mgmt-set, -set-timezone).
func (p *parser) set(st *Statement) *sqltree.Fault {
	st.Set = map[string]string{}
	if p.Word("TIME", "ZONE") {
		t := p.Take()
		if t.Kind != sqltree.TString {
			return p.Unexpected()
		}
		st.Set["timezone"] = t.Text
		return nil
	}
	if p.Peek().Kind == sqltree.TEnd || p.IsOp(";") {
		return nil
	}
	names, err := p.Texts()
	if err != nil {
		return err
	}
	for p.Op(".") {
		n, err := p.Name()
		if err != nil {
			return err
		}
		names = append(names, n.Text)
	}
	if err := p.NeedOp("="); err != nil {
		return err
	}
	t := p.Peek()
	if t.Kind != sqltree.TString && t.Kind != sqltree.TNumber && t.Kind != sqltree.TWord {
		return p.Unexpected()
	}
	p.Take()
	value := t.Text
	if t.Kind == sqltree.TWord {
		value = p.text[t.From:t.To]
	}
	st.Set[strings.ToLower(strings.Join(names, "."))] = value
	return nil
}
