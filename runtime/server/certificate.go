package server

import (
	"context"
	"crypto/tls"
	"fmt"
	"sync/atomic"

	"github.com/hookline/hookline/runtime/hookconfig"
)

// Certificate is a certificate and its key in two PEM files, read again when they change.
type Certificate struct {
	certFile, keyFile string
	watch             *hookconfig.Watch
	current           atomic.Pointer[tls.Certificate]
}

// NewCertificate reads the two files. They have to belong together.
func NewCertificate(certFile, keyFile string) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, watch: hookconfig.NewWatch(certFile, keyFile)}
	if err := c.load(); err != nil {
		return nil, err
	}
	return c, nil
}

// load leaves what is served as it is unless all is well.
func (c *Certificate) load() error {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("load certificate %s with key %s: %w", c.certFile, c.keyFile, err)
	}
	c.current.Store(&pair)
	return nil
}

// tlsConfig takes TLS 1.2 and later, as Okta does.
func (c *Certificate) tlsConfig() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current.Load(), nil },
	}
}

// followCertificate reads the files again whenever they change, until ctx ends.
func (s *Server) followCertificate(ctx context.Context) {
	s.showExpiry()
	s.opts.Certificate.watch.Run(ctx, func() {
		err := s.opts.Certificate.load()
		s.metrics.reloaded(subjectCertificate, err)
		if err != nil {
			s.log.Error("certificate not reloaded", "error", err.Error())
			return
		}
		s.showExpiry()
		s.log.Info("certificate reloaded", "expires", s.opts.Certificate.current.Load().Leaf.NotAfter)
	})
}

func (s *Server) showExpiry() {
	s.metrics.certificate.Set(float64(s.opts.Certificate.current.Load().Leaf.NotAfter.Unix()))
}
