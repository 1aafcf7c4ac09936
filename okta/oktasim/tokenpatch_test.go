package oktasim

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
)

// patchedTokens are both tokens as JSON for a test to look at.
func patchedTokens(t *testing.T, made tokens) map[string]any {
	t.Helper()
	text, err := json.Marshal(tokenData{Identity: made.identity, Access: made.access})
	if err != nil {
		t.Fatal(err)
	}
	var data map[string]any
	if err := json.Unmarshal(text, &data); err != nil {
		t.Fatal(err)
	}
	delete(data, "context")
	return data
}

func bothTokens(t *testing.T) tokens {
	t.Helper()
	var made tokens
	for kind, target := range map[string]**token{"ID": &made.identity, "AT": &made.access} {
		made, err := newToken(map[string]any{
			"sub": "00u1", "aud": "client", "iss": "https://x", "kind": kind, "list": []string{"a", "b"},
			"object": map[string]any{"member": 1}, "a/b": 1,
		}, 3600)
		if err != nil {
			t.Fatal(err)
		}
		*target = made
	}
	return made
}

const (
	identityPatch = commandIdentityPatch
	accessPatch   = commandAccessPatch
)

func patchOf(kind string, operations ...string) command {
	return command{kind: kind, value: json.RawMessage("[" + strings.Join(operations, ",") + "]")}
}

// Operations that the patches are made of; a lifetime lacks its end.
const (
	addNew      = `{"op":"add","path":"/claims/new","value":1}`
	setLifetime = `{"op":"replace","path":"/token/lifetime/expiration","value":`
)

// tokenPatches is what each patch comes to: applied, or not for a reason.
var tokenPatches = map[string]struct {
	commands []command
	err      error
}{
	"a claim in each token":                   {[]command{patchOf(identityPatch, addNew), patchOf(accessPatch, addNew)}, nil},
	"two commands for one token":              {[]command{patchOf(accessPatch, addNew), patchOf(accessPatch, addNew)}, nil},
	"no commands":                             {nil, nil},
	"a command without operations":            {[]command{patchOf(accessPatch)}, nil},
	"a claim that is there already":           {[]command{patchOf(accessPatch, `{"op":"add","path":"/claims/kind","value":1}`)}, nil},
	"a claim that was added before":           {[]command{patchOf(accessPatch, addNew, `{"op":"replace","path":"/claims/new","value":2}`)}, nil},
	"an object claim and a member of it":      {[]command{patchOf(accessPatch, `{"op":"add","path":"/claims/o","value":{}}`, `{"op":"add","path":"/claims/o/m","value":1}`)}, nil},
	"an element of a list":                    {[]command{patchOf(accessPatch, `{"op":"add","path":"/claims/list/-","value":"c"}`)}, nil},
	"a name that is a URI":                    {[]command{patchOf(accessPatch, `{"op":"remove","path":"/claims/a~1b"}`)}, nil},
	"a null as the value of remove":           {[]command{patchOf(accessPatch, `{"op":"remove","path":"/claims/kind","value":null}`)}, nil},
	"the shortest lifetime":                   {[]command{patchOf(accessPatch, setLifetime+`300}`)}, nil},
	"the longest lifetime":                    {[]command{patchOf(identityPatch, setLifetime+`86400}`)}, nil},
	"sub and aud of an access token":          {[]command{patchOf(accessPatch, `{"op":"replace","path":"/claims/sub","value":"s"}`, `{"op":"replace","path":"/claims/aud","value":"a"}`)}, nil},
	"a claim that only looks reserved":        {[]command{patchOf(accessPatch, `{"op":"add","path":"/claims/ISS","value":"s"}`)}, nil},
	"a claim reserved in the other token":     {[]command{patchOf(accessPatch, `{"op":"add","path":"/claims/role","value":"s"}`)}, nil},
	"an unknown command":                      {[]command{patchOf("com.okta.assertion.patch", addNew)}, errUnknownCommand},
	"an unknown op":                           {[]command{patchOf(accessPatch, `{"op":"move","from":"/claims/a","path":"/claims/b"}`)}, errUnknownOp},
	"an op in capitals":                       {[]command{patchOf(accessPatch, `{"op":"Add","path":"/claims/b","value":1}`)}, errUnknownOp},
	"an operation that is none":               {[]command{patchOf(accessPatch, `7`)}, errNoOperation},
	"a value of remove":                       {[]command{patchOf(accessPatch, `{"op":"remove","path":"/claims/kind","value":"AT"}`)}, errValueOfRemove},
	"a remove of what is not there":           {[]command{patchOf(accessPatch, `{"op":"remove","path":"/claims/new"}`)}, errNoTarget},
	"a replace of what is not there":          {[]command{patchOf(accessPatch, `{"op":"replace","path":"/claims/new","value":1}`)}, errNoTarget},
	"a member of what is not there":           {[]command{patchOf(accessPatch, `{"op":"add","path":"/claims/new/member","value":1}`)}, errNoParent},
	"an index past the end":                   {[]command{patchOf(accessPatch, `{"op":"add","path":"/claims/list/3","value":1}`)}, errBadIndex},
	"an add without a value":                  {[]command{patchOf(accessPatch, `{"op":"add","path":"/claims/new"}`)}, errNoValue},
	"a path that is no pointer":               {[]command{patchOf(accessPatch, `{"op":"add","path":"claims/new","value":1}`)}, errNoPointer},
	"all claims at once":                      {[]command{patchOf(accessPatch, `{"op":"replace","path":"/claims","value":{}}`)}, errTokenPath},
	"a claim without a name":                  {[]command{patchOf(accessPatch, `{"op":"add","path":"/claims/","value":1}`)}, errTokenPath},
	"a scope":                                 {[]command{patchOf(accessPatch, `{"op":"add","path":"/scopes/x","value":{}}`)}, errTokenPath},
	"the whole lifetime":                      {[]command{patchOf(accessPatch, `{"op":"replace","path":"/token/lifetime","value":{}}`)}, errTokenPath},
	"a lifetime that is too short":            {[]command{patchOf(accessPatch, setLifetime+`299}`)}, errLifetime},
	"a lifetime that is too long":             {[]command{patchOf(accessPatch, setLifetime+`86401}`)}, errLifetime},
	"a lifetime in text":                      {[]command{patchOf(accessPatch, setLifetime+`"600"}`)}, errLifetime},
	"a lifetime with a fraction":              {[]command{patchOf(accessPatch, setLifetime+`600.5}`)}, errLifetime},
	"a lifetime without a value":              {[]command{patchOf(accessPatch, `{"op":"replace","path":"/token/lifetime/expiration"}`)}, errLifetime},
	"an added lifetime":                       {[]command{patchOf(accessPatch, `{"op":"add","path":"/token/lifetime/expiration","value":600}`)}, errLifetimeOp},
	"a removed lifetime":                      {[]command{patchOf(accessPatch, `{"op":"remove","path":"/token/lifetime/expiration"}`)}, errLifetimeOp},
	"a reserved claim":                        {[]command{patchOf(accessPatch, `{"op":"replace","path":"/claims/iss","value":"x"}`)}, errReserved},
	"a reserved claim in other letters":       {[]command{patchOf(accessPatch, `{"op":"add","path":"/claims/auth_time","value":1}`)}, errReserved},
	"groups":                                  {[]command{patchOf(accessPatch, `{"op":"add","path":"/claims/groups","value":[]}`)}, errReserved},
	"the audience of an ID token":             {[]command{patchOf(identityPatch, `{"op":"replace","path":"/claims/aud","value":"x"}`)}, errReserved},
	"a part of a reserved claim":              {[]command{patchOf(identityPatch, `{"op":"add","path":"/claims/amr/-","value":"mfa"}`)}, errReserved},
	"a reserved claim that is removed":        {[]command{patchOf(identityPatch, `{"op":"remove","path":"/claims/ver"}`)}, errReserved},
	"a good command after a bad one":          {[]command{patchOf(accessPatch, `{"op":"remove","path":"/claims/x"}`), patchOf(accessPatch, addNew)}, errNoTarget},
	"a bad command for the other token":       {[]command{patchOf(accessPatch, addNew), patchOf(identityPatch, `{"op":"remove","path":"/claims/x"}`)}, errNoTarget},
	"a bad operation after good ones, at all": {[]command{patchOf(accessPatch, addNew, setLifetime+`600}`, `{"op":"remove","path":"/claims/x"}`)}, errNoTarget},
}

func TestTokenPatches(t *testing.T) {
	t.Parallel()
	for name, tc := range tokenPatches {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			made := bothTokens(t)
			before := patchedTokens(t, made)
			changed, err := made.applyCommands(tc.commands)
			if !errors.Is(err, tc.err) {
				t.Errorf("error: got %v, want %v", err, tc.err)
			}
			if diff := cmp.Diff(before, patchedTokens(t, made)); diff != "" {
				t.Errorf("the tokens themselves changed (-before +after):\n%s", diff)
			}
			if tc.err == nil && (changed.identity == nil || changed.access == nil) {
				t.Error("a token is gone")
			}
		})
	}
}

func TestPatchForATokenThatWasNotRequested(t *testing.T) {
	t.Parallel()
	made := bothTokens(t)
	made.identity = nil
	_, err := made.applyCommands([]command{patchOf(identityPatch, `{"op":"add","path":"/claims/new","value":1}`)})
	if !errors.Is(err, errNotRequested) {
		t.Errorf("got %v", err)
	}
}

func TestSkippedCommandIsNamedWithoutItsValue(t *testing.T) {
	t.Parallel()
	_, err := bothTokens(t).applyCommands([]command{
		patchOf(identityPatch, `{"op":"add","path":"/claims/new","value":1}`),
		patchOf(accessPatch, `{"op":"add","path":"/claims/new","value":1}`, `{"op":"replace","path":"/claims/ssn","value":"078-05-1120"}`),
	})
	want := "Skipped all commands because one could not be applied: " +
		"command 2 (com.okta.access.patch): operation 2 (replace /claims/ssn): the target does not exist"
	if got := skippedAll(err); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// oktaExample is one of Okta's own examples, which are not in this repository.
func oktaExample(t *testing.T, name string) json.RawMessage {
	t.Helper()
	dir := os.Getenv("OKTA_CONTRACT")
	if dir == "" {
		t.Skip("OKTA_CONTRACT is not set: name the folder with inline-hooks.openapi.yaml to run the contract tests")
	}
	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(dir, "inline-hooks.openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	found := doc.Components.Examples[name]
	if found == nil {
		t.Fatalf("there is no example %s", name)
	}
	text, err := json.Marshal(found.Value.Value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// exampleTokens are the tokens of Okta's example request, with the claims that the
// example replies are written for.
func exampleTokens(t *testing.T) tokens {
	t.Helper()
	var request struct {
		Data struct{ Identity, Access token }
	}
	if err := json.Unmarshal(oktaExample(t, "TokenPayLoadExample"), &request); err != nil {
		t.Fatal(err)
	}
	more, err := decodeTree([]byte(`{"birthdate":"1999-12-31","preferred_airports":["sjc","sfo","oak"],` +
		`"employee_profile":{"employee_id":"1234","name":"Anna","email":"anna.v@company.com"}}`))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range more.(map[string]any) {
		request.Data.Identity.Claims[name] = value
	}
	return tokens{&request.Data.Identity, &request.Data.Access}
}

func TestOktasTokenRepliesOnOktasTokenRequest(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err error // since the request has not got what the reply is about
		// what changes in each token
		identity, access string
		lifetime         int
	}{
		"TokenHookResponse":              {nil, `{"extPatientId":"1234"}`, `{"external_guid":"F0384685-F87D-474B-848D-2058AC5655A7"}`, 3600},
		"TokenHookResponseWithURIFormat": {nil, `{"employee_profile":{"employee_id":"1234","name":"Anna","email":"anna.v@company.com","department_id":"4947"}}`, `{}`, 3600},
		"TokenHookResponseAppendArray":   {nil, `{"preferred_airports":["sjc","sfo","oak","lax"]}`, `{}`, 3600},
		"TokenHookReplaceInPath":         {nil, `{"employee_profile":{"employee_id":"1234","name":"Anna","email":"anna@company.com"}}`, `{}`, 3600},
		"TokenHookModifyLifetime":        {nil, `{}`, `{}`, 36000},
		"TokenHookRemoveFromArray":       {nil, `{"preferred_airports":["sjc","oak"]}`, `{}`, 3600},
		"TokenHookRemoveFromObject":      {nil, `{"employee_profile":{"employee_id":"1234","name":"Anna"}}`, `{}`, 3600},
		"TokenHookReplaceExisting":       {errNoTarget, `{}`, `{}`, 3600},
		"TokenHookRemoveClaim":           {errNoTarget, `{}`, `{}`, 3600},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer, err := parseReply(hookTypes[typeToken], 200, oktaExample(t, name))
			if err != nil {
				t.Fatal(err)
			}
			made := exampleTokens(t)
			got, err := made.applyCommands(answer.commands)
			if !errors.Is(err, tc.err) {
				t.Fatalf("error: got %v, want %v", err, tc.err)
			}
			if tc.err != nil {
				return
			}
			for want, tokens := range map[string][2]*token{tc.identity: {made.identity, got.identity}, tc.access: {made.access, got.access}} {
				changes := map[string]any{}
				for name, value := range tokens[1].Claims {
					if !cmp.Equal(value, tokens[0].Claims[name]) {
						changes[name] = value
					}
				}
				text, _ := json.Marshal(changes)
				if !sameJSON(t, string(text), want) {
					t.Errorf("changes: got %s, want %s", text, want)
				}
				if seconds := tokens[1].Token.Lifetime.Expiration; seconds != tc.lifetime {
					t.Errorf("lifetime: got %d, want %d", seconds, tc.lifetime)
				}
			}
		})
	}
}
