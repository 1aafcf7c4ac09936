package controllers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/okta"
)

// orgInterval is how often an org is asked whether it still takes the credentials.
const orgInterval = 10 * time.Minute

// OrgReconciler tells whether OktaOrgs answer and take their credentials, and counts their hooks. All
// fields are required.
type OrgReconciler struct {
	// Client reads from the cache and writes.
	Client client.Client
	// Orgs has the clients of the orgs.
	Orgs *OrgClients
	// Recorder tells of what happened.
	Recorder eventRecorder
	// Clock tells the time.
	Clock clock.PassiveClock
}

// orgAPI is what the reconciler needs of Okta.
type orgAPI interface {
	Organization(ctx context.Context) (*okta.Organization, error)
	ListInlineHooks(ctx context.Context, hookType string) ([]okta.InlineHook, error)
}

// Reconcile asks one org, when it is time to, and counts its hooks.
func (r *OrgReconciler) Reconcile(ctx context.Context, org *v1alpha1.OktaOrg) (ctrl.Result, error) {
	hooks, err := r.hooksOf(ctx, org)
	if err != nil {
		return ctrl.Result{}, err
	}
	if !org.DeletionTimestamp.IsZero() {
		return r.finalize(ctx, org, hooks)
	}
	if err := addFinalizer(ctx, r.Client, org); err != nil {
		return ctrl.Result{}, err
	}
	before := org.DeepCopy()
	outcome := r.ask(ctx, org, hooks)
	outcome.report(reportOnOrg(org), nil, nil, r.Recorder)
	return outcome.result(r.patchStatus(ctx, before, org))
}

// hooksOf are the hooks that refer to the org.
func (r *OrgReconciler) hooksOf(ctx context.Context, org *v1alpha1.OktaOrg) ([]v1alpha1.OktaInlineHook, error) {
	var list v1alpha1.OktaInlineHookList
	key := client.ObjectKeyFromObject(org)
	if err := r.Client.List(ctx, &list, client.MatchingFields{indexOrg: key.String()}); err != nil {
		return nil, fmt.Errorf("list the hooks of OktaOrg %s: %w", key, err)
	}
	return list.Items, nil
}

// ask finds out whether the org takes the credentials, when it is time to or something gives reason to
// doubt it; else it only counts.
func (r *OrgReconciler) ask(ctx context.Context, org *v1alpha1.OktaOrg, hooks []v1alpha1.OktaInlineHook) *outcome {
	now := r.Clock.Now()
	if allowed := org.Spec.AllowedNamespaces; allowed != nil {
		if _, err := metav1.LabelSelectorAsSelector(allowed.Selector); err != nil {
			return refused(v1alpha1.ConditionReady, v1alpha1.ReasonSpecInvalid, "spec.allowedNamespaces.selector: %s", err)
		}
	}
	api, err := r.Orgs.For(ctx, org)
	if err != nil {
		if missing := new(missingError); errors.As(err, &missing) {
			return blocked(v1alpha1.ConditionReady, missing.reason, 0, "%s", missing.message)
		}
		return broken(v1alpha1.ConditionReady, err)
	}
	if r.Orgs.inDoubt(org, api) || r.due(org, now) {
		if err := observeOrg(ctx, api, org, hooks); err != nil {
			if other := new(otherOrgError); errors.As(err, &other) {
				return refused(v1alpha1.ConditionReady, v1alpha1.ReasonOtherOrg, "%s", other)
			}
			return oktaOutcome(v1alpha1.ConditionReady, org.Status.Conditions, orgInterval, now, err)
		}
		r.Orgs.trust(org, api)
		at := metav1.NewTime(now)
		org.Status.LastSyncTime = &at
	} else {
		recount(org.Status.Hooks, hooks)
	}
	return &outcome{
		verdict: done, condition: v1alpha1.ConditionReady, reason: v1alpha1.ReasonAuthenticated,
		message: org.Spec.URL + " answers and takes the credentials",
		after:   max(org.Status.LastSyncTime.Add(jittered(orgInterval)).Sub(now), time.Second),
	}
}

// due is true when the org was not asked within the interval, or what it said then was no.
func (r *OrgReconciler) due(org *v1alpha1.OktaOrg, now time.Time) bool {
	ready := meta.FindStatusCondition(org.Status.Conditions, v1alpha1.ConditionReady)
	return ready == nil || ready.Status != metav1.ConditionTrue || ready.ObservedGeneration != org.Generation ||
		org.Status.LastSyncTime == nil || org.Status.Hooks == nil ||
		!now.Before(org.Status.LastSyncTime.Add(orgInterval-orgInterval/8))
}

// observeOrg asks for the org's id, once, and for its hooks: the least that shows that the credentials
// have the rights that hooks need.
func observeOrg(ctx context.Context, api orgAPI, org *v1alpha1.OktaOrg, hooks []v1alpha1.OktaInlineHook) error {
	ready := meta.FindStatusCondition(org.Status.Conditions, v1alpha1.ConditionReady)
	if org.Status.OrgID == "" || ready == nil || ready.ObservedGeneration != org.Generation || ready.Reason == v1alpha1.ReasonOtherOrg {
		organization, err := api.Organization(ctx)
		if err != nil {
			return err
		}
		if org.Status.OrgID != "" && org.Status.OrgID != organization.ID {
			return &otherOrgError{was: org.Status.OrgID, is: organization.ID}
		}
		org.Status.OrgID = organization.ID
	}
	listed, err := api.ListInlineHooks(ctx, "")
	if err != nil {
		return err
	}
	ids := registeredIDs(hooks)
	org.Status.Hooks = &v1alpha1.OrgHookCounts{Total: int32(len(listed))} //nolint:gosec // an org has a hundred at most
	for i := range listed {
		if ids[listed[i].ID] {
			org.Status.Hooks.Managed++
		}
	}
	return nil
}

// otherOrgError is a URL that was changed to one of another org.
type otherOrgError struct{ was, is string }

func (e *otherOrgError) Error() string {
	return fmt.Sprintf("spec.url leads to the org %s, but hooks were registered by this OktaOrg in %s; "+
		"write a URL of that org again, and make another OktaOrg for the other one", e.is, e.was)
}

// recount follows what the hooks' own reconciler has done in Okta since the org was asked.
func recount(counts *v1alpha1.OrgHookCounts, hooks []v1alpha1.OktaInlineHook) {
	managed := int32(len(registeredIDs(hooks))) //nolint:gosec // an org has a hundred at most
	counts.Total = max(counts.Total+managed-counts.Managed, managed)
	counts.Managed = managed
}

// registeredIDs are the hooks in Okta that a resource here has registered.
func registeredIDs(hooks []v1alpha1.OktaInlineHook) map[string]bool {
	ids := map[string]bool{}
	for i := range hooks {
		if registered := hooks[i].Status.Hook; registered != nil {
			ids[registered.ID] = true
		}
	}
	return ids
}

// finalize keeps the org as long as a hook needs it to clean up in Okta.
func (r *OrgReconciler) finalize(ctx context.Context, org *v1alpha1.OktaOrg, hooks []v1alpha1.OktaInlineHook) (ctrl.Result, error) {
	if !controllerutil.ContainsFinalizer(org, v1alpha1.Finalizer) {
		return ctrl.Result{}, nil
	}
	if len(hooks) > 0 {
		before := org.DeepCopy()
		waits := notYet(v1alpha1.ConditionReady, v1alpha1.ReasonProgressing, 0,
			"is deleted once no OktaInlineHook refers to it; now %s", nameHooks(hooks))
		waits.report(reportOnOrg(org), nil, nil, r.Recorder)
		return waits.result(r.patchStatus(ctx, before, org))
	}
	r.Orgs.Forget(client.ObjectKeyFromObject(org))
	return ctrl.Result{}, removeFinalizer(ctx, r.Client, org)
}

// nameHooks names the first few.
func nameHooks(hooks []v1alpha1.OktaInlineHook) string {
	var names []string
	for i := range hooks {
		names = append(names, client.ObjectKeyFromObject(&hooks[i]).String())
	}
	slices.Sort(names)
	if len(names) > 5 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:5], ", "), len(names)-5)
	}
	return strings.Join(names, ", ")
}

func (r *OrgReconciler) patchStatus(ctx context.Context, before, after *v1alpha1.OktaOrg) error {
	if equality.Semantic.DeepEqual(before.Status, after.Status) {
		return nil
	}
	err := r.Client.Status().Patch(ctx, after, client.MergeFrom(before))
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("write the status of OktaOrg %s: %w", client.ObjectKeyFromObject(after), err)
	}
	return nil
}

// reportOnOrg says where an org's conditions are.
func reportOnOrg(org *v1alpha1.OktaOrg) reported {
	return reported{object: org, conditions: &org.Status.Conditions, observed: &org.Status.ObservedGeneration}
}
