package datum

import (
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// In is PostgreSQL's input function of a type: it reads text, applies the type modifier (-1 for none) and returns the value.
// Bad text is 22P02, 22007, 22008, 22003 or 22001 as in PostgreSQL; a type that is not supported is 0A000. A nil env is
// the zero Env. The name of a relation, role or schema that is no system object stays a Text for regclass, regrole and
// regnamespace: the holder resolves it.
func In(oid uint32, mod int32, text string, env *Env) (Value, error) {
	if env == nil {
		env = &Env{}
	}
	switch oid {
	case pgcat.Bool:
		return boolIn(text)
	case pgcat.Int2, pgcat.Int4, pgcat.Int8:
		return intIn(oid, text)
	case pgcat.OID, pgcat.XID, pgcat.CID:
		return oidIn(typeName(oid), text)
	case pgcat.Float4:
		return floatIn(text, 32)
	case pgcat.Float8:
		return floatIn(text, 64)
	case pgcat.Numeric:
		return numericIn(text, mod)
	case pgcat.Char, pgcat.Name, pgcat.Varchar, pgcat.Bpchar:
		return stringIn(oid, mod, text)
	case pgcat.Text, pgcat.Unknown, pgcat.Cstring, pgcat.RefCursor:
		return Text(text), nil
	case pgcat.Bytea:
		return byteaIn(text)
	case pgcat.UUID:
		return uuidIn(text)
	case pgcat.Bit, pgcat.Varbit:
		return bitIn(oid, mod, text)
	case pgcat.JSON:
		return jsonIn(text)
	case pgcat.JSONB:
		return jsonbIn(text)
	case pgcat.Int2Vector, pgcat.OIDVector:
		return vectorIn(oid, text)
	case pgcat.Date, pgcat.Time, pgcat.TimeTZ, pgcat.Timestamp, pgcat.TimestampTZ, pgcat.Interval:
		return datetimeIn(oid, mod, text, env)
	}
	return otherIn(oid, mod, text, env)
}

func datetimeIn(oid uint32, mod int32, text string, env *Env) (Value, error) {
	switch oid {
	case pgcat.Date:
		return dateIn(text, env)
	case pgcat.Time:
		return timeIn(text, mod, env)
	case pgcat.TimeTZ:
		return timetzIn(text, mod, env)
	case pgcat.Timestamp:
		return timestampIn(text, mod, env)
	case pgcat.TimestampTZ:
		return timestamptzIn(text, mod, env)
	}
	return intervalIn(text, mod, env)
}

func otherIn(oid uint32, mod int32, text string, env *Env) (Value, error) {
	if isReg(oid) {
		return regIn(oid, text)
	}
	if isOpaque(oid) {
		return Text(text), nil
	}
	t, ok := pgcat.TypeByOID(oid)
	switch {
	case ok && t.IsArray():
		return arrayIn(t.Elem, mod, text, env)
	case ok && t.Kind == 'd':
		return In(t.BaseType, t.TypMod, text, env)
	}
	return nil, pgerr.New(pgerr.FeatureNotSupported, "type %s is not supported", typeName(oid))
}

// isOpaque reports whether values of a type are carried as their text, unchecked: types that stand in catalogs alone.
func isOpaque(oid uint32) bool {
	switch oid {
	case pgcat.PgNodeTree, pgcat.Aclitem, pgcat.PgNdistinct, pgcat.PgDependencies, pgcat.PgMcvList:
		return true
	}
	return false
}

// base returns the type under a domain, and other types unchanged.
func base(oid uint32) uint32 {
	if oid < 10000 { // no domain is among the types of pg_catalog
		return oid
	}
	for range 8 {
		t, ok := pgcat.TypeByOID(oid)
		if !ok || t.Kind != 'd' {
			break
		}
		oid = t.BaseType
	}
	return oid
}

// invalid is the error for text that a type's input function does not take.
func invalid(typ, text string) error {
	return pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type %s: \"%s\"", typ, text)
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isPunct(c byte) bool {
	return c >= '!' && c <= '~' && !isDigit(c) && !isAlpha(c)
}

func trimSpace(s string) string {
	for s != "" && isSpace(s[0]) {
		s = s[1:]
	}
	for s != "" && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}
