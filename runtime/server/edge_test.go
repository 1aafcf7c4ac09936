package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/hookconfig"
)

func TestCallIsAnswered(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(ctx context.Context, req *hook.Request) (*hook.Response, error) {
		if req.EventID != "e-1" || !bytes.Contains(req.Data, []byte("ann")) {
			t.Errorf("handler got event %q with data %s", req.EventID, req.Data)
		}
		return allow(ctx, req)
	})
	got := f.do(newCall("e-1"))
	expectAllowed(t, got)
	if contentType := got.Header().Get("Content-Type"); contentType != "application/json" {
		t.Errorf("Content-Type is %q", contentType)
	}
	labels := prometheus.Labels{"type": hook.Registration}
	expectMetric(t, f, 1, "calls_total", prometheus.Labels{"type": hook.Registration, "outcome": "decided"})
	expectMetric(t, f, 1, "call_duration_seconds", labels)
	expectMetric(t, f, 0, "calls_in_flight", nil)
	expectSilence(t, f)
}

// The changes that a request can have to be refused.
func method(m string) func(*http.Request) { return func(r *http.Request) { r.Method = m } }
func path(p string) func(*http.Request)   { return func(r *http.Request) { r.URL.Path = p } }
func length(n int64) func(*http.Request)  { return func(r *http.Request) { r.ContentLength = n } }
func credential(v string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", v) }
}
func contentType(v string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Content-Type", v) }
}
func noHeader(name string) func(*http.Request) { return func(r *http.Request) { r.Header.Del(name) } }
func content(text string) func(*http.Request) {
	return func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	}
}
func chunked(text string) func(*http.Request) {
	return func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), -1 }
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	wrong := credential("Bearer wrong-credential")
	cases := map[string]struct {
		changes []func(*http.Request)
		want    *refusal
	}{
		"a GET":                              {[]func(*http.Request){method("GET")}, &methodNotAllowed},
		"a GET, whatever else is wrong":      {[]func(*http.Request){method("GET"), path("/"), wrong}, &methodNotAllowed},
		"OPTIONS":                            {[]func(*http.Request){method("OPTIONS"), path("*")}, &methodNotAllowed},
		"another path":                       {[]func(*http.Request){path("/other")}, &notFound},
		"the path and a slash":               {[]func(*http.Request){path(hookPath + "/")}, &notFound},
		"another path without credentials":   {[]func(*http.Request){path("/"), wrong, length(1 << 30)}, &notFound},
		"a body that says it is huge":        {[]func(*http.Request){length(maxBodyBytes + 1)}, &bodyTooLarge},
		"a huge body without credentials":    {[]func(*http.Request){length(maxBodyBytes + 1), wrong}, &bodyTooLarge},
		"a body that turns out to be huge":   {[]func(*http.Request){chunked(strings.Repeat(" ", maxBodyBytes+1))}, &bodyTooLarge},
		"wrong credentials":                  {[]func(*http.Request){wrong}, &unauthorized},
		"no credentials":                     {[]func(*http.Request){noHeader("Authorization")}, &unauthorized},
		"credentials in another case":        {[]func(*http.Request){credential(strings.ToLower(secret))}, &unauthorized},
		"credentials and something behind":   {[]func(*http.Request){credential(secret + "x")}, &unauthorized},
		"two values, the right one of them":  {[]func(*http.Request){func(r *http.Request) { r.Header.Add("Authorization", secret) }}, &unauthorized},
		"wrong credentials and a wrong type": {[]func(*http.Request){wrong, contentType("text/plain"), content("x")}, &unauthorized},
		"a probe without credentials": {[]func(*http.Request){noHeader("Authorization"), func(r *http.Request) {
			r.Header.Set(hook.ProbeHeader, "1")
		}}, &unauthorized},
		"a form":                 {[]func(*http.Request){contentType("application/x-www-form-urlencoded"), content("x")}, &unsupportedMediaType},
		"no content type":        {[]func(*http.Request){noHeader("Content-Type")}, &unsupportedMediaType},
		"a content type in ruin": {[]func(*http.Request){contentType("application/json; =")}, &unsupportedMediaType},
		"a body that ends early": {[]func(*http.Request){content("{}"), length(3)}, &bodyIncomplete},
		"no JSON":                {[]func(*http.Request){content(password)}, &invalidBody},
		"no body":                {[]func(*http.Request){content("")}, &invalidBody},
		"no data":                {[]func(*http.Request){content(`{"eventId":"e"}`)}, &invalidBody},
		"another hook's call": {[]func(*http.Request){
			content(`{"eventType":"com.okta.user.credential.password.import","data":{}}`)}, &unexpectedEventType},
		"no event type": {[]func(*http.Request){content(`{"data":{}}`)}, &unexpectedEventType},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(context.Context, *hook.Request) (*hook.Response, error) {
				t.Error("the handler ran")
				return nil, nil
			})
			got := f.do(newCall("e", tc.changes...))
			expectProblem(t, got, tc.want.status, tc.want.code)
			if closes := got.Header().Get("Connection") == "close"; closes != tc.want.stranger {
				t.Errorf("connection closed: %t, want %t", closes, tc.want.stranger)
			}
			if allow := got.Header().Get("Allow"); (allow == "POST") != (tc.want == &methodNotAllowed) {
				t.Errorf("Allow is %q", allow)
			}
			expectMetric(t, f, 1, "refusals_total", prometheus.Labels{"code": tc.want.code})
			expectMetric(t, f, 0, "calls_in_flight", nil)
			expectSilence(t, f)
			if !strings.Contains(f.log.String(), `"code":"`+tc.want.code+`"`) {
				t.Errorf("the log says nothing of it: %s", f.log)
			}
		})
	}
}

func TestContentTypesThatAreJSON(t *testing.T) {
	t.Parallel()
	f := newFixture(t, allow)
	for _, value := range []string{"application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"} {
		expectAllowed(t, f.do(newCall("e", contentType(value))))
	}
}

func TestChunkedBodyIsRead(t *testing.T) {
	t.Parallel()
	expectAllowed(t, newFixture(t, allow).do(newCall("", chunked(body("e")))))
}

func TestUnauthorizedAsksForBasicCredentials(t *testing.T) {
	t.Parallel()
	f := newFixture(t, allow, func(o *Options) {
		dir := t.TempDir()
		write(t, dir+"/hook.yaml", strings.Replace(registrationConfig,
			"header: {secretKeyRef: {name: hook-secret, key: value}}", "basic: {secretRef: {name: hook-basic}}", 1))
		write(t, dir+"/hook-basic/username", "okta")
		write(t, dir+"/hook-basic/password", password)
		o.Source.ConfigFile, o.Source.Secrets = dir+"/hook.yaml", hookconfig.SecretsDir(dir)
	})
	got := f.do(newCall("e"))
	expectProblem(t, got, http.StatusUnauthorized, "unauthorized")
	if challenge := got.Header().Get("WWW-Authenticate"); challenge != `Basic realm="hookline", charset="UTF-8"` {
		t.Errorf("WWW-Authenticate is %q", challenge)
	}
	expectAllowed(t, f.do(newCall("e", func(r *http.Request) { r.SetBasicAuth("okta", password) })))
}

func TestProbeIsAnsweredWithoutTheHandler(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(context.Context, *hook.Request) (*hook.Response, error) {
		t.Error("the handler ran")
		return nil, nil
	})
	// Nothing is asked of its body or content type.
	got := f.do(newCall("e", content(""), noHeader("Content-Type"), func(r *http.Request) { r.Header.Set(hook.ProbeHeader, "1") }))
	want := hook.ProbeAnswer{Hookline: hook.ProbeIdentity{
		Type: hook.Registration, Path: hookPath, Version: hookconfig.Version([]byte(registrationConfig)),
	}}
	var answer hook.ProbeAnswer
	if err := json.Unmarshal(got.Body.Bytes(), &answer); err != nil || got.Code != http.StatusOK || answer != want {
		t.Errorf("answer %d %s, want 200 %+v", got.Code, got.Body, want)
	}
	expectMetric(t, f, 1, "probes_total", nil)
}

// TestFailures has what a failure answers that is the same for all types and handlers.
func TestFailures(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		handler handlerFunc
		status  int
		code    hook.FailureCode
	}{
		"a store that is away": {func(context.Context, *hook.Request) (*hook.Response, error) {
			return nil, hook.Fail(hook.StoreUnavailable, errors.New("connection refused"))
		}, 503, hook.StoreUnavailable},
		"a request without what the type needs": {func(context.Context, *hook.Request) (*hook.Response, error) {
			return nil, hook.Fail(hook.RequestInvalid, nil)
		}, 400, hook.RequestInvalid},
		"an error without code": {func(context.Context, *hook.Request) (*hook.Response, error) {
			return nil, errors.New("something")
		}, 503, hook.Internal},
		"neither response nor error": {func(context.Context, *hook.Request) (*hook.Response, error) { return nil, nil }, 503, hook.Internal},
		"a panic with part of the request": {func(_ context.Context, req *hook.Request) (*hook.Response, error) {
			panic(string(req.Data))
		}, 503, hook.Internal},
		"a panic of the language's": {func(context.Context, *hook.Request) (*hook.Response, error) {
			return (*hook.Response)(nil), []error{}[len(password)]
		}, 503, hook.Internal},
		"a response that is too large": {func(context.Context, *hook.Request) (*hook.Response, error) {
			return &hook.Response{DebugContext: map[string]any{"x": strings.Repeat("x", hook.MaxResponseBytes)}}, nil
		}, 503, hook.ResponseInvalid},
		"a response that is no JSON": {func(context.Context, *hook.Request) (*hook.Response, error) {
			return &hook.Response{DebugContext: map[string]any{"x": func() {}}}, nil
		}, 503, hook.ResponseInvalid},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, tc.handler)
			expectProblem(t, f.do(newCall("e")), tc.status, string(tc.code))
			expectMetric(t, f, 1, "calls_total", prometheus.Labels{"outcome": string(tc.code)})
			eventually(t, "the handler's room being given back", func() bool { return f.inFlight.Load() == 0 })
			expectSilence(t, f)
			for _, part := range []string{`"msg":"call failed"`, `"eventID":"e"`, `"code":"` + string(tc.code) + `"`} {
				if !strings.Contains(f.log.String(), part) {
					t.Errorf("the log lacks %s: %s", part, f.log)
				}
			}
		})
	}
}

// TestFailureWithAResponse is for types whose failure is an answer that Okta acts upon.
func TestFailureWithAResponse(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(context.Context, *hook.Request) (*hook.Response, error) { return nil, errors.New("x") })
	served := *f.current.Load()
	f.swap(&Hook{
		Type:    hook.Type{ID: served.Type.ID, Failure: hook.Answer{Status: 200, Response: &hook.Response{Error: &hook.Error{ErrorSummary: "no"}}}},
		Path:    served.Path,
		Handler: served.Handler, Accepted: served.Accepted,
	})
	if got := f.do(newCall("e")); got.Code != 200 || got.Body.String() != `{"commands":[],"error":{"errorSummary":"no"}}` {
		t.Errorf("answer %d %s", got.Code, got.Body)
	}
}

func TestNoCredentialIsNeverAnEmptyOne(t *testing.T) {
	t.Parallel()
	check := newCredentials(&hookconfig.Accepted{Header: "Authorization", Values: []hookconfig.AcceptedValue{{Digest: sha256.Sum256(nil)}}})
	if check.match(http.Header{}) {
		t.Error("a request without the header is let in, because an empty value would be")
	}
}

func FuzzAuthenticate(f *testing.F) {
	accepted := &hookconfig.Accepted{Header: "x-hook-secret", Values: []hookconfig.AcceptedValue{
		{Digest: sha256.Sum256([]byte("one"))}, {Digest: sha256.Sum256([]byte("Bearer two"))},
	}}
	check := newCredentials(accepted)
	for _, seed := range []string{"", "one", "two", "Bearer two", "one ", "ONE", "one\x00"} {
		f.Add(seed, "", false)
		f.Add("one", seed, true)
	}
	f.Fuzz(func(t *testing.T, first, second string, both bool) {
		header := http.Header{"X-Hook-Secret": {first}}
		if both {
			header["X-Hook-Secret"] = append(header["X-Hook-Secret"], second)
		}
		want := !both && (first == "one" || first == "Bearer two")
		if got := check.match(header); got != want {
			t.Errorf("match(%q) = %t, want %t", header, got, want)
		}
	})
}
