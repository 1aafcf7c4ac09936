package hook

import (
	"net/http"
	"slices"
)

// Okta's ids of the hook types.
const (
	// PasswordImport checks the password of a user whose digest Okta does not have.
	PasswordImport = "com.okta.user.credential.password.import"
	// Registration judges sign-ups and profile updates.
	Registration = "com.okta.user.pre-registration"
	// Telephony sends one-time codes.
	Telephony = "com.okta.telephony.provider"
	// Token changes OAuth and OpenID Connect tokens.
	Token = "com.okta.oauth2.tokens.transform"
	// SAMLAssertion changes SAML assertions.
	SAMLAssertion = "com.okta.saml.tokens.transform"
	// UserImport decides on users that an app import would create.
	UserImport = "com.okta.import.transform"
)

// Type says how Okta treats a hook type.
type Type struct {
	// ID is Okta's id of the type, the eventType of its calls.
	ID string
	// Retries is how often Okta repeats a call after a timeout, a lost connection or a 5xx.
	Retries int
	// Failure is the answer to a call that could not be decided. It is chosen so that Okta does not go on
	// as if the hook had agreed.
	Failure Answer
	// Doubtful is the answer to a failed call whose handler may have done its work all the same. When
	// nil, Failure.
	Doubtful *Answer
	// OncePerEvent: a call has an effect that must not happen twice. Its handler runs once for an event
	// id, whatever the data and however it ended; another type's runs again after a failure.
	OncePerEvent bool
}

// Answer is what goes back to Okta.
type Answer struct {
	// Status is the HTTP status.
	Status int
	// Response is the body. When nil, the body is a small JSON error with the code of the failure, which
	// Okta does not look at.
	Response *Response
}

// types is the only place that says what a failure means for a hook type.
var types = map[string]Type{
	// 5xx: Okta asks once more, then refuses this sign-in, imports nothing and asks again at the next one.
	// UNVERIFIED or 204 would tell the person that the password is wrong, and counts towards a lockout.
	PasswordImport: {
		ID:      PasswordImport,
		Retries: 1,
		Failure: Answer{Status: http.StatusServiceUnavailable},
	},
	// 5xx: Okta asks once more, then denies with a generic text that asks to try again. 204 would let
	// everybody in.
	Registration: {
		ID:      Registration,
		Retries: 1,
		Failure: Answer{Status: http.StatusServiceUnavailable},
	},
	// Okta sends the code by itself after anything but 200, and may do so after FAILED: right if nobody
	// has sent it, a second code if a provider has. PENDING is the one answer that makes nobody send again.
	Telephony: {
		ID:           Telephony,
		Failure:      Answer{Status: http.StatusOK, Response: Sent(Delivery{Status: DeliveryFailed})},
		Doubtful:     &Answer{Status: http.StatusOK, Response: Sent(Delivery{Status: DeliveryPending})},
		OncePerEvent: true,
	},
	// An error object: no token. Anything else, 5xx and 204 too, has the token minted as if the rules had
	// nothing against it.
	Token: {
		ID:      Token,
		Failure: refusal("The token could not be made. Try again, or ask your administrator."),
	},
	// An error object: the sign-on is refused. 5xx, after one more try, sends the assertion unchanged.
	SAMLAssertion: {
		ID:      SAMLAssertion,
		Retries: 1,
		Failure: refusal("The sign-on could not be completed. Try again, or ask your administrator."),
	},
	// An error object: Okta writes a failure into its System Log. 5xx, after one more try, imports the user
	// as if there were no hook.
	UserImport: {
		ID:      UserImport,
		Retries: 1,
		Failure: refusal("The inline hook could not decide on the user."),
	},
}

// refusal is the answer that stops what Okta is about to do.
func refusal(summary string) Answer {
	return Answer{Status: http.StatusOK, Response: &Response{Error: &Error{ErrorSummary: summary}}}
}

// TypeByID is the hook type with Okta's id; false if this runtime does not know it.
func TypeByID(id string) (Type, bool) {
	t, known := types[id]
	return t, known
}

// doubtful are the failures after which nobody knows how far the handler came.
var doubtful = []FailureCode{DeadlineExceeded, Canceled, ResponseInvalid, Internal}

// OnFailure is the answer to a call that could not be decided because of code. A request that lacks what
// its type needs is answered with 400 where the type's failure is a status: it means the same to Okta,
// but is not tried again.
func (t Type) OnFailure(code FailureCode) Answer {
	switch {
	case t.Doubtful != nil && slices.Contains(doubtful, code):
		return *t.Doubtful
	case code == RequestInvalid && t.Failure.Response == nil:
		return Answer{Status: http.StatusBadRequest}
	}
	return t.Failure
}
