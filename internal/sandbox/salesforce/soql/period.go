package soql

import (
	"strings"
	"time"
)

// span is a stretch of days: from its first day up to but not with to.
type span struct{ from, to time.Time }

// period tells whether a word is a date literal without a number
// (https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm).
func period(name string) bool {
	switch name {
	case "YESTERDAY", "TODAY", "TOMORROW", "LAST_90_DAYS", "NEXT_90_DAYS":
		return true
	}
	which, unit, _ := strings.Cut(name, "_")
	return (which == "LAST" || which == "THIS" || which == "NEXT") && unitOf(unit) != "" && unit != "DAY"
}

// counted tells whether a word is a date literal that a number follows, as LAST_N_DAYS.
func counted(name string) bool {
	_, unit, ok := countedParts(name)
	return ok && unit != ""
}

// countedParts takes LAST_N_DAYS and N_DAYS_AGO apart.
func countedParts(name string) (which, unit string, ok bool) {
	for _, w := range []string{"LAST", "NEXT"} {
		if rest, found := strings.CutPrefix(name, w+"_N_"); found && strings.HasSuffix(rest, "S") {
			return w, unitOf(strings.TrimSuffix(rest, "S")), true
		}
	}
	if rest, found := strings.CutPrefix(name, "N_"); found && strings.HasSuffix(rest, "S_AGO") {
		return "AGO", unitOf(strings.TrimSuffix(rest, "S_AGO")), true
	}
	return "", "", false
}

// unitOf is a unit's plain name: the fiscal year is the calendar's.
func unitOf(name string) string {
	switch strings.TrimPrefix(name, "FISCAL_") {
	case "QUARTER":
		return "QUARTER"
	case "YEAR":
		return "YEAR"
	}
	switch name {
	case "DAY", "WEEK", "MONTH":
		return name
	}
	return ""
}

// span is the days that a date literal means at a moment, in UTC, weeks from Sunday.
func (l literal) span(now time.Time) span {
	now = now.UTC()
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	day := func(n int) time.Time { return today.AddDate(0, 0, n) }
	switch l.text {
	case "YESTERDAY":
		return span{day(-1), today}
	case "TODAY":
		return span{today, day(1)}
	case "TOMORROW":
		return span{day(1), day(2)}
	case "LAST_90_DAYS":
		return span{day(-90), day(1)}
	case "NEXT_90_DAYS":
		return span{day(1), day(91)}
	}
	if which, unit, ok := countedParts(l.text); ok {
		return l.counted(which, unit, today)
	}
	which, name, _ := strings.Cut(l.text, "_")
	unit := unitOf(name)
	switch which {
	case "LAST":
		return span{begin(unit, today, -1), begin(unit, today, 0)}
	case "NEXT":
		return span{begin(unit, today, 1), begin(unit, today, 2)}
	}
	return span{begin(unit, today, 0), begin(unit, today, 1)}
}

// counted is the span of a literal with a number. The last n days include today, other units begin and end with whole ones.
func (l literal) counted(which, unit string, today time.Time) span {
	switch {
	case which == "AGO":
		return span{begin(unit, today, -l.n), begin(unit, today, 1-l.n)}
	case which == "NEXT":
		return span{begin(unit, today, 1), begin(unit, today, 1+l.n)}
	case unit == "DAY":
		return span{begin(unit, today, -l.n), begin(unit, today, 1)}
	}
	return span{begin(unit, today, -l.n), begin(unit, today, 0)}
}

// begin is the first day of the unit that is n after today's.
func begin(unit string, today time.Time, n int) time.Time {
	switch unit {
	case "WEEK":
		return today.AddDate(0, 0, 7*n-int(today.Weekday()))
	case "MONTH":
		return time.Date(today.Year(), today.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	case "QUARTER":
		first := (int(today.Month())-1)/3*3 + 1
		return time.Date(today.Year(), time.Month(first+3*n), 1, 0, 0, 0, 0, time.UTC)
	case "YEAR":
		return time.Date(today.Year()+n, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return today.AddDate(0, 0, n)
}
