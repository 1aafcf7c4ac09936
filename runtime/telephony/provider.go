package telephony

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

// Message is one code on its way to a person. All of it is confidential: it prints itself as [redacted].
type Message struct {
	// EventID is Okta's id of the call, or empty. It is no secret.
	EventID string
	// Channel is how the code goes out: v1alpha1.ChannelSMS or v1alpha1.ChannelVoice.
	Channel v1alpha1.TelephonyChannel
	// To is the number in E.164, such as +15550100.
	To string
	// Country is the number's, as ISO 3166-1 alpha-2 code, or empty if it can't be told.
	Country string
	// From is the route's sender; empty for the provider's own.
	From string
	// Text is the text message; or what is said in a call, once, with the code already spelled digit by digit
	// ("1, 2, 3"): providers say it twice.
	Text string
	// Code is the code itself, for those who don't take a text.
	Code string
	// Language is the person's, as BCP 47 tag such as en-US, or empty.
	Language string
	// ExpiresIn is how long the code will be good for; 0 if that isn't known.
	ExpiresIn time.Duration
	// Request is Okta's call, for expressions.
	Request *hook.Request
}

const redacted = "[redacted]"

// Format implements fmt.Formatter, so that no verb prints a message.
func (Message) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(redacted)) }

// LogValue implements slog.LogValuer.
func (Message) LogValue() slog.Value { return slog.StringValue(redacted) }

// Class says what an answer of a provider, or the lack of one, means for the call. Only one of them, Unknown,
// leaves open whether the person gets the code.
type Class string

const (
	// Sent: the provider has taken the message and named it.
	Sent Class = "sent"
	// InvalidNumber: not sent, and no provider will get it there: the number does not exist, can't receive
	// this channel, or its owner has opted out.
	InvalidNumber Class = "invalid_number"
	// Rejected: definitely not sent, for a reason of this provider's or its account's: credentials, sender,
	// permissions, money, or no connection to it at all. Another provider may well send.
	Rejected Class = "rejected"
	// Throttled: definitely not sent, because the provider has too much to do. Another one may well send.
	Throttled Class = "throttled"
	// Blocked: not sent, because the provider takes it for fraud or its account's policy forbids it. Never
	// to be routed round.
	Blocked Class = "blocked"
	// Unsupported: nothing was tried, because the configuration of the provider has no channel or no request
	// for this message. It says nothing about the provider.
	Unsupported Class = "unsupported"
	// Unknown: the message may or may not have been sent.
	Unknown Class = "unknown"
)

// Classes lists the whole set.
func Classes() []Class {
	return []Class{Sent, InvalidNumber, Rejected, Throttled, Blocked, Unsupported, Unknown}
}

// Result is what became of one message at one provider. Nothing in it is confidential: no number, text, code
// or credential.
type Result struct {
	// Class says what is known. Decide by it alone.
	Class Class
	// TransactionID is the provider's name for the message, if it gave one.
	TransactionID string
	// Code is the provider's own code for why it has not sent, such as 21211, or empty. Codes that are not in
	// the tables are repeated only if they look like one.
	Code string
	// Status is the HTTP status of the provider's answer; 0 if there was none.
	Status int
	// Err says in words why the class is not Sent; nil if it is.
	Err error
	// concerns says whom the result is about, for the circuit breaker.
	concerns concern
}

// concern is whom a result is about.
type concern int

const (
	// byStatus: class and status tell.
	byStatus concern = iota
	// thisMessage: others may fare better, however often it happens.
	thisMessage
	// everybody: the service is in trouble.
	everybody
)

// Provider carries messages. Safe for concurrent use.
type Provider interface {
	// Send hands one message to the provider: at most one request that could send, never a second one. It
	// returns soon after ctx ends, with Unknown if the provider may have got the request. The provider's
	// configured timeout is not its business: the caller puts it on ctx.
	Send(ctx context.Context, m Message) Result
	// Close lets go of connections. Messages that are under way may end in Unknown.
	Close()
}

// Secrets gives the values that the configuration refers to.
type Secrets interface {
	// Read returns the content of one key. Errors name the key, never the content.
	Read(ref v1alpha1.SecretKeyReference) ([]byte, error)
}

// NewProvider makes the provider that spec describes, with the credentials that its Secrets have now. Nothing
// is contacted, so a provider that is down does not keep the runtime from starting. Errors go on from the path
// of the provider, such as ".twilio.authToken.secretKeyRef: ...".
func NewProvider(spec *v1alpha1.TelephonyProvider, secrets Secrets) (Provider, error) {
	return newProvider(spec, secrets, os.Getenv)
}

// newProvider is NewProvider in an environment.
func newProvider(spec *v1alpha1.TelephonyProvider, secrets Secrets, environment func(string) string) (Provider, error) {
	authorities, err := readCA(spec, secrets)
	if err != nil {
		return nil, err
	}
	client := newClient(authorities)
	var (
		kind     string
		provider Provider
	)
	switch {
	case spec.Twilio != nil:
		kind = "twilio"
		provider, err = newTwilio(spec.Twilio, client, secrets)
	case spec.Vonage != nil:
		kind = "vonage"
		provider, err = newVonage(spec.Vonage, client, secrets)
	case spec.AWS != nil:
		kind = "aws"
		provider, err = newAWS(spec.AWS, client, credentialsClient(authorities), secrets, environment)
	case spec.HTTP != nil:
		kind = "http"
		provider, err = newHTTP(spec.HTTP, client, secrets)
	default:
		return nil, errors.New(": takes exactly one of twilio, vonage, aws and http")
	}
	if err != nil {
		return nil, fmt.Errorf(".%s%w", kind, err)
	}
	return provider, nil
}
