package okta

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// Limits of the connection to an org.
const (
	// maxReply is far above a list of 100 hooks (the most an org has) with the
	// longest URIs and many headers, and far below what would hurt the manager.
	maxReply = 4 << 20
	// maxReplyHeader bounds the header of a reply.
	maxReplyHeader = 64 << 10
	// idleConnection is below the idle timeout of common load balancers (60 s):
	// a connection that the other side closes while a POST is being written
	// leaves that POST with an unknown outcome.
	idleConnection = 30 * time.Second
	// connect bounds TCP connecting and the TLS handshake, each, so that an
	// address that swallows packets is told apart from a slow answer.
	connect = 5 * time.Second
)

// exchange is one request and what came back, filled in by the transport.
type exchange struct {
	op     operation
	sent   atomic.Bool // the request header was written: Okta may have acted
	status int         // 0: no reply
	header http.Header
	body   []byte
	err    error // why there is no reply, or not the whole one
}

type exchangeKey struct{}

func withExchange(ctx context.Context, ex *exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, ex)
}

// errNotAnswered is all that the SDK learns of a failed request. It must never
// match io.EOF, on which the SDK repeats the request at once and for ever.
var errNotAnswered = errors.New("request was not answered")

// errReplyTooLarge is told to people, unlike errNotAnswered.
var errReplyTooLarge = fmt.Errorf("the reply is larger than %d MiB", maxReply>>20)

// timeoutError is the cause of a context whose call took longer than the
// client allows, as against one that the caller ended.
type timeoutError time.Duration

func (t timeoutError) Error() string {
	return fmt.Sprintf("no complete answer within %s", time.Duration(t))
}

// transport sits between the SDK and the network.
type transport struct {
	host    string
	base    *http.Transport
	metrics *Metrics
}

func newTransport(host string, roots *x509.CertPool, metrics *Metrics) *transport {
	return &transport{host: host, metrics: metrics, base: &http.Transport{
		Proxy:                  environmentProxy,
		DialContext:            (&net.Dialer{Timeout: connect}).DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    connect,
		IdleConnTimeout:        idleConnection,
		MaxIdleConnsPerHost:    4,
		MaxResponseHeaderBytes: maxReplyHeader,
		// HTTP/1.1 only, by leaving ForceAttemptHTTP2 unset: one call per
		// connection keeps "was it sent" a question with an answer. net/http
		// repeats by itself what it did not begin to send, and reads whose used
		// connection broke; never a write.
	}}
}

// environmentProxy honours HTTPS_PROXY and NO_PROXY, which clusters without
// direct egress rely on. The error of the standard library quotes the value,
// and with it the proxy's password.
func environmentProxy(req *http.Request) (*url.URL, error) {
	proxy, err := http.ProxyFromEnvironment(req)
	if err != nil {
		return nil, errors.New("the proxy in the environment (HTTPS_PROXY) is not a valid URL")
	}
	return proxy, nil
}

// RoundTrip implements http.RoundTripper. Whatever Okta answers goes into the
// exchange; the SDK gets an empty 204, which is the one reply that it neither
// decodes nor retries, follows, caches nor takes apart.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ex, ok := req.Context().Value(exchangeKey{}).(*exchange)
	if !ok {
		return nil, errors.New("request does not belong to a call")
	}
	start := time.Now()
	defer func() { t.metrics.answered(t.host, ex, time.Since(start)) }()

	if err := t.exchange(req, ex); err != nil {
		ex.err = err
		return nil, errNotAnswered
	}
	return &http.Response{
		StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody, Request: req,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

// exchange sends the request and reads the reply to its end, so that the
// deadline covers the body too and a cut one is an error of the connection.
func (t *transport) exchange(req *http.Request, ex *exchange) error {
	trace := &httptrace.ClientTrace{WroteHeaders: func() { ex.sent.Store(true) }}
	resp, err := t.base.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	ex.status, ex.header = resp.StatusCode, resp.Header
	ex.body, err = io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	if err == nil && len(ex.body) > maxReply {
		err = errReplyTooLarge
	}
	return err
}
