package v1alpha1_test

import "strings"

// hookRules are the rules of what stands directly in the spec, of authentication and of the pods.
var hookRules = []ruleCases{
	{
		at: "<nil>", base: smallHook,
		says: "metadata.name must start with a letter, have only lower-case letters, digits and -, and at most 50 characters: the hook's Service is named after it",
		takes: map[string][]change{
			"one letter":        edit(set("metadata.name", "a")),
			"fifty characters":  edit(set("metadata.name", "a-0"+strings.Repeat("b", 47))),
			"digits and hyphen": edit(set("metadata.name", "sign-up-2")),
		},
		refuses: map[string][]change{
			"fifty-one characters":  edit(set("metadata.name", strings.Repeat("a", 51))),
			"dots":                  edit(set("metadata.name", "sign.up")),
			"a digit at the start":  edit(set("metadata.name", "2-sign-up")),
			"generated with a dot ": edit(unset("metadata.name"), set("metadata.generateName", "sign.up-")),
		},
	}, {
		at: "spec.orgRef", base: smallHook, update: true,
		says:  "orgRef can't be changed: a hook can't move between orgs; delete this resource and make another",
		takes: map[string][]change{"the same org": edit(set("spec.orgRef", "{name: acme}"))},
		refuses: map[string][]change{
			"another org":         edit(set("spec.orgRef.name", "other")),
			"a namespace for it":  edit(set("spec.orgRef.namespace", "identity")),
			"another name and so": edit(set("spec.orgRef", "{name: other, namespace: identity}")),
		},
	}, {
		at: "spec.orgRef", base: strings.Replace(smallHook, "{name: acme}", "{name: acme, namespace: identity}", 1), update: true,
		says:    "orgRef can't be changed: a hook can't move between orgs; delete this resource and make another",
		takes:   map[string][]change{"the same org elsewhere": nil},
		refuses: map[string][]change{"the namespace taken away": edit(unset("spec.orgRef.namespace"))},
	}, {
		at: "spec.type", base: smallExternalHook, update: true,
		says:    "type can't be changed: Okta's hooks keep their type; delete this resource and make another",
		takes:   map[string][]change{"another handler of the same type": edit(set("spec.handler.external.url", "https://other.example/"))},
		refuses: map[string][]change{"another type": edit(set("spec.type", "UserImport"))},
	}, {
		at: "spec", base: smallPasswordHook,
		says:    "handler.passwordImport answers hooks of type PasswordImport; write type: PasswordImport or another handler",
		takes:   map[string][]change{"the type that it answers": nil},
		refuses: map[string][]change{"a type that it can't answer": edit(set("spec.type", "Registration"))},
	}, {
		at: "spec", base: smallHook,
		says:    "handler.registration answers hooks of type Registration; write type: Registration or another handler",
		takes:   map[string][]change{"the type that it answers": nil},
		refuses: map[string][]change{"a type that it can't answer": edit(set("spec.type", "PasswordImport"))},
	}, {
		at: "spec.interval", base: smallHook,
		says: "interval must be a duration from 1m to 24h, such as 10m",
		takes: map[string][]change{
			"the shortest": edit(set("spec.interval", "1m")), "the longest": edit(set("spec.interval", "24h")), "two units": edit(set("spec.interval", "1h30m")),
			"a fraction": edit(set("spec.interval", "1.5h")),
		},
		refuses: map[string][]change{
			"too short": edit(set("spec.interval", "59s")), "too long": edit(set("spec.interval", "24h1s")), "words": edit(set("spec.interval", "10 minutes")),
			"no unit": edit(set("spec.interval", `"600"`)), "days": edit(set("spec.interval", "1d")), "a negative one": edit(set("spec.interval", "-10m")),
			"nothing": edit(set("spec.interval", `""`)), "more than can be counted": edit(set("spec.interval", "99999999999999999999h")),
		},
	}, {
		at: "spec.adoption", base: smallHook,
		says: "adoption.id goes with policy: ByID, and only with it",
		takes: map[string][]change{
			"nothing said": edit(set("spec.adoption", "{}")), "the name": edit(set("spec.adoption", "{policy: ByName}")),
			"an id": edit(set("spec.adoption", "{policy: ByID, id: calkwr8b9vKJ12kmg1d7}")),
		},
		refuses: map[string][]change{
			"an id alone": edit(set("spec.adoption", "{id: cal1}")), "an id with another policy": edit(set("spec.adoption", "{policy: ByName, id: cal1}")),
			"no id": edit(set("spec.adoption", "{policy: ByID}")),
		},
	}, {
		at: "spec.adoption.id", base: smallHook,
		says:    "id must be a hook id as Okta shows it, such as calkwr8b9vKJ12kmg1d7",
		takes:   map[string][]change{"what Okta shows": edit(set("spec.adoption", "{policy: ByID, id: cal_-A1}"))},
		refuses: map[string][]change{"a URL": edit(set("spec.adoption", "{policy: ByID, id: https://acme.okta.com/api/v1/inlineHooks/cal1}"))},
	}, {
		at: "spec.authentication", base: smallHook,
		says: "authentication takes one of header and basic, not both",
		takes: map[string][]change{
			"neither": edit(set("spec.authentication", "{}")), "header": edit(set("spec.authentication", "{header: {}}")),
			"basic": edit(set("spec.authentication", "{basic: {secretRef: {name: hook-basic}}}")),
		},
		refuses: map[string][]change{"both": edit(set("spec.authentication", "{header: {}, basic: {secretRef: {name: hook-basic}}}"))},
	}, {
		at: "spec.authentication", base: smallHook,
		says: "rotation is for secrets that the manager generates; leave rotation or the reference to your own Secret out",
		takes: map[string][]change{
			"rotation alone": edit(set("spec.authentication", "{rotation: {interval: 24h}}")),
			"a header name":  edit(set("spec.authentication", "{header: {name: X-Secret}, rotation: {interval: 24h}}")),
		},
		refuses: map[string][]change{
			"one's own header": edit(set("spec.authentication", "{header: {secretKeyRef: {name: a, key: b}}, rotation: {interval: 24h}}")),
			"basic":            edit(set("spec.authentication", "{basic: {secretRef: {name: a}}, rotation: {interval: 24h}}")),
		},
	}, {
		at: "spec.authentication.header.name", base: smallHook,
		says: "name must be a header name of letters, digits and -, such as Authorization",
		takes: map[string][]change{
			"a name": edit(set("spec.authentication.header.name", "X-Secret-2")), "none, which is Authorization": edit(set("spec.authentication.header", "{}")),
		},
		refuses: map[string][]change{
			"a colon": edit(set("spec.authentication.header.name", `"X-Secret:"`)), "a value too": edit(set("spec.authentication.header.name", `"X-Secret: abc"`)),
			"nothing": edit(set("spec.authentication.header.name", `""`)), "an underscore": edit(set("spec.authentication.header.name", "X_Secret")),
		},
	}, {
		at: "spec.authentication.header.name", base: smallHook,
		says:    "name is a header that Okta, HTTP or Hookline uses itself; write another, such as Authorization or X-Hook-Secret",
		takes:   map[string][]change{"one that begins like it": edit(set("spec.authentication.header.name", "Host-Secret"))},
		refuses: map[string][]change{"Content-Type": edit(set("spec.authentication.header.name", "Content-Type")), "any case": edit(set("spec.authentication.header.name", "x-hookline-OWNER"))},
	}, {
		at: "spec.authentication.rotation.interval", base: smallHook,
		says:    "interval must be a duration from 1h to 8760h, such as 720h",
		takes:   map[string][]change{"the shortest": edit(set("spec.authentication.rotation.interval", "1h")), "the longest": edit(set("spec.authentication.rotation.interval", "8760h"))},
		refuses: map[string][]change{"too short": edit(set("spec.authentication.rotation.interval", "30m")), "days": edit(set("spec.authentication.rotation.interval", "30d")), "too long": edit(set("spec.authentication.rotation.interval", "8760h1s"))},
	},
	{
		at: "spec.authentication.basic.secretRef.name", base: smallHook,
		says:    "name must be the name of a Secret: lower-case letters, digits, - and ., such as hook-basic",
		takes:   map[string][]change{"a name": edit(set("spec.authentication.basic.secretRef.name", "hook-basic"))},
		refuses: map[string][]change{"capitals": edit(set("spec.authentication.basic.secretRef.name", "Hook"))},
	},
	secretName("spec.authentication.header.secretKeyRef.name", smallHook, set("spec.authentication.header.secretKeyRef", "{name: a, key: b}")),
	secretKey("spec.authentication.header.secretKeyRef.key", smallHook, set("spec.authentication.header.secretKeyRef", "{name: a, key: b}")),
	{
		at: "spec.runtime.podLabels", base: smallHook,
		says:  "podLabels can't set hookline.dev/ or app.kubernetes.io/ labels: the pods are found by them; write other keys",
		takes: map[string][]change{"labels of one's own": edit(set("spec.runtime.podLabels", "{team: identity, acme.example/hookline.dev: a}"))},
		refuses: map[string][]change{
			"ours": edit(set("spec.runtime.podLabels", "{hookline.dev/inline-hook: other}")), "well-known ones": edit(set("spec.runtime.podLabels", "{a: b, app.kubernetes.io/name: other}")),
		},
	}, {
		at: "spec.runtime.podAnnotations", base: smallHook,
		says:    "podAnnotations can't set hookline.dev/ annotations; write other keys",
		takes:   map[string][]change{"annotations of one's own": edit(set("spec.runtime.podAnnotations", "{prometheus.io/scrape: 'true'}"))},
		refuses: map[string][]change{"ours": edit(set("spec.runtime.podAnnotations", "{hookline.dev/revision: '1'}"))},
	},
	subdomain("spec.runtime.serviceAccountName", "serviceAccountName must be the name of a ServiceAccount: lower-case letters, digits, - and ., such as hooks", smallHook),
}

// placeRules are the rules of endpoint, and of services that are elsewhere.
var placeRules = []ruleCases{
	{
		at: "spec.endpoint", base: smallHook,
		says: "endpoint takes exactly one of url and ingress; with path alone, the org's hookEndpoint is used",
		takes: map[string][]change{
			"url": edit(set("spec.endpoint", "{url: https://hooks.acme.example/a}")), "ingress": edit(set("spec.endpoint", "{ingress: {host: hooks.acme.example}}")),
			"path alone": edit(set("spec.endpoint", "{path: /a}")), "url and path": edit(set("spec.endpoint", "{url: https://hooks.acme.example/a, path: /b}")),
			"ingress and path": edit(set("spec.endpoint", "{ingress: {host: hooks.acme.example}, path: /b}")),
		},
		refuses: map[string][]change{
			"nothing": edit(set("spec.endpoint", "{}")), "both": edit(set("spec.endpoint", "{url: https://hooks.acme.example/a, ingress: {host: hooks.acme.example}}")),
		},
	}, {
		at: "spec.endpoint", base: smallHook,
		says: "endpoint.url has a path that the service can't answer at: only letters, digits and -._~/, without empty or dot segments, at most 512; if something of yours rewrites the path, write the one that arrives as endpoint.path",
		takes: map[string][]change{
			"no path":                    edit(set("spec.endpoint.url", "https://hooks.acme.example")),
			"the root":                   edit(set("spec.endpoint.url", "https://hooks.acme.example:8443/")),
			"all that a path may have":   edit(set("spec.endpoint.url", "https://hooks.acme.example/a-Z/0.9_~/")),
			"any path that is rewritten": edit(set("spec.endpoint", "{url: 'https://hooks.acme.example/a%20b//c', path: /c}")),
		},
		refuses: map[string][]change{
			"an escape": edit(set("spec.endpoint.url", "https://hooks.acme.example/a%20b")), "an empty segment": edit(set("spec.endpoint.url", "https://hooks.acme.example/a//b")),
			"a dot segment": edit(set("spec.endpoint.url", "https://hooks.acme.example/a/../b")), "a path that is too long": edit(set("spec.endpoint.url", "https://hooks.acme.example/"+strings.Repeat("a", 512))),
		},
	}, {
		at: "spec.endpoint.url", base: smallHook,
		says:  "url must be an https address with a host and without white space, query or fragment, such as https://hooks.acme.example/legacy-passwords: Okta calls nothing else",
		takes: map[string][]change{"a port": edit(set("spec.endpoint.url", "https://hooks.acme.example:8443/a"))},
		refuses: map[string][]change{
			"http": edit(set("spec.endpoint.url", "http://hooks.acme.example/a")), "a query": edit(set("spec.endpoint.url", "https://hooks.acme.example/a?b=c")),
			"a fragment": edit(set("spec.endpoint.url", "https://hooks.acme.example/a#b")), "white space": edit(set("spec.endpoint.url", "https://hooks.acme.example/a b")),
			"no host": edit(set("spec.endpoint.url", "https:///a")), "a user": edit(set("spec.endpoint.url", "https://ada:secret@hooks.acme.example/a")),
		},
	}, {
		at: "spec.endpoint.path", base: smallHook,
		says:  "path must start with / and have only letters, digits and -._~/ in it, without empty or dot segments, such as /identity/legacy-passwords",
		takes: map[string][]change{"a path": edit(set("spec.endpoint.path", "/identity/legacy-passwords")), "hidden names": edit(set("spec.endpoint.path", "/.well-known/a"))},
		refuses: map[string][]change{
			"no slash": edit(set("spec.endpoint.path", "hooks")), "a pattern": edit(set("spec.endpoint.path", "/hooks/*")), "an empty segment": edit(set("spec.endpoint.path", "//hooks")),
			"a dot segment": edit(set("spec.endpoint.path", "/./hooks")), "nothing": edit(set("spec.endpoint.path", `""`)),
		},
	},
	host("spec.endpoint.ingress.host", smallHook),
	subdomain("spec.endpoint.ingress.className", saysClassName, smallHook, set("spec.endpoint.ingress.host", "hooks.acme.example")),
	subdomain("spec.endpoint.ingress.tlsSecretName", saysTLSName, smallHook, set("spec.endpoint.ingress.host", "hooks.acme.example")),
	{
		at: "spec", base: smallExternalHook,
		says:    "endpoint says where Hookline's own service is reached; with handler.external write the address as handler.external.url and leave endpoint out",
		takes:   map[string][]change{"no endpoint": nil},
		refuses: map[string][]change{"an endpoint": edit(set("spec.endpoint.url", "https://existing.example/hook"))},
	}, {
		at: "spec", base: smallExternalHook,
		says: "with handler.external the secret must be one that your service knows: name it with authentication.header.secretKeyRef or authentication.basic.secretRef, or leave authentication out",
		takes: map[string][]change{
			"no authentication": nil, "one's own header": edit(set("spec.authentication.header.secretKeyRef", "{name: a, key: b}")), "basic": edit(set("spec.authentication.basic.secretRef.name", "a")),
		},
		refuses: map[string][]change{"a generated header": edit(set("spec.authentication.header.name", "X-Secret")), "a rotation": edit(set("spec.authentication.rotation.interval", "24h"))},
	}, {
		at: "spec", base: smallExternalHook,
		says:    "Okta takes telephony hooks with a secret only: name it with authentication.header.secretKeyRef",
		takes:   map[string][]change{"a telephony hook with a secret": edit(set("spec.type", "Telephony"), set("spec.authentication.header.secretKeyRef", "{name: a, key: b}"))},
		refuses: map[string][]change{"a telephony hook without": edit(set("spec.type", "Telephony"))},
	}, {
		at: "spec", base: smallExternalHook,
		says:    "runtime says how Hookline's own service runs; with handler.external nothing is deployed, leave runtime out",
		takes:   map[string][]change{"no runtime": nil},
		refuses: map[string][]change{"replicas": edit(set("spec.runtime.replicas", "3"))},
	},
}
