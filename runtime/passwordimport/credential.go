package passwordimport

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/hookline/hookline/runtime/hook"
)

const (
	// maxPasswordBytes is what crypt(3) takes (CRYPT_MAX_PASSPHRASE_SIZE of libxcrypt). Some digests take
	// time in proportion to the length, so there has to be a limit.
	maxPasswordBytes = 512
	// maxUsernameBytes is far above the 100 characters that Okta allows in a login.
	maxUsernameBytes = 1024
)

// credential is what somebody typed. It must not be printed.
type credential struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// String keeps the password out of anything that prints the credential by accident.
func (credential) String() string { return "[redacted]" }

// GoString is String for %#v.
func (credential) GoString() string { return "[redacted]" }

var (
	errNoCredential  = errors.New("read credential: data.context.credential is missing or has no username and password")
	errNotUnicode    = errors.New("read credential: data is not written in UTF-8")
	errNoSuchPayload = errors.New("read credential: data.context.credential must be an object with the texts username and password")
)

// credentialOf reads data.context.credential, which Okta sends, or data.credential, which Okta's older guides
// describe. Its errors are failures: a request without credential says nothing about a password.
func credentialOf(data json.RawMessage) (credential, error) {
	// encoding/json replaces what isn't UTF-8, so that two different passwords could become the same.
	if !utf8.Valid(data) {
		return credential{}, hook.Fail(hook.RequestInvalid, errNotUnicode)
	}
	var payload struct {
		Context struct {
			Credential json.RawMessage `json:"credential"`
		} `json:"context"`
		Credential json.RawMessage `json:"credential"`
	}
	// The texts of encoding/json quote values.
	if err := json.Unmarshal(data, &payload); err != nil {
		return credential{}, hook.Fail(hook.RequestInvalid, errNoSuchPayload)
	}
	chosen := payload.Context.Credential
	if isAbsent(chosen) {
		chosen = payload.Credential
	}
	if isAbsent(chosen) {
		return credential{}, hook.Fail(hook.RequestInvalid, errNoCredential)
	}
	var c credential
	if err := json.Unmarshal(chosen, &c); err != nil {
		return credential{}, hook.Fail(hook.RequestInvalid, errNoSuchPayload)
	}
	return c, nil
}

func isAbsent(value json.RawMessage) bool {
	return len(value) == 0 || bytes.Equal(value, []byte("null"))
}

// isUsable reports whether there can be a user with this name and password. PostgreSQL takes no NUL in a
// text, and for crypt(3) a password ends at one.
func isUsable(username, password string) bool {
	return username != "" && password != "" &&
		len(username) <= maxUsernameBytes && len(password) <= maxPasswordBytes &&
		!strings.Contains(username, "\x00") && !strings.Contains(password, "\x00") &&
		utf8.ValidString(username)
}
