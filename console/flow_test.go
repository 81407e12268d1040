package console

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"html"
	"math/big"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/vault"
)

func TestHeadlessConnect(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	bob := w.client("bob")
	if err := bob.Connect(ctx, "crm", w.approve("bob")); err != nil {
		t.Fatal(err)
	}
	if err := bob.Connect(ctx, "crm", w.approve("nobody")); pgerr.Code(err) != pgerr.InvalidAuthorization || !strings.Contains(err.Error(), "not allowed") {
		t.Fatal(err)
	}
	if err := bob.Connect(ctx, "nowhere", w.approve("bob")); pgerr.Code(err) != pgerr.UndefinedObject {
		t.Fatal(err)
	}
	elsewhere := func(context.Context, string) (string, error) {
		return "https://evil.example/oauth/callback/crm?code=x", nil
	}
	if err := bob.Connect(ctx, "crm", elsewhere); pgerr.Code(err) != pgerr.InvalidAuthorization {
		t.Fatal(err)
	}
	stop := errors.New("no person there")
	if err := bob.Connect(ctx, "crm", func(context.Context, string) (string, error) { return "", stop }); err != stop {
		t.Fatal(err)
	}
	if err := bob.Connect(ctx, "gong", w.approve("bob")); pgerr.Code(err) != pgerr.InsufficientPrivilege {
		t.Fatal(err)
	}
	if err := bob.Enable(ctx, "gong", "yes"); pgerr.Code(err) != pgerr.InsufficientPrivilege {
		t.Fatal(err)
	}
	ada := w.client("ada")
	if err := ada.Connect(ctx, "gong", w.approve("ada")); pgerr.Code(err) != pgerr.ObjectNotInPrerequisite {
		t.Fatal(err)
	}
	if err := ada.Enable(ctx, "gong", "yes"); pgerr.Code(err) != pgerr.InvalidParameterValue {
		t.Fatal(err)
	}
	if err := ada.Enable(ctx, "gong", vault.Sentence("gong")); err != nil {
		t.Fatal(err)
	}
	if err := ada.Connect(ctx, "gong", w.approve("ada")); err != nil {
		t.Fatal(err)
	}
	if w.diary.count("connect_source") != 2 || w.diary.count("admin.enable_source") != 1 {
		t.Fatalf("%+v", w.diary.acts)
	}
	stranger, err := NewClient(w.web.URL, w.web.Client().Transport)
	if err != nil {
		t.Fatal(err)
	}
	if err := stranger.Connect(ctx, "crm", w.approve("bob")); pgerr.Code(err) != pgerr.InvalidPassword {
		t.Fatal(err)
	}
	if err := stranger.SignIn(ctx, "bob", secret.New("wrong"), ""); pgerr.Code(err) != pgerr.InvalidPassword {
		t.Fatal(err)
	}
	if w.log.Len() != 0 {
		t.Fatal(w.log.String())
	}
}

func TestPages(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	for _, path := range []string{"/connections", "/connect/crm", "/account"} {
		if r, _ := b.do("GET", path, nil); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/sign-in?next="+url.QueryEscape(path) {
			t.Fatal(path, r.Status, r.Header.Get("Location"))
		}
	}
	r, text := b.do("POST", "/sign-in", url.Values{"login": {"<b>"}, "password": {"x"}})
	if r.StatusCode != http.StatusUnauthorized || !strings.Contains(text, "is wrong") || strings.Contains(text, "<b>") {
		t.Fatal(r.Status, text)
	}
	r = b.signIn("bob")
	cookie := r.Cookies()[0]
	if cookie.Name != "waggle" || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" {
		t.Fatalf("%+v", cookie)
	}
	_, text = b.do("GET", "/connections", nil)
	for _, want := range []string{"crm", "gong", "not connected", "not switched on", "Sign out bob"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if strings.Contains(text, "Switch on") {
		t.Error("a viewer cannot switch on")
	}
	if _, text = b.do("GET", "/connect/gong", nil); !strings.Contains(text, "An administrator") {
		t.Error(text)
	}
	r, _ = b.do("POST", "/connect/crm", nil)
	address := strings.TrimPrefix(r.Header.Get("Refresh"), refreshTo)
	back, err := w.approve("bob")(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	back = strings.TrimPrefix(back, w.web.URL)
	if r, text = w.browser().do("GET", back, nil); r.Header.Get("Location") != "/sign-in" {
		t.Fatal("another browser", r.Status, text)
	}
	other := w.browser()
	other.signIn("bob")
	if r, text = other.do("GET", back, nil); r.StatusCode != http.StatusBadRequest || !strings.Contains(text, "not started here") {
		t.Fatal("the same person's other browser", r.Status, text)
	}
	if r, _ = b.do("GET", back, nil); r.Header.Get("Location") != "/connect/crm" {
		t.Fatal(r.Status)
	}
	if _, text = b.do("GET", "/connect/crm", nil); !strings.Contains(text, "crm is connected") || !strings.Contains(text, "<code>api</code>") {
		t.Fatal(text)
	}
	if _, text = b.do("GET", "/connect/crm", nil); strings.Contains(text, "You can run your query again") {
		t.Fatal("a notice is shown once")
	}
	if r, _ = b.do("POST", "/disconnect/crm", nil); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status)
	}
	if _, text = b.do("GET", "/connections", nil); !strings.Contains(text, "crm is disconnected") {
		t.Fatal(text)
	}
	if r, _ = b.do("GET", "/nothing", nil); r.StatusCode != http.StatusNotFound {
		t.Fatal(r.Status)
	}
	b.do("POST", "/sign-out", nil)
	if r, _ = b.do("GET", "/connections", nil); r.StatusCode != http.StatusSeeOther {
		t.Fatal("signed out", r.Status)
	}
}

func TestAdminSwitchesOn(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn("ada")
	_, text := b.do("GET", "/connect/gong", nil)
	sentence := regexp.MustCompile(`name="acknowledgement" value="([^"]+)"`).FindStringSubmatch(text)
	if sentence == nil {
		t.Fatal(text)
	}
	if r, _ := b.do("POST", "/organisation/gong/enable", nil); r.StatusCode != http.StatusBadRequest {
		t.Fatal("without reading", r.Status)
	}
	if r, _ := b.do("POST", "/organisation/gong/enable", url.Values{"acknowledgement": {html.UnescapeString(sentence[1])}}); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status)
	}
	if _, text := b.do("GET", "/connections", nil); !strings.Contains(text, "gong is switched on") || !strings.Contains(text, "Switch off") {
		t.Fatal(text)
	}
	b.do("POST", "/organisation/gong/disable", nil)
	if _, text := b.do("GET", "/connections", nil); !strings.Contains(text, "not switched on") {
		t.Fatal(text)
	}
}

func TestAccount(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn("bob")
	_, text := b.do("POST", "/account/tokens", url.Values{"name": {"laptop"}})
	token := regexp.MustCompile(`waggle_pat_[a-z0-9]+_\w+_[0-9a-f]{8}`).FindString(text)
	if !identity.LooksLikeToken(token) {
		t.Fatal(text)
	}
	_, text = b.do("GET", "/account", nil)
	id := regexp.MustCompile(`/account/tokens/([a-z0-9]+)/revoke`).FindStringSubmatch(text)
	if id == nil || strings.Contains(text, token) {
		t.Fatal(text)
	}
	if r, _ := b.do("POST", "/account/tokens/"+id[1]+"/revoke", nil); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status)
	}
	if _, text = b.do("GET", "/account", nil); strings.Contains(text, "Revoke<") || !strings.Contains(text, "ended") {
		t.Fatal(text)
	}
	if _, text = b.do("POST", "/account/totp", nil); !strings.Contains(text, "otpauth://totp/") {
		t.Fatal(text)
	}
	if r, _ := b.do("POST", "/account/totp/confirm", url.Values{"code": {"000000"}}); r.StatusCode != http.StatusUnauthorized {
		t.Fatal(r.Status)
	}
	if err := recent(&identity.Session{Since: time.Now().Add(-time.Hour)}); pgerr.Code(err) != pgerr.InsufficientPrivilege {
		t.Fatal(err)
	}
}

func TestOwnLogin(t *testing.T) {
	w := newWorld(t)
	bob := w.client("bob")
	if err := bob.SetPassword(t.Context(), "desk", "bob_db", secret.New("")); pgerr.Code(err) != pgerr.InvalidParameterValue {
		t.Fatal(err)
	}
	if err := bob.SetPassword(t.Context(), "desk", "bob_db", secret.New("hunter2")); err != nil {
		t.Fatal(err)
	}
	if w.diary.count("connect_source") != 1 {
		t.Fatalf("%+v", w.diary.acts)
	}
}

// TestOwnCertificate sends a certificate and its key through the form.
func TestOwnCertificate(t *testing.T) {
	w := newWorld(t)
	bob := w.client("bob")
	if err := bob.SetCertificate(t.Context(), "ledger", vault.Certificate{PEM: "no", Key: secret.New("none")}); pgerr.Code(err) != pgerr.InvalidParameterValue {
		t.Fatal(err)
	}
	if err := bob.SetPassword(t.Context(), "ledger", "bob", secret.New("x")); pgerr.Code(err) != pgerr.InvalidParameterValue {
		t.Fatal("a password in a certificate's place", err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bob_db"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	must(err)
	key, err := x509.MarshalPKCS8PrivateKey(private)
	must(err)
	own := vault.Certificate{PEM: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		Key: secret.New(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))}
	if err := bob.SetCertificate(t.Context(), "ledger", own); err != nil {
		t.Fatal(err)
	}
	if w.diary.count("connect_source") != 1 {
		t.Fatalf("%+v", w.diary.acts)
	}
}
