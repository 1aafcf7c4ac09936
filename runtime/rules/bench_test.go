package rules_test

import (
	"testing"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

// BenchmarkHandle is a call from bytes to bytes, without HTTP.
func BenchmarkHandle(b *testing.B) {
	h := build(b, &v1alpha1.RegistrationHandler{
		Rules: []v1alpha1.RegistrationRule{
			deny("blocked", "user.email in ['mallory@example.com', 'trudy@example.com']"),
			setting(allow("partner", "user.email.endsWith('@partner.example')"), map[string]v1alpha1.Expression{
				"userType": "'partner'", "displayName": "user.firstName + ' from ' + user.email"}),
		},
		AllowedEmailDomains: []v1alpha1.EmailDomain{"example.com"},
	})
	body := []byte(signUp(withEmail("rosario@partner.example")))
	b.ReportAllocs()
	for b.Loop() {
		req, err := hook.Decode(body)
		if err != nil {
			b.Fatal(err)
		}
		response, err := h.Handle(b.Context(), req)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := response.Encode(); err != nil {
			b.Fatal(err)
		}
	}
}
