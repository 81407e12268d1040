package sfsql

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// timeForm is the form of dates and timestamps that a literal may have; the same that the macros read.
var timeForm = regexp.MustCompile(`^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?:[T ]([0-9]{1,2}:[0-9]{2})(:[0-9]{2}(?:[.][0-9]{1,6})?)?)?(?: ?(Z|[+-][0-9]{2}:?[0-9]{2}))?$`)

// literalCast converts a string literal while compiling; false leaves it to the macro, which raises the error when it is reached.
func (c *compiler) literalCast(t string, to Type) (string, bool) {
	switch to.Kind {
	case Number:
		digits := strings.TrimPrefix(strings.TrimSpace(t), "-")
		whole, _, _ := strings.Cut(digits, ".")
		if sqltree.IsDecimal(digits) && len(digits) <= maxPrecision && len(whole) < to.leading() {
			return castTo(sqltree.Text(strings.TrimSpace(t)), to), true
		}
	case Date:
		if at, ok := sqltree.Date(t); ok {
			return "DATE '" + at.Format("2006-01-02") + "'", true
		}
	case TimestampNTZ, TimestampLTZ, TimestampTZ:
		return c.literalTimestamp(t, to)
	}
	return "", false
}

func (c *compiler) literalTimestamp(t string, to Type) (string, bool) {
	m := timeForm.FindStringSubmatch(t)
	if m == nil || to.Scale < 6 {
		return "", false
	}
	day, ok := sqltree.Date(m[1])
	if !ok {
		return "", false
	}
	clock := "00:00:00"
	if m[2] != "" {
		clock = m[2] + m[3]
		if m[3] == "" {
			clock += ":00"
		}
	}
	at, err := time.Parse("2006-01-02 15:4:5.999999", day.Format("2006-01-02")+" "+clock)
	if err != nil {
		return "", false
	}
	stamp := func(t time.Time) string { return "TIMESTAMP '" + t.Format("2006-01-02 15:04:05.000000") + "'" }
	switch {
	case to.Kind == TimestampNTZ:
		return stamp(at), m[4] == ""
	case m[4] == "":
		return "timezone(" + sqltree.Text(c.zone()) + ", " + stamp(at) + ")", to.Kind == TimestampLTZ
	}
	minutes := offsetMinutes(m[4])
	utc := stamp(at.Add(-time.Duration(minutes) * time.Minute))
	if to.Kind == TimestampLTZ {
		return "timezone('UTC', " + utc + ")", true
	}
	return fmt.Sprintf("{u: %s, o: CAST(%d AS INTEGER)}", utc, minutes), true
}

// offsetMinutes reads Z, +hh:mm or +hhmm.
func offsetMinutes(z string) int {
	if z == "Z" {
		return 0
	}
	h, _ := atoi(z[1:3])
	m, _ := atoi(z[len(z)-2:])
	if z[0] == '-' {
		return -(h*60 + m)
	}
	return h*60 + m
}
