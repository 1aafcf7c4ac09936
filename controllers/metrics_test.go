package controllers

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
)

func TestReadinessMetrics(t *testing.T) {
	t.Parallel()
	w := newWorld(t, aHook("legacy"), aRegistrationHook("sign-up"))
	w.settle("legacy")
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(NewReadinessMetrics(w.client))
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, family := range families {
		for _, metric := range family.Metric {
			line := family.GetName()
			for _, label := range metric.Label {
				line += " " + label.GetValue()
			}
			got = append(got, fmt.Sprintf("%s = %v", line, metric.GetGauge().GetValue()))
		}
	}
	slices.Sort(got)
	want := []string{
		"hookline_inline_hook_ready legacy identity PasswordImport = 1",
		"hookline_inline_hook_ready sign-up identity Registration = 0",
		"hookline_org_ready acme identity = 0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}
