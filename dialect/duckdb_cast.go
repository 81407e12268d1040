package dialect

import (
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// integerDigits is the precision of each integer type as a DECIMAL.
var integerDigits = map[uint32]int32{pgcat.Int2: 5, pgcat.Int4: 10, pgcat.Int8: 19}

// sameText are the types whose values are strings without a meaning of their own.
var sameText = map[uint32]bool{pgcat.Text: true, pgcat.Varchar: true, pgcat.Name: true, pgcat.Unknown: true, pgcat.Bpchar: true}

// nativeCasts are conversions of DuckDB that equal PostgreSQL's, errors included.
var nativeCasts = map[[2]uint32]bool{
	{pgcat.Int2, pgcat.Int4}: true, {pgcat.Int2, pgcat.Int8}: true, {pgcat.Int4, pgcat.Int2}: true, {pgcat.Int4, pgcat.Int8}: true,
	{pgcat.Int8, pgcat.Int2}: true, {pgcat.Int8, pgcat.Int4}: true,
	{pgcat.Int2, pgcat.Float8}: true, {pgcat.Int4, pgcat.Float8}: true, {pgcat.Int8, pgcat.Float8}: true,
	{pgcat.Int2, pgcat.Float4}: true, {pgcat.Int4, pgcat.Float4}: true, {pgcat.Int8, pgcat.Float4}: true,
	{pgcat.Float4, pgcat.Float8}: true,
	{pgcat.Float8, pgcat.Int2}:   true, {pgcat.Float8, pgcat.Int4}: true, {pgcat.Float8, pgcat.Int8}: true,
	{pgcat.Int4, pgcat.Bool}: true, {pgcat.Bool, pgcat.Int4}: true,
	{pgcat.Int2, pgcat.Text}: true, {pgcat.Int4, pgcat.Text}: true, {pgcat.Int8, pgcat.Text}: true, {pgcat.OID, pgcat.Text}: true,
	{pgcat.Bool, pgcat.Text}: true, {pgcat.UUID, pgcat.Text}: true,
	{pgcat.Date, pgcat.Timestamp}: true,
	{pgcat.Int4, pgcat.OID}:       false, {pgcat.OID, pgcat.Int8}: true,
}

// vectorArray are the array types of the vectors' items; a vector and its array are stored alike.
var vectorArray = map[uint32]uint32{pgcat.Int2Vector: pgcat.Int2Array, pgcat.OIDVector: pgcat.OIDArray}

func isArray(oid uint32) bool {
	t, ok := pgcat.TypeByOID(oid)
	return ok && t.IsArray()
}

// cast prints a conversion: by representation for numeric and strings, native where equal, else by datum.
func (p *duck) cast(e *plan.Cast) sx {
	x := p.expr(e.Arg)
	if array := vectorArray[x.oid]; array != 0 && isArray(e.T.OID) {
		x.oid = array // its items count from 1
	}
	from, to := x.oid, e.T.OID
	switch {
	case from == to && vectorArray[e.Arg.Type().OID] == from:
		return x
	case x.null:
		n := p.literal(nil, to, e.At)
		n.oid = to
		return n
	case from == numericOID && to == numericOID:
		return p.numericMod(e, x)
	case to == numericOID && integerDigits[from] > 0:
		return p.withMod(e, decimal(x.text, integerDigits[from], 0))
	case from == numericOID && (to == pgcat.Float8 || to == pgcat.Float4):
		return sx{text: "CAST(" + p.asText(x).text + " AS " + WorkspaceType(to) + ")", oid: to}
	case from == numericOID && x.p > 0 && integerDigits[to] > 0:
		return sx{text: "CAST(" + x.text + " AS " + WorkspaceType(to) + ")", oid: to}
	case from == numericOID && sameText[to] && to != pgcat.Bpchar && e.T.Mod < 0 && to != pgcat.Name:
		x = p.asText(x)
		x.oid = to
		return x
	case sameText[from] && sameText[to]:
		return p.stringCast(e, x)
	case e.Method == plan.Relabel:
		return p.relabel(e, x)
	}
	target := to
	if to == pgcat.Varchar && e.T.Mod < 0 {
		target = pgcat.Text
	}
	if nativeCasts[[2]uint32{from, target}] && e.T.Mod < 0 {
		return sx{text: "CAST(" + x.text + " AS " + WorkspaceType(to) + ")", oid: to}
	}
	return p.castByDatum(e, x)
}

func (p *duck) castByDatum(e *plan.Cast, x sx) sx {
	if e.T.OID == bpcharOID && x.oid == bpcharOID && e.T.Mod < 0 {
		return x
	}
	y := p.udf(Func{Kind: CastFunc, Proc: e.Proc, Result: e.T.OID, Mod: e.T.Mod, Explicit: e.Explicit, At: e.At}, []sx{x})
	if q, s, ok := decimalOf(e.T); ok && e.T.OID == numericOID {
		return p.toDecimal(y, q, s)
	}
	if e.T.OID == bpcharOID && e.T.Mod > 4 {
		y.pad = e.T.Mod - 4
	}
	return y
}

// relabel changes the type alone; where the two are represented alike there is nothing to do.
func (p *duck) relabel(e *plan.Cast, x sx) sx {
	if WorkspaceType(x.oid) != WorkspaceType(e.T.OID) {
		return p.castByDatum(e, x)
	}
	x.oid = e.T.OID
	return x
}

// numericMod applies numeric(p,s): rounding, and 22003 when it does not fit.
func (p *duck) numericMod(e *plan.Cast, x sx) sx {
	if e.T.Mod < 0 {
		return x
	}
	return p.withMod(e, x)
}

func (p *duck) withMod(e *plan.Cast, x sx) sx {
	if e.T.Mod < 0 {
		return x
	}
	q, s, ok := decimalOf(e.T)
	if !ok {
		return p.castByDatum(e, x)
	}
	if x.p == 0 { // text may hold NaN, which numeric(p,s) keeps and DECIMAL cannot
		return p.castByDatum(e, x)
	}
	return p.toDecimal(x, q, s)
}

// stringCast converts between strings. An explicit varchar(n) truncates; an implicit one that would lose more than blanks
// fails, in datum.
func (p *duck) stringCast(e *plan.Cast, x sx) sx {
	to := e.T.OID
	switch {
	case to == pgcat.Text, to == pgcat.Varchar && e.T.Mod < 0:
		if x.oid == pgcat.Bpchar {
			x.text, x.plain = "rtrim("+x.text+", ' ')", false
		}
		x.oid = to
		return x
	case to == pgcat.Varchar && e.Explicit && x.oid != pgcat.Bpchar:
		return sx{text: "left(" + x.text + ", " + itoa(e.T.Mod-4) + ")", oid: to}
	case to == pgcat.Bpchar && e.T.Mod < 0:
		x.oid = to
		return x
	}
	return p.castByDatum(e, x)
}
