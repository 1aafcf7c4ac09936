package main

import (
	"context"
	"net/http"

	"github.com/hookline/hookline/hack/stage"
)

func (s *story) createAda(ctx context.Context) error {
	a, err := s.exchange(ctx, scene{
		who: "Admin", Request: stage.Request{Method: http.MethodPost, Path: "/api/v1/users?activate=true", AsAdmin: true, Body: map[string]any{
			"profile":     map[string]any{"firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.com", "login": "ada@example.com"},
			"credentials": map[string]any{"password": map[string]any{"hook": map[string]any{"type": "default"}}},
		}},
		status: http.StatusOK, show: []string{"id", "status", "credentials.provider"},
	})
	if err != nil {
		return err
	}
	s.ada = a.Text("id")
	return expect(a.Text("status") == "ACTIVE", "Ada is %q in Okta, not ACTIVE", a.Text("status"))
}

// signIn is a sign-in with Ada's name.
func (s *story) signIn(ctx context.Context, who, password string, calls, status int, show ...string) (*stage.Answer, error) {
	return s.exchange(ctx, scene{
		who:     who,
		Request: stage.Request{Method: http.MethodPost, Path: "/api/v1/authn", Body: map[string]any{"username": "Ada@example.com", "password": password}},
		calls:   calls, sent: []string{"eventType", "data.context.credential", "data.action"},
		status: status, show: show,
	})
}

func (s *story) wrongPassword(ctx context.Context) error {
	a, err := s.signIn(ctx, "Eve", "difference engine", 1, http.StatusUnauthorized, "errorCode", "errorSummary")
	if err != nil {
		return err
	}
	return expect(a.Text("errorCode") == "E0000004", "Okta refused the wrong password with %q, not E0000004", a.Text("errorCode"))
}

func (s *story) rightPassword(ctx context.Context) error {
	a, err := s.signIn(ctx, "Ada", adasPassword, 1, http.StatusOK, "status", "_embedded.user.profile.login")
	if err != nil {
		return err
	}
	if err := expect(a.Text("status") == "SUCCESS", "the sign-in ended with %q, not SUCCESS", a.Text("status")); err != nil {
		return err
	}
	user, err := s.world.okta.Do(ctx, stage.Request{Method: http.MethodGet, Path: "/api/v1/users/" + s.ada, AsAdmin: true})
	if err != nil {
		return err
	}
	provider := user.Text("credentials.provider.type")
	s.labelled("In Okta:", "Ada's credentials.provider is "+provider+" now", nil)
	return expect(provider == "OKTA", "Ada's password is kept by %q, so it was not imported", provider)
}

// adasPassword is what config/samples/passwordimport_static.yaml says.
const adasPassword = "analytical engine"

func (s *story) signInAgain(ctx context.Context) error {
	_, err := s.signIn(ctx, "Ada", adasPassword, 0, http.StatusOK, "status", "_embedded.user.profile.login")
	return err
}
