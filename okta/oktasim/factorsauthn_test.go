package oktasim_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/okta/oktasim"
)

const orgURL = "https://acme.okta.example"

// authnLink is a link as the user's side has it, with a name if it has one.
func authnLink(name, path string) map[string]any {
	link := map[string]any{"href": orgURL + authnPath + path, "hints": map[string]any{"allow": []any{"POST"}}}
	if name != "" {
		link["name"] = name
	}
	return link
}

// TestSignInWithAFactor is a whole sign-in, body by body.
func TestSignInWithAFactor(t *testing.T) {
	t.Parallel()
	opts := answering(t, 200, sent).options()
	opts.OrgURL = orgURL
	b, userID, smsID := withFactor(t, opts, "sms")
	callID := b.enroll(userID, "call", "?activate=true")
	shown := func(id, kind string) map[string]any {
		return map[string]any{
			"id": id, "factorType": kind, "provider": "OKTA", "vendorName": "OKTA", "profile": map[string]any{"phoneNumber": "+XXXXXXX1337"},
		}
	}
	withVerify := func(id, kind string) map[string]any {
		factor := shown(id, kind)
		factor["_links"] = map[string]any{"verify": authnLink("", "/factors/"+id+"/verify")}
		return factor
	}

	required := b.signIn("isaac@example.com", "pw")
	token := required.stateToken(t, "MFA_REQUIRED")
	user := map[string]any{
		"id": userID, "passwordChanged": "2025-03-13T23:38:58.000Z",
		"profile": map[string]any{"firstName": "Isaac", "lastName": "Brock", "login": "isaac@example.com", "email": "isaac@example.com"},
	}
	want := map[string]any{
		"stateToken": token, "expiresAt": "2025-03-13T23:43:58.000Z", "status": "MFA_REQUIRED",
		"_embedded": map[string]any{"user": user, "factors": []any{withVerify(smsID, "sms"), withVerify(callID, "call")}},
		"_links":    map[string]any{"cancel": authnLink("", "/cancel")},
	}
	if diff := cmp.Diff(want, required.object(t)); diff != "" {
		t.Errorf("MFA_REQUIRED (-want +got):\n%s", diff)
	}
	verify := "/factors/" + callID + "/verify"
	b.clock.advance(time.Minute)
	challenged := b.asUser(authnPath+verify, `{"stateToken":"`+token+`"}`)
	want = map[string]any{
		"stateToken": token, "expiresAt": "2025-03-13T23:44:58.000Z", "status": "MFA_CHALLENGE",
		"_embedded": map[string]any{"user": user, "factor": shown(callID, "call")},
		"_links": map[string]any{
			"next": authnLink("verify", verify), "cancel": authnLink("", "/cancel"), "resend": []any{authnLink("call", verify+"/resend")},
		},
	}
	if diff := cmp.Diff(want, challenged.object(t)); diff != "" {
		t.Errorf("MFA_CHALLENGE (-want +got):\n%s", diff)
	}
	b.asUser(authnPath+verify, stepBody(token, "0")).refused(t, 403, "E0000068", "Invalid Passcode/Answer")
	b.asUser(authnPath+verify, stepBody(token, b.lastCode())).signedIn(t)
	b.asUser(authnPath+verify, stepBody(token, b.lastCode())).refused(t, 401, "E0000011", "")
	checkSignInEvents(t, b)
	if diff := cmp.Diff([]string{"mfa-verification"}, b.requestTypes()); diff != "" {
		t.Errorf("request types (-want +got):\n%s", diff)
	}
	if got := b.must("GET", usersPath+"/"+userID, "")["lastLogin"]; got != "2025-03-13T23:39:58.000Z" {
		t.Errorf("lastLogin: got %v", got)
	}
}

func checkSignInEvents(t *testing.T, b *bench) {
	t.Helper()
	for event, want := range map[string][]string{
		"user.session.start":                   {"SUCCESS"},
		"user.authentication.auth_via_mfa":     {"FAILURE: INVALID_CREDENTIALS", "SUCCESS"},
		"system.voice.send_mfa_challenge_call": {"SUCCESS"},
		"inline_hook.response.processed":       {"SUCCESS"},
	} {
		if diff := cmp.Diff(want, b.events(event)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", event, diff)
		}
	}
}

func TestStepsThatAreNotTheNextOne(t *testing.T) {
	t.Parallel()
	b, userID, smsID := withFactor(t, answering(t, 200, sent).options(), "sms")
	callID := b.enroll(userID, "call", "")
	verify := func(id string) string { return authnPath + "/factors/" + id + "/verify" }
	token := b.signIn("isaac@example.com", "pw").stateToken(t, "MFA_REQUIRED")
	b.asUser(verify(smsID), stepBody(token, "000000")).refused(t, 403, "E0000079", "current authentication state")
	b.asUser(verify(smsID)+"/resend", stepBody(token, "")).refused(t, 403, "E0000079", "")
	b.asUser(verify(callID), `{"stateToken":"`+token+`"}`).refused(t, 404, "E0000007", "UserFactor") // it is pending
	b.must("POST", usersPath+"/"+userID+"/factors?activate=true", factorBody("call", phone))
	b.asUser(verify("smsunknown"), `{"stateToken":"`+token+`"}`).refused(t, 404, "E0000007", "UserFactor")
	b.asUser(verify(smsID), `{"stateToken":"`+token+`"}`).stateToken(t, "MFA_CHALLENGE")
	forSMS := b.lastCode()
	b.asUser(verify(callID), stepBody(token, forSMS)).refused(t, 403, "E0000079", "")
	b.asUser(verify(callID)+"/resend", stepBody(token, "")).refused(t, 403, "E0000079", "")
	b.asUser(authnPath+"/credentials/reset_password", `{"stateToken":"`+token+`","newPassword":"x"}`).refused(t, 403, "E0000079", "")
	b.asUser(authnPath+"/recovery/factors/SMS/verify", stepBody(token, forSMS)).refused(t, 403, "E0000079", "")
	// Another factor takes the challenge over, and the first code is void.
	b.asUser(verify(callID), `{"stateToken":"`+token+`"}`).stateToken(t, "MFA_CHALLENGE")
	b.asUser(verify(smsID), stepBody(token, forSMS)).refused(t, 403, "E0000079", "")
	b.asUser(verify(callID), stepBody(token, b.lastCode())).signedIn(t)
	for _, path := range []string{verify(smsID), verify(smsID) + "/resend", authnPath + "/cancel", authnPath + "/credentials/reset_password"} {
		b.asUser(path, `{"stateToken":"00unknown"}`).refused(t, 401, "E0000011", "Invalid token provided")
		b.asUser(path, `[]`).refused(t, 400, "E0000003", "")
		b.asUser(path, `{"stateToken":7}`).refused(t, 400, "E0000003", "")
	}
}

func TestTransactionsEnd(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(b *bench, userID, token string){
		"when they are cancelled": func(b *bench, _, token string) {
			b.asUser(authnPath+"/cancel", `{"stateToken":"`+token+`"}`)
		},
		"after five minutes": func(b *bench, _, _ string) { b.clock.advance(5 * time.Minute) },
		"with the user": func(b *bench, userID, _ string) {
			b.do("DELETE", usersPath+"/"+userID, "")
			b.do("DELETE", usersPath+"/"+userID, "")
		},
		"with the org": func(b *bench, _, _ string) { b.org.Reset() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, userID, factorID := withFactor(t, oktasim.Options{}, "sms")
			token := b.signIn("isaac@example.com", "pw").stateToken(t, "MFA_REQUIRED")
			verify := authnPath + "/factors/" + factorID + "/verify"
			b.asUser(verify, `{"stateToken":"`+token+`"}`).stateToken(t, "MFA_CHALLENGE")
			code := sixDigits.FindString(b.org.Messages()[0].Text)
			end(b, userID, token)
			b.asUser(verify, stepBody(token, code)).refused(t, 401, "E0000011", "")
		})
	}
}

func TestUserLockedOutBetweenPasswordAndCodeIsRefused(t *testing.T) {
	t.Parallel()
	b, _, factorID := withFactor(t, oktasim.Options{}, "sms")
	token := b.signIn("isaac@example.com", "pw").stateToken(t, "MFA_REQUIRED")
	verify := authnPath + "/factors/" + factorID + "/verify"
	b.asUser(verify, `{"stateToken":"`+token+`"}`).stateToken(t, "MFA_CHALLENGE")
	b.lockOut("isaac@example.com")
	code := sixDigits.FindString(b.org.Messages()[0].Text)
	b.asUser(verify, stepBody(token, code)).refused(t, 401, "E0000004", "")
	if got := b.events("user.session.start"); strings.Contains(fmt.Sprint(got), "SUCCESS") {
		t.Errorf("session events: %q", got)
	}
}

// lockOut locks a user out by wrong passwords.
func (b *bench) lockOut(login string) {
	b.t.Helper()
	for range 10 {
		b.signIn(login, "wrong").refused(b.t, 401, "E0000004", "")
	}
}

// TestImportedPasswordAndFactor: a first sign-in that calls two hooks.
func TestImportedPasswordAndFactor(t *testing.T) {
	t.Parallel()
	b := start(t, answering(t, 200, verified).options())
	b.createHook("legacy", passwordType)
	userID := b.createUser("", hookUser("isaac@example.com"))
	factorID := b.enroll(userID, "sms", "?activate=true")
	token := b.signIn("isaac@example.com", "pw").stateToken(t, "MFA_REQUIRED")
	b.createHook("telephony", telephonyType) // its answers are no telephony replies
	b.asUser(authnPath+"/factors/"+factorID+"/verify", `{"stateToken":"`+token+`"}`).stateToken(t, "MFA_CHALLENGE")
	if calls := b.org.Calls(); len(calls) != 2 || calls[0].Type != passwordType || calls[1].Type != telephonyType {
		t.Errorf("calls: got %+v", calls)
	}
	b.asUser(authnPath+"/factors/"+factorID+"/verify", stepBody(token, b.lastCode())).signedIn(t)
	if n := len(b.org.Messages()); n != 1 {
		t.Errorf("Okta's own messages: got %d, want one, since the hook's reply is none", n)
	}
}

// TestManyUsersAtOnce has users enroll, sign in and be imported at the same time,
// each with a code of their own.
func TestManyUsersAtOnce(t *testing.T) {
	t.Parallel()
	b := start(t, answering(t, 500, "").options())
	b.createHook("telephony", telephonyType)
	b.createHook("import", userImportType)
	const users = 8
	ids := make([]string, users)
	for i := range ids {
		ids[i] = b.createUser("", passwordUser(fmt.Sprintf("user%d@example.com", i), "pw"))
	}
	var done sync.WaitGroup
	for i, id := range ids {
		done.Go(func() {
			number := fmt.Sprintf("+1555415133%d", i)
			w := post(b.org, "POST", usersPath+"/"+id+"/factors?activate=true", factorBody("sms", number))
			factorID, _ := decoded(t, w.Body.Bytes())["id"].(string)
			login := fmt.Sprintf("user%d@example.com", i)
			w = post(b.org, "POST", authnPath, `{"username":"`+login+`","password":"pw"}`)
			token, _ := decoded(t, w.Body.Bytes())["stateToken"].(string)
			verify := authnPath + "/factors/" + factorID + "/verify"
			post(b.org, "POST", verify, `{"stateToken":"`+token+`"}`)
			w = post(b.org, "POST", verify, stepBody(token, b.codeOf(number)))
			if status := decoded(t, w.Body.Bytes())["status"]; status != "SUCCESS" {
				t.Errorf("user %d: %s", i, w.Body)
			}
			report, err := b.org.Import(t.Context(), oktasim.Import{
				App: oktasim.ImportApp{Label: "HR"}, Users: []oktasim.ImportUser{appUser(id, "x", "email="+login)},
			})
			if err != nil || report.Users[0].UserID != id {
				t.Errorf("import of user %d: %v, %+v", i, err, report)
			}
		})
	}
	done.Wait()
	if n := len(b.org.Messages()); n != users {
		t.Errorf("messages: got %d, want %d", n, users)
	}
}

func decoded(t *testing.T, body []byte) map[string]any {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal(body, &members); err != nil {
		t.Errorf("decode %q: %v", body, err)
	}
	return members
}

// codeOf is the code that Okta's own provider sent to a number.
func (b *bench) codeOf(number string) string {
	for _, m := range b.org.Messages() {
		if m.PhoneNumber == number {
			return sixDigits.FindString(m.Text)
		}
	}
	return ""
}
