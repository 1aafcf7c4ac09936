package hook

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
)

// MaxDepth is how deeply objects and arrays of a request may be nested. Okta's own requests stay below
// ten, custom profile attributes included; a limit far above that keeps a hostile body from costing more
// stack than its size suggests.
const MaxDepth = 64

// Request is one call of Okta. The strings are empty when Okta left the member out.
type Request struct {
	// EventID tells the call apart from others; a retry has the EventID of what it repeats.
	EventID string
	// EventTime is when Okta made the call, in RFC 3339, as sent.
	EventTime string
	// EventType is Okta's id of the hook type, such as com.okta.user.pre-registration.
	EventType string
	// EventTypeVersion is the version of the type's payload; "1.0" for all types so far.
	EventTypeVersion string
	// CloudEventVersion is "0.1" so far.
	CloudEventVersion string
	// ContentType is the media type of Data: "application/json".
	ContentType string
	// Source is where the call came from. What it is differs from type to type (a hook's id or URL, a
	// registration's id): nothing to rely on.
	Source string
	// RequestType tells the two kinds of registration apart, self.service.registration and
	// progressive.profile. Classic Engine orgs leave it out, as do most other types.
	RequestType string
	// Data is the JSON object "data" as sent. It may have a password in clear: never log it.
	Data json.RawMessage

	raw      []byte
	text     string // the same
	bodyOnce sync.Once
	body     map[string]any
}

// DecodeError says why a body is no call of Okta. Its text has positions and member names of the
// envelope only, never anything of the content.
type DecodeError struct {
	// Member is the member of the envelope that is wrong, or empty if it is the body as a whole.
	Member string
	// Problem says what is wrong and what would be right.
	Problem string
}

// Error implements error.
func (e *DecodeError) Error() string {
	if e.Member == "" {
		return "decode request: " + e.Problem
	}
	return "decode request: " + e.Member + ": " + e.Problem
}

// Decode reads a call of Okta. It takes any member that it does not know and misses none but data, which
// has to be an object. The body is kept, not copied: the caller must not change it afterwards. Every error
// is a *[DecodeError].
//
// This is on the way of every call, and decoding into a struct would go over data two more times only to
// copy it for the handler, which decodes it again. So the body is validated once, and then cut into members.
func Decode(body []byte) (*Request, error) {
	if len(body) == 0 {
		return nil, &DecodeError{Problem: "the body is empty"}
	}
	if !json.Valid(body) {
		var nothing json.RawMessage
		return nil, describe(json.Unmarshal(body, &nothing))
	}
	req := &Request{raw: body, text: string(body)} // one copy, which all strings of req are parts of
	err := eachMember(req.text, func(name string, value span) error { return req.set(name, req.text, value) })
	if err != nil {
		return nil, err
	}
	if len(req.Data) == 0 || req.Data[0] != '{' {
		return nil, &DecodeError{Member: "data", Problem: "is missing or no object"}
	}
	return req, nil
}

// set takes one member of the body. If a member stands there twice, the last one counts, as it does in Body.
func (r *Request) set(name, text string, value span) error {
	var into *string
	switch name {
	case "data":
		r.Data = r.raw[value.from:value.to]
		return nil
	case "eventId":
		into = &r.EventID
	case "eventTime":
		into = &r.EventTime
	case "eventType":
		into = &r.EventType
	case "eventTypeVersion":
		into = &r.EventTypeVersion
	case "cloudEventVersion":
		into = &r.CloudEventVersion
	case "contentType":
		into = &r.ContentType
	case "source":
		into = &r.Source
	case "requestType":
		into = &r.RequestType
	default:
		return nil
	}
	switch text[value.from] {
	case '"':
		*into = unquote(text, value)
	case 'n':
		*into = "" // null
	default:
		return &DecodeError{Member: name, Problem: "must be a string"}
	}
	return nil
}

// describe turns an error of encoding/json into one without content: its own texts quote the character
// that they stumble over, which may be part of a password.
func describe(err error) *DecodeError {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return &DecodeError{Problem: fmt.Sprintf("the body is not JSON from byte %d on", syntax.Offset)}
	}
	return &DecodeError{Problem: "the body is not JSON"}
}

// Body is the whole body as Okta sent it, for expressions: objects are map[string]any, arrays []any, and
// a number is int64 if it is written as an integer that fits, otherwise float64. It is decoded at the
// first call and shared by the later ones, so it must not be changed. Safe for concurrent use. It is nil
// for a Request that Decode has not made.
func (r *Request) Body() map[string]any {
	r.bodyOnce.Do(func() {
		if r.text != "" {
			c := &cursor{text: r.text}
			c.space()
			r.body = c.object() // Decode has seen that it is one
		}
	})
	return r.body
}
