package v1alpha1_test

import (
	"strings"
	"testing"
)

// wrongManifest is a manifest as somebody writes it who has read the first page of the documentation, or
// only half of it.
type wrongManifest struct {
	name, manifest string
	// wants are phrases of the answer: the field, what is wrong with it, and what to write instead.
	wants []string
}

// TestWrongManifestsAreAnsweredInAWayThatHelps sends manifests that are wrong, as kubectl does, and looks at
// what the person gets to read.
func TestWrongManifestsAreAnsweredInAWayThatHelps(t *testing.T) {
	t.Parallel()
	for _, table := range [][]wrongManifest{
		wrongOrgs, wrongHooks, wrongPasswordHooks, wrongRegistrationHooks,
		wrongTelephonyHooks, wrongProviders, wrongTokenHooks, wrongSAMLHooks, wrongImportHooks,
	} {
		for _, c := range table {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				says := dryRun(t, c.manifest)
				if says == "" {
					t.Fatal("the API server takes it")
				}
				for _, phrase := range c.wants {
					if !strings.Contains(says, phrase) {
						t.Errorf("the answer does not say %q: %s", phrase, says)
					}
				}
			})
		}
	}
}

// org and hook are manifests around a spec.
func org(spec string) string {
	return "apiVersion: hookline.dev/v1alpha1\nkind: OktaOrg\nmetadata:\n  name: acme\nspec:\n" + indented(spec)
}

func hook(spec string) string {
	return "apiVersion: hookline.dev/v1alpha1\nkind: OktaInlineHook\nmetadata:\n  name: my-hook\nspec:\n" + indented("orgRef: {name: acme}\n"+spec)
}

func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ") + "\n"
}

var wrongOrgs = []wrongManifest{
	{"the URL is that of the admin console", org(`
url: https://acme-admin.okta.com
credentials: {apiToken: {secretKeyRef: {name: okta-api, key: token}}}
`), []string{`spec.url: Invalid value: "https://acme-admin.okta.com"`, "admin console", "write https://acme.okta.com"}},
	{"the URL is http", org(`
url: http://acme.okta.com
credentials: {apiToken: {secretKeyRef: {name: okta-api, key: token}}}
`), []string{"spec.url", "url must start with https://, such as https://acme.okta.com"}},
	{"the URL has the path of the API", org(`
url: https://acme.okta.com/api/v1
credentials: {apiToken: {secretKeyRef: {name: okta-api, key: token}}}
`), []string{"spec.url", "a scheme and a host only, such as https://acme.okta.com"}},
	{"the token stands in the manifest", org(`
url: https://acme.okta.com
credentials: {apiToken: 00aBcDeFgHiJkLmNoPqRsTuVwXyZ}
`), []string{"spec.credentials.apiToken", "must be of type object"}},
	{"the token is called token", org(`
url: https://acme.okta.com
credentials: {token: {secretKeyRef: {name: okta-api, key: token}}}
`), []string{`unknown field "spec.credentials.token"`}},
	{"the reference to the token has no key", org(`
url: https://acme.okta.com
credentials: {apiToken: {secretKeyRef: {name: okta-api}}}
`), []string{"spec.credentials.apiToken.secretKeyRef.key: Required value"}},
	{"there are no credentials", org(`url: https://acme.okta.com`), []string{"spec.credentials: Required value"}},
	{"the credentials are empty", org(`
url: https://acme.okta.com
credentials: {}
`), []string{"spec.credentials", "credentials need apiToken: {secretKeyRef: {name: ..., key: ...}}"}},
	{"namespaces are selected without from", org(`
url: https://acme.okta.com
credentials: {apiToken: {secretKeyRef: {name: okta-api, key: token}}}
allowedNamespaces: {selector: {matchLabels: {team: identity}}}
`), []string{"spec.allowedNamespaces", "selector goes with from: Selector"}},
	{"namespaces are a list", org(`
url: https://acme.okta.com
credentials: {apiToken: {secretKeyRef: {name: okta-api, key: token}}}
allowedNamespaces: [identity]
`), []string{"spec.allowedNamespaces", "must be of type object"}},
	{"the host of hooks is a URL", org(`
url: https://acme.okta.com
credentials: {apiToken: {secretKeyRef: {name: okta-api, key: token}}}
hookEndpoint: {host: https://hooks.acme.example, ingress: {}}
`), []string{"spec.hookEndpoint.host", "without scheme, port or path, such as hooks.acme.example"}},
}

var wrongHooks = []wrongManifest{
	{"the type is Okta's own name of it", hook(`
type: com.okta.user.pre-registration
handler: {registration: {default: Allow}}
`), []string{"spec.type: Unsupported value", `"PasswordImport", "Registration", "Telephony", "Token", "SAMLAssertion", "UserImport"`}},
	{"the handler is for another type", hook(`
type: Token
handler: {registration: {default: Allow}}
`), []string{"handler.registration answers hooks of type Registration", "write type: Registration or another handler"}},
	{"there are two handlers", hook(`
type: Registration
handler:
  registration: {default: Allow}
  external: {url: https://existing.example/hook}
`), []string{"spec.handler", "takes exactly one of passwordImport, registration, telephony, token, saml, userImport and external"}},
	{"there is no handler", hook(`type: Registration`), []string{"spec.handler: Required value"}},
	{"the handler is one that there is not", hook(`
type: Token
handler: {tokens: {rules: []}}
`), []string{`unknown field "spec.handler.tokens"`}},
	{"a field has a typing error", hook(`
type: Registration
displayname: Sign-up
handler: {registration: {default: Allow}}
`), []string{`unknown field "spec.displayname"`}},
	{"a field stands twice", hook(`
type: Registration
state: Active
state: Inactive
handler: {registration: {default: Allow}}
`), []string{`key "state" already set`}},
	{"the org is named without name", strings.Replace(hook(`
type: Registration
handler: {registration: {default: Allow}}
`), "{name: acme}", "acme", 1), []string{"spec.orgRef", "must be of type object"}},
	{"the name has a dot", strings.Replace(hook(`
type: Registration
handler: {registration: {default: Allow}}
`), "my-hook", "sign.up", 1), []string{"metadata.name must start with a letter, have only lower-case letters, digits and -, and at most 50 characters"}},
	{"the name is too long", strings.Replace(hook(`
type: Registration
handler: {registration: {default: Allow}}
`), "my-hook", strings.Repeat("sign-up-", 7)+"rules", 1), []string{"metadata.name must", "at most 50 characters"}},
	{"the endpoint is http", hook(`
type: Registration
handler: {registration: {default: Allow}}
endpoint: {url: http://hooks.acme.example/sign-up}
`), []string{"spec.endpoint.url", "must be an https address", "Okta calls nothing else"}},
	{"the endpoint is a URL and an Ingress", hook(`
type: Registration
handler: {registration: {default: Allow}}
endpoint: {url: https://hooks.acme.example/sign-up, ingress: {host: hooks.acme.example}}
`), []string{"spec.endpoint", "exactly one of url and ingress"}},
	{"the Ingress has an IP address for a host", hook(`
type: Registration
handler: {registration: {default: Allow}}
endpoint: {ingress: {host: 192.0.2.1}}
`), []string{"spec.endpoint.ingress.host", "must be a lower-case DNS name", "no IP address"}},
	{"the path has no slash", hook(`
type: Registration
handler: {registration: {default: Allow}}
endpoint: {path: sign-up}
`), []string{"spec.endpoint.path", "must start with /", "such as /identity/legacy-passwords"}},
	{"the path is a pattern", hook(`
type: Registration
handler: {registration: {default: Allow}}
endpoint: {path: /sign-up/*}
`), []string{"spec.endpoint.path", "only letters, digits and -._~/"}},
	{"the interval is in words", hook(`
type: Registration
handler: {registration: {default: Allow}}
interval: 10 minutes
`), []string{`spec.interval: Invalid value: "10 minutes"`, "a duration from 1m to 24h, such as 10m"}},
	{"the interval is a number", hook(`
type: Registration
handler: {registration: {default: Allow}}
interval: 600
`), []string{"spec.interval", "must be of type string"}},
	{"the secret's own reference has no key", hook(`
type: Registration
handler: {registration: {default: Allow}}
authentication: {header: {secretKeyRef: {name: hook-secret}}}
`), []string{"spec.authentication.header.secretKeyRef.key: Required value"}},
	{"the secret is one's own and rotated", hook(`
type: Registration
handler: {registration: {default: Allow}}
authentication:
  header: {secretKeyRef: {name: hook-secret, key: value}}
  rotation: {interval: 720h}
`), []string{"spec.authentication", "rotation is for secrets that the manager generates", "leave rotation or the reference to your own Secret out"}},
	{"the header has its value behind it", hook(`
type: Registration
handler: {registration: {default: Allow}}
authentication: {header: {name: "Authorization: Bearer abc"}}
`), []string{"spec.authentication.header.name", "a header name of letters, digits and -, such as Authorization"}},
	{"the rotation is in days", hook(`
type: Registration
handler: {registration: {default: Allow}}
authentication: {rotation: {interval: 30d}}
`), []string{"spec.authentication.rotation.interval", "a duration from 1h to 8760h, such as 720h"}},
	{"the adoption has an id and no policy", hook(`
type: Registration
handler: {registration: {default: Allow}}
adoption: {id: calkwr8b9vKJ12kmg1d7}
`), []string{"spec.adoption", "adoption.id goes with policy: ByID"}},
	{"a pod label is one that pods are found by", hook(`
type: Registration
handler: {registration: {default: Allow}}
runtime: {podLabels: {app.kubernetes.io/name: sign-up}}
`), []string{"spec.runtime.podLabels", "can't set hookline.dev/ or app.kubernetes.io/ labels", "write other keys"}},
	{"there are no replicas", hook(`
type: Registration
handler: {registration: {default: Allow}}
runtime: {replicas: 0}
`), []string{"spec.runtime.replicas", "should be greater than or equal to 1"}},
	{"a service elsewhere has an endpoint", hook(`
type: Token
handler: {external: {url: https://existing.example/hook}}
endpoint: {url: https://existing.example/hook}
`), []string{"with handler.external write the address as handler.external.url and leave endpoint out"}},
	{"a service elsewhere is given a secret of the manager's making", hook(`
type: Token
handler: {external: {url: https://existing.example/hook}}
authentication: {header: {name: X-Secret}}
`), []string{"one that your service knows", "authentication.header.secretKeyRef or authentication.basic.secretRef"}},
	{"a telephony service has no secret", hook(`
type: Telephony
handler: {external: {url: https://sms.example/hook}}
`), []string{"Okta takes telephony hooks with a secret only", "authentication.header.secretKeyRef"}},
}

var wrongPasswordHooks = []wrongManifest{
	{"there are two stores", hook(`
type: PasswordImport
handler:
  passwordImport:
    userStore:
      static: {secretKeyRef: {name: users, key: htpasswd}}
      sql: {driver: postgres, dsn: {secretKeyRef: {name: db, key: dsn}}, query: SELECT hash FROM users WHERE name = $1}
`), []string{"spec.handler.passwordImport.userStore", "takes exactly one of static and sql"}},
	{"the database is one that is not supported yet", hook(`
type: PasswordImport
handler:
  passwordImport:
    userStore:
      sql: {driver: mysql, dsn: {secretKeyRef: {name: db, key: dsn}}, query: SELECT hash FROM users WHERE name = $1}
`), []string{`userStore.sql.driver: Unsupported value: "mysql"`, `"postgres"`}},
	{"the query has a question mark", hook(`
type: PasswordImport
handler:
  passwordImport:
    userStore:
      sql: {driver: postgres, dsn: {secretKeyRef: {name: db, key: dsn}}, query: "SELECT hash FROM users WHERE name = ?"}
`), []string{"userStore.sql.query", "its parameter $1, such as SELECT password_hash FROM users WHERE lower(email) = lower($1)"}},
	{"the dsn has a password in it", hook(`
type: PasswordImport
handler:
  passwordImport:
    userStore:
      sql: {driver: postgres, dsn: "postgres://okta:secret@db/users", query: SELECT hash FROM users WHERE name = $1}
`), []string{"userStore.sql.dsn", "must be of type object"}},
	{"there is salt for digests that describe themselves", hook(`
type: PasswordImport
handler:
  passwordImport:
    userStore:
      sql:
        driver: postgres
        dsn: {secretKeyRef: {name: db, key: dsn}}
        query: SELECT hash, salt FROM users WHERE name = $1
        digest: {format: Auto, saltColumn: salt}
`), []string{"userStore.sql.digest", "go with a format that does not describe itself (SHA512, SHA256, SHA1, MD5)", "leave them out with format: Auto"}},
	{"the timeout is longer than Okta waits", hook(`
type: PasswordImport
handler:
  passwordImport:
    userStore: {static: {secretKeyRef: {name: users, key: htpasswd}}}
    timeout: 5s
`), []string{`spec.handler.passwordImport.timeout: Invalid value: "5s"`, "a duration from 10ms to 2500ms, such as 2s"}},
}

var wrongRegistrationHooks = []wrongManifest{
	{"a domain has an @", hook(`
type: Registration
handler: {registration: {allowedEmailDomains: ["@example.com"]}}
`), []string{"allowedEmailDomains[0]", "lower-case domains without @ or *, such as example.com"}},
	{"domains have no effect", hook(`
type: Registration
handler: {registration: {allowedEmailDomains: [example.com], default: Allow}}
`), []string{"spec.handler.registration", "no effect with default: Allow", "write default: Deny or leave default out"}},
	{"nothing decides", hook(`
type: Registration
handler: {registration: {}}
`), []string{"spec.handler.registration", "needs rules, allowedEmailDomains or default", "it would refuse everybody"}},
	{"a rule allows and denies", hook(`
type: Registration
handler:
  registration:
    rules:
    - {name: partner, allow: {}, deny: {summary: No.}}
`), []string{"rules[0]", "takes exactly one of allow: {} and deny: {summary: ...}"}},
	{"a rule allows with nothing behind it", hook(`
type: Registration
handler:
  registration:
    rules:
    - name: partner
      when: user.email.endsWith('@partner.example')
      allow:
`), []string{"rules[0]", "takes exactly one of allow: {} and deny: {summary: ...}"}},
	{"a rule denies with true", hook(`
type: Registration
handler:
  registration:
    rules:
    - {name: partner, deny: true}
`), []string{"rules[0].deny", "must be of type object"}},
	{"a rule denies with a profile", hook(`
type: Registration
handler:
  registration:
    rules:
    - {name: partner, deny: {summary: No.}, profile: {userType: "'partner'"}}
`), []string{"rules[0]", "profile changes what is registered and goes with allow", "leave it out of a rule that denies"}},
	{"a rule sets the password", hook(`
type: Registration
handler:
  registration:
    rules:
    - {name: partner, allow: {}, profile: {password: "'secret'"}}
`), []string{"rules[0].profile", "can't set password: Okta lets no hook do that"}},
	{"a rule has a condition left empty by a template", hook(`
type: Registration
handler:
  registration:
    rules:
    - {name: partner, when: "", allow: {}}
`), []string{"rules[0].when", "should be at least 1 chars long"}},
	{"two rules have one name", hook(`
type: Registration
handler:
  registration:
    rules:
    - {name: partner, allow: {}}
    - {name: partner, deny: {summary: No.}}
`), []string{"spec.handler.registration.rules[1]: Duplicate value", "partner"}},
	{"a rule is for Okta's own name of a request type", hook(`
type: Registration
handler:
  registration:
    rules:
    - {name: partner, requestTypes: [self.service.registration], allow: {}}
`), []string{"requestTypes[0]: Unsupported value", `"SelfService", "ProgressiveProfile"`}},
	{"a denial points at an attribute by its name", hook(`
type: Registration
handler:
  registration:
    rules:
    - {name: partner, deny: {summary: No., location: email}}
`), []string{"rules[0].deny.location", "such as data.userProfile.email or data.userProfileUpdate.employeeNumber"}},
}
