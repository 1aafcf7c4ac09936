package main

import (
	"context"
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"time"

	"github.com/go-logr/logr"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/controllers"
	"github.com/hookline/hookline/okta"
	"github.com/hookline/hookline/okta/oktasim"
)

// bed is a real API server with a manager, a simulated org, and no nodes.
type bed struct {
	client.Client
	org *oktasim.Org
}

// measureManager counts the management calls of a hook, and times it from apply to Ready.
func measureManager(ctx context.Context, _ string, _ time.Duration) ([]figure, error) {
	ctrl.SetLogger(logr.Discard())
	environment := &envtest.Environment{CRDDirectoryPaths: []string{filepath.Join("config", "crd", "bases")}, ErrorIfCRDPathMissing: true}
	config, err := environment.Start()
	if err != nil {
		return nil, fmt.Errorf("start an API server (KUBEBUILDER_ASSETS names its folder; make bench sets it): %w", err)
	}
	defer func() { _ = environment.Stop() }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b, err := newBed(ctx, config)
	if err != nil {
		return nil, err
	}
	var times []time.Duration
	var toActive, atRest int
	for i := range 5 {
		b.org.ClearRequests()
		took, err := b.timeToReady(ctx, fmt.Sprintf("sign-up-%d", i))
		if err != nil {
			return nil, err
		}
		times, toActive = append(times, took), len(b.org.Requests())
		b.org.ClearRequests()
		if err := b.compareNow(ctx, fmt.Sprintf("sign-up-%d", i)); err != nil {
			return nil, err
		}
		atRest = len(b.org.Requests())
	}
	return []figure{
		{"management calls from nothing to ACTIVE", fmt.Sprint(toActive), "2"},
		{"management calls per interval at rest", fmt.Sprint(atRest), "1"},
		{"apply to Ready, beside the start of the pods", fmt.Sprintf("%d ms", median(times).Milliseconds()), ""},
	}, nil
}

func newBed(ctx context.Context, config *rest.Config) (*bed, error) {
	config.QPS = -1
	scheme, err := controllers.NewScheme()
	if err != nil {
		return nil, err
	}
	admin, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return nil, err
	}
	b := &bed{Client: admin, org: oktasim.New(oktasim.Options{APIToken: "00bench", RateLimits: map[string]int{"/api/v1": 0}})}
	server := httptest.NewTLSServer(b.org.Handler())
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme: scheme, Cache: controllers.CacheOptions(nil), Metrics: metricsserver.Options{BindAddress: "0"}})
	if err != nil {
		return nil, err
	}
	orgs := controllers.NewOrgClients(mgr.GetClient(), mgr.GetAPIReader(), okta.Config{})
	recorder := controllers.Recorder{Events: mgr.GetEventRecorder("bench")}
	err = controllers.Setup(ctx, mgr,
		&controllers.InlineHookReconciler{
			Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Orgs: orgs, Recorder: recorder,
			Prober: controllers.NewProber(controllers.ProberOptions{}), Clock: clock.RealClock{}, Cluster: "bench", Image: "bench"},
		&controllers.OrgReconciler{Client: mgr.GetClient(), Orgs: orgs, Recorder: recorder, Clock: clock.RealClock{}}, true)
	if err != nil {
		return nil, err
	}
	go func() { _ = mgr.Start(ctx) }()
	go b.kubelet(ctx)
	return b, b.createOrg(ctx, server)
}

func (b *bed) createOrg(ctx context.Context, server *httptest.Server) error {
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	org := &v1alpha1.OktaOrg{ObjectMeta: at("acme"), Spec: v1alpha1.OktaOrgSpec{
		URL:          server.URL,
		Credentials:  v1alpha1.OktaOrgCredentials{APIToken: &v1alpha1.SecretValue{SecretKeyRef: v1alpha1.SecretKeyReference{Name: "okta", Key: "token"}}},
		TLS:          &v1alpha1.OktaOrgTLS{CASecretKeyRef: v1alpha1.SecretKeyReference{Name: "okta", Key: "ca.crt"}},
		HookEndpoint: &v1alpha1.OrgHookEndpoint{Host: "hooks.example.com"},
	}}
	for _, object := range []client.Object{
		&corev1.Secret{ObjectMeta: at("okta"), Data: map[string][]byte{"token": []byte("00bench"), "ca.crt": ca}}, org,
	} {
		if err := b.Create(ctx, object); err != nil {
			return err
		}
	}
	return b.until(ctx, org, func() bool { return meta.IsStatusConditionTrue(org.Status.Conditions, v1alpha1.ConditionReady) })
}

func at(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Namespace: "default", Name: name} }

// timeToReady applies a hook and waits.
func (b *bed) timeToReady(ctx context.Context, name string) (time.Duration, error) {
	hook := &v1alpha1.OktaInlineHook{ObjectMeta: at(name), Spec: v1alpha1.OktaInlineHookSpec{
		OrgRef: v1alpha1.OrgReference{Name: "acme"}, Type: v1alpha1.Registration, Verification: v1alpha1.VerificationNone,
		Handler: v1alpha1.Handler{Registration: &v1alpha1.RegistrationHandler{AllowedEmailDomains: []v1alpha1.EmailDomain{"example.com"}}},
	}}
	begin := time.Now()
	if err := b.Create(ctx, hook); err != nil {
		return 0, err
	}
	err := b.until(ctx, hook, func() bool { return meta.IsStatusConditionTrue(hook.Status.Conditions, v1alpha1.ConditionReady) })
	return time.Since(begin), err
}

// compareNow asks for the comparison that is made at every interval.
func (b *bed) compareNow(ctx context.Context, name string) error {
	hook := &v1alpha1.OktaInlineHook{ObjectMeta: at(name)}
	if err := b.Get(ctx, client.ObjectKeyFromObject(hook), hook); err != nil {
		return err
	}
	before := hook.DeepCopy()
	metav1.SetMetaDataAnnotation(&hook.ObjectMeta, v1alpha1.AnnotationRequestedAt, "now")
	if err := b.Patch(ctx, hook, client.MergeFrom(before)); err != nil {
		return err
	}
	return b.until(ctx, hook, func() bool { return hook.Status.LastHandledRequest == "now" })
}

func (b *bed) until(ctx context.Context, object client.Object, holds func() bool) error {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if err := b.Get(ctx, client.ObjectKeyFromObject(object), object); err != nil {
			return err
		}
		if holds() {
			return nil
		}
	}
	return fmt.Errorf("%T %s: not so after 30 s", object, object.GetName())
}

// kubelet has the pods of each Deployment ready at once.
func (b *bed) kubelet(ctx context.Context) {
	for ; ctx.Err() == nil; time.Sleep(5 * time.Millisecond) {
		deployments := &appsv1.DeploymentList{}
		if b.List(ctx, deployments) != nil {
			return
		}
		for i := range deployments.Items {
			d := &deployments.Items[i]
			if d.Status.ObservedGeneration == d.Generation {
				continue
			}
			n := ptr.Deref(d.Spec.Replicas, 1)
			d.Status = appsv1.DeploymentStatus{ObservedGeneration: d.Generation, Replicas: n, UpdatedReplicas: n, ReadyReplicas: n, AvailableReplicas: n}
			_ = b.Status().Update(ctx, d)
		}
	}
}
