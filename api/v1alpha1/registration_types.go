package v1alpha1

// RegistrationRequestType is what a registration hook is asked about.
// +kubebuilder:validation:Enum=SelfService;ProgressiveProfile
type RegistrationRequestType string

const (
	// RequestSelfService is somebody who signs up (self.service.registration).
	RequestSelfService RegistrationRequestType = "SelfService"
	// RequestProgressiveProfile is a user who is asked for more attributes (progressive.profile).
	RequestProgressiveProfile RegistrationRequestType = "ProgressiveProfile"
)

// RegistrationDefault is what happens when no rule decides.
// +kubebuilder:validation:Enum=Allow;Deny
type RegistrationDefault string

const (
	// RegistrationAllow lets the registration or update pass unchanged.
	RegistrationAllow RegistrationDefault = "Allow"
	// RegistrationDeny refuses it.
	RegistrationDeny RegistrationDefault = "Deny"
)

// RegistrationHandler judges sign-ups and profile updates: the first rule that matches decides, then
// allowedEmailDomains, then default.
// +kubebuilder:validation:XValidation:rule="has(self.rules) || has(self.allowedEmailDomains) || has(self.default)",message="registration needs rules, allowedEmailDomains or default; as it is, it would refuse everybody"
// +kubebuilder:validation:XValidation:rule="!has(self.allowedEmailDomains) || !has(self.default) || self.default == 'Deny'",message="allowedEmailDomains has no effect with default: Allow; write default: Deny or leave default out"
type RegistrationHandler struct {
	// allowedEmailDomains lets people with an email address in one of these domains sign up, after the
	// rules and before default. In a profile update only a changed email is held to the list.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=256
	AllowedEmailDomains []EmailDomain `json:"allowedEmailDomains,omitempty"`

	// rules are tried in order; the first one that matches decides.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Rules []RegistrationRule `json:"rules,omitempty"`

	// default is Deny (when unset) or Allow: what happens when nothing else decides.
	// +optional
	Default RegistrationDefault `json:"default,omitempty"`

	// message is what people see when allowedEmailDomains or default refuses them. When unset, Okta's own
	// text.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Message string `json:"message,omitempty"`
}

// EmailDomain is the part of an email address behind the @.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=253
// +kubebuilder:validation:XValidation:rule="!format.dns1123Subdomain().validate(self).hasValue()",message="allowedEmailDomains takes lower-case domains without @ or *, such as example.com"
type EmailDomain string

// RegistrationRule allows or denies what it matches.
// +kubebuilder:validation:XValidation:rule="has(self.allow) != has(self.deny)",message="a rule takes exactly one of allow: {} and deny: {summary: ...}"
// +kubebuilder:validation:XValidation:rule="!has(self.profile) || has(self.allow)",message="profile changes what is registered and goes with allow; leave it out of a rule that denies"
type RegistrationRule struct {
	// name of the rule, for metrics and messages.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="name must have lower-case letters, digits and -, such as partner-sign-up"
	Name string `json:"name"`

	// requestTypes says what the rule is for: SelfService (somebody signs up) and ProgressiveProfile (a
	// user is asked for more). When unset, both.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=2
	RequestTypes []RegistrationRequestType `json:"requestTypes,omitempty"`

	// when is a CEL expression over request, user and update that says whether the rule matches. When
	// unset, always. If it reads a member that is absent, a rule that allows does not match and one that
	// denies does.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	When string `json:"when,omitempty"`

	// allow lets it pass.
	// +optional
	Allow *RegistrationAllowed `json:"allow,omitempty"`

	// deny refuses it.
	// +optional
	Deny *RegistrationDenied `json:"deny,omitempty"`

	// profile sets attributes of the user: names of Okta's user schema, and CEL expressions for the
	// values. The password can't be set.
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=64
	// +kubebuilder:validation:XValidation:rule="self.all(name, name.lowerAscii() != 'password')",message="profile can't set password: Okta lets no hook do that; leave it out"
	// +kubebuilder:validation:XValidation:rule="!('' in self)",message="profile has an attribute without a name"
	Profile map[string]Expression `json:"profile,omitempty"`
}

// RegistrationAllowed lets a registration pass.
type RegistrationAllowed struct{}

// RegistrationDenied refuses a registration with a message.
type RegistrationDenied struct {
	// summary is what the person sees.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Summary string `json:"summary"`

	// reason is a code for support, such as INVALID_EMAIL_DOMAIN.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	Reason string `json:"reason,omitempty"`

	// location names the attribute that is at fault, such as data.userProfile.email: the sign-in widget
	// shows the summary beside that field.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule="self.startsWith('data.userProfile.') || self.startsWith('data.userProfileUpdate.')",message="location must name a submitted attribute, such as data.userProfile.email or data.userProfileUpdate.employeeNumber"
	Location string `json:"location,omitempty"`
}
