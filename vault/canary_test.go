package vault

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// TestNoSecretIsAnywhere plants tokens, uses them in every way, and looks for them in the store's files, the journal, the
// errors, and what is printed of all values.
func TestNoSecretIsAnywhere(t *testing.T) {
	w := newWorld(t)
	const access, refresh = "canary-access-7f3a9c", "canary-refresh-51e0bd"
	status, body := 200, `{"access_token":"`+access+`","refresh_token":"`+refresh+`","token_type":"Bearer","expires_in":60}`
	w.front = func(rw http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/token" {
			rw.Header().Set("Content-Type", "application/json")
			rw.WriteHeader(status)
			rw.Write([]byte(body))
		}
		return r.URL.Path == "/token"
	}
	var seen bytes.Buffer
	address := w.begin(w.bob, "cal")
	back := w.approve(address, "bob@acme.example")
	if _, err := w.vault.Connections().Complete(t.Context(), w.bob, Callback{browser(w.bob), "cal", back}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.clock.add(hour)
		token := w.token(w.bob, "cal")
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
			fmt.Fprintf(&seen, verb, token)
			fmt.Fprintf(&seen, verb, &token)
		}
		slog.New(slog.NewJSONHandler(&seen, nil)).Info("token", "token", token, "config", w.config.Sources["crm"])
		text, err := json.Marshal(token)
		if err != nil {
			t.Fatal(err)
		}
		seen.Write(text)
	}
	for _, answer := range []string{
		`{"error":"invalid_grant","error_description":"` + refresh + `"}`, `{"error":"` + access + `"}`, `"` + access + `"`, access,
	} {
		status, body = 400, answer
		w.clock.add(hour)
		_, err := w.vault.Tokens().Token(t.Context(), w.bob, "cal")
		for ; err != nil; err = errors.Unwrap(err) {
			fmt.Fprintf(&seen, "%+v %#v", err, err)
			var e *pgerr.Error
			if errors.As(err, &e) {
				seen.WriteString(e.Detail + e.Hint)
			}
		}
		if err := w.vault.Connections().Disconnect(t.Context(), w.bob, "nowhere"); err != nil {
			seen.WriteString(err.Error())
		}
	}
	fmt.Fprintf(&seen, "%+v", w.diary.acts)
	files, err := filepath.Glob(filepath.Dir(w.path) + "/*")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		seen.Write(text)
	}
	if !bytes.Contains(seen.Bytes(), []byte("invalid_grant")) {
		t.Fatal("the test looks in the wrong place")
	}
	for _, canary := range []string{access, refresh, "crm:secret%", "cal-secret", back.Get("state"), "a test's master key"} {
		for _, form := range []string{canary, hex.EncodeToString([]byte(canary)), base64.StdEncoding.EncodeToString([]byte(canary)), base64.RawURLEncoding.EncodeToString([]byte(canary))} {
			if bytes.Contains(seen.Bytes(), []byte(form)) {
				t.Errorf("%s is readable", canary)
			}
		}
	}
}
