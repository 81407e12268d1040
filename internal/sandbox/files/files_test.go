package files

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/internal/sandbox/brought"
	"github.com/waggle-sql/waggle/internal/sandbox/data"
	"github.com/waggle-sql/waggle/internal/sandbox/sandboxtest"
)

// TestWrite reads the files back as anybody's would be, and looks whether they are what the model over them counts on.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	if err := Write(t.Context(), data.New(data.Options{}), dir, true); err != nil {
		t.Fatal(err)
	}
	read, err := brought.Read(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(read.Sources) != 4 || len(read.Policy.Tables) != 10 {
		t.Errorf("%d sources, rules for %d tables", len(read.Sources), len(read.Policy.Tables))
	}
	for _, c := range []struct {
		what, file, where string
		least, most       int
	}{
		{"invoices", "sf/finance/invoices", "true", 1500, 6000},
		{"invoices that are overdue", "sf/finance/invoices", "status = 'overdue'", 20, 600},
		{"payments without an invoice", "sf/finance/payments", "invoice_id IS NULL", 10, 200},
		{"messy references", "sf/finance/invoices", "account_ref <> lower(trim(account_ref))", 100, 600},
		{"late rows", "sf/product/usage_daily", "loaded_at::date - day > 1", 500, 5000},
		{"days of usage", "sf/product/usage_daily", "true", 40_000, 120_000},
		{"product events", "lake/analytics/product_events", "true", 80_000, 300_000},
		{"scores", "lake/analytics/churn_scores", "true", 1500, 4000},
		{"current scores", "lake/analytics/churn_scores", "is_current", 100, 300},
		{"accounts", "crm/sales/Account", "true", 300, 300},
		{"opportunities", "crm/sales/Opportunity", "true", 300, 600},
		{"deals without an amount", "crm/sales/Opportunity", "Amount IS NULL", 10, 60},
		{"deals that close this quarter", "crm/sales/Opportunity", "CloseDate BETWEEN '2026-10-01' AND '2026-12-31'", 60, 200},
		{"tickets", "ops/support/tickets", "true", 800, 5000},
		{"tickets that are open", "ops/support/tickets", "closed_at IS NULL", 3, 300},
	} {
		if n := count(t, "read_parquet('"+filepath.Join(dir, c.file)+".parquet') WHERE "+c.where); n < c.least || n > c.most {
			t.Errorf("%d %s, not %d to %d", n, c.what, c.least, c.most)
		}
	}
}

func count(t *testing.T, from string) int {
	t.Helper()
	db := sandboxtest.Database(t)
	n := 0
	err := db.Query(t.Context(), "SELECT count(*) FROM "+from, func(b arrow.RecordBatch) error {
		n = int(b.Column(0).(*array.Int64).Value(0))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWithoutTheDesk(t *testing.T) {
	dir := t.TempDir()
	if err := Write(t.Context(), data.New(data.Options{}), dir, false); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, Desk)); err == nil {
		t.Error("the service desk's tables are there")
	}
	if _, err := brought.Read(t.Context(), dir); err != nil {
		t.Error(err)
	}
}
