package v1alpha1

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Bounds that the schema has as well. One table of cases is judged by both (see the tests).
const (
	maxExpression    = 4096
	maxHeaderName    = 64
	maxLocation      = 256
	maxMessage       = 1024
	maxPath          = 512
	maxReason        = 128
	maxSaltColumn    = 128
	minLookupTimeout = 10 * time.Millisecond
	maxLookupTimeout = 2500 * time.Millisecond
)

var (
	pathPattern       = newForm(`^/[-A-Za-z0-9._~/]*$`)
	dotSegment        = newForm(`/[.]{1,2}(/|$)`)
	headerNamePattern = newForm(`^[A-Za-z0-9-]+$`)
	secretKeyPattern  = newForm(`^[-._a-zA-Z0-9]+$`)
	ruleNamePattern   = newForm(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)

	// reservedHeaders are used by Okta, HTTP or Hookline itself.
	reservedHeaders = []string{
		"accept", "connection", "content-length", "content-type", "host", "te", "trailer",
		"transfer-encoding", "upgrade", "user-agent", "x-hookline-owner", "x-hookline-probe",
	}
)

// ValidateHook checks the part of a hook that the runtime reads: type, path, authentication and handler.
// It gives the verdict that the CRD's schema gives, for files that no API server has seen. An empty path
// or nil authentication stand for their defaults. Expressions are not compiled here.
func ValidateHook(t HookType, path string, auth *Authentication, h *Handler) field.ErrorList {
	var errs field.ErrorList
	if t.OktaID() == "" {
		errs = append(errs, field.NotSupported(field.NewPath("type"), t,
			[]HookType{PasswordImport, Registration, Telephony, Token, SAMLAssertion, UserImport}))
	}
	errs = append(errs, validatePath(field.NewPath("path"), path)...)
	if auth != nil {
		errs = append(errs, validateAuthentication(field.NewPath("authentication"), auth)...)
	}
	errs = append(errs, validateHandler(field.NewPath("handler"), t, h)...)
	if h.External != nil {
		errs = append(errs, validateElsewhere(field.NewPath("authentication"), t, auth)...)
	}
	return errs
}

// validateElsewhere checks how Okta proves itself to a service that exists already: by a secret that the
// service knows, or not at all.
func validateElsewhere(at *field.Path, t HookType, auth *Authentication) field.ErrorList {
	switch {
	case auth == nil && t == Telephony:
		return field.ErrorList{field.Required(at,
			"Okta takes telephony hooks with a secret only: name it with authentication.header.secretKeyRef")}
	case auth != nil && auth.Basic == nil && (auth.Header == nil || auth.Header.SecretKeyRef == nil):
		return field.ErrorList{field.Invalid(at, field.OmitValueType{},
			"with handler.external the secret must be one that your service knows: name it with "+
				"authentication.header.secretKeyRef or authentication.basic.secretRef, or leave authentication out")}
	}
	return nil
}

// validateLength counts characters, as the schema does.
func validateLength(at *field.Path, text string, most int) field.ErrorList {
	if utf8.RuneCountInString(text) > most {
		return field.ErrorList{field.TooLong(at, "", most)}
	}
	return nil
}

func validatePath(at *field.Path, path string) field.ErrorList {
	if path == "" {
		return nil
	}
	if errs := validateLength(at, path, maxPath); len(errs) > 0 {
		return errs
	}
	if !pathPattern.MatchString(path) || strings.Contains(path, "//") || dotSegment.MatchString(path) {
		return field.ErrorList{field.Invalid(at, path, "must start with / and have only letters, digits and -._~/ in it, "+
			"without empty or dot segments, such as /identity/legacy-passwords")}
	}
	return nil
}

func validateAuthentication(at *field.Path, auth *Authentication) field.ErrorList {
	var errs field.ErrorList
	if auth.Header != nil && auth.Basic != nil {
		errs = append(errs, field.Invalid(at, "header and basic", "takes one of header and basic, not both"))
	}
	if auth.Rotation != nil {
		errs = append(errs, validateRotation(at.Child("rotation"), auth)...)
	}
	if auth.Header != nil {
		errs = append(errs, validateHeader(at.Child("header"), auth.Header)...)
	}
	if auth.Basic != nil {
		errs = append(errs, validateSecretName(at.Child("basic", "secretRef", "name"), auth.Basic.SecretRef.Name)...)
	}
	return errs
}

func validateRotation(at *field.Path, auth *Authentication) field.ErrorList {
	var errs field.ErrorList
	if auth.Basic != nil || auth.Header != nil && auth.Header.SecretKeyRef != nil {
		errs = append(errs, field.Forbidden(at,
			"is for secrets that the manager generates; leave rotation or the reference to your own Secret out"))
	}
	if d := auth.Rotation.Interval.Duration; d < time.Hour || d > 8760*time.Hour {
		errs = append(errs, field.Invalid(at.Child("interval"), d.String(), "must be a duration from 1h to 8760h, such as 720h"))
	}
	return errs
}

func validateHeader(at *field.Path, header *HeaderAuthentication) field.ErrorList {
	var errs field.ErrorList
	switch name := header.Name; {
	case name == "":
	case len(name) > maxHeaderName:
		errs = append(errs, field.TooLong(at.Child("name"), "", maxHeaderName))
	case !headerNamePattern.MatchString(name):
		errs = append(errs, field.Invalid(at.Child("name"), name,
			"must be a header name of letters, digits and -, such as Authorization"))
	case slices.Contains(reservedHeaders, strings.ToLower(name)):
		errs = append(errs, field.Invalid(at.Child("name"), name,
			"is a header that Okta, HTTP or Hookline uses itself; write another, such as Authorization or X-Hook-Secret"))
	}
	if header.SecretKeyRef != nil {
		errs = append(errs, validateSecretKeyRef(at.Child("secretKeyRef"), *header.SecretKeyRef)...)
	}
	return errs
}

func validateSecretKeyRef(at *field.Path, ref SecretKeyReference) field.ErrorList {
	errs := validateSecretName(at.Child("name"), ref.Name)
	if len(ref.Key) > 253 || !secretKeyPattern.MatchString(ref.Key) || ref.Key == "." || ref.Key == ".." {
		errs = append(errs, field.Invalid(at.Child("key"), ref.Key,
			"must be a key of a Secret: letters, digits, -, _ and ., such as token"))
	}
	return errs
}

func validateSecretName(at *field.Path, name string) field.ErrorList {
	if len(validation.IsDNS1123Subdomain(name)) > 0 {
		return field.ErrorList{field.Invalid(at, name,
			"must be the name of a Secret: lower-case letters, digits, - and ., such as okta-api")}
	}
	return nil
}

var externalPattern = newForm(`^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^#\s]*)?$`)

func validateExternal(at *field.Path, url string) field.ErrorList {
	if utf8.RuneCountInString(url) > 1024 || !externalPattern.MatchString(url) {
		return field.ErrorList{field.Invalid(at, url, "must be an https address of at most 1024 characters with a host and "+
			"without white space or fragment, such as https://existing.example/hook: Okta calls nothing else")}
	}
	return nil
}

func validatePasswordImport(at *field.Path, h *PasswordImportHandler) field.ErrorList {
	var errs field.ErrorList
	store := at.Child("userStore")
	if (h.UserStore.Static == nil) == (h.UserStore.SQL == nil) {
		errs = append(errs, field.Required(store, "takes exactly one of static and sql"))
	}
	if h.UserStore.Static != nil {
		errs = append(errs, validateSecretKeyRef(store.Child("static", "secretKeyRef"), h.UserStore.Static.SecretKeyRef)...)
	}
	if h.UserStore.SQL != nil {
		errs = append(errs, validateSQL(store.Child("sql"), h.UserStore.SQL)...)
	}
	errs = append(errs, validateLength(at.Child("username"), h.Username, maxExpression)...)
	if h.Timeout != nil {
		errs = append(errs, validateTimeout(at.Child("timeout"), *h.Timeout)...)
	}
	return errs
}

func validateTimeout(at *field.Path, timeout metav1.Duration) field.ErrorList {
	if d := timeout.Duration; d < minLookupTimeout || d > maxLookupTimeout {
		return field.ErrorList{field.Invalid(at, d.String(), "must be a duration from 10ms to 2500ms, such as 2s")}
	}
	return nil
}

func validateSQL(at *field.Path, sql *SQLUserStore) field.ErrorList {
	var errs field.ErrorList
	if sql.Driver != DriverPostgres {
		errs = append(errs, field.NotSupported(at.Child("driver"), sql.Driver, []SQLDriver{DriverPostgres}))
	}
	errs = append(errs, validateSecretKeyRef(at.Child("dsn", "secretKeyRef"), sql.DSN.SecretKeyRef)...)
	if !strings.Contains(sql.Query, "$1") {
		errs = append(errs, field.Invalid(at.Child("query"), sql.Query, "must use the user name as its parameter $1, "+
			"such as SELECT password_hash FROM users WHERE lower(email) = lower($1)"))
	}
	errs = append(errs, validateLength(at.Child("query"), sql.Query, maxExpression)...)
	if sql.Digest != nil {
		errs = append(errs, validateDigest(at.Child("digest"), sql.Digest)...)
	}
	return errs
}

func validateDigest(at *field.Path, d *Digest) field.ErrorList {
	var errs field.ErrorList
	formats := []DigestFormat{DigestAuto, DigestSHA512, DigestSHA256, DigestSHA1, DigestMD5}
	if d.Format != "" && !slices.Contains(formats, d.Format) {
		errs = append(errs, field.NotSupported(at.Child("format"), d.Format, formats))
	}
	if (d.Format == "" || d.Format == DigestAuto) && (d.SaltColumn != "" || d.SaltOrder != "" || d.Encoding != "") {
		errs = append(errs, field.Forbidden(at, "saltColumn, saltOrder and encoding go with a format that does not "+
			"describe itself (SHA512, SHA256, SHA1, MD5); leave them out with format: Auto"))
	}
	if d.SaltOrder != "" && d.SaltColumn == "" {
		errs = append(errs, field.Forbidden(at.Child("saltOrder"), "goes with saltColumn: name the column that has the salt"))
	}
	if d.SaltOrder != "" && d.SaltOrder != SaltPrefix && d.SaltOrder != SaltPostfix {
		errs = append(errs, field.NotSupported(at.Child("saltOrder"), d.SaltOrder, []SaltOrder{SaltPrefix, SaltPostfix}))
	}
	if d.Encoding != "" && d.Encoding != EncodingHex && d.Encoding != EncodingBase64 {
		errs = append(errs, field.NotSupported(at.Child("encoding"), d.Encoding, []DigestEncoding{EncodingHex, EncodingBase64}))
	}
	return append(errs, validateLength(at.Child("saltColumn"), d.SaltColumn, maxSaltColumn)...)
}
