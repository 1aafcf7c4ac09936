package oktasim

import (
	"fmt"
	"net/http"
	"strings"
)

// apiError is a refusal in Okta's one error shape. Codes and summaries are
// Okta's own; where no source shows the body of a refusal, the comment at the
// constructor says so, and a client must not rely on it.
type apiError struct {
	status  int
	code    string
	summary string
	causes  []string
}

func (e *apiError) Error() string {
	if len(e.causes) == 0 {
		return e.code + ": " + e.summary
	}
	return e.code + ": " + e.summary + " (" + strings.Join(e.causes, "; ") + ")"
}

type errorCause struct {
	ErrorSummary string `json:"errorSummary"`
}

type errorBody struct {
	ErrorCode    string       `json:"errorCode"`
	ErrorSummary string       `json:"errorSummary"`
	ErrorLink    string       `json:"errorLink"`
	ErrorID      string       `json:"errorId"`
	ErrorCauses  []errorCause `json:"errorCauses"`
}

func (e *apiError) reply() reply {
	body := errorBody{
		ErrorCode: e.code, ErrorSummary: e.summary, ErrorLink: e.code, ErrorID: newErrorID(),
		ErrorCauses: []errorCause{},
	}
	for _, cause := range e.causes {
		body.ErrorCauses = append(body.ErrorCauses, errorCause{cause})
	}
	return reply{status: e.status, body: body}
}

var (
	errMalformed    = &apiError{http.StatusBadRequest, "E0000003", "The request body was not well-formed.", nil}
	errMediaType    = &apiError{http.StatusBadRequest, "E0000019", "Bad request. Accept and/or Content-Type headers likely do not match supported values.", nil}
	errBadSearch    = &apiError{http.StatusBadRequest, "E0000031", "Invalid search criteria.", nil}
	errAuthnFailed  = &apiError{http.StatusUnauthorized, "E0000004", "Authentication failed", nil}
	errInvalidToken = &apiError{http.StatusUnauthorized, "E0000011", "Invalid token provided", nil}
	errUnknownPath  = &apiError{http.StatusNotFound, "E0000008", "The requested path was not found", nil}
	errMethod       = &apiError{http.StatusMethodNotAllowed, "E0000022", "The endpoint does not support the provided HTTP method", nil}
	errRateLimit    = &apiError{http.StatusTooManyRequests, "E0000047", "API call exceeded rate limit due to too many requests.", nil}
	errInternal     = &apiError{http.StatusInternalServerError, "E0000009", "Internal Server Error", nil}
	errReadOnly     = &apiError{http.StatusServiceUnavailable, "E0000010", "Service is in read only mode", nil}
	errActiveUser   = &apiError{http.StatusForbidden, "E0000016", "Activation failed because the user is already active", nil}
	errUserStatus   = &apiError{http.StatusForbidden, "E0000038", "This operation is not allowed in the user's current status.", nil}
)

// errNotFound is Okta's answer to an unknown id; kind is its name of the
// resource, such as InlineHook.
func errNotFound(id, kind string) *apiError {
	return &apiError{http.StatusNotFound, "E0000007", fmt.Sprintf("Not found: Resource not found: %s (%s)", id, kind), nil}
}

// errInvalid is a failed validation of object, a field or a resource. Each cause
// is one sentence, usually "field: what is wrong".
func errInvalid(object string, causes ...string) *apiError {
	return &apiError{http.StatusBadRequest, "E0000001", "Api validation failed: " + object, causes}
}

// invalidFields is errInvalid for causes that start with their field; Okta
// names the first one in the summary.
func invalidFields(causes []string) error {
	if len(causes) == 0 {
		return nil
	}
	field, _, _ := strings.Cut(causes[0], ":")
	return errInvalid(field, causes...)
}
