package okta

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"time"

	sdk "github.com/okta/okta-sdk-golang/v2/okta"
	"github.com/okta/okta-sdk-golang/v2/okta/cache"
)

// DefaultTimeout is the time that one call may take when Config names none.
// Okta answers management calls in well under a second; an execute waits for
// the hook's service, twice 3 s at most.
const DefaultTimeout = 15 * time.Second

// Config says which org a Client talks to and how.
type Config struct {
	// URL of the org, such as https://acme.okta.com. White space around it and
	// a trailing slash are dropped; the URL of an admin console is refused.
	URL string
	// APIToken is an SSWS token of that org. White space around it is dropped.
	APIToken Secret
	// RootCAs are the authorities that may vouch for the org's certificate.
	// Nil: those of the system.
	RootCAs *x509.CertPool
	// UserAgent is appended to the SDK's own, such as "hookline/0.1.0". Optional.
	UserAgent string
	// Timeout bounds each call, from connecting to the last byte of the
	// answer. Zero: DefaultTimeout.
	Timeout time.Duration
	// Metrics counts the calls. Optional; shared by the clients of all orgs.
	Metrics *Metrics
	// Now tells the time for rate limits. Nil: time.Now.
	Now func() time.Time
}

// Client talks to one org. It is safe for concurrent use, and it keeps what is
// known of the org's rate limit: use one Client per org and credential, not
// one per object. Make it with New.
type Client struct {
	timeout  time.Duration
	now      func() time.Time
	token    Secret
	executor *sdk.RequestExecutor
	wire     *transport
	budget   *budget
}

// New returns a client for the org, without calling it. An error is of
// KindTerminal and names the setting and what to write instead.
func New(cfg Config) (*Client, error) {
	const op = "configure the Okta client"
	org, err := orgAddress(cfg.URL)
	if err != nil {
		return nil, refuse(op, err.Error())
	}
	token, err := apiToken(cfg.APIToken)
	if err != nil {
		return nil, refuse(op, err.Error())
	}
	if cfg.Timeout < 0 {
		return nil, refuse(op, fmt.Sprintf("timeout %s is negative: leave it out for %s", cfg.Timeout, DefaultTimeout))
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = DefaultTimeout
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	wire := newTransport(org.Host, cfg.RootCAs, cfg.Metrics)
	return &Client{
		timeout: cfg.Timeout,
		now:     cfg.Now,
		token:   token,
		executor: newExecutor(wire,
			sdk.WithOrgUrl(org.String()),
			sdk.WithAuthorizationMode("SSWS"),
			sdk.WithToken(token.Reveal()),
			sdk.WithUserAgentExtra(cfg.UserAgent),
		),
		wire:   wire,
		budget: newBudget(org.Host, cfg.Metrics),
	}, nil
}

// Close drops the idle connections of a client that is no longer needed. Calls
// under way end as usual.
func (c *Client) Close() { c.wire.base.CloseIdleConnections() }

// newExecutor makes the SDK's request executor from the given settings alone.
//
// The SDK's constructor reads ~/.okta/okta.yaml, a file beside its sources and
// OKTA_CLIENT_* before it looks at what it is given, so an option that a later
// version adds would again come from the environment. Its configuration type
// is unexported, but its setters lead to it.
func newExecutor(wire http.RoundTripper, settings ...sdk.ConfigSetter) *sdk.RequestExecutor {
	cfg := emptyTarget(settings[0])
	for _, set := range settings {
		set(cfg)
	}
	return sdk.NewRequestExecutor(&http.Client{Transport: wire}, cache.NewNoOpCache(), cfg)
}

// emptyTarget returns a zero value of what a setter sets.
func emptyTarget[T any](func(*T)) *T { return new(T) }

// call is one request in the terms of this package.
type call struct {
	op      operation
	object  string // what the operation is done to, for messages; optional
	path    string // escaped, with query
	body    []byte // JSON; nil for none
	secrets []Secret
}

// String is the verb-first text that error messages begin with.
func (c call) String() string {
	if c.object == "" {
		return c.op.verb
	}
	return fmt.Sprintf("%s %q", c.op.verb, c.object)
}

// do runs a call that is answered with a whole 2xx, or returns an *Error.
func (c *Client) do(ctx context.Context, cl call) (*exchange, error) {
	cl.secrets = append(cl.secrets, c.token)
	if held := c.budget.withheld(cl.op.bucket, c.now()); held != nil {
		c.wire.metrics.withheld(c.wire.host, cl.op)
		held.Op = cl.String()
		return nil, held
	}
	ex := c.send(ctx, cl)
	now := c.now()
	failure := judge(cl, ex, now)
	if failure != nil && ex.err != nil && ctx.Err() != nil {
		failure.interruptedBy(ctx.Err())
	}
	c.budget.learn(cl.op.bucket, ex.header, failure, now)
	if failure != nil {
		return nil, failure
	}
	return ex, nil
}

// send has the SDK build and send the request, and returns what came of it.
func (c *Client) send(ctx context.Context, cl call) *exchange {
	ex := &exchange{op: cl.op}
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, timeoutError(c.timeout))
	defer cancel()
	// A copy for each call, as the SDK's own CloneRequestExecutor makes: the
	// executor keeps per-request state and must not be shared.
	executor := *c.executor
	var body any // not []byte: a typed nil would be sent as an empty JSON body
	if cl.body != nil {
		body = cl.body
	}
	req, err := executor.NewRequest(cl.op.method, cl.path, body)
	if err != nil {
		ex.err = err
		return ex
	}
	// The SDK is told nothing but "answered" or "not answered", so its reply
	// says no more than the exchange does.
	if _, err := executor.Do(withExchange(ctx, ex), req, nil); err != nil && ex.err == nil {
		ex.err = err
	}
	return ex
}
