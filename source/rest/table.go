package rest

import (
	"errors"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// table turns records into batches of the columns asked for. It is read only; calls at the same time are safe.
type table struct {
	task    *task
	schema  *arrow.Schema
	columns []*column
	checks  []check
	seen    *visibility
}

func newTable(t *task, a *asked, seen *visibility) (*table, error) {
	columns, err := t.object.pick(t.want.Columns)
	if err != nil {
		return nil, err
	}
	return &table{task: t, schema: schemaOf(columns), columns: columns, checks: a.checks, seen: seen}, nil
}

// pick returns columns by name; 42703 for one that the object does not have.
func (o *object) pick(names []string) ([]*column, error) {
	var out []*column
	for _, name := range names {
		c := o.column(name)
		if c == nil {
			return nil, pgerr.New(pgerr.UndefinedColumn, "the object %s has no column %q", o.name, name)
		}
		out = append(out, c)
	}
	return out, nil
}

func schemaOf(columns []*column) *arrow.Schema {
	fields := make([]arrow.Field, len(columns))
	for i, c := range columns {
		fields[i] = arrow.Field{Name: c.name, Type: plan.ArrowType(c.typ), Nullable: true}
	}
	return arrow.NewSchema(fields, nil)
}

// plain reports whether every record of an answer is a row of the result.
func (b *table) plain() bool {
	return len(b.checks) == 0 && b.seen == nil && b.task.object.explode == nil
}

// needs is what must be asked for so that every column that is read comes.
func (b *table) needs() []need {
	o := b.task.object
	out := append([]need(nil), o.needs...)
	for _, c := range b.columns {
		out = append(out, c.needs...)
	}
	for _, k := range b.checks {
		out = append(out, k.column.needs...)
	}
	if b.seen != nil && o.access != nil {
		out = append(out, o.access.needs...)
	}
	return out
}

// batch returns the rows of a page's records; nil when there are none.
func (b *table) batch(records []any, bound map[string]string) (arrow.RecordBatch, error) {
	builder := array.NewRecordBuilder(memory.DefaultAllocator, b.schema)
	defer builder.Release()
	rows := int64(0)
	for _, record := range records {
		if _, ok := record.(map[string]any); !ok {
			return nil, b.mismatch("a record of "+b.task.object.name, "is no object")
		}
		if b.seen != nil && b.task.object.access != nil && !b.seen.sees(b.task.object.access, record) {
			continue
		}
		n, err := b.record(builder, scope{row: record, record: record, bound: bound})
		if err != nil {
			return nil, err
		}
		rows += n
	}
	if rows == 0 {
		return nil, nil
	}
	if len(b.columns) == 0 {
		return array.NewRecordBatch(b.schema, nil, rows), nil
	}
	return builder.NewRecordBatch(), nil
}

// record adds the rows of one record.
func (b *table) record(builder *array.RecordBuilder, s scope) (int64, error) {
	if b.task.object.explode == nil {
		return b.row(builder, s)
	}
	items := b.task.object.explode.first(s.record)
	list, ok := items.([]any)
	if !ok && items != nil {
		return 0, b.mismatch("what holds "+b.task.object.name, "is no array")
	}
	rows := int64(0)
	for _, item := range list {
		if _, ok := item.(map[string]any); !ok {
			return 0, b.mismatch("a record of "+b.task.object.name, "is no object")
		}
		s.row = item
		n, err := b.row(builder, s)
		if err != nil {
			return 0, err
		}
		rows += n
	}
	return rows, nil
}

func (b *table) row(builder *array.RecordBuilder, s scope) (int64, error) {
	for i := range b.checks {
		k := &b.checks[i]
		v, err := b.read(k.column, s)
		if err != nil {
			return 0, err
		}
		if !k.passes(v) {
			return 0, nil
		}
	}
	for i, c := range b.columns {
		v, err := b.read(c, s)
		if err != nil {
			return 0, err
		}
		if err := plan.AppendArrow(builder.Field(i), c.typ, v); err != nil {
			return 0, b.named(c, err)
		}
	}
	return 1, nil
}

func (b *table) read(c *column, s scope) (datum.Value, error) {
	v, err := c.read(s)
	switch {
	case errors.Is(err, errKind):
		return nil, b.mismatch("column "+c.name+" of "+b.task.object.name, "is declared "+plan.TypeName(c.typ)+", but a value is not")
	case err != nil:
		return nil, b.named(c, err)
	case v == nil && c.required:
		return nil, b.mismatch("column "+c.name+" of "+b.task.object.name, "is declared never to be null, but a value is")
	}
	return v, nil
}

// mismatch is 42804: the system's answer contradicts the definition. It holds no value.
func (b *table) mismatch(what, how string) error {
	return pgerr.New(pgerr.DatatypeMismatch, "%s at the source %s %s", what, b.task.conn.system.config.Name, how).
		WithHint("the definition %s must say what the source answers", b.task.definition().Name)
}

// named adds the column to an error of one of its values.
func (b *table) named(c *column, err error) error {
	e := pgerr.From(err)
	return e.WithDetail("column %s of %s at the source %s", c.name, b.task.object.name, b.task.conn.system.config.Name)
}
