package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/vault"
)

func TestStatementTimeoutOfSessions(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0", 5 * time.Minute: "300000", time.Microsecond: "1", 1000 * time.Hour: "2147483647"} {
		s := &system{config: &config{}}
		s.config.limits.timeout = d
		defaults, err := s.defaults()
		if err != nil || defaults["statement_timeout"] != want {
			t.Errorf("%v: %v, %v", d, defaults, err)
		}
	}
}

// TestTokensGoOverHTTPS: refresh tokens go to the revocation address too.
func TestTokensGoOverHTTPS(t *testing.T) {
	const secure, plain = "https://as.example", "http://as.example"
	for name, c := range map[string]struct {
		conf vault.SourceConfig
		good bool
	}{
		"secure":    {vault.SourceConfig{AuthorizeURL: secure, TokenURL: secure}, true},
		"token":     {vault.SourceConfig{AuthorizeURL: secure, TokenURL: plain}, false},
		"revoke":    {vault.SourceConfig{AuthorizeURL: secure, TokenURL: secure, RevokeURL: plain}, false},
		"authorize": {vault.SourceConfig{AuthorizeURL: "HTTP://as.example", TokenURL: secure}, false},
	} {
		s := &system{oauth: map[string]vault.SourceConfig{"crm": c.conf}}
		if err := s.refuseSandbox(false); (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
		if err := s.refuseSandbox(true); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSocketIsTheOwnersAlone(t *testing.T) {
	dir := t.TempDir()
	l, err := (&system{config: &config{store: "sqlite:" + filepath.Join(dir, "waggle.db")}}).listenSocket(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	info, err := os.Stat(filepath.Join(dir, "waggle.sock"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	before := syscall.Umask(0o022)
	syscall.Umask(before)
	if before == 0o177 {
		t.Error("the mask for the socket stays")
	}
}

// TestHeadlessAcknowledgesWhenTold: the sentence about an organisation's token is a person's to acknowledge.
func TestHeadlessAcknowledgesWhenTold(t *testing.T) {
	for _, told := range []bool{false, true} {
		enabled := 0
		console := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/organisation/gong/enable":
				enabled++
			case "/connect/gong":
				w.WriteHeader(http.StatusConflict)
				_, _ = w.Write([]byte(`{"code":"55000","message":"source gong is not switched on"}`))
			}
		}))
		c := &config{publicURL: console.URL, sources: []sourceConfig{{name: "gong", org: true}}}
		i := &invocation{in: strings.NewReader("password\n")}
		err := headless(t.Context(), i, c, "gong", connectFlags{login: "admin", headless: true, stdin: true, acknowledge: told})
		console.Close()
		if pgerr.Code(err) != pgerr.ObjectNotInPrerequisite || (enabled == 1) != told {
			t.Errorf("told %t: enabled %d times, %v", told, enabled, err)
		}
	}
}

func TestExplainTakesOneStatement(t *testing.T) {
	for _, sql := range []string{"", ";", "SELECT 1; SELECT 2", "SET x = 1"} {
		if lines, err := explain(&config{}, sql, false); err == nil {
			t.Errorf("%q: %v", sql, lines)
		}
	}
	if lines, err := explain(&config{}, "SELECT 1;", false); err != nil || len(lines) == 0 {
		t.Errorf("%v, %v", lines, err)
	}
}

func TestSecretOfUnsetVariable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "waggle.yaml")
	text := "listen: {postgres: a, http: b}\npublic_url: http://c\nstore: sqlite:d\nkeys: {master: env:E}\naudit: {directory: f}\nmodels: [g]\n" +
		"sources:\n  cal: {kind: rest, definition: google_calendar, oauth: {client_id: h, client_secret: env:WAGGLE_TEST_SECRET}}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := loadConfig(file)
	if err == nil || !strings.Contains(err.Error(), "waggle.yaml:8:") || !strings.Contains(err.Error(), "WAGGLE_TEST_SECRET") {
		t.Error(err)
	}
	t.Setenv("WAGGLE_TEST_SECRET", "x")
	if _, err := loadConfig(file); err != nil {
		t.Error(err)
	}
}
