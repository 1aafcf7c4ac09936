package oktasim_test

import (
	"crypto/x509"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hookline/hookline/okta/oktasim"
)

const (
	passwordType     = "com.okta.user.credential.password.import"
	registrationType = "com.okta.user.pre-registration"
	telephonyType    = "com.okta.telephony.provider"
	tokenType        = "com.okta.oauth2.tokens.transform"
	samlType         = "com.okta.saml.tokens.transform"
	userImportType   = "com.okta.import.transform"

	hooksPath = "/api/v1/inlineHooks"
	token     = "test-token"
)

// clock is a clock that stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2025, 3, 13, 23, 38, 58, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// bench is an org behind HTTPS. Every reply that do gets is checked against
// Okta's schemas when they are there.
type bench struct {
	t      *testing.T
	org    *oktasim.Org
	server *httptest.Server
	clock  *clock
}

func start(t *testing.T, opts oktasim.Options) *bench {
	t.Helper()
	c := newClock()
	opts.APIToken = token
	if opts.Clock == nil {
		opts.Clock = c.now
	}
	org := oktasim.New(opts)
	server := httptest.NewTLSServer(org.Handler())
	t.Cleanup(server.Close)
	return &bench{t: t, org: org, server: server, clock: c}
}

type answer struct {
	status int
	header http.Header
	body   string
}

// do sends a request with the API token.
func (b *bench) do(method, path, body string) answer {
	b.t.Helper()
	a, err := b.try(method, path, body, nil)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	checkReply(b.t, method, path, a)
	return a
}

// try sends a request with header laid over the usual ones.
func (b *bench) try(method, path, body string, header map[string]string) (answer, error) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.server.URL+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+token)
	req.Header.Set("Accept", "application/json")
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for key, value := range header {
		req.Header.Set(key, value)
	}
	resp, err := b.server.Client().Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(raw)}, err
}

// must is do for a request that has to succeed; it returns the decoded body.
func (b *bench) must(method, path, body string) map[string]any {
	b.t.Helper()
	a := b.do(method, path, body)
	if a.status > 299 {
		b.t.Fatalf("%s %s: got %d %s", method, path, a.status, a.body)
	}
	if a.body == "" {
		return nil
	}
	return a.object(b.t)
}

func (a answer) object(t *testing.T) map[string]any {
	t.Helper()
	var decoded map[string]any
	if err := json.Unmarshal([]byte(a.body), &decoded); err != nil {
		t.Fatalf("decode %q: %v", a.body, err)
	}
	return decoded
}

func (a answer) list(t *testing.T) []map[string]any {
	t.Helper()
	var decoded []map[string]any
	if err := json.Unmarshal([]byte(a.body), &decoded); err != nil {
		t.Fatalf("decode %q: %v", a.body, err)
	}
	return decoded
}

// refused checks an answer for an error code, or the start of one, and for a part
// of its cause or summary.
func (a answer) refused(t *testing.T, status int, code, text string) {
	t.Helper()
	if a.status != status {
		t.Fatalf("status: got %d %s, want %d", a.status, a.body, status)
	}
	body := a.object(t)
	if got, _ := body["errorCode"].(string); !strings.HasPrefix(got, code) || body["errorLink"] != got {
		t.Errorf("errorCode and errorLink: got %v and %v, want %s", got, body["errorLink"], code)
	}
	if id, _ := body["errorId"].(string); !strings.HasPrefix(id, "oae") {
		t.Errorf("errorId: got %q, want one that starts with oae", id)
	}
	if _, isList := body["errorCauses"].([]any); !isList {
		t.Errorf("errorCauses: got %v, want a list", body["errorCauses"])
	}
	if !strings.Contains(a.body, text) {
		t.Errorf("body: got %s, want it to contain %q", a.body, text)
	}
}

// hookService is an external service: it answers as told and remembers what it got.
type hookService struct {
	server *httptest.Server
	mu     sync.Mutex
	got    []received
}

type received struct {
	header http.Header
	path   string
	body   string
}

// serveHook starts a service. reply is called with the number of the request,
// from 1.
func serveHook(t *testing.T, reply func(w http.ResponseWriter, r *http.Request, n int)) *hookService {
	t.Helper()
	s := &hookService{}
	s.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.got = append(s.got, received{r.Header.Clone(), r.URL.Path, string(body)})
		n := len(s.got)
		s.mu.Unlock()
		reply(w, r, n)
	}))
	s.server.Config.ErrorLog = log.New(io.Discard, "", 0) // refused certificates are part of the tests
	s.server.StartTLS()
	t.Cleanup(s.server.Close)
	return s
}

// answering is a service that gives every request the same answer.
func answering(t *testing.T, status int, body string) *hookService {
	t.Helper()
	return serveHook(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func (s *hookService) requests() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.got...)
}

// options make an org call the service for https://example.com, the name in the
// test server's certificate.
func (s *hookService) options() oktasim.Options {
	pool := x509.NewCertPool()
	pool.AddCert(s.server.Certificate())
	return oktasim.Options{
		TrustCAs: pool,
		Resolve:  map[string]string{"example.com": s.server.Listener.Addr().String()},
	}
}

// httpHook is a create body of an HTTP channel to https://example.com/hook.
func httpHook(name, hookType string) string {
	return `{"name":"` + name + `","type":"` + hookType + `","version":"1.0.0","channel":{"type":"HTTP","version":"1.0.0",` +
		`"config":{"uri":"https://example.com/hook","method":"POST","headers":[{"key":"X-Extra","value":"extra"}],` +
		`"authScheme":{"type":"HEADER","key":"Authorization","value":"Basic c2VjcmV0"}}}}`
}

// createHook creates a hook and returns its id.
func (b *bench) createHook(name, hookType string) string {
	b.t.Helper()
	id, _ := b.must("POST", hooksPath, httpHook(name, hookType))["id"].(string)
	return id
}

// events returns the System Log's events of a type, oldest first, as
// "SUCCESS" or "FAILURE: reason".
func (b *bench) events(eventType string) []string {
	b.t.Helper()
	a := b.do("GET", `/api/v1/logs?limit=1000&filter=eventType%20eq%20%22`+eventType+`%22`, "")
	outcomes := []string{}
	for _, e := range a.list(b.t) {
		outcome, _ := e["outcome"].(map[string]any)
		text, _ := outcome["result"].(string)
		if reason, given := outcome["reason"].(string); given {
			text += ": " + reason
		}
		outcomes = append(outcomes, text)
	}
	return outcomes
}
