package audit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// writeForever is the child of TestKill: it prints each statement's id once its Begin is durable.
func writeForever(dir string) {
	key, err := LoadKey(os.Getenv("WAGGLE_AUDIT_TEST_KEY"))
	if err != nil {
		panic(err)
	}
	l, err := Open(Options{Directory: dir, Key: key, Sealer: &xorSealer{}, SegmentBytes: 50_000})
	if err != nil {
		panic(err)
	}
	for w := range 8 {
		go func() {
			s := session("acme", fmt.Sprintf("p%d", w), identity.Viewer)
			for i := 0; ; i++ {
				id, err := l.Begin(context.Background(), statement(s, "SELECT $1", "x"))
				if err != nil {
					panic(err)
				}
				fmt.Println(id)
				if i%3 != 0 {
					_ = l.End(id, End{Outcome: OK})
				}
			}
		}()
	}
	select {}
}

func TestKill(t *testing.T) {
	dir := t.TempDir()
	keyPath := filepath.Join(dir, "key")
	key, err := CreateKey(keyPath, "waggle.test/audit")
	if err != nil {
		t.Fatal(err)
	}
	opt := Options{Directory: filepath.Join(dir, "audit"), Key: key, Sealer: &xorSealer{}}
	told := map[ID]bool{}
	for round := range 4 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "WAGGLE_AUDIT_TEST_DIR="+opt.Directory, "WAGGLE_AUDIT_TEST_KEY="+keyPath)
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Duration(150+100*round)*time.Millisecond, func() { _ = cmd.Process.Kill() })
		for in := bufio.NewScanner(out); in.Scan(); {
			if len(in.Text()) == 36 {
				told[ID(in.Text())] = true
			}
		}
		_ = cmd.Wait() // killed
		mustVerify(t, opt)
		if round%2 == 0 {
			tear(t, opt.Directory)
			mustVerify(t, opt)
		}
	}
	l := openLog(t, opt)
	defer l.Close()
	seen := map[ID]bool{}
	for e, err := range l.Entries(context.Background(), session("acme", "root", identity.Admin), Filter{}) {
		if err != nil {
			t.Fatal(explain(err))
		}
		seen[e.QueryID] = e.Outcome != Running
	}
	for id := range told {
		if !seen[id] {
			t.Fatalf("statement %s was told durable and is missing or open", id)
		}
	}
	closeLog(t, l)
	r := mustVerify(t, opt)
	if len(told) < 20 || r.Aborted == 0 || r.Open != 0 || r.CutBytes == 0 {
		t.Fatalf("%d told, %+v", len(told), r)
	}
}

// tear leaves half a record at the end, as a write that never finished does.
func tear(t *testing.T, dir string) {
	t.Helper()
	list, err := listSegments(dir)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(list[len(list)-1].path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	half := appendFrame(nil, &frame{class: 'b', clear: make([]byte, 500)})[:300]
	if _, err := f.Write(half); errors.Join(err, f.Close()) != nil {
		t.Fatal(err)
	}
}

// faulty is a disk that can be made to fail.
type faulty struct {
	mu    sync.Mutex
	write error
	sync  error
	stall chan struct{}
	syncs map[string]int // after a failed one, by file
}

type faultyFile struct {
	segmentFile
	disk   *faulty
	path   string
	failed bool
}

func (d *faulty) set(write, sync error) {
	d.mu.Lock()
	d.write, d.sync = write, sync
	d.mu.Unlock()
}

func (d *faulty) create(path string) (segmentFile, error) {
	f, err := createSegment(path)
	if err != nil {
		return nil, err
	}
	return &faultyFile{segmentFile: f, disk: d, path: path}, nil
}

func (f *faultyFile) Write(p []byte) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.write != nil {
		n, _ := f.segmentFile.Write(p[:len(p)/2])
		return n, f.disk.write
	}
	return f.segmentFile.Write(p)
}

func (f *faultyFile) Sync() error {
	f.disk.mu.Lock()
	err, stall := f.disk.sync, f.disk.stall
	if f.failed {
		f.disk.syncs[f.path]++
	}
	f.failed = f.failed || err != nil
	f.disk.mu.Unlock()
	if stall != nil {
		<-stall
	}
	if err != nil {
		return err
	}
	return f.segmentFile.Sync()
}

func TestDiskFailureRefusesAndRecovers(t *testing.T) {
	for name, c := range map[string]struct {
		write, sync error
		code        string
	}{
		"fsync": {nil, syscall.EIO, pgerr.IOError},
		"full":  {syscall.ENOSPC, nil, pgerr.DiskFull},
	} {
		t.Run(name, func(t *testing.T) {
			disk := &faulty{syncs: map[string]int{}}
			opt := testOptions(t)
			opt.create = disk.create
			l := openLog(t, opt)
			ctx, ana := context.Background(), session("acme", "ana", identity.Viewer)
			kept, err := l.Begin(ctx, statement(ana, "SELECT kept"))
			if err != nil {
				t.Fatal(explain(err))
			}
			disk.set(c.write, c.sync)
			start := time.Now()
			if _, err := l.Begin(ctx, statement(ana, "SELECT refused")); pgerr.Code(err) != c.code || time.Since(start) > 2*patience {
				t.Fatalf("%s after %s", explain(err), time.Since(start))
			}
			if _, err := l.BeginLater(ctx, statement(ana, "SELECT refused")); pgerr.Code(err) != c.code {
				t.Fatal(explain(err))
			}
			if err := l.Access(ctx, kept, Access{}); pgerr.Code(err) != c.code {
				t.Fatal(explain(err))
			}
			if err := l.End(kept, End{Outcome: Failed}); err != nil {
				t.Fatal(explain(err))
			}
			time.Sleep(2 * probeEvery)
			disk.set(nil, nil)
			for l.Ready() != nil {
				time.Sleep(10 * time.Millisecond)
			}
			run(t, l, ana, "SELECT again")
			closeLog(t, l)
			r := mustVerify(t, opt)
			if r.Statements != 2 || r.Aborted != 0 || r.Open != 0 {
				t.Fatalf("%+v", r)
			}
			if len(disk.syncs) != 0 {
				t.Fatalf("a descriptor was used again after its fsync failed: %v", disk.syncs)
			}
		})
	}
}

func TestOneFailedSyncIsNotSeen(t *testing.T) {
	disk := &faulty{syncs: map[string]int{}}
	opt := testOptions(t)
	opt.create = func(path string) (segmentFile, error) {
		disk.set(nil, nil) // a new segment works
		return disk.create(path)
	}
	l := openLog(t, opt)
	ana := session("acme", "ana", identity.Viewer)
	for range 3 {
		run(t, l, ana, "SELECT 1")
		disk.set(nil, syscall.EIO)
		run(t, l, ana, "SELECT 2")
	}
	closeLog(t, l)
	if r := mustVerify(t, opt); r.Statements != 6 || r.Segments < 4 {
		t.Fatalf("%+v", r)
	}
}

func TestStalledDiskRefusesWithinPatience(t *testing.T) {
	disk := &faulty{syncs: map[string]int{}}
	opt := testOptions(t)
	opt.create = disk.create
	l := openLog(t, opt)
	disk.mu.Lock()
	disk.stall = make(chan struct{})
	disk.mu.Unlock()
	ctx, ana := context.Background(), session("acme", "ana", identity.Viewer)
	start := time.Now()
	_, err := l.Begin(ctx, statement(ana, "SELECT 1"))
	if took := time.Since(start); pgerr.Code(err) != pgerr.IOError || took > 2*patience {
		t.Fatalf("%s after %s", explain(err), took)
	}
	start = time.Now()
	if _, err := l.Begin(ctx, statement(ana, "SELECT 1")); pgerr.Code(err) != pgerr.IOError || time.Since(start) > patience*3/4 {
		t.Fatalf("the second caller: %s after %s", explain(err), time.Since(start))
	}
	disk.mu.Lock()
	close(disk.stall)
	disk.stall = nil
	disk.mu.Unlock()
	for l.Ready() != nil {
		time.Sleep(10 * time.Millisecond)
	}
	run(t, l, ana, "SELECT 2")
	for _, e := range collect(t, l, ana, Filter{}) {
		if e.Statement == "SELECT 1" && e.Outcome != Aborted {
			t.Fatalf("the refused statement is %s", e.Outcome)
		}
	}
	closeLog(t, l)
	if r := mustVerify(t, opt); r.Open != 0 || r.Aborted != 1 {
		t.Fatalf("the refused statement must have ended as aborted: %+v", r)
	}
}

func TestUnsignedLogRefuses(t *testing.T) {
	opt := testOptions(t)
	l := openLog(t, opt)
	ana := session("acme", "ana", identity.Viewer)
	obstacle := filepath.Join(opt.Directory, lastName+".new")
	if err := os.Mkdir(obstacle, 0o700); err != nil {
		t.Fatal(err)
	}
	run(t, l, ana, "SELECT 1")
	for deadline := time.Now().Add(5 * time.Second); l.Ready() == nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("records are accepted that nobody signs")
		}
	}
	if _, err := l.Begin(context.Background(), statement(ana, "SELECT 2")); pgerr.Code(err) != pgerr.IOError {
		t.Fatal(explain(err))
	}
	if err := os.Remove(obstacle); err != nil {
		t.Fatal(err)
	}
	for l.Ready() != nil {
		time.Sleep(10 * time.Millisecond)
	}
	run(t, l, ana, "SELECT 3")
	closeLog(t, l)
	if r := mustVerify(t, opt); r.Statements != 2 || r.Signed != r.Records {
		t.Fatalf("%+v", r)
	}
}
