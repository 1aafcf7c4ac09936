package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/hookline/hookline/okta/oktasim"
)

// drainTimeout is longer than two attempts to call a hook.
const drainTimeout = 8 * time.Second

// run serves the org until ctx ends, and says so on out once it is ready.
func run(ctx context.Context, cfg config, out io.Writer) error {
	opts, err := cfg.options()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", cfg.listen)
	if err != nil {
		return fmt.Errorf("listen on --listen address: %w", err)
	}
	defer func() { _ = listener.Close() }() // closed already after an orderly end
	host, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return fmt.Errorf("split listening address: %w", err)
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost" // a client cannot connect to "all addresses"
	}
	listenHost, _, _ := net.SplitHostPort(cfg.listen) // net.Listen took it apart already
	certificate, err := serverCertificate(cfg.tlsDir, append([]string{host, listenHost}, cfg.tlsNames...), time.Now())
	if err != nil {
		return err
	}
	server := newServer(oktasim.New(opts), certificate)
	if _, err := fmt.Fprintf(out, "oktasim: https://%s ready\n", net.JoinHostPort(host, port)); err != nil {
		return fmt.Errorf("report ready: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.ServeTLS(listener, "", "") }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		_ = server.Close()
		return fmt.Errorf("shut down: %w", err)
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// newServer speaks HTTP/1 only: a fault that cuts a connection then hits exactly
// one request.
func newServer(org *oktasim.Org, certificate tls.Certificate) *http.Server {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	return &http.Server{
		Handler:           org,
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
		Protocols:         &protocols,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		// Clients that do not trust the CA, and connections that faults cut, are
		// not worth a line each.
		ErrorLog: log.New(io.Discard, "", 0),
	}
}
