package plan

import (
	"fmt"

	"github.com/waggle-sql/waggle/internal/pgcat"
)

// standardNames are the types that format_type spells as the SQL standard does.
var standardNames = map[uint32]string{
	pgcat.Bool: "boolean", pgcat.Int2: "smallint", pgcat.Int4: "integer", pgcat.Int8: "bigint", pgcat.Float4: "real",
	pgcat.Float8: "double precision", pgcat.Varchar: "character varying", pgcat.Bpchar: "character",
	pgcat.Time: "time without time zone", pgcat.TimeTZ: "time with time zone", pgcat.Char: "\"char\"",
	pgcat.Timestamp: "timestamp without time zone", pgcat.TimestampTZ: "timestamp with time zone",
}

// TypeName prints a type as PostgreSQL's format_type does: "numeric(18,2)", "character varying(20)[]".
func TypeName(t Type) string {
	p, ok := pgcat.TypeByOID(t.OID)
	if !ok {
		return fmt.Sprintf("type %d", t.OID)
	}
	if p.IsArray() {
		return TypeName(Type{OID: p.Elem, Mod: t.Mod}) + "[]"
	}
	name := p.Name
	if s, found := standardNames[t.OID]; found {
		name = s
	}
	if t.Mod < 0 {
		if t.OID == pgcat.Bpchar {
			return "bpchar"
		}
		return name
	}
	return withModifier(t, name)
}

func withModifier(t Type, name string) string {
	switch t.OID {
	case pgcat.Varchar, pgcat.Bpchar:
		return fmt.Sprintf("%s(%d)", name, t.Mod-4)
	case pgcat.Numeric:
		return fmt.Sprintf("%s(%d,%d)", name, (t.Mod-4)>>16&0xffff, int16((t.Mod-4)&0x7ff<<5)>>5)
	case pgcat.Timestamp, pgcat.TimestampTZ, pgcat.Time, pgcat.TimeTZ:
		i := len("timestamp")
		if t.OID == pgcat.Time || t.OID == pgcat.TimeTZ {
			i = len("time")
		}
		return fmt.Sprintf("%s(%d)%s", name[:i], t.Mod, name[i:])
	}
	return name
}
