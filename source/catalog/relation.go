package catalog

import (
	"fmt"
	"strings"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// relation is one relation with what is known of its rows. The rows that PostgreSQL itself brings are decoded once and
// shared by all views.
type relation struct {
	table   *plan.Table
	kind    byte
	source  *pgcat.Relation // nil for a relation of our own
	own     *ownRelation
	aliases []alias
	index   map[string]int
	zero    []datum.Value // of the columns that are never NULL
	static  func() (arrow.RecordBatch, error)
}

func (r *relation) finish() *relation {
	r.index = make(map[string]int, len(r.table.Columns))
	r.zero = make([]datum.Value, len(r.table.Columns))
	for i, c := range r.table.Columns {
		r.index[c.Name] = i
		if c.NotNull {
			r.zero[i] = zero(c.Type.OID)
		}
	}
	if i, ok := r.index["tableoid"]; ok {
		r.zero[i] = datum.Int(r.table.OID)
		r.zero[r.index["xmin"]] = datum.Int(2) // FrozenTransactionId
	}
	for _, a := range r.aliases {
		if a.of == "" {
			r.zero[r.index[a.name]] = zero(a.oid)
		}
	}
	r.static = sync.OnceValues(r.readStatic)
	return r
}

// zero is the value of a column that must not be NULL and of which nothing is known.
func zero(oid uint32) datum.Value {
	t, ok := pgcat.TypeByOID(oid)
	switch {
	case !ok:
		return datum.Text("")
	case oid == pgcat.Bool:
		return datum.Bool(false)
	case oid == pgcat.Float4 || oid == pgcat.Float8:
		return datum.Float(0)
	case oid == pgcat.TimestampTZ:
		return datum.Timestamp(0)
	case t.Category == 'N' || oid == pgcat.Char || oid == pgcat.XID:
		return datum.Int(0)
	case t.Category == 'A':
		return &datum.Array{Elem: t.Elem}
	}
	return datum.Text("")
}

// row is a row by column names; columns that it does not name are zero or NULL.
type row map[string]datum.Value

// rows collects the rows of one relation.
type rows struct {
	relation *relation
	list     [][]datum.Value
	err      error
}

func (s *rows) add(r row) {
	values := append([]datum.Value(nil), s.relation.zero...)
	for name, v := range r {
		i, ok := s.relation.index[name]
		if !ok {
			s.err = fmt.Errorf("catalog: %s has no column %s", s.relation.table.Object, name)
			return
		}
		if v != nil || s.relation.zero[i] == nil {
			values[i] = v
		}
	}
	s.relation.fillAliases(values)
	s.list = append(s.list, values)
}

func (r *relation) fillAliases(values []datum.Value) {
	for _, a := range r.aliases {
		if a.of != "" {
			values[r.index[a.name]] = values[r.index[a.of]]
		}
	}
}

// batch makes Arrow columns of all of the relation's columns.
func (r *relation) batch(list [][]datum.Value) (arrow.RecordBatch, error) {
	b := array.NewRecordBuilder(memory.DefaultAllocator, r.schema())
	defer b.Release()
	b.Reserve(len(list))
	for i, c := range r.table.Columns {
		for _, values := range list {
			if err := plan.AppendArrow(b.Field(i), c.Type, values[i]); err != nil {
				return nil, pgerr.New(pgerr.Internal, "column %s of %s cannot be shown", c.Name, r.table.Object).Because(err)
			}
		}
	}
	return b.NewRecordBatch(), nil
}

func (r *relation) schema() *arrow.Schema {
	fields := make([]arrow.Field, len(r.table.Columns))
	for i, c := range r.table.Columns {
		fields[i] = arrow.Field{Name: c.Name, Type: plan.ArrowType(c.Type), Nullable: true}
	}
	return arrow.NewSchema(fields, nil)
}

// readStatic decodes the rows that a new PostgreSQL 17 has.
func (r *relation) readStatic() (arrow.RecordBatch, error) {
	if r.own != nil && r.own.fixed != nil {
		out := &rows{relation: r}
		if r.own.fixed(out); out.err != nil {
			return nil, out.err
		}
		return r.batch(out.list)
	}
	if r.source == nil || notOurs()[r.table.Name] {
		return r.batch(nil)
	}
	raw := r.source.Rows()
	list := make([][]datum.Value, 0, len(raw))
	for _, fields := range raw {
		values := append([]datum.Value(nil), r.zero...)
		for i, f := range fields {
			v, err := r.parse(i, f)
			if err != nil {
				return nil, pgerr.New(pgerr.Internal, "column %s of %s cannot be read", r.table.Columns[i].Name, r.table.Object).Because(err)
			}
			values[i] = v
		}
		r.fillAliases(values)
		list = append(list, values)
	}
	return r.batch(list)
}

// notOurs are the relations whose generated rows describe another server's roles and clock.
func notOurs() map[string]bool {
	return map[string]bool{"pg_timezone_names": true, "pg_authid": true}
}

// parse reads a field of PostgreSQL's output. What datum has no type for stays text.
func (r *relation) parse(i int, f pgcat.Field) (datum.Value, error) {
	if !f.Valid {
		return r.zero[i], nil
	}
	oid, text := r.table.Columns[i].Type.OID, f.Text
	switch oid {
	case pgcat.Regproc, pgcat.Regtype:
		oid = pgcat.OID
	case pgcat.PgNodeTree, pgcat.PgLsn, pgcat.AnyArray:
		return datum.Text(text), nil
	case pgcat.AclitemArray:
		return texts(oid, strings.Split(strings.Trim(owned(text), "{}"), ",")), nil
	case pgcat.Name, pgcat.Text:
		if f.Text == bootstrap && r.table.Name != "pg_settings" {
			return datum.Text(owner), nil
		}
	}
	return datum.In(oid, -1, text, &datum.Env{})
}

// bootstrap is the superuser of the server that the catalogs were generated from; owner is what we call it.
const (
	bootstrap = "postgres"
	owner     = "waggle"
	ownerOID  = 10 // BOOTSTRAP_SUPERUSERID
)

func owned(acl string) string { return strings.ReplaceAll(acl, bootstrap, owner) }

// texts makes an array of text values.
func texts(array uint32, items []string) datum.Value {
	values := make([]datum.Value, len(items))
	for i, s := range items {
		values[i] = datum.Text(s)
	}
	return arrayOf(array, 1, values)
}

// arrayOf makes an array of an array type; int2vector and oidvector begin at 0.
func arrayOf(oid uint32, lower int32, items []datum.Value) datum.Value {
	a := &datum.Array{Items: items}
	if t, ok := pgcat.TypeByOID(oid); ok {
		a.Elem = t.Elem
	}
	if len(items) > 0 {
		a.Dims = []datum.Dim{{Len: int32(len(items)), Lower: lower}}
	}
	return a
}
