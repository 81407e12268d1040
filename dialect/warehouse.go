package dialect

import (
	"maps"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// warehouseSQL is the dialect of a warehouse. Its texts rely on a session in UTC. With another collation than C.UTF-8 no text is
// compared.
type warehouseSQL struct {
	lang      *idiom
	collation string
	utc       bool // the asking session is in UTC, as ours there are
	iso       bool // the asking session writes dates in ISO style
}

// inSession is a warehouse's dialect for a session with these settings.
func inSession(lang *idiom, collation string, set plan.Settings) warehouseSQL {
	iso := set.DateStyle != "" && set.Env().DateStyle == datum.ISO
	return warehouseSQL{lang: lang, collation: collation, utc: utcZones[set.TimeZone], iso: iso}
}

// idiom is what the language of a warehouse says in its own way.
type idiom struct {
	name       string            // of the language, in refusals
	longest    int               // bytes of one statement
	types      map[uint32]string // by which values are computed; a number has a scale of its own
	comparable map[uint32]bool   // types whose values are equal, smaller and greater exactly as PostgreSQL's are
	firstDay   datum.Date        // of the calendar as far as it is documented to be exact
	iff        string            // a choice between two values
	ignoring   string            // ends GREATEST and LEAST, so that they ignore NULLs
	textOf     string            // form of a number's text
	bytes      string            // form of bytes in hexadecimal digits
	blankless  string            // form of a text without blanks at its end
	sign       string            // form of a number's sign, which is a number without a fraction
	atLeast    string            // form of the greater of a number, which may be NULL, and another one
	unlimited  string            // stands before OFFSET where there is no LIMIT
	multisets  bool              // INTERSECT ALL and EXCEPT ALL are said
	grouping   bool              // GROUPING takes one key alone
	items      [2]int            // most items of one list: of plain literals, and of other constants; 0 for any number
	forms      map[string]string // how a signature is said: $1, $2 … are the operands
	rules      map[string]callRule
	aggs       map[string]aggRule
	fields     map[string]field // of EXTRACT; of dates, intervals and instants by "epoch date" and the like
	formats    [][2]string      // parts of to_char's formats, those of a date first, and how they are written
	datesIn    int              // how many of formats are those of a date

	rounds  bool                 // a bigint becomes the nearest double
	digital bool                 // how many digits a column has at the source decides how many a result keeps after the sixth
	casts   map[[2]uint32]string // forms of conversions without arguments
	dated   map[uint32]dated     // texts of dates and timestamps

	ident   func(string) string               // quotes a name
	quote   func(string) string               // quotes a text
	pattern func(like string) string          // a pattern of LIKE as the language reads it
	number  func(q, s int32) string           // the type of a number
	convert func(text, typ string) string     // a cast
	column  func(text string, t plan.Type) sx // a column of a table
	int     func(n int64, oid uint32) string  // literals
	float   func(float64) string
	fixed   func(text string, q, s int32) sx
	moment  func(v datum.Value, oid uint32) string          // "" for what cannot be said
	raised  func(mark, operand string, oid uint32) string   // a value of a type that fails when it is computed
	later   func(moment, unit, n string) string             // a moment some MONTH, DAY or MICROSECOND later
	format  func(moment, format string) string              // to_char
	day     func(unit, date string) string                  // date_trunc of a date, for units of days and more
	between func(from, to string, instant bool) string      // microseconds from one moment to another
	sum     func(a, b sx) (q, s int32, ok bool)             // what the sum of two numbers keeps
	product func(a, b sx) (q, s int32, ok bool)             // what their product keeps
	integer func(p *warehouse, x sx, oid uint32, at int) sx // an integer of a type that may be too narrow for it
	whole   func(x sx, oid uint32) sx                       // an integer as a number
	rounded func(text string, q, s int32) sx                // a number rounded to a scale
}

// dated is the form of a date's or a timestamp's text in ISO style, and the first and the last value of which it is that.
type dated struct{ text, first, last string }

// joinTables is the union of tables.
func joinTables[K comparable, V any](tables ...map[K]V) map[K]V {
	out := map[K]V{}
	for _, t := range tables {
		maps.Copy(out, t)
	}
	return out
}

// utcZones are names of the zone of our sessions at warehouses: only for a session in it do instants have the same calendar there.
var utcZones = map[string]bool{"UTC": true, "Etc/UTC": true, "GMT": true, "Etc/GMT": true, "UCT": true, "Zulu": true}

func (d warehouseSQL) Say(n plan.Node) error {
	p := newWarehouse(d)
	p.dry = true
	s := p.node(n)
	p.listed(s, n, columnIDs(n))
	return p.err
}

func (d warehouseSQL) SayExpr(e plan.Expr) error {
	p := newWarehouse(d)
	p.dry, p.where, p.filtering = true, true, true
	p.expr(e)
	return p.err
}

func (d warehouseSQL) Print(root plan.Node, out []plan.ColID) (Text, error) {
	p := newWarehouse(d)
	t := p.top(p.node(root), root, out)
	return t, p.err
}

func (d warehouseSQL) Template(root plan.Node, mask bool) string {
	p := newWarehouse(d)
	p.show, p.mask = true, mask
	return p.top(p.node(root), root, columnIDs(root)).Text
}

func columnIDs(n plan.Node) []plan.ColID {
	cols := n.Cols()
	ids := make([]plan.ColID, len(cols))
	for i, c := range cols {
		ids[i] = c.ID
	}
	return ids
}

// warehouse prints one statement.
type warehouse struct {
	composer
	lang      *idiom
	binary    bool     // text compares byte by byte
	utc, iso  bool     // of the asking session, see warehouseSQL
	where     bool     // what is printed stands in a WHERE, where scalar subqueries may be correlated
	filtering bool     // what is printed is a conjunct of a WHERE, where any subquery may stand
	shared    []string // queries of the statement's own WITH: "q1 AS (…)"
	dry       bool     // nothing is printed: Late leaves and unknown columns are allowed
	show      bool     // Late leaves are shown
	mask      bool     // literals are $
}

func newWarehouse(d warehouseSQL) *warehouse {
	p := &warehouse{lang: d.lang, binary: d.collation == "C.UTF-8", utc: d.utc, iso: d.iso}
	p.composer = newComposer(p, d.lang.longest, "source")
	p.flat, p.single = true, d.lang.grouping
	return p
}

func (p *warehouse) unsupported(at int, format string, args ...any) sx {
	p.fail(pgerr.New(pgerr.FeatureNotSupported, format+" is not said in "+p.lang.name+" language", args...).At(at))
	return sx{text: "NULL"}
}

// value passes columns on, also those whose text the source compares otherwise.
func (p *warehouse) value(e plan.Expr) sx {
	if r, ok := e.(*plan.Ref); ok {
		return p.ref(r)
	}
	return p.expr(e)
}

// ordered prints a sort key; values of other types have no order that is PostgreSQL's.
func (p *warehouse) ordered(e plan.Expr) string {
	x := p.expr(e)
	p.comparable(x, e.Pos())
	return x.text
}

// comparable refuses values that are not equal, smaller and greater exactly as PostgreSQL's are.
func (p *warehouse) comparable(x sx, at int) {
	switch {
	case x.den != 0:
		p.unsupported(at, "order and equality of a quotient")
	case !p.lang.comparable[x.oid]:
		p.unsupported(at, "order and equality of this type")
	case (!p.binary || x.foreign) && collatable(x.oid):
		p.unsupported(at, "comparison of text under an unknown collation")
	}
}

// top lists the result's columns.
func (p *warehouse) top(s *sel, root plan.Node, out []plan.ColID) Text {
	if p.err != nil {
		return Text{}
	}
	if s.distinct != "" {
		s = p.wrap(s)
	}
	t := Text{Columns: p.columns(root, out)}
	items := p.listed(s, root, out)
	if len(p.shared) > 0 && s.with != "" {
		s = p.wrap(s)
		items = p.listed(s, root, out)
	}
	if len(p.shared) > 0 {
		s.with = "WITH " + strings.Join(p.shared, ", ") + " "
	}
	t.Text = p.count(s.render(items))
	return t
}

// listed are the items of the outermost select, with the display scale that PostgreSQL's numbers have.
func (p *warehouse) listed(s *sel, root plan.Node, out []plan.ColID) []string {
	if p.err != nil {
		return nil
	}
	var items []string
	for _, c := range p.columns(root, out) {
		x := p.cols[c.ID]
		if x.raw != "" { // the connector cuts to microseconds
			x.text = x.raw
		}
		items = append(items, p.shown(x, c.Type)+" AS "+name(c.ID))
	}
	return items
}

// object quotes an object's name: schema.table or catalog.schema.table.
func (d *idiom) object(object string) string {
	var parts []string
	for rest, more := object, true; more; {
		var first string
		first, rest, more = cutIdent(rest)
		parts = append(parts, d.ident(first))
	}
	return strings.Join(parts, ".")
}

// The words of the language.

func (p *warehouse) iff(cond, a, b string) string {
	return p.lang.iff + "(" + cond + ", " + a + ", " + b + ")"
}

// atLeast is a number, or a limit below which it may not be; NULL stays NULL.
func (p *warehouse) atLeast(text, limit string) string {
	return strings.NewReplacer("$1", text, "$2", limit).Replace(p.lang.atLeast)
}

func (p *warehouse) castTo(text string, oid uint32) string {
	return p.lang.convert(text, p.lang.types[oid])
}

func (p *warehouse) decimal(text string, q, s int32) string {
	return p.lang.convert(text, p.lang.number(q, s))
}

// RaisedMark stands before an error of ours inside one of a warehouse's: "waggle:<SQLSTATE>:<position>:<message>", in quotes.
const RaisedMark = "waggle:"

// RaisedError returns the error that a printed text raised on purpose, taken out of the source's message; false for any other
// message.
func RaisedError(message string) (*pgerr.Error, bool) {
	before, rest, ok := strings.Cut(message, RaisedMark)
	if !ok || before == "" {
		return nil, false
	}
	text, _, closed := strings.Cut(rest, before[len(before)-1:])
	parts := strings.SplitN(text, ":", 3)
	if !closed || len(parts) != 3 || len(parts[0]) != 5 {
		return nil, false
	}
	at, err := strconv.Atoi(parts[1])
	if err != nil {
		return nil, false
	}
	return pgerr.New(parts[0], "%s", parts[2]).At(at), true
}

// raise is a value that fails with one of our errors when it is computed, and NULL for an operand that is NULL. It shows nothing of
// the operand.
func (p *warehouse) raise(e *pgerr.Error, operand string, oid uint32) string {
	return p.lang.raised(RaisedMark+e.Code+":"+strconv.Itoa(e.Position-1)+":"+e.Message, operand, oid)
}
