package workspace

import (
	"testing"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgcat"
)

// TestLazy: what CASE and COALESCE do not need is not computed, however often it is written.
func TestLazy(t *testing.T) {
	w := testWorker(t, testPool(t, Config{Size: 1}))
	proc, ok := pgcat.ProcBySignature("numeric_div(numeric,numeric)")
	if !ok {
		t.Fatal("numeric_div is unknown")
	}
	f := dialect.Func{Name: "f", Proc: proc.OID, Args: []uint32{pgcat.Numeric, pgcat.Numeric}, Result: pgcat.Numeric, Mod: -1}
	for _, sql := range []string{
		"SELECT coalesce((i+1)::VARCHAR, f('1', i::VARCHAR) || f('1', i::VARCHAR)) FROM range(0,7) t(i)",
		"SELECT coalesce((i+1)::VARCHAR, CASE WHEN f('1', i::VARCHAR) IS NULL THEN '1' ELSE f('1', i::VARCHAR) END) FROM range(0,7) t(i)",
		"SELECT CASE WHEN i > 0 THEN f('1', i::VARCHAR) || f('1', i::VARCHAR) END FROM range(0,7) t(i)",
	} {
		s := statement(sql, pgcat.Text)
		s.Funcs = []dialect.Func{f}
		if _, err := drain(w, s, time.Minute); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
	}
}
