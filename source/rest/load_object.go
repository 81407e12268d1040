package rest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/strictyaml"
	"github.com/waggle-sql/waggle/planner/plan"
)

func (l *loader) object(p strictyaml.Pair) {
	n := p.Value
	o := &object{name: p.Key}
	if of := n.Get("of"); of != nil {
		whole := l.known(of)
		if whole == nil {
			return
		}
		*o = object{name: p.Key, request: whole.request, pages: whole.pages, records: whole.records, parent: whole.parent,
			access: whole.access, low: whole.low, high: whole.high}
		for _, key := range []string{"request", "parent", "pagination", "records", "access", "shared", "range"} {
			if own := n.Get(key); own != nil {
				l.problems.Add(own.At, "remove it", "%s is that of %s", key, whole.name)
			}
		}
	} else {
		l.own(n, o)
	}
	if e := n.Get("explode"); e != nil {
		o.explode = l.plain(e)
	}
	o.needs = l.needs(n.Get("needs"))
	for _, c := range n.Get("columns").Pairs {
		o.columns = append(o.columns, l.column(o, c))
	}
	for _, k := range n.Get("key").Scalars() {
		if o.column(k.Text) == nil {
			l.problems.Add(k.At, strictyaml.Suggest(k.Text, columnNames(o)), "the key names %q, which is no column", k.Text)
		}
		o.key = append(o.key, k.Text)
	}
	for _, s := range n.Get("sinks").Scalars() {
		l.sink(o, s)
	}
	l.d.objects = append(l.d.objects, o)
}

// known returns an object that stands above.
func (l *loader) known(n *strictyaml.Node) *object {
	o := l.d.object(n.Text)
	if o == nil {
		l.problems.Add(n.At, strictyaml.Suggest(n.Text, l.d.Objects()), "no object %q stands above", n.Text)
	}
	return o
}

// own reads what an object that is of no other has.
func (l *loader) own(n *strictyaml.Node, o *object) {
	r := n.Get("request")
	if r == nil || n.Get("records") == nil {
		l.problems.Add(n.At, "or name with `of` the object that has them", "%s has no request and records", o.name)
		return
	}
	o.request = request{method: r.String("method"), path: r.String("path"), query: map[string]string{}, body: r.Strings("body")}
	if q := r.Get("query"); q != nil {
		for _, p := range q.Pairs {
			o.request.query[p.Key] = p.Value.Text
		}
	}
	o.records = l.plain(n.Get("records"))
	if g := n.Get("pagination"); g != nil {
		o.pages = pagination{next: l.path(g.Get("next")), into: l.target(g.Get("into"), "query", "body", "url"),
			size: l.target(g.Get("size"), "query", "body"), max: number(g, "max", 0)}
	}
	if p := n.Get("parent"); p != nil {
		l.parent(p, o)
	}
	l.placeholders(r.Get("path"), o)
	if a := n.Get("access"); a != nil {
		o.access = &guard{host: l.path(a.Get("host")), workspace: l.path(a.Get("workspace")), private: l.path(a.Get("private")),
			participants: l.path(a.Get("participants")), needs: l.needs(a.Get("needs"))}
	}
	if l.d.access != "" && (o.access == nil) != n.Bool("shared") {
		l.problems.Add(n.At, "say where a record tells whose it is, or that it is shared", "%s must have one of access and shared", o.name)
	}
	if g := n.Get("range"); g != nil {
		o.low, o.high = l.target(g.Get("low"), "query", "body"), l.target(g.Get("high"), "query", "body")
	}
}

func (l *loader) parent(n *strictyaml.Node, o *object) {
	of := l.known(n.Get("object"))
	if of == nil {
		return
	}
	c := n.Get("column")
	column := of.column(c.Text)
	if column == nil || column.typ.OID != pgcat.Text || of.parent != nil {
		l.problems.Add(c.At, "", "%q must be a text column of %s, which must have no parent itself", c.Text, of.name)
	}
	o.parent = &parent{object: of, bind: n.String("bind"), column: c.Text, concurrency: max(number(n, "concurrency", 1), 1)}
}

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

// placeholders checks that a request's path has the placeholder of its parent and no other.
func (l *loader) placeholders(n *strictyaml.Node, o *object) {
	if !strings.HasPrefix(n.Text, "/") || strings.ContainsAny(n.Text, "?#") {
		l.problems.Add(n.At, "", "the path must begin with a slash and have no query")
	}
	var found []string
	for _, m := range placeholder.FindAllStringSubmatch(n.Text, -1) {
		found = append(found, m[1])
	}
	var wanted []string
	if o.parent != nil {
		wanted = []string{o.parent.bind}
	}
	if !slices.Equal(found, wanted) {
		l.problems.Add(n.At, "give each one a parent", "the path's placeholders are not those that a parent binds")
	}
}

func (l *loader) column(o *object, p strictyaml.Pair) column {
	n := p.Value
	c := column{name: p.Key, path: l.path(n.Get("path")), record: l.path(n.Get("record")), bind: n.String("bind"),
		fold: n.String("fold"), required: n.Bool("required"), needs: l.needs(n.Get("needs"))}
	t, ok := parseType(n.String("type"))
	if !ok {
		l.problems.Add(n.Get("type").At, strictyaml.Suggest(n.String("type"), typeNames()), "%q is no type of a REST column", n.String("type"))
	}
	c.typ = t
	ways := 0
	for _, key := range []string{"path", "record", "bind"} {
		if n.Get(key) != nil {
			ways++
		}
	}
	if ways != 1 {
		l.problems.Add(n.At, "", "%s must have one of path, record and bind", p.Key)
	}
	if b := n.Get("bind"); b != nil && (o.parent == nil || o.parent.bind != b.Text || t.OID != pgcat.Text) {
		l.problems.Add(b.At, "", "%q is no text that the request is bound to", b.Text)
	}
	l.fold(n, &c)
	return c
}

func (l *loader) fold(n *strictyaml.Node, c *column) {
	if f := n.Get("fold"); f != nil && (f.Text == "sum" && c.typ.OID != pgcat.Int8 || f.Text == "exists" && c.typ.OID != pgcat.Bool) {
		l.problems.Add(f.At, "", "sum gives an int8 and exists a bool")
	}
	d := n.Get("default")
	if d == nil {
		return
	}
	c.standing = d.Text
	if d.Text == "true" || d.Text == "false" {
		c.standing = d.Text == "true"
	}
	if _, err := value(c.typ, c.standing); err != nil {
		l.problems.Add(d.At, "", "the default is no %s", n.String("type"))
	}
}

func parseType(text string) (plan.Type, bool) {
	if t, ok := types[text]; ok {
		return t, true
	}
	m := numericType.FindStringSubmatch(text)
	if m == nil {
		return plan.Type{}, false
	}
	p, _ := strconv.Atoi(m[1])
	s, _ := strconv.Atoi(m[2])
	// The modifier as numerictypmodin makes it (PostgreSQL, src/backend/utils/adt/numeric.c).
	return plan.Type{OID: pgcat.Numeric, Mod: int32(p<<16|s) + 4}, p >= 1 && p <= 1000 && s <= p
}

var numericType = regexp.MustCompile(`^numeric\(([0-9]{1,4}), ?([0-9]{1,4})\)$`)

func typeNames() []string {
	var names []string
	for n := range types {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func columnNames(o *object) []string {
	var names []string
	for _, c := range o.columns {
		names = append(names, c.name)
	}
	return names
}

func (l *loader) sink(o *object, n *strictyaml.Node) {
	c := o.column(n.String("column"))
	if c == nil {
		l.problems.Add(n.Get("column").At, strictyaml.Suggest(n.String("column"), columnNames(o)), "the sink's column is no column of %s", o.name)
		return
	}
	s := sink{into: l.target(n.Get("into"), "query", "body", "path"), format: n.String("format"), inclusive: n.String("bound") == "inclusive",
		widen: time.Duration(number(n, "widen_hours", 0)) * time.Hour, checked: n.String("support") == "checked"}
	if p := n.Get("pattern"); p != nil {
		re, err := regexp.Compile("^(?:" + p.Text + ")$")
		if err != nil {
			l.problems.Add(p.At, "", "the pattern is no regular expression of Go's: %s", err)
		}
		s.pattern = re
	}
	support := plan.Exact
	if n.String("support") == "superset" {
		support = plan.Superset
	}
	for _, op := range n.Get("op").Scalars() {
		one := s
		one.Sink = dialect.Sink{Name: c.name + " " + op.Text, Into: s.into.String(), Column: c.name, Op: op.Text, Support: support,
			MaxValues: number(n, "max_values", 0)}
		l.checkSink(o, c, &one, op)
		o.sinks = append(o.sinks, one)
	}
}

func (l *loader) checkSink(o *object, c *column, s *sink, op *strictyaml.Node) {
	bound := op.Text != "=" && op.Text != "in"
	instant := c.typ.OID == pgcat.TimestampTZ || c.typ.OID == pgcat.Date
	switch {
	case o.sink(s.Name) != nil:
		l.problems.Add(op.At, "", "%s has two sinks for %s", c.name, op.Text)
	case bound && (!instant || s.format != "rfc3339"):
		l.problems.Add(op.At, "", "only dates and timestamptz in the format rfc3339 have bounds")
	case !bound && (c.typ.OID != pgcat.Text || s.format == "rfc3339"):
		l.problems.Add(op.At, "", "only texts are compared by %s", op.Text)
	case s.into.in == "path" && (o.parent == nil || o.parent.bind != s.into.name || bound || c.bind != s.into.name):
		l.problems.Add(op.At, "", "a sink into the path must name the column that the path is bound to, by = or in")
	case s.widen != 0 && !bound:
		l.problems.Add(op.At, "", "only bounds are widened")
	}
}
