package sfsql

import (
	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// contextTable are functions of the session (sql-reference/functions-context): constants of the statement.
func contextTable() map[string]dateFunction {
	m := map[string]dateFunction{}
	for name, get := range map[string]func(e *Env) string{
		"CURRENT_ROLE":      func(e *Env) string { return e.Role },
		"CURRENT_USER":      func(e *Env) string { return e.User },
		"CURRENT_WAREHOUSE": func(e *Env) string { return e.Warehouse },
		"CURRENT_DATABASE":  func(e *Env) string { return e.Database },
		"CURRENT_SCHEMA":    func(e *Env) string { return e.Schema },
		"CURRENT_ACCOUNT":   func(e *Env) string { return e.Account },
		"CURRENT_SESSION":   func(e *Env) string { return e.Session },
	} {
		m[name] = dateFunction{0, 0, "", func(s *scope, x *sqltree.Call) (value, *Error) {
			t := get(s.c.env)
			if t == "" {
				return value{SQL: castTo("NULL", of(Varchar)), Type: of(Varchar), Nullable: true}, nil
			}
			v := stringLiteral(t)
			v.Lit = nil
			return v, nil
		}}
	}
	m["CURRENT_TIMESTAMP"] = dateFunction{0, 1, "", now(TimestampLTZ)}
	m["GETDATE"] = dateFunction{0, 0, "", now(TimestampLTZ)}
	m["LOCALTIMESTAMP"] = dateFunction{0, 1, "", now(TimestampLTZ)}
	m["SYSDATE"] = dateFunction{0, 0, "", utcNow}
	m["CURRENT_DATE"] = dateFunction{0, 0, "", now(Date)}
	m["CURRENT_TIME"] = dateFunction{0, 1, "", now(Time)}
	m["LOCALTIME"] = dateFunction{0, 0, "", now(Time)}
	return m
}

// now is the statement's moment, in the session's time zone where the type has none.
func now(k Kind) func(s *scope, x *sqltree.Call) (value, *Error) {
	return func(s *scope, x *sqltree.Call) (value, *Error) {
		at := s.c.env.Now.UTC().Format("2006-01-02 15:04:05.000000")
		v := value{SQL: "TIMESTAMPTZ '" + at + "+00'", Type: of(TimestampLTZ)}
		if k == TimestampLTZ {
			return v, nil
		}
		return s.c.Convert(v, of(k)), nil
	}
}

func utcNow(s *scope, x *sqltree.Call) (value, *Error) {
	return value{SQL: "TIMESTAMP '" + s.c.env.Now.UTC().Format("2006-01-02 15:04:05.000000") + "'", Type: of(TimestampNTZ)}, nil
}
