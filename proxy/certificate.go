package proxy

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/identity"
)

// alpn is the protocol name that direct TLS must negotiate.
const alpn = "postgresql"

// Certificates is the server's certificate. It is safe for concurrent use; those read from files follow their changes.
type Certificates struct {
	cert, key string // files, "" for one in memory

	mu      sync.Mutex
	current *secured
	checked time.Time
	stamp   string
}

// secured is one loaded certificate with what depends on it.
type secured struct {
	config  *tls.Config
	binding []byte // tls-server-end-point, nil when the signature has no hash
}

// reloadEvery is how often the files are looked at, at most.
const reloadEvery = time.Second

// LoadCertificates reads a certificate chain and its key (PEM). Later changes of the files are used for new connections; files
// that do not fit together leave the former certificate in use.
func LoadCertificates(cert, key string) (*Certificates, error) {
	c := &Certificates{cert: cert, key: key}
	loaded, err := c.load()
	if err != nil {
		return nil, err
	}
	c.current, c.stamp, c.checked = loaded, c.stamps(), time.Now()
	return c, nil
}

// SelfSigned makes a certificate for these names and addresses that lives in memory, for the demo and for tests.
func SelfSigned(hosts ...string) (*Certificates, error) {
	certPEM, keyPEM, err := MakeCertificate(hosts...)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return nil, err
	}
	return &Certificates{current: secure(pair)}, nil
}

// MakeCertificate makes a self-signed certificate, valid for a year, and its key, as PEM.
func MakeCertificate(hosts ...string) (cert, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, nil, err
	}
	t := x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "waggle"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, &t, &t, &private.PublicKey, private)
	if err != nil {
		return nil, nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, err
	}
	cert = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return cert, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), nil
}

// get returns the certificate for a new connection.
func (c *Certificates) get() *secured {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cert == "" || time.Since(c.checked) < reloadEvery {
		return c.current
	}
	c.checked = time.Now()
	if stamp := c.stamps(); stamp != c.stamp {
		if loaded, err := c.load(); err == nil {
			c.current, c.stamp = loaded, stamp
		}
	}
	return c.current
}

func (c *Certificates) load() (*secured, error) {
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return nil, fmt.Errorf("cannot use the certificate %s with the key %s: %w", c.cert, c.key, err)
	}
	return secure(pair), nil
}

// stamps changes when one of the files does.
func (c *Certificates) stamps() string {
	var out string
	for _, name := range []string{c.cert, c.key} {
		if info, err := os.Stat(name); err == nil {
			out += fmt.Sprint(info.ModTime().UnixNano(), ":", info.Size(), ";")
		}
	}
	return out
}

func secure(pair tls.Certificate) *secured {
	return &secured{
		config:  &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{alpn}},
		binding: identity.EndpointBinding(pair.Leaf),
	}
}
