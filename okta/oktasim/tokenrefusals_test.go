package oktasim_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hookline/hookline/okta/oktasim"
)

func TestTokenRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	const service, web = "service:service/secret:1", "web:web-secret"
	for name, tc := range map[string]struct {
		credentials string
		form        []string
		status      int
		code, text  string
	}{
		"no client":                        {"", []string{"grant_type", "client_credentials"}, 401, "invalid_client", "No client credentials"},
		"an unknown client":                {"nobody:x", []string{"grant_type", "client_credentials"}, 401, "invalid_client", "client_id"},
		"a wrong secret":                   {"service:x", []string{"grant_type", "client_credentials"}, 401, "invalid_client", "client secret"},
		"no secret":                        {"", []string{"grant_type", "client_credentials", "client_id", "service"}, 401, "invalid_client", "client secret"},
		"a secret of a public client":      {"spa:x", []string{"grant_type", "client_credentials"}, 401, "invalid_client", "client secret"},
		"two secrets":                      {service, []string{"grant_type", "client_credentials", "client_secret", "service/secret:1"}, 400, "invalid_request", "multiple client credentials"},
		"no grant type":                    {service, nil, 400, "unsupported_grant_type", "grant type"},
		"another grant type":               {service, []string{"grant_type", "password"}, 400, "unsupported_grant_type", "grant type"},
		"a public client without a user":   {"", []string{"grant_type", "client_credentials", "client_id", "spa", "scope", "a"}, 400, "unauthorized_client", "without a secret"},
		"no scope":                         {service, []string{"grant_type", "client_credentials"}, 400, "invalid_scope", "'scope' must be provided"},
		"a scope that is about a user":     {service, []string{"grant_type", "client_credentials", "scope", "a openid"}, 400, "invalid_scope", "not configured"},
		"a scope that cannot be one":       {service, []string{"grant_type", "client_credentials", "scope", `"a"`}, 400, "invalid_scope", "not configured"},
		"a code that there is not":         {web, []string{"grant_type", "authorization_code", "code", "x", "redirect_uri", callback}, 400, "invalid_grant", "authorization code"},
		"a refresh token that there isn't": {web, []string{"grant_type", "refresh_token"}, 400, "invalid_grant", "refresh token"},
	} {
		t.Run(name, func(t *testing.T) {
			a := b.form(tc.credentials, tc.form...)
			oauthRefused(t, a, tc.status, tc.code, tc.text)
			if a.header.Get("Cache-Control") != "no-store" || (tc.status == 401) != (a.header.Get("WWW-Authenticate") != "") {
				t.Errorf("headers: %v", a.header)
			}
		})
	}
	oauthRefused(t, b.send("POST", tokenPath, `{}`, map[string]string{"Content-Type": "application/json"}), 400, "invalid_request", "form-urlencoded")
	oauthRefused(t, b.send("POST", tokenPath, `%`, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}), 400, "invalid_request", "form-urlencoded")
	bad := map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte("service:%"))}
	oauthRefused(t, b.send("POST", tokenPath, `grant_type=client_credentials`, bad), 401, "invalid_client", "client secret")
}

func TestCodesThatAreRefused(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	code := b.code("openid").Get("code")
	oauthRefused(t, b.form("service:service/secret:1", "grant_type", "authorization_code", "code", code, "redirect_uri", callback), 400, "invalid_grant", "authorization code")
	oauthRefused(t, b.redeem(code), 400, "invalid_grant", "authorization code") // whoever had it first
	code = b.code("openid").Get("code")
	oauthRefused(t, b.form("web:web-secret", "grant_type", "authorization_code", "code", code, "redirect_uri", "https://other.example"), 400, "invalid_grant", "redirect_uri")
	code = b.code("openid").Get("code")
	b.clock.advance(time.Minute)
	oauthRefused(t, b.redeem(code), 400, "invalid_grant", "authorization code")
}

// refusedAuthorizations are changes to a good request.
var refusedAuthorizations = map[string]struct {
	change map[string]string // "-" takes out
	code   string            // empty: a page, since there is nowhere to go back to
	text   string
}{
	"no client":                        {map[string]string{"client_id": "-"}, "", "client_id"},
	"an unknown client":                {map[string]string{"client_id": "<b>"}, "", "client_id"},
	"no redirect URI":                  {map[string]string{"redirect_uri": "-"}, "", "redirect_uri"},
	"another redirect URI":             {map[string]string{"redirect_uri": "https://app.example/callback"}, "", "redirect_uri"},
	"another client's redirect URI":    {map[string]string{"redirect_uri": spaCallback}, "", "redirect_uri"},
	"no response type":                 {map[string]string{"response_type": "-"}, "unsupported_response_type", "response type"},
	"another response type":            {map[string]string{"response_type": "code token"}, "unsupported_response_type", "response type"},
	"another response mode":            {map[string]string{"response_mode": "form_post"}, "invalid_request", "response mode"},
	"tokens in the query":              {map[string]string{"response_type": "token", "response_mode": "query"}, "invalid_request", "response mode"},
	"no scope":                         {map[string]string{"scope": "-"}, "invalid_scope", "scope"},
	"an ID token without openid":       {map[string]string{"response_type": "id_token", "scope": "email", "nonce": "n"}, "invalid_scope", "openid"},
	"an ID token without a nonce":      {map[string]string{"response_type": "id_token"}, "invalid_request", "nonce"},
	"a plain PKCE challenge":           {map[string]string{"code_challenge": "x", "code_challenge_method": "plain"}, "invalid_request", "PKCE"},
	"a PKCE challenge of no method":    {map[string]string{"code_challenge": "x"}, "invalid_request", "PKCE"},
	"a public client without PKCE":     {map[string]string{"client_id": "spa", "redirect_uri": spaCallback}, "invalid_request", "PKCE"},
	"no session token":                 {map[string]string{"sessionToken": "-"}, "login_required", "not logged in"},
	"a session token that there isn't": {map[string]string{"sessionToken": "20111x"}, "login_required", "not logged in"},
}

func TestAuthorizationsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	token := b.sessionToken()
	good := url.Values{
		"client_id": {"web"}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid"}, "state": {"s"}, "sessionToken": {token},
	}
	for name, tc := range refusedAuthorizations {
		t.Run(name, func(t *testing.T) {
			query := maps.Clone(good)
			for key, value := range tc.change {
				query[key] = []string{value}
				if value == "-" {
					delete(query, key)
				}
			}
			a := b.visit(authorizePath, query)
			if tc.code == "" {
				if a.status != 400 || !strings.Contains(a.body, tc.text) || strings.Contains(a.body, "<b>") || a.header.Get("Location") != "" {
					t.Errorf("got %d %s", a.status, a.body)
				}
				return
			}
			back := a.sentBack(t, query.Get("redirect_uri"))
			if back.Get("error") != tc.code || !strings.Contains(back.Get("error_description"), tc.text) || back.Get("state") != "s" || back.Has("code") {
				t.Errorf("got %v", back)
			}
		})
	}
	// None of this took the session token; its first use does.
	if back := b.visit(authorizePath, good).sentBack(t, callback); back.Get("code") == "" {
		t.Errorf("first use: %v", back)
	}
	if back := b.visit(authorizePath, good).sentBack(t, callback); back.Get("error") != "login_required" {
		t.Errorf("second use: %v", back)
	}
	good.Set("sessionToken", b.sessionToken())
	b.clock.advance(5 * time.Minute)
	if back := b.visit(authorizePath, good).sentBack(t, callback); back.Get("error") != "login_required" {
		t.Errorf("after five minutes: %v", back)
	}
}

func TestCodeInTheFragment(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	a := b.visit(authorizePath, url.Values{
		"client_id": {"web"}, "redirect_uri": {callback}, "response_type": {"code"}, "response_mode": {"fragment"}, "scope": {"openid"},
		"sessionToken": {b.sessionToken()},
	})
	code := a.sentBack(t, callback).Get("code")
	if !strings.HasPrefix(a.header.Get("Location"), callback+"#") || b.redeem(code).status != 200 {
		t.Errorf("redirect: %s", a.header.Get("Location"))
	}
}

func TestOtherAuthorizationServersAreNotThere(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	for _, path := range []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/v1/keys", "/v1/authorize"} {
		b.send("GET", "/oauth2/other"+path, "", nil).refused(t, 404, "E0000007", "other (AuthorizationServer)")
	}
	b.send("POST", "/oauth2/other/v1/token", "", nil).refused(t, 404, "E0000007", "other (AuthorizationServer)")
	b.do("GET", "/api/v1/authorizationServers/other/policies", "").refused(t, 404, "E0000007", "other (AuthorizationServer)")
	b.send("GET", "/api/v1/authorizationServers/default/policies", "", nil).refused(t, 401, "E0000011", "Invalid token")
}

func TestMetadataNamesTheEndpoints(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	openID := b.send("GET", issuerPath+"/.well-known/openid-configuration", "", nil)
	oauth := b.send("GET", issuerPath+"/.well-known/oauth-authorization-server", "", nil)
	metadata := openID.object(t)
	for name, path := range map[string]string{
		"issuer": "", "authorization_endpoint": "/v1/authorize", "token_endpoint": "/v1/token", "jwks_uri": "/v1/keys",
	} {
		if metadata[name] != "https://acme.okta.example/oauth2/default"+path {
			t.Errorf("%s: got %v", name, metadata[name])
		}
	}
	if openID.body != oauth.body {
		t.Errorf("the two differ: %s", oauth.body)
	}
}

func TestClientsByTheAdminInterface(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	a := b.send("POST", "/-/sim/clients", `{"id":"new","secret":"new-secret","redirectUris":["https://new.example/"]}`, nil)
	if a.status != 201 || strings.Contains(a.body, "secret") {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	if got := b.form("new:new-secret", "grant_type", "client_credentials", "scope", "a"); got.status != 200 {
		t.Errorf("the new client: %d %s", got.status, got.body)
	}
	ids := func() []string {
		var view struct{ Clients []oktasim.Client }
		if err := json.Unmarshal([]byte(b.send("GET", "/-/sim/clients", "", nil).body), &view); err != nil {
			t.Fatal(err)
		}
		ids := []string{}
		for _, c := range view.Clients {
			ids = append(ids, fmt.Sprint(c.ID, " ", c.Name, c.Secret))
		}
		return ids
	}
	if diff := cmp.Diff([]string{"new new", "service service", "spa Browser app", "web Web app"}, ids()); diff != "" {
		t.Errorf("clients (-want +got):\n%s", diff)
	}
	for body, text := range map[string]string{
		`{}`:                            "id: must not be empty",
		`{"id":"x","redirect_uris":[]}`: "redirect_uris",
		`{"id":"x","redirectUris":["https://ok.example","/callback"]}`:    "redirectUris[1]: must be an absolute URL",
		`{"id":"x","redirectUris":["https://ok.example/#fragment"]}`:      "redirectUris[0]: must be an absolute URL",
		`{"id":"x","redirectUris":["https://ok.example/` + "\x7f" + `"]}`: "redirectUris[0]: must be an absolute URL",
	} {
		if a := b.send("POST", "/-/sim/clients", body, nil); a.status != 400 || !strings.Contains(a.body, text) {
			t.Errorf("%s: got %d %s", body, a.status, a.body)
		}
	}
	b.org.Reset()
	if diff := cmp.Diff([]string{"service service", "spa Browser app", "web Web app"}, ids()); diff != "" {
		t.Errorf("clients after a reset (-want +got):\n%s", diff)
	}
}
