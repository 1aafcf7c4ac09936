package hook

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Types of commands that Okta carries out.
const (
	// CommandActionUpdate decides: {"credential": "VERIFIED"} in a password import, {"registration":
	// "DENY"} in a registration, {"result": "LINK_USER"} in a user import. (Examples that say com.action.update have a misprint.)
	CommandActionUpdate = "com.okta.action.update"
	// CommandProfileUpdate sets attributes of somebody who signs up, only in self.service.registration, or of
	// an imported user.
	CommandProfileUpdate = "com.okta.user.profile.update"
	// CommandProgressiveProfileUpdate sets attributes of a user who was asked for more; only in
	// progressive.profile.
	CommandProgressiveProfileUpdate = "com.okta.user.progressive.profile.update"
	// CommandIdentityPatch changes the ID token of a token call.
	CommandIdentityPatch = "com.okta.identity.patch"
	// CommandAccessPatch changes the access token of a token call.
	CommandAccessPatch = "com.okta.access.patch"
	// CommandAssertionPatch changes a SAML assertion.
	CommandAssertionPatch = "com.okta.assertion.patch"
	// CommandAppUserProfileUpdate sets attributes of an imported app user.
	CommandAppUserProfileUpdate = "com.okta.appUser.profile.update"
	// CommandUserUpdate names the user to link to, {"id": "..."}; it goes with LINK_USER.
	CommandUserUpdate = "com.okta.user.update"
)

// MaxResponseBytes is the largest body that Okta takes: it has to stay below 256 KB.
const MaxResponseBytes = 256_000 - 1

// ErrResponseTooLarge is the error of a response above MaxResponseBytes.
var ErrResponseTooLarge = errors.New("response is larger than Okta accepts")

// Response is what Okta is to do.
type Response struct {
	// Commands are carried out in order.
	Commands []Command `json:"commands"`
	// Error, when set, keeps Okta from carrying out any command. What else it does depends on the hook
	// type; password import has no use for it.
	Error *Error `json:"error,omitempty"`
	// DebugContext is copied into Okta's System Log, where every admin reads it: no secrets, passwords
	// or codes.
	DebugContext map[string]any `json:"debugContext,omitempty"`
}

// Command is one thing that Okta is to do.
type Command struct {
	// Type is the id of the command, such as com.okta.action.update.
	Type string `json:"type"`
	// Value is what to do it with: an object for password import, registration and user import, an array
	// for token, SAML and telephony.
	Value any `json:"value"`
}

// Error is a refusal that people are shown.
type Error struct {
	// ErrorSummary says what is wrong. Okta has a generic text of its own if it is missing.
	ErrorSummary string `json:"errorSummary,omitempty"`
	// ErrorCauses are the details. The sign-in widget shows these, and nothing else, to somebody who signs up.
	ErrorCauses []ErrorCause `json:"errorCauses,omitempty"`
}

// ErrorCause is one detail of an Error.
type ErrorCause struct {
	// ErrorSummary says what is wrong.
	ErrorSummary string `json:"errorSummary,omitempty"`
	// Reason is a code for support, such as INVALID_EMAIL_DOMAIN.
	Reason string `json:"reason,omitempty"`
	// LocationType is body, header, url or query.
	LocationType string `json:"locationType,omitempty"`
	// Location is the member at fault, such as data.userProfile.email.
	Location string `json:"location,omitempty"`
	// Domain says who is at fault: end-user or external-service.
	Domain string `json:"domain,omitempty"`
}

// Encode writes the response as JSON. It is an error if that is larger than Okta accepts
// ([ErrResponseTooLarge]) or if a value can't be written as JSON.
func (r *Response) Encode() ([]byte, error) {
	whole := *r
	if whole.Commands == nil {
		whole.Commands = []Command{} // Okta wants an array, never null
	}
	body, err := json.Marshal(&whole)
	if err != nil {
		return nil, fmt.Errorf("encode response: %w", err)
	}
	if len(body) > MaxResponseBytes {
		return nil, fmt.Errorf("encode response of %d bytes: %w", len(body), ErrResponseTooLarge)
	}
	return body, nil
}
