package outbound

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
	"time"
)

const (
	// connectTimeout is for finding the address, connecting, a proxy and TLS together. It leaves time for
	// another provider to be tried.
	connectTimeout = 800 * time.Millisecond
	// idleTimeout is less than the five seconds after which the most hasty servers (Node.js, unless told
	// otherwise) close a connection that idles. A POST that meets the closing of its connection is lost, and
	// nobody knows on which side of it.
	idleTimeout = 4 * time.Second
	// idleConnections are kept per host.
	idleConnections = 32
	// maxHeaderBytes of an answer.
	maxHeaderBytes = 64 << 10
)

// MaxAnswerBytes is how much of the body of an answer is read. Services answer with a kilobyte or two.
const MaxAnswerBytes = 64 << 10

// ErrAnswerTooLarge is what reading a body beyond MaxAnswerBytes ends in.
var ErrAnswerTooLarge = fmt.Errorf("the answer is larger than %d KiB", MaxAnswerBytes>>10)

// Client makes HTTP calls that do something at the other side, such as sending a text message. It makes each
// call once, whatever happens to it, and tells of one that failed whether it can have arrived ([NotSent]).
// Redirects are answers like any other. Safe for concurrent use.
//
// It speaks HTTP/1.1 only. A connection of HTTP/2 carries many calls, so one that breaks would leave all of
// them open, and calls that the server refused before it looked at them would be repeated behind our back.
type Client struct {
	transport *http.Transport
}

// NewClient makes a client that trusts roots, or the public CAs if roots is nil. A proxy is used if the
// environment names one, as usual (HTTPS_PROXY, NO_PROXY), but not for plain HTTP: that is for services of the
// same node, and a proxy would read the credentials.
func NewClient(roots *x509.CertPool) *Client { return newClient(roots, http.ProxyFromEnvironment) }

func newClient(roots *x509.CertPool, proxy func(*http.Request) (*url.URL, error)) *Client {
	config := &tls.Config{RootCAs: roots}
	dialer := &net.Dialer{Timeout: connectTimeout}
	return &Client{transport: &http.Transport{
		Proxy: func(req *http.Request) (*url.URL, error) {
			if req.URL.Scheme == "http" {
				return nil, nil
			}
			return proxy(req)
		},
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
			return refusedByProxy(resp.StatusCode)
		},
		DialContext: dialer.DialContext,
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return dialTLS(ctx, config, network, address)
		},
		TLSClientConfig:        config, // behind a proxy
		TLSHandshakeTimeout:    connectTimeout,
		IdleConnTimeout:        idleTimeout,
		MaxIdleConnsPerHost:    idleConnections,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}}
}

// errConnectTimeout is told apart from the end of the call, which looks the same where it happens.
var errConnectTimeout = fmt.Errorf("no connection within %s", connectTimeout)

// proxyError is a proxy that does not connect to the service.
type proxyError struct{ status int }

// Error implements error.
func (e proxyError) Error() string {
	if e.status == http.StatusProxyAuthRequired {
		return "the proxy answered 407: it wants other credentials; write them into HTTPS_PROXY, as http://user:password@proxy"
	}
	return fmt.Sprintf("the proxy answered %d instead of connecting", e.status)
}

// refusedByProxy is the error of an answer to CONNECT; nil if it is none.
func refusedByProxy(status int) error {
	if status == http.StatusOK {
		return nil
	}
	return proxyError{status}
}

func dialTLS(ctx context.Context, config *tls.Config, network, address string) (net.Conn, error) {
	within, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := (&tls.Dialer{Config: config}).DialContext(within, network, address)
	var late net.Error
	if err != nil && ctx.Err() == nil && errors.As(err, &late) && late.Timeout() {
		return nil, errConnectTimeout
	}
	return conn, err
}

// Do makes one call. An answer of any status is no error; reading its body ends after [MaxAnswerBytes], and
// with the context of req. The caller closes it. Errors name addresses and certificates, but nothing of the
// call or the answer.
func (c *Client) Do(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	// Each step on the way to a connection has its own limit, but not all of them together, nor the answer of
	// a proxy.
	connecting := time.AfterFunc(connectTimeout, func() { cancel(errConnectTimeout) })
	connected := false
	once := req.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { // on this goroutine
			connecting.Stop()
			connected = true
		},
	}))
	// Without it the body can't be sent again, so a call whose connection broke is not repeated: not even if a
	// header such as Idempotency-Key would have it.
	once.GetBody = nil
	resp, err := c.transport.RoundTrip(once)
	connecting.Stop()
	if err == nil && resp.StatusCode == http.StatusSwitchingProtocols {
		// What follows is no body: reading it would go on until the call ends.
		_ = resp.Body.Close()
		err = errNoHTTP
	}
	if err != nil {
		cancel(nil)
		return nil, &callError{notSent: !connected, problem: explain(connected, err)}
	}
	resp.Body = &cappedBody{body: resp.Body, left: MaxAnswerBytes, release: func() { cancel(nil) }}
	return resp, nil
}

// errNoHTTP is an answer that nobody asked for. It may have been carried out all the same.
var errNoHTTP = errors.New("the answer is not HTTP as it should be")

// Close lets go of the connections that idle.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// callError is a call that got no answer.
type callError struct {
	notSent bool
	problem error
}

// Error implements error.
func (e *callError) Error() string { return e.problem.Error() }

// Unwrap gives what is wrong.
func (e *callError) Unwrap() error { return e.problem }

// NotSent reports whether err is of a call that definitely did not reach the service: there was never a
// connection to it. False means that it may have arrived.
func NotSent(err error) bool {
	var failed *callError
	return errors.As(err, &failed) && failed.notSent
}

// explain repeats errors that have nothing in them but addresses, names and certificates. Others may quote
// what came from the other side.
func explain(connected bool, err error) error {
	var (
		operation   *net.OpError
		resolution  *net.DNSError
		certificate *tls.CertificateVerificationError
		proxy       proxyError
	)
	stage := "connect"
	if connected {
		stage = "call"
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: no answer in time: %w", stage, context.DeadlineExceeded)
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("%s: %w", stage, context.Canceled)
	case errors.Is(err, errConnectTimeout):
		return fmt.Errorf("%s: %w", stage, errConnectTimeout)
	case errors.As(err, &proxy):
		return fmt.Errorf("connect: %w", proxy)
	case errors.As(err, &certificate):
		return fmt.Errorf("connect: %w", certificate)
	case errors.As(err, &resolution):
		return fmt.Errorf("connect: %w", resolution)
	case errors.As(err, &operation):
		return fmt.Errorf("%s: %w", stage, operation)
	case !connected:
		return errors.New("connect: it does not speak TLS as it should")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("call: the connection ended before there was an answer")
	default:
		return fmt.Errorf("call: %w", errNoHTTP)
	}
}

// cappedBody reads a body up to a size.
type cappedBody struct {
	body    io.ReadCloser
	left    int64
	release func() // of the call's context
}

// Read implements io.Reader.
func (b *cappedBody) Read(into []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrAnswerTooLarge
	}
	// One byte beyond tells a body that ends here from one that goes on.
	if int64(len(into)) > b.left+1 {
		into = into[:b.left+1]
	}
	n, err := b.body.Read(into)
	b.left -= int64(n)
	if b.left < 0 {
		return n - 1, ErrAnswerTooLarge
	}
	return n, err
}

// Close implements io.Closer.
func (b *cappedBody) Close() error {
	defer b.release()
	return b.body.Close()
}
