package hook

import "net/http"

// Okta's ids of the hook types that can be answered.
const (
	// PasswordImport checks the password of a user whose digest Okta does not have.
	PasswordImport = "com.okta.user.credential.password.import"
	// Registration judges sign-ups and profile updates.
	Registration = "com.okta.user.pre-registration"
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
}

// TypeByID is the hook type with Okta's id; false if this runtime does not know it.
func TypeByID(id string) (Type, bool) {
	t, known := types[id]
	return t, known
}

// OnFailure is the answer to a call that could not be decided because of code. A request that lacks what
// its type needs is answered with 400 where the type's failure is a status: it means the same to Okta,
// but is not tried again.
func (t Type) OnFailure(code FailureCode) Answer {
	if code == RequestInvalid && t.Failure.Response == nil {
		return Answer{Status: http.StatusBadRequest}
	}
	return t.Failure
}
