package bind

import (
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// typeOf resolves a TypeName with its modifier, or fails at its place.
func (b *binder) typeOf(n *pg.TypeName) (plan.Type, bool) {
	t, err := b.lookupType(n)
	if err != nil {
		b.fail(err, b.at(n.GetLocation()))
		return unmodified(pgcat.Unknown), false
	}
	return t, true
}

func (b *binder) lookupType(n *pg.TypeName) (plan.Type, *pgerr.Error) {
	names := texts(n.GetNames())
	if n.GetPctType() {
		return plan.Type{}, pgerr.New(pgerr.FeatureNotSupported, "%%TYPE is not supported")
	}
	if n.GetSetof() {
		return plan.Type{}, pgerr.New(pgerr.DatatypeMismatch, "cannot cast to a set")
	}
	t, err := b.namedType(names)
	if err != nil {
		return plan.Type{}, err
	}
	mod, err := modifier(t, n.GetTypmods())
	if err != nil {
		return plan.Type{}, err
	}
	oid := t.OID
	if len(n.GetArrayBounds()) > 0 {
		if t.Category == 'A' && t.IsArray() {
			return plan.Type{OID: oid, Mod: mod}, nil
		}
		if oid = t.Array; oid == 0 {
			return plan.Type{}, pgerr.New(pgerr.UndefinedObject, "type \"%s[]\" does not exist", strings.Join(names, "."))
		}
	}
	return plan.Type{OID: oid, Mod: mod}, nil
}

func (b *binder) namedType(names []string) (*pgcat.Type, *pgerr.Error) {
	missing := pgerr.New(pgerr.UndefinedObject, "type \"%s\" does not exist", strings.Join(names, "."))
	switch len(names) {
	case 0:
		return nil, missing
	case 1:
		if t, ok := pgcat.TypesByName(names[0]); ok {
			return t, nil
		}
		return nil, missing
	}
	schema, name := names[len(names)-2], names[len(names)-1]
	if schema == "pg_catalog" {
		if t, ok := pgcat.TypesByName(name); ok {
			return t, nil
		}
		return nil, missing
	}
	if !b.hasSchema(schema) {
		return nil, pgerr.New(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", schema)
	}
	if schema == "information_schema" {
		all := pgcat.Types()
		for i := range all {
			if all[i].Name == name && all[i].Namespace != pgcat.PGCatalog {
				return &all[i], nil
			}
		}
	}
	return nil, missing
}

// modifier computes a typmod as the type's typmodin function does.
func modifier(t *pgcat.Type, nodes []*pg.Node) (int32, *pgerr.Error) {
	if len(nodes) == 0 {
		return -1, nil
	}
	if t.ModIn == 0 {
		return -1, pgerr.New(pgerr.SyntaxError, "type modifier is not allowed for type \"%s\"", t.Name)
	}
	var n []int32
	for _, m := range nodes {
		c := m.GetAConst()
		if text := c.GetSval().GetSval(); text != "" {
			if k, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32); err == nil {
				n = append(n, int32(k))
				continue
			}
		}
		if c == nil || c.GetIval() == nil && (c.Val != nil || c.Isnull) {
			return -1, badModifier(m)
		}
		n = append(n, c.GetIval().GetIval())
	}
	switch t.OID {
	case pgcat.Varchar, pgcat.Bpchar:
		return lengthModifier(t, n)
	case pgcat.Numeric:
		return numericModifier(n)
	case pgcat.Interval:
		return intervalModifier(n)
	case pgcat.Time, pgcat.TimeTZ, pgcat.Timestamp, pgcat.TimestampTZ:
		return precisionModifier(t, n)
	case pgcat.Bit, pgcat.Varbit:
		return bitModifier(t, n)
	}
	return -1, pgerr.New(pgerr.FeatureNotSupported, "type modifiers of type %s are not supported", typeName(t.OID))
}

// badModifier refuses a modifier that is no integer: PostgreSQL reads names and strings as integers.
func badModifier(m *pg.Node) *pgerr.Error {
	text := m.GetAConst().GetSval().GetSval()
	if r := m.GetColumnRef(); r != nil && len(r.Fields) == 1 {
		text = r.Fields[0].GetString_().GetSval()
	}
	if text == "" {
		return pgerr.New(pgerr.SyntaxError, "type modifiers must be simple constants or identifiers")
	}
	return pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type integer: \"%s\"", text)
}

func bitModifier(t *pgcat.Type, n []int32) (int32, *pgerr.Error) {
	switch {
	case len(n) != 1:
		return -1, pgerr.New(pgerr.InvalidParameterValue, "invalid type modifier")
	case n[0] < 1:
		return -1, pgerr.New(pgerr.InvalidParameterValue, "length for type %s must be at least 1", t.Name)
	case n[0] > 83886080:
		return -1, pgerr.New(pgerr.InvalidParameterValue, "length for type %s cannot exceed 83886080", t.Name)
	}
	return n[0], nil
}

func lengthModifier(t *pgcat.Type, n []int32) (int32, *pgerr.Error) {
	name := map[uint32]string{pgcat.Varchar: "varchar", pgcat.Bpchar: "char"}[t.OID]
	switch {
	case len(n) != 1:
		return -1, pgerr.New(pgerr.InvalidParameterValue, "invalid type modifier")
	case n[0] < 1:
		return -1, pgerr.New(pgerr.InvalidParameterValue, "length for type %s must be at least 1", name)
	case n[0] > 10485760:
		return -1, pgerr.New(pgerr.InvalidParameterValue, "length for type %s cannot exceed 10485760", name)
	}
	return n[0] + 4, nil
}

func numericModifier(n []int32) (int32, *pgerr.Error) {
	if len(n) > 2 {
		return -1, pgerr.New(pgerr.InvalidParameterValue, "invalid NUMERIC type modifier")
	}
	if n[0] < 1 || n[0] > 1000 {
		return -1, pgerr.New(pgerr.InvalidParameterValue, "NUMERIC precision %d must be between 1 and 1000", n[0])
	}
	scale := int32(0)
	if len(n) == 2 {
		scale = n[1]
	}
	if scale < -1000 || scale > 1000 {
		return -1, pgerr.New(pgerr.InvalidParameterValue, "NUMERIC scale %d must be between -1000 and 1000", scale)
	}
	return (n[0]<<16 | scale&0x7ff) + 4, nil
}

func intervalModifier(n []int32) (int32, *pgerr.Error) {
	const fullRange, fullPrecision = 0x7FFF, 0xFFFF
	switch len(n) {
	case 1:
		if n[0] == fullRange {
			return -1, nil
		}
		return n[0]<<16 | fullPrecision, nil
	case 2:
		if n[1] < 0 {
			return -1, pgerr.New(pgerr.InvalidParameterValue, "INTERVAL(%d) precision must not be negative", n[1])
		}
		return n[0]<<16 | min(n[1], 6), nil
	}
	return -1, pgerr.New(pgerr.InvalidParameterValue, "invalid INTERVAL type modifier")
}

func precisionModifier(t *pgcat.Type, n []int32) (int32, *pgerr.Error) {
	name, zone := "TIMESTAMP", ""
	if t.OID == pgcat.Time || t.OID == pgcat.TimeTZ {
		name = "TIME"
	}
	if t.OID == pgcat.TimeTZ || t.OID == pgcat.TimestampTZ {
		zone = " WITH TIME ZONE"
	}
	switch {
	case len(n) != 1:
		return -1, pgerr.New(pgerr.InvalidParameterValue, "invalid type modifier")
	case n[0] < 0:
		return -1, pgerr.New(pgerr.InvalidParameterValue, "%s(%d)%s precision must not be negative", name, n[0], zone)
	}
	return min(n[0], 6), nil
}

// texts returns the strings of a list of String nodes.
func texts(nodes []*pg.Node) []string {
	out := make([]string, 0, len(nodes))
	for _, n := range nodes {
		out = append(out, n.GetString_().GetSval())
	}
	return out
}
