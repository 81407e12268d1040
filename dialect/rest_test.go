package dialect

import (
	"math"
	"testing"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// TestBoundsBehindValues: `a <= x` through a sink that says `a < y` never loses a row: y is behind x, or nothing is asked for.
func TestBoundsBehindValues(t *testing.T) {
	for _, c := range []struct {
		sig   string
		oid   uint32
		value datum.Value
		want  string // "" for no bound
	}{
		{"timestamptz_le(timestamptz,timestamptz)", pgcat.TimestampTZ, datum.Timestamp(1_000_000), "1970-01-01 00:00:01.000001+00"},
		{"timestamptz_le(timestamptz,timestamptz)", pgcat.TimestampTZ, datum.MaxTimestamp, ""},
		{"timestamptz_le(timestamptz,timestamptz)", pgcat.TimestampTZ, datum.MinTimestamp, "-infinity"},
		{"date_le(date,date)", pgcat.Date, datum.Date(0), "1970-01-02"}, {"date_le(date,date)", pgcat.Date, datum.MaxDate, ""}, {"date_le(date,date)", pgcat.Date, datum.MinDate, "-infinity"},
		{"int8le(int8,int8)", pgcat.Int8, datum.Int(7), "8"}, {"int8le(int8,int8)", pgcat.Int8, datum.Int(math.MaxInt64), ""},
		{"float8le(float8,float8)", pgcat.Float8, datum.Float(7), ""}, {"text_le(text,text)", pgcat.Text, datum.Text("x"), ""},
	} {
		kind := plan.Type{OID: c.oid, Mod: -1}
		scan := &plan.Scan{Table: &plan.Table{Object: "o", Columns: []plan.Column{{Name: "a", Physical: "a", Type: kind}}}, Fields: []int{0}, Out: []plan.Col{{ID: 1, Type: kind}}}
		cond := callOf(t, c.sig, col(1, c.oid), &plan.Const{Base: plan.Base{T: kind}, Value: c.value})
		cond.Op = "<="
		object := Object{Sinks: []Sink{{Name: "to", Column: "a", Op: "<", Support: plan.Exact}}}
		calls, err := REST(&plan.Filter{Input: scan, Cond: cond}, object, &datum.Env{})
		got := ""
		if len(calls.Sinks) == 1 && len(calls.Sinks[0].Values) == 1 {
			got = calls.Sinks[0].Values[0]
		}
		if err != nil || calls.Empty || got != c.want {
			t.Errorf("%s %v: %q, not %q, %v", c.sig, c.value, got, c.want, err)
		}
	}
}
