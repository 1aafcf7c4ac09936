package controllers

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/hookline/hookline/api/v1alpha1"
)

// verdict is what kind of end a pass over a resource came to.
type verdict int

const (
	// done: everything is as the spec wants it.
	done verdict = iota
	// waiting: something is under way; a watch or after brings us back.
	waiting
	// failed: something is in the way that may go away by itself; after or err brings us back.
	failed
	// stalled: nothing helps but a change of the spec or of what it refers to. No retry.
	stalled
)

// outcome is how one pass over a resource ended: what stands in the way, if anything, and when to look
// again. Steps make outcomes; only this file turns them into conditions, events and results.
type outcome struct {
	verdict verdict
	// condition, reason and message say what stands in the way. For done they are Ready's own.
	condition, reason, message string
	// after is when to look again; zero leaves it to the watches.
	after time.Duration
	// err has the work queue retry with backoff instead.
	err error
}

// notYet is an outcome for work that is under way.
func notYet(condition, reason string, after time.Duration, format string, args ...any) *outcome {
	return &outcome{verdict: waiting, condition: condition, reason: reason, after: after, message: fmt.Sprintf(format, args...)}
}

// blocked is an outcome for something in the way that may go away.
func blocked(condition, reason string, after time.Duration, format string, args ...any) *outcome {
	return &outcome{verdict: failed, condition: condition, reason: reason, after: after, message: fmt.Sprintf(format, args...)}
}

// refused is an outcome that only a change of the spec, or of what it refers to, ends.
func refused(condition, reason, format string, args ...any) *outcome {
	return &outcome{verdict: stalled, condition: condition, reason: reason, message: fmt.Sprintf(format, args...)}
}

// broken is an outcome for an error of the Kubernetes API: the work queue retries with backoff.
func broken(condition string, err error) *outcome {
	return &outcome{verdict: failed, condition: condition, reason: v1alpha1.ReasonProgressing, message: err.Error(), err: err}
}

// notice is something that happened and is told once, as an event.
type notice struct {
	kind, reason, message string
}

// eventRecorder is what is needed of a recorder of events.
type eventRecorder interface {
	Event(object client.Object, kind, reason, message string)
}

// reported is a resource and where its status has conditions.
type reported struct {
	object     client.Object
	conditions *[]metav1.Condition
	observed   *int64
}

// report writes the outcome into the resource's conditions and tells of what happened: the only writer
// of either. Steps that went well are in seen; conditions of steps that were not reached stay as they
// were, with the generation they speak of.
func (o *outcome) report(on reported, seen []metav1.Condition, happened []notice, recorder eventRecorder) {
	object, list := on.object, on.conditions
	*on.observed = object.GetGeneration()
	before := readiness(*list)
	for _, condition := range append(seen, o.conditions()...) {
		condition.ObservedGeneration = object.GetGeneration()
		condition.Message = cut(condition.Message, maxConditionMessage)
		meta.SetStatusCondition(list, condition)
	}
	for _, passing := range o.absent() {
		meta.RemoveStatusCondition(list, passing)
	}
	for _, n := range happened {
		recorder.Event(object, n.kind, n.reason, cut(n.message, maxEventMessage))
	}
	if after := readiness(*list); after != before && o.verdict != waiting {
		recorder.Event(object, o.eventKind(), after.reason, cut(o.message, maxEventMessage))
	}
}

// The API server takes no longer messages, in bytes: a condition that is too long would keep the whole status
// from being written.
const (
	maxConditionMessage = 32768
	maxEventMessage     = 1024
)

// cut shortens a text to so many bytes, without cutting a character in two.
func cut(text string, most int) string {
	const more = "…"
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most-len(more)], "") + more
}

// standing is what an event is told about when it changes.
type standing struct {
	status metav1.ConditionStatus
	reason string
}

func readiness(list []metav1.Condition) standing {
	ready := meta.FindStatusCondition(list, v1alpha1.ConditionReady)
	if ready == nil {
		return standing{}
	}
	return standing{status: ready.Status, reason: ready.Reason}
}

func (o *outcome) eventKind() string {
	if o.verdict == done {
		return corev1.EventTypeNormal
	}
	return corev1.EventTypeWarning
}

// conditions are those that the outcome itself sets.
func (o *outcome) conditions() []metav1.Condition {
	ready := metav1.Condition{Type: v1alpha1.ConditionReady, Reason: o.reason, Message: o.message}
	own := metav1.Condition{Type: o.condition, Reason: o.reason, Message: o.message}
	switch o.verdict {
	case done:
		ready.Status = metav1.ConditionTrue
		return []metav1.Condition{ready}
	case waiting:
		ready.Status, own.Status = metav1.ConditionUnknown, metav1.ConditionUnknown
		ready.Reason = v1alpha1.ReasonProgressing
		return withoutTwice(ready, own, metav1.Condition{
			Type: v1alpha1.ConditionReconciling, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonProgressing, Message: o.message})
	case stalled:
		ready.Status, own.Status = metav1.ConditionFalse, metav1.ConditionFalse
		return withoutTwice(ready, own, metav1.Condition{
			Type: v1alpha1.ConditionStalled, Status: metav1.ConditionTrue, Reason: o.reason, Message: o.message})
	default:
		ready.Status, own.Status = metav1.ConditionFalse, metav1.ConditionFalse
		return withoutTwice(ready, own, metav1.Condition{
			Type: v1alpha1.ConditionReconciling, Status: metav1.ConditionTrue, Reason: o.reason, Message: o.message})
	}
}

// withoutTwice leaves out the condition of the step where that is Ready itself.
func withoutTwice(ready, own, kstatus metav1.Condition) []metav1.Condition {
	if own.Type == ready.Type {
		return []metav1.Condition{ready, kstatus}
	}
	return []metav1.Condition{ready, own, kstatus}
}

// absent are kstatus' conditions that must not be there: they are there only while true.
func (o *outcome) absent() []string {
	switch o.verdict {
	case done:
		return []string{v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled}
	case stalled:
		return []string{v1alpha1.ConditionReconciling}
	default:
		return []string{v1alpha1.ConditionStalled}
	}
}

// result is what the work queue is told. An error of the status write comes before everything.
func (o *outcome) result(writeErr error) (ctrl.Result, error) {
	switch {
	case writeErr != nil:
		return ctrl.Result{}, writeErr
	case o.err != nil:
		return ctrl.Result{}, o.err
	case o.verdict == stalled:
		return ctrl.Result{}, nil
	default:
		return ctrl.Result{RequeueAfter: o.after}, nil
	}
}

// jittered spreads what happens at one time: d give or take a tenth.
func jittered(d time.Duration) time.Duration {
	return d + time.Duration((rand.Float64()-0.5)/5*float64(d))
}
