package e2e

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestStatus: an administrator is told what the running server holds, and that none runs.
func TestStatus(t *testing.T) {
	v := newServer(t, "")
	out, err := v.Command(t.Context(), "status", "--json").Output()
	var s Status
	if err != nil || json.Unmarshal(out, &s) != nil || s.Goroutines < 5 || s.Files < 5 || s.Heap <= 0 || s.Held < s.Heap {
		t.Errorf("%s, %v: %+v", out, err, s)
	}
	if out, err := v.Command(t.Context(), "status").Output(); err != nil || !strings.Contains(string(out), "goroutines") {
		t.Errorf("%s, %v", out, err)
	}
	v.Stop()
	if out, err := v.Command(t.Context(), "status").CombinedOutput(); err == nil || !strings.Contains(string(out), "no server runs") {
		t.Errorf("%s, %v", out, err)
	}
}
