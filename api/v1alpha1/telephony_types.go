package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TelephonyHandler sends one-time codes by text message or voice call: the first route that fits a call says
// which providers are tried, in order. A second provider is tried only if the first one definitely has not
// sent.
// +kubebuilder:validation:XValidation:rule="!has(self.routes) || self.routes.all(route, route.providers.all(name, self.providers.exists(provider, provider.name == name)))",message="routes[].providers must be names of handler.telephony.providers"
type TelephonyHandler struct {
	// providers carry the codes, each under a name that routes refer to.
	// +required
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=8
	Providers []TelephonyProvider `json:"providers"`

	// routes are tried in order; the first one that fits a call decides. When unset, every call goes to
	// the providers in their order. A call that no route fits is not sent and reported as FAILED.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	Routes []TelephonyRoute `json:"routes,omitempty"`

	// message is a CEL expression over request, message and user that yields the text. When unset, the
	// text that Okta rendered; for a voice call, which Okta renders no text for, a sentence in the
	// language of the call. In a voice call the code is read digit by digit, and the text twice.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	Message string `json:"message,omitempty"`

	// allowedCountries are the countries that codes are sent to, as ISO 3166-1 alpha-2 codes such as US.
	// A number of another country, or of none, is blocked. When unset, all countries.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=250
	AllowedCountries []CountryCode `json:"allowedCountries,omitempty"`

	// limits bound how often codes are sent. Each pod counts for itself: with n replicas up to n times as
	// many codes can be sent. When unset, there are none.
	// +optional
	Limits *TelephonyLimits `json:"limits,omitempty"`

	// onBlocked is what Okta is told of a call that allowedCountries, limits or the fraud protection of a
	// provider blocked: ReportSuccess (the default; nobody sends) or ReportFailed (Okta may send by
	// itself, past the block).
	// +optional
	OnBlocked OnBlocked `json:"onBlocked,omitempty"`

	// onUnknownOutcome is what happens when a provider may or may not have sent, such as after a timeout:
	// Pending (the default; Okta is told PENDING and nobody else is tried) or NextProvider (people may
	// get the same code twice).
	// +optional
	OnUnknownOutcome OnUnknownOutcome `json:"onUnknownOutcome,omitempty"`
}

// CountryCode is a country as ISO 3166-1 names it, out of those that have phone numbers; Kosovo is XK.
// +kubebuilder:validation:MinLength=2
// +kubebuilder:validation:MaxLength=2
// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Z]{2}$')",message="a country is an ISO 3166-1 alpha-2 code in capitals, such as US"
// +kubebuilder:validation:XValidation:rule="!self.matches('^[A-Z]{2}$') || self.matches('^(A[CDEFGILMORSTUWXZ]|B[ABDEFGHIJLMNOQRSTWYZ]|C[ACDFGHIKLMNORUVWXYZ]|D[EJKMOZ]|E[CEGHRST]|F[IJKMOR]|G[ABDEFGHILMNPQRTUWY]|H[KNRTU]|I[DELMNOQRST]|J[EMOP]|K[EGHIMNPRWYZ]|L[ABCIKRSTUVY]|M[ACDEFGHKLMNOPQRSTUVWXYZ]|N[ACEFGILOPRUZ]|OM|P[AEFGHKLMRSTWY]|QA|R[EOSUW]|S[ABCDEGHIJKLMNORSTVXYZ]|T[ACDGHJKLMNORTVWZ]|U[AGSYZ]|V[ACEGINU]|W[FS]|XK|Y[ET]|Z[AMW])$')",message="is no country that has phone numbers: write its ISO 3166-1 alpha-2 code, such as GB for the United Kingdom"
type CountryCode string

// OnBlocked is what Okta is told of a call that was blocked.
// +kubebuilder:validation:Enum=ReportSuccess;ReportFailed
type OnBlocked string

const (
	// ReportSuccess tells Okta SUCCESSFUL: nobody sends the code.
	ReportSuccess OnBlocked = "ReportSuccess"
	// ReportFailed tells Okta FAILED: Okta may send the code by itself.
	ReportFailed OnBlocked = "ReportFailed"
)

// OnUnknownOutcome is what happens when a provider may or may not have sent.
// +kubebuilder:validation:Enum=Pending;NextProvider
type OnUnknownOutcome string

const (
	// UnknownPending tells Okta PENDING and tries nobody else.
	UnknownPending OnUnknownOutcome = "Pending"
	// UnknownNextProvider tries the next provider.
	UnknownNextProvider OnUnknownOutcome = "NextProvider"
)

// TelephonyChannel is how a code reaches people.
// +kubebuilder:validation:Enum=SMS;Voice
type TelephonyChannel string

const (
	// ChannelSMS is a text message.
	ChannelSMS TelephonyChannel = "SMS"
	// ChannelVoice is a call that reads the code.
	ChannelVoice TelephonyChannel = "Voice"
)

// TelephonyRequestType is what a code is for.
// +kubebuilder:validation:Enum=PreEnrollment;MFAVerification;AccountUnlock;PasswordReset
type TelephonyRequestType string

const (
	// RequestPreEnrollment is somebody who adds a phone (com.okta.user.telephony.pre-enrollment).
	RequestPreEnrollment TelephonyRequestType = "PreEnrollment"
	// RequestMFAVerification is a sign-in (com.okta.user.telephony.mfa-verification).
	RequestMFAVerification TelephonyRequestType = "MFAVerification"
	// RequestAccountUnlock is a user who unlocks the account (com.okta.user.telephony.account-unlock).
	RequestAccountUnlock TelephonyRequestType = "AccountUnlock"
	// RequestPasswordReset is a user who resets the password (com.okta.user.telephony.password-reset).
	RequestPasswordReset TelephonyRequestType = "PasswordReset"
)

// TelephonyRoute says which providers carry the calls that it fits. What is unset fits every call.
// +kubebuilder:validation:XValidation:rule="!has(self.senders) || self.senders.all(name, name in self.providers)",message="senders has senders of the route's providers; write their names as they stand in providers"
type TelephonyRoute struct {
	// countries of the number, as ISO 3166-1 alpha-2 codes. A number whose country can't be told fits no
	// route with countries.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=250
	Countries []CountryCode `json:"countries,omitempty"`

	// channels are SMS and Voice.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=2
	Channels []TelephonyChannel `json:"channels,omitempty"`

	// requestTypes are what the code is for: PreEnrollment, MFAVerification, AccountUnlock and
	// PasswordReset. A type that Okta adds later fits routes without requestTypes only.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=4
	RequestTypes []TelephonyRequestType `json:"requestTypes,omitempty"`

	// when is a CEL expression over request, message and user. If it reads a member that is absent, the
	// route does not fit.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	When string `json:"when,omitempty"`

	// providers are tried in this order, the next one only if the one before definitely has not sent.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=8
	// +kubebuilder:validation:XValidation:rule="self.all(name, self.exists_one(other, other == name))",message="a route takes each provider once: trying the same one again is no failover"
	Providers []ProviderName `json:"providers"`

	// senders replace the providers' own senders on this route, by name of the provider: a number, a
	// short code, a name or whatever else the provider takes as sender.
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=8
	Senders map[string]Sender `json:"senders,omitempty"`
}

// ProviderName is the name of a provider.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=63
// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="the name of a provider must have lower-case letters, digits and -, such as twilio-eu"
type ProviderName string

// Sender is who a text message or call comes from.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=256
type Sender string

// TelephonyLimits bound how often codes are sent. Calls over a limit are blocked.
// +kubebuilder:validation:XValidation:rule="has(self.perNumber) || has(self.perUser) || has(self.perPrefix)",message="limits needs perNumber, perUser or perPrefix; leave it out if there shall be none"
type TelephonyLimits struct {
	// perNumber bounds the codes to one phone number.
	// +optional
	PerNumber *VelocityLimit `json:"perNumber,omitempty"`

	// perUser bounds the codes for one user of Okta.
	// +optional
	PerUser *VelocityLimit `json:"perUser,omitempty"`

	// perPrefix bounds the codes to numbers that differ in their last four digits only, as the ranges
	// have that are rented to earn from them.
	// +optional
	PerPrefix *VelocityLimit `json:"perPrefix,omitempty"`
}

// VelocityLimit allows count codes within any window.
type VelocityLimit struct {
	// count of codes, from 1 to 100000.
	// +required
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100000
	Count int32 `json:"count"`

	// window that they are counted in, from 1s to 24h, such as 10m.
	// +required
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^[+]?(([0-9]+[.]?[0-9]*|[.][0-9]+)(h|m|s|ms|[uµμ]s|ns))+$') && duration(self) >= duration('1s') && duration(self) <= duration('24h')",message="window must be a duration from 1s to 24h, such as 10m"
	Window metav1.Duration `json:"window"`
}
