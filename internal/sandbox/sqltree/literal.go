package sqltree

import (
	"regexp"
	"strings"
	"time"
)

// IsDecimal says whether a text is digits with at most one point among them.
func IsDecimal(s string) bool {
	return s != "" && strings.Trim(s, "0123456789.") == "" && strings.Count(s, ".") <= 1 && s != "."
}

var dateForm = regexp.MustCompile(`^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}$`)

// Date reads a day of the years 1 to 9999, year first.
func Date(t string) (time.Time, bool) {
	if !dateForm.MatchString(t) {
		return time.Time{}, false
	}
	at, err := time.Parse("2006-1-2", t)
	return at, err == nil && at.Year() > 0
}
