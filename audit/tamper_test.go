package audit

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// tamperer holds a sound log in memory, by file name, and restores what a case spoils.
type tamperer struct {
	opt     Options
	files   map[string][]byte
	half    map[string][]byte // the same log when it was half as long
	halfLen int64
	dirty   map[string]bool
}

// newTamperer writes a log of some 2,000 records in several segments.
func newTamperer(t *testing.T) *tamperer {
	x := &tamperer{opt: testOptions(t), dirty: map[string]bool{}}
	x.opt.SegmentBytes = 100_000
	for round := range 2 {
		l := openLog(t, x.opt)
		for i := range 333 {
			run(t, l, session("acme", fmt.Sprintf("p%d", i%7), identity.Viewer), "SELECT $1", fmt.Sprint(i))
			if i%100 == 0 {
				l.notary.attempt()
			}
		}
		closeLog(t, l)
		if round == 0 {
			x.half, x.halfLen = x.read(t), mustVerify(t, x.opt).Records
		}
	}
	x.files = x.read(t)
	return x
}

func (x *tamperer) read(t *testing.T) map[string][]byte {
	files := map[string][]byte{}
	names, _ := filepath.Glob(filepath.Join(x.opt.Directory, "*"))
	for _, n := range names {
		text, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(n) != lockName {
			files[filepath.Base(n)] = text
		}
	}
	return files
}

// put writes a file; nil removes it.
func (x *tamperer) put(t *testing.T, name string, text []byte) {
	x.dirty[name] = true
	path := filepath.Join(x.opt.Directory, name)
	var err error
	if text == nil {
		err = os.Remove(path)
	} else {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (x *tamperer) restore(t *testing.T) {
	for name := range x.dirty {
		if text, ok := x.files[name]; ok {
			x.put(t, name, text)
		}
	}
	clear(x.dirty)
}

// detected fails unless verify sees it, and at the record that is meant; -1 when there is none.
func (x *tamperer) detected(t *testing.T, what string, record int64) {
	t.Helper()
	r, err := VerifyDir(x.opt.Directory, x.opt.Key.Public())
	if pgerr.Code(err) != pgerr.DataCorrupted || len(r.Problems) == 0 {
		t.Errorf("%s: not detected: %s", what, explain(err))
	} else if record >= 0 && !slices.ContainsFunc(r.Problems, func(p Problem) bool {
		return p.Index == record || p.Index <= record && record < p.Until
	}) {
		t.Errorf("%s: record %d is not named: %+v", what, record, r.Problems)
	}
	x.restore(t)
}

func (x *tamperer) segments() (names []string) {
	for n := range x.files {
		if strings.HasSuffix(n, segSuffix) {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return names
}

// span is where a record lies in its segment.
type span struct {
	name       string
	seq        int64
	start, end int
}

func (x *tamperer) spans() (list []span) {
	for _, name := range x.segments() {
		text := x.files[name]
		for at := 0; at < len(text); {
			n := frameHeader + int(binary.LittleEndian.Uint32(text[at+12:])) + int(binary.LittleEndian.Uint32(text[at+16:]))
			list = append(list, span{name, int64(len(list)), at, at + n})
			at += n
		}
	}
	return list
}

func TestTamperingIsDetected(t *testing.T) {
	x := newTamperer(t)
	spans := x.spans()
	if r := mustVerify(t, x.opt); r.Records < 2000 || int64(len(spans)) != r.Records || len(x.segments()) < 5 || r.Checkpoints < 6 {
		t.Fatalf("%+v", r)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func() span { return spans[rng.IntN(len(spans))] }
	t.Run("flip", func(t *testing.T) { x.flips(t, rng, pick) })
	t.Run("records", func(t *testing.T) { x.records(t, rng, pick) })
	t.Run("forge", func(t *testing.T) { x.forgeries(t, rng, pick) })
	t.Run("truncate", func(t *testing.T) { x.truncations(t, rng) })
	t.Run("rollback", x.rollbacks)
	mustVerify(t, x.opt)
}

// flips turns each bit of a header, and random bits of payloads and of the other files.
func (x *tamperer) flips(t *testing.T, rng *rand.Rand, pick func() span) {
	flip := func(name string, at int, bit int, record int64) {
		text := bytes.Clone(x.files[name])
		text[at] ^= 1 << bit
		x.put(t, name, text)
		x.detected(t, fmt.Sprintf("bit %d of byte %d in %s", bit, at, name), record)
	}
	last := x.spans()[len(x.spans())-1]
	for at := range frameHeader {
		s := pick()
		flip(s.name, s.start+at, rng.IntN(8), s.seq)
		flip(last.name, last.start+at, rng.IntN(8), last.seq)
	}
	for range 90 {
		s := pick()
		flip(s.name, s.start+frameHeader+rng.IntN(s.end-s.start-frameHeader), rng.IntN(8), s.seq)
	}
	for _, name := range []string{hashName, listName} {
		for range 40 {
			flip(name, rng.IntN(len(x.files[name])), rng.IntN(8), -1)
		}
	}
	for at := 0; at < len(x.files[lastName]); at += 2 {
		flip(lastName, at, rng.IntN(8), -1)
	}
	end := len(x.files[listName]) - 1
	flip(listName, end, 0, -1)
}

// records drops, doubles and swaps whole records.
func (x *tamperer) records(t *testing.T, rng *rand.Rand, pick func() span) {
	for range 25 {
		s := pick()
		text := x.files[s.name]
		x.put(t, s.name, slices.Concat(text[:s.start], text[s.end:]))
		x.detected(t, fmt.Sprintf("record %d dropped", s.seq), s.seq)
		x.put(t, s.name, slices.Concat(text[:s.end], text[s.start:]))
		x.detected(t, fmt.Sprintf("record %d doubled", s.seq), s.seq+1)
		if s.end < len(text) {
			n := frameHeader + int(binary.LittleEndian.Uint32(text[s.end+12:])) + int(binary.LittleEndian.Uint32(text[s.end+16:]))
			x.put(t, s.name, slices.Concat(text[:s.start], text[s.end:s.end+n], text[s.start:s.end], text[s.end+n:]))
			x.detected(t, fmt.Sprintf("record %d swapped with its successor", s.seq), s.seq)
		}
	}
	names := x.segments()
	for i := range len(names) - 1 {
		x.put(t, names[i], x.files[names[i+1]])
		x.put(t, names[i+1], x.files[names[i]])
		x.detected(t, "segments swapped", -1)
		x.put(t, names[i], nil)
		x.detected(t, "a segment removed", -1)
	}
}

// forgeries mend the checksums, then also the stored hashes: only the checkpoints are left to contradict.
func (x *tamperer) forgeries(t *testing.T, rng *rand.Rand, pick func() span) {
	for range 20 {
		s := pick()
		text := bytes.Clone(x.files[s.name])
		rec := text[s.start:s.end]
		at := bytes.Index(rec, []byte(`"time":"20`)) + len(`"time":"20`)
		rec[at] ^= 1
		binary.LittleEndian.PutUint32(rec[20:], crc32.Checksum(rec[frameHeader:], castagnoli))
		binary.LittleEndian.PutUint32(rec[24:], crc32.Checksum(rec[:24], castagnoli))
		x.put(t, s.name, text)
		x.detected(t, fmt.Sprintf("record %d forged", s.seq), s.seq)
		x.put(t, s.name, text)
		x.put(t, hashName, x.rehash(t))
		x.detected(t, fmt.Sprintf("record %d forged with its hashes", s.seq), s.seq)
	}
	// Records taken off the end together with their hashes.
	last := x.spans()[len(x.spans())-2]
	x.put(t, last.name, x.files[last.name][:last.start])
	x.put(t, hashName, x.rehash(t))
	x.detected(t, "the end removed with its hashes", last.seq)
}

// rehash computes the stored hashes of the segments as they now lie in the directory.
func (x *tamperer) rehash(t *testing.T) (out []byte) {
	tree := newTree()
	for _, name := range x.segments() {
		in, err := openFrames(filepath.Join(x.opt.Directory, name))
		if err != nil {
			t.Fatal(err)
		}
		for {
			f, err := in.next()
			if err != nil {
				break
			}
			hashes, err := tree.add(leafHash(f.clear, f.sealed))
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range hashes {
				out = append(out, h[:]...)
			}
		}
		in.close()
	}
	if int64(len(out)) != tlog.StoredHashCount(tree.size)*tlog.HashSize {
		t.Fatal("hashes are missing")
	}
	return out
}

func (x *tamperer) truncations(t *testing.T, rng *rand.Rand) {
	for name, text := range x.files {
		for range 12 {
			x.put(t, name, text[:rng.IntN(len(text))])
			if name == listName {
				x.cutList(t, text)
				continue
			}
			x.detected(t, name+" truncated", -1)
		}
		if name != listName {
			x.put(t, name, []byte{})
			x.detected(t, name+" emptied", -1)
		}
		x.put(t, name, slices.Concat(text, []byte("x")))
		if name == x.segments()[len(x.segments())-1] {
			// One byte is what a writer leaves that died; it is no record.
			if r := mustVerify(t, x.opt); r.TornBytes != 1 {
				t.Errorf("%+v", r)
			}
			x.restore(t)
			continue
		}
		x.detected(t, name+" lengthened", -1)
	}
}

// cutList is for a list cut inside a checkpoint; whole ones off its end are what a crash leaves, and the last checkpoint,
// which is kept apart, still signs every record.
func (x *tamperer) cutList(t *testing.T, text []byte) {
	now, err := os.ReadFile(filepath.Join(x.opt.Directory, listName))
	if err != nil {
		t.Fatal(err)
	}
	if _, rest := splitCheckpoints(now); len(rest) > 0 {
		x.detected(t, listName+" truncated", -1)
		return
	}
	x.restore(t)
}

// rollbacks set some of the files back to an earlier, sound state.
func (x *tamperer) rollbacks(t *testing.T) {
	segments := func() {
		for name := range x.files {
			if strings.HasSuffix(name, segSuffix) {
				x.put(t, name, x.half[name])
			}
		}
	}
	segments()
	x.detected(t, "segments rolled back", x.halfLen)
	segments()
	x.put(t, hashName, x.half[hashName])
	x.detected(t, "segments and hashes rolled back", x.halfLen)
	segments()
	x.put(t, hashName, x.half[hashName])
	x.put(t, listName, x.half[listName])
	x.detected(t, "all but the last checkpoint rolled back", x.halfLen)
	segments()
	x.put(t, hashName, x.half[hashName])
	x.put(t, lastName, x.half[lastName])
	x.detected(t, "all but the list rolled back", x.halfLen)
	x.put(t, lastName, x.half[lastName])
	x.detected(t, "the last checkpoint rolled back", -1)

	// All of it: sound in itself, and only somebody who kept a later checkpoint can tell.
	segments()
	for _, name := range []string{hashName, lastName, listName} {
		x.put(t, name, x.half[name])
	}
	mustVerify(t, x.opt)
	if _, err := VerifyDir(x.opt.Directory, x.opt.Key.Public(), x.files[lastName]); pgerr.Code(err) != pgerr.DataCorrupted {
		t.Errorf("a later checkpoint must contradict: %s", explain(err))
	}
	x.restore(t)
	if _, err := VerifyDir(x.opt.Directory, x.opt.Key.Public(), x.half[lastName]); err != nil {
		t.Errorf("an earlier checkpoint must agree: %s", explain(err))
	}
	if _, err := VerifyDir(x.opt.Directory, testKey(t).Public()); pgerr.Code(err) != pgerr.DataCorrupted {
		t.Errorf("another key must not verify: %s", explain(err))
	}
}

func writeFile(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
