package server

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hookline/hookline/runtime/hook"
)

// pipes is a listener in memory, for bubbles: what comes from a network does not count as waiting there.
type pipes struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) dial() net.Conn {
	ours, theirs := net.Pipe()
	p.conns <- theirs
	return ours
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

// overPipes serves f in memory until the test ends.
func overPipes(t *testing.T, f *fixture) (*pipes, *http.Server) {
	t.Helper()
	listener, hooks := newPipes(), f.publicServer()
	ended := make(chan error, 1)
	go func() { ended <- f.servePublic(hooks, listener) }()
	t.Cleanup(func() {
		if err := hooks.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
		time.Sleep(time.Second) // net/http lingers on lines that it cuts
	})
	return listener, hooks
}

// wire is newCall as it goes over the line.
func wire(t *testing.T, eventID string) string {
	t.Helper()
	var text strings.Builder
	if err := newCall(eventID).Write(&text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func say(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	if _, err := conn.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

func hear(t *testing.T, lines *bufio.Reader) int {
	t.Helper()
	response, err := http.ReadResponse(lines, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode
}

// TestDeadlineCountsFromTheFirstByte has slow lines, for the first request of a connection and a later one.
func TestDeadlineCountsFromTheFirstByte(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		afterFirstByte, beforeBody time.Duration
	}{
		"a request that comes at once":    {},
		"a request with a slow head":      {afterFirstByte: 1500 * time.Millisecond},
		"a request with a slow body":      {beforeBody: 2 * time.Second},
		"a request that is slow all over": {afterFirstByte: time.Second, beforeBody: time.Second},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var left time.Duration
				f := newFixture(t, func(ctx context.Context, req *hook.Request) (*hook.Response, error) {
					deadline, _ := ctx.Deadline()
					left = time.Until(deadline)
					return allow(ctx, req)
				})
				listener, _ := overPipes(t, f)
				conn := listener.dial()
				defer func() { _ = conn.Close() }()
				lines := bufio.NewReader(conn)
				for _, eventID := range []string{"first", "second"} {
					text := wire(t, eventID)
					head := strings.Index(text, "{")
					say(t, conn, text[:1])
					time.Sleep(tc.afterFirstByte)
					say(t, conn, text[1:head])
					time.Sleep(tc.beforeBody)
					say(t, conn, text[head:])
					if status := hear(t, lines); status != http.StatusOK {
						t.Fatalf("answer %d", status)
					}
					if want := callDeadline - tc.afterFirstByte - tc.beforeBody; left != want {
						t.Errorf("%s request: the handler had %s, want %s", eventID, left, want)
					}
					time.Sleep(time.Second) // silence between requests is no part of either
				}
			})
		})
	}
}

func TestBodyThatDoesNotComeInTimeIsAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, allow)
		listener, _ := overPipes(t, f)
		conn := listener.dial()
		defer func() { _ = conn.Close() }()
		text := wire(t, "e")
		start := time.Now()
		say(t, conn, text[:len(text)-1])
		if status := hear(t, bufio.NewReader(conn)); status != http.StatusServiceUnavailable {
			t.Errorf("answer %d", status)
		}
		expectElapsed(t, start, callDeadline)
		synctest.Wait()
		expectMetric(t, f, 1, "calls_total", prometheus.Labels{"outcome": "request_late"})
		expectMetric(t, f, 0, "calls_in_flight", nil)
	})
}

// TestLimitsOfTheLine hangs up on whoever keeps the line busy or open for nothing.
func TestLimitsOfTheLine(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		say    string
		status int // 0: nothing is said
		after  time.Duration
	}{
		"silence":                 {"", 0, readHeaderTimeout},
		"a head without end":      {"POST / HTTP/1.1\r\nHost: h\r\nX: ", 0, readHeaderTimeout},
		"a head that is huge":     {"POST / HTTP/1.1\r\nHost: h\r\nX: " + strings.Repeat("x", maxHeaderBytes+8192), 431, 0},
		"a question about all":    {"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 405, 0},
		"a stranger who stays on": {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", 404, 0},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				listener, _ := overPipes(t, newFixture(t, allow))
				conn := listener.dial()
				defer func() { _ = conn.Close() }()
				start := time.Now()
				go func() { _, _ = conn.Write([]byte(tc.say)) }() // fails when the line is cut
				lines := bufio.NewReader(conn)
				if tc.status != 0 {
					if status := hear(t, lines); status != tc.status {
						t.Errorf("answer %d, want %d", status, tc.status)
					}
				}
				_, _ = io.Copy(io.Discard, lines) // returns when the line is cut
				if took := time.Since(start); took < tc.after || took > tc.after+time.Second {
					t.Errorf("the line was cut after %s, want %s", took, tc.after)
				}
			})
		})
	}
}

func TestIdleConnectionsOutliveThoseOfProxies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		listener, _ := overPipes(t, newFixture(t, allow))
		conn := listener.dial()
		defer func() { _ = conn.Close() }()
		lines := bufio.NewReader(conn)
		for _, eventID := range []string{"first", "second"} {
			say(t, conn, wire(t, eventID))
			if status := hear(t, lines); status != http.StatusOK {
				t.Fatalf("answer %d", status)
			}
			time.Sleep(610 * time.Second)
		}
		time.Sleep(idleTimeout)
		if _, err := lines.ReadByte(); err == nil {
			t.Error("the line is still open")
		}
	})
}

func TestDrainLosesNoCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, func(ctx context.Context, req *hook.Request) (*hook.Response, error) {
			time.Sleep(2 * time.Second)
			return allow(ctx, req)
		}, func(o *Options) { o.DrainDelay, o.DrainTimeout = 5*time.Second, 10*time.Second })
		f.listening.Store(true)
		listener, hooks := overPipes(t, f)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		start, drained := time.Now(), make(chan error, 1)
		go func() { drained <- f.drain(ctx, hooks, f.adminServer()) }()
		synctest.Wait()
		if missing := strings.Join(f.unready(), ";"); missing != "draining" {
			t.Errorf("while draining it lacks %q", missing)
		}

		time.Sleep(4 * time.Second) // one call within the delay, whose end is behind it
		conn := listener.dial()
		defer func() { _ = conn.Close() }()
		say(t, conn, wire(t, "e"))
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != http.StatusOK || !response.Close {
			t.Errorf("answer %d, connection closed: %t; want 200 and true", response.StatusCode, response.Close)
		}
		_ = response.Body.Close()
		if err := <-drained; err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took < 6*time.Second || took > 7*time.Second {
			t.Errorf("draining took %s, want a little more than 6s", took)
		}
	})
}

func TestDrainEndsAfterItsTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, func(context.Context, *hook.Request) (*hook.Response, error) {
			time.Sleep(time.Minute)
			return nil, nil
		}, func(o *Options) { o.DrainTimeout = time.Second })
		listener, hooks := overPipes(t, f)
		conn := listener.dial()
		defer func() { _ = conn.Close() }()
		say(t, conn, wire(t, "e"))
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		start := time.Now()
		err := f.drain(ctx, hooks, f.adminServer())
		if err == nil || !strings.Contains(err.Error(), "drain: 1 calls still in flight") {
			t.Errorf("drain: %v", err)
		}
		expectElapsed(t, start, time.Second)
		time.Sleep(time.Minute)
	})
}
