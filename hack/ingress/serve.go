package ingress

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// Run serves HTTPS on listener until ctx ends, then drains: not ready at once, taking calls for
// DrainDelay, then waiting for those in flight for DrainTimeout. It closes listener.
func (c *Controller) Run(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           c,
		TLSConfig:         &tls.Config{GetCertificate: c.certificate, MinVersion: tls.VersionTLS12},
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       time.Minute,
		ErrorLog:          slog.NewLogLogger(c.log.Handler(), slog.LevelDebug),
	}
	defer c.transport.CloseIdleConnections()
	// The table is kept up to date while calls are drained.
	following, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	group, running := errgroup.WithContext(ctx)
	started := make(chan struct{})
	group.Go(func() error { return c.follow(following, started) })
	group.Go(func() error {
		defer stop()
		select {
		case <-started:
		case <-running.Done():
			return listener.Close()
		}
		c.ready.Store(true)
		if err := server.ServeTLS(listener, "", ""); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		<-running.Done()
		return c.drain(ctx, server)
	})
	return group.Wait()
}

func (c *Controller) drain(ctx context.Context, server *http.Server) error {
	wasReady := c.ready.Swap(false)
	if ctx.Err() != nil && wasReady { // the end was asked for; else something broke and nothing is worth waiting for
		time.Sleep(c.DrainDelay)
	}
	timeout, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.DrainTimeout)
	defer cancel()
	if err := server.Shutdown(timeout); err != nil {
		return errors.Join(fmt.Errorf("drain: %w", err), server.Close())
	}
	return nil
}

// certificate is the one that an Ingress has for the host that is asked for, or the default.
func (c *Controller) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if found := c.table.Load().certificates[strings.ToLower(hello.ServerName)]; found != nil {
		return found, nil
	}
	if c.Default != nil {
		return c.Default, nil
	}
	return nil, fmt.Errorf("no Ingress has a certificate for %q", hello.ServerName)
}
