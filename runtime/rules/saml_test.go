package rules_test

import (
	"strings"
	"testing"

	"github.com/hookline/hookline/api/v1alpha1"
)

func TestSAMLRules(t *testing.T) {
	t.Parallel()
	call := samlCall(`{}`)
	denied := func(by string) string {
		return `{"commands":[],"error":{"errorSummary":"No sign-on."},"debugContext":{"hookline":{"rules":["` + by + `"]}}}`
	}
	runPatchCases(t, v1alpha1.SAMLAssertion, []patchCase{
		{"every rule that matches adds its operations, in order",
			`[{name: one, assertion: [{op: replace, path: /subject/nameId, value: "user.profile.login"}]},
			  {name: two, when: "user.profile.age < 18", assertion: [{op: replace, path: /subject/nameId, value: "'x'"}]},
			  {name: three, assertion: [{op: add, path: /conditions/audienceRestriction/-, value: "'urn:b'"}]}]`, call,
			answered(`{"rules":["one","three"]}`, assertion(op("replace", "/subject/nameId", `"rosario@example.com"`), op("add", "/conditions/audienceRestriction/-", `"urn:b"`)))},
		{"no rule matches", `[{when: "false", assertion: [{op: replace, path: /subject/nameId, value: "'x'"}]}]`, call, nothing},
		{"a rule that changes does not match what is absent", `[{when: "user.profile.department != 'x'", assertion: [{op: replace, path: /subject/nameId, value: "'x'"}]}]`, call, nothing},
		{"the session at the service provider", `[{assertion: [{op: add, path: /authentication/sessionLifetime, value: "3600.0"}]}]`, call,
			answered(first, assertion(op("add", "/authentication/sessionLifetime", "3600")))},
		{"an object", `[{assertion: [{op: replace, path: /authentication/authnContext, value: "{'authnContextClassRef': 'r2'}"}]}]`, call,
			answered(first, assertion(op("replace", "/authentication/authnContext", `{"authnContextClassRef":"r2"}`)))},

		{"a replace of what is not there is left out", `[{assertion: [{op: replace, path: /authentication/level, value: "300"}, {op: replace, path: /subject/nameId, value: "'x'"}]}]`, call,
			answered(skipping("assertion /authentication/level"), assertion(op("replace", "/subject/nameId", `"x"`)))},
		{"an add whose parent is not there is left out", `[{assertion: [{op: add, path: /subject/confirmation/data/recipient, value: "'x'"}]}]`, call,
			answered(skipping("assertion /subject/confirmation/data/recipient"))},
		{"an add under a part that is not there is left out", `[{assertion: [{op: add, path: /conditions/audienceRestriction, value: "[]"}]}]`,
			`{"data":{"assertion":{"subject":{}}}}`, answered(skipping("assertion /conditions/audienceRestriction"))},
		{"a request without an assertion has nothing to change", `[{assertion: [{op: add, claim: a, value: "1"}]}]`, `{"data":{}}`, answered(first)},

		{"a rule denies", `[{assertion: [{op: add, claim: a, value: "1"}]}, {name: block, deny: {summary: No sign-on.}}]`, call, denied("block")},
		{"a rule that denies matches what is absent", `[{name: block, when: "user.profile.department == 'x'", deny: {summary: No sign-on.}}]`, call, denied("block")},
		{"a rule that denies and does not match is passed over", `[{when: "user.profile.age < 18", deny: {summary: No sign-on.}}]`, call, nothing},
	})
}

func TestAttributeStatementsAreMadeFromValues(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, value, want string }{
		{"a string", "user.profile.login", statement("basic", "xs:string=rosario@example.com")},
		{"a string that is empty", "''", statement("basic", "xs:string=")},
		{"an integer", "user.profile.age", statement("basic", "xs:integer=41")},
		{"a decimal", "user.profile.score", statement("basic", "xs:decimal=4.5")},
		{"a whole double", "4.0", statement("basic", "xs:decimal=4")},
		{"a decimal that JSON would write with an exponent", "1e21", statement("basic", "xs:decimal=1000000000000000000000")},
		{"a small decimal", "0.00000001", statement("basic", "xs:decimal=0.00000001")},
		{"a boolean", "user.profile.vip", statement("basic", "xs:boolean=true")},
		{"a list", "user.profile.teams", statement("basic", "xs:string=a", "xs:string=b")},
		{"a list of all types", "['x', 1, 1.5, false]", statement("basic", "xs:string=x", "xs:integer=1", "xs:decimal=1.5", "xs:boolean=false")},
		{"a list without elements", "user.profile.none", statement("basic")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for _, before := range []string{`{}`, `null`, `{"a":` + statement("uri", "xs:integer=7") + `}`} {
				got := answerOf(t, buildAny(t, v1alpha1.SAMLAssertion, `[{assertion: [{op: add, claim: a, value: "`+tc.value+`"}]}]`), samlCall(before))
				if want := answered(first, assertion(op("add", "/claims/a", tc.want))); got != want {
					t.Errorf("with claims %s:\n got %s\nwant %s", before, got, want)
				}
			}
		})
	}
}

func TestNameFormats(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, claim, format, want string }{
		{"a plain name is Basic", "role", "", "basic"},
		{"a URL is URI", "https://acme.example/role", "", "uri"},
		{"a URN is URI", "urn:oid:2.5.4.42", "", "uri"},
		{"a URL in capitals is URI", "HTTP://ACME.EXAMPLE/ROLE", "", "uri"},
		{"a path is Basic", "/acme/role", "", "basic"},
		{"a name with a space is Basic", "urn:my role", "", "basic"},
		{"a name with a colon in front is Basic", ":role", "", "basic"},
		{"a name with a broken escape is Basic", "https://acme.example/%zz", "", "basic"},
		{"nameFormat counts for a URL", "https://acme.example/role", "Basic", "basic"},
		{"nameFormat counts for a plain name", "role", "URI", "uri"},
		{"nameFormat may be left open", "role", "Unspecified", "unspecified"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			format := ""
			if tc.format != "" {
				format = ", nameFormat: " + tc.format
			}
			got := answerOf(t, buildAny(t, v1alpha1.SAMLAssertion, `[{assertion: [{op: add, claim: "`+tc.claim+`", value: "1"`+format+`}]}]`), samlCall(`{}`))
			path := "/claims/" + strings.ReplaceAll(tc.claim, "/", "~1")
			if want := answered(first, assertion(op("add", path, statement(tc.want, "xs:integer=1")))); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
}

// TestReplacedStatementsKeepWhatNobodyMentions: number, types and name format.
func TestReplacedStatementsKeepWhatNobodyMentions(t *testing.T) {
	t.Parallel()
	valueOf := func(i, value string) string { return op("replace", "/claims/a/attributeValues/"+i+"/value", value) }
	for _, tc := range []struct {
		name, before, patch string
		want                []string
	}{
		{"one value for one", statement("unspecified", "xs:string=x"), `value: "'y'"`, []string{valueOf("0", `"y"`)}},
		{"a list of one for one", statement("unspecified", "xs:string=x"), `value: "['y']"`, []string{valueOf("0", `"y"`)}},
		{"two values for two", statement("uri", "xs:string=x", "xs:integer=1"), `value: "['y', 2]"`, []string{valueOf("0", `"y"`), valueOf("1", `"2"`)}},
		{"no values for none", statement("uri"), `value: "[]"`, nil},
		{"values of no type", `{"attributes":{},"attributeValues":[{"value":"x"}]}`, `value: "1"`, []string{valueOf("0", `"1"`)}},
		{"two values for one", statement("unspecified", "xs:string=x"), `value: "['y', 'z']"`,
			[]string{op("add", "/claims/a", statement("unspecified", "xs:string=y", "xs:string=z"))}},
		{"one value for two", statement("uri", "xs:string=x", "xs:string=y"), `value: "'z'"`, []string{op("add", "/claims/a", statement("uri", "xs:string=z"))}},
		{"a value of another type", statement("uri", "xs:integer=1"), `value: "'z'"`, []string{op("add", "/claims/a", statement("uri", "xs:string=z"))}},
		{"another name format", statement("uri", "xs:string=x"), `value: "'y'", nameFormat: Basic`, []string{op("add", "/claims/a", statement("basic", "xs:string=y"))}},
		{"a value without text", `{"attributeValues":[{"attributes":{"xsi:type":"xs:string"}}]}`, `value: "'y'"`, []string{op("add", "/claims/a", statement("basic", "xs:string=y"))}},
		{"a statement that is none", `"x"`, `value: "'y'"`, []string{op("add", "/claims/a", statement("basic", "xs:string=y"))}},
		{"a statement that is null", `null`, `value: "'y'"`, []string{op("add", "/claims/a", statement("basic", "xs:string=y"))}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			want := answered(first)
			if tc.want != nil {
				want = answered(first, assertion(tc.want...))
			}
			h := buildAny(t, v1alpha1.SAMLAssertion, `[{assertion: [{op: replace, claim: a, `+tc.patch+`}]}]`)
			if got := answerOf(t, h, samlCall(`{"a":`+tc.before+`}`)); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
}

func TestStatementsInSequence(t *testing.T) {
	t.Parallel()
	const path = `/claims/a/attributeValues/0/value`
	runPatchCases(t, v1alpha1.SAMLAssertion, []patchCase{
		{"a statement that is not there is not replaced", `[{assertion: [{op: replace, claim: a, value: "user.profile.missing"}]}]`, samlCall(`{}`),
			answered(skipping("assertion /claims/a"))},
		{"a statement that was added is replaced", `[{assertion: [{op: add, claim: a, value: "'x'"}, {op: replace, claim: a, value: "'y'"}, {op: replace, path: ` + path + `, value: "'z'"}]}]`, samlCall(`{}`),
			answered(first, assertion(op("add", "/claims/a", statement("basic", "xs:string=x")), op("replace", path, `"y"`), op("replace", path, `"z"`)))},
		{"a statement that became shorter", `[{assertion: [{op: add, claim: a, value: "['x']"}, {op: replace, path: /claims/a/attributeValues/1/value, value: "'y'"}]}]`,
			samlCall(`{"a":` + statement("basic", "xs:string=1", "xs:string=2") + `}`),
			answered(skipping("assertion /claims/a/attributeValues/1/value"), assertion(op("add", "/claims/a", statement("basic", "xs:string=x"))))},
		{"the value of a path is written as text", `[{assertion: [{op: replace, path: ` + path + `, value: "user.profile.age"}, {op: add, path: ` + path + `, value: "true"}]}]`,
			samlCall(`{"a":` + statement("basic", "xs:string=1") + `}`),
			answered(first, assertion(op("replace", path, `"41"`), op("add", path, `"true"`)))},
		{"a statement that somebody has written out", `[{assertion: [{op: add, path: /claims/a, value: "{'attributeValues': []}"}]}]`, samlCall(`{}`),
			answered(first, assertion(op("add", "/claims/a", `{"attributeValues":[]}`)))},
	})
}

func TestNewSAMLRefusesWhatOktaWouldNotCarryOut(t *testing.T) {
	t.Parallel()
	runRefusals(t, v1alpha1.SAMLAssertion, []refusal{
		{"a condition that does not compile", `[{name: broken, when: "usr.vip", deny: {summary: No.}}]`,
			`compile rule "broken": when: column 1: there is no variable usr, only request and user`},
		{"a value that does not compile", `[{assertion: [{op: add, claim: a, value: "1"}, {op: add, claim: a, value: "1 +"}]}]`,
			`compile rule "rules[0]": assertion[1].value: column 4: is no CEL: it ends where something must follow`},
		{"an operation that assertions do not have", `[{assertion: [{op: remove, claim: a, value: "1"}]}]`,
			`compile rule "rules[0]": assertion[0].op: must be one of add, replace`},
		{"a place that no hook can change", `[{assertion: [{op: add, path: /lifetime/expiration, value: "1"}]}]`,
			`handler.saml.rules[0].assertion[0].path: Invalid value: "/lifetime/expiration": is no place of an assertion that a hook can change: ` +
				`write one under /claims, /subject, /authentication or /conditions, such as /subject/nameId`},
	})
}
