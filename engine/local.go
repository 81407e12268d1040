package engine

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// maxRowBytes bounds the values of one row that is computed here, outside of any worker's budget.
const maxRowBytes = 64 << 20

// local computes one row of expressions by datum.
func (r *run) local() (array.RecordReader, error) {
	filled, err := plan.Fill(r.plan.Remainder, r.args.Values, r.args.Env)
	if err != nil {
		return nil, err
	}
	row, err := oneRow(filled, r.args.Env)
	if err != nil {
		return nil, err
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, r.plan.Schema)
	defer b.Release()
	room := plan.NewRoom(maxRowBytes) // a value may be shown in many columns
	if row != nil {
		for i, c := range r.plan.Columns {
			v := row[r.plan.Out[i]]
			if err := room.Hold(v); err != nil {
				return nil, err
			}
			if err := plan.AppendArrow(b.Field(i), c.Type, v); err != nil {
				return nil, err
			}
		}
	}
	rec := b.NewRecordBatch()
	if len(r.plan.Columns) == 0 && row != nil { // a row without columns is a row
		rec = array.NewRecordBatch(r.plan.Schema, nil, 1)
	}
	defer rec.Release()
	return array.NewRecordReader(r.plan.Schema, []arrow.RecordBatch{rec})
}

// oneRow computes the row of a plan of path Local; nil when a filter drops it.
func oneRow(n plan.Node, env *datum.Env) (map[plan.ColID]datum.Value, error) {
	switch n := n.(type) {
	case *plan.Values:
		return evalRow(n.Rows[0], n.Out, nil, env)
	case *plan.Project:
		in, err := oneRow(n.Input, env)
		if err != nil || in == nil {
			return nil, err
		}
		return evalRow(n.Exprs, n.Out, in, env)
	case *plan.Filter:
		in, err := oneRow(n.Input, env)
		if err != nil || in == nil {
			return nil, err
		}
		keep, err := plan.EvalRow([]plan.Expr{n.Cond}, func(id plan.ColID) datum.Value { return in[id] }, env, plan.NewRoom(maxRowBytes))
		if err != nil || keep[0] != datum.Bool(true) {
			return nil, err
		}
		return in, nil
	}
	return nil, pgerr.New(pgerr.Internal, "a plan of path local has the wrong shape")
}

func evalRow(exprs []plan.Expr, out []plan.Col, in map[plan.ColID]datum.Value, env *datum.Env) (map[plan.ColID]datum.Value, error) {
	values, err := plan.EvalRow(exprs, func(id plan.ColID) datum.Value { return in[id] }, env, plan.NewRoom(maxRowBytes))
	if err != nil {
		return nil, err
	}
	row := make(map[plan.ColID]datum.Value, len(out))
	for i, c := range out {
		row[c.ID] = values[i]
	}
	return row, nil
}
