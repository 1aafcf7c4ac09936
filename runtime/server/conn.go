package server

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// clockedListener notes for each request when its first byte came. net/http tells nobody: its StateActive
// comes after the whole head, so a slow head would be time that Okta counts and the deadline does not. On a
// TLS connection the first request begins with the handshake, which Okta counts as well.
type clockedListener struct{ net.Listener }

// Accept implements net.Listener.
func (l clockedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &clockedConn{Conn: conn, accepted: time.Now()}, nil
}

type clockedConn struct {
	net.Conn
	accepted time.Time
	// firstByte is the time from accepted to the first byte of the current request, plus one so that
	// zero can mean that there was none yet.
	firstByte atomic.Int64
}

// Read implements net.Conn.
func (c *clockedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && c.firstByte.Load() == 0 {
		c.firstByte.Store(int64(time.Since(c.accepted)) + 1)
	}
	return n, err
}

// requestStart is when the first byte of the current request came; now, if its bytes came along with the
// request before.
func (c *clockedConn) requestStart() time.Time {
	if after := c.firstByte.Load(); after > 0 {
		return c.accepted.Add(time.Duration(after - 1))
	}
	return time.Now()
}

type connKey struct{}

// withConn is the http.Server's ConnContext.
func withConn(ctx context.Context, conn net.Conn) context.Context {
	if clocked := unwrap(conn); clocked != nil {
		return context.WithValue(ctx, connKey{}, clocked)
	}
	return ctx
}

// onConnState is the http.Server's ConnState: an idle connection waits for the first byte of its next request.
func onConnState(conn net.Conn, state http.ConnState) {
	if clocked := unwrap(conn); clocked != nil && state == http.StateIdle {
		clocked.firstByte.Store(0)
	}
}

func unwrap(conn net.Conn) *clockedConn {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	clocked, _ := conn.(*clockedConn)
	return clocked
}

// startOf is when the request's first byte came.
func startOf(r *http.Request) time.Time {
	if clocked, ok := r.Context().Value(connKey{}).(*clockedConn); ok {
		return clocked.requestStart()
	}
	return time.Now()
}
