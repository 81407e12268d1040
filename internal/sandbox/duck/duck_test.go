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

// long takes hours, on all threads.
const long = "SELECT count(*) FROM range(1000000) a(i), range(1000000) b(i), range(1000000) c(i) WHERE a.i + b.i + c.i = -1"

// within fails a test whose statement goes on for long after it should have ended.
func within(t *testing.T, do func()) {
	t.Helper()
	over := make(chan struct{})
	go func() {
		defer close(over)
		do()
	}()
	select {
	case <-over:
	case <-time.After(20 * time.Second):
		t.Fatal("the statement goes on")
	}
}

// late is a context of which its user learns in between that it has ended, as one whose interrupt came before the statement had begun.
type late struct{ context.Context }

func (late) Done() <-chan struct{} { return nil }
func (late) Err() error            { return context.Canceled }

// TestInterruptBeforeTheStatement: a context that ends while a statement is being made ends it, though its interrupt was forgotten.
func TestInterruptBeforeTheStatement(t *testing.T) {
	db := open(t)
	within(t, func() {
		if err := db.Exec(late{t.Context()}, long); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
