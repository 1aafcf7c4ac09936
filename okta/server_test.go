package okta

import (
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const testToken = "00token-that-must-not-leak"

// aHook is a reply as Okta gives it, with an id.
const aHook = `{"id":"calA","status":"ACTIVE","name":"x","type":"com.okta.telephony.provider","version":"1.0.0",
"channel":{"type":"HTTP","version":"1.0.0","config":{"uri":"https://h.example/x","headers":[],"method":"POST","authScheme":{"type":"HEADER","key":"Authorization"}}},
"created":"2025-03-13T23:38:58.000Z","lastUpdated":"2025-03-13T23:39:59.000Z","_links":{}}`

// server is an org whose every answer a test writes by hand.
type server struct {
	*httptest.Server
	requests atomic.Int64

	mu   sync.Mutex
	seen []string // "METHOD /path?query"
}

func serve(t testing.TB, answer http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		_, _ = io.Copy(io.Discard, r.Body) // or the server does not notice a client that goes away
		s.mu.Lock()
		s.seen = append(s.seen, r.Method+" "+r.RequestURI)
		s.mu.Unlock()
		answer(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // tests break connections on purpose
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func (s *server) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.seen...)
}

func (s *server) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}

// client talks to the server; change may set more of the configuration.
func (s *server) client(t testing.TB, change ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{URL: s.URL, APIToken: NewSecret(testToken), RootCAs: s.roots(), Timeout: 5 * time.Second}
	for _, c := range change {
		c(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// answer is a handler that always says the same.
func answer(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// hangUp closes the connection without an answer, which the client sees as EOF.
func hangUp(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

func asError(t testing.TB, err error) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v (%T), want an *Error", err, err)
	}
	return e
}

func spec() InlineHookSpec {
	return InlineHookSpec{
		Name: "x", Type: "com.okta.telephony.provider",
		Channel: Channel{
			URI:        "https://h.example/x",
			Headers:    []Header{{Key: "X-Hookline-Owner", Value: "c/ns/x"}},
			AuthScheme: &AuthScheme{Key: "Authorization", Value: NewSecret("Basic c2VjcmV0OnNlY3JldA==")},
		},
	}
}
