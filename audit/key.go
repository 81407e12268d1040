package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"os"
	"strings"
	"syscall"

	"golang.org/x/mod/sumdb/note"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
)

// Key is the Ed25519 key that signs checkpoints, in the format of x/mod/sumdb/note. It is no vault key: who can open tokens
// cannot forge the log, nor the other way round.
type Key struct {
	signer note.Signer
	public string
	digest secret.Text
}

const restoreKey = "restore the key from its backup; without one, begin a new audit directory with a new key"

// Name returns the key's name, which is the origin line of each checkpoint.
func (k Key) Name() string { return k.signer.Name() }

// Public returns the verifier key, which VerifyDir needs; it is no secret.
func (k Key) Public() string { return k.public }

// CreateKey writes a new signing key to path with mode 0600, and its public key to path.pub. Name has no space and no plus
// sign, as in waggle.example.com/audit. An existing file is never replaced: 58030.
func CreateKey(path, name string) (Key, error) {
	private, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil || !validName(name) {
		return Key{}, pgerr.New(pgerr.InvalidParameterValue, "%q cannot name a signing key", name).WithHint("use letters, digits, dots and slashes")
	}
	if err := writeNew(path, private+"\n", 0o600); err != nil {
		return Key{}, err
	}
	if err := writeNew(path+".pub", public+"\n", 0o644); err != nil {
		return Key{}, err
	}
	return parseKey(private, path)
}

func validName(name string) bool {
	return name != "" && !strings.ContainsAny(name, "+ \t\r\n")
}

func writeNew(path, text string, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, os.ErrExist) {
		return pgerr.New(pgerr.IOError, "key file %s already exists", path).WithHint("move it away, or use it as it is")
	} else if err != nil {
		return ioError("create", err)
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return ioError("write", err)
	}
	return nil
}

// LoadKey reads a signing key. A file that others can read or write, that belongs to somebody else, or that holds no such key
// or a weak one, is F0000.
func LoadKey(path string) (Key, error) {
	f, err := os.Open(path)
	if err != nil {
		return Key{}, badKey(path, "cannot be opened").WithHint(restoreKey).Because(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return Key{}, badKey(path, "cannot be read").Because(err)
	}
	if st.Mode().Perm()&0o077 != 0 {
		return Key{}, badKey(path, "can be read by others (mode %04o)", st.Mode().Perm()).WithHint("run: chmod 600 %s", path)
	}
	if sys, ok := st.Sys().(*syscall.Stat_t); ok && int(sys.Uid) != os.Geteuid() {
		return Key{}, badKey(path, "belongs to another user").WithHint("run: chown %d %s", os.Geteuid(), path)
	}
	text := make([]byte, 1024)
	n, _ := f.Read(text)
	return parseKey(strings.TrimSpace(string(text[:n])), path)
}

func badKey(path, format string, args ...any) *pgerr.Error {
	return pgerr.New(pgerr.ConfigFile, "audit signing key "+strings.ReplaceAll(path, "%", "%%")+" "+format, args...)
}

func parseKey(text, path string) (Key, error) {
	signer, err := note.NewSigner(text)
	if err != nil {
		return Key{}, badKey(path, "is not an Ed25519 signing key").WithHint(restoreKey)
	}
	fields := strings.SplitN(text, "+", 5) // PRIVATE+KEY+name+hash+base64
	raw, err := base64.StdEncoding.DecodeString(fields[len(fields)-1])
	if err != nil || len(raw) != 1+ed25519.SeedSize {
		return Key{}, badKey(path, "is not an Ed25519 signing key")
	}
	seed := raw[1:]
	if bytes.Count(seed, seed[:1]) == len(seed) {
		return Key{}, badKey(path, "is weak: all its bytes are equal").WithHint(restoreKey)
	}
	public, err := note.NewEd25519VerifierKey(signer.Name(), ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey))
	if err != nil {
		return Key{}, badKey(path, "is not an Ed25519 signing key")
	}
	digest, err := hkdf.Key(sha256.New, seed, nil, "waggle audit key digest v1", sha256.Size)
	if err != nil {
		return Key{}, pgerr.New(pgerr.Internal, "the digest key cannot be derived").Because(err)
	}
	return Key{signer: signer, public: public, digest: secret.New(string(digest))}, nil
}
