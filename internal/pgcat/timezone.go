package pgcat

import (
	"strconv"
	"strings"
	"sync"
)

// Timezone is a time zone of PostgreSQL's own data, which does not depend on the machine.
type Timezone struct {
	Name string
	File string // in the TZif format (RFC 8536)
}

var timezones = sync.OnceValue(func() []Timezone {
	text := unpack("timezones")
	var out []Timezone
	for text != "" {
		var names, size string
		names, text, _ = strings.Cut(text, "\n")
		size, text, _ = strings.Cut(text, "\n")
		n, err := strconv.Atoi(size)
		if err != nil || n > len(text) {
			break
		}
		for _, name := range strings.Fields(names) {
			out = append(out, Timezone{name, text[:n]})
		}
		text = text[n:]
	}
	return out
})

// Timezones returns all zones, links under each of their names.
func Timezones() []Timezone { return timezones() }
