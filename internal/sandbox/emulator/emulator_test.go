package emulator

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waggle-sql/waggle/internal/sandbox/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// asked is a statement.
type asked struct{ who, text string }

func (a asked) Person() string { return a.who }

func started(t *testing.T, own map[string]func(url.Values) any) *Base[asked] {
	t.Helper()
	b := &Base[asked]{}
	history := func(login string) any {
		return Entries(b, login, func(a asked) string { return a.who + ": " + a.text })
	}
	err := b.Start(Options{
		Faults: fault.Config{Source: "test", Person: func(*http.Request) string { return "" }},
		Serve:  func(w http.ResponseWriter, _ *http.Request, _ *fault.Exchange) { _, _ = w.Write([]byte("served")) },
		Dir:    t.TempDir(), TTL: time.Minute, Now: time.Now, Switches: b.Switches(history, own),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func TestSwitches(t *testing.T) {
	pressed := false
	b := started(t, map[string]func(url.Values) any{"POST /_sandbox/own": func(url.Values) any { pressed = true; return nil }})
	b.Remember(asked{"ada", "SELECT 1"})
	b.Remember(asked{"bob", "SELECT 2"})
	for _, c := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/_sandbox/history?person=ada", 200, "[\"ada: SELECT 1\"]\n"}, {"GET", "/_sandbox/history?person=eve", 200, "[]\n"},
		{"POST", "/_sandbox/refuse?table=a.b.c", 204, ""}, {"POST", "/_sandbox/refuse?table=a.b.d&on=0", 204, ""},
		{"POST", "/_sandbox/contradict?column=x", 204, ""}, {"POST", "/_sandbox/own", 204, ""}, {"GET", "/_sandbox/faults", 200, "[]\n"},
		{"GET", "/anything", 200, "served"},
	} {
		w := httptest.NewRecorder()
		b.ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		if w.Code != c.status || w.Body.String() != c.body {
			t.Errorf("%s %s: %d %q", c.method, c.path, w.Code, w.Body)
		}
	}
	if !pressed || !b.Refused("a.b.c") || b.Refused("a.b.d") || !reflect.DeepEqual(b.Contradicted([]string{"y", "x"}), []bool{false, true}) {
		t.Error("a switch does nothing")
	}
	if len(b.Control().Requests()) != 1 {
		t.Errorf("the log has what is none of the emulator's: %+v", b.Control().Requests())
	}
}

func TestTheHistoryIsBounded(t *testing.T) {
	b := started(t, nil)
	for i := range maxHistory + 10 {
		b.Remember(asked{"ada", fmt.Sprint(i)})
	}
	all := b.Statements("")
	if len(all) != maxHistory/2+10 || all[0].text != fmt.Sprint(maxHistory/2) || all[len(all)-1].text != fmt.Sprint(maxHistory+9) {
		t.Errorf("%d statements from %s", len(all), all[0].text)
	}
	if b.Forget(); len(b.Statements("")) != 0 {
		t.Error("not forgotten")
	}
}

func TestCloseEndsWhatRuns(t *testing.T) {
	b := &Base[asked]{}
	if err := b.Start(Options{Dir: t.TempDir(), TTL: time.Minute, Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	ended := false
	b.Run(func() {
		<-b.Life().Done()
		ended = true
	})
	if b.Close(); !ended {
		t.Error("a statement outlives its emulator")
	}
	if err := b.Start(Options{Dir: "/nosuch/dir"}); err == nil {
		t.Error("results have no place, and nobody is told")
	}
}
