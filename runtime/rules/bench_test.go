package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

// The benchmarks are calls from bytes to bytes, without HTTP: two rules, one of which matches and sets two
// values. Reading a call is most of what it costs, and Okta's differ in length from type to type (0.5 to 3 KB
// in its examples), so these are made equally long.

func BenchmarkRegistration(b *testing.B) {
	benchmark(b, build(b, &v1alpha1.RegistrationHandler{
		Rules: []v1alpha1.RegistrationRule{
			deny("blocked", "user.email in ['mallory@example.com', 'trudy@example.com']"),
			setting(allow("partner", "user.email.endsWith('@partner.example')"), map[string]v1alpha1.Expression{
				"userType": "'partner'", "displayName": "user.firstName + ' from ' + user.email"}),
		},
		AllowedEmailDomains: []v1alpha1.EmailDomain{"example.com"},
	}), signUp(withEmail("rosario@partner.example")))
}

func BenchmarkToken(b *testing.B) {
	benchmark(b, buildAny(b, v1alpha1.Token, `
- {name: blocked, when: "user.profile.login in ['mallory@example.com', 'trudy@example.com']", deny: {summary: No.}}
- name: partner
  when: "user.profile.login.endsWith('@example.com')"
  accessToken:
  - {op: add, claim: userType, value: "'partner'"}
  - {op: replace, claim: displayName, value: "user.profile.firstName + ' from ' + user.profile.login"}
`), tokenCall("", `{"sub":"rosario@example.com","displayName":"Rosario"}`))
}

func BenchmarkSAML(b *testing.B) {
	benchmark(b, buildAny(b, v1alpha1.SAMLAssertion, `
- {name: blocked, when: "user.profile.login in ['mallory@example.com', 'trudy@example.com']", deny: {summary: No.}}
- name: partner
  when: "user.profile.login.endsWith('@example.com')"
  assertion:
  - {op: add, claim: userType, value: "'partner'"}
  - {op: replace, claim: displayName, value: "user.id + ' from ' + user.profile.login"}
`), samlCall(`{"displayName":`+statement("basic", "xs:string=Rosario")+`}`))
}

func BenchmarkUserImport(b *testing.B) {
	benchmark(b, buildAny(b, v1alpha1.UserImport, `
- {name: blocked, when: "appUser.email in ['mallory@example.com', 'trudy@example.com']", action: CreateUser}
- name: partner
  when: "appUser.email.endsWith('@partner.example')"
  profile:
    userType: "'partner'"
    displayName: "appUser.firstName + ' from ' + appUser.email"
`), importCall(withEmail("rosario@partner.example"), `{"login":"rosario@partner.example"}`))
}

func benchmark(b *testing.B, h hook.Handler, call string) {
	b.Helper()
	body := []byte(lengthened(call, 1024))
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
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

// lengthened is a call with members that nobody reads.
func lengthened(call string, length int) string {
	filler := ""
	for i := 0; len(call)+len(filler) < length; i++ {
		filler += fmt.Sprintf(`"member%d":{"id":"00u%d","active":true},`, i, i)
	}
	return strings.Replace(call, `"data":{`, `"data":{`+filler, 1)
}
