package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// HookType is one of Okta's six kinds of inline hook.
// +kubebuilder:validation:Enum=PasswordImport;Registration;Telephony;Token;SAMLAssertion;UserImport
type HookType string

// The hook types; in brackets Okta's own id.
const (
	// PasswordImport checks a password at the first sign-in (com.okta.user.credential.password.import).
	PasswordImport HookType = "PasswordImport"
	// Registration judges sign-ups and profile updates (com.okta.user.pre-registration).
	Registration HookType = "Registration"
	// Telephony sends one-time codes (com.okta.telephony.provider).
	Telephony HookType = "Telephony"
	// Token changes OAuth and OpenID Connect tokens (com.okta.oauth2.tokens.transform).
	Token HookType = "Token"
	// SAMLAssertion changes SAML assertions (com.okta.saml.tokens.transform).
	SAMLAssertion HookType = "SAMLAssertion"
	// UserImport decides on users that an app import would create (com.okta.import.transform).
	UserImport HookType = "UserImport"
)

// HookState is whether Okta shall call the hook.
// +kubebuilder:validation:Enum=Active;Inactive
type HookState string

const (
	// StateActive: Okta calls the hook.
	StateActive HookState = "Active"
	// StateInactive: the hook is there, but Okta does not call it.
	StateInactive HookState = "Inactive"
)

// Verification is how the manager convinces itself that Okta's calls will be answered.
// +kubebuilder:validation:Enum=Probe;None
type Verification string

const (
	// VerificationProbe calls the hook's public URL with its own credentials before Okta is told of it.
	VerificationProbe Verification = "Probe"
	// VerificationNone registers without a call, for networks where the manager can't reach the public URL.
	VerificationNone Verification = "None"
)

// DeletionPolicy is what becomes of the hook in Okta when the resource is deleted.
// +kubebuilder:validation:Enum=Delete;Retain
type DeletionPolicy string

const (
	// DeletionDelete deactivates and deletes the hook in Okta, then lets the pods go.
	DeletionDelete DeletionPolicy = "Delete"
	// DeletionRetain leaves the hook in Okta, and the pods that answer it in the cluster.
	DeletionRetain DeletionPolicy = "Retain"
)

// AdoptionPolicy is whether a hook that somebody else made may be taken over.
// +kubebuilder:validation:Enum=Never;ByName;ByID
type AdoptionPolicy string

const (
	// AdoptNever: a hook with the same name that is not ours is a conflict.
	AdoptNever AdoptionPolicy = "Never"
	// AdoptByName takes over the hook of the same type and name.
	AdoptByName AdoptionPolicy = "ByName"
	// AdoptByID takes over the hook with the id that is given.
	AdoptByID AdoptionPolicy = "ByID"
)

// OktaInlineHookSpec is an inline hook: what triggers it, what answers it, and where.
// +kubebuilder:validation:XValidation:rule="!has(self.handler.passwordImport) || self.type == 'PasswordImport'",message="handler.passwordImport answers hooks of type PasswordImport; write type: PasswordImport or another handler"
// +kubebuilder:validation:XValidation:rule="!has(self.handler.registration) || self.type == 'Registration'",message="handler.registration answers hooks of type Registration; write type: Registration or another handler"
// +kubebuilder:validation:XValidation:rule="!has(self.handler.telephony) || self.type == 'Telephony'",message="handler.telephony answers hooks of type Telephony; write type: Telephony or another handler"
// +kubebuilder:validation:XValidation:rule="!has(self.handler.token) || self.type == 'Token'",message="handler.token answers hooks of type Token; write type: Token or another handler"
// +kubebuilder:validation:XValidation:rule="!has(self.handler.saml) || self.type == 'SAMLAssertion'",message="handler.saml answers hooks of type SAMLAssertion; write type: SAMLAssertion or another handler"
// +kubebuilder:validation:XValidation:rule="!has(self.handler.userImport) || self.type == 'UserImport'",message="handler.userImport answers hooks of type UserImport; write type: UserImport or another handler"
// +kubebuilder:validation:XValidation:rule="!has(self.handler.external) || !has(self.endpoint)",message="endpoint says where Hookline's own service is reached; with handler.external write the address as handler.external.url and leave endpoint out"
// +kubebuilder:validation:XValidation:rule="!has(self.handler.external) || !has(self.authentication) || has(self.authentication.basic) || (has(self.authentication.header) && has(self.authentication.header.secretKeyRef))",message="with handler.external the secret must be one that your service knows: name it with authentication.header.secretKeyRef or authentication.basic.secretRef, or leave authentication out"
// +kubebuilder:validation:XValidation:rule="!has(self.handler.external) || self.type != 'Telephony' || has(self.authentication)",message="Okta takes telephony hooks with a secret only: name it with authentication.header.secretKeyRef"
// +kubebuilder:validation:XValidation:rule="!has(self.handler.external) || !has(self.runtime)",message="runtime says how Hookline's own service runs; with handler.external nothing is deployed, leave runtime out"
type OktaInlineHookSpec struct {
	// orgRef names the OktaOrg that the hook is registered in. Immutable: a hook can't move between orgs.
	// +required
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="orgRef can't be changed: a hook can't move between orgs; delete this resource and make another"
	OrgRef OrgReference `json:"orgRef"`

	// displayName is the hook's name in Okta, unique in the org. When unset, "<namespace>/<name>".
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=255
	DisplayName string `json:"displayName,omitempty"`

	// type of the hook. Immutable, in Okta as well.
	// +required
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="type can't be changed: Okta's hooks keep their type; delete this resource and make another"
	Type HookType `json:"type"`

	// state is Active (the default) or Inactive. An inactive hook stays deployed and registered, so that
	// switching it on takes one call.
	// +optional
	// +default="Active"
	State HookState `json:"state,omitempty"`

	// handler answers the calls: exactly one.
	// +required
	Handler Handler `json:"handler"`

	// endpoint is where Okta reaches the hook. When unset, under the org's hookEndpoint.
	// +optional
	Endpoint *Endpoint `json:"endpoint,omitempty"`

	// authentication is how Okta proves itself to the service. When unset, by a secret in the
	// Authorization header that the manager generates; with an external service, not at all.
	// +optional
	Authentication *Authentication `json:"authentication,omitempty"`

	// runtime says how the service that answers runs in the cluster.
	// +optional
	Runtime *Runtime `json:"runtime,omitempty"`

	// verification is Probe (the default) or None: whether the manager calls the public URL before Okta
	// is told of it. An external service is called with a HEAD request, which any answer below 500 passes.
	// +optional
	// +default="Probe"
	Verification Verification `json:"verification,omitempty"`

	// adoption says whether a hook that is there already may be taken over. When unset, never.
	// +optional
	Adoption *Adoption `json:"adoption,omitempty"`

	// deletionPolicy is Delete (the default) or Retain: what becomes of the hook in Okta when this
	// resource is deleted. Retain keeps what answers it in the cluster too: nothing that is active stops
	// answering.
	// +optional
	// +default="Delete"
	DeletionPolicy DeletionPolicy `json:"deletionPolicy,omitempty"`

	// interval is how often Okta's side is read back and compared, give or take a tenth. From 1m to 24h;
	// when unset, 10m.
	// +optional
	// +default="10m"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^[+]?(([0-9]+[.]?[0-9]*|[.][0-9]+)(h|m|s|ms|[uµμ]s|ns))+$') && duration(self) >= duration('1m') && duration(self) <= duration('24h')",message="interval must be a duration from 1m to 24h, such as 10m"
	Interval *metav1.Duration `json:"interval,omitempty"`

	// suspend stops the manager from changing anything, in the cluster or in Okta, until it is false
	// again. Deleting the resource still works.
	// +optional
	Suspend bool `json:"suspend,omitempty"`
}

// OrgReference names an OktaOrg.
type OrgReference struct {
	// name of the OktaOrg.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`

	// namespace of the OktaOrg. When unset, that of the hook; another one must be allowed by the org's
	// allowedNamespaces.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Namespace string `json:"namespace,omitempty"`
}

// Endpoint is where Okta reaches the hook.
// +kubebuilder:validation:XValidation:rule="[has(self.url), has(self.ingress)].exists_one(given, given) || (!has(self.url) && !has(self.ingress) && has(self.path))",message="endpoint takes exactly one of url and ingress; with path alone, the org's hookEndpoint is used"
// +kubebuilder:validation:XValidation:rule="!has(self.url) || has(self.path) || !self.url.startsWith('https://') || self.url.matches('[?#\\\\s]') || (self.url.matches('^https://[^/]+(/[-A-Za-z0-9._~/]{0,511})?$') && !self.url.substring(8).contains('//') && !self.url.substring(8).matches('/[.]{1,2}(/|$)'))",message="endpoint.url has a path that the service can't answer at: only letters, digits and -._~/, without empty or dot segments, at most 512; if something of yours rewrites the path, write the one that arrives as endpoint.path"
type Endpoint struct {
	// url is the whole address that Okta calls, when something of yours leads it to the Service
	// "<name>-hook", port 80. Its path is where the service answers, unless path says otherwise.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="self.matches('^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^?#\\\\s]*)?$')",message="url must be an https address with a host and without white space, query or fragment, such as https://hooks.acme.example/legacy-passwords: Okta calls nothing else"
	URL string `json:"url,omitempty"`

	// ingress makes an Ingress that leads to the service.
	// +optional
	Ingress *IngressEndpoint `json:"ingress,omitempty"`

	// path is where the service answers. When unset, the path of url, or "/<namespace>/<name>".
	// +optional
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^/[-A-Za-z0-9._~/]*$') && !self.contains('//') && !self.matches('/[.]{1,2}(/|$)')",message="path must start with / and have only letters, digits and -._~/ in it, without empty or dot segments, such as /identity/legacy-passwords"
	Path string `json:"path,omitempty"`
}

// IngressEndpoint is an Ingress that leads to the service.
type IngressEndpoint struct {
	// host is the public host name that Okta calls.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="!format.dns1123Subdomain().validate(self).hasValue() && !isIP(self)",message="host must be a lower-case DNS name without scheme, port or path, such as hooks.acme.example, and no IP address"
	Host string `json:"host"`

	IngressOptions `json:",inline"`
}

// Authentication is how Okta proves itself to the service: at most one of header and basic.
// +kubebuilder:validation:XValidation:rule="!(has(self.header) && has(self.basic))",message="authentication takes one of header and basic, not both"
// +kubebuilder:validation:XValidation:rule="!has(self.rotation) || (!has(self.basic) && (!has(self.header) || !has(self.header.secretKeyRef)))",message="rotation is for secrets that the manager generates; leave rotation or the reference to your own Secret out"
type Authentication struct {
	// header is a secret in a request header.
	// +optional
	Header *HeaderAuthentication `json:"header,omitempty"`

	// basic is a user name and password (RFC 7617).
	// +optional
	Basic *BasicAuthentication `json:"basic,omitempty"`

	// rotation says how often a generated secret is replaced. When unset, every 720h.
	// +optional
	Rotation *Rotation `json:"rotation,omitempty"`
}

// HeaderAuthentication is a secret in a request header.
type HeaderAuthentication struct {
	// name of the header. When unset, Authorization.
	// +optional
	// +default="Authorization"
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z0-9-]+$')",message="name must be a header name of letters, digits and -, such as Authorization"
	// +kubebuilder:validation:XValidation:rule="!(self.lowerAscii() in ['accept', 'connection', 'content-length', 'content-type', 'host', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'user-agent', 'x-hookline-owner', 'x-hookline-probe'])",message="name is a header that Okta, HTTP or Hookline uses itself; write another, such as Authorization or X-Hook-Secret"
	Name string `json:"name,omitempty"`

	// secretKeyRef names your own secret: the whole value of the header, a scheme word such as "Bearer "
	// included. When unset, the manager generates the value and rotates it.
	// +optional
	SecretKeyRef *SecretKeyReference `json:"secretKeyRef,omitempty"`
}

// BasicAuthentication is a user name and password (RFC 7617).
type BasicAuthentication struct {
	// secretRef names a Secret of type kubernetes.io/basic-auth, with the keys username and password.
	// +required
	SecretRef SecretReference `json:"secretRef"`
}

// Rotation says how often a generated secret is replaced.
type Rotation struct {
	// interval between two rotations, from 1h to 8760h (a year).
	// +required
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^[+]?(([0-9]+[.]?[0-9]*|[.][0-9]+)(h|m|s|ms|[uµμ]s|ns))+$') && duration(self) >= duration('1h') && duration(self) <= duration('8760h')",message="interval must be a duration from 1h to 8760h, such as 720h"
	Interval metav1.Duration `json:"interval"`
}

// Adoption says whether a hook that somebody else made may be taken over.
// +kubebuilder:validation:XValidation:rule="(self.policy == 'ByID') == has(self.id)",message="adoption.id goes with policy: ByID, and only with it"
type Adoption struct {
	// policy is Never (the default), ByName or ByID.
	// +optional
	// +default="Never"
	Policy AdoptionPolicy `json:"policy,omitempty"`

	// id of the hook in Okta (cal…), when policy is ByID.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z0-9_-]+$')",message="id must be a hook id as Okta shows it, such as calkwr8b9vKJ12kmg1d7"
	ID string `json:"id,omitempty"`
}

// OktaInlineHookStatus is what was last seen of the hook.
type OktaInlineHookStatus struct {
	// observedGeneration is the generation of the spec that the rest of the status speaks of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions: Ready sums up Deployed, Reachable and Registered; while they are true also Reconciling
	// and Stalled, as kstatus knows them.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// url is what Okta calls.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	URL string `json:"url,omitempty"`

	// hook is the hook in Okta.
	// +optional
	Hook *RegisteredHook `json:"hook,omitempty"`

	// authentication is how Okta proves itself at present.
	// +optional
	Authentication *AuthenticationStatus `json:"authentication,omitempty"`

	// lastSyncTime is when Okta's side was last compared.
	// +optional
	LastSyncTime *metav1.Time `json:"lastSyncTime,omitempty"`

	// lastHandledRequest is the value of the annotation hookline.dev/requestedAt that was last acted on.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	LastHandledRequest string `json:"lastHandledRequest,omitempty"`
}

// RegisteredHook is the hook as Okta has it.
type RegisteredHook struct {
	// id in Okta (cal…).
	// +required
	// +kubebuilder:validation:MaxLength=64
	ID string `json:"id"`

	// name in Okta.
	// +optional
	// +kubebuilder:validation:MaxLength=255
	Name string `json:"name,omitempty"`

	// type is Okta's id of the hook type, such as com.okta.user.credential.password.import.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	Type string `json:"type,omitempty"`

	// state is ACTIVE or INACTIVE.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	State string `json:"state,omitempty"`

	// lastUpdated is Okta's time of the last change, after the manager's own last one. A later one in
	// Okta means that somebody else has changed the hook, perhaps its secret.
	// +optional
	LastUpdated *metav1.Time `json:"lastUpdated,omitempty"`
}

// AuthenticationStatus is how Okta proves itself at present.
type AuthenticationStatus struct {
	// method is Header or Basic.
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Method string `json:"method,omitempty"`

	// rotatedAt is when Okta was last given another secret.
	// +optional
	RotatedAt *metav1.Time `json:"rotatedAt,omitempty"`

	// digest of the secret that Okta was last given, keyed with a random key that the manager keeps in
	// the Secret "<name>-hook-credentials". Okta never shows the secret again, so this is what tells
	// whether it has the right one.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Digest string `json:"digest,omitempty"`
}

// OktaInlineHook is an inline hook of an Okta org, and the service that answers it.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=oih,categories=hookline
// +kubebuilder:printcolumn:name="Type",type=string,JSONPath=`.spec.type`
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.hook.state`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="URL",type=string,priority=1,JSONPath=`.status.url`
// +kubebuilder:printcolumn:name="Hook ID",type=string,priority=1,JSONPath=`.status.hook.id`
// +kubebuilder:printcolumn:name="Message",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`
// +kubebuilder:validation:XValidation:rule="self.metadata.name.matches('^[a-z]([-a-z0-9]{0,48}[a-z0-9])?$')",message="metadata.name must start with a letter, have only lower-case letters, digits and -, and at most 50 characters: the hook's Service is named after it"
type OktaInlineHook struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is what is wanted.
	// +required
	Spec OktaInlineHookSpec `json:"spec"`

	// status is what was last seen.
	// +optional
	Status OktaInlineHookStatus `json:"status,omitempty"`
}

// OktaInlineHookList is a list of OktaInlineHooks.
// +kubebuilder:object:root=true
type OktaInlineHookList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []OktaInlineHook `json:"items"`
}
