package v1alpha1_test

import "slices"

const (
	tokenRule = "spec.handler.token.rules[0]"
	samlRule  = "spec.handler.saml.rules[0]"

	saysTokenPlace = "a patch takes exactly one of path, such as /claims/department, and claim, the plain name of a claim"
	saysTokenValue = "value goes with add and replace, and must be left out of remove"
	saysSAMLPlace  = "a patch takes exactly one of path, such as /subject/nameId, and claim, the plain name of an attribute statement"
)

// patchRules are the rules of what changes tokens and assertions.
var patchRules = slices.Concat(tokenPatchRules("accessToken"), tokenPatchRules("idToken"), tokenRules, samlRules)

// tokenPatchRules has cases for the operations on one of the two tokens.
func tokenPatchRules(token string) []ruleCases {
	at := tokenRule + "." + token + "[0]"
	prepare := edit(set(tokenRule, "{"+token+": [{op: add, claim: a, value: b}]}"))
	return []ruleCases{
		valueRule(at, saysTokenPlace, smallTokenHook, prepare,
			map[string]string{"a path": "{op: add, path: /claims/a, value: b}", "a claim": "{op: add, claim: https://acme.example/a, value: b}"},
			map[string]string{"neither": "{op: add, value: b}", "both": "{op: add, path: /claims/a, claim: a, value: b}"}),
		valueRule(at, saysTokenValue, smallTokenHook, prepare,
			map[string]string{"a value to add": "{op: add, claim: a, value: b}", "a value to replace": "{op: replace, claim: a, value: b}", "nothing to remove": "{op: remove, claim: a}"},
			map[string]string{"nothing to add": "{op: add, claim: a}", "nothing to replace": "{op: replace, claim: a}", "a value to remove": "{op: remove, claim: a, value: b}"}),
	}
}

// optionalName has cases for the name of a rule that may go without.
func optionalName(at, such, base string) ruleCases {
	return valueRule(at, "name must have lower-case letters, digits and -, such as "+such, base, nil,
		map[string]string{"letters, digits and hyphens": "1-medical", "the same as anybody": "a"},
		map[string]string{"capitals and spaces": "Medical staff", "an underscore": "medical_staff", "nothing": `""`, "a line break at the end": `"medical\n"`})
}

var tokenRules = []ruleCases{
	{
		at: "spec", base: smallTokenHook,
		says:    "handler.token answers hooks of type Token; write type: Token or another handler",
		takes:   map[string][]change{"the type that it answers": nil},
		refuses: map[string][]change{"a type that it can't answer": edit(set("spec.type", "SAMLAssertion"))},
	},
	optionalName(tokenRule+".name", "patient-id", smallTokenHook),
	valueRule(tokenRule, "a rule takes accessToken, idToken or both, or else deny: {summary: ...}", smallTokenHook, nil,
		map[string]string{
			"the access token": "{accessToken: [{op: remove, claim: a}]}", "the ID token": "{idToken: [{op: remove, claim: a}]}",
			"both": "{accessToken: [{op: remove, claim: a}], idToken: [{op: remove, claim: a}]}", "a denial": "{deny: {summary: No.}}",
		},
		map[string]string{
			"nothing": "{when: 'true'}", "a denial with a change of the access token": "{accessToken: [{op: remove, claim: a}], deny: {summary: No.}}",
			"a denial with a change of the ID token": "{idToken: [{op: remove, claim: a}], deny: {summary: No.}}", "deny with nothing behind it": "{deny: }",
		}),
}

var samlRules = []ruleCases{
	{
		at: "spec", base: smallSAMLHook,
		says:    "handler.saml answers hooks of type SAMLAssertion; write type: SAMLAssertion or another handler",
		takes:   map[string][]change{"the type that it answers": nil},
		refuses: map[string][]change{"a type that it can't answer": edit(set("spec.type", "Token"))},
	},
	optionalName(samlRule+".name", "payroll-role", smallSAMLHook),
	valueRule(samlRule, "a rule takes exactly one of assertion and deny: {summary: ...}", smallSAMLHook, nil,
		map[string]string{"changes": "{assertion: [{op: add, claim: a, value: b}]}", "a denial": "{deny: {summary: No.}}"},
		map[string]string{"neither": "{when: 'true'}", "both": "{assertion: [{op: add, claim: a, value: b}], deny: {summary: No.}}"}),
	valueRule(samlRule+".assertion[0]", saysSAMLPlace, smallSAMLHook, nil,
		map[string]string{"a path": "{op: replace, path: /subject/nameId, value: b}", "a claim": "{op: add, claim: a, value: b}"},
		map[string]string{"neither": "{op: add, value: b}", "both": "{op: add, path: /claims/a, claim: a, value: b}"}),
	valueRule(samlRule+".assertion[0]", "nameFormat goes with claim: it says how the name of an attribute statement is to be read", smallSAMLHook, nil,
		map[string]string{"a format with a claim": "{op: add, claim: a, nameFormat: Basic, value: b}", "a claim without": "{op: add, claim: a, value: b}"},
		map[string]string{"a format with a path": "{op: add, path: /claims/a, nameFormat: Basic, value: b}"}),
}
