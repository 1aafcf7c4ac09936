package v1alpha1

// TokenHandler changes OAuth and OpenID Connect tokens of a custom authorization server: every rule that
// matches adds its patches, in order.
type TokenHandler struct {
	// rules are tried in order. Every one that matches adds its patches; the first one that denies ends it.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Rules []TokenRule `json:"rules"`
}

// TokenRule changes the tokens of the requests that it matches, or denies them.
// +kubebuilder:validation:XValidation:rule="has(self.deny) != (has(self.accessToken) || has(self.idToken))",message="a rule takes accessToken, idToken or both, or else deny: {summary: ...}"
type TokenRule struct {
	// name of the rule, for messages and Okta's System Log. When unset, its place, such as rules[0].
	// +optional
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="name must have lower-case letters, digits and -, such as patient-id"
	Name string `json:"name,omitempty"`

	// when is a CEL expression over request and user that says whether the rule matches. When unset,
	// always. If it reads a member that is absent, a rule that changes does not match and one that denies
	// does.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	When string `json:"when,omitempty"`

	// accessToken is what changes in the access token. A request without one is passed over.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	AccessToken []TokenPatch `json:"accessToken,omitempty"`

	// idToken is what changes in the ID token. A request without one is passed over.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	IDToken []TokenPatch `json:"idToken,omitempty"`

	// deny has no token minted.
	// +optional
	Deny *PatchDenied `json:"deny,omitempty"`
}

// TokenPatchOp is what is done at a place of a token.
// +kubebuilder:validation:Enum=add;replace;remove
type TokenPatchOp string

// SAMLPatchOp is what is done at a place of an assertion. Okta takes nothing out of assertions.
// +kubebuilder:validation:Enum=add;replace
type SAMLPatchOp string

const (
	// PatchAdd adds a claim, or overwrites one that is there.
	PatchAdd = "add"
	// PatchReplace replaces what is there.
	PatchReplace = "replace"
	// PatchRemove takes out what is there.
	PatchRemove = "remove"
)

// TokenPatch is one operation on a token, as in a JSON Patch (RFC 6902).
// +kubebuilder:validation:XValidation:rule="has(self.path) != has(self.claim)",message="a patch takes exactly one of path, such as /claims/department, and claim, the plain name of a claim"
// +kubebuilder:validation:XValidation:rule="(self.op == 'remove') != has(self.value)",message="value goes with add and replace, and must be left out of remove"
type TokenPatch struct {
	// op is add (which overwrites a claim that is there), replace or remove (which pass over one that is
	// not there).
	// +required
	Op TokenPatchOp `json:"op"`

	// path is a JSON Pointer (RFC 6901): /claims/<name>, a member or element of a claim such as
	// /claims/address/city or /claims/teams/0 (- stands for the end of a list), or
	// /token/lifetime/expiration, in seconds from 300 to 86400. ~1 stands for / in a name, ~0 for ~.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Path string `json:"path,omitempty"`

	// claim is the name of a claim as it is, such as https://acme.example/role: what needs to be escaped
	// in a path is escaped for you.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Claim string `json:"claim,omitempty"`

	// value is a CEL expression over request and user that yields any JSON value.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	Value string `json:"value,omitempty"`
}

// PatchDenied refuses a token or a sign-on with a message.
type PatchDenied struct {
	// summary is what the application (error_description) or the person gets to see.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Summary string `json:"summary"`
}

// SAMLHandler changes SAML assertions of custom apps: every rule that matches adds its patches, in order.
type SAMLHandler struct {
	// rules are tried in order. Every one that matches adds its patches; the first one that denies ends it.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Rules []SAMLRule `json:"rules"`
}

// SAMLRule changes the assertions that it matches, or refuses the sign-on.
// +kubebuilder:validation:XValidation:rule="has(self.deny) != has(self.assertion)",message="a rule takes exactly one of assertion and deny: {summary: ...}"
type SAMLRule struct {
	// name of the rule, for messages and Okta's System Log. When unset, its place, such as rules[0].
	// +optional
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="name must have lower-case letters, digits and -, such as payroll-role"
	Name string `json:"name,omitempty"`

	// when is a CEL expression over request and user that says whether the rule matches. When unset,
	// always. If it reads a member that is absent, a rule that changes does not match and one that denies
	// does.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	When string `json:"when,omitempty"`

	// assertion is what changes in the assertion.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Assertion []SAMLPatch `json:"assertion,omitempty"`

	// deny refuses the sign-on.
	// +optional
	Deny *PatchDenied `json:"deny,omitempty"`
}

// SAMLPatch is one operation on an assertion, as in a JSON Patch (RFC 6902).
// +kubebuilder:validation:XValidation:rule="has(self.path) != has(self.claim)",message="a patch takes exactly one of path, such as /subject/nameId, and claim, the plain name of an attribute statement"
// +kubebuilder:validation:XValidation:rule="!has(self.nameFormat) || has(self.claim)",message="nameFormat goes with claim: it says how the name of an attribute statement is to be read"
type SAMLPatch struct {
	// op is add (which overwrites an attribute statement that is there) or replace (which passes over
	// what is not there).
	// +required
	Op SAMLPatchOp `json:"op"`

	// path is a JSON Pointer (RFC 6901) under /claims, /subject, /authentication or /conditions, such as
	// /subject/nameId, /claims/role/attributeValues/0/value or /authentication/sessionLifetime, in
	// seconds. ~1 stands for / in a name, ~0 for ~.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Path string `json:"path,omitempty"`

	// claim is the name of an attribute statement as it is, such as https://acme.example/role: path and
	// statement are made from it and from the value, a string, number or boolean or a list of them.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Claim string `json:"claim,omitempty"`

	// nameFormat of the attribute statement: Unspecified, URI or Basic. When unset, URI for a claim that
	// is a URI, else Basic.
	// +optional
	NameFormat SAMLNameFormat `json:"nameFormat,omitempty"`

	// value is a CEL expression over request and user that yields a JSON value.
	// +required
	Value Expression `json:"value"`
}

// SAMLNameFormat is how the name of an attribute statement is to be read (SAML 2.0 core, 8.2).
// +kubebuilder:validation:Enum=Unspecified;URI;Basic
type SAMLNameFormat string

const (
	// NameFormatUnspecified is urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified.
	NameFormatUnspecified SAMLNameFormat = "Unspecified"
	// NameFormatURI is urn:oasis:names:tc:SAML:2.0:attrname-format:uri.
	NameFormatURI SAMLNameFormat = "URI"
	// NameFormatBasic is urn:oasis:names:tc:SAML:2.0:attrname-format:basic.
	NameFormatBasic SAMLNameFormat = "Basic"
)
