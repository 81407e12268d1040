package engine

import (
	"strconv"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/planner/plan"
)

// statement prints a fragment of a SQL source with the settings on which its meaning depends.
func (r *run) statement(filled plan.Node, sql dialect.SQL) (dialect.Request, error) {
	var out []plan.ColID
	for _, col := range filled.Cols() {
		out = append(out, col.ID)
	}
	t, err := sql.Print(filled, out)
	t.Settings = sessionSettings(r.args.Env)
	return t, err
}

// sessionSettings are PostgreSQL's names and values of what an Env holds.
func sessionSettings(env *datum.Env) []dialect.Setting {
	zone := env.ZoneName
	if zone == "" {
		zone = "UTC"
	}
	style := [...]string{"ISO", "SQL", "Postgres", "German"}[env.DateStyle] + ", " + [...]string{"MDY", "DMY", "YMD"}[env.DateOrder]
	interval := [...]string{"postgres", "postgres_verbose", "sql_standard", "iso_8601"}[env.IntervalStyle]
	bytea := map[bool]string{false: "hex", true: "escape"}[env.ByteaEscape]
	return []dialect.Setting{{Name: "TimeZone", Value: zone}, {Name: "DateStyle", Value: style}, {Name: "IntervalStyle", Value: interval},
		{Name: "extra_float_digits", Value: strconv.Itoa(int(env.ExtraFloatDigits))}, {Name: "bytea_output", Value: bytea}}
}
