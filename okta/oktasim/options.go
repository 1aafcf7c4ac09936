package oktasim

import (
	"cmp"
	"crypto/x509"
	"maps"
	"time"
)

// DefaultAPIToken is the API token of an org whose Options name none.
const DefaultAPIToken = "oktasim-token"

// HookTimeout is what Okta waits for one request to a hook, the fetch of an
// OAuth token for it included.
const HookTimeout = 3 * time.Second

// HookTrigger says which hook a flow calls whose hook is named somewhere: by a
// policy's rule, or by an app. Okta's console has choices that its API does not
// show, and a binding is a step that a first try can do without, so a test may
// want either.
type HookTrigger string

const (
	// TriggerAny calls the hook that is named and, while none is, the oldest
	// ACTIVE hook of the type.
	TriggerAny HookTrigger = "any"
	// TriggerBound calls only a hook that is named.
	TriggerBound HookTrigger = "bound"
)

// Options describe an org. The zero value is a usable org; New fills in the
// defaults named at each field.
type Options struct {
	// APIToken is the one SSWS token the management API accepts. Default
	// DefaultAPIToken.
	APIToken string
	// OrgID is the org's id, "00o…". Default a generated one.
	OrgID string
	// OrgURL is the base of every link, such as https://acme.okta.example,
	// without a trailing slash. Default https:// and the Host of the request.
	OrgURL string
	// Clock is the org's clock: timestamps, rate-limit windows, the Date
	// header, token expiry. Default time.Now. Time budgets of hook calls and
	// delays of faults use real timers whatever it says.
	Clock func() time.Time

	// TrustCAs are the authorities hooks' certificates are checked against.
	// Default: the system's, when TrustCAFiles is empty too.
	TrustCAs *x509.CertPool
	// TrustCAFiles are PEM files with further authorities. They are read again
	// for every new connection to a hook, so a file may appear or change while
	// the org runs; one that is missing or empty fails the call, not the org.
	TrustCAFiles []string
	// Resolve says where a host of a hook or token URI lives: a host name, or
	// "*.example.com" for every name below it, or "*" for all, to "address" or
	// "address:port". The most exact entry wins; TLS still asks for the URI's
	// host. Default: the machine's resolver.
	Resolve map[string]string
	// HookTimeout is the budget of one attempt to call a hook. Default
	// HookTimeout, the constant; tests shorten it.
	HookTimeout time.Duration

	// MaxHooks is the number of inline hooks the org may have, whatever their
	// type and status. Default 100.
	MaxHooks int
	// RateLimits are quotas per 60-second window by bucket name, laid over
	// DefaultRateLimits; 0 means no limit and no rate-limit headers.
	RateLimits map[string]int
	// ProfileAttributes are custom attributes of the user schema, beside
	// Okta's own. They hold any JSON value, Okta's own only strings.
	ProfileAttributes []string
	// Registration chooses the registration hook, which the profile enrollment
	// policy's rule names. Default TriggerAny.
	Registration HookTrigger
	// Token chooses the token hook, which a rule of the default authorization
	// server names. Default TriggerAny.
	Token HookTrigger
	// SAML chooses the SAML assertion hook, which an app names. Default
	// TriggerAny.
	SAML HookTrigger

	// VoiceChannel is deliveryChannel of a call with a one-time code. Okta's
	// documentation has CALL, Voice and VOICE CALL in different places. Default CALL.
	VoiceChannel string
	// ChallengePause is how long a phone gets no second one-time code; Okta's is
	// 30 seconds. Default: none, so that a sign-in can follow an enrollment.
	ChallengePause time.Duration

	// Clients are the OAuth clients that the default authorization server
	// knows; POST /-/sim/clients adds more. Default: none.
	Clients []Client
}

func (o Options) withDefaults() Options {
	o.APIToken = cmp.Or(o.APIToken, DefaultAPIToken)
	o.HookTimeout = cmp.Or(o.HookTimeout, HookTimeout)
	o.MaxHooks = cmp.Or(o.MaxHooks, 100)
	o.VoiceChannel = cmp.Or(o.VoiceChannel, callFactor.channel)
	o.Registration = cmp.Or(o.Registration, TriggerAny)
	o.Token, o.SAML = cmp.Or(o.Token, TriggerAny), cmp.Or(o.SAML, TriggerAny)
	if o.Clock == nil {
		o.Clock = time.Now
	}
	limits := DefaultRateLimits()
	maps.Copy(limits, o.RateLimits)
	o.RateLimits = limits
	return o
}
