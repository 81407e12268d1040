package identity

import (
	"crypto/rand"
	"fmt"
	"hash/crc32"
	"math/big"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/xdg-go/scram"
)

// tokenPrefix starts every access token, so that scanners for leaked secrets know it:
// waggle_pat_<id>_<256 random bits in base 62>_<CRC-32 of all before it, in hexadecimal>.
const tokenPrefix = "waggle_pat_"

// newToken returns a fresh access token and its public id.
func newToken() (id string, token secret.Text) {
	id = strings.ToLower(rand.Text()[:12])
	body := tokenPrefix + id + "_" + base62(randomBytes(32))
	return id, secret.New(fmt.Sprintf("%s_%08x", body, crc32.ChecksumIEEE([]byte(body))))
}

// base62 writes 32 bytes as 43 digits, more than their 256 bits need.
func base62(b []byte) string {
	text := new(big.Int).SetBytes(b).Text(62)
	return strings.Repeat("0", 43-len(text)) + text
}

// LooksLikeToken reports whether text has the form and the check sum of an access token.
func LooksLikeToken(text string) bool {
	i := strings.LastIndexByte(text, '_')
	return strings.HasPrefix(text, tokenPrefix) && i > len(tokenPrefix) &&
		text[i+1:] == fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(text[:i])))
}

// scramIterations is RFC 7677's least count: an access token has 256 random bits, more rounds add nothing to it.
const scramIterations = 4096

// verifier is what is kept of an access token or a password: enough to check a proof, not enough to make one.
type verifier struct {
	id        string
	kind      string
	name      string
	storedKey []byte
	serverKey []byte
	expires   int64 // 0: never
	lastUsed  int64
}

const (
	kindToken    = "token"
	kindPassword = "password"
)

// newVerifier derives the keys from a password by RFC 5802, SASLprep included.
func (p *person) newVerifier(password secret.Text) (verifier, error) {
	client, err := scram.SHA256.NewClient(p.login, password.Reveal(), "")
	if err == nil {
		keys, kerr := client.GetStoredCredentialsWithError(scram.KeyFactors{Salt: string(p.salt), Iters: p.iterations})
		if kerr == nil {
			return verifier{storedKey: keys.StoredKey, serverKey: keys.ServerKey}, nil
		}
	}
	return verifier{}, pgerr.New(pgerr.InvalidParameterValue, "the password has characters that PostgreSQL clients cannot send")
}
