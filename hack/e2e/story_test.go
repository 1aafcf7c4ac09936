//go:build e2e

package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/hack/stage"
)

// story is what the steps hand on to each other.
type story struct {
	*cluster
	okta    *org
	vendors *stage.Vendors
}

// TestFromOneManifestToAnActiveHookThatAnswers is one story: each step stands on the one before.
func TestFromOneManifestToAnActiveHookThatAnswers(t *testing.T) {
	s := &story{cluster: connect(t)}
	s.removeAll()
	t.Cleanup(func() {
		if !t.Failed() { // else leave it to be looked at
			s.removeAll()
		}
	})
	for _, step := range []struct {
		name string
		do   func(*story)
	}{
		{"install the operator by config/default, with an org and an Ingress controller to call it by", (*story).install},
		{"apply the samples: the hooks become Ready and ACTIVE", (*story).applySamples},
		{"a user signs in with the old password, and Okta keeps it", (*story).signIn},
		{"a changed rule is answered by the pods", (*story).changeRule},
		{"one-time codes are sent once, whatever becomes of the vendors", (*story).sendCodes},
		{"tokens have the claims that the hook adds", (*story).mintTokens},
		{"a SAML assertion has the attribute statement that the hook adds", (*story).signOn},
		{"an import links and creates users as the hook says", (*story).importUsers},
		{"a referenced secret changes under steady calls, and no call fails", (*story).rotate},
		{"a node is drained under steady calls, and no call fails", (*story).drain},
		{"the pods are restricted and have no token of the cluster", (*story).restricted},
		{"deleting leaves Okta clean and the pods gone", (*story).delete},
	} {
		passed := t.Run(step.name, func(t *testing.T) {
			part := s.part(t)
			step.do(part)
			s.okta, s.vendors = part.okta, part.vendors
		})
		if !passed {
			t.FailNow()
		}
	}
}

// part is the story for a test within the whole.
func (s *story) part(t *testing.T) *story {
	part := &story{cluster: &cluster{T: t, whole: s.whole, Client: s.Client, rest: s.rest, nodes: s.nodes}, vendors: s.vendors}
	if s.okta != nil {
		part.okta = &org{T: t, Org: s.okta.Org}
	}
	return part
}

func (s *story) removeAll() {
	for _, args := range [][]string{
		{"delete", "oktainlinehooks,oktaorgs", "--all", "-n", userNamespace, "--timeout=120s"},
		{"delete", "namespace", userNamespace, toolsNamespace, "--ignore-not-found", "--timeout=180s"},
		{"delete", "-k", "config", "--ignore-not-found", "--timeout=180s"},
	} {
		if out, err := tryKubectl(s.Context(), "", args...); err != nil {
			s.Logf("kubectl %s: %s", strings.Join(args, " "), out)
		}
	}
}

func (s *story) install() {
	hooksCA, hooksServer := authority(s.T, "hooks.acme.example")
	oktaCA, _ := authority(s.T, "oktasim")
	vendorsCA, vendorsServer := authority(s.T, vendorsHost)
	s.kubectl("", "apply", "--server-side", "-k", "config")
	s.kubectl("", "create", "namespace", userNamespace)
	s.create(
		&corev1.ConfigMap{ObjectMeta: at(systemNamespace, "e2e-ca"), BinaryData: map[string][]byte{"ca.crt": hooksCA.certificate}},
		&corev1.ConfigMap{ObjectMeta: at(toolsNamespace, "e2e-ca"), BinaryData: map[string][]byte{"ca.crt": hooksCA.certificate}},
		&corev1.Secret{ObjectMeta: at(toolsNamespace, "oktasim-ca"), Data: map[string][]byte{"ca.crt": oktaCA.certificate, "ca.key": oktaCA.key}},
		tlsSecret(toolsNamespace, "provider-sim-tls", vendorsServer),
		&corev1.Secret{ObjectMeta: at(userNamespace, stage.OrgCA), Data: map[string][]byte{stage.CAKey: oktaCA.certificate}},
		&corev1.Secret{ObjectMeta: at(userNamespace, stage.VendorsCA), Data: map[string][]byte{stage.CAKey: vendorsCA.certificate}},
		tlsSecret(userNamespace, "hooks-tls", hooksServer))
	for _, tool := range []string{"oktasim", "provider-sim", "ingress"} {
		s.running(toolsNamespace, tool)
	}
	s.running(systemNamespace, "hookline-manager")
	s.okta = newOrg(s.T, s.forward("oktasim", 8443), oktaCA.certificate)
	s.vendors = &stage.Vendors{URL: "https://" + vendorsHost, Client: clientTo(s.forward("provider-sim", 8443), vendorsCA.certificate)}
}

// vendorsHost is the simulated vendors' name in the cluster.
const vendorsHost = "provider-sim.hookline-e2e.svc"

func tlsSecret(namespace, name string, p pair) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: at(namespace, name), Type: corev1.SecretTypeTLS,
		Data: map[string][]byte{corev1.TLSCertKey: p.certificate, corev1.TLSPrivateKeyKey: p.key}}
}

func at(namespace, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: namespace, Name: name}
}

func (s *story) create(objects ...client.Object) {
	s.Helper()
	for _, o := range objects {
		s.must(s.Create(s.Context(), o))
	}
}

// applySamples applies the samples as they stand, but for the org's and the vendors' addresses and accounts.
func (s *story) applySamples() {
	objects, err := stage.Samples("../../config/samples", stage.Setting{
		OrgURL: "https://oktasim.hookline-e2e.svc:8443", OrgToken: oktaToken, VendorsURL: "https://" + vendorsHost + ":8443",
	})
	s.must(err)
	begin := time.Now()
	s.kubectl(string(mustJSON(s.T, object{"apiVersion": "v1", "kind": "List", "items": objects})),
		"apply", "--server-side", "--force-conflicts", "-f", "-")
	for _, name := range s.hooks() {
		hook := s.ready(name)
		if hook.Status.Hook == nil || hook.Status.Hook.State != "ACTIVE" {
			s.Errorf("%s in Okta: %+v", name, hook.Status.Hook)
		}
	}
	s.Logf("all Ready after %s\n%s\n%s", time.Since(begin).Round(100*time.Millisecond),
		s.kubectl("", "get", "oih,oktaorgs", "-n", userNamespace), s.kubectl("", "get", "pods", "-n", userNamespace, "-o", "wide"))
	types := map[any]bool{}
	for _, hook := range s.okta.registered() {
		types[hook["type"]] = true
	}
	if len(types) != 6 {
		s.Errorf("Okta has hooks of the types %v, not of all six", types)
	}
}

// hooks are the names of all hooks of the samples.
func (s *story) hooks() []string {
	s.Helper()
	var list v1alpha1.OktaInlineHookList
	s.must(s.List(s.Context(), &list, client.InNamespace(userNamespace)))
	var names []string
	for i := range list.Items {
		names = append(names, list.Items[i].Name)
	}
	return names
}

func (s *story) signIn() {
	s.okta.createUser(ada)
	for _, c := range []struct {
		password string
		status   int
		calls    int
	}{
		{"not hers", http.StatusUnauthorized, 1},
		{adasPassword, http.StatusOK, 1},
		{adasPassword, http.StatusOK, 0}, // Okta has it now
	} {
		s.okta.forget()
		status, err := s.okta.signIn(ada, c.password)
		s.must(err)
		if calls := s.okta.calls(); status != c.status || len(calls) != c.calls {
			s.Errorf("signing in with %q: status %d with %d calls of the hook, want %d with %d: %s", c.password, status, len(calls), c.status, c.calls, summary(calls))
		}
	}
}

func (s *story) register(email string) (int, string) {
	s.Helper()
	a, err := s.okta.Do(s.Context(), post("/idp/idx/enroll/new", object{
		"userProfile": object{"firstName": "Mary", "lastName": "Jackson", "email": email, "login": email}}))
	s.must(err)
	return a.Status, string(mustJSON(s.T, a.Body))
}

func (s *story) changeRule() {
	if status, answer := s.register("mary@example.com"); status != http.StatusOK {
		s.Errorf("somebody of the allowed domain: status %d %s", status, answer)
	}
	status, answer := s.register("mary@other.example")
	if status != http.StatusBadRequest || !strings.Contains(answer, "Sign up with your example.com address.") {
		s.Errorf("somebody of another domain: status %d %s", status, answer)
	}
	s.kubectl("", "patch", "oih", "sign-up", "-n", userNamespace, "--type=merge", "-p",
		`{"spec":{"handler":{"registration":{"allowedEmailDomains":["example.com","other.example"]}}}}`)
	s.ready("sign-up")
	if status, answer := s.register("mary@other.example"); status != http.StatusOK {
		s.Errorf("the same after the change: status %d %s", status, answer)
	}
}

// rotate gives the hook a secret of the user's own, and then another.
func (s *story) rotate() {
	s.okta.createUser("grace@example.com")
	s.create(&corev1.Secret{ObjectMeta: at(userNamespace, "own"), StringData: map[string]string{"value": "Bearer one"}})
	s.okta.underSteadyCalls("grace@example.com", func() {
		s.kubectl("", "patch", "oih", "legacy-passwords", "-n", userNamespace, "--type=merge", "-p",
			`{"spec":{"authentication":{"header":{"name":"Authorization","secretKeyRef":{"name":"own","key":"value"}}}}}`)
		first := s.rotated("")
		s.kubectl("", "patch", "secret", "own", "-n", userNamespace, "--type=merge", "-p", `{"stringData":{"value":"Bearer two"}}`)
		s.rotated(first)
		s.eventually("the old secret is dropped", 3*time.Minute, func() (bool, string) {
			secret := &corev1.Secret{}
			s.must(s.Get(s.Context(), types.NamespacedName{Namespace: userNamespace, Name: "legacy-passwords-hook-credentials"}, secret))
			return len(secret.Data) == 2, "" // the newest value, and the key of the digest
		})
	})
}

// rotated waits until Okta has another secret than the one with this digest.
func (s *story) rotated(before string) (digest string) {
	s.Helper()
	if before == "" {
		before = s.hook("legacy-passwords").Status.Authentication.Digest
	}
	s.eventually("Okta has the new secret", 3*time.Minute, func() (bool, string) {
		hook := s.hook("legacy-passwords")
		digest = hook.Status.Authentication.Digest
		return digest != before, describe(hook)
	})
	s.ready("legacy-passwords")
	return digest
}

func (s *story) drain() {
	node := s.nodes[1]
	onNode := 0
	for _, pod := range s.podsOf("legacy-passwords") {
		if pod.Spec.NodeName == node {
			onNode++
		}
	}
	if onNode == 0 {
		s.Fatalf("no pod of the hook runs on %s: the pods are not spread", node)
	}
	s.okta.underSteadyCalls("grace@example.com", func() {
		s.kubectl("", "drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=180s")
		s.eventually("both pods run on the other node", 2*time.Minute, func() (bool, string) {
			d := &appsv1.Deployment{}
			s.must(s.Get(s.Context(), types.NamespacedName{Namespace: userNamespace, Name: "legacy-passwords-hook"}, d))
			return d.Status.AvailableReplicas == 2 && len(s.podsOf("legacy-passwords")) == 2, ""
		})
	})
	s.kubectl("", "uncordon", node)
}

func (s *story) restricted() {
	for _, pod := range s.podsOf("legacy-passwords") {
		for _, volume := range pod.Spec.Volumes {
			if volume.Projected != nil {
				s.Errorf("pod %s has a token of the cluster mounted", pod.Name)
			}
		}
	}
	// The API server would admit these pods to a namespace that takes restricted ones only.
	out := s.kubectl("", "label", "--dry-run=server", "--overwrite", "namespace", userNamespace, "pod-security.kubernetes.io/enforce=restricted")
	if strings.Contains(out, "Warning") {
		s.Error(out)
	}
}

func (s *story) delete() {
	hooks := s.hooks()
	s.kubectl("", append([]string{"delete", "--cascade=foreground", "--timeout=120s", "-n", userNamespace, "oih"}, hooks...)...)
	if registered := s.okta.registered(); len(registered) != 0 {
		s.Errorf("Okta still has %v", registered)
	}
	for _, name := range hooks {
		s.gone(&appsv1.Deployment{ObjectMeta: at(userNamespace, name+"-hook")})
		s.eventually("the pods of "+name+" are gone", 2*time.Minute, func() (bool, string) { return len(s.podsOf(name)) == 0, "" })
	}
	s.kubectl("", "delete", "--timeout=60s", "-n", userNamespace, "oktaorg", "acme")
	s.gone(&v1alpha1.OktaOrg{ObjectMeta: at(userNamespace, "acme")})
}
