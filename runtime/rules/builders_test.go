package rules_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/rules"
)

// A call is a valid one with the given members of data.
func signUp(profile string) string {
	return `{"eventId":"e1","eventType":"com.okta.user.pre-registration","requestType":"self.service.registration",` +
		`"data":{"context":{"request":{"id":"r1"}},"userProfile":` + profile + `,"action":"ALLOW"}}`
}

func classicSignUp(profile string) string {
	return strings.Replace(signUp(profile), `"requestType":"self.service.registration",`, "", 1)
}

func profileUpdate(current, update string) string {
	return `{"eventId":"e2","eventType":"com.okta.user.pre-registration","requestType":"progressive.profile",` +
		`"data":{"context":{"user":{"id":"00u1","profile":` + current + `}},"userProfileUpdate":` + update + `,"action":"ALLOW"}}`
}

func withEmail(email string) string {
	text, err := json.Marshal(email)
	if err != nil {
		panic(err) // no string is no JSON
	}
	return `{"firstName":"Rosario","login":"rosario@example.com","email":` + string(text) + `}`
}

// handler is one with the rules, and Deny for everybody else.
func handler(of ...v1alpha1.RegistrationRule) *v1alpha1.RegistrationHandler {
	return &v1alpha1.RegistrationHandler{Rules: of}
}

func allow(name, when string) v1alpha1.RegistrationRule {
	return v1alpha1.RegistrationRule{Name: name, When: when, Allow: &v1alpha1.RegistrationAllowed{}}
}

func deny(name, when string) v1alpha1.RegistrationRule {
	return v1alpha1.RegistrationRule{Name: name, When: when, Deny: &v1alpha1.RegistrationDenied{Summary: "Not you."}}
}

func setting(r v1alpha1.RegistrationRule, profile map[string]v1alpha1.Expression) v1alpha1.RegistrationRule {
	r.Profile = profile
	return r
}

func only(r v1alpha1.RegistrationRule, types ...v1alpha1.RegistrationRequestType) v1alpha1.RegistrationRule {
	r.RequestTypes = types
	return r
}

func domains(message string, names ...v1alpha1.EmailDomain) *v1alpha1.RegistrationHandler {
	return &v1alpha1.RegistrationHandler{AllowedEmailDomains: names, Message: message}
}

func build(t testing.TB, h *v1alpha1.RegistrationHandler) hook.Handler {
	t.Helper()
	built, err := rules.NewRegistration(h)
	if err != nil {
		t.Fatal(err)
	}
	return built
}

func decode(t testing.TB, body string) *hook.Request {
	t.Helper()
	req, err := hook.Decode([]byte(body))
	if err != nil {
		t.Fatalf("decode the test's own request: %v", err)
	}
	return req
}

// handle is the answer to body as Okta gets it.
func handle(t testing.TB, h *v1alpha1.RegistrationHandler, body string) string {
	t.Helper()
	response, err := build(t, h).Handle(t.Context(), decode(t, body))
	if err != nil {
		t.Fatal(err)
	}
	return encode(t, response)
}

func encode(t testing.TB, response *hook.Response) string {
	t.Helper()
	encoded, err := response.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// decision is ALLOW or DENY, and what decided.
func decision(t testing.TB, response *hook.Response) string {
	t.Helper()
	var answer struct {
		Commands []struct {
			Value struct{ Registration string }
		}
		DebugContext struct{ Hookline struct{ Rule string } }
	}
	if err := json.Unmarshal([]byte(encode(t, response)), &answer); err != nil {
		t.Fatal(err)
	}
	return answer.Commands[0].Value.Registration + " by " + answer.DebugContext.Hookline.Rule
}
