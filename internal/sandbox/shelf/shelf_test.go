package shelf

import (
	"bytes"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestChunksHaveTheirTime(t *testing.T) {
	dir, now := t.TempDir(), time.Unix(1_800_000_000, 0)
	s, err := New(dir, time.Minute, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	b := s.Begin()
	for range 3 {
		if err := b.Add(Chunk{Owner: "ada", Rows: 5}, bytes.Repeat([]byte("x"), 3<<20)); err != nil {
			t.Fatal(err)
		}
	}
	keys := b.Chunks()
	if s.Find(keys[0].Key) != nil {
		t.Error("a chunk is there before its result is whole")
	}
	b.Finish()
	if b.Bytes() != 9<<20 || keys[0].Key == keys[1].Key || s.Owner(keys[0].Key) != "ada" || s.Owner("guessed") != "" || s.Find("guessed") != nil {
		t.Errorf("%d bytes", b.Bytes())
	}
	if keys[1].file != "" || keys[2].file == "" {
		t.Error("what is beyond the limit is not in a file, or more than that")
	}
	for _, c := range keys {
		if data, err := s.Find(c.Key).Data(); err != nil || len(data) != 3<<20 || !s.Expiry(c).Equal(now.Add(time.Minute)) {
			t.Errorf("%d bytes until %s (%v)", len(data), s.Expiry(c), err)
		}
	}
	s.Keep(keys[:1])
	now = now.Add(time.Hour)
	if s.Find(keys[0].Key) == nil || s.Find(keys[1].Key) != nil {
		t.Error("the wrong chunks are beyond their time")
	}
	if left(t, s.dir) != 1 {
		t.Error("the file is gone too early")
	}
	s.Begin().Finish()
	if left(t, s.dir) != 0 {
		t.Error("the file outlives its chunk")
	}
	if s.Expire(); s.Find(keys[0].Key) != nil {
		t.Error("a chunk outlives the end of all")
	}
	s.Close()
	if left(t, dir) != 0 {
		t.Error("something is left behind")
	}
}

func TestAResultThatFailed(t *testing.T) {
	s, err := New(t.TempDir(), time.Minute, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	b := s.Begin()
	if err := b.Add(Chunk{}, make([]byte, 9<<20)); err != nil || left(t, s.dir) != 1 {
		t.Fatal(err)
	}
	if b.Drop(); left(t, s.dir) != 0 {
		t.Error("its file is left")
	}
	if _, err := New("/nosuch/dir", time.Minute, time.Now); err == nil {
		t.Error("a directory that cannot be made")
	}
}

func left(t *testing.T, dir string) int {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}
