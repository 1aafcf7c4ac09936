package oktasim_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const accessPolicies = "/api/v1/authorizationServers/default/policies"

// accessRulesPath is the path of the default server's rules.
func (b *bench) accessRulesPath() string {
	b.t.Helper()
	return accessPolicies + "/" + fmt.Sprint(b.do("GET", accessPolicies, "").list(b.t)[0]["id"]) + "/rules"
}

// accessRulePath is the path of the rule that is asked first.
func (b *bench) accessRulePath() string {
	b.t.Helper()
	rules := b.accessRulesPath()
	return rules + "/" + fmt.Sprint(b.do("GET", rules, "").list(b.t)[0]["id"])
}

// accessRule is a rule for a grant type, as recorded clients send it.
func accessRule(name, grantType string, minutes, priority int, hook string) string {
	return fmt.Sprintf(`{"actions":{"token":{"accessTokenLifetimeMinutes":%d,%s"refreshTokenLifetimeMinutes":0,"refreshTokenWindowMinutes":10080}},`+
		`"conditions":{"grantTypes":{"include":["%s"]},"people":{"groups":{"include":["00g1"]},"users":{}},"scopes":{"include":["*"]}},`+
		`"name":"%s","priority":%d,"status":"ACTIVE","type":"RESOURCE_ACCESS"}`, minutes, hook, grantType, name, priority)
}

func TestAccessRuleIsByteForByteOktas(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	hook := b.createHook("token", tokenType)
	body := accessRule("test", "implicit", 60, 1, `"inlineHook":{"id":"`+hook+`"},`)
	body = strings.Replace(body, `{"include":["*"]}`, `{}`, 1)
	a := b.do("POST", b.accessRulesPath(), body)
	if a.status != 201 {
		t.Fatalf("create: %d %s", a.status, a.body)
	}
	id, _ := a.object(t)["id"].(string)
	self := regexp.MustCompile(`"href":"([^"]+)"`).FindStringSubmatch(a.body)[1]
	want := `{"id":"` + id + `","status":"ACTIVE","name":"test","priority":1,"created":"2025-03-13T23:38:58.000Z","lastUpdated":"2025-03-13T23:38:58.000Z",` +
		`"system":false,"conditions":{"grantTypes":{"include":["implicit"]},"people":{"groups":{"include":["00g1"]},"users":{}},"scopes":{"include":[]}},` +
		`"actions":{"token":{"accessTokenLifetimeMinutes":60,"inlineHook":{"id":"` + hook + `"},"refreshTokenLifetimeMinutes":0,"refreshTokenWindowMinutes":10080}},` +
		`"_links":{"self":{"href":"` + self + `","hints":{"allow":["GET","PUT"]}}},"type":"RESOURCE_ACCESS"}`
	if diff := cmp.Diff(want, a.body); diff != "" {
		t.Errorf("rule (-want +got):\n%s", diff)
	}
	path := strings.TrimPrefix(self, "https://acme.okta.example")
	if got := b.do("GET", path, ""); got.body != a.body { // the server by its id
		t.Errorf("get: %s", got.body)
	}
	if !strings.HasPrefix(id, "0pr") || !strings.HasPrefix(path, "/api/v1/authorizationServers/aus") {
		t.Errorf("ids: %s", path)
	}
}

func TestFirstRuleThatMatchesDecides(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	rules, byDefault := b.accessRulesPath(), b.accessRulePath()
	life := func(scope string) any {
		return b.form("service:service/secret:1", "grant_type", "client_credentials", "scope", scope).object(t)["expires_in"]
	}
	short := b.must("POST", rules, strings.Replace(accessRule("short", "client_credentials", 5, 1, ""), `["*"]`, `["a","b"]`, 1))
	b.must("POST", rules, accessRule("other grant", "authorization_code", 6, 1, ""))
	b.must("POST", rules, accessRule("last", "client_credentials", 7, 0, ""))
	names := []string{}
	for i, rule := range b.do("GET", rules, "").list(t) {
		names = append(names, fmt.Sprint(rule["name"]))
		if rule["priority"] != float64(i+1) {
			t.Errorf("priority of %v: %v", rule["name"], rule["priority"])
		}
	}
	if diff := cmp.Diff([]string{"other grant", "short", "Default Policy Rule", "last"}, names); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	for scope, want := range map[string]float64{"a": 300, "b a": 300, "a c": 3600} {
		if got := life(scope); got != want {
			t.Errorf("%s: got %v, want %v", scope, got, want)
		}
	}
	b.clock.advance(time.Minute)
	inactive := strings.Replace(accessRule("short", "client_credentials", 5, 0, ""), "ACTIVE", "INACTIVE", 1)
	replaced := b.must("PUT", rules+"/"+fmt.Sprint(short["id"]), inactive)
	if replaced["status"] != "INACTIVE" || replaced["priority"] != 2.0 || replaced["created"] == replaced["lastUpdated"] {
		t.Errorf("replaced: %v", replaced)
	}
	if got := life("a"); got != 3600.0 {
		t.Errorf("without the rule: %v", got)
	}
	b.must("PUT", byDefault, accessRule("Default Policy Rule", "implicit", 60, 1, ""))
	b.must("PUT", rules+"/"+fmt.Sprint(b.do("GET", rules, "").list(t)[3]["id"]), accessRule("last", "implicit", 60, 1, ""))
	oauthRefused(t, b.clientCredentials(), 400, "access_denied", "Policy evaluation failed")
}

func TestAccessRulesThatOktaRefuses(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	registration := b.createHook("registration", registrationType)
	good := accessRule("test", "implicit", 60, 1, "")
	rules, path := b.accessRulesPath(), b.accessRulePath()
	for name, tc := range map[string]struct{ body, text string }{
		"no name":                  {strings.Replace(good, `"name":"test",`, "", 1), "name: The field cannot be left blank"},
		"another type":             {strings.Replace(good, "RESOURCE_ACCESS", "SIGN_ON", 1), "type"},
		"no actions":               {`{"name":"test"}`, "actions.token"},
		"a name in other letters":  {strings.Replace(good, `"actions"`, `"Actions"`, 1), "actions.token"},
		"a lifetime too short":     {strings.Replace(good, "60", "4", 1), "accessTokenLifetimeMinutes"},
		"a lifetime too long":      {strings.Replace(good, "60", "1441", 1), "accessTokenLifetimeMinutes"},
		"a lifetime that is none":  {strings.Replace(good, "60", `"60"`, 1), "well-formed"},
		"a hook of another type":   {accessRule("test", "implicit", 60, 1, `"inlineHook":{"id":"`+registration+`"},`), "There is no inline hook of type com.okta.oauth2.tokens.transform"},
		"a hook that there is not": {accessRule("test", "implicit", 60, 1, `"inlineHook":{"id":"cal1"},`), "There is no inline hook"},
		"a hook without an id":     {accessRule("test", "implicit", 60, 1, `"inlineHook":{},`), "There is no inline hook"},
		"no object":                {`[]`, "well-formed"},
	} {
		t.Run(name, func(t *testing.T) {
			for method, path := range map[string]string{"POST": rules, "PUT": path} {
				if a := b.do(method, path, tc.body); a.status != 400 || !strings.Contains(a.body, tc.text) {
					t.Errorf("%s: got %d %s, want %q", method, a.status, a.body, tc.text)
				}
			}
		})
	}
	b.do("GET", path+"x", "").refused(t, 404, "E0000007", "(PolicyRule)")
	b.do("GET", accessPolicies+"/00p1", "").refused(t, 404, "E0000007", "00p1 (Policy)")
	policy := strings.TrimSuffix(rules, "/rules")
	if got := b.must("GET", policy, ""); got["type"] != "OAUTH_AUTHORIZATION_POLICY" || got["status"] != "ACTIVE" {
		t.Errorf("policy: %v", got)
	}
}
