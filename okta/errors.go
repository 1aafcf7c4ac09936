package okta

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind sorts errors by what a caller has to do about them.
type Kind int

const (
	// KindTransient: try again with backoff. Network errors, 5xx, conflicts of
	// concurrent changes (409, 423), and answers that cannot be Okta's own.
	KindTransient Kind = iota + 1
	// KindTerminal: Okta, or this package before Okta, refuses the request as
	// it is. Repeating it is no use until the input changes.
	KindTerminal
	// KindUnauthorized: the credential is invalid, expired, or lacks a right or
	// a scope. Nothing works for this org, or not this, until that changes.
	KindUnauthorized
	// KindNotFound: Okta says that the object does not exist. A 404 of a proxy
	// or for an unknown path is not of this kind, because callers take it as
	// leave to create or to forget.
	KindNotFound
	// KindRateLimited: the org's budget is used up. Error.RetryAt says until when.
	KindRateLimited
)

// String returns the kind in words, for logs.
func (k Kind) String() string {
	switch k {
	case KindTransient:
		return "transient"
	case KindTerminal:
		return "terminal"
	case KindUnauthorized:
		return "unauthorized"
	case KindNotFound:
		return "not found"
	case KindRateLimited:
		return "rate limited"
	default:
		return fmt.Sprintf("Kind(%d)", int(k))
	}
}

// KindOf returns the kind of an error of this package, however wrapped. An
// error from elsewhere is KindTransient, since nothing says that repeating is
// no use. Nil has no kind: 0.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case err == nil:
		return 0
	case errors.As(err, &e):
		return e.Kind
	default:
		return KindTransient
	}
}

// MayHaveHappened reports whether err leaves open if a write took effect; see
// Error.MayHaveHappened.
func MayHaveHappened(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.MayHaveHappened
}

// Error is a call that failed. Match it with errors.As. When the caller's
// context ended the call, errors.Is finds context.Canceled or
// context.DeadlineExceeded in it; a timeout of the client's own is not one.
//
// A call that is withheld because of an earlier 429 fails with what that one
// said, its errorId included, so that the message does not change.
//
// Texts come from Okta or the network, shortened, with the credentials of the
// request taken out.
type Error struct {
	Kind Kind
	// Op is what was being done, verb first: `create inline hook "x"`.
	Op string
	// Status is the HTTP status, 0 without an answer.
	Status int
	// Code is Okta's errorCode, such as E0000001. Empty when the answer had
	// none.
	Code string
	// Summary is Okta's errorSummary, or what happened instead of an answer.
	Summary string
	// Causes are the errorSummary texts of Okta's errorCauses.
	Causes []string
	// ID is Okta's errorId, which its support asks for. New for every failure.
	ID string
	// RequestID is the x-okta-request-id of the answer.
	RequestID string
	// RetryAt is when a rate-limited call may be repeated, by the client's
	// clock. Add jitter. Zero for all other kinds.
	RetryAt time.Time
	// MayHaveHappened is set when a write was sent and its outcome is unknown:
	// no or no complete answer, or a 5xx. Look before repeating a create.
	MayHaveHappened bool

	interruption error // the caller's context error
}

// Error returns Message and the errorId.
func (e *Error) Error() string {
	switch {
	case e.ID != "":
		return e.text("errorId " + e.ID)
	case e.RequestID != "":
		return e.text("request id " + e.RequestID)
	default:
		return e.text("")
	}
}

// Message returns what was done, what went wrong and Okta's code, without
// anything that differs between two failures of the same sort: compare it to
// see whether a status has to be written again.
func (e *Error) Message() string { return e.text("") }

// Unwrap returns the error of the caller's context if that ended the call.
func (e *Error) Unwrap() error { return e.interruption }

func (e *Error) text(id string) string {
	var b strings.Builder
	b.WriteString(e.Op + ": " + e.Summary)
	if len(e.Causes) > 0 {
		b.WriteString(": " + strings.Join(e.Causes, "; "))
	}
	var details []string
	if e.Status != 0 {
		details = append(details, fmt.Sprintf("HTTP %d", e.Status))
	}
	for _, detail := range []string{e.Code, id} {
		if detail != "" {
			details = append(details, detail)
		}
	}
	if len(details) > 0 {
		b.WriteString(" (" + strings.Join(details, ", ") + ")")
	}
	return b.String()
}

// interruptedBy notes that the caller ended the call, which says more than
// whatever the network made of it.
func (e *Error) interruptedBy(err error) {
	e.Kind, e.Summary, e.interruption = KindTransient, err.Error(), err
}

// refuse is the error for input that is never sent.
func refuse(op, summary string) *Error {
	return &Error{Kind: KindTerminal, Op: op, Summary: summary}
}
