package rules_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/api/v1alpha1"
)

// contract is Okta's description of its inline hooks. It is Okta's, so it is read from outside the
// repository.
func contract(t *testing.T) *openapi3.T {
	t.Helper()
	dir := os.Getenv("OKTA_CONTRACT")
	if dir == "" {
		t.Skip("OKTA_CONTRACT does not name the folder with Okta's description of its hooks")
	}
	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(dir, "inline-hooks.openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// example is one of Okta's own, as JSON.
func example(t *testing.T, doc *openapi3.T, name string) string {
	t.Helper()
	found := doc.Components.Examples[name]
	if found == nil {
		t.Fatalf("Okta's description has no example %s", name)
	}
	encoded, err := json.Marshal(found.Value.Value)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

func parse(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestOktasOwnCallsAreAnsweredAsOktaDescribesIt(t *testing.T) {
	t.Parallel()
	doc := contract(t)
	schema := doc.Components.Schemas["RegistrationResponse"].Value
	set := func(name, value string) map[string]v1alpha1.Expression {
		return map[string]v1alpha1.Expression{name: v1alpha1.Expression(value)}
	}
	employeeNumber := deny("number", "update.employeeNumber == '1234'")
	employeeNumber.Deny = &v1alpha1.RegistrationDenied{Summary: "Only employee numbers with 4 digits can register.",
		Reason: "INVALID_EMPLOYEE_NUMBER", Location: "data.userProfile.employeeNumber"}

	for _, tc := range []struct {
		name, request, response string
		handler                 *v1alpha1.RegistrationHandler
		// same is the part of Okta's example that the answer has to have, word for word.
		same []string
	}{
		{"a sign-up is allowed", "ProfileEnrollmentRequest", "ProfileEnrollmentResponse", domains("", "example.com"), []string{"commands"}},
		{"a sign-up is denied", "ProfileEnrollmentRequest", "ProfileEnrollmentResponseDeny",
			domains("Only example.com emails can register.", "other.example"), []string{"commands", "error.errorCauses"}},
		{"a profile update is denied", "ProgressiveProfileRequest", "ProgressiveProfileResponseDeny",
			handler(employeeNumber), []string{"commands", "error.errorCauses"}},
		{"a profile update is changed", "ProgressiveProfileRequest", "ProgressiveProfileResponse",
			handler(setting(allow("all", ""), set("employeeNumber", "update.employeeNumber"))), []string{"commands.1"}},
		{"a sign-up is changed", "ProfileEnrollmentRequest", "", handler(setting(allow("all", ""), set("middleName", "'Danger'"))), nil},
		{"a sign-up is denied with Okta's text", "ProfileEnrollmentRequest", "", handler(), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			answer := parse(t, handle(t, tc.handler, example(t, doc, tc.request)))
			if err := schema.VisitJSON(answer); err != nil {
				t.Errorf("answer %v is none: %v", answer, err)
			}
			for _, path := range tc.same {
				want := parse(t, example(t, doc, tc.response))
				if diff := cmp.Diff(at(want, path, true), at(answer, path, false)); diff != "" {
					t.Errorf("%s: -Okta's +answer:\n%s", path, diff)
				}
			}
		})
	}
}

// at is what stands at path. Okta's example of a changed profile leaves the decision out, so its commands
// begin with the one that the answer has second.
func at(value any, path string, okta bool) any {
	object := value.(map[string]any)
	switch path {
	case "error.errorCauses":
		return object["error"].(map[string]any)["errorCauses"]
	case "commands.1":
		commands := object["commands"].([]any)
		if okta {
			return commands[0]
		}
		return commands[1]
	}
	return object[path]
}

// patched is one of Okta's calls with other claims added to its ID token, its access token and its assertion.
func patched(t *testing.T, call string, identity, access, assertion map[string]any) string {
	t.Helper()
	body := parse(t, call).(map[string]any)
	data := body["data"].(map[string]any)
	for member, claims := range map[string]map[string]any{"identity": identity, "access": access, "assertion": assertion} {
		if target, isThere := data[member].(map[string]any); isThere {
			maps.Copy(target["claims"].(map[string]any), claims)
		}
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

const schemas = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"

// TestOktasExamplesOfPatchesAreMadeByRules: Okta's calls, with the claims that its examples change.
func TestOktasExamplesOfPatchesAreMadeByRules(t *testing.T) {
	t.Parallel()
	doc := contract(t)
	identity := map[string]any{"birthdate": "x", "extPatientId": "x", "external_guid": "x",
		"preferred_airports": []any{"sjc", "lax", "sfo"}, "employee_profile": map[string]any{"email": "x"}}
	access := map[string]any{"external_guid": "x"}
	assertion := map[string]any{schemas + "foo": parse(t, statement("uri", "xs:string=x"))}
	for _, tc := range []struct {
		kind                     v1alpha1.HookType
		request, response, rules string
		// notMade is an operation of the example that no rule makes.
		notMade string
	}{
		{kind: v1alpha1.Token, request: "TokenPayLoadExample", response: "TokenHookResponse",
			rules: `[{idToken: [{op: add, claim: extPatientId, value: "'1234'"}], accessToken: [{op: add, claim: external_guid, value: "'F0384685-F87D-474B-848D-2058AC5655A7'"}]}]`},
		{kind: v1alpha1.Token, request: "TokenPayLoadExample", response: "TokenHookModifyLifetime",
			rules: `[{idToken: [{op: replace, path: /token/lifetime/expiration, value: "36000"}], accessToken: [{op: replace, path: /token/lifetime/expiration, value: "36000"}]}]`},
		{kind: v1alpha1.Token, request: "TokenPayLoadExample", response: "TokenHookRemoveClaim",
			rules: `[{idToken: [{op: remove, claim: birthdate}], accessToken: [{op: remove, claim: external_guid}]}]`},
		{kind: v1alpha1.Token, request: "TokenPayLoadExample", response: "TokenHookRemoveFromArray",
			rules: `[{idToken: [{op: remove, path: /claims/preferred_airports/1}]}]`},
		{kind: v1alpha1.Token, request: "TokenPayLoadExample", response: "TokenHookRemoveFromObject",
			rules: `[{idToken: [{op: remove, path: /claims/employee_profile/email}]}]`},
		{kind: v1alpha1.Token, request: "TokenPayLoadExample", response: "TokenHookReplaceExisting",
			rules: `[{idToken: [{op: replace, claim: extPatientId, value: "'1234'"}, {op: replace, claim: external_guid, value: "'F0384685-F87D-474B-848D-2058AC5655A7'"}]}]`},
		{kind: v1alpha1.Token, request: "TokenPayLoadExample", response: "TokenHookReplaceInPath",
			rules: `[{idToken: [{op: replace, path: /claims/employee_profile/email, value: "'anna@company.com'"}]}]`},
		{kind: v1alpha1.Token, request: "TokenPayLoadExample", response: "TokenHookResponseAppendArray",
			rules: `[{idToken: [{op: add, path: /claims/preferred_airports/3, value: "'lax'"}]}]`},
		{kind: v1alpha1.Token, request: "TokenPayLoadExample", response: "TokenHookResponseWithURIFormat",
			rules: `[{idToken: [{op: add, path: /claims/employee_profile/department_id, value: "'4947'"}]}]`},
		{kind: v1alpha1.Token, request: "TokenPayLoadExample", response: "TokenHookErrorExample",
			rules: `[{deny: {summary: Human-readable summary of the error}}]`},

		{kind: v1alpha1.SAMLAssertion, request: "SAMLPayLoadExample", response: "SAMLHookResponseExample",
			rules: `[{assertion: [{op: replace, path: /claims/array/attributeValues/1/value, value: "'replacementValue'"},
			  {op: replace, path: /authentication/authnContext, value: "{'authnContextClassRef': 'replacementValue'}"},
			  {op: add, claim: extPatientId, value: "'4321'"}, {op: add, path: /authentication/sessionLifetime, value: "300"}]},
			 {assertion: [{op: replace, path: /authentication/sessionIndex, value: "'exampleSession'"}]}]`},
		{kind: v1alpha1.SAMLAssertion, request: "SAMLPayLoadExample", response: "SAMLHookResponseWithURIFormat",
			rules: `[{assertion: [{op: replace, claim: "` + schemas + `foo", value: "'replacementValue'"},
			  {op: add, claim: "` + schemas + `bar", value: "'bearer'", nameFormat: Basic}]}]`,
			// It would put the attributes of the statement into the attributes of the statement.
			notMade: "/claims/http:~1~1schemas.xmlsoap.org~1ws~12005~105~1identity~1claims~1foo/attributes"},

		{kind: v1alpha1.UserImport, request: "UserImportPayloadExample", response: "UserImportChangeAppUserProfileExample",
			rules: `[{appProfile: {firstName: "'Stan'"}}]`},
		{kind: v1alpha1.UserImport, request: "UserImportPayloadExample", response: "UserImportChangeUserProfileExample",
			rules: `[{profile: {firstName: "'Stan'"}}]`},
		{kind: v1alpha1.UserImport, request: "UserImportPayloadExample", response: "UserImportCreateANewUserExample",
			rules: `[{action: CreateUser}]`},
		{kind: v1alpha1.UserImport, request: "UserImportPayloadExample", response: "UserImportMatchExample",
			rules: `[{action: LinkUser, user: "'00garwpuyxHaWOkdV0g3'"}]`},
	} {
		t.Run(tc.response, func(t *testing.T) {
			t.Parallel()
			call := patched(t, example(t, doc, tc.request), identity, access, assertion)
			answer := parse(t, answerOf(t, buildAny(t, tc.kind, tc.rules), call))
			mustMatch(t, doc, tc.kind, answer)
			want := parse(t, example(t, doc, tc.response)).(map[string]any)
			got := answer.(map[string]any)
			if diff := cmp.Diff(operationsOf(want, tc.notMade), operationsOf(got, "")); diff != "" {
				t.Errorf("commands: -Okta's +answer:\n%s", diff)
			}
			if diff := cmp.Diff(want["error"], got["error"]); diff != "" {
				t.Errorf("error: -Okta's +answer:\n%s", diff)
			}
		})
	}
}

// mustMatch compares an answer with Okta's schema.
func mustMatch(t *testing.T, doc *openapi3.T, kind v1alpha1.HookType, answer any) {
	t.Helper()
	name := map[v1alpha1.HookType]string{v1alpha1.Token: "TokenHookResponse", v1alpha1.SAMLAssertion: "SAMLHookResponse",
		v1alpha1.UserImport: "UserImportResponse"}[kind]
	if err := doc.Components.Schemas[name].Value.VisitJSON(answer); err != nil {
		t.Errorf("answer %v is none: %v", answer, err)
	}
}

// operationsOf is what the commands of a response come to: Okta's examples spread operations over several
// commands of one type, and write a remove with a value of null or with none.
func operationsOf(response map[string]any, without string) []any {
	var operations []any
	commands, _ := response["commands"].([]any)
	for _, command := range commands {
		command := command.(map[string]any)
		list, isPatch := command["value"].([]any)
		if !isPatch {
			operations = append(operations, command)
			continue
		}
		for _, entry := range list {
			operation := entry.(map[string]any)
			if operation["path"] == without {
				continue
			}
			if operation["op"] == "remove" && operation["value"] == nil {
				delete(operation, "value")
			}
			operations = append(operations, map[string]any{"command": command["type"], "operation": operation})
		}
	}
	return operations
}

func TestOktasOwnCallsOfPatchesAndImportsAreUnderstood(t *testing.T) {
	t.Parallel()
	doc := contract(t)
	for _, tc := range []struct {
		name, request, rules, want string
		kind                       v1alpha1.HookType
	}{
		{"a token rule reads what Okta sends", "TokenPayLoadExample",
			`[{when: "user.profile.login == request.data.context.session.login && request.data.context.protocol.type == 'OAUTH2.0' && request.data.access.scopes.email.action == 'GRANT'",
			   accessToken: [{op: replace, claim: firstName, value: "user.profile.firstName + ' ' + user.id"}, {op: remove, claim: preferred_username}, {op: replace, claim: sub, value: "request.data.identity.claims.sub"}]}]`,
			answered(first, accessToken(op("replace", "/claims/firstName", `"Add-Min 00uq8tMo3zV0OfJON0g3"`), remove("/claims/preferred_username"), op("replace", "/claims/sub", `"00uq8tMo3zV0OfJON0g3"`))),
			v1alpha1.Token},
		{"no token rule matches", "TokenPayLoadExample", `[{when: "has(request.data.access.claims.department)", accessToken: [{op: remove, claim: department}]}]`, nothing, v1alpha1.Token},
		{"a SAML rule reads what Okta sends", "SAMLPayLoadExample",
			`[{when: "request.data.assertion.subject.nameId == user.profile.login", assertion: [{op: replace, claim: array, value: "['a', 'b']"}, {op: replace, claim: extPatientId, value: "1234"}, {op: replace, claim: missing, value: "1"}]}]`,
			answered(skipping("assertion /claims/missing"), assertion(op("add", "/claims/array", statement("unspecified", "xs:string=a", "xs:string=b")),
				op("replace", "/claims/extPatientId/attributeValues/0/value", `"1234"`))), v1alpha1.SAMLAssertion},
		{"no SAML rule matches", "SAMLPayLoadExample", `[{when: "false", deny: {summary: No.}}]`, nothing, v1alpha1.SAMLAssertion},
		{"a sign-on is refused", "SAMLPayLoadExample", `[{deny: {summary: No.}}]`,
			`{"commands":[],"error":{"errorSummary":"No."},"debugContext":{"hookline":{"rules":["rules[0]"]}}}`, v1alpha1.SAMLAssertion},
		{"a user import rule reads what Okta sends", "UserImportPayloadExample",
			`[{when: "'login' in request.data.context.conflicts && request.data.action.result == 'CREATE_USER' && request.data.context.application.name == 'test_app'",
			   profile: {login: "appUser.userName + '@example.net'"}, appProfile: {email: "user.email"}}]`,
			answered(first, `{"type":"com.okta.appUser.profile.update","value":{"email":"sally.admin@example.net"}}`,
				`{"type":"com.okta.user.profile.update","value":{"login":"administrator2@example.net"}}`), v1alpha1.UserImport},
		{"no user import rule matches", "UserImportPayloadExample", `[{when: "appUser.mobilePhone.startsWith('+')", action: CreateUser}]`, nothing, v1alpha1.UserImport},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := answerOf(t, buildAny(t, tc.kind, tc.rules), example(t, doc, tc.request))
			if got != tc.want {
				t.Errorf("\n got %s\nwant %s", got, tc.want)
			}
			mustMatch(t, doc, tc.kind, parse(t, got))
		})
	}
}
