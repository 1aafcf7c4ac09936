package outbound_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/hookline/hookline/runtime/outbound"
)

// secret is in each request, and in what broken services answer.
const secret = "+15550100"

// listen starts a service on loopback that treats each connection as serve says, and returns its address.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return listener.Addr().String()
}

// certificate is one for the loopback address, and the pool that trusts it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	server := httptest.NewTLSServer(nil)
	t.Cleanup(server.Close)
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	return server.TLS.Certificates[0], pool
}

// overTLS reads one request and then does what act says.
func overTLS(cert tls.Certificate, act func(*tls.Conn)) func(net.Conn) {
	return func(raw net.Conn) {
		conn := tls.Server(raw, &tls.Config{Certificates: []tls.Certificate{cert}})
		defer func() { _ = conn.Close() }()
		req, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, req.Body)
		act(conn)
	}
}

func reset(conn *tls.Conn) {
	_ = conn.NetConn().(*net.TCPConn).SetLinger(0)
	_ = conn.NetConn().Close()
}

// hang keeps a connection open until the other side has enough of it.
func hang(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

func answer(text string) func(*tls.Conn) {
	return func(conn *tls.Conn) { _, _ = io.WriteString(conn, text) }
}

// post makes one call with a time limit and returns what is read of the answer.
func post(t *testing.T, client *outbound.Client, address string, limit time.Duration, header ...string) (int, string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+address+"/send?key="+secret, strings.NewReader(secret))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode, string(body), err
}

// refusedAddress has nobody listening.
func refusedAddress(t *testing.T, _ tls.Certificate) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	return listener.Addr().String()
}

// deafAddress has a listener whose queue is full, so that attempts to connect get no answer at all.
func deafAddress(t *testing.T, _ tls.Certificate) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	raw, err := listener.(*net.TCPListener).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Control(func(fd uintptr) { err = syscall.Listen(int(fd), 0) }); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		conn, err := net.DialTimeout("tcp", listener.Addr().String(), 100*time.Millisecond)
		if err != nil {
			return listener.Addr().String()
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
	t.Fatal("the queue takes more than it should")
	return ""
}

// failure is a call that gets no answer.
type failure struct {
	address func(t *testing.T, cert tls.Certificate) string
	public  bool          // trust the public CAs instead
	limit   time.Duration // 0: 10s
	notSent bool
	want    string
	is      error
}

// afterRequest is a service that reads a request and does something else than answer.
func afterRequest(act func(*tls.Conn)) func(*testing.T, tls.Certificate) string {
	return func(t *testing.T, cert tls.Certificate) string { return listen(t, overTLS(cert, act)) }
}

// atOnce is a service that does something with each connection.
func atOnce(act func(net.Conn)) func(*testing.T, tls.Certificate) string {
	return func(t *testing.T, _ tls.Certificate) string { return listen(t, act) }
}

var failures = map[string]failure{
	"nobody listens": {address: refusedAddress, notSent: true, want: "connection refused"},
	"the connection is never accepted": {
		address: deafAddress, notSent: true, want: "connect: no connection within 800ms"},
	"nobody does the handshake": {
		address: atOnce(hang), notSent: true, want: "connect: no connection within 800ms"},
	"the handshake is broken off": {
		address: atOnce(func(conn net.Conn) { _ = conn.Close() }), notSent: true, want: "connect: "},
	"the service speaks no TLS": {
		address: atOnce(func(conn net.Conn) { _, _ = io.WriteString(conn, "HTTP/1.1 400 "+secret+"\r\n\r\n") }),
		notSent: true, want: "connect: it does not speak TLS as it should"},
	"the certificate is of another CA": {
		address: afterRequest(answer("HTTP/1.1 200 OK\r\n\r\n")), public: true,
		notSent: true, want: "connect: tls: failed to verify certificate: x509: "},
	"the name is not known": {
		address: func(*testing.T, tls.Certificate) string { return "hookline.invalid:443" }, notSent: true, want: "connect: "},
	"time is up while connecting": {
		address: atOnce(hang), limit: 50 * time.Millisecond,
		notSent: true, want: "connect: no answer in time", is: context.DeadlineExceeded},
	"the connection is reset after the request": {address: afterRequest(reset), want: "call: "},
	"the connection ends after the request": {
		address: afterRequest(func(*tls.Conn) {}), want: "call: the connection ended before there was an answer"},
	"there is no answer": {
		address: afterRequest(func(conn *tls.Conn) { hang(conn) }), limit: 200 * time.Millisecond,
		want: "call: no answer in time", is: context.DeadlineExceeded},
	"the answer is no HTTP": {
		address: afterRequest(answer("250 sent to " + secret + "\r\n\r\n")), want: "call: the answer is not HTTP as it should be"},
	"the answer goes over to something else": {
		address: afterRequest(func(conn *tls.Conn) {
			answer("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: " + secret + "\r\n\r\n")(conn)
			hang(conn)
		}), want: "call: the answer is not HTTP as it should be"},
	"the answer has headers without end": {
		address: afterRequest(answer("HTTP/1.1 200 OK\r\nx: " + strings.Repeat("a", 100<<10) + "\r\n\r\n")),
		want:    "call: the answer is not HTTP as it should be"},
}

func TestErrorsSayWhetherTheCallCanHaveArrived(t *testing.T) {
	t.Parallel()
	for name, tc := range failures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cert, roots := certificate(t)
			if tc.public {
				roots = nil
			}
			client := outbound.NewClient(roots)
			t.Cleanup(client.Close)
			address, limit := tc.address(t, cert), tc.limit
			if limit == 0 {
				limit = 10 * time.Second
			}
			start := time.Now()
			_, _, err := post(t, client, address, limit)
			if err == nil {
				t.Fatal("no error")
			}
			if got := outbound.NotSent(err); got != tc.notSent {
				t.Errorf("NotSent(%v) is %t", err, got)
			}
			if !strings.Contains(err.Error(), tc.want) || tc.is != nil && !errors.Is(err, tc.is) {
				t.Errorf("got error %q, want %q", err, tc.want)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("error %q quotes", err)
			}
			if took := time.Since(start); took > min(limit, 4*time.Second)+time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func TestOtherErrorsMayHaveArrived(t *testing.T) {
	t.Parallel()
	for _, err := range []error{nil, io.EOF, outbound.ErrAnswerTooLarge, context.DeadlineExceeded} {
		if outbound.NotSent(err) {
			t.Errorf("NotSent(%v)", err)
		}
	}
}

func TestCallThatCanNotBeSentAnyMoreIsNotSent(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	address := listen(t, func(conn net.Conn) { connections.Add(1); _ = conn.Close() })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+address, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = outbound.NewClient(nil).Do(req)
	if !outbound.NotSent(err) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if connections.Load() != 0 {
		t.Error("it connected")
	}
}

func TestAnswersAreReadUpToALimit(t *testing.T) {
	t.Parallel()
	cert, pool := certificate(t)
	body := strings.Repeat("a", outbound.MaxAnswerBytes)
	cases := map[string]struct {
		answer  string
		status  int
		body    string
		problem error
	}{
		"an answer of exactly that size is read": {"HTTP/1.0 200 OK\r\n\r\n" + body, 200, body, nil},
		"one byte more is too much":              {"HTTP/1.0 200 OK\r\n\r\n" + body + "a", 200, body, outbound.ErrAnswerTooLarge},
		"an announced size does not matter":      {"HTTP/1.1 500 No\r\nContent-Length: 999999999\r\n\r\n" + body + "aa", 500, body, outbound.ErrAnswerTooLarge},
		"half an answer has its status":          {"HTTP/1.1 400 No\r\nContent-Length: 10\r\n\r\nhalf", 400, "half", io.ErrUnexpectedEOF},
		"a redirect is an answer":                {"HTTP/1.1 307 Elsewhere\r\nLocation: /other\r\nContent-Length: 2\r\n\r\nno", 307, "no", nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			address := listen(t, overTLS(cert, func(conn *tls.Conn) {
				requests.Add(1)
				answer(tc.answer)(conn)
			}))
			client := outbound.NewClient(pool)
			t.Cleanup(client.Close)
			status, got, err := post(t, client, address, 10*time.Second)
			if status != tc.status || got != tc.body || !errors.Is(err, tc.problem) {
				t.Errorf("got status %d, %d bytes, error %v", status, len(got), err)
			}
			if requests.Load() != 1 {
				t.Errorf("made %d requests", requests.Load())
			}
		})
	}
}

func TestConnectionIsUsedAgain(t *testing.T) {
	t.Parallel()
	connections := make(chan string, 10)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { connections <- r.RemoteAddr }))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	_, pool := certificate(t)
	client := outbound.NewClient(pool)
	from := func() string {
		if _, _, err := post(t, client, server.Listener.Addr().String(), 10*time.Second); err != nil {
			t.Fatal(err)
		}
		return <-connections
	}
	first := from()
	if second := from(); second != first {
		t.Errorf("the second call came from %s, the first one from %s", second, first)
	}
	client.Close()
	if third := from(); third == first {
		t.Error("Close kept the connection")
	}
}

// TestCallOnConnectionThatBreaksIsNotRepeated breaks a connection that has served one call, which is where
// net/http itself would repeat a call that it takes for one that may be repeated.
func TestCallOnConnectionThatBreaksIsNotRepeated(t *testing.T) {
	t.Parallel()
	cert, pool := certificate(t)
	var requests atomic.Int32
	address := listen(t, func(raw net.Conn) {
		conn := tls.Server(raw, &tls.Config{Certificates: []tls.Certificate{cert}})
		reader := bufio.NewReader(conn)
		for {
			req, err := http.ReadRequest(reader)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, req.Body)
			if requests.Add(1) == 2 {
				reset(conn)
				return
			}
			answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")(conn)
		}
	})
	client := outbound.NewClient(pool)
	t.Cleanup(client.Close)
	if _, _, err := post(t, client, address, 10*time.Second, "Idempotency-Key", "e-1"); err != nil {
		t.Fatal(err)
	}
	_, _, err := post(t, client, address, 10*time.Second, "Idempotency-Key", "e-1")
	if err == nil || outbound.NotSent(err) {
		t.Errorf("got error %v", err)
	}
	if requests.Load() != 2 {
		t.Errorf("%d requests arrived", requests.Load())
	}
}
