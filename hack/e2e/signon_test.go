//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/hookline/hookline/hack/stage"
)

// ada signed in with her old password before; Okta has it.
const ada, adasPassword = "ada@example.com", "analytical engine"

// mintTokens has a service and a user get tokens.
func (s *story) mintTokens() {
	const secret, callback = "the-secret", "https://portal.example/callback"
	for _, client := range []object{
		{"id": "nightly-report", "secret": secret}, {"id": "portal", "secret": secret, "redirectUris": []string{callback}},
	} {
		s.okta.ask(http.StatusCreated, post("/-/sim/clients", client))
	}
	s.okta.forget()
	service := s.okta.ask(http.StatusOK, tokenRequest(url.Values{
		"grant_type": {"client_credentials"}, "scope": {"reports"}, "client_id": {"nightly-report"}, "client_secret": {secret},
	}))
	s.hasClaim(service, "access_token", "https://acme.example/service", "nightly-report")
	code := s.okta.ask(http.StatusFound, stage.Request{Method: http.MethodGet, Path: "/oauth2/default/v1/authorize", Form: url.Values{
		"client_id": {"portal"}, "response_type": {"code"}, "scope": {"openid"}, "redirect_uri": {callback}, "state": {"s1"},
		"sessionToken": {s.okta.session(ada, adasPassword)},
	}})
	user := s.okta.ask(http.StatusOK, tokenRequest(url.Values{
		"grant_type": {"authorization_code"}, "code": {code.Text("code")}, "redirect_uri": {callback}, "client_id": {"portal"}, "client_secret": {secret},
	}))
	for _, token := range []string{"access_token", "id_token"} {
		s.hasClaim(user, token, "https://acme.example/name", "Ada Lovelace")
	}
	if calls := s.okta.calls(); len(calls) != 2 {
		s.Errorf("calls of the hook: %s", summary(calls))
	}
}

func tokenRequest(form url.Values) stage.Request {
	return stage.Request{Method: http.MethodPost, Path: "/oauth2/default/v1/token", Form: form}
}

func (s *story) hasClaim(a *stage.Answer, token, claim, want string) {
	s.Helper()
	claims, err := stage.Claims(a.Text(token))
	s.must(err)
	if claims[claim] != want {
		s.Errorf("the %s has %v as %s, want %s", token, claims[claim], claim, want)
	}
}

// session signs somebody in and returns what stands for it.
func (o *org) session(login, password string) string {
	o.Helper()
	return o.ask(http.StatusOK, post("/api/v1/authn", object{"username": login, "password": password})).Text("sessionToken")
}

// signOn has a user open an app by SAML.
func (s *story) signOn() {
	app := s.okta.ask(http.StatusOK, postAsAdmin("/api/v1/apps", object{
		"label": "Payroll", "signOnMode": "SAML_2_0",
		"settings": object{"signOn": object{"ssoAcsUrl": "https://payroll.example/saml", "audience": "https://payroll.example"}},
	}))
	link, err := url.Parse(app.Text("_links.appLinks.0.href"))
	s.must(err)
	s.okta.forget()
	page := s.okta.ask(http.StatusOK, stage.Request{Method: http.MethodGet, Path: link.Path, Form: url.Values{
		"sessionToken": {s.okta.session(ada, adasPassword)},
	}})
	attributes, err := stage.Attributes(page.Text("SAMLResponse"))
	s.must(err)
	if got := fmt.Sprint(attributes["https://acme.example/displayName"]); got != "[Ada Lovelace]" {
		s.Errorf("the assertion has the attributes %v", attributes)
	}
	if calls := s.okta.calls(); len(calls) != 1 {
		s.Errorf("calls of the hook: %s", summary(calls))
	}
}

// importUsers has an app's users come to Okta: one who was here before, and one whose login somebody else has.
func (s *story) importUsers() {
	back := s.okta.ask(http.StatusOK, postAsAdmin("/api/v1/users?activate=true", object{
		"profile": object{"firstName": "Katherine", "lastName": "Goble", "email": "katherine@example.com", "login": "katherine@example.com"},
	})).Text("id")
	s.okta.forget()
	done := s.okta.ask(http.StatusOK, post("/-/sim/imports", object{"app": object{"label": "HR"}, "users": []object{
		{"externalId": "4711", "profile": object{
			"userName": "kj@hr.example", "firstName": "Katherine", "lastName": "Johnson", "email": "kj@example.com", "accountType": "PRO", "formerOktaId": back,
		}},
		{"externalId": "4712", "profile": object{
			"userName": ada, "firstName": "Ada", "lastName": "Yonath", "email": "ada.yonath@example.com", "accountType": "PRO",
		}},
	}}))
	for path, want := range map[string]string{
		"users.0.result": "LINKED", "users.0.userId": back, "users.0.user.profile.userType": "employee",
		"users.1.result": "CREATED", "users.1.user.profile.login": "4712@acme.example", "users.1.user.profile.userType": "employee",
	} {
		if got := done.Text(path); got != want {
			s.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	if calls := s.okta.calls(); len(calls) != 2 {
		s.Errorf("calls of the hook: %s", summary(calls))
	}
}
