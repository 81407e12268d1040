package main

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/waggle-sql/waggle/internal/e2e"
)

const corpusDir = "../../testdata/judge"

// mayBeRefused is how many statements of the corpus Waggle refuses with 0A000. One more is something that it answered before.
const mayBeRefused = 31

// TestCorpus replays the corpus on `waggle serve` and compares with the answers that PostgreSQL 17 gave. `go run ./internal/judge -record`
// writes the answers anew.
func TestCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("the corpus runs on a server of its own")
	}
	files, err := corpus(corpusDir)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	bin, err := e2e.Build(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	v, err := serve(t.Context(), bin, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Stop)
	var total score
	var lock sync.Mutex
	t.Run("files", func(t *testing.T) {
		for _, file := range files {
			t.Run(file[0].file, func(t *testing.T) {
				t.Parallel()
				one := replay(t, v.DSN("require"), file)
				lock.Lock()
				total.merge(&one)
				lock.Unlock()
			})
		}
	})
	t.Log(&total, "\n"+strings.Join(total.refusals(), "\n"))
	if total.total < 1000 || total.verdicts[refused] > mayBeRefused {
		t.Errorf("more than %d statements of the corpus are refused: %s", mayBeRefused, &total)
	}
}

func replay(t *testing.T, dsn string, file []statement) (total score) {
	records, err := readRecords(recordPath(filepath.Join(corpusDir, file[0].file)))
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != len(file) {
		t.Fatalf("%s: %d statements, %d answers: run `go run ./internal/judge -record`", file[0].file, len(file), len(records))
	}
	s := &session{dsn: dsn}
	defer s.close()
	for i := range file {
		q, want := &file[i], &records[i]
		if want.sql != q.sql {
			t.Fatalf("%s:%d: the answer is of another statement: run `go run ./internal/judge -record`", q.file, q.line)
		}
		got, err := textOn(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		v, note := compare(q.sql, &want.answer, got, false)
		total.add(v, note)
		if v == different || v == worded {
			t.Errorf("%s:%d: %s: %s\n-- waggle --\n%s\n-- postgresql --\n%s", q.file, q.line, q.sql, note, got, &want.answer)
		}
	}
	return total
}
