package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/xdg-go/scram"
)

var attempt = Attempt{Mechanism: MechanismSCRAM, Database: "acme", User: "bob", Application: "psql", Address: "192.0.2.1:5000"}

// converse plays a whole exchange with another implementation as the client, which also checks the server's signature.
func converse(t *testing.T, s *SCRAM, a Attempt, password string, binding *scram.ChannelBinding) (*Session, error) {
	t.Helper()
	client, err := scram.SHA256.NewClient("", password, "")
	if err != nil {
		t.Fatal(err)
	}
	side := client.NewConversation()
	if binding != nil {
		side = client.NewConversationWithChannelBinding(*binding)
	}
	first, err := side.Step("")
	if err != nil {
		t.Fatal(err)
	}
	conversation, serverFirst, err := s.Start(t.Context(), a, []byte(first))
	if err != nil {
		return nil, err
	}
	final, err := side.Step(string(serverFirst))
	if err != nil {
		t.Fatal(err)
	}
	serverFinal, session, ferr := conversation.Finish(t.Context(), []byte(final))
	if serverFinal != nil {
		if _, err := side.Step(string(serverFinal)); err != nil || !side.Valid() {
			t.Fatalf("the client refuses %q: %v", serverFinal, err)
		}
	}
	return session, ferr
}

func login(t *testing.T, w *world, user, database, password string) *Session {
	t.Helper()
	a := attempt
	a.User, a.Database = user, database
	s, err := converse(t, w.dir.SCRAM(nil), a, password, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAnyOfSeveralTokensLogsIn(t *testing.T) {
	w := newWorld(t)
	one, first := w.token(t, w.bob, 0)
	two, second := w.token(t, w.bob, time.Hour)
	for id, password := range map[string]string{"": bobsPassword, one.ID: first.Reveal(), two.ID: second.Reveal()} {
		s := login(t, w, "bob", "acme", password)
		if s.Token != id || s.Login != "bob" || s.Org != w.acme || s.OrgName != "acme" || s.Role != Viewer || s.Person != w.bob ||
			s.Method != "scram-sha-256" || s.Application != "psql" || s.ClientAddress != attempt.Address || s.ID == "" {
			t.Fatalf("%+v", s)
		}
		if a := w.diary.last(); a.Kind != "login" || a.Person != w.bob || a.Detail["session"] != s.ID {
			t.Fatalf("%+v", a)
		}
	}
	if list, err := w.reg.Tokens(t.Context(), w.bob); err != nil || list[0].LastUsed.IsZero() {
		t.Fatal(list, err)
	}
	w.clock.add(2 * time.Hour)
	if _, err := converse(t, w.dir.SCRAM(nil), attempt, second.Reveal(), nil); pgerr.Code(err) != pgerr.InvalidPassword {
		t.Fatalf("an expired token: %v", err)
	}
	if err := w.reg.RevokeToken(t.Context(), w.bob, one.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := converse(t, w.dir.SCRAM(nil), attempt, first.Reveal(), nil); pgerr.Code(err) != pgerr.InvalidPassword {
		t.Fatalf("a revoked token: %v", err)
	}
}

func TestTokensAreBounded(t *testing.T) {
	w := newWorld(t)
	var last string
	for range MaxTokens - 1 {
		_, text := w.token(t, w.bob, 0)
		last = text.Reveal()
	}
	login(t, w, "bob", "acme", last)
	_, _, err := w.reg.MintToken(t.Context(), w.bob, "one too many", 0)
	wantCode(t, err, pgerr.ConfigurationLimitExceeded)
}

func TestDatabase(t *testing.T) {
	w := newWorld(t)
	_, sam := w.token(t, mustPerson(t, w, w.globe, "sam"), 0)
	for _, c := range []struct{ user, database, password, org, code string }{
		{"bob", "acme", bobsPassword, "acme", ""},
		{"bob", "", bobsPassword, "acme", ""},
		{"bob", "waggle", bobsPassword, "acme", ""},
		{"bob@acme", "waggle", bobsPassword, "acme", ""},
		{"bob@acme", "acme", bobsPassword, "acme", ""},
		{"bob", "globe", bobsPassword, "", pgerr.InvalidCatalogName},
		{"bob", "nowhere", bobsPassword, "", pgerr.InvalidCatalogName},
		{"bob", "globe", "wrong", "", pgerr.InvalidPassword},
		{"bob", "nowhere", "wrong", "", pgerr.InvalidPassword},
		{"bob@globe", "globe", bobsPassword, "", pgerr.InvalidPassword},
		{"sam", "globe", sam.Reveal(), "globe", ""},
		{"sam", "acme", sam.Reveal(), "", pgerr.InvalidPassword},
		{"sam", "", sam.Reveal(), "", pgerr.InvalidPassword},
		{"sam@globe", "", sam.Reveal(), "globe", ""},
		{"sam@globe", "acme", sam.Reveal(), "", pgerr.InvalidCatalogName},
		{"nobody", "acme", bobsPassword, "", pgerr.InvalidPassword},
	} {
		a := attempt
		a.User, a.Database, a.Address = c.user, c.database, "["+c.user+c.database+"]:1"
		s, err := converse(t, w.dir.SCRAM(nil), a, c.password, nil)
		if c.code == "" && (err != nil || s.OrgName != c.org) || c.code != "" && pgerr.Code(err) != c.code {
			t.Errorf("%+v: %v", c, err)
		}
		if c.code == pgerr.InvalidCatalogName && err.Error() != `database "`+c.database+`" does not exist` ||
			c.code == pgerr.InvalidPassword && err.Error() != `password authentication failed for user "`+c.user+`"` {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func mustPerson(t *testing.T, w *world, org OrgID, login string) PersonID {
	t.Helper()
	p, err := w.reg.Person(t.Context(), org, login)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func certificate(t *testing.T) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), SignatureAlgorithm: x509.ECDSAWithSHA384}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestChannelBinding(t *testing.T) {
	w := newWorld(t)
	data := EndpointBinding(certificate(t))
	if len(data) != 48 {
		t.Fatalf("SHA-384 has 48 bytes, not %d", len(data))
	}
	s := w.dir.SCRAM(data)
	if got := strings.Join(s.Mechanisms(), " "); got != "SCRAM-SHA-256-PLUS SCRAM-SHA-256" {
		t.Fatal(got)
	}
	plus := attempt
	plus.Mechanism = MechanismSCRAMPlus
	session, err := converse(t, s, plus, bobsPassword, &scram.ChannelBinding{Type: bindingType, Data: data})
	if err != nil || session.Method != "scram-sha-256-plus" {
		t.Fatal(session, err)
	}
	other := &scram.ChannelBinding{Type: bindingType, Data: EndpointBinding(certificate(t))}
	if _, err := converse(t, s, plus, bobsPassword, other); pgerr.Code(err) != pgerr.InvalidAuthorization {
		t.Fatalf("somebody in the middle: %v", err)
	}
	exporter := &scram.ChannelBinding{Type: "tls-exporter", Data: data}
	if _, err := converse(t, s, plus, bobsPassword, exporter); pgerr.Code(err) != pgerr.ProtocolViolation {
		t.Fatalf("another binding type: %v", err)
	}
	if _, err := converse(t, s, attempt, bobsPassword, nil); err != nil {
		t.Fatalf("a client without channel binding: %v", err)
	}
}

func TestFirstMessagesRefused(t *testing.T) {
	w := newWorld(t)
	plain, bound := w.dir.SCRAM(nil), w.dir.SCRAM([]byte("binding"))
	for _, c := range []struct {
		name      string
		scram     *SCRAM
		mechanism string
		message   string
		code      string
	}{
		{"good", plain, MechanismSCRAM, "n,,n=,r=abc", ""},
		{"client can bind, server cannot", plain, MechanismSCRAM, "y,,n=,r=abc", ""},
		{"extension after the nonce", plain, MechanismSCRAM, "n,,n=,r=abc,x=1", ""},
		{"authorization identity", plain, MechanismSCRAM, "n,a=admin,n=,r=abc", pgerr.FeatureNotSupported},
		{"mandatory extension", plain, MechanismSCRAM, "n,,m=x,n=,r=abc", pgerr.FeatureNotSupported},
		{"empty nonce", plain, MechanismSCRAM, "n,,n=,r=", pgerr.ProtocolViolation},
		{"no nonce", plain, MechanismSCRAM, "n,,n=", pgerr.ProtocolViolation},
		{"control in nonce", plain, MechanismSCRAM, "n,,n=,r=a\x01", pgerr.ProtocolViolation},
		{"downgrade", bound, MechanismSCRAM, "y,,n=,r=abc", pgerr.InvalidAuthorization},
		{"binding without PLUS", bound, MechanismSCRAM, "p=tls-server-end-point,,n=,r=abc", pgerr.ProtocolViolation},
		{"PLUS without binding", bound, MechanismSCRAMPlus, "n,,n=,r=abc", pgerr.ProtocolViolation},
		{"PLUS not offered", plain, MechanismSCRAMPlus, "p=tls-server-end-point,,n=,r=abc", pgerr.ProtocolViolation},
		{"unknown mechanism", plain, "PLAIN", "n,,n=,r=abc", pgerr.ProtocolViolation},
		{"unknown flag", plain, MechanismSCRAM, "z,,n=,r=abc", pgerr.ProtocolViolation},
		{"empty", plain, MechanismSCRAM, "", pgerr.ProtocolViolation},
		{"half", plain, MechanismSCRAM, "n,", pgerr.ProtocolViolation},
	} {
		a := attempt
		a.Mechanism = c.mechanism
		_, _, err := c.scram.Start(t.Context(), a, []byte(c.message))
		if c.code == "" && err != nil || c.code != "" && pgerr.Code(err) != c.code {
			t.Errorf("%s: %s %v", c.name, pgerr.Code(err), err)
		}
	}
}

func TestFinalMessagesRefused(t *testing.T) {
	w := newWorld(t)
	proof := base64.StdEncoding.EncodeToString(make([]byte, 32))
	for name, final := range map[string]string{
		"no proof":      "c=biws,r=NONCE",
		"short proof":   "c=biws,r=NONCE,p=AAAA",
		"bad base64":    "c=biws,r=NONCE,p=!!!!",
		"other nonce":   "c=biws,r=abcdef,p=" + proof,
		"other channel": "c=eSws,r=NONCE,p=" + proof,
		"no channel":    "r=NONCE,p=" + proof,
		"empty":         "",
	} {
		c, first, err := w.dir.SCRAM(nil).Start(t.Context(), attempt, []byte("n,,n=,r=abc"))
		if err != nil {
			t.Fatal(err)
		}
		nonce, _, _ := strings.Cut(strings.TrimPrefix(string(first), "r="), ",")
		if _, s, err := c.Finish(t.Context(), []byte(strings.ReplaceAll(final, "NONCE", nonce))); pgerr.Code(err) != pgerr.ProtocolViolation || s != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestUnknownUserLooksKnown compares what a client sees of a person and of nobody.
func TestUnknownUserLooksKnown(t *testing.T) {
	w := newWorld(t)
	salt := func(user string) (string, string) {
		a := attempt
		a.User = user
		_, first, err := w.dir.SCRAM(nil).Start(t.Context(), a, []byte("n,,n=,r=abc"))
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(string(first), ",")
		return parts[1], parts[2]
	}
	bobs, rounds := salt("bob")
	nobodys, mockRounds := salt("nobody")
	again, _ := salt("nobody")
	others, _ := salt("nobody2")
	if len(bobs) != len(nobodys) || rounds != mockRounds || nobodys != again || nobodys == others {
		t.Fatal(bobs, nobodys, again, others, rounds, mockRounds)
	}
	reopened, err := Open(t.Context(), Config{Store: w.db, Journal: w.diary})
	if err != nil {
		t.Fatal(err)
	}
	if got := reopened.mockSalt(Attempt{User: "nobody", Database: "acme"}); "s="+base64.StdEncoding.EncodeToString(got) != nobodys {
		t.Fatal("the salt of nobody must survive a restart")
	}
	seen := map[string]bool{}
	for _, user := range []string{"bob", "nobody"} {
		a := attempt
		a.User = user
		_, err := converse(t, w.dir.SCRAM(nil), a, "wrong", nil)
		e := pgerr.From(err)
		seen[e.Code+strings.Replace(e.Message, user, "x", 1)+e.Detail+e.Hint] = true
		if act := w.diary.last(); act.Kind != "login_failed" || act.Login != user || act.Code != pgerr.InvalidPassword {
			t.Fatalf("%+v", act)
		}
	}
	if len(seen) != 1 {
		t.Fatal(seen)
	}
}

func TestNoLoginWithoutJournal(t *testing.T) {
	w := newWorld(t)
	w.diary.fail = pgerr.New(pgerr.IOError, "disk full")
	if s, err := converse(t, w.dir.SCRAM(nil), attempt, bobsPassword, nil); s != nil || pgerr.Code(err) != pgerr.IOError {
		t.Fatal(s, err)
	}
	if _, err := converse(t, w.dir.SCRAM(nil), attempt, "wrong", nil); pgerr.Code(err) != pgerr.IOError {
		t.Fatal(err)
	}
}

func FuzzSCRAM(f *testing.F) {
	f.Add("n,,n=,r=abc", "c=biws,r=abc,p=AAAA")
	f.Add("p=tls-server-end-point,,n=,r=abc", "")
	f.Fuzz(func(_ *testing.T, first, final string) {
		for _, s := range []*SCRAM{{}, {binding: []byte("b")}} {
			for _, m := range []string{MechanismSCRAM, MechanismSCRAMPlus} {
				if got, err := s.parseFirst(m, first); err == nil {
					c := Conversation{scram: s, gs2: got.gs2, nonce: got.nonce}
					_, _ = c.parseFinal(final)
				}
			}
		}
	})
}
