package salesforce

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

const (
	many    = "200\n" + `{"totalSize":5,"done":false,"nextRecordsUrl":"/services/data/v64.0/query/01gA-2","records":[]}`
	jobName = "750000000000001AAA"
	ready   = "200\n" + `{"id":"` + jobName + `","state":"JobComplete"}`
	begun   = "200\n" + `{"id":"` + jobName + `","state":"InProgress"}`
	limit   = "200 Sforce-Limit-Info: api-usage=950/1000\n" + `{"id":"` + jobName + `","state":"InProgress"}`
)

// inBulk answers as Salesforce does, but for what is given by "METHOD path" below jobs/query, in order.
func inBulk(own map[string][]string) func(*http.Request, string) string {
	var mu sync.Mutex
	return func(r *http.Request, _ string) string {
		if strings.HasSuffix(r.URL.Path, "/query") && r.Method == http.MethodGet {
			return many
		}
		_, below, _ := strings.Cut(r.URL.Path, "/jobs/query")
		mu.Lock()
		defer mu.Unlock()
		if list := own[r.Method+below]; len(list) > 0 {
			if len(list) > 1 {
				own[r.Method+below] = list[1:]
			}
			return list[0]
		}
		if strings.HasSuffix(below, "/results") {
			return "200 Sforce-Locator: null Sforce-NumberOfRecords: 1\n\"Name\"\n\"a\"\n"
		}
		return map[string]string{http.MethodPost: begun, http.MethodGet: ready, http.MethodPatch: begun, http.MethodDelete: "204\n"}[r.Method]
	}
}

const results = "GET/" + jobName + "/results"

// TestResults: the results of a job are all that they say, byte for byte, or an error.
func TestResults(t *testing.T) {
	part := func(locator string, n int, text string) string {
		return fmt.Sprintf("200 Sforce-Locator: %s Sforce-NumberOfRecords: %d\n%s", locator, n, text)
	}
	for _, c := range []struct {
		name  string
		parts []string
		want  string
	}{
		{"values", []string{part("null", 3, "\"Name\"\n\"a\r\nb\"\n\"say \"\"x\"\", \r\"\n\"\"\n")}, `"a\r\nb" "say \"x\", \r" "(null)"`},
		{"headings", []string{part("A", 1, "Name\na\n"), part("B", 1, "Name\nb\n"), part("null", 1, "c\n")}, `"a" "b" "c"`},
		{"a record like a heading", []string{part("A", 1, "Name\nName\n"), part("B", 2, "Name\nb\n"), part("null", 1, "Name\n")}, `"Name" "b" "Name" "Name"`},
		{"nothing", []string{part("null", 0, "")}, ``},
		{"no locator", []string{"200 Sforce-NumberOfRecords: 1\nName\na\n"}, pgerr.ProtocolViolation},
		{"no number", []string{"200 Sforce-Locator: null\nName\na\n"}, pgerr.ProtocolViolation},
		{"round and round", []string{part("A", 1, "Name\na\n"), part("B", 1, "a\n"), part("A", 1, "a\n")}, pgerr.ProtocolViolation},
		{"endless", []string{part("A", 1, "Name\na\n"), part("B", 0, "")}, pgerr.ProtocolViolation},
		{"too few", []string{part("null", 2, "Name\na\n")}, pgerr.ConnectionFailure},
		{"too many", []string{part("null", 1, "Name\na\nb\n")}, pgerr.ProtocolViolation},
		{"ragged", []string{part("null", 1, "Name\na,b\n")}, pgerr.ProtocolViolation},
		{"another field", []string{part("null", 1, "Nome\na\n")}, pgerr.ProtocolViolation},
		{"cut", []string{part("null", 1, "Name\n\"a")}, pgerr.ProtocolViolation},
		{"too few once", []string{part("null", 1, "Name\n"), part("null", 1, "Name\n\"a\"")}, `"a"`},
		{"no UTF-8", []string{part("null", 1, "Name\n\xff\n")}, pgerr.ProtocolViolation},
		{"a zero byte", []string{part("null", 1, "Name\na\x00\n")}, pgerr.CharacterNotInRepertoire},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &script{answer: inBulk(map[string][]string{results: c.parts})}
			conn := scripted(t, s, nil)
			names, code := conn.read(t, t.Context())
			if got := orElse(code, strings.Trim(fmt.Sprintf("%q", names), "[]")); got != c.want {
				t.Errorf("%s, not %s", got, c.want)
			}
			_ = conn.system.Close()
			if asked := s.requests(); asked[len(asked)-1] != "DELETE /jobs/query/"+jobName {
				t.Errorf("the job stays: %v", asked)
			}
		})
	}
}

// TestJobs: a job is made once, whatever becomes of the answer, and ended whenever it is known.
func TestJobs(t *testing.T) {
	for _, c := range []struct {
		name        string
		own         map[string][]string
		posts, ends int
		aborts      int
		code        string
	}{
		{"well", nil, 1, 1, 0, ""},
		{"broken off", map[string][]string{"POST": {""}}, 1, 0, 0, pgerr.ConnectionFailure},
		{"busy", map[string][]string{"POST": {"503\n[]"}}, 1, 0, 0, pgerr.ConnectionFailure},
		{"cut", map[string][]string{"POST": {"200\n{"}}, 1, 0, 0, pgerr.ConnectionFailure},
		{"throttled", map[string][]string{"POST": {"429\n[]", begun}}, 2, 1, 0, ""},
		{"no id", map[string][]string{"POST": {"200\n" + `{"id":"../x","state":"InProgress"}`}}, 1, 0, 0, pgerr.ProtocolViolation},
		{"failed", map[string][]string{"GET/" + jobName: {"200\n" + `{"id":"x","state":"Failed","errorMessage":"no"}`}}, 1, 1, 0, pgerr.SystemError},
		{"no state", map[string][]string{"GET/" + jobName: {"200\n{}"}}, 1, 1, 1, pgerr.ProtocolViolation},
		{"nothing left", map[string][]string{"POST": {limit}}, 1, 1, 1, pgerr.ConfigurationLimitExceeded},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &script{answer: inBulk(c.own)}
			conn := scripted(t, s, nil)
			_, code := conn.read(t, t.Context())
			_ = conn.system.Close()
			count := map[string]int{}
			for _, r := range s.requests() {
				method, _, _ := strings.Cut(r, " ")
				count[method]++
			}
			if code != c.code || count["POST"] != c.posts || count["DELETE"] != c.ends || count["PATCH"] != c.aborts {
				t.Errorf("%s after %v", code, s.requests())
			}
		})
	}
}

// TestJobOfACancelledStatement: a statement that is cancelled while its job is being made does not wait, and the job is ended when it is
// known.
func TestJobOfACancelledStatement(t *testing.T) {
	asked, made := make(chan struct{}), make(chan struct{})
	bulk := inBulk(nil)
	s := &script{answer: func(r *http.Request, body string) string {
		if r.Method == http.MethodPost {
			close(asked)
			<-made
		}
		return bulk(r, body)
	}}
	conn := scripted(t, s, nil)
	ctx, cancel := context.WithCancelCause(t.Context())
	code := make(chan string)
	go func() {
		_, said := conn.read(t, ctx)
		code <- said
	}()
	<-asked
	cancel(pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request"))
	if got := <-code; got != pgerr.QueryCanceled { // while the job is not made yet
		t.Error(got)
	}
	close(made)
	_ = conn.system.Close()
	if got := strings.Join(s.requests(), ", "); !strings.HasSuffix(got, "PATCH /jobs/query/"+jobName+", DELETE /jobs/query/"+jobName) {
		t.Errorf("asked: %s", got)
	}
}

// TestJobNobodyMakes: a job that Salesforce does not answer for is no cancellation, and a source that is closed makes none.
func TestJobNobodyMakes(t *testing.T) {
	bulk := inBulk(nil)
	for name, want := range map[string]string{"late": pgerr.ConnectionFailure, "closed": pgerr.AdminShutdown} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn := scripted(t, &script{answer: func(r *http.Request, body string) string {
					if r.Method == http.MethodPost && name == "late" {
						<-r.Context().Done()
					}
					return bulk(r, body)
				}}, nil)
				if name == "closed" {
					_ = conn.system.Close()
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				if _, code := conn.read(t, ctx); code != want {
					t.Errorf("%s, not %s", code, want)
				}
			})
		})
	}
}

// TestLater: what is begun has ended behind close, where nothing begins but what must not be left undone; what panics ends alone.
func TestLater(t *testing.T) {
	var l later
	n := 0
	l.start(func() error { panic("x") })
	l.start(func() error { time.Sleep(10 * time.Millisecond); n++; return nil })
	l.close()
	if l.start(func() error { n++; return nil }) {
		t.Error("begun behind the end")
	}
	l.finish(func() error { n++; return nil })
	if l.close(); n != 2 {
		t.Error(n)
	}
}
