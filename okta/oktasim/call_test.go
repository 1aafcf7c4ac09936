package oktasim_test

import (
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/okta/oktasim"
)

const registrationPayload = `{"eventId":"e1","eventType":"` + registrationType + `","data":{"userProfile":{}}}`

func payload(hookType string) string {
	return strings.Replace(registrationPayload, registrationType, hookType, 1)
}

// behaviours are the ways a hook can fail, by what Okta makes of them.
var behaviours = map[string]struct {
	reply     http.HandlerFunc
	code      string
	retryable bool
	event     string // of the System Log
}{
	"no answer in time": {
		func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"E0000137", true, "inline_hook.executed",
	},
	"a connection that breaks": {
		func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"E0000134", true, "inline_hook.executed",
	},
	"a 500":          {status(500), "E0000135", true, "inline_hook.executed"},
	"a 503":          {status(503), "E0000135", true, "inline_hook.executed"},
	"a 400":          {status(400), "E0000135", false, "inline_hook.executed"},
	"a 429":          {status(429), "E0000135", false, "inline_hook.executed"},
	"a redirect":     {redirect, "E0000135", false, "inline_hook.executed"},
	"text":           {body(200, "hello"), "E0000134", false, "inline_hook.response.processed"},
	"a list":         {body(200, "[]"), "E0000134", false, "inline_hook.response.processed"},
	"nothing":        {body(200, ""), "E0000134", false, "inline_hook.response.processed"},
	"wrong commands": {body(200, `{"commands":[{"type":"x","value":7}]}`), "E0000134", false, "inline_hook.response.processed"},
	"256 KB":         {body(200, `{"commands":[],"debugContext":{"x":"`+strings.Repeat("x", 256<<10)+`"}}`), "E0000134", false, "inline_hook.response.processed"},
}

func status(code int) http.HandlerFunc { return body(code, `{"errorSummary":"no"}`) }

func body(code int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, text)
	}
}

func redirect(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "https://example.com/elsewhere", http.StatusTemporaryRedirect)
}

// TestRetryRuleOfEachType calls hooks of every type that fail in every way.
func TestRetryRuleOfEachType(t *testing.T) {
	t.Parallel()
	for hookType, retries := range map[string]int{
		passwordType: 1, registrationType: 1, telephonyType: 0, tokenType: 0, samlType: 1, userImportType: 1,
	} {
		for failure, behaviour := range behaviours {
			t.Run(hookType+" and "+failure, func(t *testing.T) {
				t.Parallel()
				service := serveHook(t, func(w http.ResponseWriter, r *http.Request, _ int) { behaviour.reply(w, r) })
				opts := service.options()
				if failure == "no answer in time" {
					opts.HookTimeout = 50 * time.Millisecond
				}
				b := start(t, opts)
				id := b.createHook("h", hookType)
				b.do("POST", hooksPath+"/"+id+"/execute", payload(hookType)).refused(t, 400, behaviour.code, "")
				want := 1
				if behaviour.retryable {
					want += retries
				}
				// On a busy machine a short budget may end before the service has
				// the request, so the org's own count is what is compared.
				if got := len(b.org.Calls()); got != want {
					t.Errorf("calls: got %d, want %d", got, want)
				}
				for _, r := range service.requests() {
					if r.path != "/hook" || r.body != payload(hookType) {
						t.Errorf("a request differs from the first: %s %s", r.path, r.body)
					}
				}
				if events := b.events(behaviour.event); len(events) != 1 || !strings.HasPrefix(events[0], "FAILURE: ") {
					t.Errorf("%s events: got %q, want one failure", behaviour.event, events)
				}
			})
		}
	}
}

func TestRetryThatSucceeds(t *testing.T) {
	t.Parallel()
	const reply = `{"commands":[{"type":"com.okta.action.update","value":{"registration":"ALLOW"}}]}`
	service := serveHook(t, func(w http.ResponseWriter, r *http.Request, n int) {
		if n == 1 {
			panic(http.ErrAbortHandler)
		}
		body(200, reply)(w, r)
	})
	b := start(t, service.options())
	id := b.createHook("h", registrationType)
	if a := b.do("POST", hooksPath+"/"+id+"/execute", registrationPayload); a.status != 200 || a.body != reply {
		t.Errorf("got %d %s", a.status, a.body)
	}
	calls := b.org.Calls()
	if len(calls) != 2 || calls[0].Attempt != 1 || calls[0].Failure == "" || calls[1].Attempt != 2 || calls[1].Failure != "" {
		t.Errorf("calls: got %+v", calls)
	}
	if got := b.events("inline_hook.executed"); len(got) != 0 {
		t.Errorf("a call that succeeded at last left %q", got)
	}
}

// TestGoodRepliesOfEachType is the other side of the table: what is accepted.
func TestGoodRepliesOfEachType(t *testing.T) {
	t.Parallel()
	const objects, lists = `{"commands":[{"type":"c","value":{}}]}`, `{"commands":[{"type":"c","value":[]}]}`
	for hookType, tc := range map[string]struct {
		commands  string
		noContent bool // a 204 is good
		created   bool // a 201 is good
	}{
		passwordType:     {objects, true, true},
		registrationType: {objects, true, true},
		telephonyType:    {lists, false, false},
		tokenType:        {lists, true, false},
		samlType:         {lists, true, true},
		userImportType:   {objects, true, true},
	} {
		for name, reply := range map[string]struct {
			status int
			body   string
			good   bool
		}{
			"commands":                 {200, tc.commands, true},
			"an empty object":          {200, `{}`, true},
			"an error object":          {200, `{"error":{"errorSummary":"no"}}`, true},
			"commands of another kind": {200, strings.NewReplacer(`{}`, `[]`, `[]`, `{}`).Replace(tc.commands), false},
			"204":                      {204, "", tc.noContent},
			"201":                      {201, tc.commands, tc.created},
		} {
			t.Run(hookType+" and "+name, func(t *testing.T) {
				t.Parallel()
				b := start(t, answering(t, reply.status, reply.body).options())
				id := b.createHook("h", hookType)
				a, err := b.try("POST", hooksPath+"/"+id+"/execute", payload(hookType), nil)
				if err != nil {
					t.Fatal(err)
				}
				if good := a.status < 300; good != reply.good {
					t.Fatalf("got %d %s, want a good reply: %t", a.status, a.body, reply.good)
				}
				if reply.good && a.body != reply.body {
					t.Errorf("body: got %s, want the service's own %s", a.body, reply.body)
				}
			})
		}
	}
}

func TestWhatAHookIsSent(t *testing.T) {
	t.Parallel()
	service := answering(t, 200, `{"commands":[]}`)
	b := start(t, service.options())
	id := b.createHook("h", userImportType)
	b.must("POST", hooksPath+"/"+id+"/execute", payload(userImportType))
	got := service.requests()[0].header
	for key, want := range map[string]string{
		"Accept": "application/json", "Content-Type": "application/json",
		"Authorization": "Basic c2VjcmV0", "X-Extra": "extra",
	} {
		if got.Get(key) != want {
			t.Errorf("header %s: got %q, want %q", key, got.Get(key), want)
		}
	}
	call := b.org.Calls()[0]
	call.Milliseconds, call.Time = 0, time.Time{}
	want := oktasim.Call{
		Type: userImportType, HookID: id, HookName: "h", URL: "https://example.com/hook", Attempt: 1,
		Headers: []string{"X-Extra", "Authorization"}, Request: []byte(payload(userImportType)), Status: 200,
		Response: []byte(`{"commands":[]}`),
	}
	if diff := cmp.Diff(want, call); diff != "" {
		t.Errorf("call (-want +got):\n%s", diff)
	}
}

func TestExecuteThatIsNotCalled(t *testing.T) {
	t.Parallel()
	service := answering(t, 200, `{"commands":[]}`)
	b := start(t, service.options())
	id := b.createHook("h", tokenType)
	b.do("POST", hooksPath+"/"+id+"/execute", payload(samlType)).refused(t, 400, "E0000001", "eventType: The payload must have the inline hook's type")
	b.do("POST", hooksPath+"/"+id+"/execute", `[]`).refused(t, 400, "E0000003", "")
	b.do("POST", hooksPath+"/cal1/execute", payload(tokenType)).refused(t, 404, "E0000007", "")
	b.must("POST", hooksPath+"/"+id+"/lifecycle/deactivate", "")
	b.do("POST", hooksPath+"/"+id+"/execute", payload(tokenType)).refused(t, 400, "E0000001", "must be active")
	if n := len(service.requests()); n != 0 {
		t.Errorf("the service got %d requests", n)
	}
}

func TestDeserializationErrorHasItsPosition(t *testing.T) {
	t.Parallel()
	b := start(t, answering(t, 200, "{\"commands\":\n [}").options())
	id := b.createHook("h", tokenType)
	b.do("POST", hooksPath+"/"+id+"/execute", payload(tokenType))
	want := []string{"FAILURE: Could not deserialize inline hook response due to error at Line 2 Column 3"}
	if diff := cmp.Diff(want, b.events("inline_hook.response.processed")); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestDebugContextGoesToTheSystemLog(t *testing.T) {
	t.Parallel()
	b := start(t, answering(t, 200, `{"debugContext":{"store":"sql"}}`).options())
	id := b.createHook("h", tokenType)
	b.must("POST", hooksPath+"/"+id+"/execute", payload(tokenType))
	a := b.do("GET", "/api/v1/logs?filter="+`eventType%20eq%20%22inline_hook.response.processed%22`, "")
	if !strings.Contains(a.body, `"debugContext":{"store":"sql"}`) {
		t.Errorf("log: got %s", a.body)
	}
}

func TestCertificatesOfHooksAreChecked(t *testing.T) {
	t.Parallel()
	service := answering(t, 200, `{"commands":[]}`)
	caFile := filepath.Join(t.TempDir(), "ca.crt")
	pemBytes := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: service.server.Certificate().Raw})
	opts := service.options()
	opts.TrustCAs, opts.TrustCAFiles = nil, []string{caFile}
	b := start(t, opts)
	id := b.createHook("h", tokenType)
	execute := hooksPath + "/" + id + "/execute"

	b.do("POST", execute, payload(tokenType)).refused(t, 400, "E0000134", "read trusted CA")
	if err := os.WriteFile(caFile, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.do("POST", execute, payload(tokenType)).refused(t, 400, "E0000134", "no certificate in it")
	if err := os.WriteFile(caFile, pemBytes, 0o600); err != nil {
		t.Fatal(err)
	}
	if a := b.do("POST", execute, payload(tokenType)); a.status != 200 {
		t.Errorf("with the CA's file there at last: %d %s", a.status, a.body)
	}
	for name, tc := range map[string]struct {
		host string
		pool *x509.CertPool
	}{
		"an unknown authority":       {"example.com", x509.NewCertPool()},
		"another host's certificate": {"hooks.acme.test", service.options().TrustCAs},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := service.options()
			opts.TrustCAs = tc.pool
			opts.Resolve = map[string]string{"*": service.server.Listener.Addr().String()}
			b := start(t, opts)
			id := b.must("POST", hooksPath, strings.Replace(httpHook("h", tokenType), "example.com", tc.host, 1))["id"].(string)
			b.do("POST", hooksPath+"/"+id+"/execute", payload(tokenType)).refused(t, 400, "E0000134", "x509: ")
		})
	}
}

// TestBudgetIsPerAttempt has a slow first attempt and expects a whole budget for
// the second.
func TestBudgetIsPerAttempt(t *testing.T) {
	t.Parallel()
	service := serveHook(t, func(w http.ResponseWriter, r *http.Request, n int) {
		if n == 1 {
			<-r.Context().Done()
			return
		}
		body(200, `{}`)(w, r)
	})
	opts := service.options()
	opts.HookTimeout = 300 * time.Millisecond
	b := start(t, opts)
	id := b.createHook("h", samlType)
	if a := b.do("POST", hooksPath+"/"+id+"/execute", payload(samlType)); a.status != 200 {
		t.Errorf("got %d %s", a.status, a.body)
	}
	first := b.org.Calls()[0]
	if first.Milliseconds < 300 || first.Failure != "The inline hook did not respond within 300ms" {
		t.Errorf("first attempt: %v ms, %q", first.Milliseconds, first.Failure)
	}
}
