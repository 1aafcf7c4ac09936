package hook

import (
	"context"
	"errors"
)

// Handler answers the calls of one hook.
//
// Handle returns what Okta is to do, or an error if it could not decide; never (nil, nil). It must be
// safe to run twice for the same event and to run concurrently, and must return soon after ctx ends: ctx
// carries the deadline that keeps the answer within Okta's three seconds. An error should be a *[Failure],
// and its text must not have anything of the request in it, because it is logged.
type Handler interface {
	Handle(ctx context.Context, req *Request) (*Response, error)
}

// FailureCode says why a call could not be decided, from a closed set: codes are labels of metrics and
// stand in the JSON error that is answered.
type FailureCode string

const (
	// StoreUnavailable: the user store can't be reached or refuses to work.
	StoreUnavailable FailureCode = "store_unavailable"
	// StoreTimeout: the user store did not answer in time.
	StoreTimeout FailureCode = "store_timeout"
	// StoreInvalid: the user store answered with something that can't be used, such as a digest that
	// nobody can read or more than one row for one user.
	StoreInvalid FailureCode = "store_invalid"
	// ExpressionFailed: an expression of the configuration ended in an error that its rule has no answer to.
	ExpressionFailed FailureCode = "expression_failed"
	// RequestInvalid: the request lacks what this hook type needs, such as the credential. Not worth a retry.
	RequestInvalid FailureCode = "invalid_data"
	// RequestLate: the request was not there in time for anything to be done about it.
	RequestLate FailureCode = "request_late"
	// DeadlineExceeded: the handler did not end within the deadline of the call.
	DeadlineExceeded FailureCode = "deadline_exceeded"
	// Canceled: the caller hung up before there was an answer.
	Canceled FailureCode = "canceled"
	// Overloaded: too many calls are in flight; the handler was not run.
	Overloaded FailureCode = "overloaded"
	// ResponseInvalid: the handler's answer can't be written as JSON or is larger than Okta accepts.
	ResponseInvalid FailureCode = "response_invalid"
	// Internal: a mistake in Hookline, a panic among them.
	Internal FailureCode = "internal"
)

// FailureCodes lists the whole set.
func FailureCodes() []FailureCode {
	return []FailureCode{
		StoreUnavailable, StoreTimeout, StoreInvalid, ExpressionFailed, RequestInvalid,
		RequestLate, DeadlineExceeded, Canceled, Overloaded, ResponseInvalid, Internal,
	}
}

// Failure is the error of a handler that could not decide.
type Failure struct {
	// Code says why.
	Code FailureCode
	// Err has the details for the log. Nothing of the request may stand in it.
	Err error
}

// Fail makes a *Failure.
func Fail(code FailureCode, err error) error { return &Failure{Code: code, Err: err} }

// Error implements error.
func (f *Failure) Error() string {
	if f.Err == nil {
		return string(f.Code)
	}
	return string(f.Code) + ": " + f.Err.Error()
}

// Unwrap gives errors.Is and errors.As the details.
func (f *Failure) Unwrap() error { return f.Err }

// CodeOf is the code of the Failure in err's chain; without one, DeadlineExceeded and Canceled for a
// context that ended, and otherwise Internal.
func CodeOf(err error) FailureCode {
	var failure *Failure
	switch {
	case errors.As(err, &failure):
		return failure.Code
	case errors.Is(err, context.DeadlineExceeded):
		return DeadlineExceeded
	case errors.Is(err, context.Canceled):
		return Canceled
	default:
		return Internal
	}
}
