package sfsql

type statement struct {
	kind  StatementKind
	query *query
	other Statement
}

// statement reads one statement, with at most one semicolon after it.
func (p *parser) statement() (st statement, err *Error) {
	switch {
	case p.isWord("SELECT"), p.isWord("WITH"), p.isWord("VALUES"), p.isOp("("):
		st.query, err = p.query()
	case p.word("SHOW"):
		st.kind = Show
		err = p.show(&st.other)
	case p.word("DESCRIBE"), p.word("DESC"):
		st.kind = Describe
		err = p.describe(&st.other)
	case p.word("USE"):
		st.kind = Use
		err = p.use(&st.other)
	case p.word("ALTER", "SESSION"):
		st.kind = AlterSession
		err = p.alterSession(&st.other)
	default:
		return st, p.unexpected()
	}
	if err != nil {
		return st, err
	}
	p.op(";")
	if p.peek().kind != tEnd {
		return st, p.unexpected()
	}
	return st, nil
}

// show reads SHOW objects [LIKE 'p'] [IN scope [name]] [LIMIT n] (sql-reference/sql/show).
func (p *parser) show(st *Statement) (err *Error) {
	p.word("TERSE")
	w, ok := p.anyWord("TABLES", "VIEWS", "OBJECTS", "COLUMNS", "SCHEMAS", "DATABASES", "ROLES", "WAREHOUSES", "PARAMETERS")
	if st.Object = w; !ok {
		if err := p.needWord("PRIMARY", "KEYS"); err != nil {
			return err
		}
		st.Object = "PRIMARY KEYS"
	}
	if p.word("LIKE") {
		t := p.peek()
		if t.kind != tString {
			return p.unexpected()
		}
		p.take()
		st.Like = &t.text
	}
	if p.word("IN") {
		st.Scope, _ = p.anyWord("ACCOUNT", "DATABASE", "SCHEMA", "TABLE", "VIEW", "SESSION")
		if p.isName() {
			if st.Name, err = p.texts(); err != nil {
				return err
			}
		}
	}
	if p.word("LIMIT") {
		n, ok := atoi(p.peek().text)
		if !ok || n < 1 {
			return p.unexpected()
		}
		p.take()
		st.Limit = n
	}
	return nil
}

func (p *parser) texts() (out []string, err *Error) {
	parts, err := p.dotted()
	for _, n := range parts {
		out = append(out, n.text)
	}
	return out, err
}

// describe reads DESCRIBE TABLE|VIEW name (sql-reference/sql/desc-table).
func (p *parser) describe(st *Statement) (err *Error) {
	w, ok := p.anyWord("TABLE", "VIEW")
	if !ok {
		return p.unexpected()
	}
	st.Object = w
	st.Name, err = p.texts()
	return err
}

// use reads USE [ROLE|WAREHOUSE|DATABASE|SCHEMA] name (sql-reference/sql/use).
func (p *parser) use(st *Statement) (err *Error) {
	w, ok := p.anyWord("ROLE", "WAREHOUSE", "DATABASE", "SCHEMA")
	if st.Object = w; !ok {
		st.Object = "DATABASE"
	}
	if st.Name, err = p.texts(); err == nil && !ok && len(st.Name) == 2 {
		st.Object = "SCHEMA"
	}
	return err
}

// alterSession reads SET name = value [,] … or UNSET name, … (sql-reference/sql/alter-session).
func (p *parser) alterSession(st *Statement) *Error {
	if p.word("UNSET") {
		for {
			n, err := p.name()
			if err != nil {
				return err
			}
			st.Unset = append(st.Unset, n.text)
			if !p.op(",") {
				return nil
			}
		}
	}
	if err := p.needWord("SET"); err != nil {
		return err
	}
	st.Set = map[string]string{}
	for {
		n, err := p.name()
		if err != nil {
			return err
		}
		if err := p.needOp("="); err != nil {
			return err
		}
		t := p.peek()
		if t.kind != tString && t.kind != tNumber && t.kind != tWord {
			return p.unexpected()
		}
		p.take()
		st.Set[n.text] = t.text
		p.op(",")
		if !p.isName() {
			return nil
		}
	}
}
