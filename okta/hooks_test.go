package okta

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAHookIsReadWhole(t *testing.T) {
	t.Parallel()
	s := serve(t, answer(200, `[{"id":"cal1","status":"INACTIVE","name":"n","type":"t","version":"1.0.1","unknown":{},
		"channel":{"type":"HTTP","version":"1.0.0","config":{"uri":"https://h.example/x","method":"POST",
			"headers":[{"key":"a b","value":"v"}],"authScheme":{"type":"header","key":"K","value":"never kept"}}},
		"created":"2025-03-13T23:38:58.000Z","lastUpdated":"2025-03-13T23:39:59.000Z"},
		{"id":"cal2","channel":{"type":"OAUTH","config":{"uri":"u","headers":[],"authScheme":null,"clientId":"c","scope":null}},"created":null}]`))
	got, err := s.client(t).ListInlineHooks(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	want := []InlineHook{
		{
			ID: "cal1", Name: "n", Type: "t", Status: StatusInactive, Version: "1.0.1",
			Channel: Channel{
				Type: ChannelHTTP, URI: "https://h.example/x", Method: "POST",
				Headers: []Header{{"a b", "v"}}, AuthScheme: &AuthScheme{Type: "header", Key: "K"},
			},
			Created:     time.Date(2025, 3, 13, 23, 38, 58, 0, time.UTC),
			LastUpdated: time.Date(2025, 3, 13, 23, 39, 59, 0, time.UTC),
		},
		{ID: "cal2", Channel: Channel{Type: "OAUTH", URI: "u", Headers: []Header{}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestTheWholeHookIsSent(t *testing.T) {
	t.Parallel()
	const head = `{"name":"x","type":"com.okta.telephony.provider","version":"1.0.0","channel":{"type":"HTTP","version":"1.0.0","config":`
	full, bare := spec(), spec()
	bare.Channel.Headers, bare.Channel.AuthScheme = nil, nil
	for _, tc := range []struct {
		name   string
		spec   InlineHookSpec
		config string
	}{
		{"headers and credential", full, `{"uri":"https://h.example/x","method":"POST",
			"headers":[{"key":"X-Hookline-Owner","value":"c/ns/x"}],
			"authScheme":{"type":"HEADER","key":"Authorization","value":"Basic c2VjcmV0OnNlY3JldA=="}}`},
		{"what is not there is cleared by name", bare, `{"uri":"https://h.example/x","method":"POST","headers":[],"authScheme":null}`},
	} {
		var sent []byte
		s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			sent, _ = io.ReadAll(r.Body)
			answer(200, aHook)(w, r)
		}))
		t.Cleanup(s.Close)
		c := (&server{Server: s}).client(t)
		if _, err := c.CreateInlineHook(t.Context(), tc.spec); err != nil {
			t.Fatal(err)
		}
		created := sent
		if _, err := c.ReplaceInlineHook(t.Context(), "calA", tc.spec); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(canonical(t, head+tc.config+"}}"), canonical(t, string(created))); diff != "" {
			t.Errorf("%s: want -, got +:\n%s", tc.name, diff)
		}
		if string(created) != string(sent) {
			t.Errorf("%s: a replace sends %s, a create %s", tc.name, sent, created)
		}
	}
}

func canonical(t *testing.T, text string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestInputThatWouldDoHarmIsNotSent(t *testing.T) {
	t.Parallel()
	s := serve(t, answer(200, aHook))
	c := s.client(t)
	oauth, unread := spec(), spec()
	oauth.Channel.Type = "OAUTH"
	unread.Channel.AuthScheme = &AuthScheme{Type: AuthHeader, Key: "Authorization"}
	for name, do := range map[string]func() error{
		"replace, empty id":      func() error { _, err := c.ReplaceInlineHook(t.Context(), "", spec()); return err },
		"get, empty id":          func() error { _, err := c.GetInlineHook(t.Context(), ""); return err },
		"activate, blank id":     func() error { _, err := c.ActivateInlineHook(t.Context(), " "); return err },
		"deactivate, dots":       func() error { _, err := c.DeactivateInlineHook(t.Context(), ".."); return err },
		"delete, empty id":       func() error { return c.DeleteInlineHook(t.Context(), "") },
		"execute, empty id":      func() error { _, err := c.ExecuteInlineHook(t.Context(), "", []byte("{}")); return err },
		"execute, no JSON":       func() error { _, err := c.ExecuteInlineHook(t.Context(), "calA", []byte("{")); return err },
		"create, OAUTH":          func() error { _, err := c.CreateInlineHook(t.Context(), oauth); return err },
		"replace without secret": func() error { _, err := c.ReplaceInlineHook(t.Context(), "calA", unread); return err },
	} {
		if err := do(); KindOf(err) != KindTerminal || MayHaveHappened(err) {
			t.Errorf("%s: got %v, want a terminal error", name, err)
		}
	}
	if got := s.lines(); len(got) != 0 {
		t.Errorf("requests were sent: %v", got)
	}
}

func TestAnIdCannotLeaveItsPathSegment(t *testing.T) {
	t.Parallel()
	s := serve(t, answer(200, aHook))
	if _, err := s.client(t).DeactivateInlineHook(t.Context(), "a/../b?c#d%2f"); err != nil {
		t.Fatal(err)
	}
	if got, want := s.lines()[0], "POST /api/v1/inlineHooks/a%2F..%2Fb%3Fc%23d%252f/lifecycle/deactivate"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDeleteEndsWithoutTheHook(t *testing.T) {
	t.Parallel()
	const (
		remove, get = "DELETE /api/v1/inlineHooks/calA", "GET /api/v1/inlineHooks/calA"
		deactivate  = "POST /api/v1/inlineHooks/calA/lifecycle/deactivate"
	)
	var (
		gone     = answer(204, "")
		absent   = answer(404, body("E0000007", "Not found: Resource not found: calA (InlineHook)"))
		refused  = answer(403, body("E0000056", "Delete forbidden."))
		active   = answer(200, aHook)
		inactive = answer(200, strings.Replace(aHook, StatusActive, StatusInactive, 1))
	)
	for _, tc := range []struct {
		name    string
		answers []http.HandlerFunc
		calls   []string
		kind    Kind
	}{
		{"an INACTIVE hook", []http.HandlerFunc{gone}, []string{remove}, 0},
		{"a hook that is not there", []http.HandlerFunc{absent}, []string{remove}, 0},
		{"an ACTIVE hook", []http.HandlerFunc{refused, active, inactive, gone}, []string{remove, get, deactivate, remove}, 0},
		{"any 4xx may be the refusal", []http.HandlerFunc{answer(400, body("E0000001", "x")), active, inactive, gone}, []string{remove, get, deactivate, remove}, 0},
		{"gone before it was read again", []http.HandlerFunc{refused, absent}, []string{remove, get}, 0},
		{"gone before it was deactivated", []http.HandlerFunc{refused, active, absent}, []string{remove, get, deactivate}, 0},
		{"gone before the second delete", []http.HandlerFunc{refused, active, inactive, absent}, []string{remove, get, deactivate, remove}, 0},
		{"refused though INACTIVE", []http.HandlerFunc{refused, inactive}, []string{remove, get}, KindTerminal},
		{"refused twice", []http.HandlerFunc{refused, active, inactive, refused}, []string{remove, get, deactivate, remove}, KindTerminal},
		{"a bad token says nothing about the hook", []http.HandlerFunc{answer(401, body("E0000011", "Invalid token provided"))}, []string{remove}, KindUnauthorized},
		{"a rate limit says nothing about the hook", []http.HandlerFunc{answer(429, body("E0000047", "x"))}, []string{remove}, KindRateLimited},
		{"a server error is not repeated", []http.HandlerFunc{answer(500, body("E0000009", "x"))}, []string{remove}, KindTransient},
		{"a lost answer is not repeated", []http.HandlerFunc{hangUp}, []string{remove}, KindTransient},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			next := 0
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if next >= len(tc.answers) {
					t.Errorf("one request too many: %s %s", r.Method, r.URL)
					return
				}
				next++
				tc.answers[next-1](w, r)
			})
			if err := s.client(t).DeleteInlineHook(t.Context(), "calA"); KindOf(err) != tc.kind {
				t.Errorf("got %v, want kind %q", err, tc.kind)
			}
			if got := s.lines(); !slices.Equal(got, tc.calls) {
				t.Errorf("calls: got %v, want %v", got, tc.calls)
			}
		})
	}
}

func TestExecuteReturnsTheServicesReply(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, answer string }{
		{"commands whose value is an object", `{"commands":[{"type":"com.okta.action.update","value":{"credential":"VERIFIED"}}]}`},
		{"an error", `{"error":{"errorSummary":"no"}}`},
		{"nothing", ""},
	} {
		s := serve(t, answer(200, tc.answer))
		got, err := s.client(t).ExecuteInlineHook(t.Context(), "calA", json.RawMessage(`{"data":{}}`))
		if err != nil || string(got) != tc.answer {
			t.Errorf("%s: got %s, %v", tc.name, got, err)
		}
		if want := "POST /api/v1/inlineHooks/calA/execute"; s.lines()[0] != want {
			t.Errorf("%s: got %s, want %s", tc.name, s.lines()[0], want)
		}
	}
}
