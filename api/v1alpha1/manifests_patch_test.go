package v1alpha1_test

// tokenHook, samlHook and importHook are hooks with one rule.
func tokenHook(rule string) string {
	return hook("type: Token\nhandler:\n  token:\n    rules:\n    - " + rule)
}

func samlHook(rule string) string {
	return hook("type: SAMLAssertion\nhandler:\n  saml:\n    rules:\n    - " + rule)
}

func importHook(rule string) string {
	return hook("type: UserImport\nhandler:\n  userImport:\n    rules:\n    - " + rule)
}

var wrongTokenHooks = []wrongManifest{
	{"the handler is saml and the type is Token", hook(`
type: Token
handler: {saml: {rules: [{assertion: [{op: add, claim: role, value: user.profile.role}]}]}}
`), []string{"handler.saml answers hooks of type SAMLAssertion", "write type: SAMLAssertion or another handler"}},
	{"the handler is called tokens", hook(`
type: Token
handler: {tokens: {rules: [{deny: {summary: No.}}]}}
`), []string{`unknown field "spec.handler.tokens"`}},
	{"a rule is the patch itself", tokenHook("{op: add, path: /claims/role, value: user.profile.role}"), []string{`unknown field "spec.handler.token.rules[0].op"`, `unknown field "spec.handler.token.rules[0].path"`}},
	{"a rule changes nothing", tokenHook("{when: has(user.profile.role)}"), []string{"rules[0]", "takes accessToken, idToken or both, or else deny: {summary: ...}"}},
	{"a rule changes and denies", tokenHook("{idToken: [{op: remove, claim: role}], deny: {summary: No.}}"), []string{"rules[0]", "takes accessToken, idToken or both, or else deny: {summary: ...}"}},
	{"the ID token is written in another case", tokenHook("{IDToken: [{op: remove, claim: role}]}"), []string{`unknown field "spec.handler.token.rules[0].IDToken"`}},
	{"a lifetime has lost its quotes", tokenHook("{accessToken: [{op: replace, path: /token/lifetime/expiration, value: 3600}]}"), []string{"accessToken[0].value", `must be of type string: "integer"`}},
	{"a value is a mapping", tokenHook("{accessToken: [{op: add, claim: address, value: {}}]}"), []string{"accessToken[0].value", "must be of type string"}},
	{"a value has lost its quotes within YAML's", tokenHook(`{accessToken: [{op: add, claim: role, value: }]}`), []string{"accessToken[0]", "value goes with add and replace, and must be left out of remove"}},
	{"a removal says what it removes", tokenHook("{accessToken: [{op: remove, claim: role, value: user.profile.role}]}"), []string{"accessToken[0]", "value goes with add and replace, and must be left out of remove"}},
	{"a patch has path and claim", tokenHook("{accessToken: [{op: add, path: /claims/role, claim: role, value: user.profile.role}]}"), []string{"accessToken[0]", "exactly one of path, such as /claims/department, and claim, the plain name of a claim"}},
	{"a patch sets", tokenHook("{accessToken: [{op: set, claim: role, value: user.profile.role}]}"), []string{`accessToken[0].op: Unsupported value: "set": supported values: "add", "replace", "remove"`}},
	{"patches are text", tokenHook("{accessToken: remove role}"), []string{"rules[0].accessToken", "must be of type array"}},
	{"a denial is a text", tokenHook("{when: 'true', deny: Contractors sign in elsewhere.}"), []string{"rules[0].deny", "must be of type object"}},
	{"a denial says nothing", tokenHook("{when: 'true', deny: {}}"), []string{"rules[0].deny.summary: Required value"}},
	{"a rule has a name with spaces", tokenHook("{name: Patient id, idToken: [{op: remove, claim: role}]}"), []string{"rules[0].name", "lower-case letters, digits and -, such as patient-id"}},
}

var wrongSAMLHooks = []wrongManifest{
	{"something is taken out of an assertion", samlHook("{assertion: [{op: remove, claim: role}]}"), []string{`assertion[0].op: Unsupported value: "remove": supported values: "add", "replace"`, "assertion[0].value: Required value"}},
	{"an assertion is changed as if it were a token", samlHook("{accessToken: [{op: add, claim: role, value: user.profile.role}]}"), []string{`unknown field "spec.handler.saml.rules[0].accessToken"`}},
	{"a rule changes and denies", samlHook("{assertion: [{op: add, claim: role, value: user.profile.role}], deny: {summary: No.}}"), []string{"rules[0]", "takes exactly one of assertion and deny: {summary: ...}"}},
	{"a name format is its URN", samlHook("{assertion: [{op: add, claim: role, nameFormat: 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic', value: user.profile.role}]}"),
		[]string{"assertion[0].nameFormat: Unsupported value", `"Unspecified", "URI", "Basic"`}},
	{"a name format goes with a path", samlHook("{assertion: [{op: add, path: /claims/role, nameFormat: Basic, value: user.profile.role}]}"),
		[]string{"assertion[0]", "nameFormat goes with claim: it says how the name of an attribute statement is to be read"}},
	{"a patch has neither path nor claim", samlHook("{assertion: [{op: add, value: user.profile.role}]}"), []string{"assertion[0]", "exactly one of path, such as /subject/nameId, and claim, the plain name of an attribute statement"}},
	{"a list of rules is left empty", hook("type: SAMLAssertion\nhandler: {saml: {rules: []}}"), []string{"spec.handler.saml.rules", "should have at least 1 items"}},
}

var wrongImportHooks = []wrongManifest{
	{"a rule denies", importHook("{when: 'true', deny: {summary: No.}}"), []string{`unknown field "spec.handler.userImport.rules[0].deny"`}},
	{"a rule does nothing", importHook("{when: appUser.department == 'Finance'}"), []string{"rules[0]", "a rule needs profile, appProfile or action"}},
	{"an action is Okta's own name of it", importHook("{action: LINK_USER, user: appUser.oktaId}"), []string{"rules[0].action: Unsupported value", `"CreateUser", "LinkUser"`}},
	{"a link is to nobody", importHook("{action: LinkUser}"), []string{"rules[0]", "user says which user of Okta to link to: it goes with action: LinkUser, which needs it"}},
	{"a link has no action", importHook("{user: appUser.oktaId}"), []string{"rules[0]", "a rule needs profile, appProfile or action", "it goes with action: LinkUser"}},
	{"a password is imported", importHook("{profile: {password: appUser.password}}"), []string{"rules[0].profile", "can't set password: Okta lets no hook do that"}},
	{"a value is a number", importHook("{profile: {employeeNumber: 7}}"), []string{"rules[0].profile.employeeNumber", `must be of type string: "integer"`}},
	{"the profile of the app is called otherwise", importHook("{appUserProfile: {department: appUser.team}}"), []string{`unknown field "spec.handler.userImport.rules[0].appUserProfile"`}},
}
