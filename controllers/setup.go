package controllers

import (
	"context"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/controllers/workload"
)

// Indexes of the cache.
const (
	indexOrg    = "hookline.dev/org"    // hooks and their org, "<namespace>/<name>"
	indexSecret = "hookline.dev/secret" // hooks and orgs and the Secrets they refer to, by name
	indexURL    = "hookline.dev/url"    // hooks and the URL they are reached at
)

const (
	// workers per kind. They wait for Okta and for probes most of the time; what they may ask of Okta is
	// bounded by the org's rate limit, not by their number.
	workers = 8

	// Retries after an error start at a second and end at five minutes.
	firstRetry = time.Second
	lastRetry  = 5 * time.Minute
)

// NewScheme has the kinds that the manager reads and writes.
func NewScheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, fmt.Errorf("make the scheme: %w", err)
		}
	}
	return scheme, nil
}

// CacheOptions bound what is kept in memory: of objects that the manager makes only its own, and nothing
// of any object that nobody reads.
func CacheOptions(namespaces []string) cache.Options {
	made := labels.SelectorFromSet(labels.Set{workload.LabelManagedBy: workload.ManagedBy})
	own := cache.ByObject{Label: made}
	options := cache.Options{
		DefaultTransform: cache.TransformStripManagedFields(),
		ByObject: map[client.Object]cache.ByObject{
			&corev1.ConfigMap{}:             own,
			&corev1.Service{}:               own,
			&corev1.Pod{}:                   own,
			&networkingv1.Ingress{}:         own,
			&policyv1.PodDisruptionBudget{}: own,
			// Managed fields tell who sets the replicas.
			&appsv1.Deployment{}: {Label: made, Transform: func(in any) (any, error) { return in, nil }},
		},
	}
	for _, namespace := range namespaces {
		if options.DefaultNamespaces == nil {
			options.DefaultNamespaces = map[string]cache.Config{}
		}
		options.DefaultNamespaces[namespace] = cache.Config{}
	}
	return options
}

// index makes the cache answer who refers to what.
func index(ctx context.Context, mgr ctrl.Manager) error {
	indexer := mgr.GetFieldIndexer()
	for _, i := range []struct {
		object client.Object
		field  string
		values client.IndexerFunc
	}{
		{&v1alpha1.OktaInlineHook{}, indexOrg, hookOrg},
		{&v1alpha1.OktaInlineHook{}, indexSecret, hookSecrets},
		{&v1alpha1.OktaInlineHook{}, indexURL, hookURL},
		{&v1alpha1.OktaOrg{}, indexSecret, orgSecrets},
	} {
		if err := indexer.IndexField(ctx, i.object, i.field, i.values); err != nil {
			return fmt.Errorf("index %T by %s: %w", i.object, i.field, err)
		}
	}
	return nil
}

func hookOrg(object client.Object) []string {
	return []string{orgKey(object.(*v1alpha1.OktaInlineHook)).String()}
}

func hookURL(object client.Object) []string {
	if url := object.(*v1alpha1.OktaInlineHook).Status.URL; url != "" {
		return []string{url}
	}
	return nil
}

func hookSecrets(object client.Object) []string {
	hook := object.(*v1alpha1.OktaInlineHook)
	names := hook.Spec.Authentication.SecretNames()
	for _, ref := range hook.Spec.Handler.SecretKeyRefs() {
		names = append(names, ref.Name)
	}
	return names
}

func orgSecrets(object client.Object) []string {
	var names []string
	for _, ref := range orgSecretRefs(object.(*v1alpha1.OktaOrg)) {
		names = append(names, ref.Name)
	}
	return names
}

// Setup adds both reconcilers to the manager.
func Setup(ctx context.Context, mgr ctrl.Manager, hooks *InlineHookReconciler, orgs *OrgReconciler, clusterWide bool) error {
	if err := index(ctx, mgr); err != nil {
		return err
	}
	if err := setupHooks(mgr, hooks, clusterWide); err != nil {
		return fmt.Errorf("set up the controller of OktaInlineHooks: %w", err)
	}
	if err := setupOrgs(mgr, orgs); err != nil {
		return fmt.Errorf("set up the controller of OktaOrgs: %w", err)
	}
	return nil
}

func setupHooks(mgr ctrl.Manager, r *InlineHookReconciler, clusterWide bool) error {
	lookup := lookups{mgr.GetClient()}
	b := ctrl.NewControllerManagedBy(mgr).
		Named("oktainlinehook").
		For(&v1alpha1.OktaInlineHook{}, builder.WithPredicates(specChanged)).
		Watches(&v1alpha1.OktaOrg{}, handler.EnqueueRequestsFromMapFunc(lookup.hooksOfOrg), builder.WithPredicates(orgChanged)).
		Watches(&v1alpha1.OktaInlineHook{}, handler.EnqueueRequestsFromMapFunc(lookup.hooksAtURL), builder.WithPredicates(urlChanged)).
		Watches(&appsv1.Deployment{}, handler.EnqueueRequestsFromMapFunc(madeFor)).
		WatchesMetadata(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(lookup.hooksOfSecret)).
		WatchesMetadata(&corev1.ConfigMap{}, handler.EnqueueRequestsFromMapFunc(madeFor)).
		WatchesMetadata(&corev1.Service{}, handler.EnqueueRequestsFromMapFunc(madeFor), builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		WatchesMetadata(&networkingv1.Ingress{}, handler.EnqueueRequestsFromMapFunc(madeFor), builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		WatchesMetadata(&policyv1.PodDisruptionBudget{}, handler.EnqueueRequestsFromMapFunc(madeFor), builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		// A pod that has gone may be the last that did not know a new secret; one that changes may say why it
		// does not start.
		WatchesMetadata(&corev1.Pod{}, handler.EnqueueRequestsFromMapFunc(madeFor))
	if clusterWide {
		b = b.WatchesMetadata(&corev1.Namespace{}, handler.EnqueueRequestsFromMapFunc(lookup.hooksInNamespace), builder.WithPredicates(predicate.LabelChangedPredicate{}))
	}
	return b.WithOptions(queueOptions()).Complete(reconcile.AsReconciler(mgr.GetClient(), r))
}

func setupOrgs(mgr ctrl.Manager, r *OrgReconciler) error {
	lookup := lookups{mgr.GetClient()}
	recheck := handler.TypedFuncs[*v1alpha1.OktaOrg, reconcile.Request]{
		GenericFunc: func(_ context.Context, e event.TypedGenericEvent[*v1alpha1.OktaOrg], q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			q.AddRateLimited(reconcile.Request{NamespacedName: client.ObjectKeyFromObject(e.Object)})
		},
	}
	return ctrl.NewControllerManagedBy(mgr).
		Named("oktaorg").
		For(&v1alpha1.OktaOrg{}, builder.WithPredicates(specChanged)).
		Watches(&v1alpha1.OktaInlineHook{}, handler.EnqueueRequestsFromMapFunc(orgOfHook), builder.WithPredicates(registrationChanged)).
		WatchesMetadata(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(lookup.orgsOfSecret)).
		WatchesRawSource(source.Channel(r.Orgs.recheck, recheck)).
		WithOptions(queueOptions()).
		Complete(reconcile.AsReconciler(mgr.GetClient(), r))
}

func queueOptions() controller.Options {
	return controller.Options{
		MaxConcurrentReconciles: workers,
		RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](firstRetry, lastRetry),
	}
}

var (
	// specChanged lets changes of the spec and of annotations through (a comparison may be asked for), and
	// none of the status, which we write ourselves.
	specChanged = predicate.Or[client.Object](predicate.GenerationChangedPredicate{}, predicate.AnnotationChangedPredicate{})

	// urlChanged wakes the hooks that wait for an address: whoever had it gives it up.
	urlChanged = predicate.Funcs{
		CreateFunc:  func(event.CreateEvent) bool { return false },
		GenericFunc: func(event.GenericEvent) bool { return false },
		UpdateFunc: func(e event.UpdateEvent) bool {
			return e.ObjectOld.(*v1alpha1.OktaInlineHook).Status.URL != e.ObjectNew.(*v1alpha1.OktaInlineHook).Status.URL
		},
	}

	// registrationChanged has an org count its hooks again, and go once the last is gone.
	registrationChanged = predicate.Funcs{
		CreateFunc:  func(event.CreateEvent) bool { return false },
		GenericFunc: func(event.GenericEvent) bool { return false },
		UpdateFunc: func(e event.UpdateEvent) bool {
			before, after := e.ObjectOld.(*v1alpha1.OktaInlineHook).Status.Hook, e.ObjectNew.(*v1alpha1.OktaInlineHook).Status.Hook
			return (before == nil) != (after == nil) || before != nil && before.ID != after.ID
		},
	}

	// orgChanged wakes the hooks of an org when its spec changes, or when it becomes ready or stops being.
	orgChanged = predicate.Funcs{
		UpdateFunc: func(e event.UpdateEvent) bool {
			before, after := e.ObjectOld.(*v1alpha1.OktaOrg), e.ObjectNew.(*v1alpha1.OktaOrg)
			return before.Generation != after.Generation || before.Status.ObservedGeneration != after.Status.ObservedGeneration ||
				readiness(before.Status.Conditions) != readiness(after.Status.Conditions)
		},
	}
)

// lookups find who has to be woken.
type lookups struct{ reader client.Reader }

// madeFor is the hook that an object was made for.
func madeFor(_ context.Context, object client.Object) []reconcile.Request {
	name := object.GetLabels()[v1alpha1.LabelHook]
	if name == "" {
		return nil
	}
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: object.GetNamespace(), Name: name}}}
}

func (l lookups) hooksOfSecret(ctx context.Context, secret client.Object) []reconcile.Request {
	orgs := l.orgsOfSecret(ctx, secret)
	requests := append(madeFor(ctx, secret), l.hooks(ctx, client.InNamespace(secret.GetNamespace()), client.MatchingFields{indexSecret: secret.GetName()})...)
	for _, org := range orgs {
		requests = append(requests, l.hooks(ctx, client.MatchingFields{indexOrg: org.String()})...)
	}
	return requests
}

func (l lookups) hooksOfOrg(ctx context.Context, org client.Object) []reconcile.Request {
	return l.hooks(ctx, client.MatchingFields{indexOrg: client.ObjectKeyFromObject(org).String()})
}

func (l lookups) hooksAtURL(ctx context.Context, hook client.Object) []reconcile.Request {
	url := hook.(*v1alpha1.OktaInlineHook).Status.URL
	if url == "" {
		return nil
	}
	return l.hooks(ctx, client.MatchingFields{indexURL: url})
}

func (l lookups) hooksInNamespace(ctx context.Context, namespace client.Object) []reconcile.Request {
	return l.hooks(ctx, client.InNamespace(namespace.GetName()))
}

func (l lookups) hooks(ctx context.Context, options ...client.ListOption) []reconcile.Request {
	var list v1alpha1.OktaInlineHookList
	if err := l.reader.List(ctx, &list, options...); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "look up hooks")
		return nil
	}
	requests := make([]reconcile.Request, 0, len(list.Items))
	for i := range list.Items {
		requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
	}
	return requests
}

func (l lookups) orgsOfSecret(ctx context.Context, secret client.Object) []reconcile.Request {
	var list v1alpha1.OktaOrgList
	err := l.reader.List(ctx, &list, client.InNamespace(secret.GetNamespace()), client.MatchingFields{indexSecret: secret.GetName()})
	if err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "look up orgs")
		return nil
	}
	requests := make([]reconcile.Request, 0, len(list.Items))
	for i := range list.Items {
		requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
	}
	return requests
}

func orgOfHook(_ context.Context, hook client.Object) []reconcile.Request {
	return []reconcile.Request{{NamespacedName: orgKey(hook.(*v1alpha1.OktaInlineHook))}}
}

// Recorder tells of what happened as events of the API group events.k8s.io.
type Recorder struct{ Events events.EventRecorder }

// maxNote is what the API server takes as the text of an event.
const maxNote = 1024

// Event implements what the reconcilers need.
func (r Recorder) Event(object client.Object, kind, reason, message string) {
	r.Events.Eventf(object, nil, kind, reason, "Reconcile", "%s", message[:min(len(message), maxNote)])
}

// Cluster identifies the cluster: the UID of the namespace kube-system.
func Cluster(ctx context.Context, live client.Reader) (string, error) {
	namespace := &metav1.PartialObjectMetadata{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}}
	if err := live.Get(ctx, types.NamespacedName{Name: "kube-system"}, namespace); err != nil {
		return "", fmt.Errorf("read the namespace kube-system, whose UID identifies the cluster (or give --cluster-id): %w", err)
	}
	return string(namespace.UID), nil
}
