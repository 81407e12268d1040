package salesforce_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/fault"
	emulator "github.com/waggle-sql/waggle/internal/sandbox/salesforce"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/salesforce"
)

func plain(oid uint32) plan.Type { return plan.Type{OID: oid, Mod: -1} }

// soql is a statement over rows of an object; fields are name:type.
func soql(text string, fields ...string) dialect.Text {
	types := map[string]plan.Type{"text": plain(pgcat.Text), "numeric": {OID: pgcat.Numeric, Mod: datum.MakeNumericMod(18, 2)}, "date": plain(pgcat.Date),
		"timestamptz": plain(pgcat.TimestampTZ), "bool": plain(pgcat.Bool), "int4": plain(pgcat.Int4), "int8": plain(pgcat.Int8)}
	out := dialect.Text{Text: text, Records: &dialect.Records{Rows: true}}
	for i, f := range fields {
		path, typ, _ := strings.Cut(f, ":")
		out.Columns = append(out.Columns, plan.Col{ID: plan.ColID(i + 1), Name: strings.ToLower(path), Type: types[typ]})
		out.Records.Values = append(out.Records.Values, dialect.RecordValue{Path: path, Scale: -1})
	}
	return out
}

func allOpportunities() dialect.Text {
	return soql("SELECT Id, Name, Amount, CloseDate, Created__c, Won__c, Account.Name FROM Opportunity",
		"Id:text", "Name:text", "Amount:numeric", "CloseDate:date", "Created__c:timestamptz", "Won__c:bool", "Account.Name:text")
}

// TestPagesAndBulk: the same rows come page by page and as a job's results.
func TestPagesAndBulk(t *testing.T) {
	r := newRigOf(t, files(), nil, func(c *emulator.Config) { c.BulkRows = 900 })
	paged := read(t.Context(), r.open(r.bearer("analyst")), allOpportunities())
	if paged.err != nil || len(paged.rows) != opportunities || paged.report.Pages != 2 || !strings.HasPrefix(paged.report.Status, "ok, ") {
		t.Fatalf("%d rows, %v, %+v", len(paged.rows), paged.err, paged.report)
	}
	bulk, err := salesforce.New(salesforce.Config{Name: "crm", LoginURL: r.company.URLs().Salesforce["crm"], BulkAbove: 1000})
	if err != nil {
		t.Fatal(err)
	}
	r.source = bulk
	job := read(t.Context(), r.open(r.bearer("analyst")), allOpportunities())
	if job.err != nil || strings.Join(job.rows, "\n") != strings.Join(paged.rows, "\n") {
		t.Fatalf("%d rows in bulk, %v", len(job.rows), job.err)
	}
	_ = bulk.Close() // when the job is removed
	kinds := map[string]int{}
	for _, e := range r.server.History("") {
		kinds[e.Kind]++
	}
	if kinds["bulk"] != 1 {
		t.Errorf("asked: %v", kinds)
	}
}

// TestFieldLevelSecurity: what a profile hides is not described, and asking for it is refused in the source's words.
func TestFieldLevelSecurity(t *testing.T) {
	r := newRig(t, nil)
	conn := r.open(r.bearer("emea"))
	schema, err := conn.Describe(t.Context(), "Account")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range schema.Columns {
		names = append(names, c.Name)
	}
	if got := strings.Join(names, " "); strings.Contains(got, "Revenue__c") || !strings.Contains(got, "Region__c") {
		t.Errorf("described: %s", got)
	}
	if _, err := conn.Describe(t.Context(), "Opportunity"); pgerr.Code(err) != pgerr.InsufficientPrivilege {
		t.Errorf("a hidden object: %v", err)
	}
	for _, text := range []dialect.Text{soql("SELECT Revenue__c FROM Account", "Revenue__c:numeric"), soql("SELECT Id FROM Opportunity", "Id:text")} {
		got := read(t.Context(), conn, text)
		if pgerr.Code(got.err) != pgerr.InsufficientPrivilege || strings.Contains(got.err.Error(), "SELECT") {
			t.Errorf("%s: %v", text.Text, got.err)
		}
	}
	mine := read(t.Context(), conn, soql("SELECT Name, Region__c FROM Account", "Name:text", "Region__c:text"))
	for _, row := range mine.rows {
		if !strings.HasSuffix(row, "|EMEA") {
			t.Errorf("emea sees %s", row)
		}
	}
	if mine.err != nil || len(mine.rows) == 0 || len(mine.rows) == accounts {
		t.Errorf("%d rows, %v", len(mine.rows), mine.err)
	}
}

// TestFacts: describe tells what may be asked of a field.
func TestFacts(t *testing.T) {
	r := newRig(t, nil)
	want := map[string]string{
		"AccountId": "text reference Account Account", "StageName": "text picklist restricted", "Amount": "numeric currency", "CloseDate": "date date",
		"Code__c": "text string case", "Won__c": "boolean boolean", "Id": "text id", "Created__c": "timestamp with time zone datetime",
	}
	for _, c := range r.table(r.open(r.bearer("analyst")), "Opportunity", "o").Columns {
		typ, _, _ := strings.Cut(plan.TypeName(c.Type), "(")
		got := typ + " " + c.Field.Kind
		if c.Field.References != "" {
			got += " " + c.Field.References + " " + c.Field.Relationship
		}
		if c.Field.CaseSensitive && c.Field.Kind == "string" {
			got += " case"
		}
		if c.Field.Restricted {
			got += " restricted"
		}
		if w, ok := want[c.Physical]; ok && w != got {
			t.Errorf("%s is %s, not %s", c.Physical, got, w)
		}
	}
}

// TestRefresh: a token that has expired is replaced once; a second rejection is the person's to mend.
func TestRefresh(t *testing.T) {
	r := newRig(t, nil)
	b := r.bearer("analyst")
	if err := r.server.Control().Add(fault.Rule{Kind: fault.Expired, Path: "/services/data", Times: 1}); err != nil {
		t.Fatal(err)
	}
	one := soql("SELECT Id FROM Account LIMIT 1", "Id:text")
	if got := read(t.Context(), r.open(b), one); got.err != nil || len(got.rows) != 1 {
		t.Fatalf("%v, %+v", got.err, got.report)
	}
	b.Token, b.Refresh = secret.New("nonsense"), nil
	got := read(t.Context(), r.open(b), one)
	if pgerr.Code(got.err) != pgerr.InvalidAuthorization || strings.Contains(fmt.Sprintf("%+v", got.err), "nonsense") {
		t.Errorf("%v", got.err)
	}
}

// TestFaults: what breaks off is repeated, what does not mend is an error, and no row comes twice.
func TestFaults(t *testing.T) {
	r := newRig(t, nil)
	conn := r.open(r.bearer("analyst"))
	for name, c := range map[string]struct {
		rule fault.Rule
		code string
	}{
		"busy":       {fault.Rule{Kind: fault.Status, Status: 503, Times: 2}, ""},
		"throttled":  {fault.Rule{Kind: fault.Status, Status: 429, Times: 1}, ""},
		"down":       {fault.Rule{Kind: fault.Status, Status: 500}, pgerr.ConnectionFailure},
		"reset":      {fault.Rule{Kind: fault.Reset, Bytes: 5000, Nth: 2, Times: 1}, ""},
		"cut":        {fault.Rule{Kind: fault.Truncate, Bytes: 9000, Times: 2}, ""},
		"always cut": {fault.Rule{Kind: fault.Truncate, Bytes: 9000, Nth: 2}, pgerr.ConnectionFailure},
		"wrong type": {fault.Rule{Kind: fault.WrongType, Field: "records.Amount"}, pgerr.DatatypeMismatch},
		"no shape":   {fault.Rule{Kind: fault.WrongType, Field: "done"}, pgerr.ProtocolViolation},
	} {
		t.Run(name, func(t *testing.T) {
			r.server.Control().Clear()
			c.rule.Path = "/services/data/v64.0/query"
			if err := r.server.Control().Add(c.rule); err != nil {
				t.Fatal(err)
			}
			got := read(t.Context(), conn, allOpportunities())
			if c.code == "" && (got.err != nil || len(got.rows) != opportunities || got.report.Retries == 0) {
				t.Errorf("%d rows, %v, %+v", len(got.rows), got.err, got.report)
			}
			if c.code != "" && pgerr.Code(got.err) != c.code {
				t.Errorf("%v", got.err)
			}
		})
	}
}

// TestAllowance: what others need of the organisation's requests is left to them, and one request finds out when there is more.
func TestAllowance(t *testing.T) {
	now := time.Now()
	r := newRigOf(t, files(), func(c *salesforce.Config) { c.Now = func() time.Time { return now } }, func(c *emulator.Config) { c.Allowance = 1000 })
	conn := r.open(r.bearer("analyst"))
	one := soql("SELECT Id FROM Account LIMIT 1", "Id:text")
	r.server.Use(850)
	if got := read(t.Context(), conn, one); got.err != nil || !strings.Contains(got.report.Status, "of 1000 API requests") {
		t.Fatalf("%v, %s", got.err, got.report.Status)
	}
	got := read(t.Context(), conn, one)
	if pgerr.Code(got.err) != pgerr.ConfigurationLimitExceeded || !strings.Contains(pgerr.From(got.err).Detail, "of its 1000 requests") {
		t.Fatalf("%v", got.err)
	}
	now = now.Add(2 * time.Minute)
	if got := read(t.Context(), conn, one); got.err != nil {
		t.Errorf("nothing asks again: %v", got.err)
	}
}

// TestCancel: a statement ends within 200 ms, whatever it waits for.
func TestCancel(t *testing.T) {
	r := newRig(t, func(c *salesforce.Config) { c.BulkAbove = 10 })
	if err := r.server.Control().Add(fault.Rule{Kind: fault.Latency, Path: "/services/data", Millis: 3000, Nth: 2}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	asked := make(chan answer)
	conn := r.open(r.bearer("analyst"))
	go func() { asked <- read(ctx, conn, allOpportunities()) }()
	time.Sleep(300 * time.Millisecond)
	began := time.Now()
	cancel(pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request"))
	got := <-asked
	if took := time.Since(began); took > 200*time.Millisecond || pgerr.Code(got.err) != pgerr.QueryCanceled {
		t.Errorf("%v after %v", got.err, took)
	}
	r.server.Control().Clear()
}

// TestParts: the parts of a long list are asked beside each other, and their rows come together.
func TestParts(t *testing.T) {
	r := newRig(t, nil)
	text := soql("SELECT Id FROM Account", "Id:text")
	for i := range accounts {
		text.Records.Parts = append(text.Records.Parts, "SELECT Id FROM Account WHERE Id = '"+id("001", i)+"'")
	}
	if got := read(t.Context(), r.open(r.bearer("analyst")), text); got.err != nil || len(got.rows) != accounts {
		t.Errorf("%d rows, %v", len(got.rows), got.err)
	}
}

// TestTwoPeople: each request carries its own person's token.
func TestTwoPeople(t *testing.T) {
	r := newRig(t, nil)
	all, own := r.open(r.bearer("analyst")), r.open(r.bearer("emea"))
	text := soql("SELECT Name FROM Account", "Name:text")
	done := make(chan error)
	for _, c := range []source.Conn{all, own} {
		go func() {
			seen := map[int]bool{}
			for range 20 {
				got := read(t.Context(), c, text)
				if got.err != nil {
					done <- got.err
					return
				}
				seen[len(got.rows)] = true
			}
			if len(seen) != 1 || seen[accounts] != (c == all) {
				done <- errors.New("somebody sees what another one sees")
				return
			}
			done <- nil
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// TestSilence: simpleforce writes the address of a request that fails, with the statement's literals, to the process's log; here it has
// nothing to write.
func TestSilence(t *testing.T) {
	var logged bytes.Buffer
	log.SetOutput(&logged)
	defer log.SetOutput(os.Stderr)
	r := newRig(t, nil)
	conn := r.open(r.bearer("analyst"))
	for _, text := range []string{"SELECT Nothing FROM Account WHERE Name = 's3cret'", "nonsense 's3cret'", "SELECT Id FROM Nothing WHERE Name = 's3cret'"} {
		if got := read(t.Context(), conn, soql(text, "Id:text")); got.err == nil || strings.Contains(fmt.Sprintf("%+v", pgerr.From(got.err)), "s3cret") {
			t.Errorf("%s: %v", text, got.err)
		}
	}
	r.server.Control().Clear()
	if err := r.server.Control().Add(fault.Rule{Kind: fault.Reset, Path: "/services/data"}); err != nil {
		t.Fatal(err)
	}
	if got := read(t.Context(), conn, soql("SELECT Id FROM Account WHERE Name = 's3cret'", "Id:text")); pgerr.Code(got.err) != pgerr.ConnectionFailure {
		t.Error(got.err)
	}
	log.SetOutput(os.Stderr)
	if text := logged.String(); strings.Contains(text, "simpleforce") || strings.Contains(text, "s3cret") { // the emulator may tell of its own faults
		t.Errorf("logged: %s", text)
	}
}
