package datum

import (
	"strings"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/internal/pgcat"
)

// zones holds every named zone by its name in lower case, read at its first use.
var zones = sync.OnceValue(func() map[string]func() *time.Location {
	m := map[string]func() *time.Location{"utc": func() *time.Location { return time.UTC }}
	for _, z := range pgcat.Timezones() {
		if key := strings.ToLower(z.Name); m[key] == nil {
			m[key] = sync.OnceValue(func() *time.Location {
				zone, err := time.LoadLocationFromTZData(z.Name, []byte(z.File))
				if err != nil {
					return nil
				}
				return zone
			})
		}
	}
	return m
})

// LoadZone finds a zone by its name in any case, or by a POSIX text without daylight saving time ("UTC+3", "<-03>3").
// The rules are PostgreSQL's own,
// whatever the machine has. The returned name is the one that SHOW TimeZone prints.
func LoadZone(name string) (zone *time.Location, canonical string, ok bool) {
	if load, ok := zones()[strings.ToLower(name)]; ok {
		if zone := load(); zone != nil {
			return zone, zone.String(), true
		}
	}
	if label, offset, ok := posixZone(name); ok {
		return time.FixedZone(label, offset), name, true
	}
	return nil, "", false
}

// posixZone reads an abbreviation and an offset west of UTC.
func posixZone(s string) (label string, offset int, ok bool) {
	rest := s
	if strings.HasPrefix(s, "<") {
		if label, rest, ok = strings.Cut(s[1:], ">"); !ok {
			return "", 0, false
		}
	} else {
		n := 0
		for n < len(s) && isAlpha(s[n]) {
			n++
		}
		label, rest = strings.ToUpper(s[:n]), s[n:]
		if n == 0 {
			return "", 0, false
		}
	}
	sign := -1
	if rest != "" && (rest[0] == '+' || rest[0] == '-') {
		if rest[0] == '-' {
			sign = 1
		}
		rest = rest[1:]
	}
	part := strings.Split(rest, ":")
	limits := []int{24, 59, 59}
	if len(part) > 3 {
		return "", 0, false
	}
	for i, p := range part {
		if p == "" || len(p) > 2 || strings.Trim(p, "0123456789") != "" {
			return "", 0, false
		}
		n := int(p[0] - '0')
		if len(p) == 2 {
			n = n*10 + int(p[1]-'0')
		}
		if n > limits[i] {
			return "", 0, false
		}
		offset += n * [...]int{3600, 60, 1}[i]
	}
	return label, sign * offset, true
}

func (e *Env) location() *time.Location {
	if e.Zone == nil {
		return time.UTC
	}
	return e.Zone
}

// offsetAt returns the offset in seconds east of UTC and the abbreviation of a zone at a moment in UTC seconds.
func offsetAt(zone *time.Location, seconds int64) (int, string) {
	if zone == time.UTC {
		return 0, "UTC"
	}
	name, offset := time.Unix(seconds, 0).In(zone).Zone()
	return offset, name
}

// localOffset returns the offset of a local time. A time that a change of the clock skips is read with the offset
// before the change, one that occurs twice with the one after it.
func localOffset(zone *time.Location, local int64) int {
	if zone == time.UTC {
		return 0
	}
	day := time.Unix(local-86400, 0).In(zone)
	_, before := day.Zone()
	_, end := day.ZoneBounds()
	if end.IsZero() {
		return before
	}
	_, after := end.Zone()
	boundary := end.Unix()
	beforeTime, afterTime := local-int64(before), local-int64(after)
	switch {
	case beforeTime < boundary && afterTime < boundary:
		return before
	case beforeTime > boundary && afterTime >= boundary:
		return after
	case beforeTime > afterTime:
		return before
	}
	return after
}

// LocalOffset returns the offset, in seconds east of UTC, that a zone has at a local time.
func LocalOffset(zone *time.Location, local Timestamp) int {
	return localOffset(zone, floorDiv64(int64(local), usecPerSecond))
}

// OffsetAt returns the offset, in seconds east of UTC, that a zone has at a moment.
func OffsetAt(zone *time.Location, t Timestamp) int {
	offset, _ := offsetAt(zone, floorDiv64(int64(t), usecPerSecond))
	return offset
}

func floorDiv64(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// abbreviationOffset returns what an abbreviation means in a zone near a local time: the last meaning before it, or the
// first after it, or the zone's own offset when the zone never uses the abbreviation.
func abbreviationOffset(zone *time.Location, abbreviation string, local int64) int {
	own := localOffset(zone, local)
	at := time.Unix(local-int64(own), 0).In(zone)
	for t := at; !t.IsZero(); {
		if name, offset := t.Zone(); name == abbreviation {
			return offset
		}
		start, _ := t.ZoneBounds()
		if start.IsZero() {
			break
		}
		t = start.Add(-time.Second)
	}
	_, t := at.ZoneBounds()
	for range 400 {
		if t.IsZero() {
			break
		}
		if name, offset := t.Zone(); name == abbreviation {
			return offset
		}
		_, t = t.ZoneBounds()
	}
	return own
}

// abbreviation finds a zone abbreviation of PostgreSQL's default set, given in lower case.
func abbreviation(word string) (pgcat.TimezoneAbbreviation, bool) {
	if len(word) > maxToken {
		word = word[:maxToken]
	}
	return pgcat.TimezoneAbbreviationByName(strings.ToUpper(word))
}

// localNow is the transaction's start in the session's zone, and that zone's offset then.
func (e *Env) localNow() (civil, int) {
	offset := OffsetAt(e.location(), e.Now)
	return civilOf(e.Now + Timestamp(offset)*usecPerSecond), offset
}
