package v1alpha1

// UserImportHandler decides on users that an app import would create: every rule that matches adds to the
// answer, in order; what a later one sets overrides an earlier one.
type UserImportHandler struct {
	// rules are tried in order; every one that matches adds to the answer.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Rules []UserImportRule `json:"rules"`
}

// UserImportAction is what becomes of an imported user.
// +kubebuilder:validation:Enum=CreateUser;LinkUser
type UserImportAction string

const (
	// ActionCreateUser makes a new user in Okta.
	ActionCreateUser UserImportAction = "CreateUser"
	// ActionLinkUser links the app user to a user that Okta has.
	ActionLinkUser UserImportAction = "LinkUser"
)

// UserImportRule changes the users that it matches.
// +kubebuilder:validation:XValidation:rule="has(self.profile) || has(self.appProfile) || has(self.action)",message="a rule needs profile, appProfile or action"
// +kubebuilder:validation:XValidation:rule="(has(self.action) && self.action == 'LinkUser') == has(self.user)",message="user says which user of Okta to link to: it goes with action: LinkUser, which needs it"
type UserImportRule struct {
	// name of the rule, for messages and Okta's System Log. When unset, its place, such as rules[0].
	// +optional
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="name must have lower-case letters, digits and -, such as finance"
	Name string `json:"name,omitempty"`

	// when is a CEL expression over request, appUser and user that says whether the rule matches. When
	// unset, always. If it reads a member that is absent, the rule does not match.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	When string `json:"when,omitempty"`

	// profile sets attributes of the user in Okta: names of Okta's user schema, and CEL expressions for
	// the values. The password can't be set.
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=64
	// +kubebuilder:validation:XValidation:rule="self.all(name, name.lowerAscii() != 'password')",message="profile can't set password: Okta lets no hook do that; leave it out"
	// +kubebuilder:validation:XValidation:rule="!('' in self)",message="profile has an attribute without a name"
	Profile map[string]Expression `json:"profile,omitempty"`

	// appProfile sets attributes of the app user: names of the app's schema, and CEL expressions for the
	// values. Okta maps them on to the user.
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=64
	// +kubebuilder:validation:XValidation:rule="!('' in self)",message="appProfile has an attribute without a name"
	AppProfile map[string]Expression `json:"appProfile,omitempty"`

	// action is CreateUser or LinkUser. When unset, what Okta would do by itself.
	// +optional
	Action UserImportAction `json:"action,omitempty"`

	// user is a CEL expression over the same that yields the id in Okta of the user to link to, with
	// action: LinkUser.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	User string `json:"user,omitempty"`
}
