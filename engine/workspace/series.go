package workspace

import (
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// maxSeries bounds a list made by series; longer ones are refused rather than taking the worker's memory.
const maxSeries = 5_000_000

// series is generate_series(start, stop[, step]) over numeric, timestamp and timestamptz, as PostgreSQL steps: from the
// value before, by datum's own addition.
func series(elem uint32, args []datum.Value, env *datum.Env) (datum.Value, error) {
	for _, a := range args {
		if a == nil {
			return nil, nil
		}
	}
	add, step := "numeric_add(numeric,numeric)", datum.Value(datum.NewNumeric(1, 0))
	switch elem {
	case pgcat.Timestamp:
		add = "timestamp_pl_interval(timestamp,interval)"
	case pgcat.TimestampTZ:
		add = "timestamptz_pl_interval(timestamptz,interval)"
	}
	if len(args) == 3 {
		step = args[2]
	}
	if n, ok := step.(*datum.Numeric); ok && n.Dec.Form != 0 {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "step size cannot be NaN or infinity")
	}
	direction := signOf(step)
	if direction == 0 {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "step size cannot equal zero")
	}
	proc, ok := pgcat.ProcBySignature(add)
	if !ok {
		return nil, pgerr.New(pgerr.Internal, "function %s is unknown", add)
	}
	f := datum.Func{Proc: proc.OID, Args: proc.Args, Result: elem, Mod: -1}
	out := &datum.Array{Elem: elem}
	for v := args[0]; direction*datum.Compare(elem, v, args[1]) <= 0; {
		if len(out.Items) == maxSeries {
			return nil, pgerr.New(pgerr.ProgramLimitExceeded, "generate_series is too long here").WithDetail("It has more than %d rows.", maxSeries)
		}
		out.Items = append(out.Items, v)
		next, err := datum.Call(f, []datum.Value{v, step}, env)
		if err != nil {
			return nil, err
		}
		v = next
	}
	if len(out.Items) > 0 {
		out.Dims = []datum.Dim{{Len: int32(len(out.Items)), Lower: 1}}
	}
	return out, nil
}

func signOf(step datum.Value) int {
	switch s := step.(type) {
	case *datum.Numeric:
		return datum.NumericCmp(s, datum.NewNumeric(0, 0))
	case datum.Interval:
		return datum.CompareInterval(s, datum.Interval{})
	}
	return 0
}
