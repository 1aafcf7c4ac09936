package expr

import "time"

// Scope is where in a handler an expression stands, as far as more can be named there than the call.
type Scope int

const (
	// CallOnly is where nothing is known but the call.
	CallOnly Scope = iota
	// ProviderRequest is the request to a telephony provider of the user's own: send says what is to be sent.
	ProviderRequest
	// ProviderResponse is the answer of that provider: send and response.
	ProviderResponse
)

var scopes = []Scope{CallOnly, ProviderRequest, ProviderResponse}

// suffix is the scope as the end of a message.
func (s Scope) suffix() string {
	switch s {
	case ProviderRequest:
		return " in a provider's request"
	case ProviderResponse:
		return " in a provider's response"
	default:
		return ""
	}
}

// Values are what expressions of a scope can name besides the call.
type Values struct {
	// Send is the variable send, of ProviderRequest and ProviderResponse.
	Send *Send
	// Response is the variable response, of ProviderResponse.
	Response *Response
}

// With is p for one evaluation or more with these values. Variables of p's scope that values leaves out have
// no members.
func (p *Program) With(values Values) *Program {
	given := make(map[string]any, 2)
	if values.Send != nil {
		given["send"] = values.Send.object()
	}
	if values.Response != nil {
		given["response"] = values.Response.object()
	}
	return p.bind(given)
}

func (p *Program) bind(given map[string]any) *Program {
	bound := *p
	bound.given = given
	return &bound
}

// Send is a message that a provider shall carry. Members of the variable are absent if they are empty here.
type Send struct {
	// Channel is SMS or Voice.
	Channel string
	// PhoneNumber is whom to send to, in E.164.
	PhoneNumber string
	// Country of the number, as an ISO 3166-1 alpha-2 code.
	Country string
	// Text is the message, whole.
	Text string
	// Code is the one-time code alone.
	Code string
	// Language of the user, as a BCP 47 tag such as en-US.
	Language string
	// From is the sender that the route or the provider is set to.
	From string
	// ExpiresIn is how long the code is good for; expressions see whole seconds.
	ExpiresIn time.Duration
	// EventID is Okta's id of the call, the same if the call is repeated.
	EventID string
}

var sendObject = &object{ours: true, members: []member{
	{"channel", text}, {"phoneNumber", text}, {"country", text}, {"text", text}, {"code", text},
	{"language", text}, {"from", text}, {"expiresIn", integer}, {"eventID", text},
}}

func (s *Send) object() map[string]any {
	members := make(map[string]any, len(sendObject.members))
	for name, value := range map[string]string{
		"channel": s.Channel, "phoneNumber": s.PhoneNumber, "country": s.Country, "text": s.Text, "code": s.Code,
		"language": s.Language, "from": s.From, "eventID": s.EventID,
	} {
		if value != "" {
			members[name] = value
		}
	}
	if s.ExpiresIn > 0 {
		members["expiresIn"] = int64(s.ExpiresIn / time.Second)
	}
	return members
}
