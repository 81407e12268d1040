package workspace

import (
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// aggregates are computed over a group's collected rows, by signature: what DuckDB has no exact form for. The dialect's
// table of collected aggregates names the same ones.
var aggregates = map[string]func(rows [][]datum.Value, env *datum.Env) (datum.Value, error){
	"sum(numeric)": func(r [][]datum.Value, _ *datum.Env) (datum.Value, error) {
		s, n, err := sum(r)
		return orNull(s, n, err)
	},
	"avg(numeric)":            average,
	"string_agg(text,text)":   concatenated,
	"string_agg(bytea,bytea)": concatenated,
	"mode(anyelement)":        mode,
	"variance(numeric)":       spread(true, false), "var_samp(numeric)": spread(true, false), "var_pop(numeric)": spread(false, false),
	"stddev(numeric)": spread(true, true), "stddev_samp(numeric)": spread(true, true), "stddev_pop(numeric)": spread(false, true),
	"variance(int2)": spread(true, false), "var_samp(int2)": spread(true, false), "var_pop(int2)": spread(false, false),
	"stddev(int2)": spread(true, true), "stddev_samp(int2)": spread(true, true), "stddev_pop(int2)": spread(false, true),
	"variance(int4)": spread(true, false), "var_samp(int4)": spread(true, false), "var_pop(int4)": spread(false, false),
	"stddev(int4)": spread(true, true), "stddev_samp(int4)": spread(true, true), "stddev_pop(int4)": spread(false, true),
	"variance(int8)": spread(true, false), "var_samp(int8)": spread(true, false), "var_pop(int8)": spread(false, false),
	"stddev(int8)": spread(true, true), "stddev_samp(int8)": spread(true, true), "stddev_pop(int8)": spread(false, true),
}

func aggregateOf(proc uint32, rows [][]datum.Value, env *datum.Env) (datum.Value, error) {
	p, ok := pgcat.ProcByOID(proc)
	if !ok || aggregates[p.Signature()] == nil {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "this aggregate is not supported yet")
	}
	return aggregates[p.Signature()](rows, env)
}

// asNumeric widens an integer.
func asNumeric(v datum.Value) *datum.Numeric {
	switch v := v.(type) {
	case *datum.Numeric:
		return v
	case datum.Int:
		return datum.NewNumeric(int64(v), 0)
	}
	return nil
}

// sum adds the non-null values of the first column and counts them.
func sum(rows [][]datum.Value) (*datum.Numeric, int64, error) {
	total, n := datum.NewNumeric(0, 0), int64(0)
	for _, r := range rows {
		v := asNumeric(r[0])
		if v == nil {
			continue
		}
		var err error
		if total, err = datum.NumericAdd(total, v); err != nil {
			return nil, 0, err
		}
		n++
	}
	return total, n, nil
}

func orNull(v *datum.Numeric, n int64, err error) (datum.Value, error) {
	if err != nil || n == 0 {
		return nil, err
	}
	return v, nil
}

func average(rows [][]datum.Value, _ *datum.Env) (datum.Value, error) {
	total, n, err := sum(rows)
	if err != nil || n == 0 {
		return nil, err
	}
	q, err := datum.NumericDiv(total, datum.NewNumeric(n, 0))
	return orNull(q, n, err)
}

// concatenated is string_agg: each value after the first is preceded by its own row's separator.
func concatenated(rows [][]datum.Value, _ *datum.Env) (datum.Value, error) {
	var out []byte
	var binary, some bool
	for _, r := range rows {
		if r[0] == nil {
			continue
		}
		if some {
			out = appendBytes(out, r[1])
		}
		_, binary = r[0].(datum.Bytes)
		out, some = appendBytes(out, r[0]), true
	}
	switch {
	case !some:
		return nil, nil
	case binary:
		return datum.Bytes(out), nil
	}
	return datum.Text(out), nil
}

func appendBytes(dst []byte, v datum.Value) []byte {
	switch v := v.(type) {
	case datum.Text:
		return append(dst, v...)
	case datum.Bytes:
		return append(dst, v...)
	}
	return dst
}

// mode is the first of the most frequent values; the rows come in order, so that equal ones are neighbours.
func mode(rows [][]datum.Value, _ *datum.Env) (datum.Value, error) {
	var best datum.Value
	most := 0
	for i := 0; i < len(rows); {
		j := i + 1
		for j < len(rows) && rows[j][0] == rows[i][0] {
			j++
		}
		if rows[i][0] != nil && j-i > most {
			best, most = rows[i][0], j-i
		}
		i = j
	}
	return best, nil
}

// spread is variance and standard deviation in exact arithmetic up to the last division and root:
// (n·Σx² − (Σx)²) / (n·(n−1)), or n·n for the population (numeric_stddev_internal of PostgreSQL's numeric.c).
func spread(sample, root bool) func([][]datum.Value, *datum.Env) (datum.Value, error) {
	return func(rows [][]datum.Value, env *datum.Env) (datum.Value, error) {
		var values, squares [][]datum.Value
		for _, r := range rows {
			v := asNumeric(r[0])
			if v == nil {
				continue
			}
			q, err := datum.NumericMul(v, v)
			if err != nil {
				return nil, err
			}
			values, squares = append(values, []datum.Value{v}), append(squares, []datum.Value{q})
		}
		n := int64(len(values))
		if n == 0 || sample && n == 1 {
			return nil, nil
		}
		return spreadOf(values, squares, sample, root, env)
	}
}

func spreadOf(values, squares [][]datum.Value, sample, root bool, env *datum.Env) (datum.Value, error) {
	x, n, err := sum(values)
	if err != nil {
		return nil, err
	}
	x2, _, err := sum(squares)
	if err != nil {
		return nil, err
	}
	count, below := datum.NewNumeric(n, 0), n
	if sample {
		below--
	}
	steps := []func(a, b *datum.Numeric) (*datum.Numeric, error){datum.NumericMul, datum.NumericMul, datum.NumericSub, datum.NumericMul}
	operands := [][2]*datum.Numeric{{count, x2}, {x, x}, {nil, nil}, {count, datum.NewNumeric(below, 0)}}
	var done [4]*datum.Numeric
	for i, f := range steps {
		if i == 2 {
			operands[i] = [2]*datum.Numeric{done[0], done[1]}
		}
		if done[i], err = f(operands[i][0], operands[i][1]); err != nil {
			return nil, err
		}
	}
	if datum.NumericCmp(done[2], datum.NewNumeric(0, 0)) <= 0 {
		return datum.NewNumeric(0, 0), nil
	}
	v, err := datum.NumericDiv(done[2], done[3])
	if err != nil || !root {
		return orNull(v, n, err)
	}
	return squareRoot(v, env)
}

func squareRoot(v *datum.Numeric, env *datum.Env) (datum.Value, error) {
	p, ok := pgcat.ProcBySignature("sqrt(numeric)")
	if !ok {
		return nil, pgerr.New(pgerr.Internal, "sqrt(numeric) is unknown")
	}
	return datum.Call(datum.Func{Proc: p.OID, Args: p.Args, Result: p.Result, Mod: -1}, []datum.Value{v}, env)
}
