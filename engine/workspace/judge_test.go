package workspace

import (
	"math"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// TestAgainstPostgreSQL runs every query of testdata/*.sql, and every expression of testdata/*.expr over table t, on both
// sides: the same rows, or the same SQLSTATE, or 0A000. An expression that fails on the whole table also runs row by row.
func TestAgainstPostgreSQL(t *testing.T) {
	r := newRig(t)
	j := &judge{r: r, t: t}
	for _, sql := range lines(t, "testdata/*.sql") {
		j.compare(sql)
	}
	for _, e := range lines(t, "testdata/*.expr") {
		if j.compare("SELECT id, " + e + " FROM t") {
			continue
		}
		for _, row := range mixedRows {
			j.compare("SELECT id, " + e + " FROM t WHERE id = " + row[0])
		}
	}
	t.Logf("%d queries, %d refused:\n   %s", j.total, len(j.refused), strings.Join(j.refused, "\n   "))
}

// TestZones runs what depends on the session's zone in one with daylight saving time.
func TestZones(t *testing.T) {
	r := newRig(t)
	r.env = zoneEnv("America/New_York")
	if _, err := r.pg.Exec(t.Context(), "SET TimeZone = 'America/New_York'").ReadAll(); err != nil {
		t.Fatal(err)
	}
	j := &judge{r: r, t: t}
	for _, e := range []string{
		"tz", "tz::text", "tz::date", "tz::timestamp", "ts::timestamptz", "d::timestamptz", "tz + interval '1 day'", "tz + interval '1 month'",
		"tz + interval '2 hours'", "tz - interval '1 day 2 hours'", "extract(hour from tz)", "extract(epoch from tz)", "date_trunc('day', tz)",
		"date_trunc('month', tz)", "ts < tz", "tz > '2000-01-01'", "tz at time zone 'UTC'", "ts at time zone 'Europe/Berlin'", "d = tz::date",
		"tz - timestamptz '2000-01-01 00:00+00'", "max(tz) over ()", "tz::time", "date_trunc('month', d)", "tz between '2000-01-01' and '2024-06-01'",
	} {
		j.compare("SELECT id, " + e + " FROM t")
	}
	j.compare("SELECT * FROM generate_series(timestamptz '2024-03-09 12:00', timestamptz '2024-03-12 12:00', interval '1 day') g")
	j.compare("SELECT tz::date, count(*) FROM t GROUP BY 1 ORDER BY 1")
	t.Logf("%d queries, %d refused:\n   %s", j.total, len(j.refused), strings.Join(j.refused, "\n   "))
}

func lines(t *testing.T, pattern string) []string {
	files, _ := filepath.Glob(pattern)
	if len(files) == 0 {
		t.Fatal("no queries in", pattern)
	}
	var out []string
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range strings.Split(string(text), "\n") {
			if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "--") {
				out = append(out, l)
			}
		}
	}
	return out
}

type judge struct {
	r       *rig
	t       *testing.T
	total   int
	refused []string
	// anyError lets either side raise any error where both raise one: the order of evaluation differs (DECISIONS 24).
	anyError bool
}

// compare reports whether PostgreSQL answered with rows, or the query was refused here.
func (j *judge) compare(sql string) bool {
	j.total++
	want, wantCode := j.r.oracleRows(sql)
	got, code, note := j.r.ours(sql)
	if code == pgerr.FeatureNotSupported && wantCode != code {
		j.refused = append(j.refused, sql+"\n      "+strings.SplitN(note, "\n", 2)[0])
		return true
	}
	if j.anyError && (code != "" || wantCode != "") && code != pgerr.Internal && (code != "" && wantCode != "" || unordered(sql)) {
		return false
	}
	if !strings.Contains(strings.ToUpper(sql), "ORDER BY") {
		sort.Strings(want)
		sort.Strings(got)
	}
	if code != wantCode || !sameRows(got, want) {
		j.t.Errorf("%s\n   got  %s %q\n   want %s %q\n   %s", sql, code, got, wantCode, want, note)
	}
	return wantCode == ""
}

// unordered reports whether a query holds what PostgreSQL may evaluate in any order.
func unordered(sql string) bool {
	for _, word := range []string{" AND ", " OR ", " BETWEEN ", " IN "} {
		if strings.Contains(sql, word) {
			return true
		}
	}
	return false
}

// sameRows compares texts; two float8 cells are equal within 1e-12 (DECISIONS 24).
func sameRows(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] == b[i] {
			continue
		}
		x, y := strings.Split(a[i], " | "), strings.Split(b[i], " | ")
		if len(x) != len(y) {
			return false
		}
		for k := range x {
			if x[k] != y[k] && !closeFloats(x[k], y[k]) {
				return false
			}
		}
	}
	return true
}

func closeFloats(a, b string) bool {
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err1 == nil && err2 == nil && len(a) > 14 && math.Abs(x-y) <= 1e-12*math.Abs(y)
}
