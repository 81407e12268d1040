package workspace

/*
void waggle_scalar(void *info, void *input, void *output);
void waggle_release(void *extra);
typedef void (*waggle_scalar_t)(void *, void *, void *);
typedef void (*waggle_release_t)(void *);
*/
import "C"

import (
	"encoding/json"
	"runtime/cgo"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// scalar is one registered function: what it computes and how its values cross.
type scalar struct {
	f      dialect.Func
	db     *database
	handle cgo.Handle
}

// register adds the functions that one statement calls, but for those that an earlier one has added.
func (d *database) register(con mapping.Connection, o queryOrder) error {
	if len(o.Funcs) == 0 {
		return nil
	}
	env, err := o.Env.env()
	if err != nil {
		return err
	}
	d.env.Store(env)
	for _, f := range o.Funcs {
		if d.known[f.Name] {
			continue
		}
		if err := registerOne(con, &scalar{f: f, db: d}); err != nil {
			return err
		}
		d.known[f.Name] = true
	}
	return nil
}

func registerOne(con mapping.Connection, s *scalar) error {
	fn := mapping.CreateScalarFunction()
	defer mapping.DestroyScalarFunction(&fn)
	mapping.ScalarFunctionSetName(fn, s.f.Name)
	mapping.ScalarFunctionSetSpecialHandling(fn)
	if s.f.OfRows() {
		list := mapping.CreateListType(rowType(s.f.Args))
		mapping.ScalarFunctionAddParameter(fn, list)
		mapping.DestroyLogicalType(&list)
	} else {
		for _, a := range s.f.Args {
			t := logicalType(a)
			mapping.ScalarFunctionAddParameter(fn, t)
			mapping.DestroyLogicalType(&t)
		}
	}
	result := logicalType(s.f.Result)
	mapping.ScalarFunctionSetReturnType(fn, result)
	mapping.DestroyLogicalType(&result)
	s.handle = cgo.NewHandle(s)
	extra := (*cgo.Handle)(mallocHandle())
	*extra = s.handle
	mapping.ScalarFunctionSetExtraInfo(fn, unsafe.Pointer(extra), unsafe.Pointer(C.waggle_release_t(C.waggle_release)))
	mapping.ScalarFunctionSetFunction(fn, unsafe.Pointer(C.waggle_scalar_t(C.waggle_scalar)))
	if mapping.RegisterScalarFunction(con, fn) == mapping.StateError {
		return pgerr.New(pgerr.Internal, "function %s could not be registered", s.f.Name)
	}
	return nil
}

//export waggle_release
func waggle_release(extra unsafe.Pointer) {
	h := (*cgo.Handle)(extra)
	h.Delete()
	freeHandle(extra)
}

//export waggle_scalar
func waggle_scalar(info, input, output unsafe.Pointer) {
	fi := mapping.FunctionInfo{Ptr: info}
	s := (*(*cgo.Handle)(mapping.ScalarFunctionGetExtraInfo(fi))).Value().(*scalar)
	if err := s.run(mapping.DataChunk{Ptr: input}, mapping.Vector{Ptr: output}); err != nil {
		mapping.ScalarFunctionSetError(fi, errorText(err, s.f.At))
	}
}

// errorText is how an error crosses DuckDB: the mark, then JSON.
func errorText(err error, at int) string {
	b, jerr := json.Marshal(asFailure(pgerr.From(err).At(at)))
	if jerr != nil {
		return "the workspace failed"
	}
	return dialect.ErrorMark + string(b)
}

// run computes one chunk.
func (s *scalar) run(in mapping.DataChunk, out mapping.Vector) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = pgerr.New(pgerr.Internal, "function %s failed: %v", s.f.Name, r)
		}
	}()
	rows, env := int(mapping.DataChunkGetSize(in)), s.db.env.Load()
	if s.f.OfRows() {
		return s.aggregate(in, out, env)
	}
	columns := make([]column, len(s.f.Args))
	for i, oid := range s.f.Args {
		columns[i] = newColumn(mapping.DataChunkGetVector(in, mapping.IdxT(i)), oid)
	}
	result := newColumn(out, s.f.Result)
	args := make([]datum.Value, len(columns))
	for row := range rows {
		for i := range columns {
			if args[i], err = columns[i].get(row, env); err != nil {
				return err
			}
		}
		v, err := s.value(args, env)
		if err != nil {
			return err
		}
		if err := result.set(row, v, env); err != nil {
			return err
		}
	}
	return nil
}

func (s *scalar) value(args []datum.Value, env *datum.Env) (datum.Value, error) {
	switch s.f.Kind {
	case dialect.CastFunc:
		if args[0] == nil {
			return nil, nil
		}
		return datum.Cast(args[0], s.f.Args[0], s.f.Result, s.f.Mod, s.f.Explicit, env)
	case dialect.SortKeyFunc:
		return sortKey(args[0], s.f.Args[0])
	case dialect.SeriesFunc:
		elem, _ := dialect.ElementOID(s.f.Result)
		return series(elem, args, env)
	case dialect.SetFunc:
		return setOf(s.f, args, env)
	case dialect.RowFunc:
		if s.f.Fields != nil {
			return datum.RowJSON(s.f.Fields, s.f.Args, args, env)
		}
		return datum.RowText(s.f.Args, args, env), nil
	}
	return datum.Call(s.function(), args, env)
}

// setOf is one column of a set as an array.
func setOf(f dialect.Func, args []datum.Value, env *datum.Env) (datum.Value, error) {
	items, err := itemsOf(f, args, env)
	if err != nil || args[0] == nil {
		return nil, err
	}
	elem, _ := dialect.ElementOID(f.Result)
	a := &datum.Array{Elem: elem, Items: items}
	if len(items) > 0 {
		a.Dims = []datum.Dim{{Len: int32(len(items)), Lower: 1}}
	}
	return a, nil
}

func itemsOf(f dialect.Func, args []datum.Value, env *datum.Env) ([]datum.Value, error) {
	if len(args) > 1 {
		return datum.RegexpMatches(args, env)
	}
	return datum.CallSet(f.Proc, int(f.Mod), args[0])
}

func (s *scalar) function() datum.Func {
	return datum.Func{Proc: s.f.Proc, Args: s.f.Args, Result: s.f.Result, Mod: s.f.Mod, Variadic: s.f.Variadic}
}

// aggregate computes datum.AggCall over each row's list of argument rows.
func (s *scalar) aggregate(in mapping.DataChunk, out mapping.Vector, env *datum.Env) error {
	rows := int(mapping.DataChunkGetSize(in))
	list := mapping.DataChunkGetVector(in, 0)
	valid := (*uint64)(mapping.VectorGetValidity(list))
	entries := unsafe.Slice((*listEntry)(mapping.VectorGetData(list)), rows)
	child := mapping.ListVectorGetChild(list)
	columns := make([]column, len(s.f.Args))
	for i, oid := range s.f.Args {
		columns[i] = newColumn(mapping.StructVectorGetChild(child, mapping.IdxT(i)), oid)
	}
	result := newColumn(out, s.f.Result)
	for row := range rows {
		var group [][]datum.Value
		if isValid(valid, row) {
			e := entries[row]
			group = make([][]datum.Value, e.length)
			for k := range group {
				group[k] = make([]datum.Value, len(columns))
				for i := range columns {
					v, err := columns[i].get(int(e.offset)+k, env)
					if err != nil {
						return err
					}
					group[k][i] = v
				}
			}
		}
		if s.f.Kind != dialect.AggFunc {
			group = datum.DistinctRows(group, s.f.Args, s.f.Kind == dialect.SortedFunc)
		}
		v, err := datum.AggCall(datum.Func{Proc: s.f.Proc, Args: s.f.Args, Result: s.f.Result, Mod: s.f.Mod}, group, env)
		if err != nil {
			return err
		}
		if err := result.set(row, v, env); err != nil {
			return err
		}
	}
	return nil
}
