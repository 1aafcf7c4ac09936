package rules_test

import (
	"strings"
	"testing"

	"github.com/hookline/hookline/api/v1alpha1"
)

func TestAddressesThatADomainListAccepts(t *testing.T) {
	t.Parallel()
	h := build(t, domains("", "example.com", "sub.example.org", "kelvin.example", "xn--bcher-kva.example"))
	for _, tc := range []struct {
		name, email string
		want        bool
	}{
		{"an address in the domain", "rosario@example.com", true},
		{"an address in capitals", "ROSARIO@EXAMPLE.COM", true},
		{"dots and a tag before the @", "rosario.jones+okta@example.com", true},
		{"letters of another script before the @", "росарио@example.com", true},
		{"a listed subdomain", "a@sub.example.org", true},
		{"an international domain as it is written in DNS", "a@xn--bcher-kva.example", true},

		{"another domain", "a@evil.example", false},
		{"a domain that ends like it", "a@notexample.com", false},
		{"a domain that begins like it", "a@example.com.evil.example", false},
		{"a subdomain", "a@mail.example.com", false},
		{"the domain above a listed one", "a@example.org", false},
		{"two @, the last one right", "a@evil.example@example.com", false},
		{"two @, the first one right", "a@example.com@evil.example", false},
		{"a quoted address before the @", `"a@evil.example"@example.com`, false},
		{"quotes without need", `"a"@example.com`, false},
		{"a comment after the domain", "a@example.com(@evil.example)", false},
		{"a comment before the @", "a(b)@example.com", false},
		{"an address in brackets behind a name", "a@example.com <a@evil.example>", false},
		{"an address in brackets", "<a@example.com>", false},
		{"two addresses", "a@evil.example,b@example.com", false},
		{"two addresses with a semicolon", "a@evil.example;b@example.com", false},
		{"a route through another server", "@evil.example:a@example.com", false},
		{"mail to be passed on with %", "a%evil.example@example.com", false},
		{"mail to be passed on with !", "evil.example!a@example.com", false},
		{"an escape", `a\@evil.example@example.com`, false},
		{"a dot at the end", "a@example.com.", false},
		{"a dot before the domain", "a@.example.com", false},
		{"a space before the address", " a@example.com", false},
		{"a space after the address", "a@example.com ", false},
		{"a space in the address", "a b@example.com", false},
		{"a line break and a header", "a@example.com\r\nBcc: b@evil.example", false},
		{"a line break before the @", "a\n@example.com", false},
		{"a zero byte", "a@example.com\x00.evil.example", false},
		{"a zero-width space", "a@example.com\u200b", false},
		{"a character that turns the direction", "a\u202e@example.com", false},
		{"a Kelvin sign, which lower case turns into a k", "a@\u212aelvin.example", false},
		{"a letter that looks the same", "a@ехаmple.com", false},
		{"a full-width @", "a\uff20example.com", false},
		{"an international domain as people write it", "a@bücher.example", false},
		{"an address literal", "a@[127.0.0.1]", false},
		{"a port", "a@example.com:25", false},
		{"nothing before the @", "@example.com", false},
		{"nothing after the @", "a@", false},
		{"no @", "example.com", false},
		{"nothing", "", false},
		{"more than an address may have", strings.Repeat("a", 243) + "@example.com", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for _, body := range []string{
				signUp(withEmail(tc.email)), classicSignUp(withEmail(tc.email)),
				profileUpdate(withEmail("a@old.example"), withEmail(tc.email)),
			} {
				response, err := h.Handle(t.Context(), decode(t, body))
				if err != nil {
					t.Fatal(err)
				}
				want := map[bool]string{true: "ALLOW", false: "DENY"}[tc.want] + " by registration.allowedEmailDomains"
				if got := decision(t, response); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
		})
	}
}

func TestTheLongestAddressThatMailAllowsIsAccepted(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("a", 254-len("@example.com")) + "@example.com"
	response, err := build(t, domains("", "example.com")).Handle(t.Context(), decode(t, signUp(withEmail(longest))))
	if err != nil {
		t.Fatal(err)
	}
	if got := decision(t, response); got != "ALLOW by registration.allowedEmailDomains" {
		t.Errorf("got %s", got)
	}
}

func TestWhatTheDomainListLooksAt(t *testing.T) {
	t.Parallel()
	const in, out = "ALLOW by registration.allowedEmailDomains", "DENY by registration.allowedEmailDomains"
	for _, tc := range []struct{ name, body, want string }{
		{"an email that is absent is refused, whatever the login", signUp(`{"login":"a@example.com"}`), out},
		{"an email that is null is refused", signUp(`{"email":null}`), out},
		{"an email that is a list is refused", signUp(`{"email":["a@example.com"]}`), out},
		{"an email that is an object is refused", signUp(`{"email":{"a":"a@example.com"}}`), out},
		{"the name of the attribute is email, not Email", signUp(`{"email":"a@evil.example","Email":"a@example.com","EMAIL":"a@example.com"}`), out},
		{"the email counts, not the login", signUp(`{"email":"a@example.com","login":"a@evil.example"}`), in},
		{"the last of two members counts, as for everybody who reads JSON", signUp(`{"email":"a@example.com","email":"a@evil.example"}`), out},
		{"a profile that is no object is refused", signUp(`"a@example.com"`), out},
		{"a sign-up with an update is held to its profile", strings.Replace(signUp(`{"email":"a@evil.example"}`),
			`"action"`, `"userProfileUpdate":{"email":"a@example.com"},"action"`, 1), out},

		{"an update that leaves the email alone passes", profileUpdate(withEmail("a@evil.example"), `{"employeeNumber":"1234"}`), in},
		{"an update to the same email passes", profileUpdate(withEmail("a@evil.example"), withEmail("a@evil.example")), in},
		{"an update to a listed domain passes", profileUpdate(withEmail("a@evil.example"), withEmail("a@example.com")), in},
		{"an update to another domain is refused", profileUpdate(withEmail("a@example.com"), withEmail("a@evil.example")), out},
		{"an update that differs in case is a change", profileUpdate(withEmail("a@evil.example"), withEmail("A@evil.example")), out},
		{"an update that takes the email away is refused", profileUpdate(withEmail("a@example.com"), `{"email":null}`), out},
		{"null is no email that is unchanged", profileUpdate(`{"email":null}`, `{"email":null}`), out},
		{"an update of a user whose email is not known is a change", profileUpdate(`{}`, withEmail("a@evil.example")), out},
		{"an update without an attribute leaves the email alone", profileUpdate(`{}`, `{}`), in},
		{"an update that is absent leaves the email alone", `{"requestType":"progressive.profile","data":{}}`, in},
		{"an update that is no object is refused", profileUpdate(`{}`, `["a@example.com"]`), out},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := build(t, &v1alpha1.RegistrationHandler{AllowedEmailDomains: []v1alpha1.EmailDomain{"example.com"}, Default: v1alpha1.RegistrationDeny})
			response, err := h.Handle(t.Context(), decode(t, tc.body))
			if err != nil {
				t.Fatal(err)
			}
			if got := decision(t, response); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}
