package main

import (
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"golang.org/x/tools/txtar"

	"github.com/waggle-sql/waggle/internal/sandbox/data"
	"github.com/waggle-sql/waggle/internal/sandbox/files"
	"github.com/waggle-sql/waggle/internal/sandbox/sandboxtest"
)

// The questions that the demonstration prints are the first stories, so that what they say and answer is tested.
func TestQuestionsAreStories(t *testing.T) {
	day, err := time.Parse(time.DateOnly, storyDay)
	if err != nil {
		t.Fatal(err)
	}
	for i, q := range questions(day) {
		found, err := filepath.Glob(fmt.Sprintf("../../testdata/stories/%02d-*.txtar", i+1))
		if err != nil || len(found) != 1 {
			t.Fatal(found, err)
		}
		text, err := os.ReadFile(found[0])
		if err != nil {
			t.Fatal(err)
		}
		if strings.TrimSpace(section(txtar.Parse(text), "query.sql")) != q.text {
			t.Errorf("%s asks something else than\n%s", found[0], q.text)
		}
	}
}

// The README's first session is the first story: its statement, what two people saw, and what the sources were asked.
func TestReadmeTellsTheFirstStory(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../testdata/stories/01-mood-and-wins.txtar")
	if err != nil {
		t.Fatal(err)
	}
	bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
	said, a := bare(string(readme)), txtar.Parse(text)
	_, asked, _ := strings.Cut(section(a, "plan"), "Fragment 0")
	for _, part := range []string{section(a, "query.sql"), section(a, "rows admin"), section(a, "rows emea"), asked} {
		for line := range strings.Lines(part) {
			told := strings.Contains(line, "|") || strings.Contains(line, "Keys:") || strings.Contains(line, "SQL:") || part == section(a, "query.sql")
			if told && !strings.Contains(said, bare(line)) {
				t.Errorf("README.md does not tell %q", line)
			}
		}
	}
}

// The first story again, computed over the sample company's files by DuckDB, in words of its own: as admin and as emea, whose rows are
// picked by hand.
func TestFirstStoryByHand(t *testing.T) {
	day, err := time.Parse(time.DateOnly, storyDay)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../testdata/stories/01-mood-and-wins.txtar")
	if err != nil {
		t.Fatal(err)
	}
	c, dir := data.New(data.Options{Today: day}), t.TempDir()
	if err := files.Write(t.Context(), c, dir, false); err != nil {
		t.Fatal(err)
	}
	names := []string{"segment", "accounts", "closed", "win_rate", "sentiment", "billed", "churn_risk"}
	for login, where := range map[string]string{"admin": "true", "emea": "a.Region__c = 'EMEA'"} {
		got := section(txtar.Parse(text), "rows "+login)
		if want := aligned(names, byHand(t, dir, c, login, where)); got != want {
			t.Errorf("%s got\n%s\nby hand it is\n%s", login, got, want)
		}
	}
}

func byHand(t *testing.T, dir string, c *data.Company, login, where string) (out [][]string) {
	t.Helper()
	db := sandboxtest.Database(t)
	ask := func(text string, each func(arrow.RecordBatch) error) {
		if err := db.Query(t.Context(), strings.NewReplacer("{dir}", dir, "{where}", where).Replace(text), each); err != nil {
			t.Fatal(err)
		}
	}
	nothing := func(arrow.RecordBatch) error { return nil }
	ask("CREATE TABLE heard (account VARCHAR, tone INTEGER)", nothing)
	for _, call := range heard(c, login+"@acme.example") {
		ask(call, nothing)
	}
	ask(byHandText, func(b arrow.RecordBatch) error {
		for i := range int(b.NumRows()) {
			v := make([]string, b.NumCols())
			for k := range v {
				v[k] = strings.Clone(b.Column(k).(*array.String).Value(i))
			}
			out = append(out, []string{v[0], v[1], v[2], quotient(t, v[3], v[2]), quotient(t, v[4], v[5]), v[6], quotient(t, v[7], v[8])})
		}
		return nil
	})
	return out
}

// heard inserts what somebody may see of the calls since July that had an outcome.
func heard(c *data.Company, login string) (out []string) {
	seen := map[string]bool{}
	for _, id := range c.Visible(login) {
		seen[id] = true
	}
	tones := map[string]int{"Meeting booked": 1, "Not interested": -1, "Call back requested": 0}
	for _, call := range c.Calls {
		if !seen[call.ID] || call.Started.Before(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)) || call.Content.Outcome == nil {
			continue
		}
		if tone, ok := tones[call.Content.Outcome.Name]; ok {
			out = append(out, fmt.Sprintf("INSERT INTO heard VALUES ('%s', %d)", call.AccountID, tone))
		}
	}
	return out
}

// quotient divides and rounds to two digits as numerics are; nothing by nothing is nothing.
func quotient(t *testing.T, a, b string) string {
	t.Helper()
	x, ok := new(big.Rat).SetString(a)
	y, also := new(big.Rat).SetString(b)
	if !ok || !also {
		t.Fatalf("%q by %q", a, b)
	}
	if y.Sign() == 0 {
		return ""
	}
	return x.Quo(x, y).FloatString(2)
}

const byHandText = `
WITH closing AS (
  SELECT a.Id, a.AccountNumber AS number, a.Segment__c AS segment,
         sum(o.IsWon::INTEGER) AS won, sum(o.IsClosed::INTEGER) AS closed
  FROM read_parquet('{dir}/crm/sales/Opportunity.parquet') o, read_parquet('{dir}/crm/sales/Account.parquet') a
  WHERE a.Id = o.AccountId AND {where} AND year(o.CloseDate) = 2026 AND quarter(o.CloseDate) = 4
  GROUP BY ALL
), facts AS (
  SELECT *,
         (SELECT sum(tone) FROM heard WHERE account = closing.Id) AS tone,
         (SELECT count(*) FROM heard WHERE account = closing.Id) AS rated,
         (SELECT sum(amount) FROM read_parquet('{dir}/sf/finance/invoices.parquet')
          WHERE replace(lower(account_ref), ' ', '') = closing.number AND year(issued_on) = 2026 AND status != 'void') AS billed,
         (SELECT sum(score) FROM read_parquet('{dir}/lake/analytics/churn_scores.parquet')
          WHERE account_no = closing.number AND scored_on = '2026-11-01') AS score
  FROM closing
)
SELECT segment, count(*)::VARCHAR, sum(closed)::VARCHAR, sum(won)::VARCHAR, coalesce(sum(tone), 0)::VARCHAR, sum(rated)::VARCHAR,
       coalesce(sum(billed)::VARCHAR, ''), coalesce(sum(score), 0)::VARCHAR, count(score)::VARCHAR
FROM facts GROUP BY segment ORDER BY segment`
