package hookconfig

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/net/http/httpguts"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/hookline/hookline/api/v1alpha1"
)

const (
	// defaultHeader carries the secret unless authentication.header.name says otherwise.
	defaultHeader = "Authorization"
	// maxCredentials bounds how many values are accepted at a time: each call is compared with all. A
	// rotation needs two, or three when one follows upon another.
	maxCredentials = 16
	// maxCredentialBytes bounds one value: the whole head of a request has to fit the server's limit.
	maxCredentialBytes = 8 << 10
)

// serialPattern is the name of a file with a credential.
var serialPattern = regexp.MustCompile(`^[0-9]+$`)

// Accepted says what a caller has to send to be taken for Okta: one of several values of one header. The
// values themselves are gone; what is left can't be printed by mistake.
type Accepted struct {
	// Header is the name of the header.
	Header string
	// Basic is true if callers prove themselves as in RFC 7617.
	Basic bool
	// Values that are accepted, at least one.
	Values []AcceptedValue
}

// AcceptedValue is one value that is accepted.
type AcceptedValue struct {
	// Serial is the name of the credential file that has the value; empty for a value from the
	// configuration's own references.
	Serial string
	// Digest is the SHA-256 of the whole header value.
	Digest [sha256.Size]byte
}

// Accepts reports whether the value of the credential file named serial is among the accepted ones.
func (a *Accepted) Accepts(serial string) bool {
	for _, value := range a.Values {
		if value.Serial == serial {
			return true
		}
	}
	return false
}

// Credentials works out what a caller has to send. With a credentialsDir it is what the files there say
// whose names are numbers, one whole header value each, so that two are accepted during a rotation; the
// references in the configuration are not read then. Without one they are, as files below secrets. Errors
// name fields and files, never their content.
func Credentials(cfg *Config, secrets SecretsDir, credentialsDir string) (*Accepted, error) {
	auth := cfg.Authentication
	if auth == nil {
		auth = &v1alpha1.Authentication{}
	}
	accepted := &Accepted{Header: defaultHeader, Basic: auth.Basic != nil}
	if auth.Header != nil && auth.Header.Name != "" {
		accepted.Header = auth.Header.Name
	}
	var err error
	switch {
	case credentialsDir != "":
		accepted.Values, err = readCredentials(credentialsDir)
	case auth.Basic != nil:
		accepted.Values, err = one(basicValue(auth.Basic, secrets))
	default:
		accepted.Values, err = one(headerValue(auth.Header, secrets))
	}
	if err != nil {
		return nil, err
	}
	return accepted, nil
}

func one(value []byte, err error) ([]AcceptedValue, error) {
	if err != nil {
		return nil, err
	}
	return []AcceptedValue{{Digest: sha256.Sum256(value)}}, nil
}

func headerValue(header *v1alpha1.HeaderAuthentication, secrets SecretsDir) ([]byte, error) {
	at := field.NewPath("authentication", "header", "secretKeyRef")
	if header == nil || header.SecretKeyRef == nil {
		return nil, field.Required(at, "say which file has the value that Okta sends, such as {name: hook-secret, key: value} "+
			"for hook-secret/value below --secrets, or give --credentials DIR")
	}
	value, err := secrets.Read(*header.SecretKeyRef)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	if err := checkHeaderValue(value); err != nil {
		return nil, fmt.Errorf("%s: key %q of secret %q: %w", at, header.SecretKeyRef.Key, header.SecretKeyRef.Name, err)
	}
	return value, nil
}

func basicValue(basic *v1alpha1.BasicAuthentication, secrets SecretsDir) ([]byte, error) {
	at := field.NewPath("authentication", "basic", "secretRef")
	username, err := secrets.Read(v1alpha1.SecretKeyReference{Name: basic.SecretRef.Name, Key: "username"})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	if strings.Contains(string(username), ":") {
		return nil, fmt.Errorf("%s: the username must not have a colon in it: what is behind it would count as the password", at)
	}
	password, err := secrets.Read(v1alpha1.SecretKeyReference{Name: basic.SecretRef.Name, Key: "password"})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	pair := append(append(username, ':'), password...)
	return []byte("Basic " + base64.StdEncoding.EncodeToString(pair)), nil
}

func readCredentials(dir string) ([]AcceptedValue, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	var values []AcceptedValue
	for _, entry := range entries {
		serial := entry.Name()
		if !serialPattern.MatchString(serial) {
			continue // Kubernetes keeps ..data and its like beside the files
		}
		value, err := readBounded(filepath.Join(dir, serial), maxCredentialBytes)
		if err == nil {
			err = checkHeaderValue(value)
		}
		if err != nil {
			return nil, fmt.Errorf("read credential %s in %s: %w", serial, dir, err)
		}
		values = append(values, AcceptedValue{Serial: serial, Digest: sha256.Sum256(value)})
	}
	if len(values) == 0 {
		return nil, fmt.Errorf("read credentials: %s has no file whose name is a number; write each header value into one, such as 1", dir)
	}
	if len(values) > maxCredentials {
		return nil, fmt.Errorf("read credentials: %s has %d of them; keep at most %d", dir, len(values), maxCredentials)
	}
	return values, nil
}

// checkHeaderValue refuses what could never match: an empty value, and one that HTTP can't carry as it is.
func checkHeaderValue(value []byte) error {
	text := string(value)
	switch {
	case text == "":
		return errors.New("the value is empty")
	case len(text) > maxCredentialBytes:
		return fmt.Errorf("the value is longer than %d bytes", maxCredentialBytes)
	case !httpguts.ValidHeaderFieldValue(text):
		return errors.New("the value has a line break or another control character, which no header can carry")
	case strings.Trim(text, " \t") != text:
		return errors.New("the value begins or ends with white space, which HTTP does not keep")
	}
	return nil
}
