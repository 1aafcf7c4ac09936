package passwordimport

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/outbound"
)

// Metrics of password import, all of them:
//
//	hookline_runtime_password_checks_total{outcome}               passwords checked: verified, wrong_password, unknown_user,
//	                                                              no_password (the user has none), unusable (empty, too
//	                                                              long, with a NUL), or the code of a failure
//	hookline_runtime_user_store_lookups_total{store,outcome}      look-ups by kind of store: found, not_found, or the code
//	                                                              of a failure
//	hookline_runtime_user_store_lookup_duration_seconds{store}    how long they took
//	hookline_runtime_user_store_breaker_state{store,state}        1 for the state the circuit breaker is in (closed,
//	                                                              half-open, open), 0 for the others
//	hookline_runtime_password_verification_duration_seconds{scheme}   time to verify one digest, without the wait for a
//	                                                              turn; one observation per password that was verified
//
// Labels come from closed sets.
type Metrics struct {
	checks         *prometheus.CounterVec
	lookups        *prometheus.CounterVec
	lookupDuration *prometheus.HistogramVec
	breaker        *prometheus.GaugeVec
	verification   *prometheus.HistogramVec
}

// NewMetrics makes the metrics and registers them, unless registry is nil. Make them once and give them to
// every handler that replaces another.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	const prefix = "hookline_runtime_"
	m := &Metrics{
		checks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: prefix + "password_checks_total",
			Help: "Passwords checked, by outcome.",
		}, []string{"outcome"}),
		lookups: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: prefix + "user_store_lookups_total",
			Help: "Look-ups of users, by kind of store and outcome.",
		}, []string{"store", "outcome"}),
		lookupDuration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    prefix + "user_store_lookup_duration_seconds",
			Help:    "Time of one look-up of a user.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
		}, []string{"store"}),
		breaker: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: prefix + "user_store_breaker_state",
			Help: "1 for the state that the circuit breaker of the store is in.",
		}, []string{"store", "state"}),
		verification: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    prefix + "password_verification_duration_seconds",
			Help:    "Time to verify one digest, by the way the digest was made.",
			Buckets: []float64{.0001, .001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
		}, []string{"scheme"}),
	}
	if registry != nil {
		registry.MustRegister(m.checks, m.lookups, m.lookupDuration, m.breaker, m.verification)
	}
	return m
}

func (m *Metrics) checked(result outcome, err error) {
	if err != nil {
		result = outcome(hook.CodeOf(err))
	}
	m.checks.WithLabelValues(string(result)).Inc()
}

func (m *Metrics) lookedUp(store string, found bool, err error, took time.Duration) {
	outcome := "not_found"
	switch {
	case err != nil:
		outcome = string(hook.CodeOf(err))
	case found:
		outcome = "found"
	}
	m.lookups.WithLabelValues(store, outcome).Inc()
	m.lookupDuration.WithLabelValues(store).Observe(took.Seconds())
}

func (m *Metrics) breakerState(store string, state outbound.State) {
	for _, each := range outbound.States() {
		value := 0.0
		if each == state {
			value = 1
		}
		m.breaker.WithLabelValues(store, string(each)).Set(value)
	}
}

func (m *Metrics) verified(scheme string, took time.Duration) {
	m.verification.WithLabelValues(scheme).Observe(took.Seconds())
}
