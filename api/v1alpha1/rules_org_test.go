package v1alpha1_test

import "strings"

// Messages that several fields share.
const (
	saysSecretName = "name must be the name of a Secret: lower-case letters, digits, - and ., such as okta-api"
	saysKey        = "key must be a key of a Secret: letters, digits, -, _ and ., such as token"
	saysHost       = "host must be a lower-case DNS name without scheme, port or path, such as hooks.acme.example, and no IP address"
	saysClassName  = "className must be the name of an IngressClass: lower-case letters, digits, - and ., such as nginx"
	saysTLSName    = "tlsSecretName must be the name of a Secret: lower-case letters, digits, - and ., such as hooks-tls"
)

var orgRules = []ruleCases{
	{
		at: "spec.url", says: "url must start with https://, such as https://acme.okta.com", base: smallOrg,
		takes: map[string][]change{"https": edit(set("spec.url", "https://acme.okta.com"))},
		refuses: map[string][]change{
			"http":          edit(set("spec.url", "http://acme.okta.com")),
			"a bare domain": edit(set("spec.url", "acme.okta.com")),
		},
	}, {
		at: "spec.url", says: "url must be a scheme and a host only, such as https://acme.okta.com: no path, query, user or white space", base: smallOrg,
		takes: map[string][]change{
			"a slash at the end": edit(set("spec.url", "https://acme.okta.com/")),
			"a port":             edit(set("spec.url", "https://127.0.0.1:8443")),
		},
		refuses: map[string][]change{
			"a path":               edit(set("spec.url", "https://acme.okta.com/api/v1")),
			"a query":              edit(set("spec.url", "https://acme.okta.com?a=b")),
			"a user":               edit(set("spec.url", "https://ada@acme.okta.com")),
			"white space":          edit(set("spec.url", `"https://acme.okta.com "`)),
			"a port of six digits": edit(set("spec.url", "https://acme.okta.com:844333")),
		},
	}, {
		at: "spec.url", base: smallOrg,
		says:       "url is the address of the admin console; write https://acme.okta.com",
		schemaSays: "url is the address of the admin console; write the org's own URL, without -admin",
		takes: map[string][]change{
			"an org with admin in its name": edit(set("spec.url", "https://acme-administration.okta.com")),
			"a domain of one's own":         edit(set("spec.url", "https://sso-admin.acme.example")),
		},
		refuses: map[string][]change{"the admin console": edit(set("spec.url", "https://acme-admin.okta.com"))},
	}, {
		at: "spec.credentials", says: "credentials need apiToken: {secretKeyRef: {name: ..., key: ...}}", base: smallOrg,
		takes:   map[string][]change{"a token": nil},
		refuses: map[string][]change{"no way to sign in": edit(set("spec.credentials", "{}"))},
	},
	secretName("spec.credentials.apiToken.secretKeyRef.name", smallOrg),
	secretKey("spec.credentials.apiToken.secretKeyRef.key", smallOrg),
	secretName("spec.tls.caSecretKeyRef.name", smallOrg, set("spec.tls.caSecretKeyRef", "{name: okta-ca, key: ca.crt}")),
	secretKey("spec.tls.caSecretKeyRef.key", smallOrg, set("spec.tls.caSecretKeyRef", "{name: okta-ca, key: ca.crt}")),
	{
		at: "spec.allowedNamespaces", says: "allowedNamespaces.selector goes with from: Selector, and only with it", base: smallOrg,
		takes: map[string][]change{
			"nothing said":       edit(set("spec.allowedNamespaces", "{}")),
			"all namespaces":     edit(set("spec.allowedNamespaces", "{from: All}")),
			"a selector":         edit(set("spec.allowedNamespaces", "{from: Selector, selector: {matchLabels: {team: identity}}}")),
			"the same namespace": edit(set("spec.allowedNamespaces", "{from: Same}")),
		},
		refuses: map[string][]change{
			"a selector alone":              edit(set("spec.allowedNamespaces", "{selector: {matchLabels: {team: identity}}}")),
			"a selector with all":           edit(set("spec.allowedNamespaces", "{from: All, selector: {}}")),
			"from: Selector without a word": edit(set("spec.allowedNamespaces", "{from: Selector}")),
		},
	},
	host("spec.hookEndpoint.host", smallOrg, set("spec.hookEndpoint", "{host: hooks.acme.example, ingress: {}}")),
	subdomain("spec.hookEndpoint.ingress.className", saysClassName, smallOrg, set("spec.hookEndpoint.host", "hooks.acme.example")),
	subdomain("spec.hookEndpoint.ingress.tlsSecretName", saysTLSName, smallOrg, set("spec.hookEndpoint.host", "hooks.acme.example")),
}

// The cases below are those of rules that several fields share. prepare makes the manifest one that has
// the field.

func secretName(at, base string, prepare ...change) ruleCases {
	return subdomain(at, saysSecretName, base, prepare...)
}

// subdomain has cases for the name of an object.
func subdomain(at, says, base string, prepare ...change) ruleCases {
	with := func(value string) []change { return append(prepare[:len(prepare):len(prepare)], set(at, value)) }
	return ruleCases{
		at: at, says: says, base: base,
		takes: map[string][]change{"letters, digits, dots and hyphens": with("a1.b-2"), "the longest name": with(strings.Repeat("a", 253))},
		refuses: map[string][]change{
			"capitals": with("Okta"), "an underscore": with("okta_api"), "a namespace before it": with("identity/okta"), "a hyphen at the end": with("okta-"),
		},
	}
}

// secretKey has cases for the key of a Secret.
func secretKey(at, base string, prepare ...change) ruleCases {
	with := func(value string) []change { return append(prepare[:len(prepare):len(prepare)], set(at, value)) }
	return ruleCases{
		at: at, says: saysKey, base: base,
		takes:   map[string][]change{"all that a key may have": with("A-z_0.9"), "three dots": with(`"..."`)},
		refuses: map[string][]change{"a path": with("a/b"), "white space": with(`"a b"`), "one dot": with(`"."`), "two dots": with(`".."`)},
	}
}

// host has cases for a public host name.
func host(at, base string, prepare ...change) ruleCases {
	with := func(value string) []change { return append(prepare[:len(prepare):len(prepare)], set(at, value)) }
	return ruleCases{
		at: at, says: saysHost, base: base,
		takes: map[string][]change{"a domain": with("hooks.acme.example"), "an international domain": with("xn--bcher-kva.example")},
		refuses: map[string][]change{
			"a scheme": with("https://hooks.acme.example"), "a port": with("hooks.acme.example:443"), "a path": with("hooks.acme.example/okta"),
			"capitals": with("Hooks.acme.example"), "a wildcard": with(`"*.acme.example"`), "an IP address": with("192.0.2.1"), "a dot at the end": with("hooks.acme.example."),
		},
	}
}
