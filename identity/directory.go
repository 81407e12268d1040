package identity

import (
	"context"
	"crypto/rand"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/store"
)

// Config is what a Directory works with.
type Config struct {
	Store   *store.DB
	Journal Journal
	Sealer  Sealer           // keeps the keys of one-time passwords
	Now     func() time.Time // nil: time.Now
}

// Sealer encrypts a value under a key of one person; the key's id comes back with it.
type Sealer interface {
	Seal(ctx context.Context, org OrgID, person PersonID, plaintext []byte) (keyID string, sealed []byte, err error)
	Unseal(ctx context.Context, org OrgID, keyID string, sealed []byte) ([]byte, error)
}

// Directory knows the people and checks who is at the door. It is safe for concurrent use.
type Directory struct {
	db       *store.DB
	journal  Journal
	sealer   Sealer
	now      func() time.Time
	mockKey  []byte // makes the salts of people who do not exist
	throttle *throttle
	standing *standings
	hashing  chan struct{} // one slot per password being hashed: each takes 19 MiB
}

// Open returns the directory in a store.
func Open(ctx context.Context, c Config) (*Directory, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	key, err := mockKey(ctx, c.Store)
	if err != nil {
		return nil, err
	}
	return &Directory{
		db: c.Store, journal: c.Journal, sealer: c.Sealer, now: c.Now, mockKey: key,
		throttle: newThrottle(c.Now), standing: newStandings(c.Now), hashing: make(chan struct{}, hashers),
	}, nil
}

// mockKey is made once per store, so that an unknown person's salt stays the same over restarts and replicas.
func mockKey(ctx context.Context, db *store.DB) ([]byte, error) {
	_, err := db.Exec(ctx, "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", "scram_mock", randomBytes(32))
	if err != nil {
		return nil, err
	}
	key, _, err := store.One(ctx, db, func(r store.Row) (v []byte, err error) { return v, r.Scan(&v) },
		"SELECT value FROM setting WHERE name = ?", "scram_mock")
	return key, err
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) //nolint:errcheck // it never fails: crypto/rand ends the program instead
	return b
}

func newID() string { return strings.ToLower(rand.Text()) }

// person is a row of the table person with its organisation's name.
type person struct {
	id         PersonID
	org        OrgID
	slug       string
	login      string
	email      string
	role       Role
	hash       string
	salt       []byte
	iterations int
	totpKey    string
	totpSealed []byte
	totpStep   int64
	totp       bool // a one-time password is asked for
	disabled   bool
	endedAt    int64
}

const selectPerson = `SELECT p.id, p.org_id, o.slug, p.login, p.email, p.role, p.password_hash, p.scram_salt, p.scram_iterations,
	p.totp_key, p.totp_sealed, p.totp_step, p.totp_confirmed, p.disabled_at, p.ended_at
	FROM person p JOIN org o ON o.id = p.org_id `

func scanPerson(r store.Row) (*person, error) {
	var p person
	var confirmed int64
	var disabled *int64
	err := r.Scan(&p.id, &p.org, &p.slug, &p.login, &p.email, &p.role, &p.hash, &p.salt, &p.iterations,
		&p.totpKey, &p.totpSealed, &p.totpStep, &confirmed, &disabled, &p.endedAt)
	p.totp, p.disabled = confirmed != 0, disabled != nil
	return &p, err
}

// find returns the person that a client means by a database and a user, or nil. The user is a login or an e-mail, alone or as
// login@organisation. A person whose database does not match is found too when his name is unique: he may prove who
// he is, and learns then that the database does not exist.
func (d *Directory) find(ctx context.Context, database, user string) (*person, error) {
	if !utf8.ValidString(user) || strings.ContainsRune(user, 0) {
		return nil, nil // no name of ours, and no text for every database
	}
	login, slug := user, ""
	if i := strings.LastIndexByte(user, '@'); i >= 0 {
		login, slug = user[:i], user[i+1:]
	}
	all, err := store.All(ctx, d.db, scanPerson, selectPerson+"WHERE p.login = ? OR p.login = ? OR p.email = ? ORDER BY p.id", user, login, user)
	if err != nil {
		return nil, err
	}
	named := func(p *person) bool { return p.login == user || p.email == user }
	for _, match := range []func(*person) bool{
		func(p *person) bool { return p.slug == database && p.login == user },
		func(p *person) bool { return p.slug == database && p.email == user },
		func(p *person) bool { return slug != "" && p.slug == slug && p.login == login },
		named,
	} {
		if p := only(all, match); p != nil {
			return p, nil
		}
	}
	return nil, nil
}

// only returns the one enabled person that matches, nil when there is none or more than one.
func only(all []*person, match func(*person) bool) *person {
	var found *person
	for _, p := range all {
		if p.disabled || !match(p) {
			continue
		}
		if found != nil {
			return nil
		}
		found = p
	}
	return found
}

// checkDatabase refuses a database that is not the person's organisation; "" and "waggle" stand for it.
func (p *person) checkDatabase(database string) error {
	if database == p.slug || database == "" || database == anyDatabase {
		return nil
	}
	return pgerr.New(pgerr.InvalidCatalogName, `database "%s" does not exist`, database)
}

// anyDatabase is the database name that means the organisation of whoever logs in.
const anyDatabase = "waggle"

func (p *person) session(now time.Time) *Session {
	return &Session{
		ID: newID(), Org: p.org, OrgName: p.slug, Person: p.id, Login: p.login, Email: p.email, Role: p.role, Since: now,
	}
}

// wrongPassword is the one answer to every failed login, whatever failed.
func wrongPassword(user string) *pgerr.Error {
	return pgerr.New(pgerr.InvalidPassword, `password authentication failed for user "%s"`, user)
}

func micros(t time.Time) int64 { return t.UnixMicro() }
