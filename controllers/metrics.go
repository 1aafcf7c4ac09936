package controllers

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/hookline/hookline/api/v1alpha1"
)

// The manager's own metrics, beside those of package okta, controller-runtime and Go:
//
//	hookline_inline_hook_ready{namespace,name,type}   1 when the OktaInlineHook is Ready, 0 when it is not, or
//	                                                  not yet; a suspended one keeps what it was
//	hookline_org_ready{namespace,name}                1 when the OktaOrg is Ready, else 0
//
// There is one series per resource, so their number is bounded by what people apply. They are read from the
// cache when they are asked for: a resource that is gone has no series.
var (
	hookReady = prometheus.NewDesc("hookline_inline_hook_ready",
		"Whether an OktaInlineHook is Ready: 1 or 0.", []string{"namespace", "name", "type"}, nil)
	orgReady = prometheus.NewDesc("hookline_org_ready",
		"Whether an OktaOrg is Ready: 1 or 0.", []string{"namespace", "name"}, nil)
)

// readinessMetrics is a prometheus.Collector.
type readinessMetrics struct{ reader client.Reader }

// NewReadinessMetrics makes the collector of the metrics above. reader should be a cache.
func NewReadinessMetrics(reader client.Reader) prometheus.Collector { return readinessMetrics{reader} }

// Describe implements prometheus.Collector.
func (m readinessMetrics) Describe(descriptions chan<- *prometheus.Desc) {
	descriptions <- hookReady
	descriptions <- orgReady
}

// Collect implements prometheus.Collector. A cache that is not there yet has nothing to tell.
func (m readinessMetrics) Collect(metrics chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var hooks v1alpha1.OktaInlineHookList
	if m.reader.List(ctx, &hooks) == nil {
		for i := range hooks.Items {
			h := &hooks.Items[i]
			metrics <- prometheus.MustNewConstMetric(hookReady, prometheus.GaugeValue, readyValue(h.Status.Conditions), h.Namespace, h.Name, string(h.Spec.Type))
		}
	}
	var orgs v1alpha1.OktaOrgList
	if m.reader.List(ctx, &orgs) == nil {
		for i := range orgs.Items {
			o := &orgs.Items[i]
			metrics <- prometheus.MustNewConstMetric(orgReady, prometheus.GaugeValue, readyValue(o.Status.Conditions), o.Namespace, o.Name)
		}
	}
}

func readyValue(conditions []metav1.Condition) float64 {
	if meta.IsStatusConditionTrue(conditions, v1alpha1.ConditionReady) {
		return 1
	}
	return 0
}
