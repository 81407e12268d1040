package datum_test

import (
	"testing"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
)

// TestClockWords reads the words that depend on the transaction's start: here 2024-03-10 06:59:59.5 UTC, a half second
// before New York's clocks go forward.
func TestClockWords(t *testing.T) {
	zone, _, _ := datum.LoadZone("America/New_York")
	env := &datum.Env{Zone: zone, Now: 1710053999500000}
	cases := []struct {
		oid        uint32
		text, want string
	}{
		{pgcat.TimestampTZ, "now", "2024-03-10 01:59:59.5-05"},
		{pgcat.Timestamp, "now", "2024-03-10 01:59:59.5"},
		{pgcat.Date, "now", "2024-03-10"},
		{pgcat.Date, "today", "2024-03-10"},
		{pgcat.Date, "tomorrow", "2024-03-11"},
		{pgcat.Date, "Yesterday", "2024-03-09"},
		{pgcat.TimestampTZ, "tomorrow", "2024-03-11 00:00:00-04"},
		{pgcat.TimestampTZ, "today", "2024-03-10 00:00:00-05"},
		{pgcat.TimestampTZ, "tomorrow 10:30", "2024-03-11 10:30:00-04"},
		{pgcat.Timestamp, "yesterday 04:05:06.789", "2024-03-09 04:05:06.789"},
		{pgcat.Time, "now", "01:59:59.5"},
		{pgcat.TimeTZ, "now", "01:59:59.5-05"},
		{pgcat.TimeTZ, "12:00", "12:00:00-04"},
		{pgcat.TimestampTZ, "today allballs", "2024-03-09 19:00:00-05"},
		{pgcat.TimestampTZ, "epoch", "1969-12-31 19:00:00-05"},
	}
	for _, c := range cases {
		v, err := datum.In(c.oid, -1, c.text, env)
		if got := string(datum.AppendText(nil, c.oid, v, env)); err != nil || got != c.want {
			t.Errorf("%s %q: got %s (%v), want %s", datum.FormatType(c.oid, -1), c.text, got, err, c.want)
		}
	}
}
