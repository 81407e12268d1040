package bind

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/planner/plan"
)

// newEnv is the environment in which literals are read and constants are folded.
func newEnv(s plan.Settings) datum.Env {
	env := datum.Env{ExtraFloatDigits: 1}
	if zone, name, ok := datum.LoadZone(s.TimeZone); ok && s.TimeZone != "" {
		env.Zone, env.ZoneName = zone, name
	}
	style := strings.ToLower(s.DateStyle)
	switch {
	case strings.Contains(style, "dmy"), strings.Contains(style, "euro"):
		env.DateOrder = datum.DMY
	case strings.Contains(style, "ymd"):
		env.DateOrder = datum.YMD
	}
	switch {
	case strings.Contains(style, "sql"):
		env.DateStyle = datum.SQL
	case strings.Contains(style, "postgres"):
		env.DateStyle = datum.Postgres
	case strings.Contains(style, "german"):
		env.DateStyle = datum.German
	}
	switch strings.ToLower(s.IntervalStyle) {
	case "postgres_verbose":
		env.IntervalStyle = datum.IntervalPostgresVerbose
	case "sql_standard":
		env.IntervalStyle = datum.IntervalSQLStandard
	case "iso_8601":
		env.IntervalStyle = datum.IntervalISO8601
	}
	return env
}
