package datum

import (
	"slices"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

func isReg(oid uint32) bool {
	switch oid {
	case pgcat.Regproc, pgcat.Regprocedure, pgcat.Regoper, pgcat.Regoperator, pgcat.Regclass, pgcat.Regtype, pgcat.Regconfig,
		pgcat.Regdictionary, pgcat.Regnamespace, pgcat.Regrole, pgcat.Regcollation:
		return true
	}
	return false
}

// regIn reads a number, "-" for 0, or the name of a system object.
func regIn(oid uint32, text string) (Value, error) {
	if text == "-" {
		return Int(0), nil
	}
	if text != "" && digitPrefix(text) == len(text) {
		return oidIn("oid", text)
	}
	switch oid {
	case pgcat.Regtype:
		return regtypeIn(text)
	case pgcat.Regproc:
		return regprocIn(text)
	case pgcat.Regprocedure:
		return regprocedureIn(text)
	}
	schema, name, ok := splitName(text)
	if !ok {
		return nil, pgerr.New(pgerr.InvalidName, "invalid name syntax")
	}
	if oid == pgcat.Regclass {
		if schema == "" {
			schema = "pg_catalog"
		}
		if r, ok := pgcat.RelationByName(schema, name); ok {
			return Int(r.OID), nil
		}
	}
	if oid == pgcat.Regnamespace && schema == "" && name == "pg_catalog" {
		return Int(pgcat.PGCatalog), nil
	}
	return Text(text), nil
}

// splitName takes schema.name or name apart, each quoted or folded to lower case.
func splitName(text string) (schema, name string, ok bool) {
	var parts []string
	for rest := trimSpace(text); ; {
		var part string
		if part, rest, ok = cutIdentifier(rest); !ok {
			return "", "", false
		}
		parts = append(parts, part)
		rest = trimSpace(rest)
		if rest == "" {
			break
		}
		if rest[0] != '.' {
			return "", "", false
		}
		rest = trimSpace(rest[1:])
	}
	switch len(parts) {
	case 1:
		return "", parts[0], true
	case 2:
		return parts[0], parts[1], true
	}
	return "", "", false
}

func cutIdentifier(s string) (name, rest string, ok bool) {
	if strings.HasPrefix(s, `"`) {
		for i := 1; i < len(s); i++ {
			if s[i] != '"' {
				continue
			}
			if i+1 == len(s) || s[i+1] != '"' {
				return strings.ReplaceAll(s[1:i], `""`, `"`), s[i+1:], i > 1
			}
			i++
		}
		return "", "", false
	}
	n := strings.IndexAny(s, ". \t\n\r\f\v")
	if n < 0 {
		n = len(s)
	}
	return strings.ToLower(s[:n]), s[n:], n > 0
}

// typeAliases are the SQL names of types, besides those of pg_type.
var typeAliases = map[string]uint32{
	"integer": pgcat.Int4, "int": pgcat.Int4, "bigint": pgcat.Int8, "smallint": pgcat.Int2, "real": pgcat.Float4,
	"double precision": pgcat.Float8, "float": pgcat.Float8, "boolean": pgcat.Bool, "decimal": pgcat.Numeric, "dec": pgcat.Numeric,
	"character varying": pgcat.Varchar, "char varying": pgcat.Varchar, "character": pgcat.Bpchar, "char": pgcat.Bpchar,
	"timestamp without time zone": pgcat.Timestamp, "timestamp with time zone": pgcat.TimestampTZ,
	"time without time zone": pgcat.Time, "time with time zone": pgcat.TimeTZ, "bit varying": pgcat.Varbit,
}

// TypeByName finds a system type by any of its SQL names ("character varying(20)", "int[]", "pg_catalog.text"); modifiers are
// skipped.
func TypeByName(text string) (uint32, bool) {
	s, isArray := trimSpace(text), false
	for strings.HasSuffix(s, "]") {
		at := strings.LastIndexByte(s, '[')
		if at < 0 {
			return 0, false
		}
		s, isArray = trimSpace(s[:at]), true
	}
	if open := strings.IndexByte(s, '('); open >= 0 {
		end := strings.IndexByte(s, ')')
		if end < open {
			return 0, false
		}
		s = trimSpace(s[:open] + " " + s[end+1:])
	}
	oid, ok := typeAliases[strings.Join(strings.Fields(strings.ToLower(s)), " ")]
	if !ok {
		schema, name, fine := splitName(s)
		t, found := pgcat.TypesByName(name)
		if !fine || !found || schema != "" && schema != "pg_catalog" {
			return 0, false
		}
		oid = t.OID
	}
	if isArray {
		t, _ := pgcat.TypeByOID(oid)
		return t.Array, t.Array != 0
	}
	return oid, true
}

func regtypeIn(text string) (Value, error) {
	if trimSpace(text) == "" {
		return nil, pgerr.New(pgerr.SyntaxError, "invalid type name \"%s\"", text)
	}
	oid, ok := TypeByName(text)
	if !ok {
		return nil, pgerr.New(pgerr.UndefinedObject, "type \"%s\" does not exist", trimSpace(text))
	}
	return Int(oid), nil
}

func regprocIn(text string) (Value, error) {
	schema, name, ok := splitName(text)
	if !ok {
		return nil, pgerr.New(pgerr.InvalidName, "invalid name syntax")
	}
	var found []*pgcat.Proc
	if schema == "" || schema == "pg_catalog" {
		found = pgcat.ProcsByName(name)
	}
	switch len(found) {
	case 0:
		return nil, pgerr.New(pgerr.UndefinedFunction, "function \"%s\" does not exist", text)
	case 1:
		return Int(found[0].OID), nil
	}
	return nil, pgerr.New(pgerr.AmbiguousFunction, "more than one function named \"%s\"", text)
}

func regprocedureIn(text string) (Value, error) {
	head, list, ok := strings.Cut(text, "(")
	list, okEnd := strings.CutSuffix(trimSpace(list), ")")
	if !ok || !okEnd {
		return nil, pgerr.New(pgerr.InvalidTextRepresentation, "expected a left parenthesis")
	}
	schema, name, ok := splitName(head)
	if !ok {
		return nil, pgerr.New(pgerr.InvalidName, "invalid name syntax")
	}
	var args []uint32
	if trimSpace(list) != "" {
		for _, a := range strings.Split(list, ",") {
			oid, ok := TypeByName(a)
			if !ok {
				return nil, pgerr.New(pgerr.UndefinedObject, "type \"%s\" does not exist", trimSpace(a))
			}
			args = append(args, oid)
		}
	}
	for _, p := range pgcat.ProcsByName(name) {
		if (schema == "" || schema == "pg_catalog") && slices.Equal(p.Args, args) {
			return Int(p.OID), nil
		}
	}
	return nil, pgerr.New(pgerr.UndefinedFunction, "function \"%s\" does not exist", text)
}

// appendReg appends the name of a system object, or the number of another one.
func appendReg(dst []byte, oid, v uint32) []byte {
	if v == 0 {
		return append(dst, '-')
	}
	switch oid {
	case pgcat.Regtype:
		if _, ok := pgcat.TypeByOID(v); ok {
			return append(dst, FormatType(v, -1)...)
		}
	case pgcat.Regproc, pgcat.Regprocedure:
		if p, ok := pgcat.ProcByOID(v); ok {
			return appendProc(dst, p, oid == pgcat.Regprocedure)
		}
	case pgcat.Regclass:
		if r, ok := pgcat.RelationByOID(v); ok {
			if r.Schema != "pg_catalog" {
				dst = append(append(dst, r.Schema...), '.')
			}
			return append(dst, quoteName(r.Name)...)
		}
	case pgcat.Regnamespace:
		if v == pgcat.PGCatalog {
			return append(dst, "pg_catalog"...)
		}
	}
	return strconv.AppendUint(dst, uint64(v), 10)
}

func appendProc(dst []byte, p *pgcat.Proc, args bool) []byte {
	if !args {
		if len(pgcat.ProcsByName(p.Name)) != 1 {
			dst = append(dst, "pg_catalog."...)
		}
		return append(dst, quoteName(p.Name)...)
	}
	dst = append(append(dst, quoteName(p.Name)...), '(')
	for i, a := range p.Args {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, FormatType(a, -1)...)
	}
	return append(dst, ')')
}
