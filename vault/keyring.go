package vault

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/store"
)

// Keyring holds the data keys: one per organisation, person and purpose, wrapped by a master key. Destroying a key makes
// everything that it has sealed unreadable for ever. It is safe for concurrent use.
type Keyring struct {
	db      *store.DB
	active  Master
	masters map[string]Master
	now     func() time.Time
	mu      sync.Mutex
	byID    map[string]*dataKey
	live    map[keyOwner]*dataKey
}

// keyOwner is whom a key belongs to and what for; person "" is the organisation itself.
type keyOwner struct {
	org     identity.OrgID
	person  identity.PersonID
	purpose string
}

// dataKey is an unwrapped key.
type dataKey struct {
	id    string // 32 hexadecimal digits
	owner keyOwner
	aead  cipher.AEAD
	until time.Time // dropped from memory then
}

const (
	keyMemory  = 5 * time.Minute
	keysAtOnce = 10_000
	canaryText = "waggle canary"
)

// Keys is what a keyring works with: the active master key, and retired ones that may still open what they have wrapped.
type Keys struct {
	Store   *store.DB
	Active  Master
	Retired []Master
	Now     func() time.Time // nil: time.Now
}

// OpenKeyring checks the master keys against the store's canaries and returns the keyring. A store sealed by a master key that is not
// given is refused with F0000.
func OpenKeyring(ctx context.Context, k Keys) (*Keyring, error) {
	if k.Now == nil {
		k.Now = time.Now
	}
	r := &Keyring{db: k.Store, active: k.Active, masters: map[string]Master{k.Active.ID(): k.Active}, now: k.Now,
		byID: map[string]*dataKey{}, live: map[keyOwner]*dataKey{}}
	for _, m := range k.Retired {
		r.masters[m.ID()] = m
	}
	return r, r.db.Tx(ctx, func(c store.Conn) error { return r.checkCanaries(ctx, c) })
}

type canary struct {
	id     string
	sealed []byte
}

func (r *Keyring) checkCanaries(ctx context.Context, c store.Conn) error {
	all, err := store.All(ctx, c, func(row store.Row) (v canary, err error) { return v, row.Scan(&v.id, &v.sealed) },
		"SELECT id, canary FROM kek WHERE state <> 'destroyed'")
	if err != nil {
		return err
	}
	for _, v := range all {
		m := r.masters[v.id]
		if m == nil {
			return pgerr.New(pgerr.ConfigFile, "the master key is not the one that this store was sealed with").
				WithDetail("The store wants the key %s; the given one is %s.", v.id, r.active.ID()).
				WithHint("restore the former key file, or give it as a retired key and run: waggle vault rotate")
		}
		if text, err := m.Unwrap(ctx, v.sealed, associate("kek", v.id)); err != nil || string(text) != canaryText {
			return pgerr.New(pgerr.DataCorrupted, "the store's record of master key %s has been changed", v.id).Because(err)
		}
	}
	sealed, err := r.active.Wrap(ctx, []byte(canaryText), associate("kek", r.active.ID()))
	if err != nil {
		return err
	}
	if _, err := c.Exec(ctx, "UPDATE kek SET state = 'decrypt_only' WHERE state = 'active' AND id <> ?", r.active.ID()); err != nil {
		return err
	}
	_, err = c.Exec(ctx, `INSERT INTO kek (id, provider, state, canary, created_at) VALUES (?, 'local', 'active', ?, ?)
		ON CONFLICT (id) DO UPDATE SET state = 'active', canary = excluded.canary`, r.active.ID(), sealed, r.now().UnixMicro())
	return err
}

// keyRow is a wrapped key as it is stored.
type keyRow struct {
	id      string
	owner   keyOwner
	kek     string
	wrapped []byte
}

const selectKey = "SELECT id, org_id, person_id, purpose, kek_id, wrapped FROM dek "

func scanKey(row store.Row) (k keyRow, err error) {
	return k, row.Scan(&k.id, &k.owner.org, &k.owner.person, &k.owner.purpose, &k.kek, &k.wrapped)
}

func (k keyRow) aad() []byte {
	return associate("dek", k.id, string(k.owner.org), string(k.owner.person), k.owner.purpose)
}

// remembered returns the live key of an owner as of the last minutes; one that another replica has just destroyed may be among them.
func (r *Keyring) remembered(ctx context.Context, owner keyOwner) (*dataKey, error) {
	r.mu.Lock()
	k := r.live[owner]
	r.mu.Unlock()
	if k != nil && r.now().Before(k.until) {
		return k, nil
	}
	return r.key(ctx, owner)
}

// key returns the live key of an owner as of now, and makes one when there is none.
func (r *Keyring) key(ctx context.Context, owner keyOwner) (*dataKey, error) {
	row, ok, err := store.One(ctx, r.db, scanKey, selectKey+"WHERE org_id = ? AND person_id = ? AND purpose = ? AND destroyed_at IS NULL",
		string(owner.org), string(owner.person), owner.purpose)
	if err != nil {
		return nil, err
	}
	if !ok {
		if row, err = r.create(ctx, owner); err != nil {
			return nil, err
		}
	}
	k, err := r.unwrap(ctx, row)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.live[owner] = k
	return k, nil
}

func (r *Keyring) create(ctx context.Context, owner keyOwner) (keyRow, error) {
	random := make([]byte, 32+16)
	rand.Read(random) //nolint:errcheck // it never fails: crypto/rand ends the program instead
	row := keyRow{id: hex.EncodeToString(random[32:]), owner: owner, kek: r.active.ID()}
	var err error
	if row.wrapped, err = r.active.Wrap(ctx, random[:32], row.aad()); err != nil {
		return row, err
	}
	clear(random[:32])
	_, err = r.db.Exec(ctx, `INSERT INTO dek (id, org_id, person_id, purpose, kek_id, wrapped, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (org_id, person_id, purpose) WHERE destroyed_at IS NULL DO NOTHING`,
		row.id, string(owner.org), string(owner.person), owner.purpose, row.kek, row.wrapped, r.now().UnixMicro())
	if err != nil {
		return row, err
	}
	row, ok, err := store.One(ctx, r.db, scanKey, selectKey+"WHERE org_id = ? AND person_id = ? AND purpose = ? AND destroyed_at IS NULL",
		string(owner.org), string(owner.person), owner.purpose)
	if err == nil && !ok {
		err = destroyedKey()
	}
	return row, err
}

// find returns the key of an id unless it has been destroyed; the caller compares its owner.
func (r *Keyring) find(ctx context.Context, id string) (*dataKey, error) {
	r.mu.Lock()
	k := r.byID[id]
	r.mu.Unlock()
	if k == nil || !r.now().Before(k.until) {
		row, ok, err := store.One(ctx, r.db, scanKey, selectKey+"WHERE id = ? AND destroyed_at IS NULL", id)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, destroyedKey()
		}
		if k, err = r.unwrap(ctx, row); err != nil {
			return nil, err
		}
	}
	return k, nil
}

func destroyedKey() error {
	return pgerr.New(pgerr.DataCorrupted, "the key of this value has been destroyed")
}

func (r *Keyring) unwrap(ctx context.Context, row keyRow) (*dataKey, error) {
	m := r.masters[row.kek]
	if m == nil {
		return nil, pgerr.New(pgerr.SystemError, "the master key %s is not loaded", row.kek).WithHint("give it as a retired key")
	}
	raw, err := m.Unwrap(ctx, row.wrapped, row.aad())
	if err != nil {
		return nil, err
	}
	defer clear(raw)
	aead, err := newAEAD(raw)
	if err != nil {
		return nil, err
	}
	k := &dataKey{id: row.id, owner: row.owner, aead: aead, until: r.now().Add(keyMemory)}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.byID) >= keysAtOnce {
		clear(r.byID)
		clear(r.live)
	}
	r.byID[row.id] = k
	return k, nil
}

// Rotate wraps every key that a retired master key has wrapped with the active one and then marks the retired ones destroyed. It
// can be stopped at any point and run again; values stay readable all the while. It returns the number of keys wrapped.
func (r *Keyring) Rotate(ctx context.Context) (int, error) {
	done := 0
	for {
		rows, err := store.All(ctx, r.db, scanKey, selectKey+"WHERE kek_id <> ? AND destroyed_at IS NULL ORDER BY id LIMIT 100", r.active.ID())
		if err != nil {
			return done, err
		}
		if len(rows) == 0 {
			_, err := r.db.Exec(ctx, "UPDATE kek SET state = 'destroyed' WHERE id <> ?", r.active.ID())
			return done, err
		}
		if err := r.db.Tx(ctx, func(c store.Conn) error { return r.rewrap(ctx, c, rows) }); err != nil {
			return done, err
		}
		done += len(rows)
	}
}

func (r *Keyring) rewrap(ctx context.Context, c store.Conn, rows []keyRow) error {
	for _, row := range rows {
		m := r.masters[row.kek]
		if m == nil {
			return pgerr.New(pgerr.ConfigFile, "the retired master key %s is not given", row.kek)
		}
		raw, err := m.Unwrap(ctx, row.wrapped, row.aad())
		if err != nil {
			return err
		}
		wrapped, err := r.active.Wrap(ctx, raw, row.aad())
		clear(raw)
		if err != nil {
			return err
		}
		_, err = c.Exec(ctx, "UPDATE dek SET kek_id = ?, wrapped = ? WHERE id = ? AND kek_id = ?", r.active.ID(), wrapped, row.id, row.kek)
		if err != nil {
			return err
		}
	}
	return nil
}

// destroy ends keys for ever: all of an organisation for one purpose, or of one person when owner names him.
func (r *Keyring) destroy(ctx context.Context, c store.Conn, owner keyOwner) error {
	_, err := c.Exec(ctx, `UPDATE dek SET destroyed_at = ?, wrapped = ? WHERE org_id = ? AND purpose = ? AND (? = '' OR person_id = ?)
		AND destroyed_at IS NULL`, r.now().UnixMicro(), []byte{}, string(owner.org), owner.purpose, string(owner.person), string(owner.person))
	return err
}

// forget drops all unwrapped keys from memory.
func (r *Keyring) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.byID)
	clear(r.live)
}
