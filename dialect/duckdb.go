package dialect

import (
	"fmt"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// ErrorMark stands before an error of ours inside a DuckDB error text; JSON follows it.
const ErrorMark = "waggle:"

// Statement is one DuckDB statement for the workspace.
type Statement struct {
	SQL   string
	Types []plan.Type // result columns in order, each cast to plan.ArrowType of its type
	Funcs []Func      // the user-defined functions that SQL calls
	Env   *datum.Env  // set by the caller: the session that the functions' results depend on
}

// Func is a scalar function over datum that the worker registers for one statement. Args and Result are OIDs; a value
// travels as the DuckDB type that WorkspaceType names.
type Func struct {
	Name     string   `json:"name"`
	Fields   Names    `json:"fields,omitempty"`
	Kind     FuncKind `json:"kind"`
	Proc     uint32   `json:"proc,omitempty"`
	Args     []uint32 `json:"args"`
	Result   uint32   `json:"result"`
	Mod      int32    `json:"mod"`
	Variadic bool     `json:"variadic,omitempty"`
	Explicit bool     `json:"explicit,omitempty"`
	At       int      `json:"at"` // position in the client's text, -1 for none
}

// Names are the names of a row's fields.
type Names []string

// String quotes each name, so that no two lists are printed alike: functions are named by what they are printed as.
func (n Names) String() string { return fmt.Sprintf("%q", []string(n)) }

// FuncKind is what a Func computes.
type FuncKind uint8

// CallFunc: datum.Call. CastFunc: datum.Cast of its one argument. AggFunc: datum.AggCall over one list of rows; DistinctFunc over those
// that differ, SortedFunc over those in ascending order.
// SortKeyFunc: a text whose byte order and equality are those of the argument's type. SeriesFunc: the array of
// generate_series(start, stop[, step]). SetFunc: the array of one output column, Mod, of a set-returning function of one argument,
// or with more, the texts of the arrays that regexp_matches returns.
// RowFunc: the row of the arguments as PostgreSQL's text of a record, or with Fields, their names, as a JSON object.
const (
	CallFunc FuncKind = iota
	CastFunc
	AggFunc
	SortKeyFunc
	SeriesFunc
	SetFunc
	RowFunc
	DistinctFunc
	SortedFunc
)

// OfRows reports whether the function's argument is one list of rows of its arguments.
func (f *Func) OfRows() bool {
	return f.Kind == AggFunc || f.Kind == DistinctFunc || f.Kind == SortedFunc
}

// WorkspaceType is the DuckDB type by which values of a PostgreSQL type live in the workspace and cross to its functions:
// numeric crosses as canonical text.
func WorkspaceType(oid uint32) string {
	if t, ok := workspaceTypes[oid]; ok {
		return t
	}
	if t, ok := pgcat.TypeByOID(oid); ok && t.IsArray() {
		return WorkspaceType(t.Elem) + "[]"
	}
	return "VARCHAR"
}

var workspaceTypes = map[uint32]string{
	pgcat.Bool: "BOOLEAN", pgcat.Int2: "SMALLINT", pgcat.Int4: "INTEGER", pgcat.Int8: "BIGINT", pgcat.Char: "TINYINT",
	pgcat.Float4: "FLOAT", pgcat.Float8: "DOUBLE", pgcat.Bytea: "BLOB", pgcat.UUID: "UUID",
	pgcat.Date: "DATE", pgcat.Time: "TIME", pgcat.TimeTZ: "STRUCT(\"time\" TIME, \"offset\" INTEGER)",
	pgcat.Timestamp: "TIMESTAMP", pgcat.TimestampTZ: "TIMESTAMPTZ", pgcat.Interval: "INTERVAL",
	pgcat.OID: "UINTEGER", pgcat.XID: "UINTEGER", pgcat.CID: "UINTEGER", pgcat.Regproc: "UINTEGER",
	pgcat.Regprocedure: "UINTEGER", pgcat.Regoper: "UINTEGER", pgcat.Regoperator: "UINTEGER", pgcat.Regclass: "UINTEGER",
	pgcat.Regtype: "UINTEGER", pgcat.Regconfig: "UINTEGER", pgcat.Regdictionary: "UINTEGER", pgcat.Regrole: "UINTEGER",
	pgcat.Regnamespace: "UINTEGER", pgcat.Regcollation: "UINTEGER", pgcat.Int2Vector: "SMALLINT[]", pgcat.OIDVector: "UINTEGER[]",
}
