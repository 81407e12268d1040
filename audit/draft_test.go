package audit

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// TestDraft: a drafted statement is nothing until it is done, and then one whole entry.
func TestDraft(t *testing.T) {
	opt := testOptions(t)
	l := openLog(t, opt)
	ctx, ana := context.Background(), session("acme", "ana", identity.Viewer)
	d, err := l.Draft(ctx, statement(ana, "SELECT $1", "1"))
	if err != nil {
		t.Fatal(explain(err))
	}
	if got := collect(t, l, ana, Filter{}); len(got) != 0 {
		t.Fatalf("a draft is recorded: %+v", got)
	}
	if err := l.Done(ctx, d, End{Rows: 1, Bytes: 11, SQLState: "00000", Outcome: OK}); err != nil {
		t.Fatal(explain(err))
	}
	got := collect(t, l, ana, Filter{})
	if len(got) != 1 || got[0].Statement != "SELECT $1" || got[0].Rows != 1 || got[0].Outcome != OK || got[0].Kind != kindQuery || len(got[0].sealed) == 0 {
		t.Fatalf("%+v", got)
	}
	if eve := collect(t, l, session("acme", "eve", identity.Viewer), Filter{}); len(eve) != 0 {
		t.Errorf("another person sees %+v", eve)
	}
	late, err := l.Draft(ctx, statement(ana, "SELECT late"))
	if err != nil {
		t.Fatal(explain(err))
	}
	closeLog(t, l)
	if err := l.Done(ctx, late, End{}); pgerr.Code(err) != pgerr.AdminShutdown {
		t.Errorf("after the log's end: %v", err)
	}
	if r := mustVerify(t, opt); r.Statements != 1 || r.Open != 0 || r.Aborted != 0 {
		t.Fatalf("%+v", r)
	}
}

// TestDraftOnAFailingDisk: what was drafted before is kept and written later; nothing new is drafted meanwhile.
func TestDraftOnAFailingDisk(t *testing.T) {
	disk := &faulty{syncs: map[string]int{}}
	opt := testOptions(t)
	opt.create = disk.create
	l := openLog(t, opt)
	ctx, ana := context.Background(), session("acme", "ana", identity.Viewer)
	d, err := l.Draft(ctx, statement(ana, "SELECT kept"))
	if err != nil {
		t.Fatal(explain(err))
	}
	disk.set(syscall.EIO, nil)
	if _, err := l.Begin(ctx, statement(ana, "SELECT refused")); pgerr.Code(err) != pgerr.IOError {
		t.Fatal(explain(err))
	}
	if _, err := l.Draft(ctx, statement(ana, "SELECT refused")); pgerr.Code(err) != pgerr.IOError {
		t.Fatal(explain(err))
	}
	if err := l.Done(ctx, d, End{Outcome: OK}); err != nil {
		t.Fatal(explain(err))
	}
	disk.set(nil, nil)
	for l.Ready() != nil {
		time.Sleep(10 * time.Millisecond)
	}
	closeLog(t, l)
	if r := mustVerify(t, opt); r.Statements != 1 || r.Open != 0 {
		t.Fatalf("%+v", r)
	}
}
