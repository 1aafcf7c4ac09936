package v1alpha1_test

import "strings"

// Slices with rules that change what Okta makes of a user.
const (
	tokenSlice = `
type: Token
path: /default/claims
handler: {token: {rules: [{accessToken: [{op: add, claim: department, value: user.profile.department}]}]}}
`
	samlSlice = `
type: SAMLAssertion
path: /default/attributes
handler: {saml: {rules: [{assertion: [{op: add, claim: department, value: user.profile.department}]}]}}
`
	importSlice = `
type: UserImport
path: /default/imports
handler: {userImport: {rules: [{profile: {department: appUser.department}}]}}
`
	tokens     = "handler.token.rules[0]"
	access     = tokens + ".accessToken"
	assertions = "handler.saml.rules[0]"
	statements = assertions + ".assertion"
	imports    = "handler.userImport.rules[0]"

	badTokenRule  = "takes accessToken, idToken or both, or else deny: {summary: ...}"
	badTokenPlace = "takes exactly one of path, such as /claims/department, and claim, the plain name of a claim"
	badTokenValue = "goes with add and replace, and must be left out of remove"
	badSAMLPlace  = "takes exactly one of path, such as /subject/nameId, and claim, the plain name of an attribute statement"
	badRuleName   = "lower-case letters, digits and -, such as "
	badLink       = "says which user of Okta to link to: it goes with action: LinkUser, which needs it"
)

var patchesThatAreTaken = []verdictCase{
	{name: "a claim", slice: tokenSlice},
	{name: "every operation on both tokens", slice: tokenSlice, changes: edit(set(tokens, `{name: a-1, when: "true",
		accessToken: [{op: add, path: /claims/a, value: a}, {op: replace, path: /token/lifetime/expiration, value: "3600"}, {op: remove, claim: a}],
		idToken: [{op: add, claim: https://acme.example/a, value: a}, {op: replace, path: /claims/a/0, value: a}, {op: remove, path: /claims/a~1b}]}`))},
	{name: "an ID token alone", slice: tokenSlice, changes: edit(set(tokens, "{idToken: [{op: remove, claim: a}]}"))},
	{name: "a denied token", slice: tokenSlice, changes: edit(set(tokens, "{deny: {summary: No.}}"))},
	{name: "a path that only the manager refuses", slice: tokenSlice, changes: edit(set(access, "[{op: add, path: claims, value: a}]"))},
	{name: "two token rules of one name", slice: tokenSlice, changes: edit(set("handler.token.rules", "[{name: a, deny: {summary: No.}}, {name: a, deny: {summary: No.}}]"))},
	{name: "a token rule where null is the same as leaving it out", slice: tokenSlice, changes: edit(
		set(tokens+".name", "null"), set(tokens+".when", "null"), set(tokens+".idToken", "null"), set(tokens+".deny", "null"), set(access+"[0].path", "null"))},
	{name: "a removal with a value of null", slice: tokenSlice, changes: edit(set(access, "[{op: remove, claim: a, value: null}]"))},
	{name: "the longest texts of a token rule", slice: tokenSlice, changes: edit(
		set(tokens+".name", strings.Repeat("a", 63)), set(tokens+".when", long(4096)), set(access, "[{op: add, claim: "+long(1024)+", value: "+long(4096)+"}, {op: remove, path: "+long(1024)+"}]"))},
	{name: "the longest summary of a denied token", slice: tokenSlice, changes: edit(set(tokens, "{deny: {summary: "+long(1024)+"}}"))},
	{name: "as many token rules as there may be", slice: tokenSlice, changes: edit(set("handler.token.rules", "["+many(64, "{idToken: [{op: remove, claim: a}]}")+"]"))},
	{name: "as many changes of a token as there may be", slice: tokenSlice, changes: edit(set(access, "["+many(64, "{op: remove, claim: a#}")+"]"))},

	{name: "an attribute statement", slice: samlSlice},
	{name: "every operation on an assertion", slice: samlSlice, changes: edit(set(assertions, `{name: a-1, when: "true", assertion: [
		{op: add, claim: https://acme.example/a, nameFormat: URI, value: a}, {op: replace, claim: a, nameFormat: Basic, value: a}, {op: add, claim: b, nameFormat: Unspecified, value: a},
		{op: add, path: /authentication/sessionLifetime, value: "300"}, {op: replace, path: /claims/a/attributeValues/0/value, value: a}]}`))},
	{name: "a refused sign-on", slice: samlSlice, changes: edit(set(assertions, "{deny: {summary: No.}}"))},
	{name: "the longest texts of a SAML rule", slice: samlSlice, changes: edit(
		set(assertions+".name", strings.Repeat("a", 63)), set(assertions+".when", long(4096)), set(statements, "[{op: add, claim: "+long(1024)+", value: "+long(4096)+"}, {op: add, path: "+long(1024)+", value: a}]"))},
	{name: "as many SAML rules as there may be", slice: samlSlice, changes: edit(set("handler.saml.rules", "["+many(64, "{deny: {summary: No.}}")+"]"))},
	{name: "as many changes of an assertion as there may be", slice: samlSlice, changes: edit(set(statements, "["+many(64, "{op: add, claim: a#, value: a}")+"]"))},
}

var patchesThatAreRefused = []verdictCase{
	{name: "a type for another handler than token", slice: tokenSlice, changes: edit(set("type", "SAMLAssertion")), phrase: "answers hooks of type Token; write type: Token or another handler"},
	{name: "token without rules", slice: tokenSlice, changes: edit(set("handler.token", "{}")), phrase: "handler.token.rules"},
	{name: "no token rule in the list", slice: tokenSlice, changes: edit(set("handler.token.rules", "[]")), phrase: "handler.token.rules"},
	{name: "a token rule that is null", slice: tokenSlice, changes: edit(set("handler.token.rules", "[null]")), phrase: tokens},
	{name: "too many token rules", slice: tokenSlice, changes: edit(set("handler.token.rules", "["+many(65, "{deny: {summary: No.}}")+"]")), phrase: "Too many: 65: must have at most 64 items"},
	{name: "a token rule with a name that can't be", slice: tokenSlice, changes: edit(set(tokens+".name", "Patient")), phrase: badRuleName + "patient-id"},
	{name: "a token rule with a line break behind its name", slice: tokenSlice, changes: edit(set(tokens+".name", `"patient\n"`)), phrase: badRuleName + "patient-id"},
	{name: "a token rule with an empty name", slice: tokenSlice, changes: edit(set(tokens+".name", `""`)), phrase: tokens + ".name"},
	{name: "a token rule with a name that is too long", slice: tokenSlice, changes: edit(set(tokens+".name", strings.Repeat("a", 64))), phrase: "-"},
	{name: "an empty condition of a token rule", slice: tokenSlice, changes: edit(set(tokens+".when", `""`)), phrase: tokens + ".when"},
	{name: "a condition of a token rule that is too long", slice: tokenSlice, changes: edit(set(tokens+".when", long(4097))), phrase: "Too long: may not be more than 4096"},
	{name: "a token rule that does nothing", slice: tokenSlice, changes: edit(unset(access)), phrase: badTokenRule},
	{name: "a token rule that changes and denies", slice: tokenSlice, changes: edit(set(tokens+".deny.summary", "No.")), phrase: badTokenRule},
	{name: "no change of a token in the list", slice: tokenSlice, changes: edit(set(access, "[]")), phrase: access},
	{name: "no change of the ID token beside a denial", slice: tokenSlice, changes: edit(set(tokens, "{idToken: [], deny: {summary: No.}}")), phrase: tokens + ".idToken"},
	{name: "a change of a token that is null", slice: tokenSlice, changes: edit(set(access, "[null]")), phrase: access + "[0]"},
	{name: "too many changes of a token", slice: tokenSlice, changes: edit(set(access, "["+many(65, "{op: remove, claim: a#}")+"]")), phrase: "Too many: 65: must have at most 64 items"},
	{name: "an operation in capitals", slice: tokenSlice, changes: edit(set(access, "[{op: Add, claim: a, value: a}]")), phrase: "Unsupported value"},
	{name: "an operation of JSON Patch that Okta has not", slice: tokenSlice, changes: edit(set(access, "[{op: move, claim: a, value: a}]")), phrase: "Unsupported value"},
	{name: "no operation", slice: tokenSlice, changes: edit(set(access, "[{claim: a, value: a}]")), phrase: access + "[0].op"},
	{name: "a change of no place", slice: tokenSlice, changes: edit(set(access, "[{op: add, value: a}]")), phrase: badTokenPlace},
	{name: "a change of two places", slice: tokenSlice, changes: edit(set(access, "[{op: add, claim: a, path: /claims/a, value: a}]")), phrase: badTokenPlace},
	{name: "an empty path", slice: tokenSlice, changes: edit(set(access, `[{op: add, path: "", value: a}]`)), phrase: access + "[0].path"},
	{name: "an empty claim", slice: tokenSlice, changes: edit(set(access, `[{op: add, claim: "", value: a}]`)), phrase: access + "[0].claim"},
	{name: "a path that is too long for a token", slice: tokenSlice, changes: edit(set(access, "[{op: add, path: "+long(1025)+", value: a}]")), phrase: "Too long: may not be more than 1024"},
	{name: "a claim that is too long", slice: tokenSlice, changes: edit(set(access, "[{op: add, claim: "+long(1025)+", value: a}]")), phrase: "Too long: may not be more than 1024"},
	{name: "nothing to add", slice: tokenSlice, changes: edit(set(access, "[{op: add, claim: a}]")), phrase: badTokenValue},
	{name: "null to add", slice: tokenSlice, changes: edit(set(access, "[{op: add, claim: a, value: null}]")), phrase: badTokenValue},
	{name: "nothing to put in its place", slice: tokenSlice, changes: edit(set(access, "[{op: replace, claim: a}]")), phrase: badTokenValue},
	{name: "something to take out", slice: tokenSlice, changes: edit(set(access, "[{op: remove, claim: a, value: a}]")), phrase: badTokenValue},
	{name: "a value that is empty", slice: tokenSlice, changes: edit(set(access, `[{op: add, claim: a, value: ""}]`)), phrase: access + "[0].value"},
	{name: "a value that is a number to YAML", slice: tokenSlice, changes: edit(set(access, "[{op: replace, path: /token/lifetime/expiration, value: 3600}]")), phrase: access + "[0].value"},
	{name: "a value that is too long", slice: tokenSlice, changes: edit(set(access, "[{op: add, claim: a, value: "+long(4097)+"}]")), phrase: "Too long: may not be more than 4096"},
	{name: "a denied token without summary", slice: tokenSlice, changes: edit(set(tokens, "{deny: {}}")), phrase: tokens + ".deny.summary"},
	{name: "a denied token with an empty summary", slice: tokenSlice, changes: edit(set(tokens, `{deny: {summary: ""}}`)), phrase: tokens + ".deny.summary"},
	{name: "a denied token with a summary that is too long", slice: tokenSlice, changes: edit(set(tokens, "{deny: {summary: "+long(1025)+"}}")), phrase: "Too long: may not be more than 1024"},
	{name: "a denied token with a reason", slice: tokenSlice, changes: edit(set(tokens, "{deny: {summary: No., reason: A}}")), phrase: tokens + ".deny.reason"},

	{name: "a type for another handler than saml", slice: samlSlice, changes: edit(set("type", "Token")), phrase: "answers hooks of type SAMLAssertion; write type: SAMLAssertion or another handler"},
	{name: "no SAML rule in the list", slice: samlSlice, changes: edit(set("handler.saml.rules", "[]")), phrase: "handler.saml.rules"},
	{name: "too many SAML rules", slice: samlSlice, changes: edit(set("handler.saml.rules", "["+many(65, "{deny: {summary: No.}}")+"]")), phrase: "Too many: 65: must have at most 64 items"},
	{name: "a SAML rule with a name that can't be", slice: samlSlice, changes: edit(set(assertions+".name", "Role")), phrase: badRuleName + "payroll-role"},
	{name: "an empty condition of a SAML rule", slice: samlSlice, changes: edit(set(assertions+".when", `""`)), phrase: assertions + ".when"},
	{name: "a condition of a SAML rule that is too long", slice: samlSlice, changes: edit(set(assertions+".when", long(4097))), phrase: "Too long: may not be more than 4096"},
	{name: "a SAML rule that does nothing", slice: samlSlice, changes: edit(unset(statements)), phrase: "takes exactly one of assertion and deny: {summary: ...}"},
	{name: "a SAML rule that changes and denies", slice: samlSlice, changes: edit(set(assertions+".deny.summary", "No.")), phrase: "takes exactly one of assertion and deny: {summary: ...}"},
	{name: "no change of an assertion in the list", slice: samlSlice, changes: edit(set(statements, "[]")), phrase: statements},
	{name: "too many changes of an assertion", slice: samlSlice, changes: edit(set(statements, "["+many(65, "{op: add, claim: a#, value: a}")+"]")), phrase: "Too many: 65: must have at most 64 items"},
	{name: "something taken out of an assertion", slice: samlSlice, changes: edit(set(statements, "[{op: remove, claim: a, value: a}]")), phrase: "Unsupported value"},
	{name: "an assertion changed at no place", slice: samlSlice, changes: edit(set(statements, "[{op: add, value: a}]")), phrase: badSAMLPlace},
	{name: "an assertion changed at two places", slice: samlSlice, changes: edit(set(statements, "[{op: add, claim: a, path: /claims/a, value: a}]")), phrase: badSAMLPlace},
	{name: "an assertion changed without value", slice: samlSlice, changes: edit(set(statements, "[{op: add, claim: a}]")), phrase: statements + "[0].value"},
	{name: "an assertion changed to an empty value", slice: samlSlice, changes: edit(set(statements, `[{op: add, claim: a, value: ""}]`)), phrase: statements + "[0].value"},
	{name: "an assertion changed to a value that is too long", slice: samlSlice, changes: edit(set(statements, "[{op: add, claim: a, value: "+long(4097)+"}]")), phrase: "Too long: may not be more than 4096"},
	{name: "an attribute statement with a name that is too long", slice: samlSlice, changes: edit(set(statements, "[{op: add, claim: "+long(1025)+", value: a}]")), phrase: "Too long: may not be more than 1024"},
	{name: "a path that is too long for an assertion", slice: samlSlice, changes: edit(set(statements, "[{op: add, path: "+long(1025)+", value: a}]")), phrase: "Too long: may not be more than 1024"},
	{name: "a name format by its URN", slice: samlSlice, changes: edit(set(statements+"[0].nameFormat", "urn:oasis:names:tc:SAML:2.0:attrname-format:basic")), phrase: "Unsupported value"},
	{name: "an empty name format", slice: samlSlice, changes: edit(set(statements+"[0].nameFormat", `""`)), phrase: statements + "[0].nameFormat"},
	{name: "a name format for a path", slice: samlSlice, changes: edit(set(statements, "[{op: add, path: /claims/a, nameFormat: Basic, value: a}]")),
		phrase: "goes with claim: it says how the name of an attribute statement is to be read"},
	{name: "a refused sign-on without summary", slice: samlSlice, changes: edit(set(assertions, "{deny: {}}")), phrase: assertions + ".deny.summary"},
}

var importsThatAreTaken = []verdictCase{
	{name: "an imported attribute", slice: importSlice},
	{name: "an import rule with all that it may have", slice: importSlice, changes: edit(
		set(imports, `{name: a-1, when: "true", profile: {"a b": a}, appProfile: {a: b, password: c}, action: LinkUser, user: appUser.oktaId}`))},
	{name: "a new user and nothing else", slice: importSlice, changes: edit(set(imports, "{action: CreateUser}"))},
	{name: "an import rule where null is the same as leaving it out", slice: importSlice, changes: edit(
		set(imports+".name", "null"), set(imports+".when", "null"), set(imports+".appProfile", "null"), set(imports+".action", "null"), set(imports+".user", "null"))},
	{name: "the longest texts of an import rule", slice: importSlice, changes: edit(
		set(imports, "{name: "+strings.Repeat("a", 63)+", when: "+long(4096)+", profile: {a: "+long(4096)+"}, appProfile: {a: "+long(4096)+"}, action: LinkUser, user: "+long(4096)+"}"))},
	{name: "as many import rules as there may be", slice: importSlice, changes: edit(set("handler.userImport.rules", "["+many(64, "{action: CreateUser}")+"]"))},
	{name: "as many imported attributes as there may be", slice: importSlice, changes: edit(
		set(imports, "{profile: {"+many(64, "a#: b")+"}, appProfile: {"+many(64, "a#: b")+"}}"))},
}

var importsThatAreRefused = []verdictCase{
	{name: "a type for another handler than userImport", slice: importSlice, changes: edit(set("type", "Registration")), phrase: "answers hooks of type UserImport; write type: UserImport or another handler"},
	{name: "no import rule in the list", slice: importSlice, changes: edit(set("handler.userImport.rules", "[]")), phrase: "handler.userImport.rules"},
	{name: "an import rule that is null", slice: importSlice, changes: edit(set("handler.userImport.rules", "[null]")), phrase: imports},
	{name: "too many import rules", slice: importSlice, changes: edit(set("handler.userImport.rules", "["+many(65, "{action: CreateUser}")+"]")), phrase: "Too many: 65: must have at most 64 items"},
	{name: "an import rule with a name that can't be", slice: importSlice, changes: edit(set(imports+".name", "Finance")), phrase: badRuleName + "finance"},
	{name: "an empty condition of an import rule", slice: importSlice, changes: edit(set(imports+".when", `""`)), phrase: imports + ".when"},
	{name: "a condition of an import rule that is too long", slice: importSlice, changes: edit(set(imports+".when", long(4097))), phrase: "Too long: may not be more than 4096"},
	{name: "an import rule that does nothing", slice: importSlice, changes: edit(unset(imports + ".profile")), phrase: "needs profile, appProfile or action"},
	{name: "an import rule that denies", slice: importSlice, changes: edit(set(imports+".deny", "{summary: No.}")), phrase: imports + ".deny"},
	{name: "an action by Okta's name", slice: importSlice, changes: edit(set(imports+".action", "CREATE_USER")), phrase: "Unsupported value"},
	{name: "an empty action", slice: importSlice, changes: edit(set(imports+".action", `""`)), phrase: imports + ".action"},
	{name: "a link to nobody", slice: importSlice, changes: edit(set(imports+".action", "LinkUser")), phrase: badLink},
	{name: "a new user who is somebody", slice: importSlice, changes: edit(set(imports+".action", "CreateUser"), set(imports+".user", "appUser.id")), phrase: badLink},
	{name: "somebody without action", slice: importSlice, changes: edit(set(imports+".user", "appUser.id")), phrase: badLink},
	{name: "an empty user to link to", slice: importSlice, changes: edit(set(imports+".action", "LinkUser"), set(imports+".user", `""`)), phrase: imports + ".user"},
	{name: "a user to link to that is too long", slice: importSlice, changes: edit(set(imports+".action", "LinkUser"), set(imports+".user", long(4097))), phrase: "Too long: may not be more than 4096"},
	{name: "an imported password", slice: importSlice, changes: edit(set(imports+".profile", "{password: appUser.password}")), phrase: "Okta lets no hook do that; leave it out"},
	{name: "an imported password in capitals", slice: importSlice, changes: edit(set(imports+".profile", "{PassWord: appUser.password}")), phrase: "Okta lets no hook do that; leave it out"},
	{name: "an imported attribute without a name", slice: importSlice, changes: edit(set(imports+".profile", `{"": a}`)), phrase: "has an attribute without a name"},
	{name: "an imported attribute of the app without a name", slice: importSlice, changes: edit(set(imports+".appProfile", `{"": a}`)), phrase: "has an attribute without a name"},
	{name: "no imported attribute", slice: importSlice, changes: edit(set(imports+".profile", "{}")), phrase: imports + ".profile"},
	{name: "no imported attribute of the app", slice: importSlice, changes: edit(set(imports+".appProfile", "{}")), phrase: imports + ".appProfile"},
	{name: "an imported attribute with an empty value", slice: importSlice, changes: edit(set(imports+".appProfile", `{a: ""}`)), phrase: imports + ".appProfile"},
	{name: "an imported attribute that is null", slice: importSlice, changes: edit(set(imports+".appProfile", "{a: null}")), phrase: "-"},
	{name: "an imported attribute that is no text", slice: importSlice, changes: edit(set(imports+".profile", "{a: 1}")), phrase: imports + ".profile"},
	{name: "an imported attribute with a value that is too long", slice: importSlice, changes: edit(set(imports+".profile", "{a: "+long(4097)+"}")), phrase: "Too long: may not be more than 4096"},
	{name: "too many imported attributes", slice: importSlice, changes: edit(set(imports+".profile", "{"+many(65, "a#: b")+"}")), phrase: "Too many: 65: must have at most 64 items"},
	{name: "too many imported attributes of the app", slice: importSlice, changes: edit(set(imports+".appProfile", "{"+many(65, "a#: b")+"}")), phrase: "Too many: 65: must have at most 64 items"},
}
