package oktasim

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// newHookClient returns the client for hooks and token endpoints: HTTPS only,
// redirects not followed, no proxy. Connections are kept for a while, as Okta
// does, so a hook's server meets both new and reused ones.
func (o *Org) newHookClient() *http.Client {
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialTLSContext: o.dialTLS,
			DialContext: func(context.Context, string, string) (net.Conn, error) {
				return nil, errors.New("hooks are called over HTTPS only")
			},
			MaxIdleConnsPerHost: 16,
			IdleConnTimeout:     30 * time.Second,
		},
	}
}

// dialTLS connects to where Resolve says addr is and checks the certificate for
// the name in addr.
func (o *Org) dialTLS(ctx context.Context, network, addr string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	roots, err := o.trustedCAs()
	if err != nil {
		return nil, err
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, locate(o.opts.Resolve, host, port))
	if err != nil {
		return nil, err
	}
	secured := tls.Client(conn, &tls.Config{ServerName: host, RootCAs: roots, MinVersion: tls.VersionTLS12})
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secured, nil
}

// locate returns the address of host: the entry of its name, of the nearest
// wildcard above it, of "*", or itself.
func locate(resolve map[string]string, host, port string) string {
	names := []string{strings.ToLower(host)}
	for rest := names[0]; ; {
		_, parent, found := strings.Cut(rest, ".")
		if !found {
			break
		}
		names = append(names, "*."+parent)
		rest = parent
	}
	for _, name := range append(names, "*") {
		address, found := resolve[name]
		if !found {
			continue
		}
		if _, _, err := net.SplitHostPort(address); err == nil {
			return address
		}
		return net.JoinHostPort(strings.Trim(address, "[]"), port)
	}
	return net.JoinHostPort(host, port)
}

// trustedCAs reads the CA files anew, so that a demo may start the org before
// its hooks have certificates. nil means the system's.
func (o *Org) trustedCAs() (*x509.CertPool, error) {
	if len(o.opts.TrustCAFiles) == 0 {
		return o.opts.TrustCAs, nil
	}
	pool := x509.NewCertPool()
	if o.opts.TrustCAs != nil {
		pool = o.opts.TrustCAs.Clone()
	}
	for _, file := range o.opts.TrustCAFiles {
		pem, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read trusted CA: %w", err)
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read trusted CA %s: no certificate in it", file)
		}
	}
	return pool, nil
}
