package vault

import (
	"testing"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// TestOnPostgreSQL runs every statement of the vault on the other kind of store.
func TestOnPostgreSQL(t *testing.T) {
	w := newWorldOnPostgreSQL(t)
	ctx := t.Context()
	c := w.vault.Connections()
	w.connect(w.bob, "crm")
	w.clock.add(2 * hour)
	if got := w.token(w.bob, "crm"); got.Generation != 2 || !w.live(got) {
		t.Fatal(got.Generation)
	}
	if err := c.Enable(ctx, w.ada, "gong", Sentence("gong")); err != nil {
		t.Fatal(err)
	}
	w.connect(w.ada, "gong")
	w.token(w.bob, "gong")
	w.clock.add(hour)
	if err := w.vault.sweep(ctx); err != nil || w.token(w.bob, "crm").Generation != 3 {
		t.Fatal(err)
	}
	w.as.RevokePerson("bob@acme.example", "crm")
	w.clock.add(hour)
	_, err := w.vault.Tokens().Token(ctx, w.bob, "crm")
	wantReconnect(t, err, "crm")
	if err := c.Disconnect(ctx, w.bob, "crm"); err != nil {
		t.Fatal(err)
	}
	w.connect(w.bob, "crm")
	if n, err := w.vault.Revoke(ctx, w.bob.Org, "", "root"); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	if err := c.Disable(ctx, w.ada, "gong"); err != nil {
		t.Fatal(err)
	}
	w.connect(w.bob, "crm")
	w.restart()
	if !w.live(w.token(w.bob, "crm")) {
		t.Fatal("lost by a restart")
	}
	next := testMaster(t, "2")
	both, err := OpenKeyring(ctx, Keys{Store: w.db, Active: next, Retired: []Master{w.master}})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := both.Rotate(ctx); err != nil || n == 0 {
		t.Fatal(n, err)
	}
	_, err = c.Begin(ctx, w.bob, "b", "gong")
	wantCode(t, err, pgerr.InsufficientPrivilege)
}
