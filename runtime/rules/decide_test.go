package rules_test

import (
	"testing"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/rules"
)

func TestDecisions(t *testing.T) {
	t.Parallel()
	isExample := "user.email.endsWith('@example.com')"
	for _, tc := range []struct {
		name    string
		handler *v1alpha1.RegistrationHandler
		body    string
		want    string
	}{
		{"the first rule that matches decides", handler(deny("first", "true"), allow("second", "true")), signUp(`{}`), "DENY by first"},
		{"a rule that does not match is passed over", handler(deny("first", "false"), allow("second", "true")), signUp(`{}`), "ALLOW by second"},
		{"a rule without a condition always matches", handler(allow("always", "")), signUp(`{}`), "ALLOW by always"},
		{"without a match everybody is refused", handler(allow("nobody", "false")), signUp(`{}`), "DENY by registration.default"},
		{"without anything everybody is refused", &v1alpha1.RegistrationHandler{}, signUp(`{}`), "DENY by registration.default"},

		{"a rule for sign-ups is not for updates", handler(only(allow("s", ""), v1alpha1.RequestSelfService)),
			profileUpdate(`{}`, `{}`), "DENY by registration.default"},
		{"a rule for sign-ups is for Classic Engine calls", handler(only(allow("s", ""), v1alpha1.RequestSelfService)),
			classicSignUp(`{}`), "ALLOW by s"},
		{"a rule for updates is not for sign-ups", handler(only(allow("u", ""), v1alpha1.RequestProgressiveProfile)),
			signUp(`{}`), "DENY by registration.default"},
		{"a rule for updates is for updates", handler(only(allow("u", ""), v1alpha1.RequestProgressiveProfile)),
			profileUpdate(`{}`, `{}`), "ALLOW by u"},
		{"a rule for both is for both", handler(only(allow("b", ""), v1alpha1.RequestProgressiveProfile, v1alpha1.RequestSelfService)),
			signUp(`{}`), "ALLOW by b"},

		{"a rule that allows does not match what is absent", handler(allow("a", isExample)), signUp(`{}`), "DENY by registration.default"},
		{"a rule that allows does not match the opposite of what is absent", handler(allow("a", "!"+isExample)), signUp(`{}`),
			"DENY by registration.default"},
		{"a rule that denies matches what is absent", handler(deny("d", isExample), allow("a", "")), signUp(`{}`), "DENY by d"},
		{"a rule that denies matches the opposite of what is absent", handler(deny("d", "!"+isExample), allow("a", "")), signUp(`{}`), "DENY by d"},
		{"has() asks for what is absent", handler(deny("d", "has(user.email) && !"+isExample), allow("a", "")), signUp(`{}`), "ALLOW by a"},
		{"an alternative decides over what is absent", handler(allow("a", isExample+" || user.invited")), signUp(`{"invited":true}`), "ALLOW by a"},
		{"null is absent to a rule that allows", handler(allow("a", isExample)), signUp(`{"email":null}`), "DENY by registration.default"},
		{"null is absent to a rule that denies", handler(deny("d", isExample), allow("a", "")), signUp(`{"email":null}`), "DENY by d"},
		{"a condition that is null does not allow", handler(allow("a", "user.invited")), signUp(`{"invited":null}`), "DENY by registration.default"},
		{"a list element that is not there does not allow", handler(allow("a", "user.email.split('@')[1] != 'evil.example'")),
			signUp(`{"email":"nobody"}`), "DENY by registration.default"},

		{"update is what a user submits", handler(deny("d", "!update.employeeNumber.matches('^[0-9]{4}$')"), allow("a", "")),
			profileUpdate(`{}`, `{"employeeNumber":"123"}`), "DENY by d"},
		{"an update that is right passes", handler(deny("d", "!update.employeeNumber.matches('^[0-9]{4}$')"), allow("a", "")),
			profileUpdate(`{}`, `{"employeeNumber":"1234"}`), "ALLOW by a"},
		{"an update without the member does not pass", handler(deny("d", "!update.employeeNumber.matches('^[0-9]{4}$')"), allow("a", "")),
			profileUpdate(`{}`, `{"costCenter":"1234"}`), "DENY by d"},
		{"user is Okta's user in an update", handler(allow("a", isExample)),
			profileUpdate(withEmail("a@example.com"), `{"email":"a@evil.example"}`), "ALLOW by a"},
		{"user has nothing of the update", handler(allow("a", isExample)),
			profileUpdate(`{}`, `{"email":"a@example.com"}`), "DENY by registration.default"},

		{"rules come before the domain list", &v1alpha1.RegistrationHandler{
			Rules: []v1alpha1.RegistrationRule{deny("blocked", "user.email == 'mallory@example.com'")}, AllowedEmailDomains: []v1alpha1.EmailDomain{"example.com"}},
			signUp(withEmail("mallory@example.com")), "DENY by blocked"},
		{"rules let in who is not on the domain list", &v1alpha1.RegistrationHandler{
			Rules: []v1alpha1.RegistrationRule{allow("guest", "user.email == 'a@guest.example'")}, AllowedEmailDomains: []v1alpha1.EmailDomain{"example.com"}},
			signUp(withEmail("a@guest.example")), "ALLOW by guest"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			response, err := build(t, tc.handler).Handle(t.Context(), decode(t, tc.body))
			if err != nil {
				t.Fatal(err)
			}
			if got := decision(t, response); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestNewRegistrationNamesTheRuleThatIsWrong(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		rule v1alpha1.RegistrationRule
		want string
	}{
		{"a condition that does not compile", allow("broken", "usr.vip"),
			`compile rule "broken": when: column 1: there is no variable usr, only request, user and update`},
		{"a value that does not compile", setting(allow("broken", ""), map[string]v1alpha1.Expression{"a": "1", "b": "1 +"}),
			`compile rule "broken": profile[b]: column 4: is no CEL: it ends where something must follow`},
		{"a password", setting(allow("broken", ""), map[string]v1alpha1.Expression{"Password": "'x'"}),
			`compile rule "broken": profile[Password]: can't be set: Okta lets no hook do that; leave it out`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := rules.NewRegistration(handler(allow("fine", "true"), tc.rule))
			if err == nil || err.Error() != tc.want {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}
