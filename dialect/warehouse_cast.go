package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// cast prints the conversions that give PostgreSQL's value for every value.
func (p *warehouse) cast(e *plan.Cast) sx {
	if inner, ok := e.Arg.(*plan.Cast); ok && inner.T.OID == pgcat.Bpchar && inner.T.Mod < 0 && e.T.OID == pgcat.Bpchar && e.Explicit {
		return p.cast(&plan.Cast{Base: e.Base, Arg: inner.Arg, Method: plan.FunctionCast, Explicit: true})
	}
	if x, ok := p.truncatedDay(e); ok {
		return x
	}
	x := p.expr(e.Arg)
	from, to := e.Arg.Type().OID, e.T.OID
	if x.null {
		return p.null(e.T, e.At)
	}
	if x.den != 0 {
		return p.unsupported(e.At, "a cast of a quotient")
	}
	x.plain, x.raw = x.plain && from == to, ""
	switch {
	case e.Method == plan.Length:
		return p.length(e, x)
	case widest[from] > 0 && widest[to] > 0:
		return p.lang.integer(p, x, to, e.At)
	case widest[from] > 0 && to == pgcat.Numeric:
		return p.toNumeric(e, p.lang.whole(x, from))
	case from == pgcat.Numeric && widest[to] > 0:
		return p.lang.integer(p, sx{text: p.decimal(x.text, 38, 0), p: 38}, to, e.At)
	case from == pgcat.Numeric && to == pgcat.Numeric:
		return p.toNumeric(e, x)
	case (from == pgcat.Int2 || from == pgcat.Int4 || from == pgcat.Int8 && (x.mag > 0 && x.mag <= 1<<53 || p.lang.rounds)) && to == pgcat.Float8:
		return sx{text: p.castTo(x.text, to), oid: to}
	case characters(from) && characters(to):
		return p.toText(e, x, from)
	}
	if d, ok := p.lang.dated[from]; ok && to == pgcat.Text {
		return p.datedText(e, d, x)
	}
	form, ok := p.lang.casts[[2]uint32{from, to}]
	zoned, plain := plainCasts[[2]uint32{from, to}]
	switch {
	case !ok && plain && (p.utc || !zoned) && p.lang.types[to] != "":
		form, ok = p.castTo("$1", to), true
	case !ok && widest[from] > 0 && to == pgcat.Text:
		form, ok = p.lang.textOf, true
	}
	if ok && e.T.Mod < 0 {
		return sx{text: p.fill(form, []sx{x}), oid: to}
	}
	return p.unsupported(e.At, "a cast from %s to %s", plan.TypeName(e.Arg.Type()), plan.TypeName(e.T))
}

// datedText is the text of a date or a timestamp for a session in ISO style, where years have four digits.
func (p *warehouse) datedText(e *plan.Cast, d dated, x sx) sx {
	if !p.iso || len(x.text) > maxRepeated {
		return p.unsupported(e.At, "the text of a date in this DateStyle")
	}
	beyond := pgerr.New(pgerr.FeatureNotSupported, "the text of a date outside of the years 1 to 9999 cannot be asked of the source").At(e.At)
	text := p.iff(x.text+" BETWEEN "+d.first+" AND "+d.last, p.fillBare(d.text, []sx{x}), p.raise(beyond, x.text, pgcat.Text))
	return sx{text: text, oid: pgcat.Text}
}

// plainCasts are the conversions that are casts in every language; true for those that go through the session's zone, which is ours
// when the asking session is in UTC.
var plainCasts = map[[2]uint32]bool{
	{pgcat.Date, pgcat.Timestamp}: false, {pgcat.Timestamp, pgcat.Date}: false, {pgcat.Timestamp, pgcat.Time}: false,
	{pgcat.Date, pgcat.TimestampTZ}: true, {pgcat.Timestamp, pgcat.TimestampTZ}: true, {pgcat.TimestampTZ, pgcat.Date}: true,
	{pgcat.TimestampTZ, pgcat.Timestamp}: true, {pgcat.TimestampTZ, pgcat.Time}: true,
}

// length applies a typmod: numeric(p,s) rounds half away from zero in both; varchar(n) and char(n) cut when that was asked for.
func (p *warehouse) length(e *plan.Cast, x sx) sx {
	switch e.T.OID {
	case pgcat.Numeric:
		return p.toNumeric(e, x)
	case pgcat.Varchar, pgcat.Bpchar:
		return p.toText(e, x, e.Arg.Type().OID)
	case pgcat.Timestamp, pgcat.TimestampTZ, pgcat.Time:
		if e.T.Mod == 6 {
			return x
		}
	}
	return p.unsupported(e.At, "a cast to %s", plan.TypeName(e.T))
}

func (p *warehouse) toNumeric(e *plan.Cast, x sx) sx {
	x.oid, x.mag = pgcat.Numeric, 0
	if e.T.Mod < 0 {
		return x
	}
	q, s, ok := datum.NumericPrecision(e.T.Mod)
	if !ok || q > 38 || s < 0 || s > q {
		return p.unsupported(e.At, "a cast to %s", plan.TypeName(e.T))
	}
	return p.lang.rounded(x.text, q, s)
}

// toText converts between the types of text. A char(n) is without its blanks here; as text it loses them anyway.
func (p *warehouse) toText(e *plan.Cast, x sx, from uint32) sx {
	x.oid, x.pad = e.T.OID, 0
	if e.T.OID == pgcat.Bpchar {
		if e.T.Mod < 5 {
			return p.unsupported(e.At, "a cast to %s", plan.TypeName(e.T))
		}
		x.pad = e.T.Mod - 4
	}
	if e.T.Mod > 4 && (e.T.OID == pgcat.Varchar || e.T.OID == pgcat.Bpchar) {
		if !e.Explicit && e.Method == plan.Length {
			return p.unsupported(e.At, "this cast")
		}
		x.text, x.plain = "LEFT("+x.text+", "+itoa(e.T.Mod-4)+")", false
	}
	if e.T.OID == pgcat.Bpchar && from != pgcat.Bpchar || e.T.OID == pgcat.Bpchar && e.T.Mod > 4 {
		x.text, x.plain = strings.ReplaceAll(p.lang.blankless, "$1", x.text), false
	}
	return x
}

// characters reports the types of text; a char(n) is without its blanks.
func characters(oid uint32) bool {
	return oid == pgcat.Text || oid == pgcat.Varchar || oid == pgcat.Bpchar
}
