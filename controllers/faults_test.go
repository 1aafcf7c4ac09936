package controllers

import (
	"net/http"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/okta/oktasim"
)

// namedFault is one planned misbehaviour of Okta.
type namedFault struct {
	name  string
	fault oktasim.Fault
}

// faults happen to the first write, wherever in the sequence that is.
func faults() []namedFault {
	const hooks = "/api/v1/inlineHooks/**"
	return []namedFault{
		{"the answer of the create is lost", oktasim.Fault{Method: http.MethodPost, Path: "/api/v1/inlineHooks", Action: oktasim.FaultLoseAnswer}},
		{"the create is answered by a gateway's 502", oktasim.Fault{Method: http.MethodPost, Path: "/api/v1/inlineHooks", Action: oktasim.FaultLoseAnswer, Status: 502}},
		{"half of an answer arrives", oktasim.Fault{Method: http.MethodPost, Path: "/api/v1/inlineHooks", Action: oktasim.FaultTruncate}},
		{"the answer of a replace is lost", oktasim.Fault{Method: http.MethodPut, Path: hooks, Action: oktasim.FaultLoseAnswer}},
		{"the answer of a delete is lost", oktasim.Fault{Method: http.MethodDelete, Path: hooks, Action: oktasim.FaultLoseAnswer}},
		{"the answer of a lifecycle call is lost", oktasim.Fault{Method: http.MethodPost, Path: hooks, Action: oktasim.FaultLoseAnswer}},
		{"a write is cut off before it happens", oktasim.Fault{Path: hooks, Action: oktasim.FaultReset}},
		{"Okta has an error of its own", oktasim.Fault{Path: hooks, Action: oktasim.FaultStatus, Status: 500, Count: 2}},
		{"the rate limit is used up", oktasim.Fault{Path: hooks, Action: oktasim.FaultStatus, Status: 429}},
	}
}

func TestErrorsOfOktaAreSorted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault   oktasim.Fault
		reason  string
		stalled bool
		retry   string // "backoff", "never", or empty for a time
		says    string
	}{
		"a refused spec stalls until it changes": {
			fault:  oktasim.Fault{Method: http.MethodPost, Action: oktasim.FaultStatus, Status: 400, ErrorCode: "E0000001", ErrorSummary: "Api validation failed: uri"},
			reason: v1alpha1.ReasonRejected, stalled: true, retry: "never", says: "Api validation failed: uri",
		},
		"refused credentials wait for the org": {
			fault:  oktasim.Fault{Action: oktasim.FaultStatus, Status: 401},
			reason: v1alpha1.ReasonUnauthorized, says: "Invalid token provided",
		},
		"missing rights wait for the org": {
			fault:  oktasim.Fault{Action: oktasim.FaultStatus, Status: 403},
			reason: v1alpha1.ReasonUnauthorized, says: "You do not have permission",
		},
		"a used-up rate limit waits for its reset": {
			fault:  oktasim.Fault{Action: oktasim.FaultStatus, Status: 429},
			reason: v1alpha1.ReasonRateLimited, says: "rate limit",
		},
		"an error of Okta's own is tried again with backoff": {
			fault:  oktasim.Fault{Action: oktasim.FaultStatus, Status: 500},
			reason: v1alpha1.ReasonOktaUnavailable, retry: "backoff", says: "Internal Server Error",
		},
		"read-only mode is tried again with backoff": {
			fault:  oktasim.Fault{Method: http.MethodPost, Action: oktasim.FaultStatus, Status: 503},
			reason: v1alpha1.ReasonOktaUnavailable, retry: "backoff", says: "read only",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, aHook("legacy"))
			c.fault.Count, c.fault.Path = -1, "/api/v1/**"
			w.must(w.org.Inject(c.fault))
			var err error
			var after time.Duration
			for range 5 {
				result, passErr := w.pass("legacy")
				err, after = passErr, result.RequeueAfter
			}
			hook := w.get("legacy")
			registered := condition(hook, v1alpha1.ConditionRegistered)
			if registered.Status != metav1.ConditionFalse || registered.Reason != c.reason || !strings.Contains(registered.Message, c.says) {
				t.Errorf("conditions: %s", conditionLines(hook.Status.Conditions))
			}
			if stalled := condition(hook, v1alpha1.ConditionStalled).Status == metav1.ConditionTrue; stalled != c.stalled {
				t.Errorf("stalled is %v", stalled)
			}
			got := map[bool]string{true: "backoff", false: ""}[err != nil]
			if err == nil && after == 0 {
				got = "never"
			}
			if got != c.retry {
				t.Errorf("the next try is %q (err %v, after %s), want %q", got, err, after, c.retry)
			}
		})
	}
}

// TestTheSameErrorIsOneStatusWrite: Okta's errorId is another one each time.
func TestTheSameErrorIsOneStatusWrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t, aHook("legacy"))
	w.must(w.org.Inject(oktasim.Fault{Path: "/api/v1/**", Action: oktasim.FaultStatus, Status: 500, Count: -1}))
	for range 4 {
		_, _ = w.pass("legacy")
	}
	first := w.get("legacy")
	if !strings.Contains(condition(first, v1alpha1.ConditionRegistered).Message, "oae") {
		t.Errorf("no errorId in: %s", conditionLines(first.Status.Conditions))
	}
	_, _ = w.pass("legacy")
	if again := w.get("legacy"); again.ResourceVersion != first.ResourceVersion {
		t.Errorf("written again; was %s\nis %s", conditionLines(first.Status.Conditions), conditionLines(again.Status.Conditions))
	}
}
