package telephony

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

// FuzzHandle: no body and no results of providers make the handler panic. Every call ends in an answer that
// Okta knows, or in a failure of which no provider has heard; and with Pending, at most one provider sends.
func FuzzHandle(f *testing.F) {
	for _, changes := range []members{nil, {"deliveryChannel": "CALL"}, {"phoneNumber": "9876543210"}, {"otpCode": 7, "locale": "de_AT"}, {"otpExpires": "x"}} {
		f.Add([]byte(oktaBody(f, changes)), uint8(0), uint8(0))
		f.Add([]byte(oktaBody(f, changes)), uint8(6), uint8(3))
	}
	f.Add([]byte(`{"data":{"messageProfile":[],"userProfile":null}}`), uint8(1), uint8(2))
	classes := Classes()
	plain := handlerOf("a", "b")
	full := routed(forCountries(to("a", "b"), "US"), when(to("b"), "user.login.contains('a') || message.locale in ['x']"))
	full.Message = "'Code ' + message.otpCode"
	full.AllowedCountries = []v1alpha1.CountryCode{"US", "GB"}
	full.Limits = &v1alpha1.TelephonyLimits{PerNumber: velocity(1000, time.Hour), PerUser: velocity(3, time.Second), PerPrefix: velocity(100, time.Minute)}
	full.OnUnknownOutcome, full.OnBlocked = v1alpha1.UnknownNextProvider, v1alpha1.ReportFailed
	f.Fuzz(func(t *testing.T, body []byte, first, second uint8) {
		req, err := hook.Decode(body)
		if err != nil {
			return
		}
		results := []Class{classes[int(first)%len(classes)], classes[int(second)%len(classes)]}
		for _, spec := range []*v1alpha1.TelephonyHandler{plain, full} {
			handleAny(t, spec, req, results)
		}
	})
}

func handleAny(t *testing.T, spec *v1alpha1.TelephonyHandler, req *hook.Request, results []Class) {
	t.Helper()
	var asked []Class
	answerer := func(class Class) *double {
		return &double{answer: func(context.Context, Message) Result {
			asked = append(asked, class)
			return Result{Class: class}
		}}
	}
	s := &setup{providers: providers{"a": answerer(results[0]), "b": answerer(results[1])}}
	h, err := newHandler(t.Context(), spec, Options{Logger: slog.New(slog.DiscardHandler)}, s.provider)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	response, err := h.Handle(fromOkta(t), req)
	maySent := slices.ContainsFunc(asked, func(c Class) bool { return c == Sent || c == Unknown })
	if err != nil {
		if failure := (*hook.Failure)(nil); !errors.As(err, &failure) || len(asked) > 0 {
			t.Fatalf("error %v after %d attempts, want a failure before any", err, len(asked))
		}
		return
	}
	if _, err := response.Encode(); err != nil || response.Error != nil || len(response.Commands) != 1 {
		t.Fatalf("an answer that can't be sent: %v", err)
	}
	told := response.Commands[0].Value.([]hook.Delivery)
	switch {
	case len(told) != 1 || !slices.Contains([]hook.DeliveryStatus{hook.DeliverySuccessful, hook.DeliveryPending, hook.DeliveryFailed}, told[0].Status):
		t.Fatalf("an answer that Okta does not know: %+v", told)
	case maySent && told[0].Status == hook.DeliveryFailed:
		t.Fatalf("somebody may have sent (%v), and Okta may send again: %+v", asked, told)
	case spec.OnUnknownOutcome != v1alpha1.UnknownNextProvider && maySent && asked[len(asked)-1] != Sent && asked[len(asked)-1] != Unknown:
		t.Fatalf("somebody was asked after one that may have sent: %v", asked)
	}
}
