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

	"github.com/hookline/hookline/okta/oktasim"
)

// oauthService is a token endpoint at /token and a hook everywhere else.
func oauthService(t *testing.T, issue func(w http.ResponseWriter, r *http.Request, n int)) *hookService {
	t.Helper()
	return serveHook(t, func(w http.ResponseWriter, r *http.Request, n int) {
		if r.URL.Path == "/token" {
			issue(w, r, n)
			return
		}
		body(200, `{"commands":[]}`)(w, r)
	})
}

func issue(text string) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, r *http.Request, _ int) { body(200, text)(w, r) }
}

func oauthHook(name, config string) string {
	return `{"name":"` + name + `","type":"` + samlType + `","version":"1.0.0","channel":{"type":"OAUTH","version":"1.0.0","config":{` +
		`"uri":"https://example.com/hook","clientId":"client","tokenUrl":"https://example.com/token",` + config + `}}}`
}

const clientSecret = `"authType":"client_secret_post","clientSecret":"s3cret","scope":"hooks"`

func (b *bench) execute(id string) answer {
	b.t.Helper()
	return b.do("POST", hooksPath+"/"+id+"/execute", payload(samlType))
}

func TestTokenByClientSecretIsFetchedAndKept(t *testing.T) {
	t.Parallel()
	service := oauthService(t, issue(`{"access_token":"t1","token_type":"Bearer","expires_in":60}`))
	b := start(t, service.options())
	id := fmt.Sprint(b.must("POST", hooksPath, oauthHook("h", clientSecret))["id"])
	b.must("POST", hooksPath+"/"+id+"/execute", payload(samlType))
	b.must("POST", hooksPath+"/"+id+"/execute", payload(samlType))
	got := service.requests()
	if len(got) != 3 {
		t.Fatalf("requests: got %d, want a token and two calls", len(got))
	}
	if want := "client_id=client&client_secret=s3cret&grant_type=client_credentials&scope=hooks"; got[0].body != want {
		t.Errorf("token request: got %s, want %s", got[0].body, want)
	}
	for _, call := range got[1:] {
		if call.header.Get("Authorization") != "Bearer t1" {
			t.Errorf("call: Authorization %q", call.header.Get("Authorization"))
		}
	}
	b.clock.advance(time.Minute)
	b.must("POST", hooksPath+"/"+id+"/execute", payload(samlType))
	b.must("PUT", hooksPath+"/"+id, oauthHook("h", clientSecret))
	b.must("POST", hooksPath+"/"+id+"/execute", payload(samlType))
	if n := len(service.requests()); n != 7 {
		t.Errorf("requests: got %d, want a new token after expiry and after a change of the hook", n)
	}
}

func TestTokenIsFetchedAgainAfterA401(t *testing.T) {
	t.Parallel()
	service := serveHook(t, func(w http.ResponseWriter, r *http.Request, n int) {
		switch {
		case r.URL.Path == "/token":
			body(200, `{"access_token":"t`+fmt.Sprint(n)+`","expires_in":60}`)(w, r)
		case r.Header.Get("Authorization") == "Bearer t1":
			w.WriteHeader(http.StatusUnauthorized)
		default:
			body(200, `{}`)(w, r)
		}
	})
	b := start(t, service.options())
	id := fmt.Sprint(b.must("POST", hooksPath, oauthHook("h", clientSecret))["id"])
	b.execute(id).refused(t, 400, "E0000135", "status 401") // a 4xx: no retry
	if a := b.execute(id); a.status != 200 {
		t.Errorf("got %d %s", a.status, a.body)
	}
}

func TestTokenByPrivateKeyIsSignedWithTheHookKey(t *testing.T) {
	t.Parallel()
	service := oauthService(t, issue(`{"access_token":"t1"}`))
	b := start(t, service.options())
	key := b.must("POST", "/api/v1/hook-keys", `{"name":"k"}`)
	id := fmt.Sprint(b.must("POST", hooksPath, oauthHook("h", `"authType":"private_key_jwt","hookKeyId":"`+fmt.Sprint(key["id"])+`"`))["id"])
	b.must("POST", hooksPath+"/"+id+"/execute", payload(samlType))
	form, err := url.ParseQuery(service.requests()[0].body)
	if err != nil {
		t.Fatal(err)
	}
	if got := form.Get("client_assertion_type"); got != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
		t.Errorf("client_assertion_type: got %q", got)
	}
	if form.Get("client_secret") != "" || form.Get("scope") != "" {
		t.Errorf("form: got %v", form)
	}
	checkAssertion(t, form.Get("client_assertion"), key, b.clock.now())

	// Without expires_in a token is good for one call.
	b.must("POST", hooksPath+"/"+id+"/execute", payload(samlType))
	if n := len(service.requests()); n != 4 {
		t.Errorf("requests: got %d, want a token for each call", n)
	}
}

func checkAssertion(t *testing.T, assertion string, key map[string]any, now time.Time) {
	t.Helper()
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		t.Fatalf("assertion: got %q", assertion)
	}
	decode := func(text string) []byte {
		raw, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatalf("decode %q: %v", text, err)
		}
		return raw
	}
	if got, want := string(decode(parts[0])), fmt.Sprintf(`{"alg":"RS256","kid":"%s","typ":"JWT"}`, key["keyId"]); got != want {
		t.Errorf("header: got %s, want %s", got, want)
	}
	var claims map[string]any
	if err := json.Unmarshal(decode(parts[1]), &claims); err != nil {
		t.Fatal(err)
	}
	if claims["iss"] != "client" || claims["sub"] != "client" || claims["aud"] != "https://example.com/token" ||
		claims["exp"] != float64(now.Add(5*time.Minute).Unix()) || claims["jti"] == "" {
		t.Errorf("claims: got %v", claims)
	}
	public, _ := key["_embedded"].(map[string]any)
	modulus := new(big.Int).SetBytes(decode(fmt.Sprint(public["n"])))
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err := rsa.VerifyPKCS1v15(&rsa.PublicKey{N: modulus, E: 65537}, crypto.SHA256, digest[:], decode(parts[2])); err != nil {
		t.Errorf("signature: %v", err)
	}
}

func TestTokenEndpointsThatFail(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		issue func(http.ResponseWriter, *http.Request, int)
		calls int
		cause string
	}{
		"a refusal is final":          {func(w http.ResponseWriter, r *http.Request, _ int) { status(401)(w, r) }, 1, "token endpoint responded with status 401"},
		"a 503 is tried again":        {func(w http.ResponseWriter, r *http.Request, _ int) { status(503)(w, r) }, 2, "token endpoint responded with status 503"},
		"an answer without a token":   {issue(`{"expires_in":60}`), 2, "has no access_token"},
		"an answer that is not JSON":  {issue(`token`), 2, "is not JSON"},
		"an answer that never comes":  {func(_ http.ResponseWriter, r *http.Request, _ int) { _, _ = io.ReadAll(r.Body); <-r.Context().Done() }, 2, "did not respond within"},
		"a redirect is not followed":  {func(w http.ResponseWriter, r *http.Request, _ int) { redirect(w, r) }, 1, "status 307"},
		"a connection that is broken": {func(http.ResponseWriter, *http.Request, int) { panic(http.ErrAbortHandler) }, 2, "connection"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := oauthService(t, tc.issue)
			opts := service.options()
			if strings.Contains(name, "never") {
				opts.HookTimeout = 50 * time.Millisecond // the token's time is the call's
			}
			b := start(t, opts)
			id := fmt.Sprint(b.must("POST", hooksPath, oauthHook("h", clientSecret))["id"])
			b.execute(id).refused(t, 400, "E0000", tc.cause)
			if n := len(b.org.Calls()); n != tc.calls {
				t.Errorf("calls: got %d, want %d", n, tc.calls)
			}
			for _, r := range service.requests() {
				if r.path != "/token" {
					t.Errorf("without a token there was a request to %s", r.path)
				}
			}
		})
	}
}

func TestHookKeys(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	created := b.must("POST", "/api/v1/hook-keys", `{"name":"one"}`)
	id, keyID := fmt.Sprint(created["id"]), fmt.Sprint(created["keyId"])
	public, _ := created["_embedded"].(map[string]any)
	if !strings.HasPrefix(id, "HKY") || len(keyID) != 36 || created["isUsed"] != false {
		t.Errorf("created: got %v", created)
	}
	if public["kty"] != "RSA" || public["alg"] != "RSA" || public["kid"] != keyID || public["use"] != nil || public["e"] != "AQAB" {
		t.Errorf("public key: got %v", public)
	}
	path := "/api/v1/hook-keys/" + id
	if got := b.must("GET", path, ""); got["_embedded"] != nil || got["name"] != "one" {
		t.Errorf("get: got %v", got)
	}
	if got := b.must("GET", path+"?expand=publickey", ""); got["_embedded"] == nil {
		t.Errorf("get with expand: got %v", got)
	}
	if got := b.must("GET", "/api/v1/hook-keys/public/"+keyID, ""); got["_embedded"] == nil {
		t.Errorf("public: got %v", got)
	}
	if got := b.must("PUT", path, `{"name":"two"}`); got["name"] != "two" || got["_embedded"] == nil {
		t.Errorf("put: got %v", got)
	}
	for name, tc := range map[string]struct{ method, path, body, text string }{
		"a name twice":     {"POST", "/api/v1/hook-keys", `{"name":"two"}`, "already exists"},
		"a name too long":  {"PUT", path, `{"name":"` + strings.Repeat("x", 256) + `"}`, "too long"},
		"a name left out":  {"PUT", path, `{}`, "cannot be left blank"},
		"a body of no use": {"POST", "/api/v1/hook-keys", `{"name":1}`, "well-formed"},
	} {
		t.Run(name, func(t *testing.T) {
			if a := b.do(tc.method, tc.path, tc.body); a.status != 400 || !strings.Contains(a.body, tc.text) {
				t.Errorf("got %d %s, want %q", a.status, a.body, tc.text)
			}
		})
	}
	hook := fmt.Sprint(b.must("POST", hooksPath, oauthHook("h", `"authType":"private_key_jwt","hookKeyId":"`+id+`"`))["id"])
	if list := b.do("GET", "/api/v1/hook-keys", "").list(t); len(list) != 1 || list[0]["isUsed"] != true {
		t.Errorf("list: got %v", list)
	}
	b.do("DELETE", path, "").refused(t, 400, "E0000001", "cannot be deleted")
	b.must("POST", hooksPath+"/"+hook+"/lifecycle/deactivate", "")
	b.must("DELETE", hooksPath+"/"+hook, "")
	b.must("DELETE", path, "")
	b.do("GET", path, "").refused(t, 404, "E0000007", id+" (HookKey)")
}
