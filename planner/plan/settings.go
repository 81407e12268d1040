package plan

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
)

// Settings are the session settings that decide what a statement means, each as SHOW prints it; equal Settings and text give an
// equal plan. A setting that is not known is "", which reads as PostgreSQL's default.
type Settings struct {
	SearchPath       string // comma-separated schemas, effective
	TimeZone         string
	DateStyle        string
	IntervalStyle    string
	ExtraFloatDigits string
	ByteaOutput      string
	Pushdown         string // auto, strict or off
}

// Env is the environment in which literals are read, constants are folded, and values are written under these settings. It has no
// clock and nobody's name.
func (s Settings) Env() datum.Env {
	env := datum.Env{ExtraFloatDigits: 1, ByteaEscape: strings.EqualFold(s.ByteaOutput, "escape")}
	if digits, err := strconv.ParseInt(s.ExtraFloatDigits, 10, 8); err == nil {
		env.ExtraFloatDigits = int8(digits)
	}
	if zone, name, ok := datum.LoadZone(s.TimeZone); ok && s.TimeZone != "" {
		env.Zone, env.ZoneName = zone, name
	}
	env.DateStyle, env.DateOrder = dateStyle(strings.ToLower(s.DateStyle))
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

func dateStyle(style string) (format datum.DateFormat, order datum.DateOrder) {
	switch {
	case strings.Contains(style, "dmy"), strings.Contains(style, "euro"):
		order = datum.DMY
	case strings.Contains(style, "ymd"):
		order = datum.YMD
	}
	switch {
	case strings.Contains(style, "sql"):
		format = datum.SQL
	case strings.Contains(style, "postgres"):
		format = datum.Postgres
	case strings.Contains(style, "german"):
		format = datum.German
	}
	return format, order
}
