package salesforce

import (
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
)

// form says where in a record each column of a result stands, and what it becomes. It is immutable.
type form struct {
	source  string // for error messages
	columns []column
	schema  *arrow.Schema
	root    *place
	counted bool // the answer's number of records is the result
}

// column is one column of a result.
type column struct {
	source string
	name   string
	path   string
	want   plan.Type
	scale  int32 // of a computed number, else -1
}

// place is a name in a record: a value of columns, or a parent with names of its own.
type place struct {
	below   map[string]*place
	columns []int
}

// readable are the types that fields of Salesforce can have.
var readable = map[uint32]bool{
	pgcat.Text: true, pgcat.Varchar: true, pgcat.Bool: true, pgcat.Int2: true, pgcat.Int4: true, pgcat.Int8: true, pgcat.Numeric: true,
	pgcat.Float4: true, pgcat.Float8: true, pgcat.Date: true, pgcat.TimestampTZ: true, pgcat.Time: true,
}

// newForm is the form of a statement's answer; 42804 for a column that no field can be.
func newForm(name string, text dialect.Text) (*form, error) {
	f := &form{source: name, root: &place{}, schema: source.SchemaOf(text.Columns)}
	for i, c := range text.Columns {
		v := text.Records.Values[i]
		if !readable[c.Type.OID] {
			return nil, pgerr.New(pgerr.DatatypeMismatch, "column %q of the source %s cannot be %s", c.Name, name, datum.FormatType(c.Type.OID, c.Type.Mod))
		}
		f.columns = append(f.columns, column{source: name, name: c.Name, path: v.Path, want: c.Type, scale: v.Scale})
		if v.Path == "" {
			f.counted = true
			continue
		}
		f.root.add(strings.Split(v.Path, "."), i)
	}
	return f, nil
}

func (p *place) add(path []string, column int) {
	if len(path) == 0 {
		p.columns = append(p.columns, column)
		return
	}
	if p.below == nil {
		p.below = map[string]*place{}
	}
	if p.below[path[0]] == nil {
		p.below[path[0]] = &place{}
	}
	p.below[path[0]].add(path[1:], column)
}

// cellKind is what a value was in its answer.
type cellKind uint8

const (
	missing cellKind = iota
	null
	text // of JSON
	number
	truth
	raw // a cell of CSV, whose type is its column's
)

type cell struct {
	kind cellKind
	text string
}

// batch collects rows.
type batch struct {
	form    *form
	builder *array.RecordBuilder
	cells   []cell
	rows    int64
}

func (f *form) batch() *batch {
	return &batch{form: f, builder: array.NewRecordBuilder(memory.DefaultAllocator, f.schema), cells: make([]cell, len(f.columns))}
}

// row adds the cells as a row, and makes them missing again.
func (b *batch) row() error {
	for i := range b.cells {
		c := &b.form.columns[i]
		if err := c.append(b.builder.Field(i), b.cells[i]); err != nil {
			return err
		}
		b.cells[i] = cell{}
	}
	b.rows++
	return nil
}

// finish returns the rows; nil for none. It ends the batch.
func (b *batch) finish() arrow.RecordBatch {
	defer b.builder.Release()
	if b.rows == 0 {
		return nil
	}
	columns := make([]arrow.Array, len(b.cells))
	for i := range columns {
		columns[i] = b.builder.Field(i).NewArray()
		defer columns[i].Release()
	}
	return array.NewRecordBatch(b.form.schema, columns, b.rows)
}
