package telephony

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/outbound"
)

// Metrics of telephony, all of them:
//
//	hookline_runtime_telephony_answers_total{status,channel,country}     calls, by what Okta was told: SUCCESSFUL, PENDING,
//	                                                                     FAILED, or the code of a failure before any
//	                                                                     attempt; channel and country are none if they
//	                                                                     can't be told
//	hookline_runtime_telephony_blocked_total{reason,country}             calls that were blocked: by country, number, user,
//	                                                                     prefix or provider; they are answers as well
//	hookline_runtime_telephony_attempts_total{provider,channel,class}    messages handed to providers, by what became of
//	                                                                     them: sent, invalid_number, rejected, throttled,
//	                                                                     blocked, unsupported, unknown, or skipped if the
//	                                                                     circuit breaker was open
//	hookline_runtime_telephony_attempt_duration_seconds{provider,channel}   how long providers took, skipped ones left out
//	hookline_runtime_telephony_breaker_state{provider,state}             1 for the state the circuit breaker is in (closed,
//	                                                                     half-open, open), 0 for the others
//
// Labels come from closed sets: providers are those of the configuration, countries those that have a
// calling code.
type Metrics struct {
	answers  *prometheus.CounterVec
	blocked  *prometheus.CounterVec
	attempts *prometheus.CounterVec
	duration *prometheus.HistogramVec
	breaker  *prometheus.GaugeVec

	mu      sync.Mutex
	current *Handler // whose breakers are shown
}

// none is the label of what can't be told.
const none = "none"

// NewMetrics makes the metrics and registers them, unless registry is nil. Make them once and give them to
// every handler that replaces another.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	const prefix = "hookline_runtime_telephony_"
	m := &Metrics{
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: prefix + "answers_total",
			Help: "Calls, by what Okta was told.",
		}, []string{"status", "channel", "country"}),
		blocked: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: prefix + "blocked_total",
			Help: "Calls that were blocked, by what blocked them.",
		}, []string{"reason", "country"}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: prefix + "attempts_total",
			Help: "Messages handed to providers, by what became of them.",
		}, []string{"provider", "channel", "class"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    prefix + "attempt_duration_seconds",
			Help:    "Time that providers took for one message.",
			Buckets: []float64{.025, .05, .1, .2, .3, .5, .75, 1, 1.5, 2, 2.5},
		}, []string{"provider", "channel"}),
		breaker: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: prefix + "breaker_state",
			Help: "1 for the state that the circuit breaker of the provider is in.",
		}, []string{"provider", "state"}),
	}
	if registry != nil {
		registry.MustRegister(m.all()...)
	}
	return m
}

func (m *Metrics) all() []prometheus.Collector {
	return []prometheus.Collector{m.answers, m.blocked, m.attempts, m.duration, m.breaker}
}

func (m *Metrics) answered(status hook.DeliveryStatus, c *call) {
	m.answers.WithLabelValues(string(status), string(c.channel), orNone(c.number.country)).Inc()
}

func (m *Metrics) failed(err error, c *call) {
	m.answers.WithLabelValues(string(hook.CodeOf(err)), orNone(string(c.channel)), orNone(c.number.country)).Inc()
}

func (m *Metrics) wasBlocked(by blocker, c *call) {
	m.blocked.WithLabelValues(string(by), orNone(c.number.country)).Inc()
}

func (m *Metrics) attempted(channel v1alpha1.TelephonyChannel, made attempt) {
	m.attempts.WithLabelValues(made.provider, string(channel), made.label()).Inc()
	if !made.skipped {
		m.duration.WithLabelValues(made.provider, string(channel)).Observe(made.took.Seconds())
	}
}

// startBreakers shows the breakers of a handler that is new, and no longer those of one that it replaces: a
// provider that is not configured any more would stay open for ever.
func (m *Metrics) startBreakers(h *Handler) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.current = h
	m.breaker.Reset()
	for _, c := range h.carriers {
		m.showBreaker(c.name, outbound.Closed)
	}
}

// breakerChanged shows a state, unless it is of a handler that was replaced: its last calls end later, and a
// breaker that they open would be shown as open for ever.
func (m *Metrics) breakerChanged(h *Handler, provider string, state outbound.State) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.current == h {
		m.showBreaker(provider, state)
	}
}

func (m *Metrics) showBreaker(provider string, state outbound.State) {
	for _, each := range outbound.States() {
		value := 0.0
		if each == state {
			value = 1
		}
		m.breaker.WithLabelValues(provider, string(each)).Set(value)
	}
}

func orNone(label string) string {
	if label == "" {
		return none
	}
	return label
}
