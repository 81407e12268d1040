package soql

import (
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/sobject"
)

// Env is what a query is compiled for.
type Env struct {
	// Find returns an object as the person who asks sees it, by its name, which has no case; nil when there is none for him.
	Find func(name string) *Relation
	// Children finds the object whose records refer to those of a parent under the name of a relationship, and the field by which they
	// do; nil when there is none for who asks.
	Children func(parent *sobject.Object, relationship string) (*Relation, *sobject.Field)
	Now      time.Time
}

// Relation is an object as one person sees it: the fields that he may read, and where DuckDB finds the records that he may see,
// with a column for each field by the field's name.
type Relation struct {
	Object *sobject.Object
	From   string
}

// Query is a compiled query. SQL yields texts alone, one for each of Columns.
type Query struct {
	SQL     string
	Object  *sobject.Object
	Columns []Column
	Record  *Record // how columns make a record; of an aggregate's rows, its members alone
	// Aggregate tells that rows are no records; Counting, that the query is SELECT COUNT(): its one row is how many there are.
	Aggregate, Counting bool
	Traits              Traits
}

// Traits are what a Bulk job looks at.
type Traits struct{ Grouped, Offset, Ordered, Limited, AllFields, Children bool }

// Column is a column of the result.
type Column struct {
	Path     []string // names from the object on; of an aggregate's row, its one name
	Type     sobject.Type
	Floating bool
	Hidden   bool // an id that records need and nobody asked for
}

// Record is how columns make an object's record.
type Record struct {
	Object  string
	ID      int // the column of its Id
	Members []Member
}

// Member is an entry of a record: a column's value, a parent's record, or children's records. Of children the column has a JSON array
// of rows, which are arrays of texts or null for Children's columns; it is null when there is none.
type Member struct {
	Name     string
	Column   int
	Parent   *Record
	Children *Query
}

// Compile checks a query and translates it.
func Compile(text string, env Env) (*Query, *Error) {
	q, err := parse(text)
	if err != nil {
		return nil, err
	}
	c := &compiler{env: env, text: text}
	return c.query(q)
}

// Filter translates a condition on an object to a SELECT of those of its records that fulfil it.
func Filter(text, object string, env Env) (string, *Error) {
	where, err := condition(text)
	if err != nil {
		return "", err
	}
	c := &compiler{env: env, text: text}
	if err := c.open(object, 0, ""); err != nil {
		return "", err
	}
	sql, err := c.where(where)
	if err != nil {
		return "", err
	}
	return "SELECT " + c.root.alias + ".* FROM " + c.from() + " WHERE " + sql, nil
}

// compiler compiles one SELECT. A semi-join's has one of its own, with aliases that go on from the outer one's.
type compiler struct {
	env     Env
	text    string
	root    *node
	name    string // what paths may call the root: its alias or its name
	joins   []string
	aliases int
	semi    int
	inner   bool // a semi-join's query
	having  bool
	groups  []group
	q       *query
}

// node is an object of the query: the root, or a parent on a path.
type node struct {
	relation *Relation
	alias    string
	parents  map[string]*node // by the reference's name
}

const (
	maxLevels  = 5  // of a path
	maxParents = 55 // of a query
)

func (c *compiler) at(at int, code, format string, args ...any) *Error {
	return place(c.text, at, code, format, args...)
}

// open finds the object that a query is over.
func (c *compiler) open(name string, at int, alias string) *Error {
	r := c.env.Find(name)
	if r == nil {
		return c.at(at, InvalidType, "sObject type '%s' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.", name)
	}
	c.root = c.node(r)
	c.name = alias
	if alias == "" {
		c.name = name
	}
	return nil
}

func (c *compiler) node(r *Relation) *node {
	c.aliases++
	return &node{relation: r, alias: "t" + strconv.Itoa(c.aliases), parents: map[string]*node{}}
}

func (c *compiler) from() string {
	return c.root.relation.From + " AS " + c.root.alias + strings.Join(c.joins, "")
}

// resolve finds the field that a path means.
func (c *compiler) resolve(e expr) (*node, *sobject.Field, *Error) {
	path, n := e.path, c.root
	if len(path) > 1 && strings.EqualFold(path[0], c.name) && n.relation.Object.Parent(path[0]) == nil {
		path = path[1:]
	}
	if len(path)-1 > maxLevels {
		return nil, nil, c.at(e.at, MalformedQuery, "SOQL relationship paths can have at most %d levels", maxLevels)
	}
	for _, name := range path[:len(path)-1] {
		var err *Error
		if n, err = c.parent(n, name, e.at); err != nil {
			return nil, nil, err
		}
	}
	name := path[len(path)-1]
	f := n.relation.Object.Field(name)
	if f == nil {
		return nil, nil, c.at(e.at, InvalidField, "No such column '%s' on entity '%s'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.", name, n.relation.Object.Name)
	}
	return n, f, nil
}

// parent goes to a parent, whose records are joined once.
func (c *compiler) parent(n *node, name string, at int) (*node, *Error) {
	ref := n.relation.Object.Parent(name)
	var r *Relation
	if ref != nil {
		r = c.env.Find(ref.ReferenceTo)
	}
	if r == nil {
		return nil, c.at(at, InvalidField, "Didn't understand relationship '%s' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.", name)
	}
	if n.parents[ref.Name] == nil {
		if len(c.joins) == maxParents {
			return nil, c.at(at, MalformedQuery, "SOQL queries can have at most %d child-to-parent relationships", maxParents)
		}
		p := c.node(r)
		n.parents[ref.Name] = p
		c.joins = append(c.joins, " LEFT JOIN "+r.From+" AS "+p.alias+" ON "+n.column(ref)+" = "+p.alias+`."Id"`)
	}
	return n.parents[ref.Name], nil
}

// column is a field in SQL.
func (n *node) column(f *sobject.Field) string { return n.alias + "." + quote(f.Name) }

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func literalSQL(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// folded is a field as comparisons see it: texts without case, unless the field has case; a boolean that is missing is false.
func (n *node) folded(f *sobject.Field) string {
	col := n.column(f)
	switch {
	case f.Type == sobject.Boolean:
		return "coalesce(" + col + ", false)"
	case f.Type.Text() && !f.CaseSensitive:
		return "lower(" + col + ")"
	}
	return col
}

// shown is a value of a type as text.
func shown(sql string, t sobject.Type) string {
	switch {
	case t == sobject.Boolean:
		return "CASE WHEN " + sql + " THEN 'true' WHEN NOT " + sql + " THEN 'false' END"
	case t == sobject.Datetime:
		return "strftime(" + sql + ", '%Y-%m-%dT%H:%M:%S.000+0000')"
	case t == sobject.Time:
		return "CAST(" + sql + " AS VARCHAR) || '.000Z'"
	case t.Text() || t.Key():
		return sql
	}
	return "CAST(" + sql + " AS VARCHAR)"
}
