package v1alpha1_test

// The same fields are held to what the runtime says of them in verdict_test.go, with more cases.
const (
	regRule   = "spec.handler.registration.rules[0]"
	allowRule = "[{name: first, allow: {}}]"
	denyRule  = "[{name: first, deny: {summary: Not today.}}]"
	userStore = "spec.handler.passwordImport.userStore"
)

// handlerRules are the rules of handler, external, passwordImport and registration. The other handlers have files of their own.
var handlerRules = []ruleCases{
	{
		at: "spec.handler", base: smallHook,
		says:  "handler takes exactly one of passwordImport, registration, telephony, token, saml, userImport and external",
		takes: map[string][]change{"one": nil},
		refuses: map[string][]change{
			"none": edit(set("spec.handler", "{}")), "two": edit(set("spec.handler.external.url", "https://existing.example/hook")),
			"two for different types": edit(set("spec.handler.userImport", "{rules: [{action: CreateUser}]}")),
		},
	}, {
		at: "spec.handler.external.url", base: smallExternalHook,
		says:    "url must be an https address with a host and without white space or fragment, such as https://existing.example/hook: Okta calls nothing else",
		takes:   map[string][]change{"a query": edit(set("spec.handler.external.url", "https://existing.example:8443/hook?code=1"))},
		refuses: map[string][]change{"http": edit(set("spec.handler.external.url", "http://existing.example/hook")), "a fragment": edit(set("spec.handler.external.url", "https://existing.example/#a"))},
	}, {
		at: "spec.handler.passwordImport.timeout", base: smallPasswordHook,
		says: "timeout must be a duration from 10ms to 2500ms, such as 2s",
		takes: map[string][]change{
			"the shortest": edit(set("spec.handler.passwordImport.timeout", "10ms")), "the longest": edit(set("spec.handler.passwordImport.timeout", "2500ms")),
			"a fraction": edit(set("spec.handler.passwordImport.timeout", "1.5s")),
		},
		refuses: map[string][]change{
			"longer than Okta waits": edit(set("spec.handler.passwordImport.timeout", "5s")), "too short": edit(set("spec.handler.passwordImport.timeout", "9ms")),
			"words": edit(set("spec.handler.passwordImport.timeout", "2 seconds")),
		},
	}, {
		at: userStore, base: smallPasswordHook,
		says:    "userStore takes exactly one of static and sql",
		takes:   map[string][]change{"one": nil},
		refuses: map[string][]change{"none": edit(set(userStore, "{}")), "two": edit(set(userStore+".sql", "{driver: postgres, dsn: {secretKeyRef: {name: a, key: b}}, query: SELECT $1}"))},
	},
	secretName(userStore+".static.secretKeyRef.name", smallPasswordHook),
	secretKey(userStore+".static.secretKeyRef.key", smallPasswordHook),
	secretName(userStore+".sql.dsn.secretKeyRef.name", smallSQLHook),
	secretKey(userStore+".sql.dsn.secretKeyRef.key", smallSQLHook),
	{
		at: userStore + ".sql.query", base: smallSQLHook,
		says:    "query must use the user name as its parameter $1, such as SELECT password_hash FROM users WHERE lower(email) = lower($1)",
		takes:   map[string][]change{"$1 twice": edit(set(userStore+".sql.query", "SELECT h FROM u WHERE a = $1 OR b = $1"))},
		refuses: map[string][]change{"a question mark": edit(set(userStore+".sql.query", "SELECT h FROM u WHERE a = ?"))},
	}, {
		at: userStore + ".sql.digest", base: smallSQLHook,
		says: "digest.saltColumn, saltOrder and encoding go with a format that does not describe itself (SHA512, SHA256, SHA1, MD5); leave them out with format: Auto",
		takes: map[string][]change{
			"a format with all": edit(set(userStore+".sql.digest", "{format: SHA256, saltColumn: salt, saltOrder: Postfix, encoding: Base64}")),
			"Auto alone":        edit(set(userStore+".sql.digest", "{format: Auto}")),
		},
		refuses: map[string][]change{
			"salt with Auto": edit(set(userStore+".sql.digest", "{format: Auto, saltColumn: salt}")), "salt without format": edit(set(userStore+".sql.digest", "{saltColumn: salt}")),
			"an encoding with Auto": edit(set(userStore+".sql.digest", "{format: Auto, encoding: Hex}")),
		},
	}, {
		at: userStore + ".sql.digest", base: smallSQLHook,
		says:    "digest.saltOrder goes with saltColumn: name the column that has the salt",
		takes:   map[string][]change{"a column without order": edit(set(userStore+".sql.digest", "{format: SHA256, saltColumn: salt}"))},
		refuses: map[string][]change{"an order without column": edit(set(userStore+".sql.digest", "{format: SHA256, saltOrder: Prefix}"))},
	}, {
		at: "spec.handler.registration", base: smallHook,
		says: "registration needs rules, allowedEmailDomains or default; as it is, it would refuse everybody",
		takes: map[string][]change{
			"rules": edit(set("spec.handler.registration", "{rules: "+allowRule+"}")), "domains": edit(set("spec.handler.registration", "{allowedEmailDomains: [example.com]}")),
			"refusing everybody, said out loud": edit(set("spec.handler.registration", "{default: Deny}")),
		},
		refuses: map[string][]change{"nothing": edit(set("spec.handler.registration", "{}")), "a message alone": edit(set("spec.handler.registration", "{message: No.}"))},
	}, {
		at: "spec.handler.registration", base: smallHook,
		says: "allowedEmailDomains has no effect with default: Allow; write default: Deny or leave default out",
		takes: map[string][]change{
			"Deny": edit(set("spec.handler.registration", "{allowedEmailDomains: [example.com], default: Deny}")), "no default": edit(set("spec.handler.registration", "{allowedEmailDomains: [example.com]}")),
		},
		refuses: map[string][]change{"Allow": edit(set("spec.handler.registration", "{allowedEmailDomains: [example.com], default: Allow}"))},
	}, {
		at: "spec.handler.registration.allowedEmailDomains[1]", base: smallHook,
		says:  "allowedEmailDomains takes lower-case domains without @ or *, such as example.com",
		takes: map[string][]change{"domains": edit(set("spec.handler.registration", "{allowedEmailDomains: [example.com, mail.example.org]}"))},
		refuses: map[string][]change{
			"an @": edit(set("spec.handler.registration", "{allowedEmailDomains: [a.example, '@example.com']}")), "a wildcard": edit(set("spec.handler.registration", "{allowedEmailDomains: [a.example, '*.example.com']}")),
			"capitals": edit(set("spec.handler.registration", "{allowedEmailDomains: [a.example, Example.com]}")), "an address": edit(set("spec.handler.registration", "{allowedEmailDomains: [a.example, ada@example.com]}")),
		},
	}, {
		at: regRule, base: smallHook,
		says:  "a rule takes exactly one of allow: {} and deny: {summary: ...}",
		takes: map[string][]change{"allow": edit(set("spec.handler.registration.rules", allowRule)), "deny": edit(set("spec.handler.registration.rules", denyRule))},
		refuses: map[string][]change{
			"neither": edit(set("spec.handler.registration.rules", "[{name: first}]")), "both": edit(set("spec.handler.registration.rules", "[{name: first, allow: {}, deny: {summary: No.}}]")),
			"allow without braces": edit(set("spec.handler.registration.rules", "[{name: first, allow: }]")),
		},
	}, {
		at: regRule, base: smallHook,
		says:    "profile changes what is registered and goes with allow; leave it out of a rule that denies",
		takes:   map[string][]change{"a profile with allow": edit(set("spec.handler.registration.rules", allowRule), set(regRule+".profile", "{userType: \"'partner'\"}"))},
		refuses: map[string][]change{"a profile with deny": edit(set("spec.handler.registration.rules", denyRule), set(regRule+".profile", "{userType: \"'partner'\"}"))},
	}, {
		at: regRule + ".deny.location", base: smallHook,
		says: "location must name a submitted attribute, such as data.userProfile.email or data.userProfileUpdate.employeeNumber",
		takes: map[string][]change{
			"an attribute of a sign-up": edit(set("spec.handler.registration.rules", denyRule), set(regRule+".deny.location", "data.userProfile.email")),
			"an attribute of an update": edit(set("spec.handler.registration.rules", denyRule), set(regRule+".deny.location", "data.userProfileUpdate.employeeNumber")),
		},
		refuses: map[string][]change{"an attribute alone": edit(set("spec.handler.registration.rules", denyRule), set(regRule+".deny.location", "email"))},
	}, {
		at: regRule + ".name", base: smallHook,
		says:    "name must have lower-case letters, digits and -, such as partner-sign-up",
		takes:   map[string][]change{"letters, digits and hyphens": edit(set("spec.handler.registration.rules", allowRule), set(regRule+".name", "1-partner"))},
		refuses: map[string][]change{"capitals and spaces": edit(set("spec.handler.registration.rules", allowRule), set(regRule+".name", "Partner sign-up"))},
	}, {
		at: regRule + ".profile", base: smallHook,
		says:    "profile can't set password: Okta lets no hook do that; leave it out",
		takes:   map[string][]change{"another attribute": edit(set("spec.handler.registration.rules", allowRule), set(regRule+".profile", "{passwordHint: user.hint}"))},
		refuses: map[string][]change{"the password": edit(set("spec.handler.registration.rules", allowRule), set(regRule+".profile", "{password: user.hint}"))},
	}, {
		at: regRule + ".profile", base: smallHook,
		says:    "profile has an attribute without a name",
		takes:   map[string][]change{"a name": edit(set("spec.handler.registration.rules", allowRule), set(regRule+".profile", "{passwordHint: user.hint}"))},
		refuses: map[string][]change{"no name": edit(set("spec.handler.registration.rules", allowRule), set(regRule+".profile", `{"": user.hint}`))},
	},
}
