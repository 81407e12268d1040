package proxy

import (
	"strconv"
	"strings"
	"time"

	_ "time/tzdata" // zones by Go's rules, not by the machine's (DECISIONS 20)

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
	if name, ok := zoneName(value); ok {
		return name, nil
	}
	if _, ok := posixZone(value); ok {
		return value, nil
	}
	return "", (&setting{name: "TimeZone"}).invalid(value)
}

// zoneName finds a name of the time zone database without regard to case.
func zoneName(value string) (string, bool) {
	for _, name := range []string{value, strings.ToUpper(value), titleZone(value)} {
		if name == "" || strings.EqualFold(name, "local") || strings.Contains(name, "..") {
			continue
		}
		if _, err := time.LoadLocation(name); err == nil {
			return name, true
		}
	}
	return "", false
}

// titleZone spells a zone as the database does for most names: Europe/Isle_of_Man.
func titleZone(value string) string {
	b := []byte(strings.ToLower(value))
	start := true
	for i, c := range b {
		word := string(b[i:])
		small := strings.HasPrefix(word, "of_") || strings.HasPrefix(word, "es_") || strings.HasPrefix(word, "au-")
		if start && c >= 'a' && c <= 'z' && !small {
			b[i] = c - 'a' + 'A'
		}
		start = c == '/' || c == '_' || c == '-'
	}
	return string(b)
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

// posixZone reads a POSIX zone without summer time: a name and the offset west of Greenwich, as UTC+3 or <+02>-02.
func posixZone(value string) (*time.Location, bool) {
	var name, rest string
	if inner, ok := strings.CutPrefix(value, "<"); ok {
		if name, rest, ok = strings.Cut(inner, ">"); !ok {
			return nil, false
		}
	} else {
		i := strings.IndexAny(value, "+-0123456789")
		if i < 3 || strings.ContainsAny(value[:i], " ,/_") {
			return nil, false
		}
		name, rest = value[:i], value[i:]
	}
	sign := -1
	switch {
	case strings.HasPrefix(rest, "-"):
		sign, rest = 1, rest[1:]
	case strings.HasPrefix(rest, "+"):
		rest = rest[1:]
	}
	seconds := 0
	for i, part := range strings.SplitN(rest, ":", 3) {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 || n > 167 || i > 0 && n > 59 {
			return nil, false
		}
		seconds += n * [...]int{3600, 60, 1}[i]
	}
	return time.FixedZone(name, sign*seconds), true
}

// location returns the zone that a checked name stands for.
func location(name string) *time.Location {
	if loc, ok := posixZone(name); ok {
		return loc
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return loc
}

// unknownSetting is the error for a name that is no parameter.
func unknownSetting(name string) *pgerr.Error {
	return pgerr.New(pgerr.UndefinedObject, `unrecognized configuration parameter "%s"`, name)
}
