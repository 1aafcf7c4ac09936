package server

import "net/http"

// refusal is an answer to a request that never becomes a call. Its code is stable: it is a label of a
// metric and stands in the body.
type refusal struct {
	code    string
	status  int
	message string
	// stranger is true while nothing is known of who asks. Such a connection is closed after the answer.
	stranger bool
}

// The refusals, in the order in which a request can meet them.
var (
	methodNotAllowed = refusal{code: "method_not_allowed", status: http.StatusMethodNotAllowed, stranger: true,
		message: "hooks are called with POST"}
	notFound = refusal{code: "not_found", status: http.StatusNotFound, stranger: true,
		message: "no hook is served at this path"}
	bodyTooLarge = refusal{code: "body_too_large", status: http.StatusRequestEntityTooLarge, stranger: true,
		message: "the body is larger than 1 MiB"}
	unauthorized = refusal{code: "unauthorized", status: http.StatusUnauthorized, stranger: true,
		message: "the credentials are missing or wrong"}
	unsupportedMediaType = refusal{code: "unsupported_media_type", status: http.StatusUnsupportedMediaType,
		message: "the Content-Type must be application/json"}
	bodyIncomplete = refusal{code: "body_incomplete", status: http.StatusBadRequest,
		message: "the body ended early"}
	invalidBody = refusal{code: "invalid_body", status: http.StatusBadRequest,
		message: "the body is no call of an inline hook"}
	unexpectedEventType = refusal{code: "unexpected_event_type", status: http.StatusBadRequest,
		message: "eventType is not the type of this hook"}
)

// refusals lists them all.
var refusals = []refusal{
	methodNotAllowed, notFound, bodyTooLarge, unauthorized,
	unsupportedMediaType, bodyIncomplete, invalidBody, unexpectedEventType,
}
