package server

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hookline/hookline/runtime/hook"
)

// metrics of the runtime, all of them:
//
//	hookline_runtime_calls_total{type,outcome}          calls that got past authentication and decoding; outcome is
//	                                                    decided, or the code of the failure
//	hookline_runtime_call_duration_seconds{type}        from the first byte of the request to the end of the answer
//	hookline_runtime_calls_in_flight                    calls and handlers that are running
//	hookline_runtime_refusals_total{code}               requests that were refused, by the code in the answer
//	hookline_runtime_probes_total                       probes answered
//	hookline_runtime_replays_total{kind}                retries that got the answer of the call they repeat: joined
//	                                                    while it ran, or replayed after it
//	hookline_runtime_config_info{type,version}          1, for the configuration that is served
//	hookline_runtime_credentials_accepted               credentials that are accepted at present
//	hookline_runtime_reloads_total{subject,result}      reloads of the config or the certificate; success or failure
//	hookline_runtime_certificate_expiry_timestamp_seconds   end of the served certificate, if there is one
//
// Labels come from closed sets, but for the version.
type metrics struct {
	calls       *prometheus.CounterVec
	duration    *prometheus.HistogramVec
	refusals    *prometheus.CounterVec
	probes      prometheus.Counter
	joined      prometheus.Counter
	replayed    prometheus.Counter
	config      *prometheus.GaugeVec
	credentials prometheus.Gauge
	reloads     *prometheus.CounterVec
	certificate prometheus.Gauge
}

const (
	outcomeDecided = "decided"

	subjectConfig      = "config"
	subjectCertificate = "certificate"
)

// newMetrics registers the metrics: that of the certificate only if there is one, lest it look expired.
func newMetrics(registry prometheus.Registerer, inFlight func() float64, hasCertificate bool) *metrics {
	const prefix = "hookline_runtime_"
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: prefix + name, Help: help}, labels)
	}
	gauge := func(name, help string) prometheus.GaugeOpts {
		return prometheus.GaugeOpts{Name: prefix + name, Help: help}
	}
	replays := counters("replays_total", "Retries that got the answer of the call they repeat.", "kind")
	m := &metrics{
		calls: counters("calls_total", "Calls by outcome: decided, or the code of the failure.", "type", "outcome"),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    prefix + "call_duration_seconds",
			Help:    "Time from the first byte of a call to the end of its answer. Okta waits for 3.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 1.5, 2, 2.5, 3},
		}, []string{"type"}),
		refusals: counters("refusals_total", "Requests refused before they became calls, by the code in the answer.", "code"),
		probes:   prometheus.NewCounter(prometheus.CounterOpts{Name: prefix + "probes_total", Help: "Probes answered."}),
		joined:   replays.WithLabelValues("joined"),
		replayed: replays.WithLabelValues("replayed"),
		config:   prometheus.NewGaugeVec(gauge("config_info", "1, for the configuration that is served."), []string{"type", "version"}),
		credentials: prometheus.NewGauge(
			gauge("credentials_accepted", "Credentials that are accepted at present.")),
		reloads: counters("reloads_total", "Reloads of the configuration or the certificate.", "subject", "result"),
		certificate: prometheus.NewGauge(
			gauge("certificate_expiry_timestamp_seconds", "When the served certificate ends, in Unix time.")),
	}
	registry.MustRegister(m.calls, m.duration, m.refusals, m.probes, replays, m.config, m.credentials, m.reloads,
		prometheus.NewGaugeFunc(gauge("calls_in_flight", "Calls and handlers that are running."), inFlight))
	if hasCertificate {
		registry.MustRegister(m.certificate)
	}
	return m
}

// refused counts a refusal.
func (m *metrics) refused(r *refusal) { m.refusals.WithLabelValues(r.code).Inc() }

// reloaded counts a reload of subject.
func (m *metrics) reloaded(subject string, err error) {
	result := "success"
	if err != nil {
		result = "failure"
	}
	m.reloads.WithLabelValues(subject, result).Inc()
}

// serves says which configuration is served, and none other.
func (m *metrics) serves(h *Hook) {
	m.config.Reset()
	m.config.WithLabelValues(h.Type.ID, h.Version).Set(1)
	m.credentials.Set(float64(len(h.Accepted.Values)))
}

// hookMetrics are the metrics of every call, looked up once.
type hookMetrics struct {
	decided  prometheus.Counter
	failed   *prometheus.CounterVec // by outcome
	duration prometheus.Observer
}

func (m *metrics) forHook(t hook.Type) hookMetrics {
	byOutcome := m.calls.MustCurryWith(prometheus.Labels{"type": t.ID})
	return hookMetrics{
		decided:  byOutcome.WithLabelValues(outcomeDecided),
		failed:   byOutcome,
		duration: m.duration.WithLabelValues(t.ID),
	}
}

// count adds a call that began at start and whose answer was written just now; failure is empty if it was decided.
func (h hookMetrics) count(start time.Time, failure hook.FailureCode) {
	if failure == "" {
		h.decided.Inc()
	} else {
		h.failed.WithLabelValues(string(failure)).Inc()
	}
	h.duration.Observe(time.Since(start).Seconds())
}
