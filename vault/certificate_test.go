package vault

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
)

// newCertificate makes a self-signed certificate for a name.
func newCertificate(t *testing.T, name string, from, until time.Time) Certificate {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return Certificate{PEM: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		Key: secret.New(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))}
}

func TestCertificate(t *testing.T) {
	w := newWorld(t)
	w.vault.config.Sources["desk"] = SourceConfig{Certificate: true, Credential: UserCredential}
	connections, tokens, now := w.vault.Connections(), w.vault.Tokens(), w.clock.now()
	good, other := newCertificate(t, "bob_db", now.Add(-time.Hour), now.Add(24*time.Hour)), newCertificate(t, "bob_db", now.Add(-time.Hour), now.Add(time.Hour))
	for what, bad := range map[string]Certificate{
		"none": {}, "another's key": {PEM: good.PEM, Key: other.Key}, "over": newCertificate(t, "bob_db", now.Add(-2*time.Hour), now.Add(-time.Hour)),
		"not yet": newCertificate(t, "bob_db", now.Add(time.Hour), now.Add(2*time.Hour)), "nameless": newCertificate(t, "", now.Add(-time.Hour), now.Add(time.Hour)),
		"a zero byte": {User: "bo\x00b", PEM: good.PEM, Key: good.Key},
	} {
		if _, err := connections.SetCertificate(t.Context(), w.bob, "desk", bad); pgerr.Code(err) != pgerr.InvalidParameterValue {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, source := range []string{"crm"} {
		if _, err := connections.SetCertificate(t.Context(), w.bob, source, good); pgerr.Code(err) != pgerr.WrongObjectType {
			t.Error(err)
		}
	}
	if _, err := connections.SetPassword(t.Context(), w.bob, "desk", "bob", secret.New("x")); pgerr.Code(err) != pgerr.WrongObjectType {
		t.Error("a source with certificates takes no password", err)
	}
	st, err := connections.SetCertificate(t.Context(), w.bob, "desk", good)
	if err != nil || st.State != Connected || !st.Certificate || !st.Expires.Equal(now.Add(24*time.Hour).Truncate(time.Second)) {
		t.Fatal(st, err)
	}
	got, err := tokens.Token(t.Context(), w.bob, "desk")
	if err != nil || got.User != "bob_db" || string(got.Certificate) != good.PEM || !got.Access.Equal(good.Key) {
		t.Fatal(got.User, err)
	}
	stored, err := os.ReadFile(w.path)
	if err != nil || bytes.Contains(stored, []byte("PRIVATE KEY")) {
		t.Error("the key is stored in clear", err)
	}
	w.clock.add(25 * time.Hour)
	_, err = tokens.Token(t.Context(), w.bob, "desk")
	if e := pgerr.From(err); e.Code != pgerr.InvalidAuthorization || !strings.Contains(e.Message, "needs re-authentication") {
		t.Error("a certificate outlives its end", err)
	}
}
