package oktasim_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/okta/oktasim"
)

const (
	issuerPath    = "/oauth2/default"
	authorizePath = issuerPath + "/v1/authorize"
	tokenPath     = issuerPath + "/v1/token"
	callback      = "https://app.example/callback?keep=1"
	spaCallback   = "https://spa.example/callback"
	anna          = "anna@example.com"
	annasPassword = "annas password"
)

// oauthClients are the clients of the tests: a service, a web app and a public one.
var oauthClients = []oktasim.Client{
	{ID: "service", Secret: "service/secret:1"},
	{ID: "web", Secret: "web-secret", Name: "Web app", RedirectURIs: []string{callback}},
	{ID: "spa", Name: "Browser app", RedirectURIs: []string{spaCallback}},
}

// startSignedIn starts an org with the clients and with Anna, who has a password.
// With a service there is a hook of the type.
func startSignedIn(t *testing.T, service *hookService, hookType string, change func(*oktasim.Options)) *bench {
	t.Helper()
	var opts oktasim.Options
	if service != nil {
		opts = service.options()
	}
	opts.OrgURL, opts.OrgID, opts.Clients = "https://acme.okta.example", "00oacme", oauthClients
	opts.ProfileAttributes = []string{"groups"}
	if change != nil {
		change(&opts)
	}
	b := start(t, opts)
	b.createUser("?activate=true", `{"profile":{"login":"`+anna+`","email":"anna@mail.example","firstName":"Anna","lastName":"Berg"},`+
		`"credentials":{"password":{"value":"`+annasPassword+`"}}}`)
	if service != nil {
		b.createHook("hook", hookType)
	}
	return b
}

// sessionToken signs Anna in.
func (b *bench) sessionToken() string {
	b.t.Helper()
	text, _ := b.signIn(anna, annasPassword).object(b.t)["sessionToken"].(string)
	if text == "" {
		b.t.Fatal("no session token")
	}
	return text
}

// visit opens a page as a browser does, without following redirects.
func (b *bench) visit(path string, query url.Values) answer {
	b.t.Helper()
	return b.send("GET", path+"?"+query.Encode(), "", nil)
}

// send sends a request as it is: no API token, no content type, no redirects.
func (b *bench) send(method, path, body string, header map[string]string) answer {
	b.t.Helper()
	plain := *b.server.Client()
	plain.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.server.URL+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for key, value := range header {
		req.Header.Set(key, value)
	}
	resp, err := plain.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	return readAnswer(b.t, resp)
}

// form posts to the token endpoint; credentials are "id:secret" for Basic.
func (b *bench) form(credentials string, values ...string) answer {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(values); i += 2 {
		form.Set(values[i], values[i+1])
	}
	header := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	if id, secret, basic := strings.Cut(credentials, ":"); basic {
		pair := url.QueryEscape(id) + ":" + url.QueryEscape(secret)
		header["Authorization"] = "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))
	}
	return b.send("POST", tokenPath, form.Encode(), header)
}

// clientCredentials asks for a token of the service.
func (b *bench) clientCredentials() answer {
	b.t.Helper()
	return b.form("service:service/secret:1", "grant_type", "client_credentials", "scope", "orders.read")
}

// code signs Anna in and returns the parameters that authorize goes back with.
func (b *bench) code(scope string) url.Values {
	b.t.Helper()
	return b.visit(authorizePath, url.Values{
		"client_id": {"web"}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {scope}, "state": {"s 1"},
		"nonce": {"n1"}, "sessionToken": {b.sessionToken()},
	}).sentBack(b.t, callback)
}

// redeem asks for the tokens of a code.
func (b *bench) redeem(code string) answer {
	b.t.Helper()
	return b.form("web:web-secret", "grant_type", "authorization_code", "code", code, "redirect_uri", callback)
}

// sentBack returns the parameters of a redirect to target.
func (a answer) sentBack(t *testing.T, target string) url.Values {
	t.Helper()
	location, err := url.Parse(a.header.Get("Location"))
	want, _ := url.Parse(target)
	if err != nil || a.status != http.StatusFound || location.Host != want.Host || location.Path != want.Path {
		t.Fatalf("got %d to %q, want a redirect to %s: %s", a.status, a.header.Get("Location"), target, a.body)
	}
	if location.Fragment != "" {
		values, err := url.ParseQuery(location.EscapedFragment())
		if err != nil {
			t.Fatal(err)
		}
		return values
	}
	values := location.Query()
	if values.Get("keep") != want.Query().Get("keep") {
		t.Errorf("the redirect URI's own query is gone: %s", location)
	}
	return values
}

// claims checks a token's signature with the published keys and returns its claims.
func (b *bench) claims(text any) map[string]any {
	b.t.Helper()
	parts := strings.Split(fmt.Sprint(text), ".")
	if len(parts) != 3 {
		b.t.Fatalf("not a JWT: %v", text)
	}
	var header struct{ Alg, Kid string }
	decodePart(b.t, parts[0], &header)
	var keys struct {
		Keys []struct{ Kty, Alg, Kid, Use, E, N string }
	}
	published := b.send("GET", issuerPath+"/v1/keys", "", nil)
	if err := json.Unmarshal([]byte(published.body), &keys); err != nil || len(keys.Keys) != 1 {
		b.t.Fatalf("keys: %v %s", err, published.body)
	}
	key := keys.Keys[0]
	if key.Kty != "RSA" || key.Alg != "RS256" || key.Use != "sig" || key.Kid != header.Kid || header.Alg != "RS256" {
		b.t.Errorf("key: %+v, header: %+v", key, header)
	}
	number := func(text string) *big.Int {
		raw, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			b.t.Fatal(err)
		}
		return new(big.Int).SetBytes(raw)
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		b.t.Fatal(err)
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	public := &rsa.PublicKey{N: number(key.N), E: int(number(key.E).Int64())}
	if err := rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], signature); err != nil {
		b.t.Errorf("signature: %v", err)
	}
	var claims map[string]any
	decodePart(b.t, parts[1], &claims)
	return claims
}

func decodePart(t *testing.T, part string, into any) {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(part)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		t.Fatalf("decode %q: %v", part, err)
	}
}

// random replaces what differs from run to run.
func random(claims map[string]any) map[string]any {
	for name, prefix := range map[string]string{"jti": "", "uid": "00u", "sub": "00u"} {
		if text, isText := claims[name].(string); isText && len(text) > 2 && strings.HasPrefix(text, prefix) {
			claims[name] = "<" + text[:2] + ">"
		}
	}
	return claims
}

func TestClientCredentials(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	response := b.clientCredentials().object(t)
	claims := b.claims(response["access_token"])
	at := float64(b.clock.now().Unix())
	want := map[string]any{
		"ver": 1.0, "jti": "<AT>", "iss": "https://acme.okta.example/oauth2/default", "aud": "api://default",
		"cid": "service", "sub": "service", "scp": []any{"orders.read"}, "iat": at, "exp": at + 3600,
	}
	if diff := cmp.Diff(want, random(claims)); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
	delete(response, "access_token")
	rest := map[string]any{"token_type": "Bearer", "expires_in": 3600.0, "scope": "orders.read"}
	if diff := cmp.Diff(rest, response); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
	inBody := b.form("", "grant_type", "client_credentials", "scope", "a b a", "client_id", "service", "client_secret", "service/secret:1")
	if got := inBody.object(t)["scope"]; got != "a b" {
		t.Errorf("credentials in the body: %v", inBody.body)
	}
}

func TestTokensOfACode(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	users := b.do("GET", usersPath, "").list(t)
	b.must("POST", usersPath+"/"+fmt.Sprint(users[0]["id"]), `{"profile":{"groups":["staff","admins"]}}`)
	back := b.code("openid profile email offline_access")
	if back.Get("state") != "s 1" || back.Get("code") == "" || len(back) != 3 {
		t.Fatalf("redirect: %v", back)
	}
	signedInAt := float64(b.clock.now().Unix())
	b.clock.advance(30 * time.Second)
	response := b.redeem(back.Get("code")).object(t)
	at := float64(b.clock.now().Unix())
	wantID := map[string]any{
		"ver": 1.0, "jti": "<ID>", "iss": "https://acme.okta.example/oauth2/default", "aud": "web", "sub": "<00>", "idp": "00oacme",
		"amr": []any{"pwd"}, "nonce": "n1", "auth_time": signedInAt, "iat": at, "exp": at + 3600, "groups": []any{"staff", "admins"},
		"name": "Anna Berg", "preferred_username": anna, "email": "anna@mail.example",
	}
	if diff := cmp.Diff(wantID, random(b.claims(response["id_token"]))); diff != "" {
		t.Errorf("ID token (-want +got):\n%s", diff)
	}
	wantAccess := map[string]any{
		"ver": 1.0, "jti": "<AT>", "iss": "https://acme.okta.example/oauth2/default", "aud": "api://default", "cid": "web",
		"uid": "<00>", "sub": anna, "auth_time": signedInAt, "iat": at, "exp": at + 3600, "groups": []any{"staff", "admins"},
		"scp": []any{"openid", "profile", "email", "offline_access"},
	}
	if diff := cmp.Diff(wantAccess, random(b.claims(response["access_token"]))); diff != "" {
		t.Errorf("access token (-want +got):\n%s", diff)
	}
	if refresh, _ := response["refresh_token"].(string); len(refresh) < 40 {
		t.Errorf("refresh token: %v", response["refresh_token"])
	}
	oauthRefused(t, b.redeem(back.Get("code")), 400, "invalid_grant", "authorization code")

	response = b.redeem(b.code("orders.read").Get("code")).object(t)
	if response["id_token"] != nil || response["refresh_token"] != nil || response["access_token"] == nil {
		t.Errorf("without openid and offline_access: %v", response)
	}
}

// oauthRefused checks an OAuth error.
func oauthRefused(t *testing.T, a answer, status int, code, text string) {
	t.Helper()
	if a.status != status {
		t.Fatalf("status: got %d %s, want %d", a.status, a.body, status)
	}
	body := a.object(t)
	description, _ := body["error_description"].(string)
	if body["error"] != code || !strings.Contains(description, text) {
		t.Errorf("got %s, want %s with %q", a.body, code, text)
	}
}

func TestTokensOfTheImplicitFlow(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	for responses, want := range map[string][2]bool{ // access token, ID token
		"token": {true, false}, "id_token": {false, true}, "token id_token": {true, true}, "id_token token": {true, true},
	} {
		back := b.visit(authorizePath, url.Values{
			"client_id": {"spa"}, "redirect_uri": {spaCallback}, "response_type": {responses}, "scope": {"openid"}, "state": {"s"},
			"nonce": {"n"}, "sessionToken": {b.sessionToken()},
		}).sentBack(t, spaCallback)
		if got := [2]bool{back.Has("access_token"), back.Has("id_token")}; got != want || back.Get("state") != "s" {
			t.Errorf("%s: got %v", responses, back)
		}
		if want[0] && (b.claims(back.Get("access_token"))["cid"] != "spa" || back.Get("expires_in") != "3600" || back.Get("token_type") != "Bearer") {
			t.Errorf("%s: got %v", responses, back)
		}
		if want[1] {
			claims := b.claims(back.Get("id_token"))
			sum := sha256.Sum256([]byte(back.Get("access_token")))
			hash := base64.RawURLEncoding.EncodeToString(sum[:16])
			if got, present := claims["at_hash"]; claims["nonce"] != "n" || present != want[0] || present && got != hash {
				t.Errorf("%s: claims %v", responses, claims)
			}
		}
	}
}

func TestPublicClientRedeemsItsCodeWithPKCE(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	const verifier = "a-verifier-of-some-length-that-nobody-guesses-0"
	sum := sha256.Sum256([]byte(verifier))
	for _, guess := range []string{"another-verifier", "", verifier} {
		back := b.visit(authorizePath, url.Values{
			"client_id": {"spa"}, "redirect_uri": {spaCallback}, "response_type": {"code"}, "scope": {"openid"},
			"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
			"sessionToken": {b.sessionToken()},
		}).sentBack(t, spaCallback)
		a := b.form("", "grant_type", "authorization_code", "client_id", "spa", "code", back.Get("code"),
			"redirect_uri", spaCallback, "code_verifier", guess)
		if guess != verifier {
			oauthRefused(t, a, 400, "invalid_grant", "PKCE")
			continue
		}
		if got := b.claims(a.object(t)["id_token"])["aud"]; got != "spa" {
			t.Errorf("audience: %v", got)
		}
	}
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	first := b.redeem(b.code("openid email offline_access").Get("code")).object(t)
	text := fmt.Sprint(first["refresh_token"])
	refresh := func(more ...string) answer {
		return b.form("web:web-secret", append([]string{"grant_type", "refresh_token", "refresh_token", text}, more...)...)
	}
	b.clock.advance(6 * 24 * time.Hour)
	again := refresh().object(t)
	if again["refresh_token"] != text || again["scope"] != "openid email offline_access" {
		t.Errorf("refresh: %v", again)
	}
	old, fresh := b.claims(first["id_token"]), b.claims(again["id_token"])
	if fresh["auth_time"] != old["auth_time"] || fresh["nonce"] != nil || fresh["jti"] == old["jti"] || fresh["iat"] == old["iat"] {
		t.Errorf("ID token: got %v, was %v", fresh, old)
	}
	b.clock.advance(6 * 24 * time.Hour) // every use moves the end
	if fewer := refresh("scope", "email").object(t); fewer["scope"] != "email" || fewer["id_token"] != nil {
		t.Errorf("fewer scopes: %v", fewer)
	}
	oauthRefused(t, refresh("scope", "email orders.read"), 400, "invalid_scope", "refresh token was granted")
	oauthRefused(t, b.form("service:service/secret:1", "grant_type", "refresh_token", "refresh_token", text), 400, "invalid_grant", "refresh token")
	oauthRefused(t, b.form("web:web-secret", "grant_type", "refresh_token", "refresh_token", "x"), 400, "invalid_grant", "refresh token")
	b.clock.advance(8 * 24 * time.Hour)
	oauthRefused(t, refresh(), 400, "invalid_grant", "refresh token")
}

func TestRefreshEndsWithTheUser(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	text := fmt.Sprint(b.redeem(b.code("offline_access").Get("code")).object(t)["refresh_token"])
	id := fmt.Sprint(b.do("GET", usersPath, "").list(t)[0]["id"])
	b.must("POST", usersPath+"/"+id+"/lifecycle/deactivate", "")
	oauthRefused(t, b.form("web:web-secret", "grant_type", "refresh_token", "refresh_token", text), 400, "invalid_grant", "not active")
}

func readAnswer(t *testing.T, resp *http.Response) answer {
	t.Helper()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(raw)}
}
