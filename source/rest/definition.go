package rest

import (
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
)

// Definition says how a system's REST API is read: its objects, what can be asked of them, and how its answers become rows.
// It is data, immutable once loaded.
type Definition struct {
	Name string
	// Digest is the SHA-256 of the file, in hexadecimal.
	Digest string

	base      base
	auth      OAuth
	access    string
	limit     rateLimit
	retry     retry
	faults    []faultRule
	message   path
	requestID path
	budget    budget
	objects   []*object // in the order of the file
}

// OAuth is what a definition says of a system's sign-in. The addresses can be replaced by an administrator's configuration.
type OAuth struct {
	AuthorizeURL, TokenURL, RevokeURL, UserinfoURL, Issuer string
	Scopes                                                 []string
	Variant                                                string // "" for the standard's, google or gong
	Credential                                             string // user or org
}

// OAuth returns what the definition says of signing in.
func (d *Definition) OAuth() OAuth {
	o := d.auth
	o.Scopes = slices.Clone(o.Scopes)
	return o
}

// Org reports whether the system knows no token but the organisation's.
func (d *Definition) Org() bool { return d.auth.Credential == "org" }

// Objects returns the names of the objects, in the order of the file.
func (d *Definition) Objects() []string {
	names := make([]string, len(d.objects))
	for i, o := range d.objects {
		names[i] = o.name
	}
	return names
}

// Describe returns an object's columns and the names of its key.
func (d *Definition) Describe(name string) (source.Schema, []string, bool) {
	o := d.object(name)
	if o == nil {
		return source.Schema{}, nil, false
	}
	var s source.Schema
	for _, c := range o.columns {
		s.Columns = append(s.Columns, source.Column{Name: c.name, Type: c.typ, NotNull: c.required})
	}
	return s, slices.Clone(o.key), true
}

func (d *Definition) object(name string) *object {
	for _, o := range d.objects {
		if o.name == name {
			return o
		}
	}
	return nil
}

// base is where the API lies: an origin, which the token's answer may name instead, and a path below it.
type base struct {
	fromToken    bool
	origin, path string
}

type rateLimit struct {
	requests int // 0 for no limit
	per      time.Duration
	perDay   int
}

type retry struct {
	statuses []int
	max      int
	wait     time.Duration // longest wait that is borne
}

// faultRule says what an answer that is no success means; the first that matches decides.
type faultRule struct {
	status   int
	path     path // of a text in the body; nil matches any body
	contains string
	action   string // retry, empty, "" to fail
	sqlstate string
}

type budget struct {
	pages, rows int
	page        int64 // bytes of one answer
}

// object is one table of rows.
type object struct {
	name    string
	request request
	pages   pagination
	records path // the records' array in an answer
	explode path // of an array in a record whose items are the rows; nil when the records are
	key     []string
	columns []column
	needs   []need
	sinks   []sink
	parent  *parent
	access  *guard
	low     target // of a pair of bounds of which the lower must be below the upper
	high    target
}

type request struct {
	method string
	path   string // with {name} placeholders
	query  map[string]string
	body   []string // objects that a body has even when they are empty, as paths
}

type pagination struct {
	next path // nil: one page
	into target
	size target
	max  int
}

// parent is the object whose rows are read first: one request for each of them.
type parent struct {
	object      *object
	bind        string // placeholder of the path
	column      string // of the parent
	concurrency int
}

// guard is where a record tells whose it is.
type guard struct {
	host, workspace, private, participants path
	needs                                  []need
}

// target is a place in a request: query.NAME, body.A.B or path.NAME; url is the whole address.
type target struct {
	in   string // query, body, path, url; "" for none
	name string
}

func (t target) String() string {
	if t.name == "" {
		return t.in
	}
	return t.in + "." + t.name
}

// need is what must be asked for so that a value comes.
type need struct {
	into  target
	value any // a bool or a string
}

type column struct {
	name     string
	typ      plan.Type
	path     path   // in the row
	record   path   // in the record that the row is a part of
	bind     string // a value of the request
	fold     string // "" for the first value; sum, exists
	standing any    // value where the path leads nowhere, nil for NULL
	required bool
	needs    []need
}

type sink struct {
	dialect.Sink
	into      target
	format    string // "" for text, rfc3339
	inclusive bool
	widen     time.Duration
	pattern   *regexp.Regexp // what the API takes; no row has another value
	checked   bool
}

func (o *object) column(name string) *column {
	for i := range o.columns {
		if o.columns[i].name == name {
			return &o.columns[i]
		}
	}
	return nil
}

func (o *object) sink(name string) *sink {
	for i := range o.sinks {
		if o.sinks[i].Name == name {
			return &o.sinks[i]
		}
	}
	return nil
}

// types are the PostgreSQL types that a column may have.
var types = map[string]plan.Type{
	"text": {OID: pgcat.Text, Mod: -1}, "bool": {OID: pgcat.Bool, Mod: -1}, "int2": {OID: pgcat.Int2, Mod: -1},
	"int4": {OID: pgcat.Int4, Mod: -1}, "int8": {OID: pgcat.Int8, Mod: -1}, "float8": {OID: pgcat.Float8, Mod: -1},
	"numeric": {OID: pgcat.Numeric, Mod: -1}, "date": {OID: pgcat.Date, Mod: -1},
	"timestamptz": {OID: pgcat.TimestampTZ, Mod: -1}, "jsonb": {OID: pgcat.JSONB, Mod: -1},
}

var methods = []string{http.MethodGet, http.MethodPost}
