// Package hookconfig is the file between the manager, which writes it, and the hook runtime, which reads it.
//
// The file is a slice of the OktaInlineHook, verbatim: type, path, authentication and handler. So anybody
// can run a hook from its manifest without a cluster, and one schema serves both:
//
//	type: Registration
//	path: /identity/sign-up
//	authentication: {header: {secretKeyRef: {name: hook-secret, key: value}}}
//	handler: {registration: {allowedEmailDomains: [example.com]}}
//
// [Decode] is strict: a field that it does not know, a key that stands twice, a value of the wrong type are
// errors with the full path of the field, because whatever is silently passed over here is a rule that does
// not hold later. [Version] names the bytes of a file, so that manager, probe and readiness mean the same.
//
// What the file refers to are files as well. A secretKeyRef {name, key} is DIR/<name>/<key> below a
// [SecretsDir]; what Okta has to send is worked out by [Credentials]. A [Watch] tells when any of them
// changed, in the way that Kubernetes changes a mounted ConfigMap or Secret or in any other.
package hookconfig
