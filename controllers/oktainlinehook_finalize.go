package controllers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/okta"
)

// giveUpAfter is how long a deleted resource waits for an org that refuses the credentials or does not
// answer. After that it goes, and an event says what was left behind.
const giveUpAfter = 15 * time.Minute

// ending is how the clean-up in Okta went.
type ending struct {
	notice notice
	// keep what answers the hook: it stays in Okta.
	keep bool
	// retry: not over yet.
	retry *outcome
}

// finalize cleans up in Okta, then lets the pods go, then the resource.
func (r *InlineHookReconciler) finalize(ctx context.Context, hook *v1alpha1.OktaInlineHook) (ctrl.Result, error) {
	if !controllerutil.ContainsFinalizer(hook, v1alpha1.Finalizer) {
		return ctrl.Result{}, nil
	}
	before := hook.DeepCopy()
	end := r.leaveOkta(ctx, hook)
	if end.retry != nil {
		end.retry.report(reportOn(hook), nil, nil, r.Recorder)
		return end.retry.result(r.patchStatus(ctx, before, hook))
	}
	if !end.keep {
		if err := r.deleteObjects(ctx, hook); err != nil {
			return ctrl.Result{}, err
		}
	}
	if end.notice.reason != "" {
		r.Recorder.Event(hook, end.notice.kind, end.notice.reason, end.notice.message)
	}
	r.forget(hook.UID)
	return ctrl.Result{}, removeFinalizer(ctx, r.Client, hook)
}

// leaveOkta brings Okta's side to an end.
func (r *InlineHookReconciler) leaveOkta(ctx context.Context, hook *v1alpha1.OktaInlineHook) ending {
	api, err := r.leavingClient(ctx, hook)
	if err != nil {
		if missing := new(missingError); errors.As(err, &missing) {
			return leftBehind(hook, missing.message)
		}
		return ending{retry: broken(v1alpha1.ConditionRegistered, err)}
	}
	registered, err := r.findRegistered(ctx, api, hook)
	if err != nil {
		return r.leaveLater(hook, err)
	}
	switch {
	case registered == nil:
		return ending{}
	case ownerOf(registered) != r.owner(hook):
		return ending{notice: notice{corev1.EventTypeNormal, v1alpha1.ReasonRetained,
			describeHook(registered) + " was left in Okta: it does not carry the mark of this resource"}}
	case hook.Spec.DeletionPolicy == v1alpha1.DeletionRetain:
		return ending{keep: true, notice: notice{corev1.EventTypeNormal, v1alpha1.ReasonRetained, fmt.Sprintf(
			"the inline hook %s was left in Okta, and what answers it in namespace %s, as spec.deletionPolicy says", registered.ID, hook.Namespace)}}
	}
	if err := r.deleteRegistered(ctx, api, registered); err != nil {
		return r.leaveLater(hook, err)
	}
	return ending{notice: notice{corev1.EventTypeNormal, v1alpha1.ReasonDeleted, fmt.Sprintf("deleted the inline hook %s in Okta", registered.ID)}}
}

// leavingClient is the client of the hook's org. When the org or its Secret is gone, as in a namespace
// that is deleted whole, the client that was used last still serves.
func (r *InlineHookReconciler) leavingClient(ctx context.Context, hook *v1alpha1.OktaInlineHook) (hookAPI, error) {
	key := orgKey(hook)
	org := &v1alpha1.OktaOrg{}
	err := r.Client.Get(ctx, key, org)
	switch {
	case apierrors.IsNotFound(err):
		err = &missingError{message: fmt.Sprintf("OktaOrg %s is gone", key)}
	case err != nil:
		return nil, fmt.Errorf("read OktaOrg %s: %w", key, err)
	default:
		var api oktaAPI
		if api, err = r.Orgs.For(ctx, org); err == nil {
			return api, nil
		}
	}
	if missing := new(missingError); errors.As(err, &missing) {
		if last := r.Orgs.Last(key); last != nil {
			return last, nil
		}
	}
	return nil, err
}

// findRegistered is the hook in Okta: by its id, or by our mark where a crash left us without the id.
func (r *InlineHookReconciler) findRegistered(ctx context.Context, api hookAPI, hook *v1alpha1.OktaInlineHook) (*okta.InlineHook, error) {
	if known := hook.Status.Hook; known != nil {
		found, err := api.GetInlineHook(ctx, known.ID)
		if okta.KindOf(err) != okta.KindNotFound {
			return found, err
		}
	}
	all, err := api.ListInlineHooks(ctx, "")
	if err != nil {
		return nil, err
	}
	for i := range all {
		if ownerOf(&all[i]) == r.owner(hook) {
			return &all[i], nil
		}
	}
	return nil, nil
}

// deleteRegistered deactivates and deletes: Okta deletes inactive hooks only.
func (r *InlineHookReconciler) deleteRegistered(ctx context.Context, api hookAPI, hook *okta.InlineHook) error {
	if hook.Status == okta.StatusActive {
		if _, err := api.DeactivateInlineHook(ctx, hook.ID); err != nil && okta.KindOf(err) != okta.KindNotFound {
			return err
		}
	}
	return api.DeleteInlineHook(ctx, hook.ID)
}

// leaveLater tries again, until it has been long enough.
func (r *InlineHookReconciler) leaveLater(hook *v1alpha1.OktaInlineHook, err error) ending {
	now := r.Clock.Now()
	waited := now.Sub(hook.DeletionTimestamp.Time)
	why := oktaOutcome(v1alpha1.ConditionRegistered, hook.Status.Conditions, time.Minute, now, err)
	if why.reason == v1alpha1.ReasonRateLimited {
		return ending{retry: why}
	}
	if waited >= giveUpAfter {
		return leftBehind(hook, why.message)
	}
	if why.err == nil { // refused: perhaps the credentials are being replaced
		why.verdict, why.after = failed, jittered(time.Minute)
	}
	return ending{retry: why}
}

// leftBehind gives up: the resource must be able to go.
func leftBehind(hook *v1alpha1.OktaInlineHook, why string) ending {
	what := fmt.Sprintf("an inline hook %q, if there is one,", displayName(hook))
	if known := hook.Status.Hook; known != nil {
		what = fmt.Sprintf("the inline hook %q (%s)", known.Name, known.ID)
	}
	keep := hook.Spec.DeletionPolicy == v1alpha1.DeletionRetain
	return ending{keep: keep, notice: notice{corev1.EventTypeWarning, v1alpha1.ReasonLeftBehind, fmt.Sprintf(
		"%s was left in Okta, perhaps active: %s. Deactivate and delete it in the admin console, under Workflow > Inline Hooks", what, why)}}
}

// deleteObjects lets what answered the hook go, calls first.
func (r *InlineHookReconciler) deleteObjects(ctx context.Context, hook *v1alpha1.OktaInlineHook) error {
	for _, kind := range slices.Backward(ownedKinds) {
		if err := r.deleteObject(ctx, hook, kind); err != nil {
			return err
		}
	}
	return nil
}

// deleteObject deletes one object that was made for a hook; nobody else's, and not one that has taken its
// name meanwhile.
func (r *InlineHookReconciler) deleteObject(ctx context.Context, hook *v1alpha1.OktaInlineHook, kind ownedKind) error {
	object := metadataOf(kind.apiVersion, kind.kind)
	key := types.NamespacedName{Namespace: hook.Namespace, Name: kind.name(hook)}
	err := r.Client.Get(ctx, key, object)
	if err == nil && isOurs(object, hook) {
		uid := object.UID
		err = r.Client.Delete(ctx, object, client.Preconditions{UID: &uid}, client.PropagationPolicy("Background"))
	}
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("delete %s %s: %w", kind.kind, key, err)
	}
	return nil
}
