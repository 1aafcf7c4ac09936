package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// OktaOrgSpec says where an Okta org is, how to sign in to it, and which hooks may use it.
type OktaOrgSpec struct {
	// url is the address of the org, such as https://acme.okta.com: https only, no path, and not the
	// address of the admin console (-admin).
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.startsWith('https://')",message="url must start with https://, such as https://acme.okta.com"
	// +kubebuilder:validation:XValidation:rule="!self.startsWith('https://') || self.matches('^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?$')",message="url must be a scheme and a host only, such as https://acme.okta.com: no path, query, user or white space"
	// +kubebuilder:validation:XValidation:rule="!self.matches('^https://[^/.]+-admin[.](okta|oktapreview|okta-emea|okta-gov|okta-miltest)[.]')",message="url is the address of the admin console; write the org's own URL, without -admin",messageExpression="'url is the address of the admin console; write ' + self.replace('-admin.', '.', 1)"
	URL string `json:"url"`

	// credentials say how the manager signs in to the org's management API.
	// +required
	Credentials OktaOrgCredentials `json:"credentials"`

	// tls says which certificates are trusted when the org is called. When unset, the public ones.
	// +optional
	TLS *OktaOrgTLS `json:"tls,omitempty"`

	// allowedNamespaces says which namespaces may have hooks in this org. When unset, only the
	// namespace of the OktaOrg.
	// +optional
	AllowedNamespaces *AllowedNamespaces `json:"allowedNamespaces,omitempty"`

	// hookEndpoint is where hooks of this org are reached unless they say so themselves.
	// +optional
	HookEndpoint *OrgHookEndpoint `json:"hookEndpoint,omitempty"`
}

// OktaOrgCredentials has exactly one way to sign in to an Okta org.
// +kubebuilder:validation:XValidation:rule="has(self.apiToken)",message="credentials need apiToken: {secretKeyRef: {name: ..., key: ...}}"
type OktaOrgCredentials struct {
	// apiToken is an API token of the org (scheme SSWS). It acts with the admin role of the person who
	// made it and expires after 30 days without use.
	// +optional
	APIToken *SecretValue `json:"apiToken,omitempty"`
}

// OktaOrgTLS says which certificates are trusted when the org is called.
type OktaOrgTLS struct {
	// caSecretKeyRef names the key of a Secret in the namespace of the OktaOrg with one or more CA
	// certificates in PEM. They replace the public ones: for a proxy with a CA of its own, or a simulator.
	// +required
	CASecretKeyRef SecretKeyReference `json:"caSecretKeyRef"`
}

// NamespacesFrom says how namespaces are chosen.
// +kubebuilder:validation:Enum=Same;All;Selector
type NamespacesFrom string

const (
	// NamespacesFromSame allows the namespace of the OktaOrg only.
	NamespacesFromSame NamespacesFrom = "Same"
	// NamespacesFromAll allows every namespace.
	NamespacesFromAll NamespacesFrom = "All"
	// NamespacesFromSelector allows the namespaces whose labels the selector matches, and no other: the
	// namespace of the OktaOrg too needs the labels.
	NamespacesFromSelector NamespacesFrom = "Selector"
)

// AllowedNamespaces says which namespaces may have hooks in an org.
// +kubebuilder:validation:XValidation:rule="(self.from == 'Selector') == has(self.selector)",message="allowedNamespaces.selector goes with from: Selector, and only with it"
type AllowedNamespaces struct {
	// from is Same (the namespace of the OktaOrg; the default), All, or Selector.
	// +optional
	// +default="Same"
	From NamespacesFrom `json:"from,omitempty"`

	// selector chooses namespaces by their labels, when from is Selector.
	// +optional
	Selector *metav1.LabelSelector `json:"selector,omitempty"`
}

// OrgHookEndpoint is where hooks of an org are reached unless they say so themselves.
type OrgHookEndpoint struct {
	// host is the public host name that Okta calls; each hook has a path of its own under it.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="!format.dns1123Subdomain().validate(self).hasValue() && !isIP(self)",message="host must be a lower-case DNS name without scheme, port or path, such as hooks.acme.example, and no IP address"
	Host string `json:"host"`

	// ingress says how the Ingress of each hook is made.
	// +required
	Ingress IngressOptions `json:"ingress"`
}

// OktaOrgStatus is what was last seen of the org.
type OktaOrgStatus struct {
	// observedGeneration is the generation of the spec that the rest of the status speaks of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions: Ready (the org answers and takes the credentials), and while they are true
	// Reconciling and Stalled, as kstatus knows them.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// orgID is Okta's id of the org (00o…).
	// +optional
	// +kubebuilder:validation:MaxLength=64
	OrgID string `json:"orgID,omitempty"`

	// hooks counts the inline hooks of the org.
	// +optional
	Hooks *OrgHookCounts `json:"hooks,omitempty"`

	// lastSyncTime is when the org was last asked successfully.
	// +optional
	LastSyncTime *metav1.Time `json:"lastSyncTime,omitempty"`
}

// OrgHookCounts counts the inline hooks of an org.
type OrgHookCounts struct {
	// total is how many inline hooks the org has, of all types.
	// +required
	// +kubebuilder:validation:Minimum=0
	Total int32 `json:"total"`

	// managed is how many of them OktaInlineHooks of this cluster have registered.
	// +required
	// +kubebuilder:validation:Minimum=0
	Managed int32 `json:"managed"`
}

// OktaOrg is an Okta org that hooks are registered in.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:categories=hookline
// +kubebuilder:printcolumn:name="URL",type=string,JSONPath=`.spec.url`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Hooks",type=integer,JSONPath=`.status.hooks.managed`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="Org ID",type=string,priority=1,JSONPath=`.status.orgID`
// +kubebuilder:printcolumn:name="Message",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`
type OktaOrg struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is what is wanted.
	// +required
	Spec OktaOrgSpec `json:"spec"`

	// status is what was last seen.
	// +optional
	Status OktaOrgStatus `json:"status,omitempty"`
}

// OktaOrgList is a list of OktaOrgs.
// +kubebuilder:object:root=true
type OktaOrgList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []OktaOrg `json:"items"`
}
