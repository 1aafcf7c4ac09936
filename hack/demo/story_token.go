package main

import (
	"context"
	"net/http"
	"net/url"

	"github.com/hookline/hookline/hack/stage"
)

const (
	// reportClient acts for itself, portalClient for its users.
	reportClient = "nightly-report"
	portalClient = "portal"
	clientSecret = "the-secret-of-the-client"
	callback     = "https://portal.example/callback"

	// What config/samples/token.yaml puts into tokens.
	serviceClaim = "https://acme.example/service"
	nameClaim    = "https://acme.example/name"
)

// sentOfToken is what the story is about in a call of the token hook.
var sentOfToken = []string{
	"eventType", "data.context.protocol.request.grant_type", "data.context.protocol.request.response_type",
	"data.context.protocol.client", "data.context.user.profile.firstName", "data.context.user.profile.lastName",
	"data.access.claims.sub", "data.access.token", "data.identity.claims.sub",
}

// addClient registers an application, for which the simulator has an API of its own.
func (s *story) addClient(ctx context.Context, id string, redirects ...string) error {
	_, err := s.prepare(ctx, stage.Request{Method: http.MethodPost, Path: "/-/sim/clients", Body: map[string]any{
		"id": id, "secret": clientSecret, "redirectUris": redirects,
	}})
	return err
}

// askForTokens is a request of a client to the token endpoint.
func (s *story) askForTokens(ctx context.Context, who, client string, calls int, grant url.Values) (*stage.Answer, error) {
	grant.Set("client_id", client)
	grant.Set("client_secret", clientSecret)
	return s.exchange(ctx, scene{
		who: who, Request: stage.Request{Method: http.MethodPost, Path: "/oauth2/default/v1/token", Form: grant},
		calls: calls, sent: sentOfToken,
		status: http.StatusOK, show: []string{"token_type", "expires_in", "access_token", "id_token"},
	})
}

func (s *story) serviceToken(ctx context.Context) error {
	if err := s.addClient(ctx, reportClient); err != nil {
		return err
	}
	a, err := s.askForTokens(ctx, "Job", reportClient, 1, url.Values{"grant_type": {"client_credentials"}, "scope": {"reports"}})
	if err != nil {
		return err
	}
	return s.showClaims(a, "access_token", serviceClaim, reportClient)
}

func (s *story) userTokens(ctx context.Context) error {
	if err := s.addClient(ctx, portalClient, callback); err != nil {
		return err
	}
	session, err := s.sessionOf(ctx, "ada@example.com", adasPassword)
	if err != nil {
		return err
	}
	a, err := s.exchange(ctx, scene{
		who: "Ada", Request: stage.Request{Method: http.MethodGet, Path: "/oauth2/default/v1/authorize", Form: url.Values{
			"client_id": {portalClient}, "response_type": {"code"}, "scope": {"openid"}, "redirect_uri": {callback},
			"state": {"s1"}, "sessionToken": {session},
		}},
		calls: 1, sent: sentOfToken, status: http.StatusFound,
	})
	if err != nil {
		return err
	}
	a, err = s.askForTokens(ctx, "Portal", portalClient, 0, url.Values{
		"grant_type": {"authorization_code"}, "code": {a.Text("code")}, "redirect_uri": {callback},
	})
	if err != nil {
		return err
	}
	for _, token := range []string{"access_token", "id_token"} {
		if err := s.showClaims(a, token, nameClaim, "Ada Lovelace"); err != nil {
			return err
		}
	}
	return nil
}

// showClaims shows whose a token is, and the claim that the hook added.
func (s *story) showClaims(a *stage.Answer, token, claim, want string) error {
	claims, err := stage.Claims(a.Text(token))
	if err != nil {
		return err
	}
	shown := claims
	if !s.full {
		// The claim's name has dots of its own, so it can't be picked by its path.
		shown = map[string]any{"sub": claims["sub"], claim: claims[claim]}
	}
	s.labelled(token, "has the claims", shown)
	return expect(claims[claim] == want, "the %s has %v as %s, not %s", token, claims[claim], claim, want)
}

// sessionOf signs somebody in who has no second factor, and returns what stands for it.
func (s *story) sessionOf(ctx context.Context, login, password string) (string, error) {
	a, err := s.prepare(ctx, stage.Request{Method: http.MethodPost, Path: "/api/v1/authn", Body: map[string]any{
		"username": login, "password": password,
	}})
	if err != nil {
		return "", err
	}
	session := a.Text("sessionToken")
	return session, expect(session != "", "%s can't sign in: the sign-in ended with %s", login, a.Text("status"))
}
