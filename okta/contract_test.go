package okta_test

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hookline/hookline/okta"
	"github.com/hookline/hookline/okta/oktasim"
)

const (
	// An unbound token hook does nothing in an org, and there may be several.
	tokenHook    = "com.okta.oauth2.tokens.transform"
	passwordHook = "com.okta.user.credential.password.import"
)

// sim is a simulated org with a client for it.
type sim struct {
	*oktasim.Org
	*okta.Client
	cfg   okta.Config
	clock *clock
}

// clock stands still until it is moved; org and client share it.
type clock struct {
	mu sync.Mutex
	at time.Time
}

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

func simulate(t *testing.T, opts oktasim.Options) sim {
	t.Helper()
	s := sim{clock: &clock{at: time.Date(2025, 3, 13, 23, 38, 58, 0, time.UTC)}}
	opts.Clock = s.clock.now
	s.Org = oktasim.New(opts)
	server := httptest.NewUnstartedServer(s.Org)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // faults break connections
	server.StartTLS()
	t.Cleanup(server.Close)
	s.cfg = okta.Config{
		URL: server.URL, APIToken: okta.NewSecret(oktasim.DefaultAPIToken),
		RootCAs: authority(server), Timeout: 5 * time.Second, Now: s.clock.now,
	}
	s.Client = connect(t, s.cfg)
	return s
}

func authority(s *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}

func connect(t *testing.T, cfg okta.Config) *okta.Client {
	t.Helper()
	client, err := okta.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// eachOrg runs a case against the simulator, and against a real org too when
// HOOKLINE_OKTA_ORG_URL and HOOKLINE_OKTA_API_TOKEN name one. What the case
// makes there it must remove.
func eachOrg(t *testing.T, run func(*testing.T, okta.Config)) {
	t.Helper()
	t.Run("oktasim", func(t *testing.T) {
		t.Parallel()
		run(t, simulate(t, oktasim.Options{}).cfg)
	})
	url, token := os.Getenv("HOOKLINE_OKTA_ORG_URL"), os.Getenv("HOOKLINE_OKTA_API_TOKEN")
	if url == "" || token == "" {
		return
	}
	t.Run("real", func(t *testing.T) { // not parallel: one rate limit
		run(t, okta.Config{URL: url, APIToken: okta.NewSecret(token), UserAgent: "hookline/contract-test"})
	})
}

func newSpec() okta.InlineHookSpec {
	return okta.InlineHookSpec{
		Name: "hookline contract test " + rand.Text(),
		Type: tokenHook,
		Channel: okta.Channel{
			URI:        "https://example.com/hookline",
			Headers:    []okta.Header{{Key: "X-Hookline-Owner", Value: "cluster/ns/name"}},
			AuthScheme: &okta.AuthScheme{Type: okta.AuthHeader, Key: "Authorization", Value: okta.NewSecret("Bearer first")},
		},
	}
}

// asRead is the channel that Okta shows for a spec.
func asRead(spec okta.InlineHookSpec) okta.Channel {
	ch := spec.Channel
	ch.Type, ch.Method = okta.ChannelHTTP, http.MethodPost
	ch.Headers = append([]okta.Header{}, ch.Headers...)
	if ch.AuthScheme != nil {
		ch.AuthScheme = &okta.AuthScheme{Type: ch.AuthScheme.Type, Key: ch.AuthScheme.Key}
	}
	return ch
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func create(t *testing.T, c *okta.Client, spec okta.InlineHookSpec) *okta.InlineHook {
	t.Helper()
	hook := must[*okta.InlineHook](t)(c.CreateInlineHook(t.Context(), spec))
	t.Cleanup(func() {
		// The test's own context has ended by now.
		if err := c.DeleteInlineHook(context.WithoutCancel(t.Context()), hook.ID); err != nil {
			t.Errorf("left behind in the org: %v", err)
		}
	})
	return hook
}

func TestAHooksLife(t *testing.T) {
	t.Parallel()
	eachOrg(t, func(t *testing.T, cfg okta.Config) {
		c, spec, hook := connect(t, cfg), newSpec(), must[*okta.InlineHook](t)
		made := create(t, c, spec)
		check := func(step string, got *okta.InlineHook, status string) {
			t.Helper()
			want := okta.InlineHook{
				ID: made.ID, Name: spec.Name, Type: spec.Type, Status: status, Version: "1.0.0",
				Channel: asRead(spec), Created: made.Created, LastUpdated: got.LastUpdated,
			}
			if diff := cmp.Diff(want, *got); diff != "" || got.LastUpdated.Before(made.Created) {
				t.Errorf("%s: want -, got +:\n%s", step, diff)
			}
		}
		check("created", made, okta.StatusActive)
		check("read", hook(c.GetInlineHook(t.Context(), made.ID)), okta.StatusActive)
		for _, hookType := range []string{"", tokenHook} {
			list := must[[]okta.InlineHook](t)(c.ListInlineHooks(t.Context(), hookType))
			i := slices.IndexFunc(list, func(h okta.InlineHook) bool { return h.ID == made.ID })
			if i < 0 {
				t.Fatalf("the list of %q does not have the hook", hookType)
			}
			check("listed", &list[i], okta.StatusActive)
		}
		if list := must[[]okta.InlineHook](t)(c.ListInlineHooks(t.Context(), "com.okta.import.transform")); slices.ContainsFunc(list,
			func(h okta.InlineHook) bool { return h.ID == made.ID }) {
			t.Error("the list of another type has the hook")
		}

		spec.Name += "."
		spec.Channel.URI, spec.Channel.Headers = "https://example.com/hookline/2", nil
		spec.Channel.AuthScheme.Value = okta.NewSecret("Bearer second")
		check("replaced", hook(c.ReplaceInlineHook(t.Context(), made.ID, spec)), okta.StatusActive)
		check("deactivated", hook(c.DeactivateInlineHook(t.Context(), made.ID)), okta.StatusInactive)
		spec.Channel.Headers = []okta.Header{{Key: "a", Value: "b"}}
		check("replaced while INACTIVE", hook(c.ReplaceInlineHook(t.Context(), made.ID, spec)), okta.StatusInactive)
		check("activated", hook(c.ActivateInlineHook(t.Context(), made.ID)), okta.StatusActive)

		for _, state := range []string{"ACTIVE", "absent"} {
			if err := c.DeleteInlineHook(t.Context(), made.ID); err != nil {
				t.Errorf("delete it while %s: %v", state, err)
			}
		}
		if _, err := c.GetInlineHook(t.Context(), made.ID); okta.KindOf(err) != okta.KindNotFound {
			t.Errorf("read after delete: got %v, want not found", err)
		}
		if _, err := c.DeactivateInlineHook(t.Context(), made.ID); okta.KindOf(err) != okta.KindNotFound {
			t.Errorf("deactivate after delete: got %v, want not found", err)
		}
	})
}

func TestAnOrgTellsItsID(t *testing.T) {
	t.Parallel()
	eachOrg(t, func(t *testing.T, cfg okta.Config) {
		if org := must[*okta.Organization](t)(connect(t, cfg).Organization(t.Context())); !strings.HasPrefix(org.ID, "00o") {
			t.Errorf("got %+v", org)
		}
	})
}

func TestRefusalsAreTerminalAndSayWhy(t *testing.T) {
	t.Parallel()
	eachOrg(t, func(t *testing.T, cfg okta.Config) {
		c := connect(t, cfg)
		for name, change := range map[string]func(*okta.InlineHookSpec){
			"a URI without TLS": func(s *okta.InlineHookSpec) { s.Channel.URI = "http://example.com/hookline" },
			"an unknown type":   func(s *okta.InlineHookSpec) { s.Type = "com.okta.nothing" },
			"no name":           func(s *okta.InlineHookSpec) { s.Name = "" },
		} {
			spec := newSpec()
			change(&spec)
			hook, err := c.CreateInlineHook(t.Context(), spec)
			if err == nil {
				_ = c.DeleteInlineHook(t.Context(), hook.ID)
			}
			if okta.KindOf(err) != okta.KindTerminal || okta.MayHaveHappened(err) || !strings.Contains(err.Error(), "errorId oae") {
				t.Errorf("%s: got %v, want a terminal error with its errorId", name, err)
			}
		}
	})
}

func TestABadTokenIsUnauthorized(t *testing.T) {
	t.Parallel()
	eachOrg(t, func(t *testing.T, cfg okta.Config) {
		cfg.APIToken = okta.NewSecret("00NotAToken_NotAToken_NotAToken_NotAToken_")
		_, err := connect(t, cfg).ListInlineHooks(t.Context(), "")
		if okta.KindOf(err) != okta.KindUnauthorized || !strings.Contains(err.Error(), "E0000011") {
			t.Errorf("got %v, want unauthorized with E0000011", err)
		}
	})
}

func TestAFullOrgRefuses(t *testing.T) {
	t.Parallel()
	s := simulate(t, oktasim.Options{MaxHooks: 1})
	create(t, s.Client, newSpec())
	_, err := s.CreateInlineHook(t.Context(), newSpec())
	if okta.KindOf(err) != okta.KindTerminal || !strings.Contains(err.Error(), "limit of 1") {
		t.Errorf("got %v, want a terminal error with Okta's cause", err)
	}
}

func TestTheSecretArrives(t *testing.T) {
	t.Parallel()
	s, spec := simulate(t, oktasim.Options{}), newSpec()
	hook := create(t, s.Client, spec)
	spec.Channel.AuthScheme.Value = okta.NewSecret(`Bearer <&>"\`)
	must[*okta.InlineHook](t)(s.ReplaceInlineHook(t.Context(), hook.ID, spec))
	if got := s.Hooks()[0]; got.AuthKey != "Authorization" || got.AuthValue != `Bearer <&>"\` {
		t.Errorf("got %s: %s", got.AuthKey, got.AuthValue)
	}
}

func TestExecuteReachesTheService(t *testing.T) {
	t.Parallel()
	const reply = `{"commands":[{"type":"com.okta.action.update","value":{"credential":"VERIFIED"}}]}`
	service := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer first" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, reply)
	}))
	t.Cleanup(service.Close)
	s, spec := simulate(t, oktasim.Options{TrustCAs: authority(service)}), newSpec()
	spec.Type, spec.Channel.URI = passwordHook, service.URL+"/hook"
	hook := create(t, s.Client, spec)
	payload := json.RawMessage(`{"eventType":"` + passwordHook + `","eventTypeVersion":"1.0","cloudEventVersion":"0.1",
		"contentType":"application/json","eventId":"e","eventTime":"2025-03-13T23:38:58.000Z","source":"s",
		"data":{"context":{"credential":{"username":"u","password":"p"}},"action":{"credential":"UNVERIFIED"}}}`)
	got := must[json.RawMessage](t)(s.ExecuteInlineHook(t.Context(), hook.ID, payload))
	var want, have any
	if json.Unmarshal([]byte(reply), &want) != nil || json.Unmarshal(got, &have) != nil || !cmp.Equal(want, have) {
		t.Errorf("got %s", got)
	}

	service.Close()
	_, err := s.ExecuteInlineHook(t.Context(), hook.ID, payload)
	if okta.KindOf(err) != okta.KindTerminal {
		t.Errorf("a service that is down: got %v, want Okta's 400", err)
	}
}
