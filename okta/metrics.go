package okta

import (
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Metrics counts the calls of any number of clients:
//
//	name                                   labels                meaning
//	hookline_okta_requests_total           org, operation, code  requests sent to Okta
//	hookline_okta_request_duration_seconds operation             from sending to the last byte of the answer
//	hookline_okta_requests_withheld_total  org, operation        calls refused here because the rate limit is used up
//	hookline_okta_rate_limit               org, bucket           calls per minute that Okta grants this credential
//	hookline_okta_rate_limit_remaining     org, bucket           calls left in the window, as of the last reply
//
// org is the host name of the org, so there are as many values as orgs.
// operation is one of the names in operations.go. code is 2xx, 3xx, 4xx, 429,
// 5xx, or "none" without a complete answer. bucket is Okta's: /api/v1 for all
// that is counted there, or other.
//
// The nil *Metrics counts nothing.
type Metrics struct {
	requests      *prometheus.CounterVec
	duration      *prometheus.HistogramVec
	requestsHeld  *prometheus.CounterVec
	rateLimit     *prometheus.GaugeVec
	rateRemaining *prometheus.GaugeVec
}

// NewMetrics registers the metrics. Once per registry: like every MustRegister
// it panics when they are there already. A nil registry registers nothing.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	auto := promauto.With(registry)
	return &Metrics{
		requests: auto.NewCounterVec(prometheus.CounterOpts{
			Name: "hookline_okta_requests_total",
			Help: "Requests sent to Okta's management API, by org, operation and class of the answer.",
		}, []string{"org", "operation", "code"}),
		duration: auto.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "hookline_okta_request_duration_seconds",
			Help:    "Time from sending a request to Okta's management API to the last byte of its answer.",
			Buckets: []float64{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15},
		}, []string{"operation"}),
		requestsHeld: auto.NewCounterVec(prometheus.CounterOpts{
			Name: "hookline_okta_requests_withheld_total",
			Help: "Calls to Okta's management API that were not sent because the org's rate limit is used up.",
		}, []string{"org", "operation"}),
		rateLimit: auto.NewGaugeVec(prometheus.GaugeOpts{
			Name: "hookline_okta_rate_limit",
			Help: "Calls per minute that Okta grants this credential, by rate-limit bucket.",
		}, []string{"org", "bucket"}),
		rateRemaining: auto.NewGaugeVec(prometheus.GaugeOpts{
			Name: "hookline_okta_rate_limit_remaining",
			Help: "Calls left in the current rate-limit window as of the last reply, by bucket.",
		}, []string{"org", "bucket"}),
	}
}

func (m *Metrics) answered(org string, ex *exchange, took time.Duration) {
	if m == nil {
		return
	}
	m.requests.WithLabelValues(org, ex.op.name, codeClass(ex)).Inc()
	m.duration.WithLabelValues(ex.op.name).Observe(took.Seconds())
}

func (m *Metrics) withheld(org string, op operation) {
	if m != nil {
		m.requestsHeld.WithLabelValues(org, op.name).Inc()
	}
}

func (m *Metrics) budget(org string, in bucket, limit, remaining int) {
	if m == nil {
		return
	}
	m.rateLimit.WithLabelValues(org, string(in)).Set(float64(limit))
	m.rateRemaining.WithLabelValues(org, string(in)).Set(float64(remaining))
}

// codeClass keeps the label a closed set, whatever a server sends.
func codeClass(ex *exchange) string {
	switch class := ex.status / 100; {
	case ex.err != nil:
		return "none"
	case ex.status == http.StatusTooManyRequests:
		return "429"
	case class >= 2 && class <= 5:
		return fmt.Sprintf("%dxx", class)
	default:
		return "none"
	}
}
