package vault

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"strings"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// slot is the place that a sealed value is bound to: moved to another person, source, purpose or generation it does not open.
type slot struct {
	keyOwner
	place      string // a source, or a transaction of the OAuth flow
	generation int64
}

// A sealed value is version (1 byte), algorithm (1), key id (16), nonce, ciphertext, tag. Another version or algorithm is an
// error, never a fallback.
const (
	sealVersion   = 1
	sealAES256GCM = 1
	sealHeader    = 2 + 16
)

// seal encrypts a value for its slot under the owner's live key.
func (r *Keyring) seal(ctx context.Context, s slot, plaintext []byte) ([]byte, error) {
	k, err := r.key(ctx, s.keyOwner)
	if err != nil {
		return nil, err
	}
	id, err := hex.DecodeString(k.id)
	if err != nil || len(id) != 16 {
		return nil, sealBroken(err)
	}
	header := append([]byte{sealVersion, sealAES256GCM}, id...)
	return k.aead.Seal(header, nil, plaintext, s.aad(k)), nil
}

// unseal decrypts what seal has made for the same slot; anything else is XX001.
func (r *Keyring) unseal(ctx context.Context, s slot, sealed []byte) ([]byte, error) {
	if len(sealed) < sealHeader || sealed[0] != sealVersion || sealed[1] != sealAES256GCM {
		return nil, sealBroken(nil)
	}
	k, err := r.find(ctx, hex.EncodeToString(sealed[2:sealHeader]))
	if err != nil {
		return nil, err
	}
	if k.owner != s.keyOwner {
		return nil, sealBroken(nil)
	}
	text, err := k.aead.Open(nil, nil, sealed[sealHeader:], s.aad(k))
	if err != nil {
		return nil, sealBroken(err)
	}
	return text, nil
}

func (s slot) aad(k *dataKey) []byte {
	b := associate("value", string(s.org), string(s.person), s.place, s.purpose, k.id)
	return binary.BigEndian.AppendUint64(b, uint64(s.generation))
}

// associate writes fields with their lengths, so that no two lists of fields give the same bytes.
func associate(fields ...string) []byte {
	const prefix = "waggle/vault/v1"
	size := len(prefix)
	for _, f := range fields {
		size += 4 + len(f)
	}
	b := append(make([]byte, 0, size), prefix...)
	for _, f := range fields {
		b = binary.BigEndian.AppendUint32(b, uint32(len(f)))
		b = append(b, f...)
	}
	return b
}

func sealBroken(err error) error {
	return pgerr.New(pgerr.DataCorrupted, "a sealed value in the store does not open").
		WithDetail("It has been changed, or moved from another row.").Because(err)
}

// Sealer seals values of one purpose under the key of one person; audit and identity each have their own. Key ids are
// plain: they go into records.
type Sealer struct {
	keys    *Keyring
	purpose string
	monthly bool
}

// Sealer returns the sealer for a purpose.
func (r *Keyring) Sealer(purpose string) *Sealer { return &Sealer{keys: r, purpose: purpose} }

// MonthlySealer returns the sealer for a purpose with another key each month (UTC), so that what has reached the end of its
// retention can be made unreadable by destroying old keys.
func (r *Keyring) MonthlySealer(purpose string) *Sealer {
	return &Sealer{keys: r, purpose: purpose, monthly: true}
}

// Seal encrypts plaintext under the person's key of now and returns the key's id.
func (s *Sealer) Seal(ctx context.Context, org identity.OrgID, person identity.PersonID, plaintext []byte) (string, []byte, error) {
	purpose := s.purpose
	if s.monthly {
		purpose += s.keys.now().UTC().Format("-2006-01")
	}
	at := slot{keyOwner: keyOwner{org, person, purpose}}
	k, err := s.keys.remembered(ctx, at.keyOwner)
	if err != nil {
		return "", nil, err
	}
	return k.id, k.aead.Seal([]byte{sealVersion, sealAES256GCM}, nil, plaintext, at.aad(k)), nil
}

// Unseal decrypts what Seal has made for the same organisation; a changed value or a destroyed key is XX001.
func (s *Sealer) Unseal(ctx context.Context, org identity.OrgID, keyID string, sealed []byte) ([]byte, error) {
	k, err := s.keys.find(ctx, keyID)
	if err != nil {
		return nil, err
	}
	mine := k.owner.purpose == s.purpose || s.monthly && strings.HasPrefix(k.owner.purpose, s.purpose+"-")
	if !mine || k.owner.org != org || len(sealed) < 2 || sealed[0] != sealVersion || sealed[1] != sealAES256GCM {
		return nil, sealBroken(nil)
	}
	text, err := k.aead.Open(nil, nil, sealed[2:], slot{keyOwner: k.owner}.aad(k))
	if err != nil {
		return nil, sealBroken(err)
	}
	return text, nil
}
