package workspace

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// edge converts DuckDB's Arrow to the contract's (DECISIONS 1), where the two differ.
type edge struct {
	from, schema *arrow.Schema
	columns      []func(arrow.Array) (arrow.Array, error)
}

func newEdge(from *arrow.Schema, types []plan.Type) (*edge, error) {
	if from.NumFields() != len(types) {
		return nil, pgerr.New(pgerr.Internal, "the workspace returns %d columns instead of %d", from.NumFields(), len(types))
	}
	e := &edge{from: from, columns: make([]func(arrow.Array) (arrow.Array, error), len(types))}
	fields := make([]arrow.Field, len(types))
	for i, t := range types {
		got, want := from.Field(i).Type, plan.ArrowType(t)
		fields[i] = arrow.Field{Name: from.Field(i).Name, Type: want, Nullable: true}
		convert, ok := conversion(got, want)
		if !ok {
			return nil, pgerr.New(pgerr.Internal, "the workspace returns %s instead of %s in column %d", got, want, i+1)
		}
		e.columns[i] = convert
	}
	e.schema = arrow.NewSchema(fields, nil)
	return e, nil
}

func (e *edge) convert(b arrow.RecordBatch) (arrow.RecordBatch, error) {
	columns := make([]arrow.Array, b.NumCols())
	defer func() {
		for _, c := range columns {
			if c != nil {
				c.Release()
			}
		}
	}()
	for i, c := range b.Columns() {
		if e.columns[i] == nil {
			c.Retain()
			columns[i] = c
			continue
		}
		converted, err := e.columns[i](c)
		if err != nil {
			return nil, err
		}
		columns[i] = converted
	}
	return array.NewRecordBatch(e.schema, columns, b.NumRows()), nil
}

// conversion returns nil when the arrays are the same.
func conversion(got, want arrow.DataType) (func(arrow.Array) (arrow.Array, error), bool) {
	switch {
	case want.ID() == arrow.INTERVAL_MONTH_DAY_NANO && got.ID() == want.ID():
		return intervals, true
	case arrow.TypeEqual(got, want):
		return nil, true
	case want.ID() == arrow.FIXED_SIZE_BINARY && got.ID() == arrow.STRING:
		return uuids, true
	case want.ID() == arrow.LIST && got.ID() == arrow.LIST:
		inner, ok := conversion(got.(*arrow.ListType).Elem(), want.(*arrow.ListType).Elem())
		return func(a arrow.Array) (arrow.Array, error) { return lists(a.(*array.List), want, inner) }, ok
	case want.ID() == arrow.STRUCT && got.ID() == arrow.STRUCT, want.ID() == arrow.TIMESTAMP && got.ID() == arrow.TIMESTAMP:
		return func(a arrow.Array) (arrow.Array, error) { return relabel(a, want), nil }, true
	}
	return nil, false
}

func relabel(a arrow.Array, t arrow.DataType) arrow.Array {
	d := a.Data()
	data := array.NewData(t, d.Len(), d.Buffers(), d.Children(), d.NullN(), d.Offset())
	defer data.Release()
	return array.MakeFromData(data)
}

func lists(l *array.List, want arrow.DataType, inner func(arrow.Array) (arrow.Array, error)) (arrow.Array, error) {
	values := l.ListValues()
	if inner != nil {
		converted, err := inner(values)
		if err != nil {
			return nil, err
		}
		defer converted.Release()
		values = converted
	}
	d := l.Data()
	data := array.NewData(want, d.Len(), d.Buffers(), []arrow.ArrayData{values.Data()}, d.NullN(), d.Offset())
	defer data.Release()
	return array.MakeFromData(data), nil
}

// intervals checks that nanoseconds did not wrap: DuckDB multiplies microseconds by a thousand unchecked, so that only the
// printer's own guard keeps larger values away; here the infinities get their sentinel back (DECISIONS 3).
func intervals(a arrow.Array) (arrow.Array, error) {
	in := a.(*array.MonthDayNanoInterval)
	b := array.NewMonthDayNanoIntervalBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.Reserve(in.Len())
	for i := range in.Len() {
		if in.IsNull(i) {
			b.AppendNull()
			continue
		}
		v := in.Value(i)
		switch {
		case v.Months == math.MaxInt32 && v.Days == math.MaxInt32:
			v.Nanoseconds = math.MaxInt64
		case v.Months == math.MinInt32 && v.Days == math.MinInt32:
			v.Nanoseconds = math.MinInt64
		}
		b.Append(v)
	}
	return b.NewArray(), nil
}

func uuids(a arrow.Array) (arrow.Array, error) {
	in := a.(*array.String)
	b := array.NewFixedSizeBinaryBuilder(memory.DefaultAllocator, &arrow.FixedSizeBinaryType{ByteWidth: 16})
	defer b.Release()
	b.Reserve(in.Len())
	var u [16]byte
	for i := range in.Len() {
		if in.IsNull(i) {
			b.AppendNull()
			continue
		}
		if !parseUUID(&u, in.Value(i)) {
			return nil, pgerr.New(pgerr.Internal, "the workspace returned a malformed uuid")
		}
		b.Append(u[:])
	}
	return b.NewArray(), nil
}

func parseUUID(u *[16]byte, s string) bool {
	n := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c == '-':
			continue
		default:
			return false
		}
		if n >= 32 {
			return false
		}
		u[n/2] = u[n/2]<<4 | c
		n++
	}
	return n == 32
}
