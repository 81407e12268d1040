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
			if got := orElse(code, strings.Join(names, " ")); got != c.want {
				t.Errorf("%s, not %s; asked %v", got, c.want, s.requests())
			}
		})
	}
}

func orElse(a, b string) string {
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

// TestUsage: the organisation's requests are those that count, wherever a connected app's own stand.
func TestUsage(t *testing.T) {
	for said, want := range map[string]string{
		"api-usage=25/5000": "25 of 5000 API requests of 24 hours used", "api-usage=25/5000; per-app-api-usage=17/250(appName=waggle)": "25 of 5000 API requests of 24 hours used",
		"per-app-api-usage=17/250(appName=waggle); api-usage=25/5000": "25 of 5000 API requests of 24 hours used", "per-app-api-usage=17/250(appName=waggle)": "", "api-usage=x/y": "", "": "",
	} {
		a := allowances{now: time.Now, of: map[string]allowance{}}
		a.note("host", http.Header{"Sforce-Limit-Info": {said}})
		if got := a.text("host"); got != want {
			t.Errorf("%q is %q", said, got)
		}
	}
}

// TestDescribe: an object without fields is none.
func TestDescribe(t *testing.T) {
	for said, code := range map[string]string{`{"fields":[{"name":"Id","type":"id"}]}`: "", `{"fields":[]}`: pgerr.ProtocolViolation, `{}`: pgerr.ProtocolViolation, `<html>`: pgerr.ProtocolViolation,
		`{"fields":[{"name":"Id"`: pgerr.ConnectionFailure, `{"fields":[{"name":5}]}`: pgerr.ProtocolViolation, strings.Repeat(`{"fields":[`, 20_000): pgerr.ProtocolViolation} {
		s := &script{answer: func(*http.Request, string) string { return "200\n" + said }}
		if _, err := scripted(t, s, nil).Describe(t.Context(), "Account"); pgerr.Code(err) != code && (err != nil || code != "") {
			t.Errorf("%.40s: %v", said, err)
		}
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
