package controllers_test

import (
	"context"
	"encoding/pem"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/yaml"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/controllers"
	"github.com/hookline/hookline/controllers/workload"
	"github.com/hookline/hookline/okta"
	"github.com/hookline/hookline/okta/oktasim"
	"github.com/hookline/hookline/runtime/hookconfig"
)

// The one API server of this package's tests. Everything else, a namespace, an org and a manager's
// worth of hooks, is each test's own.
var api = sync.OnceValues(startAPIServer)

var environment = &envtest.Environment{CRDDirectoryPaths: []string{"../config/crd/bases"}, ErrorIfCRDPathMissing: true}

func TestMain(m *testing.M) {
	// What the manager logs as an error would otherwise be seen as a time-out only.
	ctrl.SetLogger(logr.FromSlogHandler(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})))
	code := m.Run()
	if environment.Config != nil {
		_ = environment.Stop()
	}
	os.Exit(code)
}

// server is a cluster with a manager in it. The manager has no more rights than config/rbac gives it.
type server struct {
	admin client.Client
	org   *oktasim.Org
	okta  *httptest.Server
	hooks *httptest.Server
}

func startAPIServer() (*server, error) {
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		return nil, fmt.Errorf("KUBEBUILDER_ASSETS is not set: run the tests with make test, or set it to what hack/control-plane prints")
	}
	root, err := environment.Start()
	if err != nil {
		return nil, err
	}
	root.QPS = -1
	scheme, err := controllers.NewScheme()
	if err != nil {
		return nil, err
	}
	s := &server{}
	if s.admin, err = client.New(root, client.Options{Scheme: scheme}); err != nil {
		return nil, err
	}
	s.hooks = httptest.NewTLSServer(http.HandlerFunc(s.serveHook))
	s.org = oktasim.New(oktasim.Options{APIToken: "00token", RateLimits: map[string]int{"/api/v1": 0}})
	s.okta = httptest.NewTLSServer(s.org.Handler())
	user, err := environment.AddUser(envtest.User{Name: "hookline-manager"}, root)
	if err != nil {
		return nil, err
	}
	if err := s.grant("hookline-manager"); err != nil {
		return nil, err
	}
	as := rest.CopyConfig(user.Config())
	as.QPS = -1
	if err := s.startManager(as); err != nil {
		return nil, err
	}
	go s.kubelet(context.Background())
	return s, nil
}

// grant binds the generated role to the manager's user.
func (s *server) grant(user string) error {
	raw, err := os.ReadFile("../config/rbac/role.yaml")
	if err != nil {
		return err
	}
	role := &rbacv1.ClusterRole{}
	if err := yaml.UnmarshalStrict(raw, role); err != nil {
		return err
	}
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: user},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role.Name},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: user}},
	}
	for _, object := range []client.Object{role, binding} {
		if err := s.admin.Create(context.Background(), object); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) startManager(as *rest.Config) error {
	scheme, err := controllers.NewScheme()
	if err != nil {
		return err
	}
	mgr, err := ctrl.NewManager(as, ctrl.Options{
		Scheme: scheme, Cache: controllers.CacheOptions(nil), Metrics: metricsserver.Options{BindAddress: "0"},
		Controller: config.Controller{SkipNameValidation: ptr.To(true)},
	})
	if err != nil {
		return err
	}
	pool := s.hooks.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	recorder := controllers.Recorder{Events: mgr.GetEventRecorder("hookline-manager")}
	orgs := controllers.NewOrgClients(mgr.GetClient(), mgr.GetAPIReader(), okta.Config{})
	prober := controllers.NewProber(controllers.ProberOptions{
		RootCAs: pool, Resolve: map[string]string{"hooks.example.com": strings.TrimPrefix(s.hooks.URL, "https://")}})
	err = controllers.Setup(context.Background(), mgr,
		&controllers.InlineHookReconciler{
			Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Orgs: orgs, Recorder: recorder, Prober: prober,
			Clock: clock.RealClock{}, Cluster: "cluster", Image: "hook-runtime:test"},
		&controllers.OrgReconciler{Client: mgr.GetClient(), Orgs: orgs, Recorder: recorder, Clock: clock.RealClock{}}, true)
	if err != nil {
		return err
	}
	go func() {
		if err := mgr.Start(context.Background()); err != nil {
			ctrl.Log.Error(err, "the manager ended")
		}
	}()
	return nil
}

// kubelet stands in for the Deployment controller and the nodes: it makes pods of each Deployment's
// template and says that they are available.
func (s *server) kubelet(ctx context.Context) {
	for range time.Tick(50 * time.Millisecond) {
		deployments := &appsv1.DeploymentList{}
		if s.admin.List(ctx, deployments) != nil {
			return
		}
		for i := range deployments.Items {
			s.roll(ctx, &deployments.Items[i])
		}
	}
}

func (s *server) roll(ctx context.Context, d *appsv1.Deployment) {
	if d.Annotations["test/no-pods"] != "" {
		return
	}
	pods := &corev1.PodList{}
	_ = s.admin.List(ctx, pods, client.InNamespace(d.Namespace), client.MatchingLabels(d.Spec.Selector.MatchLabels))
	revision := d.Spec.Template.Annotations[workload.AnnotationRevision]
	current := false
	for i := range pods.Items {
		if pods.Items[i].Annotations[workload.AnnotationRevision] == revision {
			current = true
			continue
		}
		_ = s.admin.Delete(ctx, &pods.Items[i], client.GracePeriodSeconds(0))
	}
	if !current {
		template := d.Spec.Template.DeepCopy()
		template.GenerateName, template.Namespace = d.Name+"-", d.Namespace
		_ = s.admin.Create(ctx, &corev1.Pod{ObjectMeta: template.ObjectMeta, Spec: template.Spec})
	}
	replicas := ptr.Deref(d.Spec.Replicas, 1)
	if d.Status.ObservedGeneration != d.Generation {
		d.Status = appsv1.DeploymentStatus{ObservedGeneration: d.Generation, Replicas: replicas, UpdatedReplicas: replicas, AvailableReplicas: replicas, ReadyReplicas: replicas}
		_ = s.admin.Status().Update(ctx, d)
	}
}

// serveHook answers as the runtimes of all hooks would.
func (s *server) serveHook(rw http.ResponseWriter, r *http.Request) {
	namespace, name := filepath.Split(strings.TrimPrefix(r.URL.Path, "/"))
	key := types.NamespacedName{Namespace: strings.Trim(namespace, "/"), Name: name + "-hook"}
	configMap, secret := &corev1.ConfigMap{}, &corev1.Secret{}
	if s.admin.Get(r.Context(), key, configMap) != nil {
		http.NotFound(rw, r)
		return
	}
	hook := &v1alpha1.OktaInlineHook{}
	_ = s.admin.Get(r.Context(), types.NamespacedName{Namespace: key.Namespace, Name: name}, hook)
	key.Name += "-credentials"
	_ = s.admin.Get(r.Context(), key, secret)
	for number, value := range secret.Data {
		if number != workload.DigestKey && string(value) == r.Header.Get("Authorization") {
			_, _ = fmt.Fprintf(rw, `{"hookline":{"type":%q,"version":%q}}`, hook.Spec.Type.OktaID(), hookconfig.Version([]byte(configMap.Data["hook.yaml"])))
			return
		}
	}
	rw.WriteHeader(http.StatusUnauthorized)
}

// tenant is a test's own namespace with an org in it.
type tenant struct {
	*testing.T
	*server
	namespace string
}

func newTenant(t *testing.T) *tenant {
	t.Helper()
	t.Parallel()
	s, err := api()
	if err != nil {
		t.Fatal(err)
	}
	n := &tenant{T: t, server: s}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}
	n.create(namespace)
	n.namespace = namespace.Name
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.okta.Certificate().Raw}))
	n.create(n.secret("okta-api", "token", "00token"), n.secret("okta-ca", "ca.crt", ca), n.secret("legacy-users", "htpasswd", "a:b"))
	n.create(n.org())
	return n
}

func (n *tenant) org() *v1alpha1.OktaOrg {
	return &v1alpha1.OktaOrg{
		ObjectMeta: metav1.ObjectMeta{Namespace: n.namespace, Name: "acme"},
		Spec: v1alpha1.OktaOrgSpec{
			URL:          n.okta.URL,
			Credentials:  v1alpha1.OktaOrgCredentials{APIToken: &v1alpha1.SecretValue{SecretKeyRef: v1alpha1.SecretKeyReference{Name: "okta-api", Key: "token"}}},
			TLS:          &v1alpha1.OktaOrgTLS{CASecretKeyRef: v1alpha1.SecretKeyReference{Name: "okta-ca", Key: "ca.crt"}},
			HookEndpoint: &v1alpha1.OrgHookEndpoint{Host: "hooks.example.com"},
		},
	}
}

func (n *tenant) secret(name, key, value string) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: n.namespace, Name: name}, StringData: map[string]string{key: value}}
}

// hook is a registration hook: an org may have as many as it likes.
func (n *tenant) hook(changes ...func(*v1alpha1.OktaInlineHook)) *v1alpha1.OktaInlineHook {
	hook := &v1alpha1.OktaInlineHook{
		ObjectMeta: metav1.ObjectMeta{Namespace: n.namespace, Name: "sign-up"},
		Spec: v1alpha1.OktaInlineHookSpec{
			OrgRef: v1alpha1.OrgReference{Name: "acme"}, Type: v1alpha1.Registration,
			Handler: v1alpha1.Handler{Registration: &v1alpha1.RegistrationHandler{AllowedEmailDomains: []v1alpha1.EmailDomain{"example.com"}}},
		},
	}
	for _, change := range changes {
		change(hook)
	}
	return hook
}

func (n *tenant) create(objects ...client.Object) {
	n.Helper()
	for _, object := range objects {
		if err := n.admin.Create(n.Context(), object); err != nil {
			n.Fatal(err)
		}
	}
}

// change updates an object until nobody else does at the same moment.
func change[T client.Object](n *tenant, object T, change func(T)) {
	n.Helper()
	for {
		if err := n.admin.Get(n.Context(), client.ObjectKeyFromObject(object), object); err != nil {
			n.Fatal(err)
		}
		change(object)
		err := n.admin.Update(n.Context(), object)
		if err == nil {
			return
		}
		if !apierrors.IsConflict(err) {
			n.Fatal(err)
		}
	}
}

// eventually waits for a condition; last tells what was there instead.
func (n *tenant) eventually(what string, holds func() (ok bool, last string)) {
	n.Helper()
	var last string
	deadline := time.NewTimer(60 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		var ok bool
		if ok, last = holds(); ok {
			return
		}
		select {
		case <-deadline.C:
			n.Fatalf("%s: not so; last seen: %s", what, last)
		case <-tick.C:
		}
	}
}

// has waits for a condition of the hook with this status and reason.
func (n *tenant) has(hook *v1alpha1.OktaInlineHook, condition string, status metav1.ConditionStatus, reason string) {
	n.Helper()
	n.eventually(fmt.Sprintf("%s is %s with %s", condition, status, reason), func() (bool, string) {
		if err := n.admin.Get(n.Context(), client.ObjectKeyFromObject(hook), hook); err != nil {
			return false, err.Error()
		}
		c := meta.FindStatusCondition(hook.Status.Conditions, condition)
		return c != nil && c.Status == status && c.Reason == reason && c.ObservedGeneration == hook.Generation, describe(hook)
	})
}

func (n *tenant) ready(hook *v1alpha1.OktaInlineHook) {
	n.Helper()
	n.has(hook, v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonActive)
}

func describe(hook *v1alpha1.OktaInlineHook) string {
	var lines []string
	for _, c := range hook.Status.Conditions {
		lines = append(lines, fmt.Sprintf("%s=%s %s: %s", c.Type, c.Status, c.Reason, c.Message))
	}
	return strings.Join(lines, "; ")
}

// inOkta is the hook that the resource has registered.
func (n *tenant) inOkta(hook *v1alpha1.OktaInlineHook) *oktasim.Hook {
	hooks := n.server.org.Hooks()
	i := slices.IndexFunc(hooks, func(h oktasim.Hook) bool {
		return h.Headers[v1alpha1.OwnerHeader] == "cluster/"+hook.Namespace+"/"+hook.Name
	})
	if i < 0 {
		return nil
	}
	return &hooks[i]
}

func (n *tenant) gone(object client.Object) {
	n.Helper()
	n.eventually(fmt.Sprintf("%T %s is gone", object, object.GetName()), func() (bool, string) {
		err := n.admin.Get(n.Context(), client.ObjectKeyFromObject(object), object)
		return apierrors.IsNotFound(err), fmt.Sprintf("error %v, finalizers %v", err, object.GetFinalizers())
	})
}
