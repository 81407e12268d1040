package semantic

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/strictyaml"
	"github.com/waggle-sql/waggle/planner/plan"
)

// typeNames are the types that a property may have, by pg_type.typname, with their SQL name.
var typeNames = []struct{ name, sql string }{
	{"bool", "boolean"}, {"int2", "smallint"}, {"int4", "integer"}, {"int8", "bigint"}, {"float4", "real"},
	{"float8", "double precision"}, {"numeric", "numeric"}, {"text", "text"}, {"varchar", "character varying"},
	{"bpchar", "character"}, {"bytea", "bytea"}, {"date", "date"}, {"time", "time without time zone"},
	{"timetz", "time with time zone"}, {"timestamp", "timestamp without time zone"}, {"timestamptz", "timestamp with time zone"},
	{"interval", "interval"}, {"uuid", "uuid"}, {"json", "json"}, {"jsonb", "jsonb"},
}

// typeAliases are the other SQL names of types.
var typeAliases = map[string]string{
	"int": "int4", "decimal": "numeric", "dec": "numeric", "char": "bpchar", "char varying": "varchar", "time": "time",
	"timestamp": "timestamp",
}

// ParseType reads a PostgreSQL type name with its modifier: "numeric(18,2)", "timestamp(3) with time zone", "text[]".
// It knows the types that a property may have; any other is 42704, and a bad modifier 22023.
func ParseType(text string) (plan.Type, *pgerr.Error) {
	none := plan.Type{Mod: -1}
	name, args, array := splitType(text)
	typname, ok := typeName(name)
	if !ok {
		return none, pgerr.New(pgerr.UndefinedObject, "%q is no type that a property can have", text).
			WithHint("%s", strictyaml.Suggest(name, knownTypes()))
	}
	mod, ok := typeModifier(typname, args)
	if typname == "bpchar" && args == nil && name != "bpchar" {
		mod, ok = 1+4, true // char is char(1)
	}
	if !ok {
		return none, pgerr.New(pgerr.InvalidParameterValue, "the modifier of type %q is not valid", text).
			WithHint("as in numeric(18,2), varchar(20) or timestamp(3)")
	}
	t, ok := pgcat.TypesByName(typname)
	if !ok {
		return none, pgerr.New(pgerr.UndefinedObject, "%q is no type that a property can have", text)
	}
	if array {
		return plan.Type{OID: t.Array, Mod: mod}, nil
	}
	return plan.Type{OID: t.OID, Mod: mod}, nil
}

// splitType cuts "timestamp(3) with time zone[]" into "timestamp with time zone", ["3"] and true. args is not nil when
// there are parentheses, and holds "?" when they are not closed.
func splitType(text string) (name string, args []string, array bool) {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	if text, array = strings.CutSuffix(text, "[]"); array {
		text = strings.TrimSpace(text)
	}
	before, rest, ok := strings.Cut(text, "(")
	if !ok {
		return text, nil, array
	}
	list, after, closed := strings.Cut(rest, ")")
	if !closed {
		return text, []string{"?"}, array
	}
	for _, a := range strings.Split(list, ",") {
		args = append(args, strings.TrimSpace(a))
	}
	return strings.TrimSpace(strings.TrimSpace(before) + " " + strings.TrimSpace(after)), args, array
}

func typeName(name string) (string, bool) {
	if alias, ok := typeAliases[name]; ok {
		return alias, true
	}
	for _, t := range typeNames {
		if t.name == name || t.sql == name {
			return t.name, true
		}
	}
	return "", false
}

func knownTypes() []string {
	names := make([]string, len(typeNames))
	for i, t := range typeNames {
		names[i] = t.name
	}
	return names
}

// typeModifier encodes a modifier as the type's typmodin function does (numeric.c, varchar.c, timestamp.c).
func typeModifier(typname string, args []string) (int32, bool) {
	if args == nil {
		return -1, true
	}
	var n [2]int
	for i, a := range args {
		v, err := strconv.Atoi(a)
		if err != nil || i >= len(n) {
			return 0, false
		}
		n[i] = v
	}
	switch typname {
	case "numeric":
		if n[0] < 1 || n[0] > 1000 || n[1] < -1000 || n[1] > 1000 {
			return 0, false
		}
		return int32(n[0]<<16|n[1]&0x7ff) + 4, true
	case "varchar", "bpchar":
		return int32(n[0]) + 4, len(args) == 1 && n[0] >= 1 && n[0] <= 10485760
	case "time", "timetz", "timestamp", "timestamptz":
		return int32(n[0]), len(args) == 1 && n[0] >= 0 && n[0] <= 6
	case "interval":
		return int32(0x7fff<<16 | n[0]), len(args) == 1 && n[0] >= 0 && n[0] <= 6
	}
	return 0, false
}

// FormatType prints a type as PostgreSQL's format_type does: "numeric(18,2)", "timestamp(3) without time zone", "text[]".
func FormatType(t plan.Type) string {
	if t.OID == pgcat.Bpchar && t.Mod < 0 {
		return "bpchar"
	}
	return datum.FormatType(t.OID, t.Mod)
}

func category(oid uint32) byte {
	if t, ok := pgcat.TypeByOID(oid); ok {
		return t.Category
	}
	return 0
}
