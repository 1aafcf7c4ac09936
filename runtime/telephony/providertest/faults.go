package providertest

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Point is where in a request a fault happens.
type Point string

const (
	// Connect is before TLS: whichever vendor, because nobody knows yet. Connections that are open stay so.
	Connect Point = "connect"
	// Before is when the request has arrived, and its message is not accepted: nothing is delivered.
	Before Point = "before"
	// After is when the message is accepted and delivered.
	After Point = "after"
)

// Action is what a fault does.
type Action string

const (
	// Hang says nothing any more.
	Hang Action = "hang"
	// Reset breaks the connection. At Connect it is like a service that is down.
	Reset Action = "reset"
	// Refuse answers with Status and Code, in the vendor's own form. After has it lie: the message is delivered.
	// At Vonage, the SMS API then says so of the second part only.
	Refuse Action = "refuse"
	// Half answers half and breaks the connection. Before has it answer half of a refusal, with Status and Code.
	Half Action = "half"
	// Garbage answers with the right status and a page that is no JSON.
	Garbage Action = "garbage"
	// Empty answers with the right status and an empty object.
	Empty Action = "empty"
	// Huge answers with the right status and a megabyte.
	Huge Action = "huge"
	// Slow waits for Delay and goes on as ever.
	Slow Action = "slow"
)

// Fault is something that goes wrong.
type Fault struct {
	// Vendor that it happens at; empty for all.
	Vendor Vendor `json:"vendor,omitempty"`
	// At is the point, and Do what happens there.
	At Point  `json:"at"`
	Do Action `json:"do"`
	// Status and Code are the answer of Refuse, and of Half at Before.
	Status int    `json:"status,omitempty"`
	Code   string `json:"code,omitempty"`
	// Delay of Slow, in nanoseconds where it is JSON.
	Delay time.Duration `json:"delay,omitempty"`
	// Times is how often it happens; 0: until Reset or ClearFaults.
	Times int `json:"times,omitempty"`
}

// actions that there are at each point.
var actions = map[Point][]Action{
	Connect: {Hang, Reset, Slow},
	Before:  {Hang, Reset, Refuse, Half},
	After:   {Hang, Reset, Refuse, Half, Garbage, Empty, Huge, Slow},
}

// AddFault has something go wrong from now on. Faults happen in the order in which they were added.
func (s *Sim) AddFault(f Fault) error {
	if !slices.Contains(actions[f.At], f.Do) {
		return fmt.Errorf("%w as %q at %q; there are %v", errNoFault, f.Do, f.At, actions)
	}
	if (f.Do == Refuse || f.Do == Half && f.At == Before) && (f.Status < 200 || f.Status > 599) {
		return fmt.Errorf("%w: a refusal needs a status from 200 to 599", errNoFault)
	}
	if f.Do == Slow && f.Delay <= 0 {
		return fmt.Errorf("%w: slow needs a delay", errNoFault)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f)
	return nil
}

// ClearFaults has everything work again, except what hangs already.
func (s *Sim) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// takeFault is the first fault for a vendor at one of the points.
func (s *Sim) takeFault(v Vendor, points ...Point) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if !slices.Contains(points, f.At) || f.Vendor != "" && f.Vendor != v && v != "" {
			continue
		}
		switch f.Times {
		case 0:
		case 1:
			s.faults = slices.Delete(slices.Clone(s.faults), i, i+1)
		default:
			s.faults[i].Times--
		}
		return f, true
	}
	return Fault{}, false
}

// act does what a fault does instead of the answer.
func (s *Sim) act(w http.ResponseWriter, r *http.Request, f Fault, result outcome, answered func(outcome, bool)) {
	switch f.Do {
	case Hang:
		answered(result, false)
		s.wait(r.Context(), 0)
		return
	case Reset:
		answered(result, false)
		reset(w)
		return
	case Half:
		answered(result, false)
		half(w, result)
		return
	case Garbage:
		result.body, result.contentType = "<html><body>Welcome!</body></html>", "text/html"
	case Empty:
		result.body = "{}"
	case Huge:
		result.body += strings.Repeat(" ", 1<<20)
	case Slow:
		s.wait(r.Context(), f.Delay)
	}
	answered(result, true)
	result.write(w)
}

// hijack takes the connection over; nil if that is not possible.
func hijack(w http.ResponseWriter) (net.Conn, *bufio.ReadWriter) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, nil
	}
	return conn, buffered
}

func reset(w http.ResponseWriter) {
	if conn, _ := hijack(w); conn != nil {
		abort(conn)
	}
}

// abort has the other side see a connection that was reset, not one that ended.
func abort(conn net.Conn) {
	if encrypted, ok := conn.(*tls.Conn); ok {
		conn = encrypted.NetConn()
	}
	if faulty, ok := conn.(*faultyConn); ok {
		conn = faulty.Conn
	}
	if raw, ok := conn.(*net.TCPConn); ok {
		_ = raw.SetLinger(0)
	}
	_ = conn.Close()
}

func half(w http.ResponseWriter, result outcome) {
	conn, _ := hijack(w)
	if conn == nil {
		return
	}
	_, _ = fmt.Fprintf(conn, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", result.status,
		http.StatusText(result.status), result.contentType, len(result.body), result.body[:len(result.body)/2])
	_ = conn.Close()
}

// faultyListener has the faults of Connect.
type faultyListener struct {
	net.Listener
	sim *Sim
}

// Accept implements net.Listener.
func (l faultyListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		f, isFaulty := l.sim.takeFault("", Connect)
		switch {
		case isFaulty && f.Do == Reset:
			abort(conn)
		case isFaulty && f.Do == Hang:
			go func() {
				l.sim.wait(context.Background(), 0)
				_ = conn.Close()
			}()
		case isFaulty:
			return &faultyConn{Conn: conn, sim: l.sim, delay: f.Delay}, nil
		default:
			return conn, nil
		}
	}
}

// faultyConn waits before it reads anything.
type faultyConn struct {
	net.Conn
	sim   *Sim
	delay time.Duration
	once  sync.Once
}

// Read implements io.Reader.
func (c *faultyConn) Read(into []byte) (int, error) {
	isOpen := true
	c.once.Do(func() { isOpen = c.sim.wait(context.Background(), c.delay) })
	if !isOpen {
		return 0, io.EOF
	}
	return c.Conn.Read(into)
}
