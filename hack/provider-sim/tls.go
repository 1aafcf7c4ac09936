package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/hookline/hookline/runtime/telephony/providertest"
)

// serverCertificate is the one of --tls-cert, or the one in --tls-dir, which is made if it is not there or not
// for all names.
func serverCertificate(cfg config, listenHost string) (tls.Certificate, error) {
	if cfg.tlsDir == "" {
		certificate, err := tls.LoadX509KeyPair(cfg.tlsCert, cfg.tlsKey)
		if err != nil {
			return tls.Certificate{}, fmt.Errorf("read --tls-cert and --tls-key: %w", err)
		}
		return certificate, nil
	}
	names := []string{"localhost", "127.0.0.1", "::1"}
	for _, name := range append([]string{listenHost}, cfg.tlsNames...) {
		if ip := net.ParseIP(name); name != "" && !ip.IsUnspecified() && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	certificate, err := tls.LoadX509KeyPair(filepath.Join(cfg.tlsDir, "tls.crt"), filepath.Join(cfg.tlsDir, "tls.key"))
	switch {
	case err == nil && isFor(certificate.Leaf, names):
		return certificate, nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return tls.Certificate{}, fmt.Errorf("read --tls-dir: %w", err)
	}
	return makeCertificate(cfg.tlsDir, names)
}

func isFor(leaf *x509.Certificate, names []string) bool {
	return time.Now().Before(leaf.NotAfter) &&
		!slices.ContainsFunc(names, func(name string) bool { return leaf.VerifyHostname(name) != nil })
}

func makeCertificate(dir string, names []string) (tls.Certificate, error) {
	made, err := providertest.NewCertificate(names...)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make certificate: %w", err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(made.TLS.PrivateKey)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("encode key: %w", err)
	}
	// The certificate of the CA last: whoever sees it may start to use it.
	for _, file := range []struct {
		name    string
		content []byte
	}{
		{"tls.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})},
		{"tls.crt", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made.TLS.Certificate[0]})},
		{"ca.crt", made.CA},
	} {
		if err := writeFile(dir, file.name, file.content); err != nil {
			return tls.Certificate{}, err
		}
	}
	return made.TLS, nil
}

func writeFile(dir, name string, content []byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make --tls-dir: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
		return fmt.Errorf("write to --tls-dir: %w", err)
	}
	return nil
}
