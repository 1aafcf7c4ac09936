package v1alpha1

// Handler answers the calls of a hook: exactly one member.
// +kubebuilder:validation:XValidation:rule="[has(self.passwordImport), has(self.registration), has(self.telephony), has(self.token), has(self.saml), has(self.userImport), has(self.external)].exists_one(given, given)",message="handler takes exactly one of passwordImport, registration, telephony, token, saml, userImport and external"
type Handler struct {
	// passwordImport checks passwords against the store that users come from.
	// +optional
	PasswordImport *PasswordImportHandler `json:"passwordImport,omitempty"`

	// registration judges sign-ups and profile updates by rules.
	// +optional
	Registration *RegistrationHandler `json:"registration,omitempty"`

	// telephony sends one-time codes by text message or voice call, through providers of yours.
	// +optional
	Telephony *TelephonyHandler `json:"telephony,omitempty"`

	// token changes OAuth and OpenID Connect tokens by rules, or keeps them from being minted.
	// +optional
	Token *TokenHandler `json:"token,omitempty"`

	// saml changes SAML assertions by rules, or refuses the sign-on.
	// +optional
	SAML *SAMLHandler `json:"saml,omitempty"`

	// userImport decides by rules on users that an app import would create.
	// +optional
	UserImport *UserImportHandler `json:"userImport,omitempty"`

	// external registers a service that exists already. Nothing is deployed.
	// +optional
	External *ExternalHandler `json:"external,omitempty"`
}

// ExternalHandler is a service that exists already.
type ExternalHandler struct {
	// url is the whole address that Okta calls.
	// +required
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="self.matches('^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^#\\\\s]*)?$')",message="url must be an https address with a host and without white space or fragment, such as https://existing.example/hook: Okta calls nothing else"
	URL string `json:"url"`
}

// Expression is a CEL expression.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=4096
type Expression string
