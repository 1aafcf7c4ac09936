//go:build e2e

package e2e

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/hookline/hookline/api/v1alpha1"
)

// story is what the steps hand on to each other.
type story struct {
	*cluster
	okta *org
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
		{"a referenced secret changes under steady calls, and no call fails", (*story).rotate},
		{"a node is drained under steady calls, and no call fails", (*story).drain},
		{"the pods are restricted and have no token of the cluster", (*story).restricted},
		{"deleting leaves Okta clean and the pods gone", (*story).delete},
	} {
		passed := t.Run(step.name, func(t *testing.T) {
			part := &story{cluster: &cluster{T: t, whole: s.whole, Client: s.Client, rest: s.rest, nodes: s.nodes}}
			if s.okta != nil {
				part.okta = &org{T: t, client: s.okta.client}
			}
			step.do(part)
			s.okta = part.okta
		})
		if !passed {
			t.FailNow()
		}
	}
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
	s.kubectl("", "apply", "--server-side", "-k", "config")
	s.kubectl("", "create", "namespace", userNamespace)
	s.create(
		&corev1.ConfigMap{ObjectMeta: at(systemNamespace, "e2e-ca"), BinaryData: map[string][]byte{"ca.crt": hooksCA.certificate}},
		&corev1.ConfigMap{ObjectMeta: at(toolsNamespace, "e2e-ca"), BinaryData: map[string][]byte{"ca.crt": hooksCA.certificate}},
		&corev1.Secret{ObjectMeta: at(toolsNamespace, "oktasim-ca"), Data: map[string][]byte{"ca.crt": oktaCA.certificate, "ca.key": oktaCA.key}},
		&corev1.Secret{ObjectMeta: at(userNamespace, "okta-ca"), Data: map[string][]byte{"ca.crt": oktaCA.certificate}},
		&corev1.Secret{ObjectMeta: at(userNamespace, "hooks-tls"), Type: corev1.SecretTypeTLS,
			Data: map[string][]byte{corev1.TLSCertKey: hooksServer.certificate, corev1.TLSPrivateKeyKey: hooksServer.key}})
	s.running(toolsNamespace, "oktasim")
	s.running(toolsNamespace, "ingress")
	s.running(systemNamespace, "hookline-manager")
	s.okta = newOrg(s.T, s.forward("oktasim", 8443), oktaCA.certificate)
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

// applySamples applies the samples as they stand, but for the org's address and token.
func (s *story) applySamples() {
	for _, file := range []string{"oktaorg.yaml", "passwordimport_static.yaml", "registration.yaml"} {
		sample, err := os.ReadFile("../../config/samples/" + file)
		s.must(err)
		manifest := strings.NewReplacer(
			"https://acme.okta.com\n", "https://oktasim.hookline-e2e.svc:8443\n  tls: {caSecretKeyRef: {name: okta-ca, key: ca.crt}}\n",
			"write-your-api-token-here", oktaToken,
		).Replace(string(sample))
		s.kubectl(manifest, "apply", "--server-side", "--force-conflicts", "-f", "-")
	}
	begin := time.Now()
	for _, name := range []string{"legacy-passwords", "sign-up"} {
		hook := s.ready(name)
		if hook.Status.Hook == nil || hook.Status.Hook.State != "ACTIVE" {
			s.Errorf("%s in Okta: %+v", name, hook.Status.Hook)
		}
	}
	s.Logf("both Ready after %s\n%s", time.Since(begin).Round(100*time.Millisecond), s.kubectl("", "get", "oih,oktaorgs", "-n", userNamespace))
	if registered := s.okta.registered(); len(registered) != 2 {
		s.Errorf("Okta has %d hooks", len(registered))
	}
}

func (s *story) signIn() {
	s.okta.createUser("ada@example.com")
	for _, c := range []struct {
		password string
		status   int
		calls    int
	}{
		{"not hers", http.StatusUnauthorized, 1},
		{"analytical engine", http.StatusOK, 1},
		{"analytical engine", http.StatusOK, 0}, // Okta has it now
	} {
		s.okta.clearCalls()
		status, err := s.okta.signIn("ada@example.com", c.password)
		s.must(err)
		if calls := s.okta.calls(); status != c.status || len(calls) != c.calls {
			s.Errorf("signing in with %q: status %d with %d calls of the hook, want %d with %d: %v", c.password, status, len(calls), c.status, c.calls, calls)
		}
	}
}

func (s *story) register(email string) (int, string) {
	s.Helper()
	var answer object
	status := s.okta.must(http.MethodPost, "/idp/idx/enroll/new", object{
		"userProfile": object{"firstName": "Mary", "lastName": "Jackson", "email": email, "login": email}}, &answer)
	return status, strings.Join(strings.Fields(string(mustJSON(s.T, answer))), " ")
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
	hooks := []string{"legacy-passwords", "sign-up"}
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
