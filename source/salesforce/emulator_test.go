package salesforce_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/fault"
	emulator "github.com/waggle-sql/waggle/internal/sandbox/salesforce"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/salesforce"
	"github.com/waggle-sql/waggle/source/sourcetest"
)

// soql is a statement over rows of an object; fields are name:type.
func soql(text string, fields ...string) dialect.Text {
	types := map[string]plan.Type{"text": sourcetest.Plain(pgcat.Text), "numeric": sourcetest.Numeric(18, 2), "date": sourcetest.Plain(pgcat.Date),
		"timestamptz": sourcetest.Plain(pgcat.TimestampTZ), "bool": sourcetest.Plain(pgcat.Bool), "int4": sourcetest.Plain(pgcat.Int4), "int8": sourcetest.Plain(pgcat.Int8)}
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

// TestOrganisation runs what one emulated organisation serves for.
func TestOrganisation(t *testing.T) {
	r := newRig(t, nil)
	for _, c := range []struct {
		name string
		test func(*testing.T, *rig)
	}{
		{"field-level security", testFieldLevelSecurity}, {"facts", testFacts}, {"refresh", testRefresh}, {"faults", testFaults}, {"parts", testParts},
		{"two people", testTwoPeople}, {"silence", testSilence},
	} {
		t.Run(c.name, func(t *testing.T) {
			r.server.Control().Clear()
			own := *r
			own.TB = t
			c.test(t, &own)
		})
	}
}

// TestPagesAndBulk: the same rows come page by page and as a job's results.
func TestPagesAndBulk(t *testing.T) {
	r := newRigOf(t, files(), nil, func(c *emulator.Config) { c.BulkRows = 900 })
	paged := sourcetest.ReadText(t.Context(), r.open(r.bearer("analyst")), allOpportunities())
	if paged.Err != nil || len(paged.Rows) != opportunities || paged.Report.Pages != 2 || !strings.HasPrefix(paged.Report.Status, "ok, ") {
		t.Fatalf("%d rows, %v, %+v", len(paged.Rows), paged.Err, paged.Report)
	}
	bulk, err := salesforce.New(salesforce.Config{Name: "crm", LoginURL: r.company.URLs().Salesforce["crm"], BulkAbove: 1000})
	if err != nil {
		t.Fatal(err)
	}
	r.source = bulk
	job := sourcetest.ReadText(t.Context(), r.open(r.bearer("analyst")), allOpportunities())
	if job.Err != nil || strings.Join(job.Rows, "\n") != strings.Join(paged.Rows, "\n") {
		t.Fatalf("%d rows in bulk, %v", len(job.Rows), job.Err)
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

// testFieldLevelSecurity: what a profile hides is not described, and asking for it is refused in the source's words.
func testFieldLevelSecurity(t *testing.T, r *rig) {
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
		got := sourcetest.ReadText(t.Context(), conn, text)
		if pgerr.Code(got.Err) != pgerr.InsufficientPrivilege || strings.Contains(got.Err.Error(), "SELECT") {
			t.Errorf("%s: %v", text.Text, got.Err)
		}
	}
	mine := sourcetest.ReadText(t.Context(), conn, soql("SELECT Name, Region__c FROM Account", "Name:text", "Region__c:text"))
	for _, row := range mine.Rows {
		if !strings.HasSuffix(row, "|EMEA") {
			t.Errorf("emea sees %s", row)
		}
	}
	if mine.Err != nil || len(mine.Rows) == 0 || len(mine.Rows) == accounts {
		t.Errorf("%d rows, %v", len(mine.Rows), mine.Err)
	}
}

// testFacts: describe tells what may be asked of a field.
func testFacts(t *testing.T, r *rig) {
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

// testRefresh: a token that has expired is replaced once; a second rejection is the person's to mend.
func testRefresh(t *testing.T, r *rig) {
	b := r.bearer("analyst")
	if err := r.server.Control().Add(fault.Rule{Kind: fault.Expired, Path: "/services/data", Times: 1}); err != nil {
		t.Fatal(err)
	}
	one := soql("SELECT Id FROM Account LIMIT 1", "Id:text")
	if got := sourcetest.ReadText(t.Context(), r.open(b), one); got.Err != nil || len(got.Rows) != 1 {
		t.Fatalf("%v, %+v", got.Err, got.Report)
	}
	b.Token, b.Refresh = secret.New("nonsense"), nil
	got := sourcetest.ReadText(t.Context(), r.open(b), one)
	if pgerr.Code(got.Err) != pgerr.InvalidAuthorization || strings.Contains(fmt.Sprintf("%+v", got.Err), "nonsense") {
		t.Errorf("%v", got.Err)
	}
}

// testFaults: what breaks off is repeated, what does not mend is an error, and no row comes twice.
func testFaults(t *testing.T, r *rig) {
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
			got := sourcetest.ReadText(t.Context(), conn, allOpportunities())
			if c.code == "" && (got.Err != nil || len(got.Rows) != opportunities || got.Report.Retries == 0) {
				t.Errorf("%d rows, %v, %+v", len(got.Rows), got.Err, got.Report)
			}
			if c.code != "" && pgerr.Code(got.Err) != c.code {
				t.Errorf("%v", got.Err)
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
	if got := sourcetest.ReadText(t.Context(), conn, one); got.Err != nil || !strings.Contains(got.Report.Status, "of 1000 API requests") {
		t.Fatalf("%v, %s", got.Err, got.Report.Status)
	}
	got := sourcetest.ReadText(t.Context(), conn, one)
	if pgerr.Code(got.Err) != pgerr.ConfigurationLimitExceeded || !strings.Contains(pgerr.From(got.Err).Detail, "of its 1000 requests") {
		t.Fatalf("%v", got.Err)
	}
	now = now.Add(2 * time.Minute)
	if got := sourcetest.ReadText(t.Context(), conn, one); got.Err != nil {
		t.Errorf("nothing asks again: %v", got.Err)
	}
}

// TestCancel: a statement ends within 200 ms, whatever it waits for: a page, its job, the job's state, the results. No job stays.
func TestCancel(t *testing.T) {
	r := newRig(t, func(c *salesforce.Config) { c.BulkAbove = 10 })
	conn := r.open(r.bearer("analyst"))
	for _, nth := range []int{1, 3, 4, 2} {
		r.server.Control().Clear()
		if err := r.server.Control().Add(fault.Rule{Kind: fault.Latency, Path: "/services/data", Millis: 1000, Nth: nth, Times: 1}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		asked := make(chan sourcetest.Answer, 1)
		go func() { asked <- sourcetest.ReadText(ctx, conn, allOpportunities()) }()
		time.Sleep(500 * time.Millisecond)
		began := time.Now()
		cancel(pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request"))
		got := <-asked
		if took := time.Since(began); took > 200*time.Millisecond || pgerr.Code(got.Err) != pgerr.QueryCanceled {
			t.Errorf("request %d: %v after %v", nth, got.Err, took)
		}
		for deadline := time.Now().Add(10 * time.Second); r.server.OpenJobs() > 0; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("request %d: the job stays", nth)
			}
		}
	}
	_ = r.source.Close() // when the last job has been made, and ended
	if r.server.OpenJobs() > 0 {
		t.Error("the job of a cancelled request stays")
	}
}

// testParts: the parts of a long list are asked beside each other, and their rows come together.
func testParts(t *testing.T, r *rig) {
	text := soql("SELECT Id FROM Account", "Id:text")
	for i := range accounts {
		text.Records.Parts = append(text.Records.Parts, "SELECT Id FROM Account WHERE Id = '"+id("001", i)+"'")
	}
	if got := sourcetest.ReadText(t.Context(), r.open(r.bearer("analyst")), text); got.Err != nil || len(got.Rows) != accounts {
		t.Errorf("%d rows, %v", len(got.Rows), got.Err)
	}
}

// testTwoPeople: each request carries its own person's token.
func testTwoPeople(t *testing.T, r *rig) {
	all, own := r.open(r.bearer("analyst")), r.open(r.bearer("emea"))
	text := soql("SELECT Name FROM Account", "Name:text")
	done := make(chan error)
	for _, c := range []source.Conn{all, own} {
		go func() {
			seen := map[int]bool{}
			for range 20 {
				got := sourcetest.ReadText(t.Context(), c, text)
				if got.Err != nil {
					done <- got.Err
					return
				}
				seen[len(got.Rows)] = true
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

// testSilence: simpleforce writes the address of a request that fails, with the statement's literals, to the process's log; here it has
// nothing to write.
func testSilence(t *testing.T, r *rig) {
	var logged bytes.Buffer
	log.SetOutput(&logged)
	defer log.SetOutput(os.Stderr)
	conn := r.open(r.bearer("analyst"))
	for _, text := range []string{"SELECT Nothing FROM Account WHERE Name = 's3cret'", "nonsense 's3cret'", "SELECT Id FROM Nothing WHERE Name = 's3cret'"} {
		if got := sourcetest.ReadText(t.Context(), conn, soql(text, "Id:text")); got.Err == nil || strings.Contains(fmt.Sprintf("%+v", pgerr.From(got.Err)), "s3cret") {
			t.Errorf("%s: %v", text, got.Err)
		}
	}
	r.server.Control().Clear()
	if err := r.server.Control().Add(fault.Rule{Kind: fault.Reset, Path: "/services/data"}); err != nil {
		t.Fatal(err)
	}
	if got := sourcetest.ReadText(t.Context(), conn, soql("SELECT Id FROM Account WHERE Name = 's3cret'", "Id:text")); pgerr.Code(got.Err) != pgerr.ConnectionFailure {
		t.Error(got.Err)
	}
	log.SetOutput(os.Stderr)
	if text := logged.String(); strings.Contains(text, "simpleforce") || strings.Contains(text, "s3cret") { // the emulator may tell of its own faults
		t.Errorf("logged: %s", text)
	}
}

// TestTextsAsTheyAre: a text comes as it is, by pages and in bulk: line ends, quotes and commas too.
func TestTextsAsTheyAre(t *testing.T) {
	notes := []string{"one\r\ntwo", "one\ntwo", "one\rtwo\r", `say "hi", you`, `""`, ",", "\t tab ", "é 漢 😀", "\r\n\r\n", `\r\n`}
	var file strings.Builder
	file.WriteString("Id,Name,Region__c,Revenue__c,Note__c\n")
	for i, note := range notes {
		fmt.Fprintf(&file, `%s,n%d,,1.50,"%s"`+"\n", id("001", i), i, strings.ReplaceAll(note, `"`, `""`))
	}
	given := files()
	given["crm/sales/Account.csv"] = file.String()
	r := newRigOf(t, given, nil, func(c *emulator.Config) { c.BulkRows = 3 })
	text := soql("SELECT Name, Note__c FROM Account", "Name:text", "Note__c:text")
	for name, above := range map[string]int64{"pages": 1000, "bulk": 1} {
		source, err := salesforce.New(salesforce.Config{Name: "crm", LoginURL: r.company.URLs().Salesforce["crm"], BulkAbove: above})
		if err != nil {
			t.Fatal(err)
		}
		r.source = source
		got := sourcetest.ReadText(t.Context(), r.open(r.bearer("analyst")), text)
		_ = source.Close()
		for i, note := range notes {
			if want := fmt.Sprintf("n%d|%s", i, note); !slices.Contains(got.Rows, want) {
				t.Errorf("%s: %q is not among %q, %v", name, want, got.Rows, got.Err)
			}
		}
	}
}
