package controllers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/okta"
)

// reportOn says where a hook's conditions are.
func reportOn(hook *v1alpha1.OktaInlineHook) reported {
	return reported{object: hook, conditions: &hook.Status.Conditions, observed: &hook.Status.ObservedGeneration}
}

// holds notes a condition that is true.
func (p *pass) holds(condition, reason, format string, args ...any) {
	p.seen = append(p.seen, metav1.Condition{
		Type: condition, Status: metav1.ConditionTrue, Reason: reason, Message: fmt.Sprintf(format, args...)})
}

// tell notes something that happened.
func (p *pass) tell(reason, format string, args ...any) {
	p.happened = append(p.happened, notice{kind: corev1.EventTypeNormal, reason: reason, message: fmt.Sprintf(format, args...)})
}

// warn notes something that happened and that somebody should look at.
func (p *pass) warn(reason, format string, args ...any) {
	p.happened = append(p.happened, notice{kind: corev1.EventTypeWarning, reason: reason, message: fmt.Sprintf(format, args...)})
}

// observe puts the hook as Okta has it into the status.
func observe(status *v1alpha1.OktaInlineHookStatus, hook *okta.InlineHook) {
	updated := metav1.NewTime(hook.LastUpdated)
	status.Hook = &v1alpha1.RegisteredHook{
		ID: hook.ID, Name: hook.Name, Type: hook.Type, State: hook.Status, LastUpdated: &updated,
	}
}

// observePushed puts into the status which secret Okta was given. It reports whether that is another
// one than before.
func observePushed(status *v1alpha1.OktaInlineHookStatus, auth *v1alpha1.Authentication, digest string, now time.Time) (rotated bool) {
	if digest == "" {
		status.Authentication = nil
		return false
	}
	if status.Authentication == nil {
		status.Authentication = &v1alpha1.AuthenticationStatus{}
	}
	pushed := status.Authentication
	pushed.Method = "Header"
	if auth != nil && auth.Basic != nil {
		pushed.Method = "Basic"
	}
	if pushed.Digest == digest {
		return false
	}
	rotated = pushed.Digest != ""
	at := metav1.NewTime(now)
	pushed.Digest, pushed.RotatedAt = digest, &at
	return rotated
}

// lastUpdatedOf is Okta's time of the last change that we know of.
func lastUpdatedOf(status *v1alpha1.OktaInlineHookStatus) time.Time {
	if status.Hook == nil || status.Hook.LastUpdated == nil {
		return time.Time{}
	}
	return status.Hook.LastUpdated.Time
}

// pushedOf is the digest of the secret that Okta was last given, and when.
func pushedOf(status *v1alpha1.OktaInlineHookStatus) (digest string, at time.Time) {
	if status.Authentication == nil {
		return "", time.Time{}
	}
	if status.Authentication.RotatedAt != nil {
		at = status.Authentication.RotatedAt.Time
	}
	return status.Authentication.Digest, at
}

// oktaOutcome sorts an error of the Okta client into an outcome: the one place that does.
func oktaOutcome(condition string, before []metav1.Condition, interval time.Duration, now time.Time, err error) *outcome {
	message := oktaMessage(condition, before, err)
	var refusal *okta.Error
	switch okta.KindOf(err) {
	case okta.KindUnauthorized:
		return blocked(condition, v1alpha1.ReasonUnauthorized, jittered(interval), "%s", message)
	case okta.KindTerminal:
		return refused(condition, v1alpha1.ReasonRejected, "%s", message)
	case okta.KindRateLimited:
		after := time.Minute
		if errors.As(err, &refusal) && refusal.RetryAt.After(now) {
			after = refusal.RetryAt.Sub(now)
		}
		return blocked(condition, v1alpha1.ReasonRateLimited, after+jittered(time.Second), "%s", message)
	default:
		return &outcome{verdict: failed, condition: condition, reason: v1alpha1.ReasonOktaUnavailable, message: message, err: err}
	}
}

// oktaMessage is the text of an error for the status. Okta's errorId is another one at each failure; the
// first is kept while the rest is the same, or each retry would be a status write.
func oktaMessage(condition string, before []metav1.Condition, err error) string {
	var refusal *okta.Error
	if !errors.As(err, &refusal) {
		if errors.Is(err, context.DeadlineExceeded) {
			return "Okta did not answer in time"
		}
		return err.Error()
	}
	known := meta.FindStatusCondition(before, condition)
	same := strings.TrimSuffix(refusal.Message(), ")") // the errorId stands at the end, in the same brackets
	if known != nil && known.Status == metav1.ConditionFalse && strings.HasPrefix(known.Message, same) {
		return known.Message
	}
	return refusal.Error()
}
