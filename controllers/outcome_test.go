package controllers

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookline/hookline/api/v1alpha1"
)

func TestReport(t *testing.T) {
	t.Parallel()
	wasReady := []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonActive, Message: "fine"}}
	wasStalled := []metav1.Condition{
		{Type: v1alpha1.ConditionReady, Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonRejected, Message: "no"},
		{Type: v1alpha1.ConditionStalled, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonRejected, Message: "no"},
	}
	for name, c := range map[string]struct {
		outcome *outcome
		before  []metav1.Condition
		seen    []metav1.Condition
		want    string
		events  []string
		result  time.Duration
	}{
		"done is Ready, and nothing else is under way": {
			outcome: &outcome{verdict: done, condition: v1alpha1.ConditionReady, reason: v1alpha1.ReasonActive, message: "Okta calls it", after: time.Minute},
			before:  wasStalled,
			seen:    []metav1.Condition{{Type: v1alpha1.ConditionDeployed, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonAvailable, Message: "2 of 2"}},
			want:    "\nDeployed True Available: 2 of 2\nReady True Active: Okta calls it",
			events:  []string{"Normal Active Okta calls it"},
			result:  time.Minute,
		},
		"done again tells nothing": {
			outcome: &outcome{verdict: done, condition: v1alpha1.ConditionReady, reason: v1alpha1.ReasonActive, message: "fine", after: time.Minute},
			before:  wasReady, want: "\nReady True Active: fine", result: time.Minute,
		},
		"waiting is Unknown and Reconciling, and no event": {
			outcome: notYet(v1alpha1.ConditionDeployed, v1alpha1.ReasonRollingOut, 0, "1 of 2"),
			before:  wasReady,
			want:    "\nDeployed Unknown RollingOut: 1 of 2\nReady Unknown Progressing: 1 of 2\nReconciling True Progressing: 1 of 2",
		},
		"blocked is False and tried again": {
			outcome: blocked(v1alpha1.ConditionReachable, v1alpha1.ReasonConnectionFailed, time.Second, "refused"),
			before:  wasReady,
			want:    "\nReachable False ConnectionFailed: refused\nReady False ConnectionFailed: refused\nReconciling True ConnectionFailed: refused",
			events:  []string{"Warning ConnectionFailed refused"},
			result:  time.Second,
		},
		"refused stalls": {
			outcome: refused(v1alpha1.ConditionRegistered, v1alpha1.ReasonRejected, "bad uri"),
			want:    "\nReady False Rejected: bad uri\nRegistered False Rejected: bad uri\nStalled True Rejected: bad uri",
			events:  []string{"Warning Rejected bad uri"},
		},
		"an outcome about Ready itself sets it once": {
			outcome: blocked(v1alpha1.ConditionReady, v1alpha1.ReasonSecretNotFound, 0, "no Secret"),
			want:    "\nReady False SecretNotFound: no Secret\nReconciling True SecretNotFound: no Secret",
			events:  []string{"Warning SecretNotFound no Secret"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hook := aHook("legacy", func(h *v1alpha1.OktaInlineHook) {
				h.Generation, h.Status.Conditions = 7, append([]metav1.Condition(nil), c.before...)
			})
			events := &recorder{}
			c.outcome.report(reportOn(hook), c.seen, nil, events)
			if diff := cmp.Diff(c.want, conditionLines(hook.Status.Conditions)); diff != "" {
				t.Errorf("conditions (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.events, events.take()); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			ready := meta.FindStatusCondition(hook.Status.Conditions, v1alpha1.ConditionReady)
			if hook.Status.ObservedGeneration != 7 || ready.ObservedGeneration != 7 {
				t.Errorf("observed generations %d and %d", hook.Status.ObservedGeneration, ready.ObservedGeneration)
			}
			if result, err := c.outcome.result(nil); err != nil || result.RequeueAfter != c.result {
				t.Errorf("looks again after %s, error %v", result.RequeueAfter, err)
			}
		})
	}
}

func TestAFailedStatusWriteIsTriedAgain(t *testing.T) {
	t.Parallel()
	failure := errors.New("conflict")
	if _, err := (&outcome{verdict: stalled}).result(failure); !errors.Is(err, failure) {
		t.Errorf("the error is %v", err)
	}
}
