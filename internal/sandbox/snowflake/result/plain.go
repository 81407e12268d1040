package result

import (
	"bytes"
	"encoding/json"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// gatherer collects one column's values until a chunk is full.
type gatherer interface {
	add(arrow.Array) error
	// size is the bytes of what has been gathered.
	size() int
	// take returns what has been gathered, and begins anew.
	take() (arrow.Array, arrow.DataType)
}

// newGatherer returns the gatherer of a column.
func newGatherer(c Column) (gatherer, error) {
	switch c.Type {
	case Fixed:
		return &fixed{column: c}, nil
	case Time:
		return &clock{column: c}, nil
	case TimestampNTZ, TimestampLTZ, TimestampTZ:
		return &instant{column: c}, nil
	case Text, Variant, Object, Array, Binary, Real, Boolean, Date:
		return newPlain(c), nil
	}
	return nil, pgerr.New(pgerr.Internal, "the emulator has no form for a column of type %q", c.Type)
}

// contradiction says that a column's values are not what its type says.
func contradiction(c Column, a arrow.Array) error {
	got := "integers"
	if a != nil {
		got = a.DataType().String()
	}
	return pgerr.New(pgerr.Internal, "the emulator's column %q of type %s has values of type %s", c.Name, c.Type, got)
}

// plain gathers values whose physical form is Arrow's own.
type plain struct {
	column  Column
	builder array.Builder
	bytes   int
}

func newPlain(c Column) *plain {
	var t arrow.DataType = arrow.BinaryTypes.String
	switch c.Type {
	case Binary:
		t = arrow.BinaryTypes.Binary
	case Real:
		t = arrow.PrimitiveTypes.Float64
	case Boolean:
		t = arrow.FixedWidthTypes.Boolean
	case Date:
		t = arrow.FixedWidthTypes.Date32
	}
	return &plain{column: c, builder: array.NewBuilder(memory.DefaultAllocator, t)}
}

func (p *plain) add(a arrow.Array) error {
	n := a.Len()
	switch b := p.builder.(type) {
	case *array.StringBuilder:
		if s, ok := a.(interface{ Value(int) string }); ok {
			return p.texts(b, a, s.Value)
		}
	case *array.BinaryBuilder:
		if s, ok := a.(interface{ Value(int) []byte }); ok {
			return p.binaries(b, a, s.Value)
		}
	case *array.Float64Builder:
		p.bytes += 8 * n
		return floats(b, a, p.column)
	case *array.BooleanBuilder:
		p.bytes += n/8 + 1
		if s, ok := a.(*array.Boolean); ok {
			return each(a, b, func(i int) { b.Append(s.Value(i)) })
		}
	case *array.Date32Builder:
		p.bytes += 4 * n
		if s, ok := a.(*array.Date32); ok {
			return each(a, b, func(i int) { b.Append(s.Value(i)) })
		}
	}
	return contradiction(p.column, a)
}

func (p *plain) texts(b *array.StringBuilder, a arrow.Array, value func(int) string) error {
	semi := p.column.Type == Variant || p.column.Type == Object || p.column.Type == Array
	return each(a, b, func(i int) {
		v := value(i)
		if semi {
			v = indented(v)
		}
		p.bytes += len(v) + 4
		b.Append(v)
	})
}

// indented is a JSON text as the service sends it: over several lines.
func indented(text string) string {
	var out bytes.Buffer
	if json.Indent(&out, []byte(text), "", "  ") != nil {
		return text
	}
	return out.String()
}

func (p *plain) binaries(b *array.BinaryBuilder, a arrow.Array, value func(int) []byte) error {
	return each(a, b, func(i int) {
		v := value(i)
		p.bytes += len(v) + 4
		b.Append(v)
	})
}

func floats(b *array.Float64Builder, a arrow.Array, c Column) error {
	switch a := a.(type) {
	case *array.Float64:
		return each(a, b, func(i int) { b.Append(a.Value(i)) })
	case *array.Float32:
		return each(a, b, func(i int) { b.Append(float64(a.Value(i))) })
	}
	return contradiction(c, a)
}

// each appends what an array has, NULLs included.
func each(a arrow.Array, b array.Builder, value func(int)) error {
	for i := range a.Len() {
		if a.IsNull(i) {
			b.AppendNull()
		} else {
			value(i)
		}
	}
	return nil
}

func (p *plain) size() int { return p.bytes }

func (p *plain) take() (arrow.Array, arrow.DataType) {
	p.bytes = 0
	out := p.builder.NewArray()
	return out, out.DataType()
}
