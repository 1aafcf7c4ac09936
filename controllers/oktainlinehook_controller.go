package controllers

import (
	"context"
	"fmt"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/okta"
)

// defaultInterval is how often Okta's side is compared, when the hook does not say.
const defaultInterval = 10 * time.Minute

// InlineHookReconciler makes OktaInlineHooks true. All fields are required.
type InlineHookReconciler struct {
	// Client reads from the cache and writes.
	Client client.Client
	// Live reads from the API server: Secrets, and what the cache does not hold.
	Live client.Reader
	// Orgs has the clients of the orgs.
	Orgs *OrgClients
	// Recorder tells of what happened.
	Recorder eventRecorder
	// Prober calls public URLs.
	Prober *Prober
	// Clock tells the time.
	Clock clock.PassiveClock
	// Cluster identifies this cluster in the owner header: the UID of kube-system.
	Cluster string
	// Image of the hook runtime, where a hook names none.
	Image string

	// verified remembers what was verified, so that a pass between intervals calls nobody. Lost with the
	// process, which costs one probe per hook.
	verified sync.Map // types.UID → verification

	// written remembers the resource version of our own last write of each hook: the cache may be behind
	// it, and what was done already would be done again, or asked of Okta again.
	written sync.Map // types.UID → string
}

// cacheLag is how soon to look again when the cache is behind our own write.
const cacheLag = 50 * time.Millisecond

// +kubebuilder:rbac:groups=hookline.dev,resources=oktainlinehooks,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=hookline.dev,resources=oktainlinehooks/status,verbs=patch
// +kubebuilder:rbac:groups=hookline.dev,resources=oktaorgs,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=hookline.dev,resources=oktaorgs/status,verbs=patch
// +kubebuilder:rbac:groups="",resources=configmaps;services,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups="",resources=namespaces;pods,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=apps,resources=deployments,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch
// +kubebuilder:rbac:groups=networking.k8s.io,resources=ingresses,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=policy,resources=poddisruptionbudgets,verbs=get;list;watch;create;patch;delete

// Reconcile brings one hook a step closer to its spec.
func (r *InlineHookReconciler) Reconcile(ctx context.Context, hook *v1alpha1.OktaInlineHook) (ctrl.Result, error) {
	if !hook.DeletionTimestamp.IsZero() {
		return r.finalize(ctx, hook)
	}
	if hook.Spec.Suspend {
		return ctrl.Result{}, nil
	}
	if r.cacheBehind(hook) {
		return ctrl.Result{RequeueAfter: cacheLag}, nil
	}
	if err := addFinalizer(ctx, r.Client, hook); err != nil {
		return ctrl.Result{}, err
	}
	before := hook.DeepCopy()
	p := &pass{InlineHookReconciler: r, hook: hook, now: r.Clock.Now()}
	outcome := p.advance(ctx)
	outcome.report(reportOn(hook), p.seen, p.happened, r.Recorder)
	return outcome.result(r.patchStatus(ctx, before, hook))
}

// pass is one way through the steps. Each field says which step fills it.
type pass struct {
	*InlineHookReconciler
	hook *v1alpha1.OktaInlineHook
	now  time.Time

	org         *v1alpha1.OktaOrg // prepare
	api         hookAPI           // prepare
	at          address           // prepare
	header      string            // prepare: the header that carries the secret; empty: no secret
	credentials credentialPlan    // prepare

	secretVersions map[string]string // prepare: of the Secrets that the pods read
	recorded       string            // prepare: the record kept with the credentials
	seenAt         time.Time         // prepare: Okta's time of the last change, where only the record knows it

	revision      string // deploy; empty: nothing is deployed
	configVersion string // deploy
	needsIngress  bool   // deploy

	seen     []metav1.Condition // all steps: what went well
	happened []notice           // all steps: what is told once
}

// advance goes through the steps; the first one that is not done decides.
func (p *pass) advance(ctx context.Context) *outcome {
	steps := []func(context.Context) *outcome{
		p.prepare,
		p.deploy,
		p.verify,
		p.register,
		p.tidy,
	}
	for _, step := range steps {
		if unfinished := step(ctx); unfinished != nil {
			return unfinished
		}
	}
	return p.settled()
}

// settled is the outcome when all is done, and the time when something is next to do.
func (p *pass) settled() *outcome {
	reason, message := v1alpha1.ReasonActive, "Okta calls "+p.at.url
	if p.hook.Spec.State == v1alpha1.StateInactive {
		reason, message = v1alpha1.ReasonInactive, "registered and switched off, as spec.state says"
	}
	after := p.hook.Status.LastSyncTime.Add(jittered(intervalOf(p.hook))).Sub(p.now)
	if p.credentials.next > 0 {
		after = min(after, p.credentials.next)
	}
	return &outcome{verdict: done, condition: v1alpha1.ConditionReady, reason: reason, message: message, after: max(after, time.Second)}
}

func intervalOf(hook *v1alpha1.OktaInlineHook) time.Duration {
	if hook.Spec.Interval == nil || hook.Spec.Interval.Duration <= 0 {
		return defaultInterval
	}
	return hook.Spec.Interval.Duration
}

// owner is our mark on the hook in Okta.
func (r *InlineHookReconciler) owner(hook *v1alpha1.OktaInlineHook) string {
	return fmt.Sprintf("%s/%s/%s", r.Cluster, hook.Namespace, hook.Name)
}

// patchStatus writes the status if it changed.
func (r *InlineHookReconciler) patchStatus(ctx context.Context, before, after *v1alpha1.OktaInlineHook) error {
	if equality.Semantic.DeepEqual(before.Status, after.Status) {
		return nil
	}
	err := r.Client.Status().Patch(ctx, after, client.MergeFrom(before))
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("write the status of OktaInlineHook %s: %w", client.ObjectKeyFromObject(after), err)
	}
	r.written.Store(after.UID, after.ResourceVersion)
	return nil
}

// cacheBehind tells whether the hook was read from a cache that has not seen our own last write.
func (r *InlineHookReconciler) cacheBehind(hook *v1alpha1.OktaInlineHook) bool {
	written, ok := r.written.Load(hook.UID)
	if !ok {
		return false
	}
	order, err := resourceversion.CompareResourceVersion(hook.ResourceVersion, written.(string))
	return err == nil && order < 0
}

// addFinalizer makes sure, before the first call to the outside, that the resource can't go without us.
// The patch names nothing but the finalizers. The pass goes on with what it returns: a change of the
// metadata alone wakes nobody.
func addFinalizer(ctx context.Context, c client.Client, object client.Object) error {
	before := object.DeepCopyObject().(client.Object)
	if !controllerutil.AddFinalizer(object, v1alpha1.Finalizer) {
		return nil
	}
	if err := c.Patch(ctx, object, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
		return fmt.Errorf("add the finalizer of %s: %w", client.ObjectKeyFromObject(object), err)
	}
	return nil
}

// removeFinalizer lets the resource go.
func removeFinalizer(ctx context.Context, c client.Client, object client.Object) error {
	before := object.DeepCopyObject().(client.Object)
	if !controllerutil.RemoveFinalizer(object, v1alpha1.Finalizer) {
		return nil
	}
	err := c.Patch(ctx, object, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("remove the finalizer of %s: %w", client.ObjectKeyFromObject(object), err)
	}
	return nil
}

// hookAPI is what the reconciler needs of Okta.
type hookAPI interface {
	ListInlineHooks(ctx context.Context, hookType string) ([]okta.InlineHook, error)
	GetInlineHook(ctx context.Context, id string) (*okta.InlineHook, error)
	CreateInlineHook(ctx context.Context, spec okta.InlineHookSpec) (*okta.InlineHook, error)
	ReplaceInlineHook(ctx context.Context, id string, spec okta.InlineHookSpec) (*okta.InlineHook, error)
	ActivateInlineHook(ctx context.Context, id string) (*okta.InlineHook, error)
	DeactivateInlineHook(ctx context.Context, id string) (*okta.InlineHook, error)
	DeleteInlineHook(ctx context.Context, id string) error
}

// verification is what was verified, and when.
type verification struct {
	url, revision string
	credential    int
	at            time.Time
}

// forget drops what is remembered of a hook that is gone.
func (r *InlineHookReconciler) forget(uid types.UID) {
	r.verified.Delete(uid)
	r.written.Delete(uid)
}
