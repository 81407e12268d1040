package datum_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/oracle"
)

// perSetup is how many random values each type and setting is tried with.
const perSetup = 450

// TestRandomValues sends seeded random inputs of every type to the real server, as text and as our own binary, and
// compares its text, its binary and its errors with ours.
func TestRandomValues(t *testing.T) {
	conn := dial(t)
	if conn == nil {
		t.Skip(oracle.ErrAbsent)
	}
	compared, valid := 0, 0
	for i, g := range generators {
		t.Run(strings.ReplaceAll(g.args, " ", ","), func(t *testing.T) {
			words := strings.Fields(g.args)
			s := newSetup(t, func(key string) string {
				for _, w := range words {
					if v, ok := strings.CutPrefix(w, key+"="); ok {
						return v
					}
				}
				return ""
			})
			s.apply(t, conn)
			r := rand.New(rand.NewPCG(17, uint64(i)))
			for range perSetup {
				n := compareRandom(t, conn, s, g.next(r))
				compared += n
				if n > 1 {
					valid++
				}
			}
		})
	}
	t.Logf("%d comparisons, %d valid values", compared, valid)
}

// compareRandom returns how many answers it compared: more than one when the input is a value.
func compareRandom(t *testing.T, conn *pgconn.PgConn, s *setup, input string) int {
	t.Helper()
	got, want := s.ours(input), s.server(t, conn, []byte(input), 0)
	if got != want {
		t.Errorf("%s %q\n got %s\nwant %s", s.typ, input, got, want)
	}
	v, err := datum.In(s.oid, -1, input, &s.env)
	if err != nil {
		return 1
	}
	wire := datum.AppendBinary([]byte{}, s.oid, v)
	back, err := datum.Recv(s.oid, s.mod, wire)
	if got, want = s.shown(back, err), s.server(t, conn, wire, 1); got != want {
		t.Errorf("%s %q as %x\n got %s\nwant %s", s.typ, input, wire, got, want)
	}
	if s.mod >= 0 { // a parameter has no modifier: the server looks at it later
		return 2
	}
	compareDamaged(t, conn, s, wire)
	return 3
}

// compareDamaged sends binary data with one byte changed, lost or added.
func compareDamaged(t *testing.T, conn *pgconn.PgConn, s *setup, wire []byte) {
	t.Helper()
	damaged := append([]byte{}, wire...)
	at := len(wire) * 7 // as good as random, and the same in each run
	for _, c := range wire {
		at += int(c)
	}
	switch {
	case len(wire) == 0 || at%5 == 0:
		damaged = append(damaged, byte(at))
	case at%5 == 1:
		damaged = damaged[:len(wire)-1]
	default:
		damaged[at%len(wire)] ^= 1 << (at % 8)
	}
	back, err := datum.Recv(s.oid, s.mod, damaged)
	got, want := s.shown(back, err), s.server(t, conn, damaged, 1)
	want = strings.Replace(want, " in bind parameter 1", "", 1)
	if got != want {
		t.Errorf("%s as damaged %x\n got %s\nwant %s", s.typ, damaged, got, want)
	}
}

// generators makes inputs, mostly valid ones, per type and setting.
var generators = []struct {
	args string
	next func(r *rand.Rand) string
}{
	{"type=smallint", func(r *rand.Rand) string { return fmt.Sprint(r.IntN(70000) - 35000) }},
	{"type=integer", func(r *rand.Rand) string { return fmt.Sprint(int64(r.Uint64()) >> (r.UintN(34) + 28)) }},
	{"type=bigint", func(r *rand.Rand) string { return fmt.Sprint(int64(r.Uint64()) >> r.UintN(64)) }},
	{"type=oid", func(r *rand.Rand) string { return fmt.Sprint(r.Uint64() >> (r.UintN(34) + 30)) }},
	{"type=double_precision", randomFloat},
	{"type=double_precision", randomWhole},
	{"type=double_precision floats=0", randomFloat},
	{"type=double_precision floats=-4", randomFloat},
	{"type=real", func(r *rand.Rand) string { return fmt.Sprint(math.Float32frombits(r.Uint32())) }},
	{"type=real", randomWhole},
	{"type=real floats=0", func(r *rand.Rand) string { return fmt.Sprint(math.Float32frombits(r.Uint32())) }},
	{"type=numeric", randomNumeric},
	{"type=numeric(20,6)", randomNumeric},
	{"type=numeric(6,-2)", randomNumeric},
	{"type=text", randomText},
	{"type=varchar(5)", randomText},
	{"type=bpchar", randomText},
	{"type=name", randomText},
	{"type=bytea", randomText},
	{"type=bytea bytea=escape", randomText},
	{"type=uuid", func(r *rand.Rand) string { return fmt.Sprintf("%016x%016x", r.Uint64(), r.Uint64()) }},
	{"type=date", randomDate},
	{"type=date datestyle=SQL_DMY", randomDate},
	{"type=date datestyle=ISO_YMD", randomDate},
	{"type=time", randomClock},
	{"type=time(2)", randomClock},
	{"type=timetz tz=America/New_York", func(r *rand.Rand) string { return randomClock(r) + randomZone(r) }},
	{"type=timestamp", randomTimestamp},
	{"type=timestamp(3)", randomTimestamp},
	{"type=timestamp datestyle=Postgres_DMY", randomTimestamp},
	{"type=timestamptz", randomTimestampTZ},
	{"type=timestamptz tz=America/New_York", randomTimestampTZ},
	{"type=timestamptz tz=Europe/London datestyle=SQL_MDY", randomTimestampTZ},
	{"type=timestamptz tz=Australia/Sydney datestyle=Postgres_MDY", randomTimestampTZ},
	{"type=timestamptz tz=Asia/Kolkata datestyle=German_DMY", randomTimestampTZ},
	{"type=timestamptz tz=America/Sao_Paulo", randomTimestampTZ},
	{"type=interval", randomInterval},
	{"type=interval(1)", randomInterval},
	{"type=interval intervalstyle=postgres_verbose", randomInterval},
	{"type=interval intervalstyle=sql_standard", randomInterval},
	{"type=interval intervalstyle=iso_8601", randomInterval},
	{"type=json", randomJSON},
	{"type=jsonb", randomJSON},
	{"type=integer[]", randomArray(func(r *rand.Rand) string { return fmt.Sprint(r.IntN(100)) })},
	{"type=text[]", randomArray(randomText)},
	{"type=numeric[]", randomArray(randomNumeric)},
}

func pick(r *rand.Rand, words ...string) string { return words[r.IntN(len(words))] }

func randomFloat(r *rand.Rand) string {
	if r.IntN(2) == 0 {
		return fmt.Sprintf("%.*g", r.IntN(17)+1, (r.Float64()-0.5)*math.Pow10(r.IntN(40)-20))
	}
	return fmt.Sprint(math.Float64frombits(r.Uint64()))
}

// randomWhole makes powers of two and their neighbours, where texts lie half-way between numbers.
func randomWhole(r *rand.Rand) string {
	return fmt.Sprintf("%.0f", math.Ldexp(float64(r.IntN(64)+1), r.IntN(70))+float64(r.IntN(3)))
}

func randomNumeric(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString(pick(r, "", "", "-", "+"))
	for range r.IntN(30) {
		b.WriteByte(byte('0' + r.IntN(10)))
	}
	if r.IntN(3) > 0 {
		b.WriteByte('.')
		for range r.IntN(20) {
			b.WriteByte(pick(r, "0", "0", "5", "9", "1", "7")[0])
		}
	}
	if r.IntN(4) == 0 {
		fmt.Fprintf(&b, "e%d", r.IntN(60)-30)
	}
	return b.String()
}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(9) {
		b.WriteString(pick(r, "a", "B", " ", "é", "漢", "\\", "\"", "{", "}", ",", "0", "1", "\n", "null", "\t", "😀", "'", "x"))
	}
	return b.String()
}

func randomDate(r *rand.Rand) string {
	y, m, d := r.IntN(3000)+1, r.IntN(13), r.IntN(32)
	switch r.IntN(9) {
	case 0:
		return fmt.Sprintf("%d/%d/%d", m, d, y)
	case 1:
		return fmt.Sprintf("%02d.%02d.%04d", d, m, y)
	case 2:
		return fmt.Sprintf("%s %d, %d", monthOf(r), d, y)
	case 3:
		return fmt.Sprintf("%d-%s-%02d", d, monthOf(r), y%100)
	case 4:
		return fmt.Sprintf("%04d%02d%02d", y, m, d)
	case 5:
		return fmt.Sprintf("J%d", r.IntN(5000000))
	case 6:
		return fmt.Sprintf("%04d.%03d", y, r.IntN(400))
	case 7:
		return fmt.Sprintf("%04d-%02d-%02d BC", y, m, d)
	}
	return fmt.Sprintf("%04d-%02d-%02d", y, m, d)
}

func monthOf(r *rand.Rand) string {
	return pick(r, "Jan", "february", "MAR", "Apr", "May", "june", "Jul", "Aug", "sept", "Oct", "Nov", "December")
}

func randomClock(r *rand.Rand) string {
	s := fmt.Sprintf("%02d:%02d", r.IntN(25), r.IntN(60))
	switch r.IntN(4) {
	case 0:
		s += fmt.Sprintf(":%02d", r.IntN(61))
	case 1:
		s += fmt.Sprintf(":%02d.%0*d", r.IntN(60), r.IntN(9)+1, r.IntN(10))
	case 2:
		s += fmt.Sprintf(":%02d.%d", r.IntN(60), r.IntN(100000000))
	}
	return s + pick(r, "", "", "", " AM", " pm")
}

func randomZone(r *rand.Rand) string {
	return pick(r, "", "Z", " UTC", "+02", "-0330", "+05:30", "-08:00:30", " PST", " CEST", " MSK", " America/New_York", " Asia/Tokyo",
		" Europe/Dublin", " EST5EDT", "+14", "-15:59", " Asia/Tehran")
}

func randomTimestamp(r *rand.Rand) string {
	if r.IntN(8) == 0 {
		return fmt.Sprintf("%s %d %s %d", monthOf(r), r.IntN(31)+1, randomClock(r), r.IntN(3000)+1)
	}
	date := randomDate(r)
	if strings.HasSuffix(date, "BC") {
		return date + " " + randomClock(r)
	}
	return date + pick(r, " ", " ", "T") + randomClock(r)
}

func randomTimestampTZ(r *rand.Rand) string {
	if r.IntN(3) == 0 {
		return fmt.Sprintf("%04d-%02d-%02d %s%s", 1800+r.IntN(300), r.IntN(12)+1, r.IntN(28)+1, randomClock(r), randomZone(r))
	}
	return randomTimestamp(r) + randomZone(r)
}

func randomInterval(r *rand.Rand) string {
	var parts []string
	for range r.IntN(4) + 1 {
		n := pick(r, fmt.Sprint(r.IntN(200)-100), fmt.Sprintf("%d.%d", r.IntN(20)-10, r.IntN(1000)), fmt.Sprint(r.IntN(9)))
		parts = append(parts, n+pick(r, " ", "")+pick(r, "year", "mons", "days", "hours", "min", "sec", "weeks", "ms", "us", "decades", "h", "d", "y"))
	}
	if r.IntN(3) == 0 {
		parts = append(parts, pick(r, "", "-", "+")+fmt.Sprintf("%d:%02d:%02d.%d", r.IntN(100), r.IntN(60), r.IntN(60), r.IntN(1000)))
	}
	return strings.Join(parts, " ") + pick(r, "", "", "", " ago")
}

func randomJSON(r *rand.Rand) string { return randomJSONDepth(r, 3) }

func randomJSONDepth(r *rand.Rand, depth int) string {
	n := r.IntN(8)
	if depth == 0 {
		n = r.IntN(5)
	}
	switch n {
	case 0:
		return pick(r, "true", "false", "null", "nul", "tru", "")
	case 1, 2:
		return pick(r, "1", "-0", "1.50", "1e3", "-12.5E-2", "0.000", "01", "1.", "123456789012345678901234567890")
	case 3, 4:
		return `"` + pick(r, "", "a", "é", `\n`, `\u00e9`, `\ud83d\ude00`, `\"`, `\\`, `\/`, "😀", `\u000b`, `\x`, `\ud83d`, "\t") + pick(r, "", "b", `\t`) + `"`
	}
	var items []string
	for range r.IntN(4) {
		item := randomJSONDepth(r, depth-1)
		if n > 5 {
			item = `"` + pick(r, "a", "b", "aa", "é", "") + `"` + pick(r, ":", " : ", ":", ":", "") + item
		}
		items = append(items, item)
	}
	open, end := "[", "]"
	if n > 5 {
		open, end = "{", "}"
	}
	return open + strings.Join(items, pick(r, ",", ", ", " ,", ",", ",")) + pick(r, "", " ", "", "", ",") + pick(r, end, end, end, end, end, end, "")
}

func randomArray(elem func(*rand.Rand) string) func(*rand.Rand) string {
	var level func(r *rand.Rand, depth, n int) string
	level = func(r *rand.Rand, depth, n int) string {
		var items []string
		for range n {
			switch {
			case depth > 1:
				items = append(items, level(r, depth-1, n))
			case r.IntN(6) == 0:
				items = append(items, "NULL")
			case r.IntN(3) > 0:
				items = append(items, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(elem(r))+`"`)
			default:
				items = append(items, elem(r))
			}
		}
		return "{" + strings.Join(items, pick(r, ",", ", ")) + "}"
	}
	return func(r *rand.Rand) string {
		n := r.IntN(4)
		depth := r.IntN(2) + 1
		text := level(r, depth, n)
		if depth == 1 && n > 0 && r.IntN(4) == 0 {
			lower := r.IntN(5) - 2
			text = fmt.Sprintf("[%d:%d]=%s", lower, lower+n-1+r.IntN(6)/5, text)
		}
		return text
	}
}
