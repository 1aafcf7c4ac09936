package rules_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/rules"
)

// tokenCall is a call about tokens with these claims; "" leaves a token out.
func tokenCall(identity, access string) string {
	tokens := ""
	if identity != "" {
		tokens += `,"identity":{"claims":` + identity + `,"token":{"lifetime":{"expiration":3600}}}`
	}
	if access != "" {
		tokens += `,"access":{"claims":` + access + `,"token":{"lifetime":{"expiration":3600}},"scopes":{"openid":{"id":"s1","action":"GRANT"}}}`
	}
	return `{"eventId":"e1","eventType":"com.okta.oauth2.tokens.transform","data":{"context":{` +
		`"protocol":{"type":"OAUTH2.0","client":{"id":"c1","name":"Native","type":"PUBLIC"}},` +
		`"user":{"id":"00u1","profile":{"login":"rosario@example.com","firstName":"Rosario","age":41,"score":4.5,"vip":true,"title":null,"teams":["a","b"]}}}` +
		tokens + `}}`
}

// samlCall is a call about an assertion with these attribute statements.
func samlCall(claims string) string {
	return `{"eventId":"e1","eventType":"com.okta.saml.tokens.transform","data":{"context":{` +
		`"user":{"id":"00u1","profile":{"login":"rosario@example.com","age":41,"score":4.5,"vip":true,"title":null,"teams":["a","b"],"none":[],"home":{"city":"Oslo"}}}},` +
		`"assertion":{"subject":{"nameId":"rosario@example.com","confirmation":{"method":"bearer"}},` +
		`"authentication":{"sessionIndex":"i1","authnContext":{"authnContextClassRef":"r1"}},` +
		`"conditions":{"audienceRestriction":["urn:example:sp"]},"claims":` + claims + `,"lifetime":{"expiration":300}}}}`
}

// importCall is a call about an imported user.
func importCall(appUser, user string) string {
	return `{"eventId":"e1","eventType":"com.okta.import.transform","data":{"context":{"conflicts":["login"],"matches":[]},` +
		`"action":{"result":"CREATE_USER"},"appUser":{"profile":` + appUser + `},"user":{"profile":` + user + `}}}`
}

// unmarshal reads what a test writes as YAML.
func unmarshal(t testing.TB, text string, into any) {
	t.Helper()
	if err := yaml.UnmarshalStrict([]byte(text), into); err != nil {
		t.Fatalf("read the test's own rules: %v", err)
	}
}

// mustBeValid keeps tests to configurations that a user can have.
func mustBeValid(t testing.TB, kind v1alpha1.HookType, h *v1alpha1.Handler) {
	t.Helper()
	if errs := v1alpha1.ValidateHook(kind, "", nil, h); len(errs) > 0 {
		t.Fatal(errs.ToAggregate())
	}
}

// buildAny makes the handler of type kind that has these rules, in YAML.
func buildAny(t testing.TB, kind v1alpha1.HookType, yamlRules string) hook.Handler {
	t.Helper()
	built, err := compileAny(t, kind, yamlRules, mustBeValid)
	if err != nil {
		t.Fatal(err)
	}
	return built
}

func compileAny(t testing.TB, kind v1alpha1.HookType, yamlRules string, check func(testing.TB, v1alpha1.HookType, *v1alpha1.Handler)) (hook.Handler, error) {
	t.Helper()
	h := &v1alpha1.Handler{}
	switch kind {
	case v1alpha1.Token:
		h.Token = &v1alpha1.TokenHandler{}
		unmarshal(t, yamlRules, &h.Token.Rules)
		check(t, kind, h)
		return rules.NewToken(h.Token)
	case v1alpha1.SAMLAssertion:
		h.SAML = &v1alpha1.SAMLHandler{}
		unmarshal(t, yamlRules, &h.SAML.Rules)
		check(t, kind, h)
		return rules.NewSAML(h.SAML)
	case v1alpha1.UserImport:
		h.UserImport = &v1alpha1.UserImportHandler{}
		unmarshal(t, yamlRules, &h.UserImport.Rules)
		check(t, kind, h)
		return rules.NewUserImport(h.UserImport)
	default:
		t.Fatal(field.NotSupported(field.NewPath("type"), kind, []v1alpha1.HookType{v1alpha1.Token, v1alpha1.SAMLAssertion, v1alpha1.UserImport}))
		return nil, nil
	}
}

// answerOf is the answer to body as Okta gets it. It sees to it that the request stays as it was.
func answerOf(t testing.TB, h hook.Handler, body string) string {
	t.Helper()
	req := decode(t, body)
	response, err := h.Handle(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(decode(t, body).Body(), req.Body()); diff != "" {
		t.Errorf("the request was changed:\n%s", diff)
	}
	answer := encode(t, response)
	mustApply(t, req, answer)
	return answer
}

// patchedBy says which member of data a command patches.
var patchedBy = map[string]string{
	"com.okta.identity.patch": "identity", "com.okta.access.patch": "access", "com.okta.assertion.patch": "assertion",
}

// mustApply carries out the patches of an answer on the request, as Okta does: all of them, or none.
func mustApply(t testing.TB, req *hook.Request, answer string) {
	t.Helper()
	var parsed struct {
		Commands []struct {
			Type  string
			Value json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(answer), &parsed); err != nil {
		t.Fatal(err)
	}
	for _, command := range parsed.Commands {
		member := patchedBy[command.Type]
		if member == "" {
			continue
		}
		patch, err := jsonpatch.DecodePatch(command.Value)
		if err != nil {
			t.Fatal(err)
		}
		document := maps.Clone(req.Body()["data"].(map[string]any)[member].(map[string]any))
		if document["claims"] == nil {
			document["claims"] = map[string]any{}
		}
		encoded, err := json.Marshal(document)
		if err != nil {
			continue // a number that only a test of numbers sends
		}
		options := jsonpatch.NewApplyOptions()
		options.SupportNegativeIndices = false
		if _, err := patch.ApplyWithOptions(encoded, options); err != nil {
			t.Errorf("Okta could not carry out %s on %s: %v", command.Value, encoded, err)
		}
	}
}

// answered is the answer with these commands, and with this in debugContext.
func answered(debug string, commands ...string) string {
	answer := `{"commands":[` + strings.Join(commands, ",") + `]`
	if debug != "" {
		answer += `,"debugContext":{"hookline":` + debug + `}`
	}
	return answer + `}`
}

// first is the debugContext of a single rule without a name that matched.
const first = `{"rules":["rules[0]"]}`

// skipping is that, with operations that were left out.
func skipping(operations ...string) string {
	return `{"rules":["rules[0]"],"skipped":["` + strings.Join(operations, `","`) + `"]}`
}

func idToken(operations ...string) string { return command("com.okta.identity.patch", operations) }

func accessToken(operations ...string) string { return command("com.okta.access.patch", operations) }

func assertion(operations ...string) string { return command("com.okta.assertion.patch", operations) }

func command(kind string, operations []string) string {
	return `{"type":"` + kind + `","value":[` + strings.Join(operations, ",") + `]}`
}

// op is an operation with a value in JSON.
func op(op, path, value string) string {
	return `{"op":"` + op + `","path":"` + path + `","value":` + value + `}`
}

func remove(path string) string { return `{"op":"remove","path":"` + path + `"}` }

// statement is an attribute statement with values such as xs:string=a, of a format such as basic.
func statement(format string, values ...string) string {
	var list []string
	for _, value := range values {
		kind, text, _ := strings.Cut(value, "=")
		list = append(list, `{"attributes":{"xsi:type":"`+kind+`"},"value":"`+text+`"}`)
	}
	return `{"attributeValues":[` + strings.Join(list, ",") + `],` +
		`"attributes":{"NameFormat":"urn:oasis:names:tc:SAML:2.0:attrname-format:` + format + `"}}`
}
