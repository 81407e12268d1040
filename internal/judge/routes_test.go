package main

import (
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/oracle"
)

// The corpus over the stored tables t and u, and how many random shapes a test judges.
const (
	routesDir  = "../../testdata/judge/routes"
	testShapes = 20
)

// TestRoutes judges the corpus over stored tables and a few random shapes on every route.
func TestRoutes(t *testing.T) {
	if testing.Short() {
		t.Skip("the routes run on servers of their own")
	}
	if !oracle.Installed() {
		t.Skip(oracle.ErrAbsent)
	}
	w, err := newWorld(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer w.stop()
	var out strings.Builder
	j := &routed{w.grounds(), &out}
	defer j.close()
	files, err := corpus(routesDir)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.judgeCorpus(t.Context(), files); err != nil {
		t.Fatal(err)
	}
	if err := j.judgeSeeds(t.Context(), 1, testShapes); err != nil {
		t.Fatal(err)
	}
	for _, r := range j.routes {
		t.Log(r)
		if r.verdicts[different] > 0 || r.verdicts[equal]-r.raised < r.total*8/10 {
			t.Error(r)
		}
	}
	if out.Len() > 0 {
		t.Error(out.String())
	}
}
