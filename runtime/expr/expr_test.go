package expr_test

import (
	"strings"
	"testing"

	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

// signUp is a sign-up with a bit of everything that JSON has.
const signUp = `{
	"eventId": "e1", "eventTime": "2026-01-31T12:00:00.000Z", "eventType": "com.okta.user.pre-registration",
	"requestType": "self.service.registration",
	"data": {
		"context": {"request": {"id": "r1", "ipAddress": "127.0.0.1"}},
		"userProfile": {
			"firstName": "Rosario", "lastName": "Jones", "email": "Rosario.Jones@Example.com",
			"age": 41, "score": 4.5, "vip": true, "manager": null, "empty": "",
			"groups": ["medical", "night"], "mixed": [null, "a"], "address": {"city": "Oslo", "zip": null}
		},
		"action": "ALLOW"
	}
}`

// profileUpdate is a user who is asked for an employee number.
const profileUpdate = `{
	"eventId": "e2", "eventType": "com.okta.user.pre-registration", "requestType": "progressive.profile",
	"data": {
		"context": {"user": {"id": "00u1", "profile": {"firstName": "Rosario", "login": "rosario@example.com"}}},
		"userProfileUpdate": {"employeeNumber": "1234"}
	}
}`

// hookTypes are all that there are, by Okta's id.
var hookTypes = []string{
	hook.PasswordImport, hook.Registration, hook.Telephony, hook.Token, hook.SAMLAssertion, hook.UserImport,
}

func request(t testing.TB, body string) *hook.Request {
	t.Helper()
	req, err := hook.Decode([]byte(body))
	if err != nil {
		t.Fatalf("decode the test's own request: %v", err)
	}
	return req
}

func environment(t testing.TB, typeID string) *expr.Env {
	t.Helper()
	env, err := expr.NewEnv(typeID)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func compile(t testing.TB, source string, want expr.Kind) *expr.Program {
	t.Helper()
	program, err := environment(t, hook.Registration).Compile(source, want)
	if err != nil {
		t.Fatalf("compile %s: %v", source, err)
	}
	return program
}

// quoted is a JSON string of n characters.
func quoted(character string, n int) string { return `"` + strings.Repeat(character, n) + `"` }
