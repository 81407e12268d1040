package e2e

import (
	"context"
	"encoding/base64"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/vault"
)

// write replaces a file of the site.
func (s *Site) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.Dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (s *Site) edit(t *testing.T, name, old, replacement string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.Dir, name))
	if err != nil || !strings.Contains(string(data), old) {
		t.Fatalf("%s does not contain %q (%v)", name, old, err)
	}
	s.write(t, name, strings.Replace(string(data), old, replacement, 1))
}

// refusals are what `waggle serve` must not start with; its words must contain all of says.
var refusals = []struct {
	name string
	bad  func(t *testing.T, s *Site)
	says []string
}{
	{"unknown key", func(t *testing.T, s *Site) { s.edit(t, "waggle.yaml", "audit:", "audits: 1\naudit:") }, []string{"waggle.yaml:", "audits"}},
	{"not YAML", func(t *testing.T, s *Site) { s.write(t, "waggle.yaml", "listen: [}") }, []string{"waggle.yaml:1:"}},
	{"empty configuration", func(t *testing.T, s *Site) { s.write(t, "waggle.yaml", "") }, []string{"waggle.yaml", "empty"}},
	{"no configuration", func(t *testing.T, s *Site) { _ = os.Remove(s.Config()) }, []string{"waggle.yaml", "--config"}},
	{"no source of that name", func(t *testing.T, s *Site) { s.edit(t, "model/users.yaml", "connection: gong", "connection: gang") }, []string{"users.yaml:4:", "gang"}},
	{"model's type", func(t *testing.T, s *Site) { s.edit(t, "model/users.yaml", "type: text}", "type: txt}") }, []string{"users.yaml:", "txt"}},
	{"model's expression", func(t *testing.T, s *Site) {
		s.write(t, "model/users.yaml", usersYAML+"    bad: {expr: \"id + \", type: text}\n")
	}, []string{"users.yaml:", "syntax error"}},
	{"no model", func(t *testing.T, s *Site) { _ = os.RemoveAll(filepath.Join(s.Dir, "model")) }, []string{"model"}},
	{"no key", func(t *testing.T, s *Site) { _ = os.Remove(filepath.Join(s.Dir, "secrets", "master.key")) }, []string{"master.key"}},
	{"key readable by others", func(t *testing.T, s *Site) { _ = os.Chmod(filepath.Join(s.Dir, "secrets", "master.key"), 0o644) }, []string{"master.key", "others"}},
	{"short key", func(t *testing.T, s *Site) { s.write(t, "secrets/master.key", "c2hvcnQ=") }, []string{"32"}},
	{"documented example", func(t *testing.T, s *Site) { s.write(t, "secrets/master.key", vault.ExampleKey) }, []string{"example"}},
	{"key of zeros", func(t *testing.T, s *Site) {
		s.write(t, "secrets/master.key", base64.StdEncoding.EncodeToString(make([]byte, 32)))
	}, []string{"key"}},
	{"another key than the store's", func(t *testing.T, s *Site) {
		s.write(t, "secrets/master.key", base64.StdEncoding.EncodeToString([]byte("0123456789abcdefghijklmnopqrstuv")))
	}, []string{"key"}},
	{"port in use", func(t *testing.T, s *Site) {
		l, err := net.Listen("tcp", s.PG)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
	}, []string{"listen.postgres", "in use"}},
	{"no certificate", func(t *testing.T, s *Site) {
		s.edit(t, "waggle.yaml", "models:", "tls: {certificate: none.crt, key: none.key}\nmodels:")
	}, []string{"none.crt"}},
	{"store that is none", func(t *testing.T, s *Site) { s.write(t, "var/waggle.db", strings.Repeat("no database ", 1000)) }, []string{"waggle.db"}},
	{"store that cannot be written", func(t *testing.T, s *Site) { s.edit(t, "waggle.yaml", "sqlite:var/", "sqlite:/proc/none/") }, []string{"/proc/none"}},
	{"audit directory that cannot be made", func(t *testing.T, s *Site) {
		s.edit(t, "waggle.yaml", "{directory: var/audit}", "{directory: /proc/none/audit}")
	}, []string{"audit"}},
}

func TestServeRefusesInOneSentence(t *testing.T) {
	newSite(t, "") // skips where the program is not built
	for _, r := range refusals {
		t.Run(r.name, func(t *testing.T) {
			s := newSite(t, "")
			r.bad(t, s)
			s.refused(t, r.says)
		})
	}
	t.Run("a second server", func(t *testing.T) {
		v := newServer(t, "")
		v.Site.edit(t, "waggle.yaml", v.PG, "127.0.0.1:0")
		v.Site.refused(t, []string{"in use"})
	})
}

// refused runs serve and expects exit code 1, one sentence with the next act, and no word about the program's insides.
func (s *Site) refused(t *testing.T, says []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	cmd := s.Command(ctx, "serve", "--allow-sandbox")
	out, _ := cmd.CombinedOutput()
	text := string(out)
	t.Log(strings.ReplaceAll(text, s.Dir, "…"))
	if got := cmd.ProcessState.ExitCode(); got != 1 {
		t.Errorf("exit code %d, want 1", got)
	}
	for _, w := range says {
		if !strings.Contains(text, w) {
			t.Errorf("the words do not say %q", w)
		}
	}
	for _, w := range []string{"goroutine", "panic", "%!", "XX000", ".go:"} {
		if strings.Contains(text, w) {
			t.Errorf("the words say %q", w)
		}
	}
	if n := strings.Count(strings.TrimSpace(text), "\n"); n > 3 || text == "" {
		t.Errorf("%d lines", n+1)
	}
}
