package sfsql

import (
	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

type statement struct {
	kind  StatementKind
	query *sqltree.Query
	other Statement
}

// statementParser reads what is a statement of Snowflake's alone.
type statementParser struct{ *sqltree.Parser }

// statement reads one statement, with at most one semicolon after it.
func (p *statementParser) statement() (st statement, err *sqltree.Fault) {
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
	case p.Word("ALTER", "SESSION"):
		st.kind = AlterSession
		err = p.alterSession(&st.other)
	default:
		return st, p.Unexpected()
	}
	if err != nil {
		return st, err
	}
	return st, p.End()
}

// show reads SHOW objects [LIKE 'p'] [IN scope [name]] [LIMIT n] (sql-reference/sql/show).
func (p *statementParser) show(st *Statement) (err *sqltree.Fault) {
	p.Word("TERSE")
	w, ok := p.AnyWord("TABLES", "VIEWS", "OBJECTS", "COLUMNS", "SCHEMAS", "DATABASES", "ROLES", "WAREHOUSES", "PARAMETERS")
	if st.Object = w; !ok {
		if err := p.NeedWord("PRIMARY", "KEYS"); err != nil {
			return err
		}
		st.Object = "PRIMARY KEYS"
	}
	if p.Word("LIKE") {
		t := p.Peek()
		if t.Kind != sqltree.TString {
			return p.Unexpected()
		}
		p.Take()
		st.Like = &t.Text
	}
	if p.Word("IN") {
		st.Scope, _ = p.AnyWord("ACCOUNT", "DATABASE", "SCHEMA", "TABLE", "VIEW", "SESSION")
		if p.IsName() {
			if st.Name, err = p.Texts(); err != nil {
				return err
			}
		}
	}
	if p.Word("LIMIT") {
		n, ok := atoi(p.Peek().Text)
		if !ok || n < 1 {
			return p.Unexpected()
		}
		p.Take()
		st.Limit = n
	}
	return nil
}

// describe reads DESCRIBE TABLE|VIEW name (sql-reference/sql/desc-table).
func (p *statementParser) describe(st *Statement) (err *sqltree.Fault) {
	w, ok := p.AnyWord("TABLE", "VIEW")
	if !ok {
		return p.Unexpected()
	}
	st.Object = w
	st.Name, err = p.Texts()
	return err
}

// use reads USE [ROLE|WAREHOUSE|DATABASE|SCHEMA] name (sql-reference/sql/use).
func (p *statementParser) use(st *Statement) (err *sqltree.Fault) {
	w, ok := p.AnyWord("ROLE", "WAREHOUSE", "DATABASE", "SCHEMA")
	if st.Object = w; !ok {
		st.Object = "DATABASE"
	}
	if st.Name, err = p.Texts(); err == nil && !ok && len(st.Name) == 2 {
		st.Object = "SCHEMA"
	}
	return err
}

// alterSession reads SET name = value [,] … or UNSET name, … (sql-reference/sql/alter-session).
func (p *statementParser) alterSession(st *Statement) *sqltree.Fault {
	if p.Word("UNSET") {
		for {
			n, err := p.Name()
			if err != nil {
				return err
			}
			st.Unset = append(st.Unset, n.Text)
			if !p.Op(",") {
				return nil
			}
		}
	}
	if err := p.NeedWord("SET"); err != nil {
		return err
	}
	st.Set = map[string]string{}
	for {
		n, err := p.Name()
		if err != nil {
			return err
		}
		if err := p.NeedOp("="); err != nil {
			return err
		}
		t := p.Peek()
		if t.Kind != sqltree.TString && t.Kind != sqltree.TNumber && t.Kind != sqltree.TWord {
			return p.Unexpected()
		}
		p.Take()
		st.Set[n.Text] = t.Text
		p.Op(",")
		if !p.IsName() {
			return nil
		}
	}
}
