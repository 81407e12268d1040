package workspace

// #include <stdlib.h>
import "C"

import (
	"math"
	"strconv"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

func mallocHandle() unsafe.Pointer    { return C.malloc(C.size_t(unsafe.Sizeof(uintptr(0)))) }
func freeHandle(p unsafe.Pointer)     { C.free(p) }
func isValid(m *uint64, i int) bool   { return m == nil || words(m, i)[i/64]>>(i%64)&1 == 1 }
func words(m *uint64, i int) []uint64 { return unsafe.Slice(m, i/64+1) }

// listEntry is DuckDB's duckdb_list_entry.
type listEntry struct{ offset, length uint64 }

// duckString is DuckDB's duckdb_string_t: up to twelve bytes inline, else a prefix and a pointer.
type duckString struct {
	length uint32
	inline [4]byte
	ptr    unsafe.Pointer
}

func (s *duckString) bytes() []byte {
	if s.length <= 12 {
		return unsafe.Slice(&s.inline[0], s.length)
	}
	return unsafe.Slice((*byte)(s.ptr), s.length)
}

// duckInterval is DuckDB's duckdb_interval.
type duckInterval struct {
	months, days int32
	micros       int64
}

// logicalType is the DuckDB type by which a value of a PostgreSQL type crosses (dialect.WorkspaceType).
func logicalType(oid uint32) mapping.LogicalType {
	if elem, ok := dialect.ElementOID(oid); ok {
		child := logicalType(elem)
		defer mapping.DestroyLogicalType(&child)
		return mapping.CreateListType(child)
	}
	if oid == pgcat.TimeTZ {
		t, o := mapping.CreateLogicalType(mapping.TypeTime), mapping.CreateLogicalType(mapping.TypeInteger)
		defer mapping.DestroyLogicalType(&t)
		defer mapping.DestroyLogicalType(&o)
		return mapping.CreateStructType([]mapping.LogicalType{t, o}, []string{"time", "offset"})
	}
	return mapping.CreateLogicalType(primitives[dialect.WorkspaceType(oid)])
}

var primitives = map[string]mapping.Type{
	"BOOLEAN": mapping.TypeBoolean, "TINYINT": mapping.TypeTinyInt, "SMALLINT": mapping.TypeSmallInt,
	"INTEGER": mapping.TypeInteger, "BIGINT": mapping.TypeBigInt, "UINTEGER": mapping.TypeUInteger,
	"FLOAT": mapping.TypeFloat, "DOUBLE": mapping.TypeDouble, "VARCHAR": mapping.TypeVarchar, "BLOB": mapping.TypeBlob,
	"UUID": mapping.TypeUUID, "DATE": mapping.TypeDate, "TIME": mapping.TypeTime, "TIMESTAMP": mapping.TypeTimestamp,
	"TIMESTAMPTZ": mapping.TypeTimestampTZ, "INTERVAL": mapping.TypeInterval,
}

// rowType is the struct of an aggregate's arguments.
func rowType(args []uint32) mapping.LogicalType {
	types, names := make([]mapping.LogicalType, len(args)), make([]string, len(args))
	for i, a := range args {
		types[i], names[i] = logicalType(a), "a"+strconv.Itoa(i)
		defer mapping.DestroyLogicalType(&types[i])
	}
	return mapping.CreateStructType(types, names)
}

// column reads or writes one vector as values of one PostgreSQL type.
type column struct {
	oid      uint32
	kind     string
	vec      mapping.Vector
	data     unsafe.Pointer
	valid    *uint64
	children []column
	elem     uint32
	filled   uint64 // list items written
}

func newColumn(v mapping.Vector, oid uint32) column {
	c := column{oid: oid, vec: v, data: mapping.VectorGetData(v), valid: (*uint64)(mapping.VectorGetValidity(v))}
	if elem, ok := dialect.ElementOID(oid); ok {
		c.kind, c.elem = "LIST", elem
		return c
	}
	if oid == pgcat.TimeTZ {
		c.kind = "TIMETZ"
		c.children = []column{newColumn(mapping.StructVectorGetChild(v, 0), pgcat.Time), newColumn(mapping.StructVectorGetChild(v, 1), pgcat.Int4)}
		return c
	}
	c.kind = dialect.WorkspaceType(oid)
	return c
}

func at[T any](c *column, i int) *T {
	return (*T)(unsafe.Add(c.data, uintptr(i)*unsafe.Sizeof(*new(T))))
}

// get returns the value of a row; text is copied.
func (c *column) get(i int, env *datum.Env) (datum.Value, error) {
	if !isValid(c.valid, i) {
		return nil, nil
	}
	switch c.kind {
	case "BOOLEAN":
		return datum.Bool(*at[bool](c, i)), nil
	case "TINYINT":
		return datum.Int(*at[int8](c, i)), nil
	case "SMALLINT":
		return datum.Int(*at[int16](c, i)), nil
	case "INTEGER":
		return datum.Int(*at[int32](c, i)), nil
	case "BIGINT":
		return datum.Int(*at[int64](c, i)), nil
	case "UINTEGER":
		return datum.Int(*at[uint32](c, i)), nil
	case "FLOAT":
		return datum.Float(*at[float32](c, i)), nil
	case "DOUBLE":
		return datum.Float(*at[float64](c, i)), nil
	case "BLOB":
		return datum.Bytes(append([]byte{}, at[duckString](c, i).bytes()...)), nil
	case "VARCHAR":
		return c.text(i, env)
	}
	return c.moment(i, env)
}

func (c *column) text(i int, env *datum.Env) (datum.Value, error) {
	s := string(at[duckString](c, i).bytes())
	switch c.oid {
	case pgcat.Numeric:
		return datum.In(c.oid, -1, s, env)
	}
	return datum.Text(s), nil
}

// endOfTime undoes that ±infinity has in DuckDB only as many microseconds as Arrow has nanoseconds.
func endOfTime(micros int64) int64 {
	switch micros {
	case math.MaxInt64 / 1000:
		return math.MaxInt64
	case math.MinInt64 / 1000:
		return math.MinInt64
	}
	return micros
}

func (c *column) moment(i int, env *datum.Env) (datum.Value, error) {
	switch c.kind {
	case "DATE":
		return datum.Date(*at[int32](c, i)), nil
	case "TIME":
		return datum.Time(*at[int64](c, i)), nil
	case "TIMESTAMP", "TIMESTAMPTZ":
		return datum.Timestamp(*at[int64](c, i)), nil
	case "INTERVAL":
		d := at[duckInterval](c, i)
		v := datum.Interval{Months: d.months, Days: d.days, Micros: d.micros}
		if whole := (datum.Interval{Months: v.Months, Days: v.Days, Micros: endOfTime(v.Micros)}); whole.IsInfinite() {
			return whole, nil
		}
		return v, nil
	case "UUID":
		return uuidIn(*at[[2]uint64](c, i)), nil
	case "TIMETZ":
		return datum.TimeTZ{Time: datum.Time(*at[int64](&c.children[0], i)), Offset: *at[int32](&c.children[1], i)}, nil
	case "LIST":
		return c.list(i, env)
	}
	return nil, pgerr.New(pgerr.Internal, "the workspace does not read %s", c.kind)
}

func (c *column) list(i int, env *datum.Env) (datum.Value, error) {
	e := *at[listEntry](c, i)
	a := &datum.Array{Elem: c.elem}
	if e.length == 0 {
		return a, nil
	}
	child := newColumn(mapping.ListVectorGetChild(c.vec), c.elem)
	a.Dims = []datum.Dim{{Len: int32(e.length), Lower: dialect.FirstIndex(c.oid)}}
	a.Items = make([]datum.Value, e.length)
	for k := range a.Items {
		v, err := child.get(int(e.offset)+k, env)
		if err != nil {
			return nil, err
		}
		a.Items[k] = v
	}
	return a, nil
}

// uuidIn undoes DuckDB's flipped top bit; the low half comes first.
func uuidIn(h [2]uint64) datum.UUID {
	var u datum.UUID
	high := h[1] ^ 1<<63
	for i := range 8 {
		u[i], u[8+i] = byte(high>>(56-8*i)), byte(h[0]>>(56-8*i))
	}
	return u
}

func uuidOut(u datum.UUID) [2]uint64 {
	var h [2]uint64
	for i := range 8 {
		h[1], h[0] = h[1]<<8|uint64(u[i]), h[0]<<8|uint64(u[8+i])
	}
	h[1] ^= 1 << 63
	return h
}

func (c *column) setNull(i int) {
	mapping.VectorEnsureValidityWritable(c.vec)
	mapping.ValiditySetRowInvalid(mapping.VectorGetValidity(c.vec), mapping.IdxT(i))
	for k := range c.children {
		c.children[k].setNull(i)
	}
	if c.kind == "LIST" {
		*at[listEntry](c, i) = listEntry{}
	}
}

// set stores a value in a row of the result.
func (c *column) set(i int, v datum.Value, env *datum.Env) error {
	switch v := v.(type) {
	case nil:
		c.setNull(i)
	case datum.Bool:
		*at[bool](c, i) = bool(v)
	case datum.Int:
		return c.setInt(i, int64(v))
	case datum.Float:
		if c.kind == "FLOAT" {
			*at[float32](c, i) = float32(v)
		} else {
			*at[float64](c, i) = float64(v)
		}
	case datum.Text:
		if c.kind != "VARCHAR" && c.kind != "BLOB" {
			return unknownName(c.oid, string(v))
		}
		mapping.VectorAssignStringElementLen(c.vec, mapping.IdxT(i), []byte(v))
	case datum.Bytes:
		mapping.VectorAssignStringElementLen(c.vec, mapping.IdxT(i), v)
	case *datum.Array:
		if c.kind == "LIST" {
			return c.setList(i, v, env)
		}
		c.setText(i, v, env)
	default:
		c.setMoment(i, v, env)
	}
	return nil
}

// unknownName is the error for a text where a number belongs: the name of an object that is not there.
func unknownName(oid uint32, name string) error {
	switch oid {
	case pgcat.Regclass:
		return pgerr.New(pgerr.UndefinedTable, "relation \"%s\" does not exist", name)
	case pgcat.Regnamespace:
		return pgerr.New(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", name)
	case pgcat.Regrole:
		return pgerr.New(pgerr.UndefinedObject, "role \"%s\" does not exist", name)
	}
	return pgerr.New(pgerr.FeatureNotSupported, "a conversion of text to %s is not supported here", datum.FormatType(oid, -1))
}

func (c *column) setText(i int, v datum.Value, env *datum.Env) {
	mapping.VectorAssignStringElementLen(c.vec, mapping.IdxT(i), datum.AppendText(nil, c.oid, v, env))
}

func (c *column) setInt(i int, v int64) error {
	switch c.kind {
	case "TINYINT":
		*at[int8](c, i) = int8(v)
	case "SMALLINT":
		*at[int16](c, i) = int16(v)
	case "INTEGER":
		*at[int32](c, i) = int32(v)
	case "UINTEGER":
		*at[uint32](c, i) = uint32(v)
	case "BIGINT":
		*at[int64](c, i) = v
	default:
		return pgerr.New(pgerr.Internal, "an integer does not fit %s", c.kind)
	}
	return nil
}

func (c *column) setMoment(i int, v datum.Value, env *datum.Env) {
	switch v := v.(type) {
	case datum.Date:
		*at[int32](c, i) = int32(v)
	case datum.Time:
		*at[int64](c, i) = int64(v)
	case datum.Timestamp:
		*at[int64](c, i) = int64(v)
	case datum.UUID:
		*at[[2]uint64](c, i) = uuidOut(v)
	case datum.Interval:
		d := duckInterval{v.Months, v.Days, v.Micros}
		if v.Micros == math.MaxInt64 || v.Micros == math.MinInt64 {
			d.micros = v.Micros / 1000
		}
		*at[duckInterval](c, i) = d
	case datum.TimeTZ:
		*at[int64](&c.children[0], i) = int64(v.Time)
		*at[int32](&c.children[1], i) = v.Offset
	default: // numeric, and what crosses as text
		c.setText(i, v, env)
	}
}

func (c *column) setList(i int, a *datum.Array, env *datum.Env) error {
	if len(a.Dims) > 1 || (len(a.Dims) == 1 && a.Dims[0].Lower != 1) {
		return pgerr.New(pgerr.FeatureNotSupported, "arrays with more than one dimension or another lower bound are not supported here")
	}
	start := c.filled
	c.filled += uint64(len(a.Items))
	mapping.ListVectorReserve(c.vec, mapping.IdxT(c.filled))
	mapping.ListVectorSetSize(c.vec, mapping.IdxT(c.filled))
	*at[listEntry](c, i) = listEntry{start, uint64(len(a.Items))}
	child := newColumn(mapping.ListVectorGetChild(c.vec), c.elem)
	for k, v := range a.Items {
		if err := child.set(int(start)+k, v, env); err != nil {
			return err
		}
	}
	return nil
}
