package telephony

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/outbound"
)

// fieldPath is where the configuration of this handler stands, for errors.
const fieldPath = "handler.telephony"

// Options of a handler; the zero value will do.
type Options struct {
	// Metrics are counted on; when nil, nowhere that anybody sees.
	Metrics *Metrics
	// History is what limits are about; when nil, one of its own, which ends with the handler.
	History *History
	// Logger is told what was not sent and why, blocked calls among them; when nil, slog.Default().
	Logger *slog.Logger
	// NewProvider makes the providers; when nil, the function of that name. Benchmarks measure a call
	// without what its provider takes.
	NewProvider func(*v1alpha1.TelephonyProvider, Secrets) (Provider, error)
}

// Handler answers the telephony hook.
type Handler struct {
	carriers  []*carrier
	routes    []route
	message   *expr.Program // nil: Okta's text, or a sentence
	allowed   []v1alpha1.CountryCode
	limits    []limit
	history   *History
	onBlocked v1alpha1.OnBlocked
	onUnknown v1alpha1.OnUnknownOutcome
	metrics   *Metrics
	log       *slog.Logger
}

var _ hook.Handler = (*Handler)(nil)

// New makes the handler that spec describes. ctx bounds the compiling of routes. Errors begin with the path of
// the field that is wrong. No provider is contacted: one that is down must not keep the runtime from starting.
func New(ctx context.Context, spec *v1alpha1.TelephonyHandler, secrets Secrets, opts Options) (*Handler, error) {
	newProvider := opts.NewProvider
	if newProvider == nil {
		newProvider = NewProvider
	}
	return newHandler(ctx, spec, opts, func(provider *v1alpha1.TelephonyProvider) (Provider, error) {
		return newProvider(provider, secrets)
	})
}

func newHandler(ctx context.Context, spec *v1alpha1.TelephonyHandler, opts Options,
	newProvider func(*v1alpha1.TelephonyProvider) (Provider, error)) (*Handler, error) {
	h := &Handler{
		allowed:   spec.AllowedCountries,
		limits:    newLimits(spec.Limits),
		history:   opts.History,
		onBlocked: spec.OnBlocked,
		onUnknown: spec.OnUnknownOutcome,
		metrics:   opts.Metrics,
		log:       opts.Logger,
	}
	if h.metrics == nil {
		h.metrics = NewMetrics(nil)
	}
	if h.history == nil {
		h.history = NewHistory()
	}
	if h.log == nil {
		h.log = slog.Default()
	}
	if err := h.build(ctx, spec, newProvider); err != nil {
		h.Close()
		return nil, fmt.Errorf("%s.%w", fieldPath, err)
	}
	h.metrics.startBreakers(h)
	return h, nil
}

// build makes the parts that can fail. Errors go on from the path of the handler.
func (h *Handler) build(ctx context.Context, spec *v1alpha1.TelephonyHandler,
	newProvider func(*v1alpha1.TelephonyProvider) (Provider, error)) error {
	if err := h.buildCarriers(spec, newProvider); err != nil {
		return err
	}
	env, err := expr.NewEnv(hook.Telephony)
	if err != nil {
		return fmt.Errorf("routes: %w", err)
	}
	if h.routes, err = newRoutes(ctx, spec.Routes, env, h.carriers); err != nil {
		return err
	}
	if spec.Message == "" {
		return nil
	}
	if h.message, err = env.Compile(spec.Message, expr.String); err != nil {
		return fmt.Errorf("message: %w", err)
	}
	return nil
}

// buildCarriers makes the providers. The error has what is wrong with each of them.
func (h *Handler) buildCarriers(spec *v1alpha1.TelephonyHandler, newProvider func(*v1alpha1.TelephonyProvider) (Provider, error)) error {
	var problems error
	for i := range spec.Providers {
		from := &spec.Providers[i]
		provider, err := newProvider(from)
		switch {
		case err == nil:
			h.carriers = append(h.carriers, h.newCarrier(from, provider))
		case problems == nil:
			problems = fmt.Errorf("providers[%d]%w", i, err)
		default:
			problems = fmt.Errorf("%w; %s.providers[%d]%w", problems, fieldPath, i, err)
		}
	}
	return problems
}

func (h *Handler) newCarrier(from *v1alpha1.TelephonyProvider, provider Provider) *carrier {
	name := string(from.Name)
	c := &carrier{name: name, provider: provider}
	if from.Timeout != nil {
		c.timeout = from.Timeout.Duration
	}
	c.breaker = newBreaker(func(before, after outbound.State) {
		h.metrics.breakerChanged(h, name, after)
		h.log.Warn("circuit breaker of the provider changed", "provider", name, "from", string(before), "to", string(after))
	})
	return c
}

// Close lets go of the providers. Call it when no call is in flight any more.
func (h *Handler) Close() {
	for _, c := range h.carriers {
		c.provider.Close()
	}
}

// Handle implements [hook.Handler]. An error, always a *[hook.Failure], means that nobody was asked to send.
func (h *Handler) Handle(ctx context.Context, req *hook.Request) (*hook.Response, error) {
	start := time.Now()
	c, err := readCall(req, start)
	if err != nil {
		h.metrics.failed(err, &c)
		return nil, err
	}
	o, err := h.carry(ctx, &c)
	if err != nil {
		h.metrics.failed(err, &c)
		return nil, err
	}
	o.took = time.Since(start)
	if o.ending == endedBlocked {
		h.metrics.wasBlocked(o.blocker, &c)
	}
	delivery := answer(o, h.onBlocked)
	h.metrics.answered(delivery.Status, &c)
	h.logOutcome(ctx, &c, o)
	return hook.Sent(delivery), nil
}

// carry brings a code on its way, or blocks it. There is no error once a provider was asked.
func (h *Handler) carry(ctx context.Context, c *call) (outcome, error) {
	switch {
	case !allows(h.allowed, c.number.country):
		return outcome{ending: endedBlocked, blocker: blockedByCountry}, nil
	case c.number.e164 == "":
		return outcome{ending: endedInvalidNumber}, nil
	}
	slots, over := h.history.take(claims(h.limits, c))
	if over != "" {
		return outcome{ending: endedBlocked, blocker: over}, nil
	}
	o, err := h.send(ctx, c)
	if err != nil || !o.maySent() {
		h.history.giveBack(slots)
	}
	return o, err
}

// send finds the route and the text, which can fail, and then tries the providers, which can't.
func (h *Handler) send(ctx context.Context, c *call) (outcome, error) {
	// At the deadline itself it would be too late to say that nobody was asked.
	before, cancel := context.WithDeadline(ctx, endOf(ctx))
	defer cancel()
	route, err := h.pick(before, c)
	if err != nil {
		return outcome{}, err
	}
	if route == nil {
		return outcome{ending: endedNoRoute}, nil
	}
	text, language, err := h.text(before, c)
	if err != nil {
		return outcome{}, err
	}
	return h.deliver(ctx, route.candidates, Message{
		EventID:   c.req.EventID,
		Channel:   c.channel,
		To:        c.number.e164,
		Country:   c.number.country,
		Text:      text,
		Code:      c.code,
		Language:  language,
		ExpiresIn: c.expiresIn,
		Request:   c.req,
	}), nil
}
