package rules_test

import (
	"testing"

	"github.com/hookline/hookline/api/v1alpha1"
)

const (
	allowed = `{"type":"com.okta.action.update","value":{"registration":"ALLOW"}}`
	denied  = `{"type":"com.okta.action.update","value":{"registration":"DENY"}}`
)

// by is the debug context of an answer.
func by(rule string) string { return `"debugContext":{"hookline":{"rule":"` + rule + `"}}` }

func TestAnswers(t *testing.T) {
	t.Parallel()
	partner := setting(allow("partner", ""), map[string]v1alpha1.Expression{
		"userType": "'partner'", "displayName": "user.firstName + '!'", "tags": "['a', 1, null]", "age": "41"})
	refusal := deny("number", "")
	refusal.Deny = &v1alpha1.RegistrationDenied{
		Summary: "Enter 4 digits.", Reason: "INVALID_EMPLOYEE_NUMBER", Location: "data.userProfileUpdate.employeeNumber"}
	const profile = `{"age":41,"displayName":"Rosario!","tags":["a",1,null],"userType":"partner"}`

	for _, tc := range []struct {
		name    string
		handler *v1alpha1.RegistrationHandler
		body    string
		want    string
	}{
		{"a rule that allows", handler(allow("everybody", "")), signUp(`{}`),
			`{"commands":[` + allowed + `],` + by("everybody") + `}`},
		{"a rule that sets attributes of somebody who signs up", handler(partner), signUp(`{"firstName":"Rosario"}`),
			`{"commands":[` + allowed + `,{"type":"com.okta.user.profile.update","value":` + profile + `}],` + by("partner") + `}`},
		{"a Classic Engine call is a sign-up", handler(partner), classicSignUp(`{"firstName":"Rosario"}`),
			`{"commands":[` + allowed + `,{"type":"com.okta.user.profile.update","value":` + profile + `}],` + by("partner") + `}`},
		{"a rule that sets attributes in a profile update", handler(partner), profileUpdate(`{"firstName":"Rosario"}`, `{}`),
			`{"commands":[` + allowed + `,{"type":"com.okta.user.progressive.profile.update","value":` + profile + `}],` + by("partner") + `}`},
		{"a rule that denies with all that can be said", handler(refusal), profileUpdate(`{}`, `{"employeeNumber":"1"}`),
			`{"commands":[` + denied + `],"error":{"errorSummary":"Enter 4 digits.","errorCauses":[{"errorSummary":"Enter 4 digits.",` +
				`"reason":"INVALID_EMPLOYEE_NUMBER","locationType":"body","location":"data.userProfileUpdate.employeeNumber",` +
				`"domain":"end-user"}]},` + by("number") + `}`},
		{"a rule that denies with a sentence", handler(deny("blocked", "")), signUp(`{}`),
			`{"commands":[` + denied + `],"error":{"errorSummary":"Not you.","errorCauses":[{"errorSummary":"Not you.",` +
				`"domain":"end-user"}]},` + by("blocked") + `}`},
		{"no rule, and a message", &v1alpha1.RegistrationHandler{Default: v1alpha1.RegistrationDeny, Message: "By invitation."}, signUp(`{}`),
			`{"commands":[` + denied + `],"error":{"errorSummary":"By invitation.","errorCauses":[{"errorSummary":"By invitation.",` +
				`"domain":"end-user"}]},` + by("registration.default") + `}`},
		{"no rule, and no message, is Okta's own text", &v1alpha1.RegistrationHandler{Default: v1alpha1.RegistrationDeny}, signUp(`{}`),
			`{"commands":[` + denied + `],` + by("registration.default") + `}`},
		{"no rule, and default: Allow", &v1alpha1.RegistrationHandler{Default: v1alpha1.RegistrationAllow, Message: "Unused."}, signUp(`{}`),
			`{"commands":[` + allowed + `],` + by("registration.default") + `}`},
		{"an address in a listed domain", domains("", "example.com"), signUp(withEmail("a@example.com")),
			`{"commands":[` + allowed + `],` + by("registration.allowedEmailDomains") + `}`},
		{"an address in another domain, with a message", domains("Only Example.", "example.com"), signUp(withEmail("a@evil.example")),
			`{"commands":[` + denied + `],"error":{"errorSummary":"Only Example.","errorCauses":[{"errorSummary":"Only Example.",` +
				`"reason":"INVALID_EMAIL_DOMAIN","locationType":"body","location":"data.userProfile.email","domain":"end-user"}]},` +
				by("registration.allowedEmailDomains") + `}`},
		{"an address in another domain, without a message", domains("", "example.com"), signUp(withEmail("a@evil.example")),
			`{"commands":[` + denied + `],` + by("registration.allowedEmailDomains") + `}`},
		{"a user who changes to an address in another domain", domains("Only Example.", "example.com"),
			profileUpdate(withEmail("a@example.com"), `{"email":"a@evil.example"}`),
			`{"commands":[` + denied + `],"error":{"errorSummary":"Only Example.","errorCauses":[{"errorSummary":"Only Example.",` +
				`"reason":"INVALID_EMAIL_DOMAIN","locationType":"body","location":"data.userProfileUpdate.email","domain":"end-user"}]},` +
				by("registration.allowedEmailDomains") + `}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := handle(t, tc.handler, tc.body); got != tc.want {
				t.Errorf("\n got %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestTheSameCallHasTheSameAnswerByteForByte(t *testing.T) {
	t.Parallel()
	values := map[string]v1alpha1.Expression{}
	for _, name := range []string{"e", "d", "c", "b", "a"} {
		values[name] = "{'z': 1, 'y': 2, 'x': user}"
	}
	h := handler(setting(allow("all", ""), values))
	first := handle(t, h, signUp(`{"b":1,"a":2,"c":3}`))
	for range 20 {
		if again := handle(t, h, signUp(`{"b":1,"a":2,"c":3}`)); again != first {
			t.Fatalf("\nfirst %s\nthen  %s", first, again)
		}
	}
}
