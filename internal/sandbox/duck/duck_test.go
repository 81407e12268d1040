package duck_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"go.uber.org/goleak"

	"github.com/waggle-sql/waggle/internal/sandbox/duck"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/sfsql"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T) *duck.Database {
	t.Helper()
	db, err := duck.Open(":memory:", duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

func TestSetupRuns(t *testing.T) {
	db := open(t)
	for _, text := range sfsql.Setup() {
		if err := db.Exec(t.Context(), text); err != nil {
			t.Fatal(text, err)
		}
	}
}

func TestRowsAreStreamed(t *testing.T) {
	db := open(t)
	enough := errors.New("enough")
	seen := 0
	err := db.Query(t.Context(), "SELECT * FROM range(1000000000000)", func(b arrow.RecordBatch) error {
		if seen += int(b.NumRows()); seen > 10_000 {
			return enough
		}
		return nil
	})
	if err != enough || seen > 100_000 {
		t.Error(seen, err)
	}
}

func TestCancelStopsAtOnce(t *testing.T) {
	db := open(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	err := db.Exec(ctx, "SELECT sum(a.i * b.i) FROM range(3000000) a(i), range(3000000) b(i)")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestErrorsAreDuckDBs(t *testing.T) {
	db := open(t)
	for _, text := range []string{"SELECT nosuch", "SELECT error('late') FROM range(3)", "SELEC 1"} {
		if err := db.Exec(t.Context(), text); err == nil {
			t.Error(text)
		}
	}
}
