package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const (
	caLife     = 10 * 365 * 24 * time.Hour
	serverLife = 365 * 24 * time.Hour
	// backdate allows for clocks that are a little behind this one.
	backdate = time.Hour
)

// authority is a CA that signs the server's certificate.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// serverCertificate makes a certificate for localhost, 127.0.0.1, ::1 and names,
// signed by the CA in dir. The CA is made when dir has none, and used again
// otherwise, so that clients that trust it survive a restart.
func serverCertificate(dir string, names []string, now time.Time) (tls.Certificate, error) {
	ca, err := loadAuthority(dir, now)
	if errors.Is(err, fs.ErrNotExist) {
		ca, err = makeAuthority(dir, now)
	}
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("generate server key: %w", err)
	}
	template := certificateTemplate("oktasim", now, min(serverLife, ca.certificate.NotAfter.Sub(now)))
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, name := range append([]string{"localhost", "127.0.0.1", "::1"}, names...) {
		switch ip := net.ParseIP(name); {
		case name == "" || ip != nil && ip.IsUnspecified():
		case ip != nil:
			template.IPAddresses = append(template.IPAddresses, ip)
		case !slices.Contains(template.DNSNames, name):
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca.certificate, &key.PublicKey, ca.key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("sign server certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der, ca.certificate.Raw}, PrivateKey: key}, nil
}

func certificateTemplate(name string, now time.Time, life time.Duration) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)) // crypto/rand never fails
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-backdate), NotAfter: now.Add(life),
	}
}

func loadAuthority(dir string, now time.Time) (authority, error) {
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "ca.crt"), filepath.Join(dir, "ca.key"))
	if err != nil {
		return authority{}, fmt.Errorf("read CA from --tls-dir: %w", err)
	}
	key, isECDSA := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !isECDSA || !pair.Leaf.IsCA || now.After(pair.Leaf.NotAfter) {
		return authority{}, fmt.Errorf("read CA from --tls-dir: %s is expired or not a CA of oktasim; "+
			"delete ca.crt and ca.key to have new ones made", filepath.Join(dir, "ca.crt"))
	}
	return authority{pair.Leaf, key}, nil
}

// makeAuthority writes a new CA to dir. A certificate without its key is not
// replaced: some client may trust it.
func makeAuthority(dir string, now time.Time) (authority, error) {
	certFile, keyFile := filepath.Join(dir, "ca.crt"), filepath.Join(dir, "ca.key")
	for _, file := range []string{certFile, keyFile} {
		if _, err := os.Stat(file); err == nil {
			return authority{}, fmt.Errorf("make CA: %s is there without its other half; delete it to have a new CA made", file)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, fmt.Errorf("generate CA key: %w", err)
	}
	template := certificateTemplate("oktasim CA", now, caLife)
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return authority{}, fmt.Errorf("sign CA: %w", err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return authority{}, fmt.Errorf("encode CA key: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return authority{}, fmt.Errorf("make --tls-dir: %w", err)
	}
	// The key first: whoever sees ca.crt may start to use it.
	if err := writePEM(keyFile, "PRIVATE KEY", keyDER, 0o600); err != nil {
		return authority{}, err
	}
	if err := writePEM(certFile, "CERTIFICATE", der, 0o644); err != nil {
		return authority{}, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return authority{}, fmt.Errorf("parse CA: %w", err)
	}
	return authority{certificate, key}, nil
}

func writePEM(file, kind string, der []byte, mode fs.FileMode) error {
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode); err != nil {
		return fmt.Errorf("write CA: %w", err)
	}
	return nil
}
