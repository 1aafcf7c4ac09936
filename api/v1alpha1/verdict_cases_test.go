package v1alpha1_test

import (
	"fmt"
	"strings"
)

const (
	rule   = "handler.registration.rules[0]"
	store  = "handler.passwordImport.userStore"
	digest = store + ".sql.digest"
)

// long is a text of n characters that take two bytes each: lengths are counted in characters.
func long(n int) string { return `"` + strings.Repeat("é", n) + `"` }

// many is a list or mapping of n items in YAML's flow style.
func many(n int, item string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = strings.ReplaceAll(item, "#", fmt.Sprint(i))
	}
	return strings.Join(items, ", ")
}

func edit(changes ...change) []change { return changes }

var slicesThatAreTaken = []verdictCase{
	{name: "a rule that allows everybody", slice: registrationSlice},
	{name: "a rule that denies everybody", slice: denyingSlice},
	{name: "a file of users", slice: staticSlice},
	{name: "a database", slice: sqlSlice},
	{name: "a service elsewhere that Okta proves nothing to", slice: externalSlice},
	{name: "null is the same as leaving it out", slice: registrationSlice, changes: edit(
		set("authentication", "null"), set(rule+".deny", "null"), set("handler.external", "null"), set(rule+".when", "null"))},

	{name: "the path with all that it may have", slice: registrationSlice, changes: edit(set("path", "/a-Z/0.9_~/.well-known/..a/"))},
	{name: "the root as path", slice: registrationSlice, changes: edit(set("path", "/"))},
	{name: "the longest path", slice: registrationSlice, changes: edit(set("path", "/"+strings.Repeat("a", 511)))},

	{name: "no authentication method leaves the default", slice: registrationSlice, changes: edit(set("authentication", "{}"))},
	{name: "a header of one's own name", slice: registrationSlice, changes: edit(set("authentication", "{header: {name: X-Hook-Secret}}"))},
	{name: "a header with one's own secret", slice: registrationSlice, changes: edit(
		set("authentication", "{header: {secretKeyRef: {name: hook.secret-1, key: a-Z_0.9}}}"))},
	{name: "basic authentication", slice: registrationSlice, changes: edit(set("authentication", "{basic: {secretRef: {name: hook-basic}}}"))},
	{name: "the shortest rotation", slice: registrationSlice, changes: edit(set("authentication", "{rotation: {interval: 1h}}"))},
	{name: "the longest rotation", slice: registrationSlice, changes: edit(set("authentication", "{header: {}, rotation: {interval: 8760h}}"))},
	{name: "a rotation in mixed units", slice: registrationSlice, changes: edit(set("authentication", "{rotation: {interval: 1h30m0.5s}}"))},

	{name: "the shortest timeout", slice: staticSlice, changes: edit(set("handler.passwordImport.timeout", "10ms"))},
	{name: "the longest timeout", slice: staticSlice, changes: edit(set("handler.passwordImport.timeout", "2500ms"))},
	{name: "a timeout with a fraction", slice: staticSlice, changes: edit(set("handler.passwordImport.timeout", "1.5s"))},
	{name: "a timeout with a sign and a bare fraction", slice: staticSlice, changes: edit(set("handler.passwordImport.timeout", `"+.5s"`))},
	{name: "a timeout in microseconds", slice: staticSlice, changes: edit(set("handler.passwordImport.timeout", "20000us"))},
	{name: "a timeout in microseconds with a Greek letter", slice: staticSlice, changes: edit(set("handler.passwordImport.timeout", "20000µs"))},
	{name: "the longest user name expression", slice: staticSlice, changes: edit(set("handler.passwordImport.username", long(4096)))},

	{name: "digests that describe themselves", slice: sqlSlice, changes: edit(set(digest, "{format: Auto}"))},
	{name: "digests that say nothing, which is Auto", slice: sqlSlice, changes: edit(set(digest, "{}"))},
	{name: "digests with salt", slice: sqlSlice, changes: edit(
		set(digest, "{format: SHA512, saltColumn: salt, saltOrder: Prefix, encoding: Hex}"))},
	{name: "digests with salt behind", slice: sqlSlice, changes: edit(
		set(digest, "{format: MD5, saltColumn: salt, saltOrder: Postfix, encoding: Base64}"))},
	{name: "digests without salt", slice: sqlSlice, changes: edit(set(digest, "{format: SHA1, encoding: Hex}"))},
	{name: "the longest name of a salt column", slice: sqlSlice, changes: edit(set(digest, "{format: SHA256, saltColumn: "+long(128)+"}"))},
	{name: "the longest query", slice: sqlSlice, changes: edit(set(store+".sql.query", `"$1`+long(4094)[1:]))},

	{name: "domains alone", slice: registrationSlice, changes: edit(
		set("handler.registration", "{allowedEmailDomains: [example.com, xn--bcher-kva.example]}"))},
	{name: "as many domains as there may be", slice: registrationSlice, changes: edit(
		set("handler.registration", "{allowedEmailDomains: ["+many(256, "d#.example")+"]}"))},
	{name: "domains, and nobody else", slice: registrationSlice, changes: edit(
		set("handler.registration", "{allowedEmailDomains: [example.com], default: Deny, message: Use your work address.}"))},
	{name: "the default alone", slice: registrationSlice, changes: edit(set("handler.registration", "{default: Deny}"))},
	{name: "the longest message", slice: registrationSlice, changes: edit(set("handler.registration.message", long(1024)))},
	{name: "as many rules as there may be", slice: registrationSlice, changes: edit(
		set("handler.registration.rules", "["+many(64, "{name: rule-#, allow: {}}")+"]"))},
	{name: "a rule with all that allows", slice: registrationSlice, changes: edit(
		set(rule, `{name: a-1, requestTypes: [SelfService, ProgressiveProfile], when: "true", allow: {}, profile: {userType: "'partner'", "a b": user.login}}`))},
	{name: "a rule with all that denies", slice: denyingSlice, changes: edit(
		set(rule+".deny", "{summary: No., reason: NOT_NOW, location: data.userProfile.email}"))},
	{name: "a denial of an update", slice: denyingSlice, changes: edit(set(rule+".deny.location", "data.userProfileUpdate.employeeNumber"))},
	{name: "the longest condition", slice: registrationSlice, changes: edit(set(rule+".when", long(4096)))},
	{name: "the longest summary, reason and location", slice: denyingSlice, changes: edit(
		set(rule+".deny.summary", long(1024)), set(rule+".deny.reason", long(128)),
		set(rule+".deny.location", `"data.userProfile.`+long(239)[1:]))},
	{name: "the longest name of a rule", slice: registrationSlice, changes: edit(set(rule+".name", strings.Repeat("a", 63)))},
	{name: "as many attributes as there may be", slice: registrationSlice, changes: edit(set(rule+".profile", "{"+many(64, "a#: user.a#")+"}"))},
	{name: "the longest value of an attribute", slice: registrationSlice, changes: edit(set(rule+".profile", "{a: "+long(4096)+"}"))},

	{name: "a service elsewhere with a header", slice: externalSlice, changes: edit(
		set("authentication", "{header: {secretKeyRef: {name: token-hook, key: secret}}}"))},
	{name: "a service elsewhere with a user name and password", slice: externalSlice, changes: edit(
		set("authentication", "{basic: {secretRef: {name: hook-basic}}}"))},
	{name: "a service elsewhere with port and query", slice: externalSlice, changes: edit(set("handler.external.url", "https://existing.example:8443/hook?a=b"))},
	{name: "a service elsewhere for telephony", slice: externalSlice, changes: edit(
		set("type", "Telephony"), set("authentication", "{header: {secretKeyRef: {name: sms, key: secret}}}"))},
	{name: "a service elsewhere for SAML", slice: externalSlice, changes: edit(set("type", "SAMLAssertion"))},
	{name: "a service elsewhere for imports", slice: externalSlice, changes: edit(set("type", "UserImport"))},
}

const (
	badPath       = "must start with / and have only letters, digits and -._~/ in it, without empty or dot segments, such as /identity/legacy-passwords"
	badSecretName = "must be the name of a Secret: lower-case letters, digits, - and ., such as "
	badKey        = "must be a key of a Secret: letters, digits, -, _ and ., such as token"
	badRotation   = "must be a duration from 1h to 8760h, such as 720h"
	badTimeout    = "must be a duration from 10ms to 2500ms, such as 2s"
	badExternal   = "without white space or fragment, such as https://existing.example/hook: Okta calls nothing else"
	reserved      = "is a header that Okta, HTTP or Hookline uses itself; write another, such as Authorization or X-Hook-Secret"
	ownSecret     = "is for secrets that the manager generates; leave rotation or the reference to your own Secret out"
)

// Type, path and authentication.
var slicesThatAreRefused = []verdictCase{
	{name: "a type that there is not", slice: registrationSlice, changes: edit(set("type", "registration")), phrase: "Unsupported value"},
	{name: "no type", slice: registrationSlice, changes: edit(unset("type")), phrase: "-"},
	{name: "a type for another handler than registration", slice: registrationSlice, changes: edit(set("type", "Token")),
		phrase: "answers hooks of type Registration; write type: Registration or another handler"},
	{name: "a type for another handler than passwordImport", slice: staticSlice, changes: edit(set("type", "Registration")),
		phrase: "answers hooks of type PasswordImport; write type: PasswordImport or another handler"},
	{name: "a field that there is not", slice: registrationSlice, changes: edit(set("handler.registration.rule", "[]")), phrase: "handler.registration.rule"},

	{name: "a path without slash", slice: registrationSlice, changes: edit(set("path", "hooks")), phrase: badPath},
	{name: "a path with a query", slice: registrationSlice, changes: edit(set("path", "/hooks?a=b")), phrase: badPath},
	{name: "a path with an empty segment", slice: registrationSlice, changes: edit(set("path", "/a//b")), phrase: badPath},
	{name: "a path with a dot segment inside", slice: registrationSlice, changes: edit(set("path", "/a/../b")), phrase: badPath},
	{name: "a path with a dot segment at the end", slice: registrationSlice, changes: edit(set("path", "/a/.")), phrase: badPath},
	{name: "a path that is too long", slice: registrationSlice, changes: edit(set("path", "/"+strings.Repeat("a", 512))), phrase: "Too long: may not be more than 512"},

	{name: "header and basic", slice: registrationSlice, changes: edit(set("authentication", "{header: {}, basic: {secretRef: {name: hook-basic}}}")),
		phrase: "takes one of header and basic, not both"},
	{name: "a header name with a colon", slice: registrationSlice, changes: edit(set("authentication", "{header: {name: 'X-Secret:'}}")), phrase: "must be a header name of"},
	{name: "a header name that is too long", slice: registrationSlice, changes: edit(set("authentication.header.name", strings.Repeat("X", 65))), phrase: "Too long: may not be more than 64"},
	{name: "a header that HTTP uses", slice: registrationSlice, changes: edit(set("authentication.header.name", "Host")), phrase: reserved},
	{name: "a header that Hookline uses, in any case", slice: registrationSlice, changes: edit(set("authentication.header.name", "x-HOOKLINE-probe")), phrase: reserved},
	{name: "a Secret that can't exist", slice: registrationSlice, changes: edit(set("authentication.header.secretKeyRef", "{name: Hook_Secret, key: a}")), phrase: badSecretName},
	{name: "a Secret with too long a name", slice: registrationSlice, changes: edit(
		set("authentication.header.secretKeyRef", "{name: "+strings.Repeat("a", 254)+", key: a}")), phrase: "-"},
	{name: "a key that can't exist", slice: registrationSlice, changes: edit(set("authentication.header.secretKeyRef", "{name: a, key: a/b}")), phrase: badKey},
	{name: "a key that is too long", slice: registrationSlice, changes: edit(
		set("authentication.header.secretKeyRef", "{name: a, key: "+strings.Repeat("a", 254)+"}")), phrase: "-"},
	{name: "a key that leads up", slice: registrationSlice, changes: edit(set("authentication.header.secretKeyRef", "{name: a, key: ..}")), phrase: badKey},
	{name: "a key that is missing", slice: registrationSlice, changes: edit(set("authentication.header.secretKeyRef", "{name: a}")), phrase: "authentication.header.secretKeyRef.key"},
	{name: "a basic Secret that can't exist", slice: registrationSlice, changes: edit(set("authentication", "{basic: {secretRef: {name: a/b}}}")), phrase: badSecretName},
	{name: "a basic Secret without name", slice: registrationSlice, changes: edit(set("authentication", "{basic: {}}")), phrase: "authentication.basic.secretRef"},

	{name: "a rotation without interval", slice: registrationSlice, changes: edit(set("authentication", "{rotation: {}}")), phrase: "authentication.rotation.interval"},
	{name: "a rotation of one's own header", slice: registrationSlice, changes: edit(
		set("authentication", "{header: {secretKeyRef: {name: a, key: b}}, rotation: {interval: 24h}}")), phrase: ownSecret},
	{name: "a rotation of one's own password", slice: registrationSlice, changes: edit(
		set("authentication", "{basic: {secretRef: {name: a}}, rotation: {interval: 24h}}")), phrase: ownSecret},
	{name: "a rotation that is too quick", slice: registrationSlice, changes: edit(set("authentication.rotation.interval", "59m59s")), phrase: badRotation},
	{name: "a rotation that is too slow", slice: registrationSlice, changes: edit(set("authentication.rotation.interval", "8761h")), phrase: badRotation},
	{name: "a rotation in days", slice: registrationSlice, changes: edit(set("authentication.rotation.interval", "30d")), phrase: "authentication.rotation.interval"},
	{name: "a rotation longer than there are numbers", slice: registrationSlice, changes: edit(set("authentication.rotation.interval", "99999999999999999999h")), phrase: "authentication.rotation.interval"},
	{name: "a rotation backwards", slice: registrationSlice, changes: edit(set("authentication.rotation.interval", "-24h")), phrase: badRotation},

	{name: "a service elsewhere over http", slice: externalSlice, changes: edit(set("handler.external.url", "http://existing.example/hook")), phrase: badExternal},
	{name: "a service elsewhere with too long an address", slice: externalSlice, changes: edit(
		set("handler.external.url", "https://existing.example/"+strings.Repeat("a", 1000))), phrase: "-"},
	{name: "a service elsewhere with a generated header", slice: externalSlice, changes: edit(set("authentication", "{header: {name: X-Secret}}")),
		phrase: "name it with authentication.header.secretKeyRef or authentication.basic.secretRef, or leave authentication out"},
	{name: "a service elsewhere with a rotation", slice: externalSlice, changes: edit(set("authentication", "{rotation: {interval: 24h}}")),
		phrase: "name it with authentication.header.secretKeyRef or authentication.basic.secretRef, or leave authentication out"},
	{name: "a telephony service elsewhere without secret", slice: externalSlice, changes: edit(set("type", "Telephony")),
		phrase: "Okta takes telephony hooks with a secret only: name it with authentication.header.secretKeyRef"},
}

// handler, passwordImport and registration. The other handlers have files of their own.
var handlersThatAreRefused = []verdictCase{
	{name: "no handler", slice: registrationSlice, changes: edit(set("handler", "{}")), phrase: "takes exactly one of passwordImport, registration, telephony, token, saml, userImport and external"},
	{name: "two handlers", slice: registrationSlice, changes: edit(set("handler.external.url", "https://existing.example/hook"), unset("path")),
		phrase: "takes exactly one of passwordImport, registration, telephony, token, saml, userImport and external"},

	{name: "no store", slice: staticSlice, changes: edit(set(store, "{}")), phrase: "takes exactly one of static and sql"},
	{name: "two stores", slice: sqlSlice, changes: edit(set(store+".static.secretKeyRef", "{name: a, key: b}")), phrase: "takes exactly one of static and sql"},
	{name: "a file of users without key", slice: staticSlice, changes: edit(set(store+".static.secretKeyRef", "{name: a}")), phrase: store + ".static.secretKeyRef.key"},
	{name: "an empty user name expression", slice: staticSlice, changes: edit(set("handler.passwordImport.username", `""`)), phrase: "handler.passwordImport.username"},
	{name: "a user name expression that is too long", slice: staticSlice, changes: edit(set("handler.passwordImport.username", long(4097))), phrase: "Too long: may not be more than 4096"},
	{name: "a timeout that is too short", slice: staticSlice, changes: edit(set("handler.passwordImport.timeout", "9ms")), phrase: badTimeout},
	{name: "a timeout that is too long", slice: staticSlice, changes: edit(set("handler.passwordImport.timeout", "2501ms")), phrase: badTimeout},
	{name: "a timeout without unit", slice: staticSlice, changes: edit(set("handler.passwordImport.timeout", `"2"`)), phrase: "handler.passwordImport.timeout"},
	{name: "a timeout that is a number", slice: staticSlice, changes: edit(set("handler.passwordImport.timeout", "2")), phrase: "handler.passwordImport.timeout"},

	{name: "a database of another kind", slice: sqlSlice, changes: edit(set(store+".sql.driver", "oracle")), phrase: "Unsupported value"},
	{name: "a dsn that stands in the manifest", slice: sqlSlice, changes: edit(set(store+".sql.dsn", "postgres://db")), phrase: "must be"},
	{name: "a dsn without key", slice: sqlSlice, changes: edit(set(store+".sql.dsn.secretKeyRef", "{name: a}")), phrase: store + ".sql.dsn.secretKeyRef.key"},
	{name: "a query without parameter", slice: sqlSlice, changes: edit(set(store+".sql.query", "SELECT 1")), phrase: "must use the user name as its parameter $1"},
	{name: "no query", slice: sqlSlice, changes: edit(unset(store + ".sql.query")), phrase: store + ".sql.query"},
	{name: "a query that is too long", slice: sqlSlice, changes: edit(set(store+".sql.query", `"$1`+long(4095)[1:])), phrase: "Too long: may not be more than 4096"},
	{name: "a digest that there is not", slice: sqlSlice, changes: edit(set(digest, "{format: sha256}")), phrase: "Unsupported value"},
	{name: "an empty digest format", slice: sqlSlice, changes: edit(set(digest, `{format: ""}`)), phrase: digest + ".format"},
	{name: "salt for a digest that describes itself", slice: sqlSlice, changes: edit(set(digest, "{format: Auto, saltColumn: salt}")), phrase: "go with a format that does not describe itself"},
	{name: "an encoding for a digest of no format", slice: sqlSlice, changes: edit(set(digest, "{encoding: Hex}")), phrase: "go with a format that does not describe itself"},
	{name: "an order without salt", slice: sqlSlice, changes: edit(set(digest, "{format: SHA256, saltOrder: Prefix}")), phrase: "goes with saltColumn: name the column that has the salt"},
	{name: "an order that there is not", slice: sqlSlice, changes: edit(set(digest, "{format: SHA256, saltColumn: s, saltOrder: First}")), phrase: "Unsupported value"},
	{name: "an encoding that there is not", slice: sqlSlice, changes: edit(set(digest, "{format: SHA256, encoding: Base32}")), phrase: "Unsupported value"},
	{name: "a salt column that is too long", slice: sqlSlice, changes: edit(set(digest, "{format: SHA256, saltColumn: "+long(129)+"}")), phrase: "Too long: may not be more than 128"},

	{name: "nothing that decides", slice: registrationSlice, changes: edit(set("handler.registration", "{message: No.}")), phrase: "needs rules, allowedEmailDomains or default"},
	{name: "a default that there is not", slice: registrationSlice, changes: edit(set("handler.registration.default", "Refuse")), phrase: "Unsupported value"},
	{name: "domains that have no effect", slice: registrationSlice, changes: edit(
		set("handler.registration", "{allowedEmailDomains: [example.com], default: Allow}")), phrase: "has no effect with default: Allow; write default: Deny or leave default out"},
	{name: "an address instead of a domain", slice: registrationSlice, changes: edit(set("handler.registration.allowedEmailDomains", "['@example.com']")), phrase: "lower-case domains without @ or *, such as example.com"},
	{name: "a domain in capitals", slice: registrationSlice, changes: edit(set("handler.registration.allowedEmailDomains", "[Example.com]")), phrase: "lower-case domains without @ or *, such as example.com"},
	{name: "a domain that stands twice", slice: registrationSlice, changes: edit(set("handler.registration.allowedEmailDomains", "[a.example, a.example]")), phrase: "Duplicate value"},
	{name: "no domain in the list", slice: registrationSlice, changes: edit(set("handler.registration.allowedEmailDomains", "[]")), phrase: "handler.registration.allowedEmailDomains"},
	{name: "too many domains", slice: registrationSlice, changes: edit(
		set("handler.registration.allowedEmailDomains", "["+many(257, "d#.example")+"]")), phrase: "Too many: 257: must have at most 256 items"},
	{name: "an empty message", slice: registrationSlice, changes: edit(set("handler.registration.message", `""`)), phrase: "handler.registration.message"},
	{name: "a message that is too long", slice: registrationSlice, changes: edit(set("handler.registration.message", long(1025))), phrase: "Too long: may not be more than 1024"},
	{name: "no rule in the list", slice: registrationSlice, changes: edit(set("handler.registration.rules", "[]")), phrase: "handler.registration.rules"},
	{name: "a rule that is null", slice: registrationSlice, changes: edit(set("handler.registration.rules", "[null]")), phrase: rule},
	{name: "too many rules", slice: registrationSlice, changes: edit(set("handler.registration.rules", "["+many(65, "{name: rule-#, allow: {}}")+"]")), phrase: "Too many: 65: must have at most 64 items"},

	{name: "a rule without name", slice: registrationSlice, changes: edit(unset(rule + ".name")), phrase: rule + ".name"},
	{name: "a rule name with an underscore", slice: registrationSlice, changes: edit(set(rule+".name", "sign_up")), phrase: "lower-case letters, digits and -, such as partner-sign-up"},
	{name: "a rule name that is too long", slice: registrationSlice, changes: edit(set(rule+".name", strings.Repeat("a", 64))), phrase: "-"},
	{name: "two rules of one name", slice: registrationSlice, changes: edit(set("handler.registration.rules", "[{name: a, allow: {}}, {name: a, allow: {}}]")), phrase: "Duplicate value"},
	{name: "a rule that does nothing", slice: registrationSlice, changes: edit(unset(rule + ".allow")), phrase: "takes exactly one of allow: {} and deny: {summary: ...}"},
	{name: "a rule that allows and denies", slice: registrationSlice, changes: edit(set(rule+".deny.summary", "No.")), phrase: "takes exactly one of allow: {} and deny: {summary: ...}"},
	{name: "a denial with attributes", slice: denyingSlice, changes: edit(set(rule+".profile", "{a: user.a}")), phrase: "goes with allow; leave it out of a rule that denies"},
	{name: "an empty condition", slice: registrationSlice, changes: edit(set(rule+".when", `""`)), phrase: rule + ".when"},
	{name: "a condition that is no text", slice: registrationSlice, changes: edit(set(rule+".when", "true")), phrase: rule + ".when"},
	{name: "a condition that is too long", slice: registrationSlice, changes: edit(set(rule+".when", long(4097))), phrase: "Too long: may not be more than 4096"},
	{name: "a request type that there is not", slice: registrationSlice, changes: edit(set(rule+".requestTypes", "[SignUp]")), phrase: "Unsupported value"},
	{name: "a request type that stands twice", slice: registrationSlice, changes: edit(set(rule+".requestTypes", "[SelfService, SelfService]")), phrase: "Duplicate value"},
	{name: "no request type in the list", slice: registrationSlice, changes: edit(set(rule+".requestTypes", "[]")), phrase: rule + ".requestTypes"},

	{name: "a password in the profile in capitals", slice: registrationSlice, changes: edit(set(rule+".profile", "{PASSWORD: user.a}")), phrase: "Okta lets no hook do that; leave it out"},
	{name: "an attribute without a name", slice: registrationSlice, changes: edit(set(rule+".profile", `{"": user.a}`)), phrase: "has an attribute without a name"},
	{name: "a password in the profile", slice: registrationSlice, changes: edit(set(rule+".profile", "{password: user.a}")), phrase: "Okta lets no hook do that; leave it out"},
	{name: "no attribute in the profile", slice: registrationSlice, changes: edit(set(rule+".profile", "{}")), phrase: rule + ".profile"},
	{name: "an attribute with an empty value", slice: registrationSlice, changes: edit(set(rule+".profile", `{a: ""}`)), phrase: rule + ".profile"},
	{name: "an attribute that is null", slice: registrationSlice, changes: edit(set(rule+".profile", `{a: null}`)), phrase: "-"},
	{name: "an attribute with a value that is too long", slice: registrationSlice, changes: edit(set(rule+".profile", "{a: "+long(4097)+"}")), phrase: "Too long: may not be more than 4096"},
	{name: "too many attributes", slice: registrationSlice, changes: edit(set(rule+".profile", "{"+many(65, "a#: user.a#")+"}")), phrase: "Too many: 65: must have at most 64 items"},

	{name: "a denial without summary", slice: denyingSlice, changes: edit(set(rule+".deny", "{}")), phrase: rule + ".deny.summary"},
	{name: "a denial with an empty summary", slice: denyingSlice, changes: edit(set(rule+".deny.summary", `""`)), phrase: rule + ".deny.summary"},
	{name: "a summary that is too long", slice: denyingSlice, changes: edit(set(rule+".deny.summary", long(1025))), phrase: "Too long: may not be more than 1024"},
	{name: "an empty reason", slice: denyingSlice, changes: edit(set(rule+".deny.reason", `""`)), phrase: rule + ".deny.reason"},
	{name: "a reason that is too long", slice: denyingSlice, changes: edit(set(rule+".deny.reason", long(129))), phrase: "Too long: may not be more than 128"},
	{name: "a location elsewhere", slice: denyingSlice, changes: edit(set(rule+".deny.location", "email")), phrase: "must name a submitted attribute, such as data.userProfile.email"},
	{name: "a location that is too long", slice: denyingSlice, changes: edit(
		set(rule+".deny.location", `"data.userProfile.`+long(240)[1:])), phrase: "Too long: may not be more than 256"},
}
