package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// certificate is one self-signed certificate for all servers of the run; PostgreSQL's copy of the key is its user's.
type certificate struct{ file, key, postgresKey string }

func newCertificate(dir string) (c certificate, err error) {
	c = certificate{filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key"), filepath.Join(dir, "postgres.key")}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return c, err
	}
	now := time.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, NotBefore: now.Add(-time.Hour),
		NotAfter: now.AddDate(0, 0, 1), DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return c, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return c, err
	}
	if err := writePEM(c.file, "CERTIFICATE", der, 0o644); err != nil {
		return c, err
	}
	for _, path := range []string{c.key, c.postgresKey} {
		if err := writePEM(path, "PRIVATE KEY", secret, 0o600); err != nil {
			return c, err
		}
	}
	if os.Geteuid() == 0 { // PostgreSQL runs as nobody then
		return c, os.Chown(c.postgresKey, nobody, nobody)
	}
	return c, nil
}

// nobody is the user and group as whom PostgreSQL and PgBouncer run when the bench is root.
const nobody = 65534

func writePEM(path, kind string, der []byte, mode os.FileMode) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode)
}
