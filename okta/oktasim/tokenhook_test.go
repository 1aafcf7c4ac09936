package oktasim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/okta/oktasim"
)

// addBoth adds a claim to each token.
const addBoth = `{"commands":[{"type":"com.okta.identity.patch","value":[{"op":"add","path":"/claims/extra","value":[1]}]},` +
	`{"type":"com.okta.access.patch","value":[{"op":"add","path":"/claims/extra","value":{"a":"b"}}]}]}`

// tokenReplies is what each reply of a token hook comes to for the client
// credentials grant.
var tokenReplies = map[string]struct {
	status int
	reply  string
	// extra is the claim afterwards, nil for an unchanged token.
	extra any
	life  float64
	// refused is error_description, if there is no token.
	refused string
	log     string // of the event inline_hook.response.processed or .executed
}{
	"a claim":                   {200, patch(`{"op":"add","path":"/claims/extra","value":"x"}`), "x", 3600, "", "SUCCESS"},
	"a lifetime":                {200, patch(`{"op":"add","path":"/claims/extra","value":1}`, `{"op":"replace","path":"/token/lifetime/expiration","value":300}`), 1.0, 300, "", "SUCCESS"},
	"no command":                {200, `{"commands":[]}`, nil, 3600, "", "SUCCESS"},
	"an empty object":           {200, `{}`, nil, 3600, "", "SUCCESS"},
	"no content":                {204, ``, nil, 3600, "", "SUCCESS"},
	"a command that is bad":     {200, patch(`{"op":"add","path":"/claims/extra","value":1}`, `{"op":"remove","path":"/claims/other"}`), nil, 3600, "", "FAILURE: Skipped all commands because one could not be applied: command 1 (com.okta.access.patch): operation 2 (remove /claims/other): the target does not exist"},
	"a token not requested":     {200, addBoth, nil, 3600, "", "FAILURE: Skipped all commands because one could not be applied: command 1 (com.okta.identity.patch): a token of this kind was not requested"},
	"an error":                  {200, `{"error":{"errorSummary":"Not for you."}}`, nil, 0, "Not for you.", "FAILURE: Not for you."},
	"an error beside a command": {200, strings.TrimSuffix(patch(`{"op":"add","path":"/claims/extra","value":1}`), "}") + `,"error":{}}`, nil, 0, "The callback service returned an error", "FAILURE: The callback service returned an error"},
	"a 201":                     {201, addBoth, nil, 3600, "", "FAILURE: The inline hook responded with status 201"},
	"a 400":                     {400, `{"error":{"errorSummary":"no"}}`, nil, 3600, "", "FAILURE: The inline hook responded with status 400"},
	"a 500":                     {500, ``, nil, 3600, "", "FAILURE: The inline hook responded with status 500"},
	"what is no JSON":           {200, `yes`, nil, 3600, "", "FAILURE: Could not deserialize inline hook response due to error at Line 1 Column 1"},
	"a value that is no array":  {200, `{"commands":[{"type":"com.okta.access.patch","value":{}}]}`, nil, 3600, "", "FAILURE: Could not deserialize inline hook response due to error at Line 1 Column 58"},
}

func patch(operations ...string) string {
	return `{"commands":[{"type":"com.okta.access.patch","value":[` + strings.Join(operations, ",") + `]}]}`
}

func TestRepliesOfTokenHooks(t *testing.T) {
	t.Parallel()
	for name, tc := range tokenReplies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := answering(t, tc.status, tc.reply)
			b := startSignedIn(t, service, tokenType, nil)
			a := b.clientCredentials()
			if tc.refused != "" {
				oauthRefused(t, a, 400, "server_error", tc.refused)
			} else {
				response := a.object(t)
				claims := b.claims(response["access_token"])
				if diff := cmp.Diff(tc.extra, claims["extra"]); diff != "" || response["expires_in"] != tc.life {
					t.Errorf("lifetime %v, claim (-want +got):\n%s", response["expires_in"], diff)
				}
				if got := claims["exp"].(float64) - claims["iat"].(float64); got != tc.life {
					t.Errorf("exp is %v after iat", got)
				}
			}
			if n := len(service.requests()); n != 1 {
				t.Errorf("calls: got %d, want 1", n)
			}
			log := append(b.events("inline_hook.response.processed"), b.events("inline_hook.executed")...)
			if diff := cmp.Diff([]string{tc.log}, log); diff != "" {
				t.Errorf("System Log (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTokenHookThatDoesNotAnswerChangesNothing(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	service := serveHook(t, func(_ http.ResponseWriter, r *http.Request, _ int) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(release) })
	b := startSignedIn(t, service, tokenType, func(o *oktasim.Options) { o.HookTimeout = 50 * time.Millisecond })
	if a := b.clientCredentials(); a.status != 200 {
		t.Errorf("got %d %s", a.status, a.body)
	}
	if n := len(service.requests()); n != 1 {
		t.Errorf("calls: got %d, want 1", n)
	}
	want := []string{"FAILURE: The inline hook did not respond within 50ms"}
	if diff := cmp.Diff(want, b.events("inline_hook.executed")); diff != "" {
		t.Errorf("System Log (-want +got):\n%s", diff)
	}
}

func TestBothTokensOfACodeArePatched(t *testing.T) {
	t.Parallel()
	service := answering(t, 200, addBoth)
	b := startSignedIn(t, service, tokenType, nil)
	code := b.code("openid").Get("code")
	if n := len(service.requests()); n != 1 {
		t.Errorf("calls at authorize: got %d, want 1", n)
	}
	response := b.redeem(code).object(t)
	if got := fmt.Sprint(b.claims(response["id_token"])["extra"], b.claims(response["access_token"])["extra"]); got != "[1] map[a:b]" {
		t.Errorf("claims: %s", got)
	}
	if n := len(service.requests()); n != 1 {
		t.Errorf("calls after the code was redeemed: got %d, want 1", n)
	}
}

func TestErrorOfATokenHookGoesBackWithTheUser(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, answering(t, 200, `{"error":{"errorSummary":"Not now & here"}}`), tokenType, nil)
	want := url.Values{"keep": {"1"}, "state": {"s 1"}, "error": {"server_error"}, "error_description": {"Not now & here"}}
	if diff := cmp.Diff(want, b.code("openid")); diff != "" {
		t.Errorf("redirect (-want +got):\n%s", diff)
	}
}

// requestOf returns the last request to a service, checked against Okta's schema.
func (s *hookService) requestOf(t *testing.T, hookType string) map[string]any {
	t.Helper()
	requests := s.requests()
	if len(requests) == 0 {
		t.Fatal("the hook was not called")
	}
	body := requests[len(requests)-1].body
	checkHookRequest(t, hookType, body)
	for _, secret := range []string{annasPassword, "web-secret", "service/secret:1", "sessionToken", "20111"} {
		if strings.Contains(body, secret) {
			t.Errorf("the hook got %q", secret)
		}
	}
	var request map[string]any
	if err := json.Unmarshal([]byte(body), &request); err != nil {
		t.Fatal(err)
	}
	return request
}

// dig returns a member deep in JSON, nil if it is not there.
func dig(value any, path ...string) any {
	for _, name := range path {
		members, _ := value.(map[string]any)
		value = members[name]
	}
	return value
}

func TestWhatATokenHookIsToldOfTheClientItself(t *testing.T) {
	t.Parallel()
	service := answering(t, 204, "")
	b := startSignedIn(t, service, tokenType, nil)
	b.clientCredentials()
	request := service.requestOf(t, tokenType)
	if request["source"] != "https://acme.okta.example/oauth2/default/v1/token" {
		t.Errorf("source: %v", request["source"])
	}
	data := request["data"].(map[string]any)
	if _, isRequest := dig(data, "context", "request").(map[string]any); !isRequest {
		t.Errorf("context: %v", data["context"])
	}
	delete(data["context"].(map[string]any), "request")
	delete(data["context"].(map[string]any), "policy")
	delete(dig(data, "access", "scopes", "orders.read").(map[string]any), "id")
	random(dig(data, "access", "claims").(map[string]any))
	want := map[string]any{
		"context": map[string]any{"protocol": map[string]any{
			"type":    "OAUTH2.0",
			"request": map[string]any{"client_id": "service", "grant_type": "client_credentials", "scope": "orders.read"},
			"issuer":  map[string]any{"uri": "https://acme.okta.example/oauth2/default"},
			"client":  map[string]any{"id": "service", "name": "service", "type": "PUBLIC"},
		}},
		"access": map[string]any{
			"claims": map[string]any{
				"ver": 1.0, "jti": "<AT>", "iss": "https://acme.okta.example/oauth2/default", "aud": "api://default", "cid": "service", "sub": "service",
			},
			"token":  map[string]any{"lifetime": map[string]any{"expiration": 3600.0}},
			"scopes": map[string]any{"orders.read": map[string]any{"action": "GRANT"}},
		},
	}
	if diff := cmp.Diff(want, data); diff != "" {
		t.Errorf("data (-want +got):\n%s", diff)
	}
}

func TestWhatATokenHookIsToldOfACode(t *testing.T) {
	t.Parallel()
	service := answering(t, 204, "")
	b := startSignedIn(t, service, tokenType, nil)
	response := b.redeem(b.code("openid offline_access").Get("code")).object(t)
	first := service.requestOf(t, tokenType)
	context := dig(first, "data", "context")
	wantURL := "https://acme.okta.example/oauth2/default/v1/authorize?client_id=web&nonce=n1&redirect_uri=" + url.QueryEscape(callback) +
		"&response_type=code&scope=openid+offline_access&state=s+1"
	if got := dig(context, "request", "url", "value"); got != wantURL || dig(context, "request", "method") != "GET" {
		t.Errorf("request: %v, want %s", dig(context, "request"), wantURL)
	}
	wantRequest := map[string]any{
		"client_id": "web", "redirect_uri": callback, "response_type": "code", "response_mode": "query",
		"scope": "openid offline_access", "state": "s 1",
	}
	if diff := cmp.Diff(wantRequest, dig(context, "protocol", "request")); diff != "" {
		t.Errorf("protocol.request (-want +got):\n%s", diff)
	}
	if dig(context, "session", "login") != anna || dig(context, "session", "status") != "ACTIVE" ||
		dig(context, "session", "idp", "id") != "00oacme" || dig(context, "session", "expiresAt") != "2025-03-14T01:38:58.000Z" {
		t.Errorf("session: %v", dig(context, "session"))
	}
	jti := fmt.Sprint(dig(first, "data", "refresh_token", "jti"))
	if !strings.HasPrefix(jti, "oar") || dig(first, "data", "identity", "claims", "nonce") != "n1" {
		t.Errorf("data: %v", first["data"])
	}

	b.form("web:web-secret", "grant_type", "refresh_token", "refresh_token", fmt.Sprint(response["refresh_token"]))
	again := service.requestOf(t, tokenType)
	context = dig(again, "data", "context")
	want := map[string]any{"authorization": wantRequest, "refresh_token": map[string]any{"jti": jti}}
	if diff := cmp.Diff(want, dig(context, "protocol", "originalGrant")); diff != "" {
		t.Errorf("originalGrant (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"client_id": "web", "grant_type": "refresh_token"}, dig(context, "protocol", "request")); diff != "" {
		t.Errorf("protocol.request of a refresh (-want +got):\n%s", diff)
	}
	if dig(context, "session") != nil || dig(context, "user", "profile", "login") != anna || dig(again, "data", "refresh_token", "jti") != jti {
		t.Errorf("data of a refresh: %v", again["data"])
	}
	if strings.Contains(service.requests()[1].body, fmt.Sprint(response["refresh_token"])) {
		t.Error("the hook got the refresh token itself")
	}
}

// shape lists the members of JSON with their kinds, elements of lists as [].
func shape(value any, path string) []string {
	switch value := value.(type) {
	case map[string]any:
		var all []string
		for name, member := range value {
			all = append(all, shape(member, path+"/"+name)...)
		}
		return all
	case []any:
		var all []string
		for _, element := range value {
			all = append(all, shape(element, path+"[]")...)
		}
		return all
	}
	return []string{fmt.Sprintf("%s %T", path, value)}
}

// checkShape compares the members of a request with those of Okta's example.
// exceptions are members that only one of them has, and why is told where they are.
func checkShape(t *testing.T, example string, request map[string]any, exceptions ...string) {
	t.Helper()
	contractDir(t)
	doc, err := schemas()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(doc.Components.Examples[example].Value.Value)
	if err != nil {
		t.Fatal(err)
	}
	var theirs map[string]any
	if err := json.Unmarshal(text, &theirs); err != nil {
		t.Fatal(err)
	}
	listed := func(value any) []string {
		all := shape(value, "")
		all = slices.DeleteFunc(all, func(entry string) bool {
			return slices.ContainsFunc(exceptions, func(prefix string) bool { return strings.HasPrefix(entry, prefix) })
		})
		slices.Sort(all)
		return slices.Compact(all)
	}
	if diff := cmp.Diff(listed(theirs), listed(request)); diff != "" {
		t.Errorf("members of the request (-Okta's example +ours):\n%s", diff)
	}
}

func TestTokenRequestHasTheMembersOfOktasExample(t *testing.T) {
	t.Parallel()
	service := answering(t, 204, "")
	b := startSignedIn(t, service, tokenType, nil)
	b.visit(authorizePath, url.Values{
		"scope": {"openid profile email"}, "response_type": {"token id_token"}, "redirect_uri": {spaCallback}, "state": {"state"},
		"nonce": {"asf"}, "client_id": {"spa"}, "sessionToken": {b.sessionToken()},
	}).sentBack(t, spaCallback)
	checkShape(t, "TokenPayLoadExample", service.requestOf(t, tokenType),
		"/data/access/claims/firstName", "/data/access/claims/preferred_username", // claims that org was configured with
		"/data/access/claims/auth_time", // newer than the example; there in recorded requests
		"/data/refresh_token",           // which the implicit flow does not have
	)
}

func TestTokenHookIsTheOneOfTheRule(t *testing.T) {
	t.Parallel()
	service := serveHook(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		body(200, patch(`{"op":"add","path":"/claims/extra","value":"`+r.URL.Path+`"}`))(w, r)
	})
	b := startSignedIn(t, service, registrationType, nil)
	for _, name := range []string{"first", "second"} {
		b.must("POST", hooksPath, strings.Replace(httpHook(name, tokenType), "/hook", "/"+name, 1))
	}
	second := b.org.Hooks()[2].ID
	extra := func() any { return b.claims(b.clientCredentials().object(t)["access_token"])["extra"] }
	if got := extra(); got != "/first" {
		t.Errorf("without a binding: %v", got)
	}
	path := b.accessRulePath()
	rule := b.must("GET", path, "")
	rule["actions"].(map[string]any)["token"].(map[string]any)["inlineHook"] = map[string]any{"id": second}
	bound, err := json.Marshal(rule)
	if err != nil {
		t.Fatal(err)
	}
	if got := dig(b.must("PUT", path, string(bound)), "actions", "token", "inlineHook", "id"); got != second {
		t.Errorf("bind: %v", got)
	}
	if got := extra(); got != "/second" {
		t.Errorf("with a binding: %v", got)
	}
	// Okta does not protect a hook that a rule names.
	b.must("POST", hooksPath+"/"+second+"/lifecycle/deactivate", "")
	if got := extra(); got != nil {
		t.Errorf("with a binding to an inactive hook: %v", got)
	}
	want := []string{"FAILURE: The inline hook is missing or inactive. The token was not changed"}
	if diff := cmp.Diff(want, b.events("inline_hook.executed")); diff != "" {
		t.Errorf("System Log (-want +got):\n%s", diff)
	}
	delete(rule["actions"].(map[string]any)["token"].(map[string]any), "inlineHook")
	unbound, _ := json.Marshal(rule)
	if a := b.do("PUT", path, string(unbound)); a.status != 200 || strings.Contains(a.body, "inlineHook") {
		t.Errorf("unbind: %d %s", a.status, a.body)
	}
	if got := extra(); got != "/first" {
		t.Errorf("without a binding again: %v", got)
	}
}

func TestBoundTokensCallNoOtherHook(t *testing.T) {
	t.Parallel()
	service := answering(t, 204, "")
	b := startSignedIn(t, service, tokenType, func(o *oktasim.Options) { o.Token = oktasim.TriggerBound })
	b.clientCredentials()
	if n := len(service.requests()); n != 0 {
		t.Errorf("calls: got %d", n)
	}
}

func TestSystemLogHasNoTokens(t *testing.T) {
	t.Parallel()
	service := answering(t, 200, `{"commands":[{"type":"com.okta.access.patch","value":[{"op":"replace","path":"/claims/none","value":"s3cret-claim"}]}]}`)
	b := startSignedIn(t, service, tokenType, nil)
	session := b.sessionToken()
	query := url.Values{
		"client_id": {"web"}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid offline_access"}, "sessionToken": {session},
	}
	code := b.visit(authorizePath, query).sentBack(t, callback).Get("code")
	response := b.redeem(code).object(t)
	log := b.do("GET", "/api/v1/logs?limit=1000", "").body
	for _, secret := range []string{
		session, code, "web-secret", "s3cret-claim", annasPassword,
		fmt.Sprint(response["access_token"]), fmt.Sprint(response["id_token"]), fmt.Sprint(response["refresh_token"]),
	} {
		if secret == "" || strings.Contains(log, secret) {
			t.Errorf("the System Log has %q", secret)
		}
	}
}
