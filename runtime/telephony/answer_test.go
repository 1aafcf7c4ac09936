package telephony

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/outbound"
)

// Attempts of answers.
var (
	sentByB      = attempt{provider: "b", Result: Result{Class: Sent, TransactionID: "SM1", Status: 201}}
	rejectedByA  = attempt{provider: "a", Result: Result{Class: Rejected, Code: "20003", Status: 401}}
	throttledByA = attempt{provider: "a", Result: Result{Class: Throttled, Status: 429}}
	unknownByA   = attempt{provider: "a", Result: Result{Class: Unknown, Status: 500}}
	namedByA     = attempt{provider: "a", Result: Result{Class: Unknown, TransactionID: "SM0"}}
	unknownByC   = attempt{provider: "c", Result: Result{Class: Unknown}}
	skippedA     = attempt{provider: "a", Result: Result{Class: Rejected, Err: outbound.ErrOpen}, skipped: true}
	numberByB    = attempt{provider: "b", Result: Result{Class: InvalidNumber, Code: "21211", Status: 400}}
	blockedByB   = attempt{provider: "b", Result: Result{Class: Blocked, Code: "21216", Status: 400}}
	unsupportedA = attempt{provider: "a", Result: Result{Class: Unsupported}}
)

func TestWhatAttemptsComeTo(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		attempts  []attempt
		outOfTime bool
		want      ending
		blocker   blocker
	}{
		"nobody was tried":                              {nil, true, endedNoTime, ""},
		"there is nobody to try":                        {nil, false, endedNoProvider, ""},
		"the first sends":                               {[]attempt{sentByB}, false, endedSent, ""},
		"the second sends":                              {[]attempt{rejectedByA, sentByB}, false, endedSent, ""},
		"the second sends, the first may have":          {[]attempt{unknownByA, sentByB}, false, endedSent, ""},
		"the only one may have sent":                    {[]attempt{unknownByA}, false, endedUnknown, ""},
		"the second may have sent":                      {[]attempt{rejectedByA, unknownByC}, false, endedUnknown, ""},
		"one may have sent, the next refuses":           {[]attempt{unknownByC, rejectedByA}, false, endedUnknown, ""},
		"one may have sent, the next knows the number":  {[]attempt{unknownByA, numberByB}, false, endedUnknown, ""},
		"one may have sent, the next blocks":            {[]attempt{unknownByA, blockedByB}, false, endedUnknown, ""},
		"one may have sent, then the time is over":      {[]attempt{unknownByA}, true, endedUnknown, ""},
		"one refuses, then the time is over":            {[]attempt{rejectedByA}, true, endedNoTime, ""},
		"all refuse":                                    {[]attempt{rejectedByA, throttledByA, skippedA, unsupportedA}, false, endedNoProvider, ""},
		"the number does not exist":                     {[]attempt{numberByB}, false, endedInvalidNumber, ""},
		"one refuses, the next says the number is none": {[]attempt{rejectedByA, numberByB}, false, endedInvalidNumber, ""},
		"one refuses, the next blocks":                  {[]attempt{rejectedByA, blockedByB}, false, endedBlocked, blockedByProvider},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := conclude(tc.attempts, tc.outOfTime); got.ending != tc.want || got.blocker != tc.blocker {
				t.Errorf("got %s by %q, want %s by %q", got.ending, got.blocker, tc.want, tc.blocker)
			}
		})
	}
}

func TestWhatOktaIsTold(t *testing.T) {
	t.Parallel()
	const success, pending, failed = hook.DeliverySuccessful, hook.DeliveryPending, hook.DeliveryFailed
	for name, tc := range map[string]struct {
		outcome   outcome
		onBlocked v1alpha1.OnBlocked
		want      hook.Delivery
	}{
		"sent": {outcome{ending: endedSent, attempts: []attempt{sentByB}, took: 312_400 * time.Microsecond}, "",
			hook.Delivery{Status: success, Provider: "b", TransactionID: "SM1", TransactionMetadata: "duration=312ms"}},
		"sent by the second": {outcome{ending: endedSent, attempts: []attempt{rejectedByA, sentByB}, took: time.Second}, "",
			hook.Delivery{Status: success, Provider: "b", TransactionID: "SM1", TransactionMetadata: "duration=1000ms, a=rejected/20003"}},
		"sent by the second, perhaps by the first too": {outcome{ending: endedSent, attempts: []attempt{namedByA, sentByB}}, "",
			hook.Delivery{Status: success, Provider: "b", TransactionID: "SM1", TransactionMetadata: "duration=0ms, a=unknown"}},
		"perhaps sent": {outcome{ending: endedUnknown, attempts: []attempt{namedByA}}, "",
			hook.Delivery{Status: pending, Provider: "a", TransactionID: "SM0", TransactionMetadata: "reason=unknown_outcome, a=unknown"}},
		"perhaps sent by two": {outcome{ending: endedUnknown, attempts: []attempt{unknownByA, rejectedByA, unknownByC}}, "",
			hook.Delivery{Status: pending, Provider: "a", TransactionMetadata: "reason=unknown_outcome, a=unknown, a=rejected/20003, c=unknown"}},
		"perhaps sent, whatever blocks after it": {outcome{ending: endedUnknown, attempts: []attempt{unknownByA, blockedByB}}, v1alpha1.ReportFailed,
			hook.Delivery{Status: pending, Provider: "a", TransactionMetadata: "reason=unknown_outcome, a=unknown, b=blocked/21216"}},
		"blocked by the country": {outcome{ending: endedBlocked, blocker: blockedByCountry}, "",
			hook.Delivery{Status: success, TransactionMetadata: "blocked=country"}},
		"blocked by a limit, and Okta shall not send": {outcome{ending: endedBlocked, blocker: blockedByUser}, v1alpha1.ReportSuccess,
			hook.Delivery{Status: success, TransactionMetadata: "blocked=user"}},
		"blocked by a limit, and Okta may send": {outcome{ending: endedBlocked, blocker: blockedByNumber}, v1alpha1.ReportFailed,
			hook.Delivery{Status: failed, TransactionMetadata: "blocked=number"}},
		"blocked by a provider": {outcome{ending: endedBlocked, blocker: blockedByProvider, attempts: []attempt{blockedByB}}, "",
			hook.Delivery{Status: success, TransactionMetadata: "blocked=provider, b=blocked/21216"}},
		"blocked by a provider, and Okta may send": {outcome{ending: endedBlocked, blocker: blockedByProvider, attempts: []attempt{blockedByB}}, v1alpha1.ReportFailed,
			hook.Delivery{Status: failed, TransactionMetadata: "blocked=provider, b=blocked/21216"}},
		"an invalid number": {outcome{ending: endedInvalidNumber, attempts: []attempt{numberByB}}, "",
			hook.Delivery{Status: failed, TransactionMetadata: "reason=invalid_number, b=invalid_number/21211"}},
		"no route": {outcome{ending: endedNoRoute}, "", hook.Delivery{Status: failed, TransactionMetadata: "reason=no_route"}},
		"no time":  {outcome{ending: endedNoTime}, "", hook.Delivery{Status: failed, TransactionMetadata: "reason=no_time"}},
		"nobody has sent it": {outcome{ending: endedNoProvider, attempts: []attempt{skippedA, throttledByA, unsupportedA}}, "",
			hook.Delivery{Status: failed, TransactionMetadata: "reason=no_provider, a=skipped, a=throttled, a=unsupported"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, answer(tc.outcome, tc.onBlocked)); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoOutcomeThatMayHaveSentIsFailed(t *testing.T) {
	t.Parallel()
	endings := []ending{endedSent, endedUnknown, endedBlocked, endedInvalidNumber, endedNoRoute, endedNoProvider, endedNoTime}
	for _, e := range endings {
		for _, onBlocked := range []v1alpha1.OnBlocked{"", v1alpha1.ReportSuccess, v1alpha1.ReportFailed} {
			got := status(e, onBlocked)
			if (outcome{ending: e}).maySent() && got == hook.DeliveryFailed {
				t.Errorf("%s may have sent, and Okta is told %s", e, got)
			}
		}
	}
}

func TestTimeIsShared(t *testing.T) {
	t.Parallel()
	const next = v1alpha1.UnknownNextProvider
	for name, tc := range map[string]struct {
		rest, timeout time.Duration
		left          int
		onUnknown     v1alpha1.OnUnknownOutcome
		want          time.Duration
	}{
		"a timeout that is shorter than the rest":               {2 * time.Second, time.Second, 2, "", time.Second},
		"a timeout that is longer":                              {time.Second, 2 * time.Second, 2, "", time.Second},
		"no timeout: whatever is left":                          {2 * time.Second, 0, 4, v1alpha1.UnknownPending, 2 * time.Second},
		"no timeout, and others are tried after one that hangs": {2 * time.Second, 0, 4, next, 500 * time.Millisecond},
		"no timeout, and it is the last":                        {2 * time.Second, 0, 1, next, 2 * time.Second},
		"a timeout, and others are tried after one that hangs":  {2 * time.Second, time.Second, 4, next, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := share(tc.rest, tc.timeout, tc.left, tc.onUnknown); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestOneRuleSaysWhoIsTriedNext(t *testing.T) {
	t.Parallel()
	want := map[Class]string{
		Sent: "stop stop", InvalidNumber: "stop stop", Blocked: "stop stop", Unknown: "stop next",
		Rejected: "next next", Throttled: "next next", Unsupported: "next next",
	}
	word := map[bool]string{true: "stop", false: "next"}
	for _, class := range Classes() {
		got := word[stops(class, v1alpha1.UnknownPending)] + " " + word[stops(class, v1alpha1.UnknownNextProvider)]
		if got != want[class] {
			t.Errorf("after %s: got %s with Pending and NextProvider, want %s", class, got, want[class])
		}
		if stops(class, "") != stops(class, v1alpha1.UnknownPending) {
			t.Errorf("after %s: Pending is not the default", class)
		}
	}
}
