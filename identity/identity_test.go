package identity

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/internal/store"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// diary is a journal in memory that can be told to fail.
type diary struct {
	mu   sync.Mutex
	acts []Act
	fail error
}

func (d *diary) Record(_ context.Context, a Act) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		return d.fail
	}
	d.acts = append(d.acts, a)
	return nil
}

func (d *diary) last() Act {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.acts[len(d.acts)-1]
}

// openSealer keeps nothing secret: the vault's own tests prove sealing.
type openSealer struct{}

func (openSealer) Seal(_ context.Context, _ OrgID, p PersonID, text []byte) (string, []byte, error) {
	return string(p), text, nil
}

func (openSealer) Unseal(_ context.Context, _ OrgID, _ string, sealed []byte) ([]byte, error) {
	return sealed, nil
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

type world struct {
	dir   *Directory
	diary *diary
	clock *clock
	db    *store.DB
	reg   *Registry
	acme  OrgID
	globe OrgID
	bob   PersonID
}

const bobsPassword = "correct horse"

// newWorld has the organisations acme and globe; bob and the admin ada in acme, carol in globe, sam in both.
func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOn(t, "sqlite:"+filepath.Join(t.TempDir(), "waggle.db"))
}

func newWorldOn(t *testing.T, url string) *world {
	t.Helper()
	db, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	w := &world{diary: &diary{}, clock: &clock{at: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}, db: db}
	w.dir, err = Open(t.Context(), Config{Store: db, Journal: w.diary, Sealer: openSealer{}, Now: w.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	w.reg = w.dir.AsOperator("root")
	w.acme, w.globe = w.org(t, "acme"), w.org(t, "globe")
	w.bob = w.person(t, w.acme, "bob", Viewer)
	w.person(t, w.acme, "ada", Admin)
	w.person(t, w.globe, "carol", Editor)
	w.person(t, w.acme, "sam", Viewer)
	w.person(t, w.globe, "sam", Viewer)
	if err := w.reg.SetPassword(t.Context(), w.bob, secret.New(bobsPassword), true); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) org(t *testing.T, name string) OrgID {
	t.Helper()
	id, err := w.reg.CreateOrg(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (w *world) person(t *testing.T, org OrgID, login string, role Role) PersonID {
	t.Helper()
	id, err := w.reg.CreatePerson(t.Context(), Person{Org: org, Login: login, Email: login + "@" + string(org) + ".example", Role: role})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (w *world) token(t *testing.T, id PersonID, lifetime time.Duration) (AccessToken, secret.Text) {
	t.Helper()
	info, text, err := w.reg.MintToken(t.Context(), id, "laptop", lifetime)
	if err != nil {
		t.Fatal(err)
	}
	return info, text
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if pgerr.Code(err) != code {
		t.Fatalf("%s: %v; want %s", pgerr.Code(err), err, code)
	}
}

func TestAccessTokenForm(t *testing.T) {
	id, token := newToken()
	text := token.Reveal()
	if !LooksLikeToken(text) || LooksLikeToken(text+"0") || LooksLikeToken("waggle_pat_x") || LooksLikeToken("") || len(id) != 12 {
		t.Fatal(text)
	}
	flipped := []byte(text)
	flipped[20] ^= 1
	if LooksLikeToken(string(flipped)) {
		t.Fatal("a wrong check sum must not pass")
	}
	if got := base62(make([]byte, 32)); len(got) != 43 {
		t.Fatal(got)
	}
}

func TestRoles(t *testing.T) {
	everybody := []Action{Query, ConnectOwn, MintOwnToken, SeeOwnAudit}
	admins := []Action{SeeAllAudit, DefineSource, EnableOrgSource, Administer}
	for _, a := range everybody {
		if !May(Viewer, a) || !May(Editor, a) || !May(Admin, a) {
			t.Error(a)
		}
	}
	for _, a := range admins {
		if May(Viewer, a) || May(Editor, a) || !May(Admin, a) {
			t.Error(a)
		}
	}
	if May(Viewer, EditModel) || !May(Editor, EditModel) || May("root", Query) || May(Admin, "everything") {
		t.Error("matrix")
	}
	if len(allowed) != len(everybody)+len(admins)+1 {
		t.Error("an action is not tested")
	}
}

func TestAdministration(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	session := func(login string, role Role, org OrgID) *Session {
		p, err := w.reg.Person(ctx, org, login)
		if err != nil {
			t.Fatal(err)
		}
		return &Session{Org: org, Person: p.ID, Login: login, Role: role, Since: w.clock.now()}
	}
	ada, bob, carol := session("ada", Admin, w.acme), session("bob", Viewer, w.acme), session("carol", Editor, w.globe)
	_, err := w.dir.As(ada).CreateOrg(ctx, "mine")
	wantCode(t, err, pgerr.InsufficientPrivilege)
	_, err = w.dir.As(bob).CreatePerson(ctx, Person{Org: w.acme, Login: "eve", Role: Admin})
	wantCode(t, err, pgerr.InsufficientPrivilege)
	_, err = w.dir.As(ada).CreatePerson(ctx, Person{Org: w.globe, Login: "eve", Role: Admin})
	wantCode(t, err, pgerr.InsufficientPrivilege)
	wantCode(t, w.dir.As(bob).SetRole(ctx, w.bob, Admin), pgerr.InsufficientPrivilege)
	wantCode(t, w.dir.As(ada).SetRole(ctx, w.bob, "root"), pgerr.InvalidParameterValue)
	wantCode(t, w.dir.As(ada).Disable(ctx, carol.Person), pgerr.UndefinedObject)
	_, _, err = w.dir.As(carol).MintToken(ctx, w.bob, "x", 0)
	wantCode(t, err, pgerr.UndefinedObject)
	if _, err := w.dir.As(bob).People(ctx, w.acme); err == nil {
		t.Fatal("a viewer must not list people")
	}
	people, err := w.dir.As(ada).People(ctx, w.acme)
	if err != nil || len(people) != 3 || people[0].Login != "ada" {
		t.Fatal(people, err)
	}
	_, err = w.reg.CreatePerson(ctx, Person{Org: w.acme, Login: "bob", Role: Viewer})
	wantCode(t, err, store.CodeDuplicate)
	for _, name := range []string{"", "Acme", "waggle", "a b", "1a"} {
		if _, err := w.reg.CreateOrg(ctx, name); pgerr.Code(err) != pgerr.InvalidName {
			t.Errorf("%q: %v", name, err)
		}
	}
	info, text, err := w.dir.As(bob).MintToken(ctx, w.bob, "own", time.Hour)
	if err != nil || !LooksLikeToken(text.Reveal()) {
		t.Fatal(err)
	}
	if err := w.dir.As(bob).RevokeToken(ctx, w.bob, info.ID); err != nil {
		t.Fatal(err)
	}
	wantCode(t, w.dir.As(bob).RevokeToken(ctx, w.bob, info.ID), pgerr.UndefinedObject)
	list, err := w.dir.As(bob).Tokens(ctx, w.bob)
	if err != nil || len(list) != 1 || list[0].Revoked.IsZero() || !list[0].LastUsed.IsZero() {
		t.Fatal(list, err)
	}
	w.diary.fail = errors.New("disk full")
	if err := w.reg.SetRole(ctx, w.bob, Admin); err == nil {
		t.Fatal("no change without its record")
	}
	w.diary.fail = nil
	if p, err := w.reg.Person(ctx, w.acme, "bob"); err != nil || p.Role != Viewer {
		t.Fatal(p, err)
	}
}

func TestLiveSessionsSeeChanges(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	changes := map[string]func(AccessToken) error{
		"revoke":   func(a AccessToken) error { return w.reg.RevokeToken(ctx, w.bob, a.ID) },
		"expire":   func(AccessToken) error { w.clock.add(2 * time.Hour); return nil },
		"disable":  func(AccessToken) error { return w.reg.Disable(ctx, w.bob) },
		"role":     func(AccessToken) error { return w.reg.SetRole(ctx, w.bob, Editor) },
		"password": func(AccessToken) error { return w.reg.SetPassword(ctx, w.bob, secret.New("another one"), true) },
		"elsewhere": func(a AccessToken) error {
			_, err := w.db.Exec(ctx, "UPDATE verifier SET revoked_at = 1 WHERE id = ?", a.ID)
			w.clock.add(freshness)
			return err
		},
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			if err := errors.Join(w.reg.Enable(ctx, w.bob), w.reg.SetRole(ctx, w.bob, Viewer)); err != nil {
				t.Fatal(err)
			}
			w.clock.add(time.Second)
			info, text := w.token(t, w.bob, time.Hour)
			s := login(t, w, "bob", "acme", text.Reveal())
			for range 3 {
				if err := w.dir.Alive(ctx, s); err != nil {
					t.Fatal(err)
				}
			}
			w.clock.add(time.Millisecond)
			if err := change(info); err != nil {
				t.Fatal(err)
			}
			wantCode(t, w.dir.Alive(ctx, s), pgerr.InvalidAuthorization)
		})
	}
}
