package oktasim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/okta/oktasim"
)

func TestLifeOfAFactor(t *testing.T) {
	t.Parallel()
	opts := answering(t, 200, sent).options()
	opts.OrgURL = orgURL
	b := start(t, opts)
	b.createHook("telephony", telephonyType)
	userID := b.createUser("", passwordUser("isaac@example.com", "pw"))
	factors := usersPath + "/" + userID + "/factors"
	enrolled := b.must("POST", factors, factorBody("sms", "+1 (555) 415-1337"))
	factorID, _ := enrolled["id"].(string)
	user, self := orgURL+usersPath+"/"+userID, orgURL+factors+"/"+factorID
	allow := func(href string, methods ...any) map[string]any {
		return map[string]any{"href": href, "hints": map[string]any{"allow": methods}}
	}
	resend := allow(self+"/resend", "POST")
	resend["name"] = "sms"
	want := map[string]any{
		"id": factorID, "factorType": "sms", "provider": "OKTA", "vendorName": "OKTA", "status": "PENDING_ACTIVATION",
		"created": "2025-03-13T23:38:58.000Z", "lastUpdated": "2025-03-13T23:38:58.000Z",
		"profile": map[string]any{"phoneNumber": phone},
		"_links": map[string]any{
			"activate": allow(self+"/lifecycle/activate", "POST"), "resend": []any{resend},
			"self": allow(self, "GET", "DELETE"), "user": allow(user, "GET"),
		},
	}
	if diff := cmp.Diff(want, enrolled); diff != "" || !strings.HasPrefix(factorID, "sms") {
		t.Errorf("enrolled %s (-want +got):\n%s", factorID, diff)
	}
	first := b.lastCode()
	b.clock.advance(time.Minute)
	b.must("POST", factors+"/"+factorID+"/resend", factorBody("sms", phone))
	second := b.lastCode()
	activate := factors + "/" + factorID + "/lifecycle/activate"
	if first != second { // once in a million
		b.do("POST", activate, `{"passCode":"`+first+`"}`).refused(t, 403, "E0000068", "Your passcode doesn't match our records")
	}
	active := b.must("POST", activate, `{"passCode":"`+second+`"}`)
	want["status"], want["lastUpdated"] = "ACTIVE", "2025-03-13T23:39:58.000Z"
	want["_links"] = map[string]any{"self": allow(self, "GET", "DELETE"), "user": allow(user, "GET")}
	if diff := cmp.Diff(want, active); diff != "" {
		t.Errorf("activated (-want +got):\n%s", diff)
	}
	listed := b.do("GET", factors, "").list(t)
	if diff := cmp.Diff([]map[string]any{want, want}, append(listed, b.must("GET", factors+"/"+factorID, ""))); diff != "" {
		t.Errorf("listed and got (-want +got):\n%s", diff)
	}
	if a := b.do("DELETE", factors+"/"+factorID, ""); a.status != 204 {
		t.Errorf("delete: got %d %s", a.status, a.body)
	}
	if got := b.do("GET", factors, "").body; got != "[]" {
		t.Errorf("after delete: got %s", got)
	}
	b.signIn("isaac@example.com", "pw").signedIn(t)
	if got := append(b.events("user.mfa.factor.activate"), b.events("user.mfa.factor.deactivate")...); len(got) != 2 {
		t.Errorf("events: got %q", got)
	}
}

func TestFactorsThatOktaRefuses(t *testing.T) {
	t.Parallel()
	b, userID, factorID := withFactor(t, oktasim.Options{}, "sms")
	pending := b.enroll(userID, "call", "")
	staged := b.createUser("?activate=false", passwordUser("staged@example.com", "pw"))
	of := func(id string) string { return usersPath + "/" + id + "/factors" }
	const unknown = "/smsunknown"
	for name, tc := range map[string]struct {
		method, path, body string
		status             int
		code, text         string
	}{
		"a number without a country code": {"POST", of(userID), factorBody("call", "5554151337"), 400, "E0000001", "Invalid Phone Number."},
		"a number with letters":           {"POST", of(userID), factorBody("call", "+1555CALLME1"), 400, "E0000001", "Invalid Phone Number."},
		"no number":                       {"POST", of(userID), `{"factorType":"sms","provider":"OKTA"}`, 400, "E0000001", "Invalid Phone Number."},
		"another factor":                  {"POST", of(userID), factorBody("push", phone), 400, "E0000001", "factorEnrollRequest"},
		"another provider":                {"POST", of(userID), strings.Replace(factorBody("sms", phone), "OKTA", "RSA", 1), 400, "E0000001", "factorEnrollRequest"},
		"a factor type in upper case":     {"POST", of(userID), factorBody("SMS", phone), 400, "E0000001", "factorEnrollRequest"},
		"a second factor of a kind":       {"POST", of(userID), factorBody("sms", phone), 400, "E0000001", "A factor of this type is already set up."},
		"another number for a pending one": {"POST", of(userID), factorBody("call", "+441632960961"), 400, "E0000001",
			"There is an existing verified phone number."},
		"what is no object":          {"POST", of(userID), `[]`, 400, "E0000003", ""},
		"a profile that is a text":   {"POST", of(userID), `{"profile":"x"}`, 400, "E0000003", ""},
		"an unknown user's":          {"POST", of("00u1"), factorBody("sms", phone), 404, "E0000007", "00u1 (User)"},
		"a STAGED user's":            {"POST", of(staged), factorBody("sms", phone), 403, "E0000038", ""},
		"an unknown one":             {"GET", of(userID) + unknown, "", 404, "E0000007", "smsunknown (UserFactor)"},
		"an unknown one to delete":   {"DELETE", of(userID) + unknown, "", 404, "E0000007", ""},
		"another user's":             {"GET", of(staged) + "/" + factorID, "", 404, "E0000007", ""},
		"a code for an active one":   {"POST", of(userID) + "/" + factorID + "/lifecycle/activate", `{"passCode":"1"}`, 400, "E0000001", "already active"},
		"a resend for an active one": {"POST", of(userID) + "/" + factorID + "/resend", ``, 400, "E0000001", "already active"},
		"no code":                    {"POST", of(userID) + "/" + pending + "/lifecycle/activate", `{}`, 403, "E0000068", ""},
		"a code that is a number":    {"POST", of(userID) + "/" + pending + "/lifecycle/activate", `{"passCode":7}`, 400, "E0000003", ""},
		"without a token":            {"GET", of(userID), "", 401, "E0000011", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := map[string]string{}
			if name == "without a token" {
				header["Authorization"] = ""
			}
			a, err := b.try(tc.method, tc.path, tc.body, header)
			if err != nil {
				t.Fatal(err)
			}
			a.refused(t, tc.status, tc.code, tc.text)
		})
	}
}

func TestPendingFactorIsEnrolledAgain(t *testing.T) {
	t.Parallel()
	b := start(t, answering(t, 200, sent).options())
	b.createHook("telephony", telephonyType)
	userID := b.createUser("", passwordUser("isaac@example.com", "pw"))
	first := b.enroll(userID, "sms", "")
	if again := b.enroll(userID, "sms", ""); again != first {
		t.Errorf("the same phone again: got the factor %s, want %s", again, first)
	}
	factors := usersPath + "/" + userID + "/factors"
	moved := b.must("POST", factors+"?updatePhone=true", factorBody("sms", "+441632960961"))
	if moved["id"] != first || memberAt(t, moved, "profile.phoneNumber") != "+441632960961" {
		t.Errorf("with updatePhone: got %v", moved)
	}
	if n := len(b.org.Calls()); n != 3 {
		t.Errorf("codes sent: got %d, want one for each enrollment", n)
	}
	b.signIn("isaac@example.com", "pw").signedIn(t) // a pending factor is none
	b.must("POST", factors+"?activate=true&updatePhone=true", factorBody("sms", phone))
	if n := len(b.org.Calls()); n != 3 {
		t.Errorf("activate=true sent a code")
	}
	b.signIn("isaac@example.com", "pw").stateToken(t, "MFA_REQUIRED")
}

func TestDeactivatedUserLosesFactors(t *testing.T) {
	t.Parallel()
	b, userID, _ := withFactor(t, oktasim.Options{}, "sms")
	token := b.signIn("isaac@example.com", "pw").stateToken(t, "MFA_REQUIRED")
	b.must("POST", usersPath+"/"+userID+"/lifecycle/deactivate", "")
	b.asUser(authnPath+"/cancel", `{"stateToken":"`+token+`"}`).refused(t, 401, "E0000011", "Invalid token provided")
	b.must("POST", usersPath+"/"+userID+"/lifecycle/activate?sendEmail=false", "")
	if got := b.do("GET", usersPath+"/"+userID+"/factors", "").body; got != "[]" {
		t.Errorf("factors: got %s", got)
	}
	b.signIn("isaac@example.com", "pw").signedIn(t)
}

func TestCodesAreGoodForFiveMinutes(t *testing.T) {
	t.Parallel()
	b := start(t, answering(t, 200, sent).options())
	b.createHook("telephony", telephonyType)
	for login, tc := range map[string]struct {
		wait time.Duration
		good bool
	}{"soon@example.com": {5*time.Minute - time.Millisecond, true}, "late@example.com": {5 * time.Minute, false}} {
		userID := b.createUser("", passwordUser(login, "pw"))
		factorID := b.enroll(userID, "sms", "")
		code := b.lastCode()
		b.clock.advance(tc.wait)
		a := b.do("POST", usersPath+"/"+userID+"/factors/"+factorID+"/lifecycle/activate", `{"passCode":"`+code+`"}`)
		if (a.status == 200) != tc.good {
			t.Errorf("after %s: got %d %s", tc.wait, a.status, a.body)
		}
	}
}

func TestPauseBetweenTwoCodes(t *testing.T) {
	t.Parallel()
	opts := answering(t, 200, sent).options()
	opts.ChallengePause = 30 * time.Second
	for kind, code := range map[string]string{"sms": "E0000109", "call": "E0000133"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			b, _, factorID := withFactor(t, opts, kind)
			token := b.signIn("isaac@example.com", "pw").stateToken(t, "MFA_REQUIRED")
			verify := authnPath + "/factors/" + factorID + "/verify"
			b.asUser(verify, `{"stateToken":"`+token+`"}`).stateToken(t, "MFA_CHALLENGE")
			b.clock.advance(30*time.Second - time.Millisecond)
			b.asUser(verify+"/resend", `{"stateToken":"`+token+`"}`).refused(t, 429, code, "Please wait 30 seconds")
			if n := len(b.org.Calls()); n != 1 {
				t.Errorf("calls: got %d", n)
			}
			b.clock.advance(time.Millisecond)
			b.asUser(verify+"/resend", `{"stateToken":"`+token+`"}`).stateToken(t, "MFA_CHALLENGE")
		})
	}
}
