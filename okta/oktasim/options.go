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

// RegistrationTrigger says which registration hook a self-service flow calls.
// Okta's console has a choice per policy that its API does not show, so a test
// may want either.
type RegistrationTrigger string

const (
	// RegistrationAny calls the hook that the profile enrollment policy's rule
	// names and, while it names none, any ACTIVE registration hook.
	RegistrationAny RegistrationTrigger = "any"
	// RegistrationBound calls only a hook that the rule names.
	RegistrationBound RegistrationTrigger = "bound"
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
	// Registration chooses the registration hook. Default RegistrationAny.
	Registration RegistrationTrigger
}

func (o Options) withDefaults() Options {
	o.APIToken = cmp.Or(o.APIToken, DefaultAPIToken)
	o.HookTimeout = cmp.Or(o.HookTimeout, HookTimeout)
	o.MaxHooks = cmp.Or(o.MaxHooks, 100)
	o.Registration = cmp.Or(o.Registration, RegistrationAny)
	if o.Clock == nil {
		o.Clock = time.Now
	}
	limits := DefaultRateLimits()
	maps.Copy(limits, o.RateLimits)
	o.RateLimits = limits
	return o
}
