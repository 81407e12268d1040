package postgres

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/waggle-sql/waggle/source"
)

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string // its certificate in PEM
}

type pair struct{ cert, key []byte } // PEM

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotBefore: time.Now().Add(-48 * time.Hour),
		NotAfter: time.Now().Add(48 * time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{key: key, file: filepath.Join(t.TempDir(), "ca.pem")}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(a.file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644); err != nil {
		t.Fatal(err)
	}
	return a
}

// issue signs a certificate for a name and 127.0.0.1, or for the name alone.
func (a *authority) issue(t *testing.T, name string, until time.Time, ips ...net.IP) pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: until,
		IPAddresses: ips, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pair{pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})}
}

var loopback = net.IPv4(127, 0, 0, 1)

// fake is a strict server of our own that knows TLS and one way to sign in.
type fake struct {
	t      *testing.T
	tls    *tls.Config
	signIn func(b *pgproto3.Backend, user string) bool
	l      net.Listener
	done   sync.WaitGroup

	mu   sync.Mutex
	seen []string // what clients have sent to sign in
}

func newFake(t *testing.T, p pair, signIn func(b *pgproto3.Backend, user string) bool) *fake {
	t.Helper()
	cert, err := tls.X509KeyPair(p.cert, p.key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{t: t, tls: &tls.Config{Certificates: []tls.Certificate{cert}}, signIn: signIn, l: l}
	f.done.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			f.done.Go(func() { f.serve(c) })
		}
	})
	t.Cleanup(func() { l.Close(); f.done.Wait() })
	return f
}

func (f *fake) note(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen = append(f.seen, what)
}

func (f *fake) config(ca string) Config {
	return Config{Name: "desk", Host: "127.0.0.1", Port: uint16(f.l.Addr().(*net.TCPAddr).Port), Database: "d", CA: ca}
}

// serve takes a client from the SSLRequest to its Terminate. One that does not ask for TLS gets nothing.
func (f *fake) serve(c net.Conn) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	if m, err := pgproto3.NewBackend(c, c).ReceiveStartupMessage(); err != nil {
		return
	} else if _, ok := m.(*pgproto3.SSLRequest); !ok {
		f.note("no TLS")
		return
	}
	if _, err := c.Write([]byte("S")); err != nil {
		return
	}
	s := tls.Server(c, f.tls)
	b := pgproto3.NewBackend(s, s)
	m, err := b.ReceiveStartupMessage()
	start, ok := m.(*pgproto3.StartupMessage)
	if err != nil || !ok || f.signIn == nil || !f.signIn(b, start.Parameters["user"]) {
		return
	}
	b.Send(&pgproto3.AuthenticationOk{})
	b.Send(&pgproto3.BackendKeyData{ProcessID: 1, SecretKey: []byte{0, 0, 0, 2}})
	b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	if b.Flush() == nil {
		f.answer(b, start.Parameters["user"])
	}
}

// answer takes flights: each SELECT returns the user's name.
func (f *fake) answer(b *pgproto3.Backend, user string) {
	rows := false
	for {
		m, err := b.Receive()
		if err != nil {
			return
		}
		switch m := m.(type) {
		case *pgproto3.Parse:
			rows = strings.HasPrefix(m.Query, "SELECT")
			b.Send(&pgproto3.ParseComplete{})
		case *pgproto3.Bind:
			b.Send(&pgproto3.BindComplete{})
		case *pgproto3.Describe:
			if rows {
				b.Send(&pgproto3.RowDescription{Fields: []pgproto3.FieldDescription{{Name: []byte("x"), DataTypeOID: 25, DataTypeSize: -1, TypeModifier: -1, Format: 1}}})
			} else {
				b.Send(&pgproto3.NoData{})
			}
		case *pgproto3.Execute:
			if rows {
				b.Send(&pgproto3.DataRow{Values: [][]byte{[]byte(user)}})
			}
			b.Send(&pgproto3.CommandComplete{CommandTag: []byte("DONE")})
		case *pgproto3.Query:
			b.Send(&pgproto3.CommandComplete{CommandTag: []byte("DISCARD ALL")})
			b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		case *pgproto3.Sync:
			b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		case *pgproto3.Terminate:
			return
		}
		if b.Flush() != nil {
			return
		}
	}
}

func mustNew(t *testing.T, c Config) source.Source {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}
