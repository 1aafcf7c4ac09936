package rules_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/rules"
)

// FuzzRegistration: no body makes the handler panic, every answer can be sent, and nobody gets past the
// domain list whose address a plain look at it does not put into the domain.
func FuzzRegistration(f *testing.F) {
	for _, body := range []string{
		signUp(withEmail("a@example.com")), signUp(withEmail("a@evil.example@example.com")), classicSignUp(withEmail(`"a"@example.com`)),
		profileUpdate(withEmail("a@example.com"), withEmail("b@evil.example")), profileUpdate(`{}`, `{"employeeNumber":"1234","title":"x"}`),
		signUp(`{"title":null,"age":41}`), `{"data":{}}`, `{"requestType":"x","data":{}}`,
	} {
		f.Add([]byte(body))
	}
	ruled := build(f, handler(
		deny("number", "has(update.employeeNumber) && !update.employeeNumber.matches('^[0-9]{4}$')"),
		setting(allow("title", "user.title.startsWith('x') || update.title in ['x', 'y']"), map[string]v1alpha1.Expression{
			"title": "user.?title.orValue(update.?title.orValue('none'))", "all": "[user, update]"}),
		allow("adults", "user.age > 17"),
	))
	listed := build(f, domains("Only Example.", "example.com"))
	f.Fuzz(func(t *testing.T, body []byte) {
		req, err := hook.Decode(body)
		if err != nil {
			return
		}
		for _, h := range []hook.Handler{ruled, listed} {
			response, err := h.Handle(t.Context(), req)
			if err != nil {
				continue
			}
			if _, err := response.Encode(); err != nil {
				t.Errorf("can't be sent: %v", err)
			}
			if h == listed && strings.HasPrefix(decision(t, response), "ALLOW") {
				mustBeOnTheList(t, req)
			}
		}
	})
}

func mustBeOnTheList(t *testing.T, req *hook.Request) {
	t.Helper()
	data, isObject := req.Body()["data"].(map[string]any)
	if !isObject {
		t.Fatalf("let in without data")
	}
	email := any(nil)
	if req.RequestType == "progressive.profile" {
		update, _ := data["userProfileUpdate"].(map[string]any)
		given := false
		if email, given = update["email"]; !given {
			return // the address stays as it is
		}
		current, _ := json.Marshal(data["context"])
		if text, isText := email.(string); isText && strings.Contains(string(current), text) {
			return // perhaps the same one
		}
	} else {
		email = data["userProfile"].(map[string]any)["email"]
	}
	address := email.(string)
	if !strings.HasSuffix(strings.ToUpper(address), "@EXAMPLE.COM") || strings.Count(address, "@") != 1 || strings.ContainsAny(address, " \t\r\n\"<>,") {
		t.Errorf("%q is let in", address)
	}
}

// fuzzPatches: whatever the body, the handler does not panic, leaves the request as it is, and answers with
// what can be sent and carried out.
func fuzzPatches(f *testing.F, handlers ...hook.Handler) {
	f.Helper()
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, err := hook.Decode(body); err != nil {
			return
		}
		for _, h := range handlers {
			if _, err := h.Handle(t.Context(), decode(t, string(body))); err == nil {
				answerOf(t, h, string(body))
			}
		}
	})
}

func FuzzToken(f *testing.F) {
	for _, body := range []string{
		tokenCall(`{"sub":"x"}`, `{"teams":["a","b"],"home":{"city":"Oslo"},"n":{"l":[{}]}}`), tokenCall("", `{"teams":null,"home":[]}`), tokenCall(`{}`, ""),
		`{"data":{"access":{}}}`, `{"data":{"access":{"claims":null,"token":[]},"identity":null}}`, `{"data":{"access":{"claims":[1e999]}}}`, `{"data":{}}`,
	} {
		f.Add([]byte(body))
	}
	fuzzPatches(f,
		buildAny(f, v1alpha1.Token, `[{accessToken: [{op: add, path: /claims/teams/0, value: "{}"}, {op: add, path: /claims/teams/0/k, value: "1"},
		  {op: remove, path: /claims/teams/1}, {op: remove, path: /claims/teams/1}, {op: replace, path: /claims/teams/1, value: "2"}, {op: add, path: /claims/teams/-, value: "3"},
		  {op: replace, path: /claims/home/city, value: "'x'"}, {op: remove, path: /claims/home/city}, {op: add, path: /claims/home/city/street, value: "'x'"},
		  {op: add, path: /claims/n/l/0/k, value: "request.data.access.claims"}, {op: replace, path: /token/lifetime/expiration, value: "300"}],
		  idToken: [{op: remove, claim: a/b~c}, {op: add, claim: a/b~c, value: "user"}, {op: replace, path: /token/lifetime/expiration, value: "user.profile.age"}]}]`),
		buildAny(f, v1alpha1.Token, `[{when: "user.profile.age > 40 || request.data.access.claims.teams[0] == 'a'", accessToken: [{op: add, claim: a, value: "user.profile"}]},
		  {when: "request.data.context.protocol.client.type == 'PUBLIC'", deny: {summary: No.}}, {idToken: [{op: replace, claim: sub2, value: "[user.id, null]"}]}]`),
	)
}

func FuzzSAML(f *testing.F) {
	for _, body := range []string{
		samlCall(`{"a":` + statement("uri", "xs:string=x", "xs:integer=1") + `,"b":` + statement("basic") + `}`), samlCall(`{"a":null,"b":"x"}`), samlCall(`null`),
		samlCall(`{"a":{"attributes":[],"attributeValues":[{"attributes":{"xsi:type":7},"value":null}]}}`), `{"data":{"assertion":{}}}`, `{"data":{"assertion":[]}}`, `{"data":{}}`,
	} {
		f.Add([]byte(body))
	}
	fuzzPatches(f,
		buildAny(f, v1alpha1.SAMLAssertion, `[{assertion: [{op: replace, claim: a, value: "user.profile.teams"}, {op: replace, claim: a, value: "[1, 'x']"}, {op: replace, path: /claims/a/attributeValues/1/value, value: "user.profile.age"},
		  {op: add, claim: "https://acme.example/~", value: "user.profile.login"}, {op: add, path: /conditions/audienceRestriction/-, value: "request.data.assertion.subject.nameId"}]}]`),
		buildAny(f, v1alpha1.SAMLAssertion, `[{assertion: [{op: replace, claim: a, value: "'x'"}, {op: replace, claim: a, value: "'y'"}, {op: replace, claim: b, value: "[]", nameFormat: Basic}, {op: add, path: /authentication/sessionLifetime, value: "300"},
		  {op: replace, path: /subject/confirmation/data/recipient, value: "user.id"}, {op: replace, path: /subject/confirmation, value: "user"}]}, {when: "user.profile.vip", deny: {summary: No.}}]`),
	)
}

func FuzzUserImport(f *testing.F) {
	for _, body := range []string{
		importCall(`{"department":"Finance","id":"00u1"}`, `{"login":"a@example.com"}`), importCall(`null`, `[]`), importCall(`{"department":null,"id":""}`, `{"login":1e999}`), `{"data":{}}`,
	} {
		f.Add([]byte(body))
	}
	fuzzPatches(f, buildAny(f, v1alpha1.UserImport, `[{when: "appUser.department == 'Finance'", profile: {a: "appUser", b: "user.login"}, appProfile: {c: "request.data.context"}},
	  {when: "has(appUser.id)", action: LinkUser, user: "appUser.id"}, {when: "request.data.action.result == 'LINK_USER'", action: CreateUser}]`))
}

// FuzzClaimNames: whatever a claim is called, Okta finds it where the request has it, and nowhere else.
func FuzzClaimNames(f *testing.F) {
	for _, claim := range escapes {
		f.Add(claim.name)
	}
	f.Add("a/claims/b~01")
	f.Fuzz(func(t *testing.T, claim string) {
		h, err := rules.NewToken(&v1alpha1.TokenHandler{Rules: []v1alpha1.TokenRule{{AccessToken: []v1alpha1.TokenPatch{
			{Op: v1alpha1.PatchReplace, Claim: claim, Value: "'after'"}}}}})
		if err != nil || !utf8.ValidString(claim) || claim == "" {
			return
		}
		claims, err := json.Marshal(map[string]any{claim: "before", claim + "x": "before"})
		if err != nil {
			t.Fatal(err)
		}
		var answer struct {
			Commands []struct {
				Value []struct{ Path string }
			}
		}
		if err := json.Unmarshal([]byte(answerOf(t, h, tokenCall("", string(claims)))), &answer); err != nil {
			t.Fatal(err)
		}
		if len(answer.Commands) != 1 {
			t.Fatalf("claim %q was not found", claim)
		}
		path := strings.TrimPrefix(answer.Commands[0].Value[0].Path, "/claims/")
		if strings.Contains(path, "/") || strings.NewReplacer("~1", "/", "~0", "~").Replace(path) != claim {
			t.Errorf("claim %q became %s", claim, path)
		}
	})
}
