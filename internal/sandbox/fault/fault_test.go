package fault

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const answer = `{"items":[{"n":1,"s":"a"},{"n":2,"s":"b"}],"ok":true}`

// emulator serves the answer and remembers whose token was expired.
func emulator(t *testing.T) (*Control, *httptest.Server, *string) {
	t.Helper()
	expired := ""
	c := New(Config{
		Source: "test",
		Person: func(r *http.Request) string { return r.Header.Get("Authorization") },
		Refuse: func(w http.ResponseWriter, status int, id string) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "refused")
		},
		Expire: func(r *http.Request) { expired = r.Header.Get("Authorization") },
	})
	s := httptest.NewServer(c.Handler(func(w http.ResponseWriter, _ *http.Request, _ *Exchange) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(s.Close)
	return c, s, &expired
}

func ask(t *testing.T, s *httptest.Server, person, path string) (int, string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", person)
	resp, err := s.Client().Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

func TestRules(t *testing.T) {
	for _, c := range []struct {
		name   string
		rule   Rule
		status int
		body   string
		broken bool
	}{
		{"nothing", Rule{Kind: Latency, Millis: 1, Path: "/other"}, 200, answer, false},
		{"status", Rule{Kind: Status, Status: 503}, 503, "refused", false},
		{"other person", Rule{Kind: Status, Status: 503, Person: "somebody"}, 200, answer, false},
		{"other method", Rule{Kind: Status, Status: 503, Method: "POST"}, 200, answer, false},
		{"truncated", Rule{Kind: Truncate, Bytes: 10}, 200, answer[:10], false},
		{"reset", Rule{Kind: Reset, Bytes: 10}, 200, answer[:10], true},
		{"wrong type of a number", Rule{Kind: WrongType, Field: "items.n"}, 200, `{"items":[{"n":"unexpected","s":"a"},{"n":"unexpected","s":"b"}],"ok":true}`, false},
		{"wrong type of a text", Rule{Kind: WrongType, Field: "items.s"}, 200, `{"items":[{"n":1,"s":{"unexpected":true}},{"n":2,"s":{"unexpected":true}}],"ok":true}`, false},
		{"wrong type of an array", Rule{Kind: WrongType, Field: "items"}, 200, `{"items":"unexpected","ok":true}`, false},
		{"wrong type of nothing", Rule{Kind: WrongType, Field: "items.q"}, 200, answer, false},
		{"drip", Rule{Kind: Drip, Millis: 1}, 200, answer, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			control, s, _ := emulator(t)
			if err := control.Add(c.rule); err != nil {
				t.Fatal(err)
			}
			status, body, err := ask(t, s, "me", "/page")
			if (err != nil) != c.broken {
				t.Fatalf("error %v", err)
			}
			if status != c.status || !c.broken && body != c.body {
				t.Errorf("got %d %s", status, body)
			}
		})
	}
}

func TestNthAndTimes(t *testing.T) {
	control, s, expired := emulator(t)
	if err := control.Add(Rule{Kind: Status, Status: 429, RetryAfter: 2, Nth: 2, Times: 2}); err != nil {
		t.Fatal(err)
	}
	if err := control.Add(Rule{Kind: Expired, Nth: 5}); err != nil {
		t.Fatal(err)
	}
	var got []int
	for range 5 {
		status, _, err := ask(t, s, "me", "/")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, status)
	}
	if want := []int{200, 429, 429, 200, 200}; !equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if *expired != "me" {
		t.Error("the token of the fifth request is not expired")
	}
}

func equal(a, b []int) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return bytes.Equal(x, y)
}

func TestLatency(t *testing.T) {
	control, s, _ := emulator(t)
	if err := control.Add(Rule{Kind: Latency, Millis: 40}); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, _, err := ask(t, s, "me", "/"); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took < 40*time.Millisecond {
		t.Errorf("took %s", took)
	}
}

func TestControlOverHTTP(t *testing.T) {
	control, s, _ := emulator(t)
	post := func(body string) int {
		resp, err := s.Client().Post(s.URL+"/_sandbox/faults", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	for body, want := range map[string]int{
		`{"kind":"status","status":500,"times":1}`: 204,
		`{"kind":"status"}`:                        400,
		`{"kind":"latency"}`:                       400,
		`{"kind":"wrong_type"}`:                    400,
		`{"kind":"earthquake"}`:                    400,
		`{"kind":"reset","nosuch":1}`:              400,
	} {
		if got := post(body); got != want {
			t.Errorf("%s: %d, want %d", body, got, want)
		}
	}
	if n := len(control.Rules()); n != 1 {
		t.Errorf("%d rules", n)
	}
	if status, _, _ := ask(t, s, "me", "/a?x=1"); status != 500 {
		t.Errorf("status %d", status)
	}
	if status, _, _ := ask(t, s, "me", "/b"); status != 200 {
		t.Errorf("status %d", status)
	}
	_, body, err := ask(t, s, "", "/_sandbox/requests?since=1")
	var seen []Request
	if err != nil || json.Unmarshal([]byte(body), &seen) != nil || len(seen) != 1 || seen[0].Path != "/b" || seen[0].Person != "me" {
		t.Fatalf("log %s %v", body, err)
	}
	if all := control.Requests(); len(all) != 2 || all[0].Query != "x=1" || all[0].Status != 500 || all[0].Ended.IsZero() {
		t.Errorf("log %+v", all)
	}
	control.Forget()
	control.Clear()
	if len(control.Requests())+len(control.Rules()) != 0 {
		t.Error("not forgotten")
	}
}
