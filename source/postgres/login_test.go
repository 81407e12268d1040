package postgres

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/source"
)

func openAs(t *testing.T, s source.Source, c source.Credential) source.Conn {
	t.Helper()
	conn, err := s.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// TestServerCertificate refuses every server that does not prove to be the one configured, before a secret leaves.
func TestServerCertificate(t *testing.T) {
	ours, others := newAuthority(t), newAuthority(t)
	later, before := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	self := newAuthority(t)
	for _, c := range []struct {
		what, detail string
		cert         pair
	}{
		{"another name", "for another name", ours.issue(t, "db.example", later)},
		{"expired", "has expired", ours.issue(t, "127.0.0.1", before, loopback)},
		{"another authority", "not trusted", others.issue(t, "127.0.0.1", later, loopback)},
		{"self-signed", "not trusted", self.issue(t, "authority", later, loopback)},
	} {
		f := newFake(t, c.cert, func(_ *pgproto3.Backend, user string) bool {
			t.Errorf("%s: %s signs in", c.what, user)
			return false
		})
		s := mustNew(t, f.config(ours.file))
		_, _, err := ask(t.Context(), openAs(t, s, source.Password{User: "ann", Password: secret.New("secret")}), "SELECT 'x'")
		if e := pgerr.From(err); e.Code != pgerr.CannotConnect || !strings.Contains(e.Detail, c.detail) {
			t.Errorf("%s: %v %+v", c.what, err, e)
		}
	}
	plain := newFake(t, ours.issue(t, "127.0.0.1", later, loopback), nil)
	config := plain.config(ours.file)
	config.TLS = Off
	s := mustNew(t, config)
	if _, _, err := ask(t.Context(), openAs(t, s, source.Password{User: "ann", Password: secret.New("secret")}), "SELECT 'x'"); pgerr.Code(err) != pgerr.ConnectionFailure {
		t.Error(err)
	}
}

// TestChannelBinding takes SCRAM-SHA-256-PLUS where the server offers it.
func TestChannelBinding(t *testing.T) {
	ours, picked := newAuthority(t), make(chan string, 1)
	f := newFake(t, ours.issue(t, "db", time.Now().Add(time.Hour), loopback), func(b *pgproto3.Backend, _ string) bool {
		b.Send(&pgproto3.AuthenticationSASL{AuthMechanisms: []string{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"}})
		if b.Flush() != nil || b.SetAuthType(pgproto3.AuthTypeSASL) != nil {
			return false
		}
		if m, ok := receive[*pgproto3.SASLInitialResponse](b); ok {
			picked <- m.AuthMechanism
		}
		return false
	})
	s := mustNew(t, f.config(ours.file))
	_, _, err := ask(t.Context(), openAs(t, s, source.Password{User: "ann", Password: secret.New("secret")}), "SELECT 'x'")
	if got := <-picked; got != "SCRAM-SHA-256-PLUS" || pgerr.Code(err) != pgerr.ConnectionFailure {
		t.Error(got, err)
	}
}

func receive[M pgproto3.FrontendMessage](b *pgproto3.Backend) (m M, ok bool) {
	got, err := b.Receive()
	if err != nil {
		return m, false
	}
	m, ok = got.(M)
	return m, ok
}

// oauthServer is RFC 7628's server side, by the letter: one mechanism, one token.
func oauthServer(token string, f **fake) func(b *pgproto3.Backend, user string) bool {
	return func(b *pgproto3.Backend, user string) bool {
		b.Send(&pgproto3.AuthenticationSASL{AuthMechanisms: []string{"OAUTHBEARER"}})
		if b.Flush() != nil || b.SetAuthType(pgproto3.AuthTypeSASL) != nil {
			return false
		}
		m, ok := receive[*pgproto3.SASLInitialResponse](b)
		if !ok || m.AuthMechanism != "OAUTHBEARER" {
			return false
		}
		(*f).note(user + " " + string(m.Data))
		if string(m.Data) == "n,,\x01auth=Bearer "+token+"\x01\x01" {
			return true
		}
		b.Send(&pgproto3.AuthenticationSASLContinue{Data: []byte(`{"status":"invalid_token","scope":"db","openid-configuration":"https://id.example/.well-known/openid-configuration"}`)})
		if b.Flush() != nil || b.SetAuthType(pgproto3.AuthTypeSASLContinue) != nil {
			return false
		}
		_, _ = receive[*pgproto3.SASLResponse](b)
		b.Send(&pgproto3.ErrorResponse{Severity: "FATAL", Code: "28000", Message: "OAuth bearer authentication failed"})
		_ = b.Flush()
		return false
	}
}

// TestOAuthBearer signs in with a token, asks for the next one when the server takes the first no more, and once only.
func TestOAuthBearer(t *testing.T) {
	ours := newAuthority(t)
	var f *fake
	f = newFake(t, ours.issue(t, "db", time.Now().Add(time.Hour), loopback), oauthServer("good", &f))
	config := f.config(ours.file)
	config.Credential = OAuth
	s := mustNew(t, config)
	generation := int64(0)
	bearer := func(token string, next func(context.Context) (source.Bearer, error)) source.Bearer {
		generation++
		return source.Bearer{Owner: source.Owner{Person: "ann", Generation: generation}, Token: secret.New(token), Person: "ann@acme.example", Login: "ann", Refresh: next}
	}
	got, _, err := ask(t.Context(), openAs(t, s, bearer("good", nil)), "SELECT 'x'")
	if err != nil || got != "ann@acme.example" {
		t.Fatal(got, err)
	}
	asked := 0
	next := func(token string) func(context.Context) (source.Bearer, error) {
		return func(context.Context) (source.Bearer, error) { asked++; return bearer(token, nil), nil }
	}
	if _, _, err := ask(t.Context(), openAs(t, s, bearer("old", next("good"))), "SELECT 'x'"); err != nil || asked != 1 {
		t.Error("a token is not renewed:", err, asked)
	}
	if _, _, err := ask(t.Context(), openAs(t, s, bearer("old", next("worse"))), "SELECT 'x'"); pgerr.Code(err) != pgerr.InvalidAuthorization || asked != 2 {
		t.Error(err, asked)
	}
	dead := func(context.Context) (source.Bearer, error) {
		return source.Bearer{}, pgerr.New(pgerr.InvalidAuthorization, "connect again at the console")
	}
	if _, _, err := ask(t.Context(), openAs(t, s, bearer("old", dead)), "SELECT 'x'"); err == nil || err.Error() != "connect again at the console" {
		t.Error(err)
	}
	if !slices.Contains(f.seen, "ann@acme.example n,,\x01auth=Bearer good\x01\x01") {
		t.Errorf("%q", f.seen)
	}
	for _, c := range []source.Credential{source.Password{User: "ann", Password: secret.New("x")}, source.Bearer{Person: "ann@acme.example"}, source.Bearer{Token: secret.New("good")}} {
		if _, err := s.Open(t.Context(), c); pgerr.Code(err) != pgerr.InvalidAuthorization {
			t.Error(err)
		}
	}
	greedy := newFake(t, ours.issue(t, "db", time.Now().Add(time.Hour), loopback), func(b *pgproto3.Backend, _ string) bool {
		b.Send(&pgproto3.AuthenticationCleartextPassword{})
		if b.Flush() == nil && b.SetAuthType(pgproto3.AuthTypeCleartextPassword) == nil {
			if m, ok := receive[*pgproto3.PasswordMessage](b); ok {
				t.Errorf("a password leaves: %q", m.Password)
			}
		}
		return false
	})
	config = greedy.config(ours.file)
	config.Credential = OAuth
	if _, _, err := ask(t.Context(), openAs(t, mustNew(t, config), bearer("good", nil)), "SELECT 'x'"); pgerr.Code(err) == "00000" {
		t.Error("a server that asks for passwords is signed in to with a token")
	}
}

// tlsServer is a PostgreSQL 17 with a certificate of our authority, where each role signs in in its own way.
func tlsServer(t *testing.T, a *authority) (*pgconn.PgConn, Config) {
	t.Helper()
	dir, err := os.MkdirTemp("", "waggle-tls-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	p := a.issue(t, "db", time.Now().Add(time.Hour), loopback)
	authorities, err := os.ReadFile(a.file)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"server.crt": p.cert, "server.key": p.key, "ca.pem": authorities} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
		if os.Geteuid() == 0 { // the server runs as nobody then
			_ = os.Chown(filepath.Join(dir, name), 65534, 65534)
			_ = os.Chmod(dir, 0o755)
		}
	}
	server, direct := oracle.Connected(t, "ssl=on", "ssl_cert_file="+dir+"/server.crt", "ssl_key_file="+dir+"/server.key", "ssl_ca_file="+dir+"/ca.pem")
	script(t, direct, `CREATE ROLE scram LOGIN PASSWORD 'scram-secret'; CREATE ROLE cloud LOGIN PASSWORD 'the-token'; CREATE ROLE cert LOGIN; CREATE ROLE trusted LOGIN`)
	hba, err := direct.Exec(t.Context(), "SHOW hba_file").ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	file := string(hba[0].Rows[0][0])
	rules, err := os.ReadFile(file)
	if err != nil {
		t.Skip("the server's folder cannot be read here: ", err)
	}
	first := "hostssl all scram all scram-sha-256\nhostssl all cloud all password\nhostssl all cert all cert\nhost all scram,cloud,cert all reject\n"
	if err := os.WriteFile(file, append([]byte(first), rules...), 0o600); err != nil {
		t.Skip("the server's folder cannot be written here: ", err)
	}
	script(t, direct, "SELECT pg_reload_conf()")
	time.Sleep(200 * time.Millisecond)
	return direct, Config{Name: "desk", Host: "127.0.0.1", Port: uint16(server.Port), Database: "postgres", CA: a.file}
}

// TestLogins signs in to a real server over TLS with each credential, and with wrong ones.
func TestLogins(t *testing.T) {
	ours, others := newAuthority(t), newAuthority(t)
	_, config := tlsServer(t, ours)
	told := 0
	rejected := func(context.Context) error { told++; return pgerr.New(pgerr.InvalidAuthorization, "connect again") }
	certificate := func(a *authority, name string) source.Certificate {
		p := a.issue(t, name, time.Now().Add(time.Hour))
		return source.Certificate{Owner: source.Owner{Person: fmt.Sprint(name, a == ours)}, User: "cert", Certificate: p.cert, Key: secret.New(string(p.key)), Rejected: rejected}
	}
	const sql = "SELECT session_user || ' ' || ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
	for _, c := range []struct {
		what       string
		credential Credential
		with       source.Credential
		want, code string
		told       int
	}{
		{"a password", OwnPassword, source.Password{Owner: source.Owner{Person: "a"}, User: "scram", Password: secret.New("scram-secret"), Rejected: rejected}, "scram true", "00000", 0},
		{"a wrong password", OwnPassword, source.Password{Owner: source.Owner{Person: "b"}, User: "scram", Password: secret.New("wrong"), Rejected: rejected}, "", "28000", 1},
		{"a token", Token, source.Bearer{Owner: source.Owner{Person: "c"}, Token: secret.New("the-token"), Person: "cloud"}, "cloud true", "00000", 0},
		{"a wrong token", Token, source.Bearer{Owner: source.Owner{Person: "d"}, Token: secret.New("wrong"), Person: "cloud"}, "", "28000", 0},
		{"a token where none is asked for", Token, source.Bearer{Owner: source.Owner{Person: "e"}, Token: secret.New("the-token"), Person: "trusted"}, "", "08006", 0},
		{"a certificate", ClientCertificate, certificate(ours, "cert"), "cert true", "00000", 0},
		{"another's certificate", ClientCertificate, certificate(ours, "scram"), "", "28000", 1},
		{"a certificate of another authority", ClientCertificate, certificate(others, "cert"), "", "08006", 0},
	} {
		config.Credential, told = c.credential, 0
		got, _, err := ask(t.Context(), openAs(t, mustNew(t, config), c.with), sql)
		if got != c.want || pgerr.Code(err) != c.code || told != c.told {
			t.Errorf("%s: %q %v %d", c.what, got, err, told)
		}
	}
}
