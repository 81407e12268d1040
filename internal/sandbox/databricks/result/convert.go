package result

import (
	"fmt"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/sandbox/databricks/dbsql"
)

// sent is a column of DuckDB's in the type in which it is sent. The array is the caller's.
func (e *Encoder) sent(i int, a arrow.Array, to arrow.DataType) (arrow.Array, error) {
	c := e.columns[i]
	switch {
	case e.contradicts(i):
		return texts(a, func(int) string { return "unexpected" }), nil
	case c.Type.Kind == dbsql.Void:
		return array.NewNull(a.Len()), nil
	case arrow.TypeEqual(a.DataType(), to):
		a.Retain()
		return a, nil
	case a.DataType().ID() == arrow.TIMESTAMP && to.ID() == arrow.TIMESTAMP:
		return renamed(a, to)
	case to.ID() == arrow.STRING:
		if text := e.text(c, a); text != nil {
			return texts(a, text), nil
		}
	}
	return nil, fmt.Errorf("the column %q is %s, which is no %s", c.Name, a.DataType(), to)
}

// renamed is an array of microseconds under another zone's name.
func renamed(a arrow.Array, to arrow.DataType) (arrow.Array, error) {
	if a.DataType().(*arrow.TimestampType).Unit != arrow.Microsecond {
		return nil, fmt.Errorf("%s has no microseconds", a.DataType())
	}
	data := array.NewData(to, a.Len(), a.Data().Buffers(), nil, a.NullN(), a.Data().Offset())
	defer data.Release()
	return array.MakeFromData(data), nil
}

// text writes a column's values as the service does for clients that do not read Arrow's types; nil where it is no such type.
func (e *Encoder) text(c Column, a arrow.Array) func(int) string {
	switch a := a.(type) {
	case *array.Decimal128:
		scale := a.DataType().(*arrow.Decimal128Type).Scale
		return func(i int) string { return a.Value(i).ToString(scale) }
	case *array.Timestamp:
		zone := time.UTC
		if c.Type.Kind == dbsql.Timestamp {
			if named, err := time.LoadLocation(e.form.Zone); err == nil {
				zone = named
			}
		}
		return func(i int) string {
			return time.UnixMicro(int64(a.Value(i))).In(zone).Format("2006-01-02 15:04:05.999999")
		}
	}
	return nil
}

func texts(a arrow.Array, text func(int) string) arrow.Array {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	for i := range a.Len() {
		if a.IsNull(i) {
			b.AppendNull()
		} else {
			b.Append(text(i))
		}
	}
	return b.NewArray()
}
