package vault

import (
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/store"
)

func contains(text, part string) bool { return strings.Contains(text, part) }

// TestSealedValuesDoNotMove tries a value in every place that differs in one thing.
func TestSealedValuesDoNotMove(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	home := slot{keyOwner{w.bob.Org, w.bob.Person, "token"}, "crm", 7}
	sealed, err := w.keys.seal(ctx, home, []byte("value"))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := w.keys.unseal(ctx, home, sealed); err != nil || string(text) != "value" {
		t.Fatal(string(text), err)
	}
	places := map[string]slot{}
	move := func(name string, change func(*slot)) {
		s := home
		change(&s)
		places[name] = s
	}
	move("organisation", func(s *slot) { s.org = "other" })
	move("person", func(s *slot) { s.person = w.ada.Person })
	move("nobody", func(s *slot) { s.person = "" })
	move("purpose", func(s *slot) { s.purpose = "oauth" })
	move("source", func(s *slot) { s.place = "cal" })
	move("older generation", func(s *slot) { s.generation = 6 })
	move("newer generation", func(s *slot) { s.generation = 8 })
	for name, s := range places {
		if _, err := w.keys.unseal(ctx, s, sealed); pgerr.Code(err) != pgerr.DataCorrupted {
			t.Errorf("%s: %v", name, err)
		}
	}
	// the key id in the header is bound too: under another person's key the value does not open
	other, err := w.keys.seal(ctx, places["person"], []byte("value"))
	if err != nil {
		t.Fatal(err)
	}
	swapped := append(append([]byte{}, other[:sealHeader]...), sealed[sealHeader:]...)
	for name, s := range map[string]slot{"as bob": home, "as ada": places["person"]} {
		if _, err := w.keys.unseal(ctx, s, swapped); pgerr.Code(err) != pgerr.DataCorrupted {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range sealed {
		broken := append([]byte{}, sealed...)
		broken[i] ^= 0x40
		if _, err := w.keys.unseal(ctx, home, broken); pgerr.Code(err) != pgerr.DataCorrupted {
			t.Errorf("byte %d flipped: %v", i, err)
		}
		if _, err := w.keys.unseal(ctx, home, sealed[:i]); pgerr.Code(err) != pgerr.DataCorrupted {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
}

func TestSealer(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	audit, mfa := w.keys.MonthlySealer("audit"), w.keys.Sealer("mfa")
	id, sealed, err := audit.Seal(ctx, w.bob.Org, w.bob.Person, []byte("SELECT 'x'"))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := audit.Unseal(ctx, w.bob.Org, id, sealed); err != nil || string(text) != "SELECT 'x'" {
		t.Fatal(string(text), err)
	}
	w.clock.add(31 * 24 * hour)
	later, _, err := audit.Seal(ctx, w.bob.Org, w.bob.Person, nil)
	if err != nil || later == id {
		t.Fatal("another month has another key", err)
	}
	if _, err := audit.Unseal(ctx, w.bob.Org, id, sealed); err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]func() error{
		"other organisation": func() error { _, err := audit.Unseal(ctx, "other", id, sealed); return err },
		"other purpose":      func() error { _, err := mfa.Unseal(ctx, w.bob.Org, id, sealed); return err },
		"other key":          func() error { _, err := audit.Unseal(ctx, w.bob.Org, later, sealed); return err },
		"no key":             func() error { _, err := audit.Unseal(ctx, w.bob.Org, "", sealed); return err },
		"short":              func() error { _, err := audit.Unseal(ctx, w.bob.Org, id, sealed[:1]); return err },
	} {
		if err := f(); pgerr.Code(err) != pgerr.DataCorrupted {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRotation(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.connect(w.bob, "crm")
	id, sealed, err := w.keys.Sealer("mfa").Seal(ctx, w.ada.Org, w.ada.Person, []byte("kept"))
	if err != nil {
		t.Fatal(err)
	}
	old, next := w.master, testMaster(t, "2")
	if _, err := OpenKeyring(ctx, Keys{Store: w.db, Active: next}); err == nil || !contains(err.Error(), "not the one that this store was sealed with") {
		t.Fatal(err)
	}
	both, err := OpenKeyring(ctx, Keys{Store: w.db, Active: next, Retired: []Master{old}, Now: w.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := both.Sealer("mfa").Unseal(ctx, w.ada.Org, id, sealed); err != nil || string(text) != "kept" {
		t.Fatal(err)
	}
	n, err := both.Rotate(ctx)
	if err != nil || n != 3 { // bob's token and flow keys, ada's one
		t.Fatal(n, err)
	}
	if n, err := both.Rotate(ctx); err != nil || n != 0 {
		t.Fatal(n, err)
	}
	left, _, err := store.One(ctx, w.db, store.Number, "SELECT count(*) FROM dek WHERE kek_id <> ?", next.ID())
	if err != nil || left != 0 {
		t.Fatal(left, err)
	}
	alone, err := OpenKeyring(ctx, Keys{Store: w.db, Active: next, Now: w.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := alone.Sealer("mfa").Unseal(ctx, w.ada.Org, id, sealed); err != nil || string(text) != "kept" {
		t.Fatal(err)
	}
	w.master = next
	w.restart()
	if !w.live(w.token(w.bob, "crm")) {
		t.Fatal("tokens outlive the rotation")
	}
}

func TestRevokeDestroysKeys(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.connect(w.bob, "crm")
	w.connect(w.ada, "crm")
	before := w.token(w.bob, "crm")
	row, err := w.vault.load(ctx, connKey{w.bob.Org, w.bob.Person, "crm"})
	if err != nil {
		t.Fatal(err)
	}
	n, err := w.vault.Revoke(ctx, w.bob.Org, w.bob.Person, "root")
	if err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if w.live(before) {
		t.Fatal("the source was not told")
	}
	if _, err := w.vault.openTokens(ctx, row); pgerr.Code(err) != pgerr.DataCorrupted {
		t.Fatalf("a copy of the row opens: %v", err)
	}
	_, err = w.vault.Tokens().Token(ctx, w.bob, "crm")
	wantCode(t, err, pgerr.InvalidAuthorization)
	if !w.live(w.token(w.ada, "crm")) {
		t.Fatal("ada is not concerned")
	}
	w.connect(w.bob, "crm")
	if !w.live(w.token(w.bob, "crm")) {
		t.Fatal("he can connect again")
	}
}
