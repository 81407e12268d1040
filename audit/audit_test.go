package audit

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/mod/sumdb/note"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("WAGGLE_AUDIT_TEST_DIR"); dir != "" {
		writeForever(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

// xorSealer is a sealer whose key can be destroyed.
type xorSealer struct{ destroyed bool }

func (s *xorSealer) Seal(_ context.Context, org identity.OrgID, person identity.PersonID, plain []byte) (string, []byte, error) {
	out := bytes.Clone(plain)
	for i := range out {
		out[i] ^= 0x5a
	}
	return string(org) + "/" + string(person), out, nil
}

func (s *xorSealer) Unseal(_ context.Context, _ identity.OrgID, _ string, sealed []byte) ([]byte, error) {
	if s.destroyed {
		return nil, pgerr.New(pgerr.UndefinedObject, "the key is destroyed")
	}
	_, out, err := s.Seal(context.Background(), "", "", sealed)
	return out, err
}

func session(org, person string, role identity.Role) *identity.Session {
	return &identity.Session{
		ID: "s-" + person, Org: identity.OrgID(org), OrgName: org + ".example", Person: identity.PersonID(person), Login: person,
		Role: role, Method: "scram-sha-256", Token: "t1", Application: "psql", ClientAddress: "10.0.0.1:5555",
	}
}

func testKey(t testing.TB) Key {
	t.Helper()
	path := filepath.Join(t.TempDir(), "audit.key")
	if _, err := CreateKey(path, "waggle.test/audit"); err != nil {
		t.Fatal(err)
	}
	key, err := LoadKey(path)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func testOptions(t testing.TB) Options {
	return Options{Directory: filepath.Join(t.TempDir(), "audit"), Key: testKey(t), Sealer: &xorSealer{}}
}

func openLog(t testing.TB, opt Options) *Log {
	t.Helper()
	l, err := Open(opt)
	if err != nil {
		t.Fatal(explain(err))
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// explain shows an error with its detail.
func explain(err error) string {
	if err == nil {
		return "ok"
	}
	e := pgerr.From(err)
	return e.Code + " " + e.Message + ": " + e.Detail
}

func statement(s *identity.Session, text string, literals ...string) Begin {
	return Begin{
		Session: s, Statement: text, Literals: literals, Model: "m1", Path: "extract",
		Entities: []Entity{{Name: "calls", Columns: []string{"id"}, FilterColumns: []string{"started"}}},
	}
}

// run records one statement with one call.
func run(t testing.TB, l *Log, s *identity.Session, text string, literals ...string) ID {
	t.Helper()
	ctx := context.Background()
	id, err := l.Begin(ctx, statement(s, text, literals...))
	if err == nil {
		err = l.Access(ctx, id, Access{Source: "gong", Object: "calls", Credential: "org", Request: "r1", Template: "GET /v2/calls"})
	}
	if err == nil {
		err = l.End(id, End{Rows: 3, Bytes: 99, Duration: 1.5, SQLState: "00000", Outcome: OK,
			Calls: []Call{{Request: "r1", RequestIDs: []string{"x-1"}, Pages: 2, Rows: 5, Bytes: 77, Status: "200"}}})
	}
	if err != nil {
		t.Fatal(explain(err))
	}
	return id
}

func closeLog(t testing.TB, l *Log) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(explain(err))
	}
}

func mustVerify(t testing.TB, opt Options) Report {
	t.Helper()
	r, err := VerifyDir(opt.Directory, opt.Key.Public())
	if err != nil {
		t.Fatalf("%s\n%+v", explain(err), r)
	}
	return r
}

func collect(t testing.TB, l *Log, who *identity.Session, f Filter) []Entry {
	t.Helper()
	var list []Entry
	for e, err := range l.Entries(context.Background(), who, f) {
		if err != nil {
			t.Fatal(explain(err))
		}
		list = append(list, e)
	}
	return list
}

func TestStatementsAreRecordedJoinedAndSealed(t *testing.T) {
	opt := testOptions(t)
	l := openLog(t, opt)
	ana := session("acme", "ana", identity.Viewer)
	id := run(t, l, ana, "SELECT id FROM calls WHERE title = $1", "canary-literal")
	later, err := l.BeginLater(context.Background(), statement(ana, "SELECT $1", "1"))
	if err != nil {
		t.Fatal(err)
	}
	// Everything queued before a durable record is durable with it.
	if err := l.Record(context.Background(), identity.Act{Kind: "login", Org: "acme", Person: "ana", Login: "ana", Client: "10.0.0.1:1"}); err != nil {
		t.Fatal(err)
	}
	got := collect(t, l, ana, Filter{Acts: true})
	if len(got) != 3 || got[0].QueryID != id || got[1].Kind != "login" || got[2].QueryID != later || got[2].Outcome != Running {
		t.Fatalf("got %+v", got)
	}
	e := got[0]
	if e.Outcome != OK || e.Rows != 3 || e.Statement != "SELECT id FROM calls WHERE title = $1" || e.ClientAddress != "10.0.0.1:5555" || e.Organisation != "acme.example" {
		t.Fatalf("got %+v", e)
	}
	if want := `[{"source":"gong","object":"calls","credential":"org","template":"GET /v2/calls","request":"r1","request_ids":["x-1"],"pages":2,"rows":5,"bytes":77,"status":"200","done":true}]`; e.CallsJSON() != want {
		t.Fatalf("calls %s", e.CallsJSON())
	}
	p, err := Reveal(context.Background(), opt.Sealer, e)
	if err != nil || len(p.Literals) != 1 || p.Literals[0] != "canary-literal" {
		t.Fatalf("revealed %+v, %v", p, err)
	}
	closeLog(t, l)
	r := mustVerify(t, opt)
	if r.Statements != 2 || r.Aborted != 1 || r.Open != 0 || r.Signed != r.Records {
		t.Fatalf("report %+v", r)
	}
	if files := allBytes(t, opt.Directory); bytes.Contains(files, []byte("canary")) {
		t.Fatal("a literal is in clear")
	}
	if _, err := Reveal(context.Background(), &xorSealer{destroyed: true}, e); err == nil {
		t.Fatal("a destroyed key opened a record")
	}
}

func allBytes(t testing.TB, dir string) (all []byte) {
	t.Helper()
	names, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, n := range names {
		text, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	return all
}

func TestWhoSeesWhat(t *testing.T) {
	l := openLog(t, testOptions(t))
	people := []*identity.Session{
		session("acme", "ana", identity.Viewer), session("acme", "ed", identity.Editor), session("acme", "root", identity.Admin),
		session("other", "ana", identity.Viewer), session("other", "root", identity.Admin),
	}
	for _, p := range people {
		run(t, l, p, "SELECT 1 FROM "+string(p.Org)+"_"+p.Login)
	}
	if err := l.Record(context.Background(), identity.Act{Kind: "login", Org: "acme", Person: "root"}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"acme_ana", "acme_ed", "acme_ana acme_ed acme_root", "other_ana", "other_ana other_root"} {
		var seen []string
		for _, e := range collect(t, l, people[i], Filter{}) {
			seen = append(seen, strings.TrimPrefix(e.Statement, "SELECT 1 FROM "))
		}
		if got := strings.Join(seen, " "); got != want {
			t.Errorf("%s of %s sees %s, want %s", people[i].Login, people[i].Org, got, want)
		}
	}
	for _, err := range l.Entries(context.Background(), people[0], Filter{Org: "other"}) {
		if pgerr.Code(err) != pgerr.InsufficientPrivilege {
			t.Fatalf("got %v", err)
		}
	}
	// A Viewer who asks for another person gets himself.
	if got := collect(t, l, people[0], Filter{Person: "ed"}); len(got) != 1 || got[0].Person != "ana" {
		t.Fatalf("got %+v", got)
	}
}

func TestLiteralsCanBeDropped(t *testing.T) {
	opt := testOptions(t)
	opt.Literals, opt.Sealer, opt.SealAddress = Drop, nil, true
	l := openLog(t, opt)
	run(t, l, session("acme", "ana", identity.Viewer), "SELECT $1", "canary")
	closeLog(t, l)
	mustVerify(t, opt)
	if files := allBytes(t, opt.Directory); bytes.Contains(files, []byte("canary")) || bytes.Contains(files, []byte("10.0.0.1")) {
		t.Fatal("what is to be dropped is on disk")
	}
}

func TestMisuseIsRefused(t *testing.T) {
	opt := testOptions(t)
	l := openLog(t, opt)
	ctx := context.Background()
	id := run(t, l, session("acme", "ana", identity.Viewer), "SELECT 1")
	_, noSession := l.Begin(ctx, Begin{})
	_, inUse := Open(opt)
	failing := opt
	failing.Sealer, failing.Literals = nil, Encrypted
	_, noSealer := Open(failing)
	closed := openLog(t, testOptions(t))
	closeLog(t, closed)
	_, afterClose := closed.Begin(ctx, statement(session("a", "b", identity.Viewer), "SELECT 1"))
	for name, c := range map[string]struct {
		err  error
		code string
	}{
		"second end":    {l.End(id, End{}), pgerr.Internal},
		"access after":  {l.Access(ctx, id, Access{}), pgerr.Internal},
		"no session":    {noSession, pgerr.Internal},
		"reserved kind": {l.Record(ctx, identity.Act{Kind: "query.end"}), pgerr.Internal},
		"in use":        {inUse, pgerr.ObjectNotInPrerequisite},
		"no sealer":     {noSealer, pgerr.ConfigFile},
		"closed":        {afterClose, pgerr.AdminShutdown},
	} {
		if pgerr.Code(c.err) != c.code {
			t.Errorf("%s: %s", name, explain(c.err))
		}
	}
}

func TestReopeningGoesOn(t *testing.T) {
	opt := testOptions(t)
	opt.SegmentBytes = 4000
	ana := session("acme", "ana", identity.Admin)
	for range 4 {
		l := openLog(t, opt)
		for range 20 {
			run(t, l, ana, "SELECT 1")
		}
		closeLog(t, l)
		mustVerify(t, opt)
	}
	l := openLog(t, opt)
	if got := collect(t, l, ana, Filter{}); len(got) != 80 {
		t.Fatalf("%d statements", len(got))
	}
	closeLog(t, l)
	if err := os.Truncate(filepath.Join(opt.Directory, hashName), 320); err != nil {
		t.Fatal(err)
	}
	closeLog(t, openLog(t, opt)) // the hashes are made again
	if r := mustVerify(t, opt); r.Segments < 10 || r.Statements != 80 {
		t.Fatalf("%+v", r)
	}
	other := opt
	other.Key = testKey(t)
	if _, err := Open(other); pgerr.Code(err) != pgerr.DataCorrupted {
		t.Fatalf("another key: %v", err)
	}
}

func TestKeyFiles(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good")
	key, err := CreateKey(good, "waggle.test/audit")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	public, err := os.ReadFile(good + ".pub")
	if err != nil || strings.TrimSpace(string(public)) != key.Public() {
		t.Fatalf("%s %v", public, err)
	}
	if _, err := CreateKey(good, "waggle.test/audit"); pgerr.Code(err) != pgerr.IOError {
		t.Fatalf("a key was replaced: %v", err)
	}
	if _, err := CreateKey(filepath.Join(dir, "n"), "a b"); pgerr.Code(err) != pgerr.InvalidParameterValue {
		t.Fatalf("bad name: %v", err)
	}
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
	}{
		"readable": {string(text), 0o640}, "short": {string(text[:40]), 0o600}, "empty": {"", 0o600}, "missing": {"", 0},
		"weak": {weakKey(t), 0o600},
	} {
		path := filepath.Join(dir, name)
		if c.mode != 0 {
			if err := errors.Join(os.WriteFile(path, []byte(c.text), 0o600), os.Chmod(path, c.mode)); err != nil {
				t.Fatal(err)
			}
		}
		_, err := LoadKey(path)
		if pgerr.Code(err) != pgerr.ConfigFile || strings.Contains(explain(err), "PRIVATE") || name == "weak" != strings.Contains(explain(err), "weak:") {
			t.Errorf("%s: %v", name, err)
		}
		if errors.Is(err, os.ErrNotExist) != (name == "missing") {
			t.Errorf("%s: only a missing key may be taken for one", name)
		}
	}
}

// weakKey is a well-formed key whose seed is one byte repeated.
func weakKey(t *testing.T) string {
	t.Helper()
	seed := bytes.Repeat([]byte{7}, ed25519.SeedSize)
	public, err := note.NewEd25519VerifierKey("w", ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	return "PRIVATE+KEY+w+" + strings.Split(public, "+")[1] + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, seed...))
}
