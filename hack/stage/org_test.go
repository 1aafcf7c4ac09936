package stage

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/hookline/hookline/okta/oktasim"
)

func startOrg(t *testing.T) *Org {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.Config.Handler = oktasim.New(oktasim.Options{APIToken: "t0ken", OrgURL: "https://" + server.Listener.Addr().String()})
	server.StartTLS()
	t.Cleanup(server.Close)
	client := server.Client()
	client.CheckRedirect = NoRedirects
	return &Org{URL: server.URL, Token: "t0ken", Client: client}
}

func (o *Org) must(t *testing.T, status int, r Request) *Answer {
	t.Helper()
	a, err := o.Do(t.Context(), r)
	if err != nil || a.Status != status {
		t.Fatalf("%s %s: got %+v, %v, want status %d", r.Method, r.Path, a, err, status)
	}
	return a
}

func TestRequestsOfEachKindReachTheOrg(t *testing.T) {
	t.Parallel()
	o := startOrg(t)
	user := Request{Method: http.MethodPost, Path: "/api/v1/users?activate=true", Body: map[string]any{
		"profile":     map[string]any{"firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.com", "login": "ada@example.com"},
		"credentials": map[string]any{"password": map[string]any{"value": "analytical engine"}},
	}}
	o.must(t, http.StatusUnauthorized, user)
	user.AsAdmin = true
	o.must(t, http.StatusOK, user)
	o.must(t, http.StatusCreated, Request{Method: http.MethodPost, Path: "/-/sim/clients", Body: map[string]any{
		"id": "app", "secret": "s", "redirectUris": []string{"https://app.example/back"},
	}})
	session := o.must(t, http.StatusOK, Request{Method: http.MethodPost, Path: "/api/v1/authn", Body: map[string]any{
		"username": "ada@example.com", "password": "analytical engine",
	}}).Text("sessionToken")
	redirect := o.must(t, http.StatusFound, Request{Method: http.MethodGet, Path: "/oauth2/default/v1/authorize", Form: url.Values{
		"client_id": {"app"}, "response_type": {"code"}, "scope": {"openid"}, "redirect_uri": {"https://app.example/back"},
		"state": {"s1"}, "sessionToken": {session},
	}})
	if redirect.Text("location") != "https://app.example/back" || redirect.Text("state") != "s1" {
		t.Errorf("redirect: got %v", redirect.Body)
	}
	tokens := o.must(t, http.StatusOK, Request{Method: http.MethodPost, Path: "/oauth2/default/v1/token", Form: url.Values{
		"grant_type": {"authorization_code"}, "code": {redirect.Text("code")}, "redirect_uri": {"https://app.example/back"},
		"client_id": {"app"}, "client_secret": {"s"},
	}})
	claims, err := Claims(tokens.Text("access_token"))
	if err != nil || claims["sub"] != "ada@example.com" {
		t.Errorf("claims: got %v, %v", claims, err)
	}
}

func TestContentIsWhatARequestCarries(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		request Request
		want    string
	}{
		"JSON":    {Request{Body: map[string]any{"a": 1}}, `{"a":1}`},
		"a form":  {Request{Form: url.Values{"a": {"b"}}}, `{"a":"b"}`},
		"nothing": {Request{}, `null`},
	} {
		if got := asJSON(t, c.request.Content()); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func TestWhatTheOrgSentIsSeenUntilForgotten(t *testing.T) {
	t.Parallel()
	o := startOrg(t)
	user := o.must(t, http.StatusOK, Request{Method: http.MethodPost, Path: "/api/v1/users?activate=true", AsAdmin: true, Body: map[string]any{
		"profile": map[string]any{"firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.com", "login": "ada@example.com"},
	}})
	o.must(t, http.StatusOK, Request{Method: http.MethodPost, Path: "/api/v1/users/" + user.Text("id") + "/factors", AsAdmin: true, Body: map[string]any{
		"factorType": "sms", "provider": "OKTA", "profile": map[string]any{"phoneNumber": "+12025550143"},
	}})
	if n, err := o.OwnMessages(t.Context()); n != 1 || err != nil {
		t.Errorf("own messages: got %d, %v, want 1", n, err)
	}
	if err := o.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := o.OwnMessages(t.Context()); n != 0 || err != nil {
		t.Errorf("own messages: got %d, %v after they were forgotten", n, err)
	}
	if calls, err := o.HookCalls(t.Context()); len(calls) != 0 || err != nil {
		t.Errorf("calls: got %v, %v", calls, err)
	}
	var users []struct{}
	if err := o.Read(t.Context(), "/api/v1/users", true, &users); err != nil || len(users) != 1 {
		t.Errorf("users: got %v, %v", users, err)
	}
	if err := o.Read(t.Context(), "/api/v1/users", false, &users); err == nil || !strings.Contains(err.Error(), "status 401") {
		t.Errorf("users without a token: got %v", err)
	}
}
