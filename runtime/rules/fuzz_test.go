package rules_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

// FuzzRegistration: no body makes the handler panic, every answer can be sent, and nobody gets past the
// domain list whose address a plain look at it does not put into the domain.
func FuzzRegistration(f *testing.F) {
	for _, body := range []string{
		signUp(withEmail("a@example.com")), signUp(withEmail("a@evil.example@example.com")), classicSignUp(withEmail(`"a"@example.com`)),
		profileUpdate(withEmail("a@example.com"), withEmail("b@evil.example")), profileUpdate(`{}`, `{"employeeNumber":"1234","title":"x"}`),
		signUp(`{"title":null,"age":41}`), `{"data":{}}`, `{"requestType":"x","data":{}}`,
	} {
		f.Add([]byte(body))
	}
	ruled := build(f, handler(
		deny("number", "has(update.employeeNumber) && !update.employeeNumber.matches('^[0-9]{4}$')"),
		setting(allow("title", "user.title.startsWith('x') || update.title in ['x', 'y']"), map[string]v1alpha1.Expression{
			"title": "user.?title.orValue(update.?title.orValue('none'))", "all": "[user, update]"}),
		allow("adults", "user.age > 17"),
	))
	listed := build(f, domains("Only Example.", "example.com"))
	f.Fuzz(func(t *testing.T, body []byte) {
		req, err := hook.Decode(body)
		if err != nil {
			return
		}
		for _, h := range []hook.Handler{ruled, listed} {
			response, err := h.Handle(t.Context(), req)
			if err != nil {
				continue
			}
			if _, err := response.Encode(); err != nil {
				t.Errorf("can't be sent: %v", err)
			}
			if h == listed && strings.HasPrefix(decision(t, response), "ALLOW") {
				mustBeOnTheList(t, req)
			}
		}
	})
}

func mustBeOnTheList(t *testing.T, req *hook.Request) {
	t.Helper()
	data, isObject := req.Body()["data"].(map[string]any)
	if !isObject {
		t.Fatalf("let in without data")
	}
	email := any(nil)
	if req.RequestType == "progressive.profile" {
		update, _ := data["userProfileUpdate"].(map[string]any)
		given := false
		if email, given = update["email"]; !given {
			return // the address stays as it is
		}
		current, _ := json.Marshal(data["context"])
		if text, isText := email.(string); isText && strings.Contains(string(current), text) {
			return // perhaps the same one
		}
	} else {
		email = data["userProfile"].(map[string]any)["email"]
	}
	address := email.(string)
	if !strings.HasSuffix(strings.ToUpper(address), "@EXAMPLE.COM") || strings.Count(address, "@") != 1 || strings.ContainsAny(address, " \t\r\n\"<>,") {
		t.Errorf("%q is let in", address)
	}
}
