package identity

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"golang.org/x/crypto/argon2"
)

// argon2id with OWASP's first choice for 19 MiB: about 30 ms of one core. hashers bounds how many run at the same time, and so the memory.
const (
	argonTime   = 2
	argonMemory = 19 * 1024 // KiB
	argonLanes  = 1
	argonKey    = 32
	hashers     = 4
)

// hash runs argon2id when a slot is free.
func (d *Directory) hash(ctx context.Context, password secret.Text, salt []byte) ([]byte, error) {
	select {
	case d.hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, pgerr.From(ctx.Err())
	}
	defer func() { <-d.hashing }()
	return argon2.IDKey([]byte(password.Reveal()), salt, argonTime, argonMemory, argonLanes, argonKey), nil
}

// passwordHash returns the PHC string of a password with a fresh salt.
func (d *Directory) passwordHash(ctx context.Context, password secret.Text) (string, error) {
	salt := randomBytes(saltSize)
	key, err := d.hash(ctx, password, salt)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// checkPassword compares with a PHC string of passwordHash. An empty one, of somebody without a password or without
// existence, costs the same and never matches.
func (d *Directory) checkPassword(ctx context.Context, password secret.Text, phc string) (bool, error) {
	parts := strings.Split(phc, "$")
	salt, want := make([]byte, saltSize), []byte(nil)
	if len(parts) == 6 {
		s, serr := base64.RawStdEncoding.DecodeString(parts[4])
		w, werr := base64.RawStdEncoding.DecodeString(parts[5])
		if serr == nil && werr == nil {
			salt, want = s, w
		}
	}
	got, err := d.hash(ctx, password, salt)
	return len(want) == argonKey && subtle.ConstantTimeCompare(got, want) == 1, err
}
