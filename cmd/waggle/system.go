package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/store"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/vault"
)

// system is what lies behind every command that needs the store: opened in the order of dependence, closed in reverse.
type system struct {
	config    *config
	db        *store.DB
	keys      *vault.Keyring
	log       *audit.Log
	directory *identity.Directory
	sources   map[string]source.Source      // by connection
	oauth     map[string]vault.SourceConfig // by connection
	vault     *vault.Vault
	described *described
	running   *engine.Engine // in a serving process
	began     time.Time      // when it was opened
	close     []func()
}

// openSystem opens store, keys, audit log, directory and vault. Errors are one sentence each: F0000.
func openSystem(ctx context.Context, c *config) (*system, error) {
	s := &system{config: c, described: &described{}, began: time.Now()}
	if err := s.open(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *system) open(ctx context.Context) (err error) {
	if s.db, err = store.Open(ctx, s.config.store); err != nil {
		return err
	}
	s.onClose(func() { _ = s.db.Close() })
	if err := s.openKeys(ctx); err != nil {
		return err
	}
	if err := s.openAudit(); err != nil {
		return err
	}
	s.directory, err = identity.Open(ctx, identity.Config{Store: s.db, Journal: s.log, Sealer: s.keys.Sealer("mfa")})
	if err != nil {
		return err
	}
	if s.sources, s.oauth, err = connectors(s.config); err != nil {
		return err
	}
	for _, source := range s.sources {
		s.onClose(func() { _ = source.Close() })
	}
	s.vault, err = vault.Open(ctx, vault.Config{Store: s.db, Keys: s.keys, PublicURL: s.config.publicURL, Sources: s.oauth, Journal: s.log,
		Sessions: sessions{s.sources, s.described}})
	if err != nil {
		return err
	}
	s.onClose(s.vault.Close)
	return nil
}

func (s *system) openKeys(ctx context.Context) error {
	active, err := vault.LoadMaster(s.config.master)
	if err != nil {
		return err
	}
	keys := vault.Keys{Store: s.db, Active: active}
	for _, r := range s.config.retired {
		m, err := vault.LoadMaster(r)
		if err != nil {
			return err
		}
		keys.Retired = append(keys.Retired, m)
	}
	s.keys, err = vault.OpenKeyring(ctx, keys)
	return err
}

func (s *system) openAudit() error {
	key, err := signingKey(s.config.audit.key)
	if err != nil {
		return err
	}
	o := audit.Options{Directory: s.config.audit.directory, Key: key, Sealer: s.keys.MonthlySealer("audit")}
	if s.config.audit.drop {
		o.Literals = audit.Drop
	}
	if s.log, err = audit.Open(o); err != nil {
		return err
	}
	s.onClose(func() { _ = s.log.Close() })
	return nil
}

// signingKey loads the key that signs the log's checkpoints, or makes it on the first start.
func signingKey(path string) (audit.Key, error) {
	key, err := audit.LoadKey(path)
	if err == nil || !errors.Is(err, os.ErrNotExist) {
		return key, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return audit.Key{}, pgerr.New(pgerr.ConfigFile, "the folder of the audit signing key cannot be made").WithDetail("%v", err)
	}
	return audit.CreateKey(path, "waggle/audit")
}

func (s *system) onClose(f func()) { s.close = append(s.close, f) }

// Close closes everything that open opened, the last first.
func (s *system) Close() {
	for i := len(s.close) - 1; i >= 0; i-- {
		s.close[i]()
	}
	s.close = nil
}
