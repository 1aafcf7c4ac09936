package oktasim_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/okta/oktasim"
)

const (
	verified   = `{"commands":[{"type":"com.okta.action.update","value":{"credential":"VERIFIED"}}]}`
	unverified = `{"commands":[{"type":"com.okta.action.update","value":{"credential":"UNVERIFIED"}}]}`
)

// signIn authenticates as a user does: without an API token.
func (b *bench) signIn(username, password string) answer {
	b.t.Helper()
	a, err := b.try("POST", "/api/v1/authn", `{"username":"`+username+`","password":"`+password+`"}`, map[string]string{"Authorization": ""})
	if err != nil {
		b.t.Fatalf("sign in: %v", err)
	}
	return a
}

func (a answer) signedIn(t *testing.T) {
	t.Helper()
	if a.status != 200 {
		t.Fatalf("sign-in: got %d %s", a.status, a.body)
	}
	if body := a.object(t); body["status"] != "SUCCESS" || body["sessionToken"] == nil {
		t.Errorf("sign-in: got %s", a.body)
	}
}

func TestPasswordIsImportedOnce(t *testing.T) {
	t.Parallel()
	var service *hookService
	service = serveHook(t, func(w http.ResponseWriter, r *http.Request, n int) {
		if strings.Contains(service.requests()[n-1].body, `"password":"right"`) {
			body(200, verified)(w, r)
			return
		}
		body(200, unverified)(w, r)
	})
	opts := service.options()
	opts.OrgURL = "https://acme.okta.example"
	b := start(t, opts)
	hookID := b.createHook("legacy", passwordType)
	id := b.createUser("?activate=true", hookUser("isaac@example.com"))

	b.signIn("isaac@example.com", "wrong").refused(t, 401, "E0000004", "Authentication failed")
	b.clock.advance(time.Minute)
	b.signIn("Isaac@Example.com", "right").signedIn(t)
	b.signIn("isaac@example.com", "right").signedIn(t)
	b.signIn("isaac@example.com", "wrong").refused(t, 401, "E0000004", "")

	got := service.requests()
	if len(got) != 2 {
		t.Fatalf("calls: got %d, want one for the wrong and one for the right password", len(got))
	}
	var request map[string]any
	if err := json.Unmarshal([]byte(got[1].body), &request); err != nil {
		t.Fatal(err)
	}
	checkHookRequest(t, passwordType, got[1].body)
	data, _ := request["data"].(map[string]any)
	trigger, _ := data["context"].(map[string]any)["request"].(map[string]any)
	want := map[string]any{
		"eventId": request["eventId"], "eventTime": "2025-03-13T23:39:58.000Z", "eventType": passwordType,
		"eventTypeVersion": "1.0", "contentType": "application/json", "cloudEventVersion": "0.1",
		"source": "https://acme.okta.example/api/v1/inlineHooks/" + hookID,
		"data": map[string]any{
			"context": map[string]any{
				"request":    map[string]any{"id": trigger["id"], "method": "POST", "url": map[string]any{"value": "/api/v1/authn"}, "ipAddress": "127.0.0.1"},
				"credential": map[string]any{"username": "Isaac@Example.com", "password": "right"},
			},
			"action": map[string]any{"credential": "UNVERIFIED"},
		},
	}
	if diff := cmp.Diff(want, request); diff != "" || len(fmt.Sprint(request["eventId"])) != 22 || trigger["id"] == nil {
		t.Errorf("request to hook (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"FAILURE: the inline hook did not verify the credential", "SUCCESS"}, b.events("user.import.password")); diff != "" {
		t.Errorf("import events (-want +got):\n%s", diff)
	}
	user := b.must("GET", usersPath+"/"+id, "")
	if got := fmt.Sprint(user["credentials"]); got != "map[password:map[] provider:map[name:OKTA type:OKTA]]" || user["passwordChanged"] != "2025-03-13T23:39:58.000Z" {
		t.Errorf("imported user: credentials %s, passwordChanged %v", got, user["passwordChanged"])
	}
	if logged := b.do("GET", "/api/v1/logs?limit=1000", "").body; strings.Contains(logged, "right") || strings.Contains(logged, "wrong") {
		t.Error("a password is in the System Log")
	}
}

// TestRepliesOfPasswordHooks is what each reply means for a first sign-in.
func TestRepliesOfPasswordHooks(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		reply  string
		event  string // of user.import.password
		calls  int
	}{
		"VERIFIED":                     {200, verified, "SUCCESS", 1},
		"UNVERIFIED":                   {200, unverified, "FAILURE: the inline hook did not verify", 1},
		"no content":                   {204, "", "FAILURE: the inline hook did not verify", 1},
		"no command":                   {200, `{"commands":[]}`, "FAILURE: the inline hook did not verify", 1},
		"two commands":                 {200, strings.Replace(verified, `[{`, `[{"type":"com.okta.action.update","value":{}},{`, 1), "FAILURE: the inline hook responded with more than one command", 1},
		"a command of another type":    {200, strings.Replace(verified, "com.okta.action.update", "com.action.update", 1), "FAILURE: the inline hook responded with a command that this type does not have", 1},
		"a value in another case":      {200, strings.Replace(verified, "VERIFIED", "Verified", 1), "FAILURE: the inline hook responded with a credential", 1},
		"a member in another case":     {200, strings.Replace(verified, `"credential"`, `"Credential"`, 1), "FAILURE: the inline hook responded with a credential", 1},
		"an error object and VERIFIED": {200, strings.Replace(verified, `{"commands"`, `{"error":{},"commands"`, 1), "FAILURE: the inline hook responded with an error object", 1},
		"a 500":                        {500, ``, "FAILURE: The inline hook responded with status 500", 2},
		"a 401":                        {401, verified, "FAILURE: The inline hook responded with status 401", 1},
		"what is not JSON":             {200, `VERIFIED`, "FAILURE: Could not deserialize inline hook response", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := answering(t, tc.status, tc.reply)
			b := start(t, service.options())
			b.createHook("legacy", passwordType)
			b.createUser("", hookUser("isaac@example.com"))
			a := b.signIn("isaac@example.com", "pw")
			if tc.event == "SUCCESS" {
				a.signedIn(t)
			} else {
				a.refused(t, 401, "E0000004", "")
			}
			if n := len(service.requests()); n != tc.calls {
				t.Errorf("calls: got %d, want %d", n, tc.calls)
			}
			if got := b.events("user.import.password"); len(got) != 1 || !strings.HasPrefix(got[0], tc.event) {
				t.Errorf("import events: got %q, want %q", got, tc.event)
			}
		})
	}
}

func TestSignInsThatCallNoHook(t *testing.T) {
	t.Parallel()
	service := answering(t, 200, verified)
	b := start(t, service.options())
	hookID := b.createHook("legacy", passwordType)
	b.createUser("", passwordUser("own@example.com", "pw"))
	b.createUser("?activate=false", hookUser("staged@example.com"))
	b.createUser("?nextLogin=changePassword", passwordUser("expired@example.com", "pw"))
	b.signIn("own@example.com", "pw").signedIn(t)
	b.signIn("own@example.com", "other").refused(t, 401, "E0000004", "")
	b.signIn("staged@example.com", "pw").refused(t, 401, "E0000004", "")
	b.signIn("nobody@example.com", "pw").refused(t, 401, "E0000004", "")
	if a := b.signIn("expired@example.com", "pw"); a.status != 200 || a.object(t)["status"] != "PASSWORD_EXPIRED" || a.object(t)["stateToken"] == nil {
		t.Errorf("expired password: got %d %s", a.status, a.body)
	}
	b.createUser("", hookUser("hooked@example.com"))
	b.must("POST", hooksPath+"/"+hookID+"/lifecycle/deactivate", "")
	b.signIn("hooked@example.com", "pw").refused(t, 401, "E0000004", "")
	if n := len(service.requests()); n != 0 {
		t.Errorf("calls: got %d", n)
	}
	want := []string{
		"SUCCESS", "FAILURE: INVALID_CREDENTIALS", "FAILURE: USER_STATUS_STAGED", "FAILURE: VERIFICATION_ERROR",
		"SUCCESS", "FAILURE: PASSWORD_IMPORT_FAILED",
	}
	if diff := cmp.Diff(want, b.events("user.session.start")); diff != "" {
		t.Errorf("session events (-want +got):\n%s", diff)
	}
	if got := b.events("user.import.password"); len(got) != 0 {
		t.Errorf("import events without a call: %q", got)
	}
	b.do("POST", "/api/v1/authn", `{"password":"pw"}`).refused(t, 400, "E0000001", "username: ")
	b.do("POST", "/api/v1/authn", `{"username":7}`).refused(t, 400, "E0000003", "")
}

func TestTenWrongPasswordsLockAUserOut(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	id := b.createUser("", passwordUser("own@example.com", "pw"))
	for range 2 { // the right password starts the count again
		for range 9 {
			b.signIn("own@example.com", "wrong").refused(t, 401, "E0000004", "")
		}
		b.signIn("own@example.com", "pw").signedIn(t)
	}
	for range 10 {
		b.signIn("own@example.com", "wrong").refused(t, 401, "E0000004", "")
	}
	b.signIn("own@example.com", "pw").refused(t, 401, "E0000004", "")
	if got := b.userStatus(id); got != "LOCKED_OUT" {
		t.Fatalf("status: got %s", got)
	}
	b.must("POST", usersPath+"/"+id+"/lifecycle/unlock", "")
	b.signIn("own@example.com", "pw").signedIn(t)
}

// TestImportedHashes has vectors whose plain text was verified by computation, and
// a bcrypt and a PBKDF2 hash made here.
func TestImportedHashes(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	for name, tc := range map[string]struct{ password, hash string }{
		"salted SHA-512": {"Abcd1234", `{"algorithm":"SHA-512","salt":"TXlTYWx0","saltOrder":"PREFIX","value":"QrozP8a+KfoHu6mPFysxLoO5LMQsd2Fw6IclZUf8xQjetJOCGS93vm68h+VaFX0LHSiF/GxQkykq1vofmx6NGA=="}`},
		"SHA-512 before": {"s3cr3tp@ssw0rd", `{"algorithm":"SHA-512","salt":"JipHQUgqQU8qQUwpQUYjUChBSEcjQQ==","saltOrder":"POSTFIX","value":"Zz6KwLGDm7ospSipwpDmxAjBWHKPLgGh1roGzI267h6txr/ihTI/R4K2eYrpyc0R24qCSF6DRqNl110vZZtj4A=="}`},
		"salted MD5":     {"Abcd1234", `{"algorithm":"MD5","salt":"TXlTYWx0","saltOrder":"PREFIX","value":"jqACjUUFXM1XE6NiLALAbA=="}`},
		"salted SHA-1":   {"P@ssw0rd", `{"algorithm":"SHA-1","salt":"UEO3wsAsgzQ=","saltOrder":"POSTFIX","value":"xjrauE6J6kbjcvMjWSSc+PsBBls="}`},
		"plain SHA-256":  {"password", `{"algorithm":"SHA-256","value":"XohImNooBHFR0OVvjcYpJ3NgPQ1qq73WKhHvch0VQtg"}`},
		"bcrypt":         {"password", bcryptHash(t, "password")},
		"PBKDF2":         {"password", pbkdf2Hash(t, "password", "salt")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			login := strings.ReplaceAll(name, " ", ".") + "@example.com"
			id := b.createUser("", `{`+profileOf(login)+`,"credentials":{"password":{"hash":`+tc.hash+`}}}`)
			b.signIn(login, tc.password+"x").refused(t, 401, "E0000004", "")
			b.signIn(login, tc.password).signedIn(t)
			if got := fmt.Sprint(b.must("GET", usersPath+"/"+id, "")["credentials"]); !strings.Contains(got, "OKTA") {
				t.Errorf("credentials after the sign-in: %s", got)
			}
			b.signIn(login, tc.password).signedIn(t)
		})
	}
	// Base64 that is none is seen at sign-in only.
	b.createUser("", `{`+profileOf("bad@example.com")+`,"credentials":{"password":{"hash":{"algorithm":"MD5","value":"not base64!"}}}}`)
	b.signIn("bad@example.com", "x").refused(t, 401, "E0000004", "")
}

// TestSignInsAtTheSameTime has many first sign-ins of one user meet in the hook.
func TestSignInsAtTheSameTime(t *testing.T) {
	t.Parallel()
	const n = 8
	var arrived sync.WaitGroup
	arrived.Add(n)
	service := serveHook(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		arrived.Done()
		arrived.Wait()
		body(200, verified)(w, r)
	})
	b := start(t, service.options())
	b.createHook("legacy", passwordType)
	b.createUser("", hookUser("isaac@example.com"))
	var done sync.WaitGroup
	for range n {
		done.Go(func() {
			a, err := b.try("POST", "/api/v1/authn", `{"username":"isaac@example.com","password":"pw"}`, nil)
			if err != nil || a.status != 200 {
				t.Errorf("sign-in: %v %d %s", err, a.status, a.body)
			}
		})
	}
	done.Wait()
}

func TestUserDeletedDuringItsSignIn(t *testing.T) {
	t.Parallel()
	var b *bench
	service := serveHook(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		for range 2 {
			if _, err := b.try("DELETE", usersPath+"/isaac@example.com", "", nil); err != nil {
				t.Error(err)
			}
		}
		body(200, verified)(w, r)
	})
	b = start(t, service.options())
	b.createHook("legacy", passwordType)
	b.createUser("", hookUser("isaac@example.com"))
	b.signIn("isaac@example.com", "pw").refused(t, 401, "E0000004", "")
}

func TestPasswordSetDuringTheImportStands(t *testing.T) {
	t.Parallel()
	var b *bench
	service := serveHook(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		if _, err := b.try("POST", usersPath+"/isaac@example.com", `{"credentials":{"password":{"value":"new"}}}`, nil); err != nil {
			t.Error(err)
		}
		body(200, verified)(w, r)
	})
	b = start(t, service.options())
	b.createHook("legacy", passwordType)
	b.createUser("", hookUser("isaac@example.com"))
	b.signIn("isaac@example.com", "old").refused(t, 401, "E0000004", "")
	b.signIn("isaac@example.com", "old").refused(t, 401, "E0000004", "")
	b.signIn("isaac@example.com", "new").signedIn(t)
}

// TestImportHappensWithoutAPatientUser has the user give up while the hook is
// still thinking.
func TestImportHappensWithoutAPatientUser(t *testing.T) {
	t.Parallel()
	asked, answer := make(chan struct{}), make(chan struct{})
	service := serveHook(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		close(asked)
		<-answer
		body(200, verified)(w, r)
	})
	b := start(t, service.options())
	b.createHook("legacy", passwordType)
	b.createUser("", hookUser("isaac@example.com"))
	ctx, hangUp := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, "POST", b.server.URL+"/api/v1/authn", strings.NewReader(`{"username":"isaac@example.com","password":"pw"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	gone := make(chan error)
	go func() {
		resp, err := b.server.Client().Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		gone <- err
	}()
	<-asked
	hangUp()
	if err := <-gone; err == nil {
		t.Error("the request did not end with its context")
	}
	b.do("GET", "/.well-known/okta-organization", "") // the org goes on
	close(answer)
	for deadline := time.Now().Add(10 * time.Second); len(b.events("user.import.password")) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("nothing was imported after the user had gone")
		}
	}
	if got := b.events("user.import.password"); got[0] != "SUCCESS" {
		t.Errorf("import events: got %q", got)
	}
}
