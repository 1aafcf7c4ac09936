package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Handler answers the calls of a hook: exactly one member.
// +kubebuilder:validation:XValidation:rule="[has(self.passwordImport), has(self.registration), has(self.external)].exists_one(given, given)",message="handler takes exactly one of passwordImport, registration and external"
type Handler struct {
	// passwordImport checks passwords against the store that users come from.
	// +optional
	PasswordImport *PasswordImportHandler `json:"passwordImport,omitempty"`

	// registration judges sign-ups and profile updates by rules.
	// +optional
	Registration *RegistrationHandler `json:"registration,omitempty"`

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

// PasswordImportHandler checks passwords against the store that users come from.
type PasswordImportHandler struct {
	// userStore has the users and their password digests.
	// +required
	UserStore UserStore `json:"userStore"`

	// username is a CEL expression over request that yields the name to look up. When unset, the user
	// name as typed: request.data.context.credential.username.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	Username string `json:"username,omitempty"`

	// timeout of one look-up, from 10ms to 2500ms; when unset, 2s. Okta waits 3 s in all.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^[+]?(([0-9]+[.]?[0-9]*|[.][0-9]+)(h|m|s|ms|[uµμ]s|ns))+$') && duration(self) >= duration('10ms') && duration(self) <= duration('2500ms')",message="timeout must be a duration from 10ms to 2500ms, such as 2s"
	Timeout *metav1.Duration `json:"timeout,omitempty"`
}

// UserStore has users and their password digests: exactly one member.
// +kubebuilder:validation:XValidation:rule="[has(self.static), has(self.sql)].exists_one(given, given)",message="userStore takes exactly one of static and sql"
type UserStore struct {
	// static is a file of users in a Secret.
	// +optional
	Static *StaticUserStore `json:"static,omitempty"`

	// sql is a database.
	// +optional
	SQL *SQLUserStore `json:"sql,omitempty"`
}

// StaticUserStore is a file of users in a Secret.
type StaticUserStore struct {
	// secretKeyRef names the key of a Secret with lines "user:digest", as htpasswd writes them. Empty
	// lines and lines that begin with # are passed over.
	// +required
	SecretKeyRef SecretKeyReference `json:"secretKeyRef"`
}

// SQLDriver is a kind of database.
// +kubebuilder:validation:Enum=postgres
type SQLDriver string

// DriverPostgres is PostgreSQL.
const DriverPostgres SQLDriver = "postgres"

// SQLUserStore is a database with users.
type SQLUserStore struct {
	// driver is the kind of database: postgres.
	// +required
	Driver SQLDriver `json:"driver"`

	// dsn says where the database is and how to sign in, as a URL or as keywords (libpq's
	// connection string). The manager never reads it.
	// +required
	DSN SecretValue `json:"dsn"`

	// query yields the digest of one user. It has one parameter, $1, the user name; no row means that
	// there is no such user, more than one row is an error. The first column is the digest, unless
	// digest.saltColumn names one of two.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	// +kubebuilder:validation:XValidation:rule="self.contains('$1')",message="query must use the user name as its parameter $1, such as SELECT password_hash FROM users WHERE lower(email) = lower($1)"
	Query string `json:"query"`

	// digest says how the digest is written. When unset, it describes itself.
	// +optional
	Digest *Digest `json:"digest,omitempty"`
}

// DigestFormat is how a password digest is made.
// +kubebuilder:validation:Enum=Auto;SHA512;SHA256;SHA1;MD5
type DigestFormat string

const (
	// DigestAuto is a digest that describes itself, such as $2b$… or {SSHA}….
	DigestAuto DigestFormat = "Auto"
	// DigestSHA512 is one round of SHA-512.
	DigestSHA512 DigestFormat = "SHA512"
	// DigestSHA256 is one round of SHA-256.
	DigestSHA256 DigestFormat = "SHA256"
	// DigestSHA1 is one round of SHA-1.
	DigestSHA1 DigestFormat = "SHA1"
	// DigestMD5 is one round of MD5.
	DigestMD5 DigestFormat = "MD5"
)

// SaltOrder is where the salt stands.
// +kubebuilder:validation:Enum=Prefix;Postfix
type SaltOrder string

const (
	// SaltPrefix is digest(salt ‖ password).
	SaltPrefix SaltOrder = "Prefix"
	// SaltPostfix is digest(password ‖ salt).
	SaltPostfix SaltOrder = "Postfix"
)

// DigestEncoding is how bytes are written as text.
// +kubebuilder:validation:Enum=Hex;Base64
type DigestEncoding string

const (
	// EncodingHex is hexadecimal, in either case.
	EncodingHex DigestEncoding = "Hex"
	// EncodingBase64 is standard base64, padded or not.
	EncodingBase64 DigestEncoding = "Base64"
)

// Digest says how a password digest is written.
// +kubebuilder:validation:XValidation:rule="(has(self.format) && self.format != 'Auto') || (!has(self.saltColumn) && !has(self.saltOrder) && !has(self.encoding))",message="digest.saltColumn, saltOrder and encoding go with a format that does not describe itself (SHA512, SHA256, SHA1, MD5); leave them out with format: Auto"
// +kubebuilder:validation:XValidation:rule="has(self.saltColumn) || !has(self.saltOrder)",message="digest.saltOrder goes with saltColumn: name the column that has the salt"
type Digest struct {
	// format is Auto (the default: it describes itself), or one round of SHA512, SHA256, SHA1 or MD5.
	// +optional
	// +default="Auto"
	Format DigestFormat `json:"format,omitempty"`

	// saltColumn names the column of the query with the salt, as the bytes that were hashed. When unset,
	// there is no salt.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	SaltColumn string `json:"saltColumn,omitempty"`

	// saltOrder is Prefix, digest(salt‖password), the default, or Postfix.
	// +optional
	SaltOrder SaltOrder `json:"saltOrder,omitempty"`

	// encoding of the digest is Hex (the default) or Base64. A column of bytes needs none: it is taken as
	// it is if it has the length of the digest.
	// +optional
	Encoding DigestEncoding `json:"encoding,omitempty"`
}

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
	// +kubebuilder:validation:XValidation:rule="!('password' in self)",message="profile can't set password: Okta lets no hook do that; leave it out"
	Profile map[string]Expression `json:"profile,omitempty"`
}

// Expression is a CEL expression.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=4096
type Expression string

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
