package salesforce

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
)

const token = "s3cret-token"

// script answers requests in their order, the last answer again and again; each is "status header: value header: value\nbody".
type script struct {
	t      *testing.T
	answer func(r *http.Request, body string) string // "" for a connection that breaks off
	mu     sync.Mutex
	asked  []string
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		body = string(text)
	}
	if r.URL.Host != "org.my.salesforce.com" || r.Header.Get("Authorization") != "Bearer "+token {
		s.t.Errorf("asked: %s with %s", r.URL.Host, r.Header.Get("Authorization"))
	}
	s.mu.Lock()
	s.asked = append(s.asked, r.Method+" "+strings.TrimPrefix(r.URL.Path, "/services/data/v64.0"))
	s.mu.Unlock()
	said := s.answer(r, body)
	if said == "" {
		return nil, io.ErrUnexpectedEOF
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	head, text, _ := strings.Cut(said, "\n")
	words := strings.Fields(head)
	out := &http.Response{Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text)), Request: r}
	if _, err := fmt.Sscan(words[0], &out.StatusCode); err != nil {
		return nil, err
	}
	for i := 1; i+1 < len(words); i += 2 {
		out.Header.Set(strings.TrimSuffix(words[i], ":"), words[i+1])
	}
	return out, nil
}

func (s *script) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// scripted is a source whose organisation answers so.
func scripted(t *testing.T, s *script, change func(*Config)) *conn {
	t.Helper()
	s.t = t
	c := Config{Name: "crm", LoginURL: "https://org.my.salesforce.com", Transport: s, BulkAbove: 3}
	if change != nil {
		change(&c)
	}
	src, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = src.Close() })
	opened, err := src.Open(t.Context(), source.Bearer{Token: secret.New(token)})
	if err != nil {
		t.Fatal(err)
	}
	return opened.(*conn)
}

func named() dialect.Text {
	return dialect.Text{Text: "SELECT Name FROM Account WHERE Name = 's3cret-literal'", Columns: []plan.Col{{ID: 1, Name: "name", Type: plan.Type{OID: pgcat.Text, Mod: -1}}},
		Records: &dialect.Records{Rows: true, Values: []dialect.RecordValue{{Path: "Name", Scale: -1}}}}
}

// read runs the statement and returns the names, and the code of what ended it. No error tells of the token or of a literal.
func (c *conn) read(t *testing.T, ctx context.Context) (names []string, code string) {
	t.Helper()
	r, err := c.Run(ctx, named())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	for r.Next() {
		b := r.RecordBatch()
		for i := range int(b.NumRows()) {
			names = append(names, b.Column(0).ValueStr(i))
		}
	}
	if err = r.Err(); err == nil {
		return names, ""
	}
	whole := pgerr.From(err)
	for _, text := range []string{err.Error(), fmt.Sprintf("%+v", whole), whole.Detail, whole.Hint, fmt.Sprint(errors.Unwrap(err))} {
		if strings.Contains(text, "s3cret") {
			t.Errorf("the error tells too much: %s", text)
		}
	}
	return names, pgerr.Code(err)
}

// TestPages: what Salesforce sends page by page is all that it says, or an error.
func TestPages(t *testing.T) {
	const more = `{"totalSize":3,"done":false,"nextRecordsUrl":"/services/data/v64.0/query/01gA-2","records":[{"Name":"a"},{"Name":"b"}]}`
	for _, c := range []struct {
		name  string
		pages []string
		want  string
	}{
		{"whole", []string{more, `{"totalSize":3,"done":true,"records":[{"Name":"c"}]}`}, "a b c"},
		{"one", []string{`{"records":[{"Name":"a"}],"done":true,"totalSize":1}`}, "a"},
		{"none", []string{`{"totalSize":0,"done":true,"records":[]}`}, ""},
		{"too few", []string{more, `{"totalSize":3,"done":true,"records":[]}`}, pgerr.ProtocolViolation},
		{"too few at once", []string{`{"totalSize":2,"done":true,"records":[{"Name":"a"}]}`}, pgerr.ProtocolViolation},
		{"too many", []string{more, `{"totalSize":3,"done":true,"records":[{"Name":"c"},{"Name":"d"}]}`}, pgerr.ProtocolViolation},
		{"too many at once", []string{`{"totalSize":0,"done":true,"records":[{"Name":"a"}]}`}, pgerr.ProtocolViolation},
		{"no list", []string{`{"totalSize":0,"done":true}`}, pgerr.ProtocolViolation},
		{"endless", []string{more, `{"totalSize":3,"done":false,"nextRecordsUrl":"/services/data/v64.0/query/01gA-3","records":[]}`}, pgerr.ProtocolViolation},
		{"round and round", []string{more}, pgerr.ProtocolViolation},
		{"another host", []string{strings.Replace(more, "/services/data/v64.0/query/01gA-2", "https://evil.example/services/data/v64.0/query/x", 1)}, pgerr.ProtocolViolation},
		{"another resource", []string{strings.Replace(more, "query/01gA-2", "query/../sobjects/Account/x", 1)}, pgerr.ProtocolViolation},
		{"HTML", []string{`<html>Down for maintenance</html>`}, pgerr.ProtocolViolation},
		{"an error with 200", []string{`[{"errorCode":"INVALID_SESSION_ID","message":"expired"}]`}, pgerr.ProtocolViolation},
		{"text behind", []string{`{"totalSize":0,"done":true,"records":[]} x`}, pgerr.ProtocolViolation},
		{"cut", []string{`{"totalSize":1,"done":true,"records":[{"Name":"a"}`}, pgerr.ConnectionFailure},
		{"nothing", []string{``}, pgerr.ConnectionFailure},
		{"deep", []string{`{"x":` + strings.Repeat("[", 5000)}, pgerr.ProtocolViolation},
		{"no text", []string{`{"totalSize":1,"done":true,"records":[{"Name":5}]}`}, pgerr.DatatypeMismatch},
		{"an object", []string{`{"totalSize":1,"done":true,"records":[{"Name":{"a":1}}]}`}, pgerr.ProtocolViolation},
		{"no field", []string{`{"totalSize":1,"done":true,"records":[{"Id":"x"}]}`}, pgerr.ProtocolViolation},
		{"a huge number", []string{`{"totalSize":1e99,"done":true,"records":[]}`}, pgerr.ProtocolViolation},
		{"a zero byte", []string{`{"totalSize":1,"done":true,"records":[{"Name":"a\u0000b"}]}`}, pgerr.CharacterNotInRepertoire},
		{"no UTF-8", []string{"{\"totalSize\":1,\"done\":true,\"records\":[{\"Name\":\"a\xff\"}]}"}, pgerr.ProtocolViolation},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := 0
			s := &script{answer: func(*http.Request, string) string {
				page := c.pages[min(at, len(c.pages)-1)]
				at++
				return "200\n" + page
			}}
			names, code := scripted(t, s, nil).read(t, t.Context())
			if got := cmpOr(code, strings.Join(names, " ")); got != c.want {
				t.Errorf("%s, not %s; asked %v", got, c.want, s.requests())
			}
		})
	}
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// TestRefusals: an answer that is no success is never read as one, and leads nowhere else.
func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct{ said, code string }{
		"redirect":       {"302 Location: https://evil.example/\n", pgerr.SystemError},
		"HTML":           {"503\n<html>" + strings.Repeat("x", 1<<20), pgerr.ConnectionFailure},
		"quoted":         {"400\n" + `[{"errorCode":"MALFORMED_QUERY","message":"WHERE Name = 's3cret-literal'"}]`, pgerr.Internal},
		"a long refusal": {"400\n" + `[{"errorCode":"WHAT","message":"` + strings.Repeat("long ", 5000) + `"}]`, pgerr.SystemError},
		"token":          {"401\n" + `[{"errorCode":"INVALID_SESSION_ID","message":"Session expired"}]`, pgerr.InvalidAuthorization},
		"no list":        {"403\n[]", pgerr.InsufficientPrivilege},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{answer: func(*http.Request, string) string { return c.said }}
			if _, code := scripted(t, s, nil).read(t, t.Context()); code != c.code {
				t.Errorf("%s, not %s", code, c.code)
			}
		})
	}
}

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
		{"cut", []string{part("null", 1, "Name\n\"a")}, pgerr.ConnectionFailure},
		{"cut once", []string{part("null", 1, "Name\n\"a"), part("null", 1, "Name\n\"a\"")}, `"a"`},
		{"no UTF-8", []string{part("null", 1, "Name\n\xff\n")}, pgerr.ProtocolViolation},
		{"a zero byte", []string{part("null", 1, "Name\na\x00\n")}, pgerr.CharacterNotInRepertoire},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &script{answer: inBulk(map[string][]string{results: c.parts})}
			conn := scripted(t, s, nil)
			names, code := conn.read(t, t.Context())
			if got := cmpOr(code, strings.Trim(fmt.Sprintf("%q", names), "[]")); got != c.want {
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
	began := time.Now()
	cancel(pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request"))
	if got := <-code; got != pgerr.QueryCanceled || time.Since(began) > 200*time.Millisecond {
		t.Errorf("%s after %v", got, time.Since(began))
	}
	close(made)
	_ = conn.system.Close()
	if got := strings.Join(s.requests(), ", "); !strings.HasSuffix(got, "PATCH /jobs/query/"+jobName+", DELETE /jobs/query/"+jobName) {
		t.Errorf("asked: %s", got)
	}
}

// TestLater: what is begun behind the end has ended when it returns, and what panics ends alone.
func TestLater(t *testing.T) {
	var l later
	n := 0
	l.start(func() error { panic("x") })
	l.start(func() error { time.Sleep(10 * time.Millisecond); n++; return nil })
	l.close()
	l.start(func() error { n++; return nil })
	if l.close(); n != 2 {
		t.Error(n)
	}
}

// TestNumbers: a number is one of Salesforce's, and fits.
func TestNumbers(t *testing.T) {
	types := map[string]uint32{"int4": pgcat.Int4, "float4": pgcat.Float4, "float8": pgcat.Float8, "numeric": pgcat.Numeric}
	for _, c := range []struct{ typ, text, want string }{
		{"float8", "1.5E3", "1500"}, {"float8", "NaN", ""}, {"float8", "0x1p-2", ""}, {"float8", "1_0", ""}, {"float8", "1E999", ""}, {"float8", "+5", ""}, {"float8", " 5", ""},
		{"float4", "0.1", "0.1"}, {"float4", "1E39", ""}, {"float4", "-3.4E38", "-3.4e+38"}, {"float4", "Infinity", ""},
		{"numeric", "NaN", ""}, {"numeric", "0x1F", ""}, {"numeric", "Infinity", ""}, {"numeric", "1_000", ""}, {"numeric", "1E", ""}, {"numeric", ".5", ""}, {"numeric", "5.", ""},
		{"numeric", "12.50", "12.5"}, {"numeric", strings.Repeat("9", 500), ""}, {"int4", "5.0", "5"}, {"int4", "2147483648", ""}, {"int4", "1E+-2", ""}, {"int4", "-", ""},
	} {
		text := named()
		text.Columns[0].Type.OID = types[c.typ]
		f, err := newForm("crm", text)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		batches, err := f.csv(strings.NewReader("Name\n\""+c.text+"\"\n"), &names, 1)
		got := ""
		if err == nil {
			got = batches[0].Column(0).ValueStr(0)
		} else if pgerr.Code(err) != pgerr.DatatypeMismatch {
			t.Errorf("%s %.20q: %v", c.typ, c.text, err)
		}
		if release(batches); got != c.want {
			t.Errorf("%s %.20q is %q, not %q", c.typ, c.text, got, c.want)
		}
	}
}

// TestSeveralCurrencies: where there are several currencies nothing may be asked of amounts, which Salesforce converts before it compares
// or adds them.
func TestSeveralCurrencies(t *testing.T) {
	amount := field{Name: "Amount", Type: "currency", Precision: 18, Scale: 2, Filterable: true, Sortable: true, Groupable: true, Aggregatable: true}
	count := field{Name: "Count__c", Type: "double", Precision: 18, Filterable: true, Sortable: true, Aggregatable: true}
	one := schemaOf([]field{amount, count})
	several := schemaOf([]field{amount, count, {Name: "CurrencyIsoCode", Type: "picklist", Filterable: true}})
	if f := one.Columns[0].Field; !f.Filter || !f.Sort || !f.Aggregate {
		t.Errorf("one currency: %+v", f)
	}
	if f := several.Columns[0].Field; f.Filter || f.Sort || f.Group || f.Aggregate {
		t.Errorf("several currencies: %+v", f)
	}
	if f := several.Columns[1].Field; !f.Filter || !f.Sort || !f.Aggregate {
		t.Errorf("a number that is no amount: %+v", f)
	}
}
