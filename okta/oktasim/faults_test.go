package oktasim_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/okta/oktasim"
)

func (b *bench) inject(f oktasim.Fault) {
	b.t.Helper()
	if err := b.org.Inject(f); err != nil {
		b.t.Fatal(err)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault  oktasim.Fault
		cut    bool // the client gets no answer
		status int
		effect bool // the hook is created nevertheless
		text   string
	}{
		"a 500":                           {fault: oktasim.Fault{Action: "Status", Status: 500}, status: 500, text: `"errorCode":"E0000009"`},
		"a 503":                           {fault: oktasim.Fault{Action: "Status", Status: 503}, status: 503, text: `"errorCode":"E0000010"`},
		"a 429":                           {fault: oktasim.Fault{Action: "Status", Status: 429}, status: 429, text: `"errorCode":"E0000047"`},
		"a 403":                           {fault: oktasim.Fault{Action: "Status", Status: 403}, status: 403, text: `"errorCode":"E0000006"`},
		"a 400":                           {fault: oktasim.Fault{Action: "Status", Status: 400}, status: 400, text: `"errorCode":"E0000001"`},
		"a code of its own":               {fault: oktasim.Fault{Action: "Status", Status: 409, ErrorCode: "E0000195", ErrorSummary: "conflict"}, status: 409, text: `"errorCode":"E0000195","errorSummary":"conflict"`},
		"the page of a proxy":             {fault: oktasim.Fault{Action: "Status", Status: 502, Body: "<h1>Bad Gateway</h1>"}, status: 502, text: "<h1>Bad Gateway</h1>"},
		"a reset":                         {fault: oktasim.Fault{Action: "Reset"}, cut: true},
		"a lost answer":                   {fault: oktasim.Fault{Action: "LoseAnswer"}, cut: true, effect: true},
		"an answer replaced by a gateway": {fault: oktasim.Fault{Action: "LoseAnswer", Status: 504}, status: 504, effect: true, text: "E0000009"},
		"a truncated answer":              {fault: oktasim.Fault{Action: "Truncate"}, cut: true, effect: true},
		"a delay":                         {fault: oktasim.Fault{Action: "Delay", Delay: time.Millisecond}, status: 200, effect: true, text: `"id":"cal`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, oktasim.Options{})
			tc.fault.Method, tc.fault.Path = "POST", hooksPath
			b.inject(tc.fault)
			a, err := b.try("POST", hooksPath, httpHook("h", tokenType), nil)
			if (err != nil) != tc.cut {
				t.Fatalf("error: %v, want one: %t", err, tc.cut)
			}
			if !tc.cut && (a.status != tc.status || !strings.Contains(a.body, tc.text)) {
				t.Errorf("got %d %s, want %d %s", a.status, a.body, tc.status, tc.text)
			}
			if got := len(b.org.Hooks()) == 1; got != tc.effect {
				t.Errorf("hook created: %t, want %t", got, tc.effect)
			}
			if got := b.org.Requests(); len(got) != 1 || got[0].Fault != tc.fault.Action {
				t.Errorf("transcript: got %+v", got)
			}
			b.createHook("next", tokenType) // once is once
		})
	}
}

func TestFaultsMatchMethodPathAndTurn(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	id := b.createHook("h", tokenType)
	b.org.ClearRequests()
	b.inject(oktasim.Fault{Method: "GET", Path: "/api/v1/inlineHooks/*", Skip: 1, Count: 2, Action: "Status", Status: 500})
	b.inject(oktasim.Fault{Path: "/api/v1/users/**", Count: -1, Action: "Status", Status: 503})
	var got []string
	for _, request := range []string{
		"GET " + hooksPath, "PUT " + hooksPath + "/" + id, "GET " + hooksPath + "/" + id, "GET " + hooksPath + "/" + id,
		"GET " + hooksPath + "/" + id, "GET " + hooksPath + "/" + id,
		"GET " + usersPath, "GET " + usersPath + "/00u1", "POST " + usersPath + "/00u1/lifecycle/activate",
	} {
		method, path, _ := strings.Cut(request, " ")
		payload := ""
		if method == "PUT" {
			payload = httpHook("h", tokenType)
		}
		got = append(got, fmt.Sprint(b.do(method, path, payload).status))
	}
	if diff := cmp.Diff(strings.Fields("200 200 200 500 500 200 200 503 503"), got); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	want := map[string]int{
		"GET /api/v1/inlineHooks": 1, "PUT /api/v1/inlineHooks/{id}": 1, "GET /api/v1/inlineHooks/{id}": 4,
		"GET /api/v1/users": 1, "GET /api/v1/users/{id}": 1, "POST /api/v1/users/{id}/lifecycle/activate": 1,
	}
	if diff := cmp.Diff(want, b.org.RequestCounts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	if left := b.org.Faults(); len(left) != 1 || left[0].Count != -1 {
		t.Errorf("faults left: got %+v", left)
	}
	b.org.ClearFaults()
	if left := b.org.Faults(); len(left) != 0 {
		t.Errorf("faults after clearing: got %+v", left)
	}
}

func TestRateLimitFaultsHaveOktasHeaders(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	b.inject(oktasim.Fault{Action: "Status", Status: 429, Reset: 9 * time.Second})
	b.inject(oktasim.Fault{Action: "Status", Status: 429, Reset: time.Second, Concurrency: true})
	for _, want := range []struct{ limit, reset string }{{"600", "9s"}, {"0", "1s"}} {
		a := b.do("GET", hooksPath, "")
		date, err := time.Parse(time.RFC1123, a.header.Get("Date"))
		if err != nil {
			t.Fatal(err)
		}
		var reset int64
		_, _ = fmt.Sscan(a.header.Get("X-Rate-Limit-Reset"), &reset)
		got := [3]string{a.header.Get("X-Rate-Limit-Limit"), a.header.Get("X-Rate-Limit-Remaining"), time.Unix(reset, 0).Sub(date).String()}
		if got != [3]string{want.limit, "0", want.reset} {
			t.Errorf("limit, remaining, reset: got %v, want %v", got, want)
		}
		if a.header.Get("Retry-After") != "" {
			t.Error("Okta sends no Retry-After")
		}
	}
}

func TestFaultsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	org := oktasim.New(oktasim.Options{})
	for want, f := range map[string]oktasim.Fault{
		"action: \"Explode\" is not one of":   {Action: "Explode"},
		"action: \"\" is not one of":          {},
		"status: the action Status needs one": {Action: "Status"},
		"status: 200 is not an error":         {Action: "Status", Status: 200},
		"delay: the action Delay needs one":   {Action: "Delay"},
		"skip: -1 is negative":                {Action: "Reset", Skip: -1},
		"path: \"/[\" is not a pattern":       {Action: "Reset", Path: "/["},
	} {
		if err := org.Inject(f); err == nil || !strings.Contains(err.Error(), "inject fault: "+want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestAdminInterface does over HTTP what the other tests do with methods.
func TestAdminInterface(t *testing.T) {
	t.Parallel()
	service := answering(t, 200, verified)
	b := start(t, service.options())
	admin := func(method, path, payload string, status int) string {
		t.Helper()
		a, err := b.try(method, "/-/sim/"+path, payload, map[string]string{"Authorization": ""})
		if err != nil || a.status != status {
			t.Fatalf("%s %s: %v, %d %s", method, path, err, a.status, a.body)
		}
		return a.body
	}
	fault := `{"method":"GET","path":"/api/v1/inlineHooks","skip":1,"count":2,"action":"Status","delay":"1ms","status":429,` +
		`"errorCode":"E1","errorSummary":"s","reset":"1m30s","concurrency":true}`
	admin("POST", "faults", fault, 201)
	var listed struct{ Faults []json.RawMessage }
	if err := json.Unmarshal([]byte(admin("GET", "faults", "", 200)), &listed); err != nil {
		t.Fatal(err)
	}
	var got, want any
	_ = json.Unmarshal(listed.Faults[0], &got)
	_ = json.Unmarshal([]byte(fault), &want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fault (-sent +listed):\n%s", diff)
	}
	for name, payload := range map[string]string{
		"unknown field": `{"action":"Reset","times":3}`, "use 400 to 599": `{"action":"Status","status":7}`,
		`is not a duration`: `{"action":"Delay","delay":"soon"}`, "EOF": ``,
	} {
		if text := admin("POST", "faults", payload, 400); !strings.Contains(text, name) {
			t.Errorf("%s: got %s", payload, text)
		}
	}
	admin("DELETE", "faults", "", 204)

	b.createHook("legacy", passwordType)
	b.createUser("", hookUser("isaac@example.com"))
	b.signIn("isaac@example.com", "pw").signedIn(t)
	if calls := admin("GET", "calls", "", 200); !strings.Contains(calls, `"password": "pw"`) || !strings.Contains(calls, `"credential": "VERIFIED"`) {
		t.Errorf("calls: got %s", calls)
	}
	if requests := admin("GET", "requests", "", 200); !strings.Contains(requests, `"POST /api/v1/inlineHooks": 1`) {
		t.Errorf("requests: got %s", requests)
	}
	admin("DELETE", "calls", "", 204)
	admin("DELETE", "requests", "", 204)
	if len(b.org.Calls()) != 0 || len(b.org.Requests()) != 0 || len(b.org.RequestCounts()) != 0 {
		t.Error("transcripts are not empty after DELETE")
	}
	old := b.org.Hooks()[0].ID
	admin("POST", "reset", "", 204)
	b.do("GET", hooksPath+"/"+old, "").refused(t, 404, "E0000007", "")
	if renewed := b.createHook("legacy", passwordType); renewed == old {
		t.Error("an id from before the reset was given again")
	}
	b.createUser("", hookUser("isaac@example.com"))
	admin("GET", "nothing", "", 404)
}

func TestOperationHappensWithoutAPatientClient(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	b.inject(oktasim.Fault{Method: "POST", Action: "Delay", Delay: time.Minute})
	client := *b.server.Client()
	client.Timeout = 50 * time.Millisecond
	b.server.Client().Timeout = client.Timeout
	if _, err := b.try("POST", hooksPath, httpHook("h", tokenType), nil); err == nil {
		t.Fatal("the request did not time out")
	}
	b.server.Client().Timeout = 0
	for deadline := time.Now().Add(10 * time.Second); len(b.org.Hooks()) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("the operation did not happen after its client had gone")
		}
		b.do("GET", "/.well-known/okta-organization", "")
	}
}
