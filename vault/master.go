package vault

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"unicode"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Master is a master key: it wraps the keys that seal tokens and is itself never stored. aad binds a wrapped key to its place.
type Master interface {
	ID() string
	Wrap(ctx context.Context, key, aad []byte) ([]byte, error)
	Unwrap(ctx context.Context, wrapped, aad []byte) ([]byte, error)
}

// ExampleKey is the key that the documentation shows; a server refuses to start with it.
const ExampleKey = "d2FnZ2xlLWV4YW1wbGUta2V5LWRvLW5vdC11c2UhISE="

// minMaster is the least length of a master key in bytes.
const minMaster = 32

// LoadMaster reads the master key that address names: file:PATH, of mode 0600 and one's own, or env:NAME. Every defect is F0000
// in one sentence; no message holds any part of the key.
func LoadMaster(address string) (Master, error) {
	kind, name, _ := strings.Cut(address, ":")
	switch kind {
	case "file":
		text, err := readKeyFile(name)
		if err != nil {
			return nil, err
		}
		return newMaster(text, "the master key file "+name, "make another one with: waggle vault key "+name)
	case "env":
		return newMaster([]byte(os.Getenv(name)), "the master key in the environment variable "+name, "set it to the output of: openssl rand -base64 32")
	}
	return nil, pgerr.New(pgerr.ConfigFile, "the master key's address has an unknown form").WithHint("write keys: {master: file:PATH} or env:NAME")
}

// CreateMaster writes a new random master key to a file that does not exist yet, with mode 0600.
func CreateMaster(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return keyFileError(path, err)
	}
	key := make([]byte, minMaster)
	rand.Read(key) //nolint:errcheck // it never fails: crypto/rand ends the program instead
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return keyFileError(path, err)
	}
	return nil
}

func readKeyFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, keyFileError(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, keyFileError(path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, pgerr.New(pgerr.ConfigFile, "the master key file %s is no regular file", path).WithHint("name a file")
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, pgerr.New(pgerr.ConfigFile, "the master key file %s can be read by other users of this machine", path).
			WithDetail("Its mode is %#o.", mode).WithHint("run: chmod 600 %s", path)
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && int(owner.Uid) != os.Geteuid() {
		return nil, pgerr.New(pgerr.ConfigFile, "the master key file %s belongs to another user", path).
			WithDetail("Its owner has the user id %d, this process %d.", owner.Uid, os.Geteuid()).WithHint("run: chown %d %s", os.Geteuid(), path)
	}
	text, err := io.ReadAll(io.LimitReader(f, 1<<16))
	if err != nil {
		return nil, keyFileError(path, err)
	}
	return text, nil
}

func keyFileError(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return pgerr.New(pgerr.ConfigFile, "the master key file %s does not exist", path).
			WithHint("make one with: waggle vault key %s", path).Because(err)
	case errors.Is(err, fs.ErrExist):
		return pgerr.New(pgerr.ConfigFile, "the file %s exists already", path).
			WithHint("choose another name: a master key is never overwritten").Because(err)
	}
	return pgerr.New(pgerr.ConfigFile, "the master key file %s cannot be read", path).
		WithHint("check its permissions and those of its folder").Because(err)
}

// localMaster is a master key in this process's memory.
type localMaster struct {
	id   string
	aead cipher.AEAD
}

// newMaster checks a key's text and derives the key from it. Blanks around a text of printable characters do not count.
func newMaster(text []byte, what, hint string) (Master, error) {
	if trimmed := bytes.TrimSpace(text); isPrintable(trimmed) {
		text = trimmed
	}
	fault := ""
	raw := decodeKey(text)
	switch {
	case len(text) == 0:
		fault = "is empty"
	case len(text) < minMaster || len(raw) < minMaster:
		fault = "is too short"
	case allEqual(text) || allEqual(raw):
		fault = "is one byte repeated"
	case string(text) == ExampleKey || base64.StdEncoding.EncodeToString(raw) == ExampleKey:
		fault = "is the example of the documentation"
	}
	if fault != "" {
		return nil, pgerr.New(pgerr.ConfigFile, "%s %s", what, fault).WithDetail("It needs %d random bytes.", minMaster).WithHint("%s", hint)
	}
	key, kerr := hkdf.Key(sha256.New, raw, nil, "waggle/master/v1", 32)
	id, ierr := hkdf.Key(sha256.New, raw, nil, "waggle/master/v1/id", 8)
	if err := errors.Join(kerr, ierr); err != nil {
		return nil, pgerr.From(err)
	}
	aead, err := newAEAD(key)
	return &localMaster{hex.EncodeToString(id), aead}, err
}

// decodeKey returns the bytes that base64 or hexadecimal stands for, or the text itself.
func decodeKey(text []byte) []byte {
	if raw, err := hex.DecodeString(string(text)); err == nil {
		return raw
	}
	if raw, err := base64.StdEncoding.DecodeString(string(text)); err == nil {
		return raw
	}
	return text
}

func isPrintable(text []byte) bool {
	for _, b := range text {
		if b > unicode.MaxASCII || !unicode.IsPrint(rune(b)) {
			return false
		}
	}
	return true
}

func allEqual(b []byte) bool {
	return len(b) > 0 && bytes.Count(b, b[:1]) == len(b)
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, pgerr.From(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, pgerr.From(err)
	}
	return aead, nil
}

// ID names the key without telling anything of it.
func (m *localMaster) ID() string { return m.id }

// Wrap encrypts a key.
func (m *localMaster) Wrap(_ context.Context, key, aad []byte) ([]byte, error) {
	return m.aead.Seal(nil, nil, key, aad), nil
}

// Unwrap decrypts what Wrap has made with the same aad; anything else is XX001.
func (m *localMaster) Unwrap(_ context.Context, wrapped, aad []byte) ([]byte, error) {
	key, err := m.aead.Open(nil, nil, wrapped, aad)
	if err != nil {
		return nil, pgerr.New(pgerr.DataCorrupted, "a key in the store does not open with the master key").Because(err)
	}
	return key, nil
}
