package controllers

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/controllers/workload"
	"github.com/hookline/hookline/okta"
	"github.com/hookline/hookline/okta/oktasim"
	"github.com/hookline/hookline/runtime/hookconfig"
)

const (
	testNamespace = "identity"
	testCluster   = "6f1c9f0e-cluster"
	testHost      = "hooks.example.com"
	testToken     = "00token"
)

// world is a cluster in memory, a simulated org over HTTPS, and the public side of the hooks. It is
// without pods: roll stands in for the Deployment controller and the kubelets.
type world struct {
	t      *testing.T
	org    *oktasim.Org
	server *httptest.Server // the org
	public *httptest.Server // where the hooks' host leads
	client client.Client
	clock  *clocktesting.FakePassiveClock
	events *recorder
	dead   *atomic.Bool // a manager that has crashed writes nothing more
	crash  *crashPlan
	noPods bool // the Deployment does not come up
	hooks  *InlineHookReconciler
	orgs   *OrgReconciler
}

// newWorld has an OktaOrg named acme with its Secrets, and what is given.
func newWorld(t *testing.T, objects ...client.Object) *world {
	t.Helper()
	w := &world{
		t:      t,
		clock:  clocktesting.NewFakePassiveClock(time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC)),
		events: &recorder{}, dead: &atomic.Bool{}, crash: &crashPlan{},
	}
	w.public = httptest.NewTLSServer(http.HandlerFunc(w.serveHook))
	t.Cleanup(w.public.Close)
	w.org = oktasim.New(oktasim.Options{
		APIToken: testToken, Clock: w.clock.Now,
		TrustCAs: w.publicCA(), Resolve: map[string]string{"*": strings.TrimPrefix(w.public.URL, "https://")},
	})
	w.server = httptest.NewTLSServer(w.org.Handler())
	t.Cleanup(w.server.Close)
	scheme, err := NewScheme()
	if err != nil {
		t.Fatal(err)
	}
	objects = append(objects,
		anOrg(func(o *v1alpha1.OktaOrg) { o.Spec.URL = w.server.URL }),
		aSecret("okta-api", "token", testToken),
		aSecret("okta-ca", "ca.crt", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: w.server.Certificate().Raw}))),
		aSecret("legacy-users", "htpasswd", "ann:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g="))
	w.client = fake.NewClientBuilder().WithScheme(scheme).
		WithObjects(objects...).
		WithStatusSubresource(&v1alpha1.OktaInlineHook{}, &v1alpha1.OktaOrg{}, &appsv1.Deployment{}).
		WithIndex(&v1alpha1.OktaInlineHook{}, indexOrg, hookOrg).
		WithIndex(&v1alpha1.OktaInlineHook{}, indexSecret, hookSecrets).
		WithIndex(&v1alpha1.OktaInlineHook{}, indexURL, hookURL).
		WithIndex(&v1alpha1.OktaOrg{}, indexSecret, orgSecrets).
		WithInterceptorFuncs(w.mortal()).
		WithReturnManagedFields().
		Build()
	w.restart()
	return w
}

// restart is a new process: nothing is remembered.
func (w *world) restart() {
	w.dead.Store(false)
	clients := NewOrgClients(w.client, w.client, okta.Config{Timeout: 5 * time.Second})
	connect := clients.connect
	clients.connect = func(cfg okta.Config) (oktaAPI, error) {
		cfg.Now = w.clock.Now
		api, err := connect(cfg)
		return &crashing{oktaAPI: api, plan: w.crash, dead: w.dead}, err
	}
	w.orgs = &OrgReconciler{Client: w.client, Orgs: clients, Recorder: w.events, Clock: w.clock}
	w.hooks = &InlineHookReconciler{
		Client: w.client, Live: w.client, Orgs: clients, Recorder: w.events, Clock: w.clock,
		Prober:  NewProber(ProberOptions{RootCAs: w.publicCA(), Resolve: map[string]string{testHost: strings.TrimPrefix(w.public.URL, "https://")}}),
		Cluster: testCluster, Image: "hookline/hook-runtime:test",
	}
}

// pass reconciles a hook once and lets the Deployment roll.
func (w *world) pass(name string) (ctrl.Result, error) {
	w.t.Helper()
	result, err := reconcile.AsReconciler(w.client, w.hooks).Reconcile(w.t.Context(),
		reconcile.Request{NamespacedName: types.NamespacedName{Namespace: testNamespace, Name: name}})
	if !w.dead.Load() {
		w.roll()
	}
	return result, err
}

// settle reconciles until a pass changes neither status nor cluster.
func (w *world) settle(name string) *v1alpha1.OktaInlineHook {
	w.t.Helper()
	for range 12 {
		before := w.get(name)
		_, err := w.pass(name)
		after := w.get(name)
		if err == nil && (after == nil || before != nil && before.ResourceVersion == after.ResourceVersion && !w.rolling()) {
			return after
		}
	}
	hook := w.get(name)
	w.t.Fatalf("the hook does not settle; its conditions: %s", conditionLines(hook.Status.Conditions))
	return nil
}

// get reads a hook; nil if it is gone.
func (w *world) get(name string) *v1alpha1.OktaInlineHook {
	w.t.Helper()
	hook := &v1alpha1.OktaInlineHook{}
	err := w.client.Get(context.Background(), types.NamespacedName{Namespace: testNamespace, Name: name}, hook)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return hook
}

// change updates the spec of a hook, as a person would.
func (w *world) change(name string, change func(*v1alpha1.OktaInlineHook)) {
	w.t.Helper()
	hook := w.get(name)
	change(hook)
	hook.Generation++
	if err := w.client.Update(context.Background(), hook); err != nil {
		w.t.Fatal(err)
	}
}

// remove deletes a hook, as a person would.
func (w *world) remove(name string) {
	w.t.Helper()
	if err := w.client.Delete(context.Background(), w.get(name)); err != nil {
		w.t.Fatal(err)
	}
}

// roll does what the Deployment controller and the kubelets do: pods of the present template, ready.
func (w *world) roll() {
	w.t.Helper()
	if w.noPods {
		return
	}
	ctx := context.Background()
	deployments := &appsv1.DeploymentList{}
	w.must(w.client.List(ctx, deployments))
	for i := range deployments.Items {
		d := &deployments.Items[i]
		pods := &corev1.PodList{}
		w.must(w.client.List(ctx, pods, client.InNamespace(d.Namespace), client.MatchingLabels(d.Spec.Selector.MatchLabels)))
		for j := range pods.Items {
			w.must(w.client.Delete(ctx, &pods.Items[j]))
		}
		w.must(w.client.Create(ctx, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
			Namespace: d.Namespace, Name: d.Name + "-pod", Labels: d.Spec.Template.Labels, Annotations: d.Spec.Template.Annotations}}))
		replicas := ptr.Deref(d.Spec.Replicas, 1)
		status := appsv1.DeploymentStatus{ObservedGeneration: d.Generation, Replicas: replicas, UpdatedReplicas: replicas, AvailableReplicas: replicas}
		if !equalStatus(d.Status, status) {
			d.Status = status
			w.must(w.client.Status().Update(ctx, d))
		}
	}
}

func equalStatus(a, b appsv1.DeploymentStatus) bool {
	return a.ObservedGeneration == b.ObservedGeneration && a.Replicas == b.Replicas && a.UpdatedReplicas == b.UpdatedReplicas && a.AvailableReplicas == b.AvailableReplicas
}

// rolling is true while a pod is of another revision than its Deployment.
func (w *world) rolling() bool {
	deployments, pods := &appsv1.DeploymentList{}, &corev1.PodList{}
	w.must(w.client.List(context.Background(), deployments))
	w.must(w.client.List(context.Background(), pods))
	for _, d := range deployments.Items {
		for _, pod := range pods.Items {
			if pod.Labels[v1alpha1.LabelHook] == d.Labels[v1alpha1.LabelHook] &&
				pod.Annotations[workload.AnnotationRevision] != d.Spec.Template.Annotations[workload.AnnotationRevision] {
				return true
			}
		}
	}
	return false
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// serveHook is the public side: it answers as the runtime of the hook with that path would, with the
// configuration and the credentials that its objects in the cluster have.
func (w *world) serveHook(rw http.ResponseWriter, r *http.Request) {
	hooks := &v1alpha1.OktaInlineHookList{}
	_ = w.client.List(r.Context(), hooks)
	for i := range hooks.Items {
		hook := &hooks.Items[i]
		config, secret := &corev1.ConfigMap{}, &corev1.Secret{}
		key := types.NamespacedName{Namespace: hook.Namespace, Name: workload.Name(hook)}
		if w.client.Get(r.Context(), key, config) != nil || !strings.Contains(config.Data["hook.yaml"], "path: "+r.URL.Path+"\n") {
			continue
		}
		key.Name = workload.CredentialsName(hook)
		_ = w.client.Get(r.Context(), key, secret)
		if !slices.ContainsFunc(slices.Collect(mapsValues(numbered(secret.Data))), func(v string) bool { return v == r.Header.Get("Authorization") }) {
			http.Error(rw, `{"error":{"code":"unauthorized"}}`, http.StatusUnauthorized)
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(rw, `{"hookline":{"type":%q,"version":%q}}`, hook.Spec.Type.OktaID(), hookconfig.Version([]byte(config.Data["hook.yaml"])))
		return
	}
	http.NotFound(rw, r)
}

func mapsValues(m map[int]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

// recorder keeps events as lines.
type recorder struct {
	mu    sync.Mutex
	lines []string
}

func (r *recorder) Event(_ client.Object, kind, reason, message string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, kind+" "+reason+" "+message)
}

// take gives the events since the last take.
func (r *recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := r.lines
	r.lines = nil
	return lines
}

// errCrashed is what a crash looks like from inside: the process does not see it, so nothing may depend on it.
var errCrashed = errors.New("the process is gone")

// crashPlan says after which call of Okta the process ends. Zero: never.
type crashPlan struct {
	after int
	calls int
}

// crashing counts the calls of Okta and ends the process after one of them: Okta has done what it was
// asked, and nobody hears of it.
type crashing struct {
	oktaAPI
	plan *crashPlan
	dead *atomic.Bool
}

func (c *crashing) crash() bool {
	c.plan.calls++
	if c.plan.after != 0 && c.plan.calls == c.plan.after {
		c.dead.Store(true)
		return true
	}
	return false
}

func afterCall[T any](c *crashing, value T, err error) (T, error) {
	if c.crash() {
		var none T
		return none, errCrashed
	}
	return value, err
}

func (c *crashing) Organization(ctx context.Context) (*okta.Organization, error) {
	return c.oktaAPI.Organization(ctx) // not one of the management calls of a hook
}

func (c *crashing) ListInlineHooks(ctx context.Context, t string) ([]okta.InlineHook, error) {
	hooks, err := c.oktaAPI.ListInlineHooks(ctx, t)
	return afterCall(c, hooks, err)
}

func (c *crashing) GetInlineHook(ctx context.Context, id string) (*okta.InlineHook, error) {
	hook, err := c.oktaAPI.GetInlineHook(ctx, id)
	return afterCall(c, hook, err)
}

func (c *crashing) CreateInlineHook(ctx context.Context, spec okta.InlineHookSpec) (*okta.InlineHook, error) {
	hook, err := c.oktaAPI.CreateInlineHook(ctx, spec)
	return afterCall(c, hook, err)
}

func (c *crashing) ReplaceInlineHook(ctx context.Context, id string, spec okta.InlineHookSpec) (*okta.InlineHook, error) {
	hook, err := c.oktaAPI.ReplaceInlineHook(ctx, id, spec)
	return afterCall(c, hook, err)
}

func (c *crashing) ActivateInlineHook(ctx context.Context, id string) (*okta.InlineHook, error) {
	hook, err := c.oktaAPI.ActivateInlineHook(ctx, id)
	return afterCall(c, hook, err)
}

func (c *crashing) DeactivateInlineHook(ctx context.Context, id string) (*okta.InlineHook, error) {
	hook, err := c.oktaAPI.DeactivateInlineHook(ctx, id)
	return afterCall(c, hook, err)
}

func (c *crashing) DeleteInlineHook(ctx context.Context, id string) error {
	err := c.oktaAPI.DeleteInlineHook(ctx, id)
	_, err = afterCall(c, struct{}{}, err)
	return err
}

// mortal has a dead process write nothing more to the cluster.
func (w *world) mortal() interceptor.Funcs {
	return interceptor.Funcs{
		Patch: func(ctx context.Context, c client.WithWatch, o client.Object, p client.Patch, opts ...client.PatchOption) error {
			if w.dead.Load() {
				return errCrashed
			}
			return c.Patch(ctx, o, p, opts...)
		},
		Apply: func(ctx context.Context, c client.WithWatch, o runtime.ApplyConfiguration, opts ...client.ApplyOption) error {
			if w.dead.Load() {
				return errCrashed
			}
			return c.Apply(ctx, o, opts...)
		},
		Delete: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.DeleteOption) error {
			if w.dead.Load() {
				return errCrashed
			}
			return c.Delete(ctx, o, opts...)
		},
		SubResourcePatch: func(ctx context.Context, c client.Client, sub string, o client.Object, p client.Patch, opts ...client.SubResourcePatchOption) error {
			if w.dead.Load() {
				return errCrashed
			}
			return c.SubResource(sub).Patch(ctx, o, p, opts...)
		},
	}
}

// anOrg is a valid OktaOrg with changes.
func anOrg(changes ...func(*v1alpha1.OktaOrg)) *v1alpha1.OktaOrg {
	org := &v1alpha1.OktaOrg{
		ObjectMeta: metav1.ObjectMeta{Namespace: testNamespace, Name: "acme", UID: "org-uid", Generation: 1},
		Spec: v1alpha1.OktaOrgSpec{
			URL:          "https://acme.okta.com",
			Credentials:  v1alpha1.OktaOrgCredentials{APIToken: &v1alpha1.SecretValue{SecretKeyRef: v1alpha1.SecretKeyReference{Name: "okta-api", Key: "token"}}},
			TLS:          &v1alpha1.OktaOrgTLS{CASecretKeyRef: v1alpha1.SecretKeyReference{Name: "okta-ca", Key: "ca.crt"}},
			HookEndpoint: &v1alpha1.OrgHookEndpoint{Host: testHost, Ingress: v1alpha1.IngressOptions{ClassName: "nginx", TLSSecretName: "hooks-tls"}},
		},
	}
	for _, change := range changes {
		change(org)
	}
	return org
}

// aHook is a valid password import hook with changes.
func aHook(name string, changes ...func(*v1alpha1.OktaInlineHook)) *v1alpha1.OktaInlineHook {
	hook := &v1alpha1.OktaInlineHook{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: testNamespace, Name: name, UID: types.UID(name + "-uid"), Generation: 1,
			CreationTimestamp: metav1.NewTime(time.Date(2026, 1, 10, 11, 0, 0, 0, time.UTC)),
		},
		Spec: v1alpha1.OktaInlineHookSpec{
			OrgRef: v1alpha1.OrgReference{Name: "acme"}, Type: v1alpha1.PasswordImport,
			State: v1alpha1.StateActive, Verification: v1alpha1.VerificationProbe, DeletionPolicy: v1alpha1.DeletionDelete,
			Handler: v1alpha1.Handler{PasswordImport: &v1alpha1.PasswordImportHandler{UserStore: v1alpha1.UserStore{
				Static: &v1alpha1.StaticUserStore{SecretKeyRef: v1alpha1.SecretKeyReference{Name: "legacy-users", Key: "htpasswd"}}}}},
		},
	}
	for _, change := range changes {
		change(hook)
	}
	return hook
}

// aRegistrationHook is a valid registration hook with changes.
func aRegistrationHook(name string, changes ...func(*v1alpha1.OktaInlineHook)) *v1alpha1.OktaInlineHook {
	return aHook(name, append([]func(*v1alpha1.OktaInlineHook){func(h *v1alpha1.OktaInlineHook) {
		h.Spec.Type = v1alpha1.Registration
		h.Spec.Handler = v1alpha1.Handler{Registration: &v1alpha1.RegistrationHandler{AllowedEmailDomains: []v1alpha1.EmailDomain{"example.com"}}}
	}}, changes...)...)
}

func aTelephonyHook(name string, changes ...func(*v1alpha1.OktaInlineHook)) *v1alpha1.OktaInlineHook {
	return aHook(name, append([]func(*v1alpha1.OktaInlineHook){func(h *v1alpha1.OktaInlineHook) {
		h.Spec.Type = v1alpha1.Telephony
		h.Spec.Handler = v1alpha1.Handler{Telephony: &v1alpha1.TelephonyHandler{Providers: []v1alpha1.TelephonyProvider{{
			Name: "twilio", Twilio: &v1alpha1.TwilioProvider{AccountSID: "AC" + strings.Repeat("0", 32), From: "+15550100",
				AuthToken: &v1alpha1.SecretValue{SecretKeyRef: v1alpha1.SecretKeyReference{Name: "twilio", Key: "token"}}},
		}}}}
	}}, changes...)...)
}

func withHeaderSecret(name string) func(*v1alpha1.OktaInlineHook) {
	return func(h *v1alpha1.OktaInlineHook) {
		h.Spec.Authentication = &v1alpha1.Authentication{Header: &v1alpha1.HeaderAuthentication{
			Name: "Authorization", SecretKeyRef: &v1alpha1.SecretKeyReference{Name: name, Key: "value"}}}
	}
}

func aSecret(name, key, value string) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: testNamespace, Name: name, UID: types.UID(name + "-uid")},
		Data:       map[string][]byte{key: []byte(value)},
	}
}

// conditionLines are whole conditions, one a line.
func conditionLines(conditions []metav1.Condition) string {
	var lines []string
	for _, c := range conditions {
		lines = append(lines, fmt.Sprintf("%s %s %s: %s", c.Type, c.Status, c.Reason, c.Message))
	}
	slices.Sort(lines)
	return "\n" + strings.Join(lines, "\n")
}

func condition(hook *v1alpha1.OktaInlineHook, name string) metav1.Condition {
	if c := meta.FindStatusCondition(hook.Status.Conditions, name); c != nil {
		return *c
	}
	return metav1.Condition{}
}

// calls are the management requests since the transcript was cleared, as "METHOD route".
func (w *world) calls() []string {
	var lines []string
	for _, r := range w.org.Requests() {
		lines = append(lines, r.Method+" "+r.Route)
	}
	return lines
}

// accepts tells whether the pods of a hook accept what Okta sends.
func (w *world) accepts(registered oktasim.Hook, name string) bool {
	secret := &corev1.Secret{}
	key := types.NamespacedName{Namespace: testNamespace, Name: workload.CredentialsName(aHook(name))}
	w.must(w.client.Get(context.Background(), key, secret))
	for _, value := range numbered(secret.Data) {
		if value == registered.AuthValue {
			return true
		}
	}
	return false
}

func (w *world) publicCA() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(w.public.Certificate())
	return pool
}

func listLength(list client.ObjectList) int { return meta.LenList(list) }

// forward lets time pass, in the cluster and at Okta.
func (w *world) forward(d time.Duration) { w.clock.SetTime(w.clock.Now().Add(d)) }

// What others do to a hook in Okta's console.
const (
	wantedURI  = `"uri":"https://hooks.example.com/identity/legacy"`
	ownHeader  = `"headers":[{"key":"X-Hookline-Owner","value":"6f1c9f0e-cluster/identity/legacy"}]`
	authScheme = `"authScheme":{"type":"HEADER","key":"Authorization","value":"something else"}`
)

func (w *world) oktaReplace(id string, config ...string) {
	w.oktaPut(id, "identity/legacy", config...)
}

func (w *world) oktaRename(id, name string) { w.oktaPut(id, name, wantedURI, ownHeader, authScheme) }

func (w *world) oktaPut(id, name string, config ...string) {
	w.oktaDo(http.MethodPut, "/api/v1/inlineHooks/"+id, fmt.Sprintf(
		`{"name":%q,"version":"1.0.0","channel":{"type":"HTTP","version":"1.0.0","config":{%s}}}`, name, strings.Join(config, ",")))
}

func (w *world) oktaPost(path string) { w.oktaDo(http.MethodPost, path, "") }

// oktaCreate makes a hook by hand, with an owner's mark if one is given.
func (w *world) oktaCreate(name, hookType, owner string) (id string) {
	headers := `"headers":[]`
	if owner != "" {
		headers = fmt.Sprintf(`"headers":[{"key":%q,"value":%q}]`, v1alpha1.OwnerHeader, owner)
	}
	w.oktaDo(http.MethodPost, "/api/v1/inlineHooks", fmt.Sprintf(
		`{"name":%q,"type":%q,"version":"1.0.0","channel":{"type":"HTTP","version":"1.0.0","config":{"uri":"https://elsewhere.example/x",%s,"authScheme":{"type":"HEADER","key":"Authorization","value":"x"}}}}`,
		name, hookType, headers))
	hooks := w.org.Hooks()
	w.org.ClearRequests()
	return hooks[len(hooks)-1].ID
}

func (w *world) oktaDo(method, path, body string) {
	w.t.Helper()
	request, err := http.NewRequest(method, w.server.URL+path, strings.NewReader(body))
	w.must(err)
	request.Header.Set("Authorization", "SSWS "+testToken)
	request.Header.Set("Accept", "application/json")
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := w.server.Client().Do(request)
	w.must(err)
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode/100 != 2 {
		answer, _ := io.ReadAll(response.Body)
		w.t.Fatalf("%s %s: %s: %s", method, path, response.Status, answer)
	}
}
