package proxy

import (
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// checkDateStyle reads a list of format and order; what it does not name stays as in current.
func checkDateStyle(value, current string) (string, error) {
	format, order, _ := strings.Cut(current, ", ")
	newFormat, newOrder := "", ""
	set := func(field *string, v string) bool {
		if *field != "" && *field != v {
			return false
		}
		*field = v
		return true
	}
	words, ok := splitIdentifiers(value)
	if !ok {
		return "", (&setting{name: "DateStyle"}).invalid(value).WithDetail("List syntax is invalid.")
	}
	for _, w := range words {
		switch {
		case w == "iso":
			ok = ok && set(&newFormat, "ISO")
		case w == "sql":
			ok = ok && set(&newFormat, "SQL")
		case strings.HasPrefix(w, "postgres"):
			ok = ok && set(&newFormat, "Postgres")
		case w == "german":
			ok = ok && set(&newFormat, "German")
			if newOrder == "" {
				order = "DMY"
			}
		case w == "ymd":
			ok = ok && set(&newOrder, "YMD")
		case w == "dmy" || strings.HasPrefix(w, "euro"):
			ok = ok && set(&newOrder, "DMY")
		case w == "mdy" || w == "us" || strings.HasPrefix(w, "noneuro"):
			ok = ok && set(&newOrder, "MDY")
		case w == "default":
			newFormat, newOrder = "ISO", "MDY"
		default:
			return "", (&setting{name: "DateStyle"}).invalid(value).WithDetail(`Unrecognized key word: "%s".`, w)
		}
	}
	if !ok {
		return "", (&setting{name: "DateStyle"}).invalid(value).WithDetail(`Conflicting "datestyle" specifications.`)
	}
	if newFormat != "" {
		format = newFormat
	}
	if newOrder != "" {
		order = newOrder
	}
	return format + ", " + order, nil
}

func dateStyle(value string) (datum.DateFormat, datum.DateOrder) {
	format, order, _ := strings.Cut(value, ", ")
	f := map[string]datum.DateFormat{"ISO": datum.ISO, "SQL": datum.SQL, "Postgres": datum.Postgres, "German": datum.German}[format]
	return f, map[string]datum.DateOrder{"MDY": datum.MDY, "DMY": datum.DMY, "YMD": datum.YMD}[order]
}

func intervalStyle(value string) datum.IntervalFormat {
	return map[string]datum.IntervalFormat{"postgres": datum.IntervalPostgres, "postgres_verbose": datum.IntervalPostgresVerbose,
		"sql_standard": datum.IntervalSQLStandard, "iso_8601": datum.IntervalISO8601}[value]
}

// checkTimeZone returns the zone's name as SHOW prints it: a name of the time zone database in its own spelling, a number of
// hours as <+02>-02, or a POSIX zone of fixed offset as it was written.
func checkTimeZone(value string) (string, error) {
	if hours, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err == nil && hours > -168 && hours < 168 {
		return numericZone(int(hours * 3600)), nil
	}
	if _, name, ok := loadZone(value); ok {
		return name, nil
	}
	return "", (&setting{name: "TimeZone"}).invalid(value)
}

// loadZone is datum's, and also takes a POSIX offset without a name (+02:00 is west of Greenwich).
func loadZone(name string) (*time.Location, string, bool) {
	if name != "" && (name[0] == '+' || name[0] == '-') {
		loc, _, ok := datum.LoadZone("<>" + name)
		return loc, name, ok
	}
	return datum.LoadZone(name)
}

// numericZone names a fixed offset in seconds east as PostgreSQL does.
func numericZone(offset int) string {
	clock := func(n int) string {
		sign := "+"
		if n < 0 {
			sign, n = "-", -n
		}
		text := sign + twoDigits(n/3600)
		if n%3600 != 0 {
			text += ":" + twoDigits(n/60%60)
		}
		return text
	}
	return "<" + clock(offset) + ">" + clock(-offset)
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// location returns the zone that a checked name stands for.
func location(name string) *time.Location {
	if loc, _, ok := loadZone(name); ok {
		return loc
	}
	return time.UTC
}

// unknownSetting is the error for a name that is no parameter.
func unknownSetting(name string) *pgerr.Error {
	return pgerr.New(pgerr.UndefinedObject, `unrecognized configuration parameter "%s"`, name)
}
