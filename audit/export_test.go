package audit

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

func TestExport(t *testing.T) {
	opt := testOptions(t)
	l := openLog(t, opt)
	run(t, l, session("acme", "ana", identity.Viewer), `=HYPERLINK("http://evil","x")`)
	if err := l.Record(context.Background(), identity.Act{Kind: "login_failed", Org: "acme", Login: "@ana", Code: "28P01"}); err != nil {
		t.Fatal(err)
	}
	r, err := OpenReader(opt.Directory)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Export(&out, r.Entries(context.Background(), Filter{Acts: true}), CSV); err != nil {
		t.Fatal(explain(err))
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) != 3 || len(rows[0]) != len(csvHeader) {
		t.Fatalf("%v %v", rows, err)
	}
	if rows[1][7] != `'=HYPERLINK("http://evil","x")` || rows[2][4] != "'@ana" || rows[2][15] != "28P01" {
		t.Fatalf("%q", rows)
	}
	out.Reset()
	if err := Export(&out, r.Entries(context.Background(), Filter{Org: "acme"}), JSON); err != nil {
		t.Fatal(explain(err))
	}
	var e map[string]any
	if err := json.Unmarshal(out.Bytes(), &e); err != nil || e["statement"] != `=HYPERLINK("http://evil","x")` || e["outcome"] != "ok" {
		t.Fatalf("%s %v", out.Bytes(), err)
	}
	if err := Export(&out, r.Entries(context.Background(), Filter{}), "xml"); pgerr.Code(err) != pgerr.InvalidParameterValue {
		t.Fatal(explain(err))
	}
}

func TestNeutral(t *testing.T) {
	for _, f := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =cmd|' /C calc'!A0"} {
		if got := neutral(f); !strings.HasPrefix(got, "'") {
			t.Errorf("%q stays %q", f, got)
		}
	}
	for _, f := range []string{"", " ", "SELECT 1", "[]", "12", "é=1"} {
		if got := neutral(f); got != f {
			t.Errorf("%q becomes %q", f, got)
		}
	}
}

func TestFilterByTime(t *testing.T) {
	opt := testOptions(t)
	opt.SegmentBytes = 1 // every commit begins a segment
	l := openLog(t, opt)
	admin := session("acme", "root", identity.Admin)
	var ids []ID
	for range 9 {
		ids = append(ids, run(t, l, admin, "SELECT 1"))
	}
	all := collect(t, l, admin, Filter{})
	if len(all) != 9 {
		t.Fatalf("%d entries", len(all))
	}
	for i := range all {
		got := collect(t, l, admin, Filter{From: all[i].Time})
		if len(got) != 9-i || got[0].QueryID != ids[i] {
			t.Fatalf("from %d: %d entries", i, len(got))
		}
		if got := collect(t, l, admin, Filter{To: all[i].Time}); len(got) != i {
			t.Fatalf("to %d: %d entries", i, len(got))
		}
		if got := collect(t, l, admin, Filter{Query: ids[i]}); len(got) != 1 {
			t.Fatalf("by query: %d entries", len(got))
		}
	}
	if got := collect(t, l, admin, Filter{From: time.Now().Add(time.Hour)}); len(got) != 0 {
		t.Fatalf("%d entries from the future", len(got))
	}
}

func TestVerifyAndReadWhileWriting(t *testing.T) {
	opt := testOptions(t)
	opt.SegmentBytes = 20_000
	l := openLog(t, opt)
	admin := session("acme", "root", identity.Admin)
	stop, done := make(chan struct{}), make(chan struct{})
	for range 4 {
		go func() {
			defer func() { done <- struct{}{} }()
			for range 400 {
				select {
				case <-stop:
					return
				default:
					run(t, l, admin, "SELECT 1")
				}
			}
		}()
	}
	for range 25 {
		before := len(collect(t, l, admin, Filter{}))
		mustVerify(t, opt)
		if after := len(collect(t, l, admin, Filter{})); after < before {
			t.Errorf("%d entries, then %d", before, after)
		}
	}
	close(stop)
	for range 4 {
		<-done
	}
}

func TestKeyDigest(t *testing.T) {
	opt := testOptions(t)
	l := openLog(t, opt)
	sum := func(l *Log, text string) string {
		h := l.Digest()
		h.Write([]byte(text))
		return string(h.Sum(nil))
	}
	once, again := sum(l, "a"), sum(l, "a")
	if once != again || once == sum(l, "b") || once == sum(openLog(t, testOptions(t)), "a") {
		t.Fatal("a digest depends on the keys and on the log's key alone")
	}
}

func FuzzFrames(f *testing.F) {
	one := appendFrame(nil, &frame{class: 'j', clear: []byte(`{"v":1,"seq":0,"time":"2026-01-01T00:00:00Z","kind":"login"}`)})
	f.Add(one)
	f.Add(append(one, one[:20]...))
	f.Add(one[:frameHeader+3])
	f.Fuzz(func(t *testing.T, text []byte) {
		path := t.TempDir() + "/x"
		writeFile(t, path, text)
		in, err := openFrames(path)
		if err != nil {
			t.Fatal(err)
		}
		defer in.close()
		var again []byte
		for {
			fr, err := in.next()
			if err != nil {
				break
			}
			_, _ = decodeRecord(fr.clear)
			again = appendFrame(again, &fr)
		}
		if !bytes.HasPrefix(text, again) {
			t.Fatal("what was read is not what is written")
		}
	})
}
