package okta

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestCallsAreCounted(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	headers := []string{"X-Rate-Limit-Limit", "50", "X-Rate-Limit-Remaining", "7", "X-Rate-Limit-Reset", "4000000000"}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodPut:
			hangUp(w, r)
		case http.MethodDelete:
			answer(429, body("E0000047", "x"), headers...)(w, r)
		default:
			answer(200, aHook, headers...)(w, r)
		}
	})
	c := s.client(t, func(cfg *Config) { cfg.Metrics = NewMetrics(registry) })
	_, err := c.GetInlineHook(t.Context(), "calA")
	if err != nil {
		t.Fatal(err)
	}
	_, lost := c.ReplaceInlineHook(t.Context(), "calA", spec())
	limited := c.DeleteInlineHook(t.Context(), "calA")
	_, held := c.CreateInlineHook(t.Context(), spec())
	if !MayHaveHappened(lost) || KindOf(limited) != KindRateLimited || KindOf(held) != KindRateLimited {
		t.Fatalf("got %v; %v; %v", lost, limited, held)
	}
	org := strings.TrimPrefix(s.URL, "https://")
	want := []string{
		"hookline_okta_rate_limit_remaining{bucket=/api/v1,org=" + org + "} 7",
		"hookline_okta_rate_limit{bucket=/api/v1,org=" + org + "} 50",
		"hookline_okta_request_duration_seconds{operation=delete_inline_hook} 1",
		"hookline_okta_request_duration_seconds{operation=get_inline_hook} 1",
		"hookline_okta_request_duration_seconds{operation=replace_inline_hook} 1",
		"hookline_okta_requests_total{code=2xx,operation=get_inline_hook,org=" + org + "} 1",
		"hookline_okta_requests_total{code=429,operation=delete_inline_hook,org=" + org + "} 1",
		"hookline_okta_requests_total{code=none,operation=replace_inline_hook,org=" + org + "} 1",
		"hookline_okta_requests_withheld_total{operation=create_inline_hook,org=" + org + "} 1",
	}
	if got := gathered(t, registry); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// gathered lists all series; of a histogram the number of observations.
func gathered(t *testing.T, registry *prometheus.Registry) []string {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, family := range families {
		for _, m := range family.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			value := m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			lines = append(lines, fmt.Sprintf("%s{%s} %v", family.GetName(), strings.Join(labels, ","), value))
		}
	}
	slices.Sort(lines)
	return lines
}

func TestTheCodeLabelIsAClosedSet(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{204: "2xx", 304: "3xx", 404: "4xx", 429: "429", 599: "5xx", 0: "none", 999: "none"} {
		if got := codeClass(&exchange{status: status}); got != want {
			t.Errorf("%d: got %s, want %s", status, got, want)
		}
	}
}
