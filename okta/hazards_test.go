package okta

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	sdk "github.com/okta/okta-sdk-golang/v2/okta"
)

func TestAnEOFIsNotRepeated(t *testing.T) {
	t.Parallel()
	s := serve(t, hangUp)
	_, err := s.client(t).CreateInlineHook(t.Context(), spec())
	e := asError(t, err)
	if e.Kind != KindTransient || !e.MayHaveHappened {
		t.Errorf("got %+v, want a transient error that may have happened", e)
	}
	if want := `create inline hook "x": the connection was closed before the answer was complete`; e.Error() != want {
		t.Errorf("message:\n got %s\nwant %s", e, want)
	}
	if n := s.requests.Load(); n != 1 {
		t.Errorf("%d requests for one create, want 1", n)
	}
}

func TestAUsedConnectionThatBreaksDoesNotRepeatAWrite(t *testing.T) {
	t.Parallel()
	first := true
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if first {
			first = false
			answer(200, aHook)(w, r)
			return
		}
		hangUp(w, r)
	})
	c := s.client(t)
	if _, err := c.GetInlineHook(t.Context(), "calA"); err != nil {
		t.Fatal(err)
	}
	_, err := c.CreateInlineHook(t.Context(), spec())
	if !MayHaveHappened(err) || s.requests.Load() != 2 {
		t.Errorf("got %v after %d requests, want an unknown outcome after 2", err, s.requests.Load())
	}
}

func TestReadsAreNotCached(t *testing.T) {
	t.Parallel()
	status := StatusActive
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		answer(200, strings.Replace(aHook, StatusActive, status, 1))(w, r)
	})
	c := s.client(t)
	for _, want := range []string{StatusActive, StatusInactive} {
		status = want
		hook, err := c.GetInlineHook(t.Context(), "calA")
		if err != nil || hook.Status != want {
			t.Errorf("got %v, %v; want status %s", hook, err, want)
		}
	}
}

func TestA429KeepsItsResetTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) // far from the server's clock
	s := serve(t, answer(429, `{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorId":"oaeX","errorCauses":[]}`,
		"Date", "Mon, 29 Sep 2025 06:24:57 GMT",
		"X-Rate-Limit-Limit", "50", "X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", "1759127105"))
	c := s.client(t, func(cfg *Config) { cfg.Now = func() time.Time { return now } })

	_, err := c.ListInlineHooks(t.Context(), "")
	first := asError(t, err)
	if want := now.Add(9 * time.Second); first.Kind != KindRateLimited || !first.RetryAt.Equal(want) {
		t.Errorf("got %s until %s, want rate limited until %s", first.Kind, first.RetryAt, want)
	}

	// Until then other calls are refused with the same answer, unsent.
	now = now.Add(8 * time.Second)
	_, err = c.CreateInlineHook(t.Context(), spec())
	held := asError(t, err)
	if held.Kind != KindRateLimited || !held.RetryAt.Equal(first.RetryAt) || held.MayHaveHappened {
		t.Errorf("withheld: got %+v", held)
	}
	if want := strings.Replace(first.Error(), "list inline hooks", `create inline hook "x"`, 1); held.Error() != want {
		t.Errorf("withheld: message:\n got %s\nwant %s", held, want)
	}
	if n := s.requests.Load(); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}

	now = now.Add(time.Second)
	if _, err = c.ListInlineHooks(t.Context(), ""); KindOf(err) != KindRateLimited || s.requests.Load() != 2 {
		t.Errorf("at the reset: got %v after %d requests, want to have asked again", err, s.requests.Load())
	}
}

func TestACallEndsAtItsDeadline(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	for name, handler := range map[string]http.HandlerFunc{
		"an answer that does not begin": func(http.ResponseWriter, *http.Request) { <-release },
		"an answer that does not end": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(200)
			_ = http.NewResponseController(w).Flush()
			<-release
		},
	} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				answer(200, aHook)(w, r)
				return
			}
			handler(w, r)
		})
		c := s.client(t)
		// Connected beforehand, or a slow handshake could use up the time.
		if _, err := c.GetInlineHook(t.Context(), "calA"); err != nil {
			t.Fatal(err)
		}
		c.timeout = 250 * time.Millisecond
		_, err := c.CreateInlineHook(t.Context(), spec())
		e := asError(t, err)
		if e.Summary != "no complete answer within 250ms" || e.Kind != KindTransient || !e.MayHaveHappened {
			t.Errorf("%s: got %+v", name, e)
		}
		if errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: the client's own timeout looks like the caller's deadline", name)
		}
	}
	close(release)
}

func TestTheCallersContextPassesThrough(t *testing.T) {
	t.Parallel()
	t.Run("cancelled while Okta works", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		s := serve(t, func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
		_, err := s.client(t).CreateInlineHook(ctx, spec())
		if !errors.Is(err, context.Canceled) || !MayHaveHappened(err) {
			t.Errorf("got %v, want a cancellation with an unknown outcome", err)
		}
	})
	t.Run("its deadline passed before the call", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
		defer cancel()
		s := serve(t, answer(200, aHook))
		_, err := s.client(t).CreateInlineHook(ctx, spec())
		if !errors.Is(err, context.DeadlineExceeded) || MayHaveHappened(err) || s.requests.Load() != 0 {
			t.Errorf("got %v after %d requests, want the deadline and no request", err, s.requests.Load())
		}
	})
}

// Not parallel: it sets the process environment.
func TestAmbientConfigurationHasNoEffect(t *testing.T) {
	home := t.TempDir()
	hostile := "okta:\n  client:\n    orgUrl: https://evil.example\n    token: stolen\n    authorizationMode: Bearer\n" +
		"    cache: {enabled: true}\n    proxy: {host: evil.example, port: 1}\n    rateLimit: {maxRetries: 9}\n"
	if err := os.MkdirAll(filepath.Join(home, ".okta"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".okta", "okta.yaml"), []byte(hostile), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"HOME": home, "OKTA_CLIENT_ORGURL": "https://evil.example", "OKTA_CLIENT_TOKEN": "stolen",
		"OKTA_CLIENT_AUTHORIZATIONMODE": "Bearer", "OKTA_CLIENT_CACHE_ENABLED": "true",
		"OKTA_CLIENT_PROXY_HOST": "evil.example", "OKTA_CLIENT_PROXY_PORT": "1",
		"OKTA_CLIENT_RATE_LIMIT_MAX_RETRIES": "9", "OKTA_CLIENT_REQUEST_TIMEOUT": "1",
		"OKTA_USERAGENTEXTRA": "evil", "OKTA_TESTING_DISABLE_HTTPS_CHECK": "true",
	} {
		t.Setenv(name, value)
	}
	_, fooled, err := sdk.NewClient(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if probe, err := fooled.CloneRequestExecutor().NewRequest("GET", "/", nil); err != nil || probe.Host != "evil.example" {
		t.Fatalf("the SDK's own client does not take this environment up (%v), so the test shows nothing", err)
	}

	var got http.Header
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { got = r.Header; answer(200, "[]")(w, r) })
	c := s.client(t, func(cfg *Config) { cfg.UserAgent = "hookline/test" })
	for range 2 {
		if _, err := c.ListInlineHooks(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
	}
	if s.requests.Load() != 2 {
		t.Errorf("%d requests for two lists, want 2", s.requests.Load())
	}
	if auth := got.Get("Authorization"); auth != "SSWS "+testToken {
		t.Errorf("Authorization is %q, not the configured token", auth)
	}
	if agent := got.Get("User-Agent"); !strings.HasSuffix(agent, " hookline/test") || strings.Contains(agent, "evil") {
		t.Errorf("User-Agent is %q", agent)
	}
}

func TestATrailingSlashInTheURLIsDropped(t *testing.T) {
	t.Parallel()
	s := serve(t, answer(200, "[]"))
	c := s.client(t, func(cfg *Config) { cfg.URL += "/" })
	if _, err := c.ListInlineHooks(t.Context(), "com.okta.a&b"); err != nil {
		t.Fatal(err)
	}
	if got, want := s.lines()[0], "GET /api/v1/inlineHooks?type=com.okta.a%26b"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAReplyIsReadWhateverItsContentType(t *testing.T) {
	t.Parallel()
	for _, contentType := range []string{"application/json;charset=UTF-8", "text/plain", "application/octet-stream", "application/xml", ""} {
		s := serve(t, answer(200, aHook, "Content-Type", contentType))
		if _, err := s.client(t).CreateInlineHook(t.Context(), spec()); err != nil {
			t.Errorf("content type %q: %v", contentType, err)
		}
	}
}

func TestAnswersThatAreNotOktasAreNotBelieved(t *testing.T) {
	t.Parallel()
	page := answer(200, "<html>sign in to the network</html>", "Content-Type", "text/html")
	next := answer(200, "["+aHook+"]", "Link", `<https://x/api/v1/inlineHooks?after=1>; rel="next"`)
	create := func(c *Client) error { _, err := c.CreateInlineHook(t.Context(), spec()); return err }
	list := func(c *Client) error { _, err := c.ListInlineHooks(t.Context(), ""); return err }
	remove := func(c *Client) error { return c.DeleteInlineHook(t.Context(), "calA") }
	for _, tc := range []struct {
		name    string
		answer  http.HandlerFunc
		do      func(*Client) error
		unknown bool
	}{
		{"a page in place of a created hook", page, create, true},
		{"an empty body in place of a created hook", answer(200, ""), create, true},
		{"an object without id in place of a created hook", answer(200, `{"name":"x"}`), create, true},
		{"half a hook whose connection ends in order", answer(200, aHook[:100]), create, true},
		{"a page in place of the empty answer to a delete", page, remove, true},
		{"a page in place of a list", page, list, false},
		{"null in place of a list", answer(200, "null"), list, false},
		{"a list of something else", answer(200, `[{"x":1}]`), list, false},
		{"a list that goes on", next, list, false},
		{"a proxy's 404 for a delete", answer(404, "<html>no such site</html>"), remove, false},
		{"a proxy's 403", answer(403, "blocked"), list, false},
	} {
		s := serve(t, tc.answer)
		err := tc.do(s.client(t))
		if KindOf(err) != KindTransient || MayHaveHappened(err) != tc.unknown {
			t.Errorf("%s: got %v (%s, may have happened: %t)", tc.name, err, KindOf(err), MayHaveHappened(err))
		}
	}
}

func TestATruncatedReplyIsAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "5000")
		answer(200, aHook)(w, r)
	})
	_, err := s.client(t).ReplaceInlineHook(t.Context(), "calA", spec())
	e := asError(t, err)
	if e.Kind != KindTransient || !e.MayHaveHappened || s.requests.Load() != 1 {
		t.Errorf("got %+v after %d requests", e, s.requests.Load())
	}
}

func TestAReplyWithoutEndIsCutOff(t *testing.T) {
	t.Parallel()
	var written atomic.Int64
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for chunk := strings.Repeat(" ", 1<<16); r.Context().Err() == nil; {
			n, err := io.WriteString(w, chunk)
			written.Add(int64(n))
			if err != nil {
				return
			}
		}
	})
	_, err := s.client(t).ListInlineHooks(t.Context(), "")
	if e := asError(t, err); e.Summary != "the reply is larger than 4 MiB" || e.Kind != KindTransient {
		t.Errorf("got %v", e)
	}
	if n := written.Load(); n > 8*maxReply { // some of it in the buffers of both ends
		t.Errorf("%d bytes were taken in", n)
	}
}

func TestAMalformedLinkHeaderDoesNotPanic(t *testing.T) {
	t.Parallel()
	s := serve(t, answer(200, "[]", "Link", `<https://%zz>; rel="self"`))
	if _, err := s.client(t).ListInlineHooks(t.Context(), ""); err != nil {
		t.Error(err)
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := serve(t, answer(200, "[]"))
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := serve(t, answer(status, "", "Location", elsewhere.URL+"/api/v1/inlineHooks?session=private"))
		_, err := s.client(t).ListInlineHooks(t.Context(), "")
		host := strings.TrimPrefix(elsewhere.URL, "https://")
		if KindOf(err) != KindTransient || !strings.Contains(fmt.Sprint(err), `redirect to "`+host+`"`) ||
			strings.Contains(err.Error(), "private") {
			t.Errorf("%d: got %v", status, err)
		}
	}
	if n := elsewhere.requests.Load(); n != 0 {
		t.Errorf("%d requests went where the redirect pointed", n)
	}
}

func TestAPlainTextServerDoesNotGetTheToken(t *testing.T) {
	t.Parallel()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	c, err := New(Config{URL: "https://" + plain.Listener.Addr().String(), APIToken: NewSecret(testToken)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.CreateInlineHook(t.Context(), spec())
	if e := asError(t, err); e.Kind != KindTransient || e.MayHaveHappened {
		t.Errorf("got %+v, want a transient error before anything was sent", e)
	}
}

func TestACertificateOfAnUnknownAuthorityIsRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, answer(200, "[]"))
	_, err := s.client(t, func(cfg *Config) { cfg.RootCAs = nil }).ListInlineHooks(t.Context(), "")
	if e := asError(t, err); !strings.Contains(e.Summary, "unknown authority") || s.requests.Load() != 0 {
		t.Errorf("got %v", e)
	}
}

func TestOneClientServesManyGoroutines(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answer(200, aHook, "X-Rate-Limit-Limit", "600", "X-Rate-Limit-Remaining", "500", "X-Rate-Limit-Reset", "4000000000")(w, r)
	})
	c := s.client(t, func(cfg *Config) { cfg.Metrics = NewMetrics(nil) })
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 5 {
				_, err1 := c.CreateInlineHook(t.Context(), spec())
				_, err2 := c.GetInlineHook(t.Context(), "calA")
				if err := errors.Join(err1, err2, c.DeleteInlineHook(t.Context(), "calA")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}
