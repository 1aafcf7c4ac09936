package controllers_test

import (
	"net/http/httptest"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/controllers/workload"
	"github.com/hookline/hookline/okta/oktasim"
)

func TestOnAnAPIServerAHookBecomesReadyAndGoesCleanly(t *testing.T) {
	n := newTenant(t)
	hook := n.hook()
	n.create(hook)
	n.ready(hook)
	if registered := n.inOkta(hook); registered == nil || registered.Status != "ACTIVE" {
		t.Fatalf("Okta has %+v", registered)
	}
	for _, object := range n.madeFor(hook) {
		if err := n.admin.Get(t.Context(), client.ObjectKeyFromObject(object), object); err != nil {
			t.Error(err)
		}
		if len(object.GetOwnerReferences()) != 0 {
			t.Errorf("%T would be collected while Okta still calls the hook", object)
		}
	}
	if err := n.admin.Delete(t.Context(), hook); err != nil {
		t.Fatal(err)
	}
	n.gone(hook)
	if registered := n.inOkta(hook); registered != nil {
		t.Errorf("Okta still has %+v", registered)
	}
	for _, object := range n.madeFor(hook) {
		n.gone(object)
	}
}

func (n *tenant) madeFor(hook *v1alpha1.OktaInlineHook) []client.Object {
	at := metav1.ObjectMeta{Namespace: hook.Namespace, Name: workload.Name(hook)}
	return []client.Object{
		&corev1.ConfigMap{ObjectMeta: at}, &corev1.Service{ObjectMeta: at}, &appsv1.Deployment{ObjectMeta: at},
		&networkingv1.Ingress{ObjectMeta: at}, &policyv1.PodDisruptionBudget{ObjectMeta: at},
		&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: hook.Namespace, Name: workload.CredentialsName(hook)}},
	}
}

func TestWhatIsDeletedByHandComesBack(t *testing.T) {
	n := newTenant(t)
	hook := n.hook()
	n.create(hook)
	n.ready(hook)
	for _, object := range n.madeFor(hook)[:5] { // without its Secret the hook gets a new one: see the next test
		if err := n.admin.Get(t.Context(), client.ObjectKeyFromObject(object), object); err != nil {
			t.Fatal(err)
		}
		uid := object.GetUID()
		if err := n.admin.Delete(t.Context(), object); err != nil {
			t.Fatal(err)
		}
		n.eventually("it is there again", func() (bool, string) {
			err := n.admin.Get(t.Context(), client.ObjectKeyFromObject(object), object)
			return err == nil && object.GetUID() != uid, string(uid)
		})
	}
	n.ready(hook)
}

func TestALostCredentialIsReplacedInOktaToo(t *testing.T) {
	n := newTenant(t)
	hook := n.hook()
	n.create(hook)
	n.ready(hook)
	secret := n.madeFor(hook)[5].(*corev1.Secret)
	if err := n.admin.Get(t.Context(), client.ObjectKeyFromObject(secret), secret); err != nil {
		t.Fatal(err)
	}
	before := secret.UID
	if err := n.admin.Delete(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	n.eventually("there is another Secret, and Okta sends what is in it", func() (bool, string) {
		if err := n.admin.Get(t.Context(), client.ObjectKeyFromObject(secret), secret); err != nil {
			return false, err.Error()
		}
		for number, value := range secret.Data {
			if number != workload.DigestKey && string(value) == n.inOkta(hook).AuthValue {
				return secret.UID != before, string(secret.UID)
			}
		}
		return false, "another value"
	})
	n.ready(hook)
}

func TestChangesOfWhatAHookRefersToWakeIt(t *testing.T) {
	for name, c := range map[string]struct {
		hook   func(*v1alpha1.OktaInlineHook)
		lack   func(*tenant)
		reason string
		mend   func(*tenant)
	}{
		"the org is made later": {
			hook:   func(h *v1alpha1.OktaInlineHook) { h.Spec.OrgRef.Name = "later" },
			reason: v1alpha1.ReasonOrgNotFound,
			mend: func(n *tenant) {
				org := n.org()
				org.Name = "later"
				n.create(org)
			},
		},
		"the Secret with the credential is made later": {
			hook: func(h *v1alpha1.OktaInlineHook) {
				h.Spec.Authentication = &v1alpha1.Authentication{Header: &v1alpha1.HeaderAuthentication{SecretKeyRef: &v1alpha1.SecretKeyReference{Name: "own", Key: "value"}}}
			},
			reason: v1alpha1.ReasonSecretNotFound,
			mend:   func(n *tenant) { n.create(n.secret("own", "value", "Bearer x")) },
		},
		"the key of the Secret is written later": {
			hook: func(h *v1alpha1.OktaInlineHook) {
				h.Spec.Authentication = &v1alpha1.Authentication{Basic: &v1alpha1.BasicAuthentication{SecretRef: v1alpha1.SecretReference{Name: "basic"}}}
			},
			lack:   func(n *tenant) { n.create(n.secret("basic", "username", "okta")) },
			reason: v1alpha1.ReasonSecretInvalid,
			mend: func(n *tenant) {
				change(n, n.secret("basic", "", ""), func(s *corev1.Secret) { s.Data["password"] = []byte("pw") })
			},
		},
		"the org's credentials are mended": {
			lack: func(n *tenant) {
				change(n, n.secret("okta-api", "", ""), func(s *corev1.Secret) { s.Data = map[string][]byte{"token": []byte("wrong")} })
			},
			reason: v1alpha1.ReasonUnauthorized,
			mend: func(n *tenant) {
				change(n, n.secret("okta-api", "", ""), func(s *corev1.Secret) { s.Data = map[string][]byte{"token": []byte("00token")} })
			},
		},
		"the org says where hooks are reached": {
			lack:   func(n *tenant) { change(n, n.org(), func(o *v1alpha1.OktaOrg) { o.Spec.HookEndpoint = nil }) },
			reason: v1alpha1.ReasonEndpointMissing,
			mend: func(n *tenant) {
				change(n, n.org(), func(o *v1alpha1.OktaOrg) {
					o.Spec.HookEndpoint = &v1alpha1.OrgHookEndpoint{Host: "hooks.example.com"}
				})
			},
		},
		"a spec that could not work is changed": {
			hook: func(h *v1alpha1.OktaInlineHook) {
				h.Spec.Handler.Registration = &v1alpha1.RegistrationHandler{Rules: []v1alpha1.RegistrationRule{{Name: "r", When: "user.", Allow: &v1alpha1.RegistrationAllowed{}}}}
			},
			reason: v1alpha1.ReasonSpecInvalid,
			mend: func(n *tenant) {
				change(n, n.hook(), func(h *v1alpha1.OktaInlineHook) { h.Spec.Handler.Registration.Rules[0].When = "true" })
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := newTenant(t)
			if c.lack != nil {
				c.lack(n)
			}
			hook := n.hook()
			if c.hook != nil {
				c.hook(hook)
			}
			n.create(hook)
			n.has(hook, v1alpha1.ConditionReady, metav1.ConditionFalse, c.reason)
			c.mend(n)
			n.ready(hook)
		})
	}
}

func TestNamespacesThatAnOrgDoesNotAllow(t *testing.T) {
	n := newTenant(t)
	change(n, n.org(), func(o *v1alpha1.OktaOrg) {
		o.Spec.AllowedNamespaces = &v1alpha1.AllowedNamespaces{From: v1alpha1.NamespacesFromSelector,
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"identity": n.namespace}}}
	})
	other := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "other-"}}
	n.create(other)
	hook := n.hook(func(h *v1alpha1.OktaInlineHook) {
		h.Namespace, h.Spec.OrgRef.Namespace = other.Name, n.namespace
	})
	n.create(hook)
	n.has(hook, v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonNamespaceNotAllowed)
	change(n, other, func(o *corev1.Namespace) { o.Labels["identity"] = n.namespace })
	n.ready(hook)
}

func TestTwoHooksAtOneAddress(t *testing.T) {
	n := newTenant(t)
	first := n.hook()
	n.create(first)
	n.ready(first)
	second := n.hook(func(h *v1alpha1.OktaInlineHook) {
		h.Name, h.Spec.Endpoint = "sign-up-2", &v1alpha1.Endpoint{Path: "/" + n.namespace + "/sign-up"}
	})
	n.create(second)
	n.has(second, v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonEndpointConflict)
	n.ready(first)
}

func TestAnOrgWaitsForItsHooksAndCountsThem(t *testing.T) {
	n := newTenant(t)
	hook := n.hook()
	n.create(hook)
	n.ready(hook)
	org := n.org()
	n.eventually("the org counts the hook", func() (bool, string) {
		_ = n.admin.Get(t.Context(), client.ObjectKeyFromObject(org), org)
		return meta.IsStatusConditionTrue(org.Status.Conditions, v1alpha1.ConditionReady) &&
			org.Status.Hooks != nil && org.Status.Hooks.Managed == 1 && org.Status.OrgID != "", ""
	})
	if err := n.admin.Delete(t.Context(), org); err != nil {
		t.Fatal(err)
	}
	n.eventually("the org names what it waits for", func() (bool, string) {
		_ = n.admin.Get(t.Context(), client.ObjectKeyFromObject(org), org)
		ready := meta.FindStatusCondition(org.Status.Conditions, v1alpha1.ConditionReady)
		return ready.Message == "is deleted once no OktaInlineHook refers to it; now "+n.namespace+"/sign-up", ready.Message
	})
	if err := n.admin.Delete(t.Context(), hook); err != nil {
		t.Fatal(err)
	}
	n.gone(hook)
	n.gone(org)
	if registered := n.inOkta(hook); registered != nil {
		t.Errorf("Okta still has %+v", registered)
	}
}

func TestASuspendedHookIsLeftAlone(t *testing.T) {
	n := newTenant(t)
	hook := n.hook()
	n.create(hook)
	n.ready(hook)
	change(n, hook, func(h *v1alpha1.OktaInlineHook) { h.Spec.Suspend, h.Spec.DisplayName = true, "Renamed while suspended" })
	probe := n.hook(func(h *v1alpha1.OktaInlineHook) { h.Name = "later" }) // once this is ready, the change was seen
	n.create(probe)
	n.ready(probe)
	if got := n.inOkta(hook).Name; got == "Renamed while suspended" {
		t.Error("the hook was renamed in Okta")
	}
	change(n, hook, func(h *v1alpha1.OktaInlineHook) { h.Spec.Suspend = false })
	n.ready(hook)
	if got := n.inOkta(hook).Name; got != "Renamed while suspended" {
		t.Errorf("Okta has it as %q", got)
	}
}

func TestEventsReachTheAPIServer(t *testing.T) {
	n := newTenant(t)
	hook := n.hook()
	n.create(hook)
	n.ready(hook)
	n.eventually("an event tells of the creation", func() (bool, string) {
		events := &eventsv1.EventList{}
		_ = n.admin.List(t.Context(), events, client.InNamespace(n.namespace))
		for i := range events.Items {
			if e := &events.Items[i]; e.Reason == v1alpha1.ReasonCreated && e.Regarding.Name == hook.Name {
				return true, ""
			}
		}
		return false, ""
	})
}

func TestAHookThatIsSwitchedToAnExternalServiceLeavesNothingBehind(t *testing.T) {
	n := newTenant(t)
	hook := n.hook()
	n.create(hook)
	n.ready(hook)
	change(n, hook, func(h *v1alpha1.OktaInlineHook) {
		h.Spec.Handler = v1alpha1.Handler{External: &v1alpha1.ExternalHandler{URL: "https://elsewhere.example/hook"}}
		h.Spec.Verification = v1alpha1.VerificationNone
	})
	n.ready(hook)
	if got := n.inOkta(hook).URI; got != "https://elsewhere.example/hook" {
		t.Errorf("Okta calls %s", got)
	}
	for _, object := range n.madeFor(hook) {
		n.gone(object)
	}
}

func TestAnOrgThatIsPointedAtAnotherOrgTouchesNothing(t *testing.T) {
	n := newTenant(t)
	hook := n.hook()
	n.create(hook)
	n.ready(hook)
	other := oktasim.New(oktasim.Options{APIToken: "00token"})
	server := httptest.NewTLSServer(other.Handler()) // with the same certificate as the first
	t.Cleanup(server.Close)
	org := n.org()
	n.eventually("the org is Ready", func() (bool, string) {
		_ = n.admin.Get(t.Context(), client.ObjectKeyFromObject(org), org)
		return meta.IsStatusConditionTrue(org.Status.Conditions, v1alpha1.ConditionReady), ""
	})
	change(n, org, func(o *v1alpha1.OktaOrg) { o.Spec.URL = server.URL })
	n.has(hook, v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonOrgNotReady)
	if hooks := other.Hooks(); len(hooks) != 0 {
		t.Errorf("made in the other org: %+v", hooks)
	}
	change(n, org, func(o *v1alpha1.OktaOrg) { o.Spec.URL = n.okta.URL })
	n.ready(hook)
	if n.inOkta(hook) == nil {
		t.Error("the hook is gone from the first org")
	}
}
