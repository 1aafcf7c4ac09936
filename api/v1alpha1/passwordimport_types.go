package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

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
