package telephony

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/hookline/hookline/api/v1alpha1"
)

func TestMetricsSayWhatHappened(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		spec := handlerOf("a", "b")
		spec.AllowedCountries = []v1alpha1.CountryCode{"US"}
		spec.Limits = &v1alpha1.TelephonyLimits{PerNumber: velocity(7, time.Hour)}
		s := build(t, spec, providers{"a": {answer: always(Rejected, "20003", 401)}})
		registry := prometheus.NewPedanticRegistry()
		registry.MustRegister(s.metrics.all()...)
		for range 6 {
			s.handle(t, fromOkta(t), oktaCall(t, nil))
		}
		s.providers["b"].answer = always(Unknown, "", 500)
		s.handle(t, fromOkta(t), voiceCall(t, nil))
		s.handle(t, fromOkta(t), oktaCall(t, nil))
		s.handle(t, fromOkta(t), oktaCall(t, members{"phoneNumber": "+447911123456"}))
		s.handle(t, fromOkta(t), oktaCall(t, members{"phoneNumber": "9876543210"}))
		if _, err := s.Handle(fromOkta(t), oktaCall(t, members{"otpCode": nil, "msgTemplate": nil})); err == nil {
			t.Error("a call without a code is no error")
		}
		const want = `
answers_total{channel="SMS",country="GG",status="SUCCESSFUL"} 1
answers_total{channel="SMS",country="US",status="SUCCESSFUL"} 7
answers_total{channel="SMS",country="none",status="SUCCESSFUL"} 1
answers_total{channel="Voice",country="US",status="PENDING"} 1
answers_total{channel="none",country="none",status="invalid_data"} 1
attempt_duration_seconds{channel="SMS",provider="a"} 5
attempt_duration_seconds{channel="SMS",provider="b"} 6
attempt_duration_seconds{channel="Voice",provider="b"} 1
attempts_total{channel="SMS",class="rejected",provider="a"} 5
attempts_total{channel="SMS",class="sent",provider="b"} 6
attempts_total{channel="SMS",class="skipped",provider="a"} 1
attempts_total{channel="Voice",class="skipped",provider="a"} 1
attempts_total{channel="Voice",class="unknown",provider="b"} 1
blocked_total{country="GG",reason="country"} 1
blocked_total{country="US",reason="number"} 1
blocked_total{country="none",reason="country"} 1
breaker_state{provider="a",state="closed"} 0
breaker_state{provider="a",state="half-open"} 0
breaker_state{provider="a",state="open"} 1
breaker_state{provider="b",state="closed"} 1
breaker_state{provider="b",state="half-open"} 0
breaker_state{provider="b",state="open"} 0
`
		if diff := cmp.Diff(strings.TrimSpace(want), gathered(t, registry)); diff != "" {
			t.Errorf("metrics (-want +got):\n%s", diff)
		}
	})
}

// gathered are all metrics, of histograms how many observations there were.
func gathered(t *testing.T, registry *prometheus.Registry) string {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			var labels []string
			for _, pair := range metric.GetLabel() {
				labels = append(labels, fmt.Sprintf("%s=%q", pair.GetName(), pair.GetValue()))
			}
			value := metric.GetCounter().GetValue() + metric.GetGauge().GetValue() + float64(metric.GetHistogram().GetSampleCount())
			lines = append(lines, fmt.Sprintf("%s{%s} %v",
				strings.TrimPrefix(family.GetName(), "hookline_runtime_telephony_"), strings.Join(labels, ","), value))
		}
	}
	return strings.Join(lines, "\n")
}

func TestAProviderThatIsGoneHasNoState(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewPedanticRegistry()
	metrics := NewMetrics(registry)
	s := &setup{providers: providers{}}
	for _, spec := range []*v1alpha1.TelephonyHandler{handlerOf("old", "a"), handlerOf("a")} {
		if _, err := newHandler(t.Context(), spec, Options{Metrics: metrics}, s.provider); err != nil {
			t.Fatal(err)
		}
	}
	if got := gathered(t, registry); strings.Contains(got, "old") || !strings.Contains(got, `breaker_state{provider="a",state="closed"} 1`) {
		t.Errorf("metrics are\n%s\nwant the states of the one provider that is left", got)
	}
}

// TestCallsThatOutliveTheirHandlerAreNotShown has a breaker open after its handler was replaced.
func TestCallsThatOutliveTheirHandlerAreNotShown(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewPedanticRegistry()
	s := build(t, handlerOf("a"), providers{"a": {answer: always(Unknown, "", 500)}})
	registry.MustRegister(s.metrics.all()...)
	if _, err := newHandler(t.Context(), handlerOf("a"), Options{Metrics: s.metrics}, s.provider); err != nil {
		t.Fatal(err)
	}
	for range 6 {
		s.handle(t, fromOkta(t), oktaCall(t, nil))
	}
	if s.sent() != "a:5" {
		t.Fatalf("messages %s, want a breaker that is open", s.sent())
	}
	if got := gathered(t, registry); !strings.Contains(got, `breaker_state{provider="a",state="closed"} 1`) {
		t.Errorf("metrics are\n%s\nwant the state of the handler that is in service", got)
	}
}

func TestMetricsOfThePageAreThoseThereAre(t *testing.T) {
	t.Parallel()
	var documented, there []string
	for _, row := range docsTable(t, "name | meaning") {
		documented = append(documented, row[0])
	}
	m := NewMetrics(nil)
	for _, collector := range m.all() {
		descriptions := make(chan *prometheus.Desc, 1)
		collector.Describe(descriptions)
		text := (<-descriptions).String()
		_, name, _ := strings.Cut(text, `fqName: "`)
		name, _, _ = strings.Cut(name, `"`)
		_, labels, _ := strings.Cut(text, "variableLabels: {")
		labels, _, _ = strings.Cut(labels, "}")
		there = append(there, name+"{"+labels+"}")
	}
	if diff := cmp.Diff(there, documented); diff != "" {
		t.Errorf("metrics (-code +page):\n%s", diff)
	}
}

// logLine is what is logged of a call, without its time and its duration.
func logLine(t *testing.T, spec *v1alpha1.TelephonyHandler, a *double, changes members) []string {
	t.Helper()
	var log bytes.Buffer
	s := &setup{providers: providers{"a": a}}
	h, err := newHandler(t.Context(), spec, Options{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, attr slog.Attr) slog.Attr {
			if attr.Key == slog.TimeKey || attr.Key == "seconds" {
				return slog.Attr{}
			}
			return attr
		}}))}, s.provider)
	if err != nil {
		t.Fatal(err)
	}
	s.Handler = h
	s.handle(t, fromOkta(t), oktaCall(t, changes))
	return strings.Split(strings.TrimSuffix(log.String(), "\n"), "\n")
}

func TestWhatWasNotSentIsLogged(t *testing.T) {
	t.Parallel()
	const call = ` eventID=e-1 channel=SMS country=US requestType=com.okta.user.telephony.mfa-verification`
	for name, tc := range map[string]struct {
		spec   *v1alpha1.TelephonyHandler
		answer *double
		want   []string
	}{
		"sent": {handlerOf("a"), &double{}, []string{""}},
		"refused": {handlerOf("a"), &double{answer: always(Rejected, "21606", 400)}, []string{
			`level=WARN msg="provider has not taken the code" eventID=e-1 provider=a channel=SMS country=US class=rejected code=21606 status=400 error="answered 400: code \"21606\""`,
			`level=ERROR msg="code not sent: no provider has taken it"` + call + ` reason=no_provider`}},
		"perhaps sent": {handlerOf("a"), &double{answer: always(Unknown, "", 500)}, []string{
			`level=WARN msg="provider has not said whether it has taken the code" eventID=e-1 provider=a channel=SMS country=US class=unknown code="" status=500 error="answered 500: code \"\""`,
			`level=WARN msg="code perhaps sent: no provider has confirmed it"` + call}},
		"to a number that is none": {handlerOf("a"), &double{answer: always(InvalidNumber, "21211", 400)}, []string{
			`level=WARN msg="provider has not taken the code" eventID=e-1 provider=a channel=SMS country=US class=invalid_number code=21211 status=400 error="answered 400: code \"21211\""`,
			`level=INFO msg="code not sent: invalid number"` + call}},
		"blocked by the provider": {handlerOf("a"), &double{answer: always(Blocked, "21216", 400)}, []string{
			`level=WARN msg="provider has not taken the code" eventID=e-1 provider=a channel=SMS country=US class=blocked code=21216 status=400 error="answered 400: code \"21216\""`,
			`level=WARN msg="code not sent: blocked"` + call + ` reason=provider number=+1415555**** user=00u1 answer=SUCCESSFUL`}},
		"without a route": {routed(forCountries(to("a"), "DE")), &double{}, []string{
			`level=ERROR msg="code not sent: no route fits"` + call}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, logLine(t, tc.spec, tc.answer, nil)); diff != "" {
				t.Errorf("log (-want +got):\n%s", diff)
			}
		})
	}
}
