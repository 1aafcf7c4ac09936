package controllers

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/controllers/workload"
	"github.com/hookline/hookline/okta/oktasim"
)

func TestANewHookBecomesActiveWithTwoManagementCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t, aHook("legacy"))
	hook := w.settle("legacy")

	if diff := cmp.Diff([]string{"GET /api/v1/inlineHooks", "POST /api/v1/inlineHooks"}, w.calls()); diff != "" {
		t.Errorf("management calls (-want +got):\n%s", diff)
	}
	want := `
Deployed True Available: 2 of 2 pods answer
Reachable True Verified: https://hooks.example.com/identity/legacy is answered
Ready True Active: Okta calls https://hooks.example.com/identity/legacy
Registered True InSync: Okta has the inline hook ` + hook.Status.Hook.ID + ` as the spec wants it`
	if diff := cmp.Diff(want, conditionLines(hook.Status.Conditions)); diff != "" {
		t.Errorf("conditions (-want +got):\n%s", diff)
	}
	registered := w.org.Hooks()[0]
	if registered.Status != "ACTIVE" || registered.Name != "identity/legacy" || registered.Headers[v1alpha1.OwnerHeader] != testCluster+"/identity/legacy" {
		t.Errorf("the hook in Okta is %s %q with owner %q", registered.Status, registered.Name, registered.Headers[v1alpha1.OwnerHeader])
	}
	if !w.accepts(registered, "legacy") {
		t.Error("the pods do not accept what Okta sends")
	}
	wantEvents := []string{
		"Normal Created created the inline hook " + registered.ID + " in Okta",
		"Normal Active Okta calls https://hooks.example.com/identity/legacy",
	}
	if diff := cmp.Diff(wantEvents, w.events.take()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestNothingIsRegisteredThatCannotAnswer(t *testing.T) {
	t.Parallel()
	for name, block := range map[string]func(*world){
		"while no pod is available": func(w *world) { w.noPods = true },
		"while the public URL leads elsewhere": func(w *world) {
			w.public.Config.Handler = http.NotFoundHandler()
		},
		"while another server answers the public URL": func(w *world) {
			w.public.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte(`{"status":"ok"}`)) })
		},
		"while nothing listens at the public URL": func(w *world) { w.public.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, aHook("legacy"))
			block(w)
			for range 6 {
				_, _ = w.pass("legacy")
			}
			if calls := w.calls(); len(calls) > 0 {
				t.Errorf("Okta was called: %v", calls)
			}
			if ready := condition(w.get("legacy"), v1alpha1.ConditionReady); ready.Status == metav1.ConditionTrue {
				t.Errorf("the hook says it is ready: %s", ready.Message)
			}
		})
	}
}

func TestAtRestOneCallPerIntervalAndNoneBetween(t *testing.T) {
	t.Parallel()
	w := newWorld(t, aHook("legacy"))
	w.settle("legacy")
	w.org.ClearRequests()

	for range 3 {
		_, _ = w.pass("legacy")
	}
	if calls := w.calls(); len(calls) > 0 {
		t.Errorf("calls between intervals: %v", calls)
	}
	w.forward(10 * time.Minute)
	w.settle("legacy")
	if diff := cmp.Diff([]string{"GET /api/v1/inlineHooks/{id}"}, w.calls()); diff != "" {
		t.Errorf("calls after an interval (-want +got):\n%s", diff)
	}
}

func TestDriftIsPutRightAndTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meddle func(w *world, id string)
		event  string
		calls  []string
	}{
		"a changed address": {
			meddle: func(w *world, id string) { w.oktaReplace(id, `"uri":"https://evil.example/x"`, ownHeader, authScheme) },
			event:  `channel.config.uri (was "https://evil.example/x")`,
			calls:  []string{"GET /api/v1/inlineHooks/{id}", "PUT /api/v1/inlineHooks/{id}"},
		},
		"a changed name": {
			meddle: func(w *world, id string) { w.oktaRename(id, "renamed") },
			event:  `name (was "renamed")`,
			calls:  []string{"GET /api/v1/inlineHooks/{id}", "PUT /api/v1/inlineHooks/{id}"},
		},
		"the owner's mark taken off": {
			meddle: func(w *world, id string) { w.oktaReplace(id, wantedURI, `"headers":[]`, authScheme) },
			event:  `channel.config.headers (was "")`,
			calls:  []string{"GET /api/v1/inlineHooks/{id}", "PUT /api/v1/inlineHooks/{id}"},
		},
		"another header for the secret": {
			meddle: func(w *world, id string) {
				w.oktaReplace(id, wantedURI, ownHeader, `"authScheme":{"type":"HEADER","key":"X-Other","value":"x"}`)
			},
			event: `channel.config.authScheme.key (was "X-Other")`,
			calls: []string{"GET /api/v1/inlineHooks/{id}", "PUT /api/v1/inlineHooks/{id}"},
		},
		"another secret, which nobody can see": {
			meddle: func(w *world, id string) { w.oktaReplace(id, wantedURI, ownHeader, authScheme) },
			event:  `channel.config.authScheme.value (can't be read; the hook was changed at `,
			calls:  []string{"GET /api/v1/inlineHooks/{id}", "PUT /api/v1/inlineHooks/{id}"},
		},
		"switched off by hand": {
			meddle: func(w *world, id string) { w.oktaPost("/api/v1/inlineHooks/" + id + "/lifecycle/deactivate") },
			event:  "Normal Activated",
			calls:  []string{"GET /api/v1/inlineHooks/{id}", "PUT /api/v1/inlineHooks/{id}", "POST /api/v1/inlineHooks/{id}/lifecycle/activate"},
		},
		"deleted by hand": {
			meddle: func(w *world, id string) {
				w.oktaPost("/api/v1/inlineHooks/" + id + "/lifecycle/deactivate")
				w.oktaDo(http.MethodDelete, "/api/v1/inlineHooks/"+id, "")
			},
			event: "was deleted in Okta by somebody else",
			calls: []string{"GET /api/v1/inlineHooks/{id}", "GET /api/v1/inlineHooks", "POST /api/v1/inlineHooks"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, aHook("legacy"))
			hook := w.settle("legacy")
			w.forward(10 * time.Minute)
			c.meddle(w, hook.Status.Hook.ID)
			w.org.ClearRequests()
			w.events.take()

			w.settle("legacy")
			if diff := cmp.Diff(c.calls, w.calls()); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			if events := strings.Join(w.events.take(), "\n"); !strings.Contains(events, c.event) {
				t.Errorf("no event says %q, but:\n%s", c.event, events)
			}
			now := w.org.Hooks()[0]
			if now.Status != "ACTIVE" || now.URI != "https://hooks.example.com/identity/legacy" || now.Name != "identity/legacy" ||
				now.Headers[v1alpha1.OwnerHeader] == "" || now.AuthKey != "Authorization" || !w.accepts(now, "legacy") {
				t.Errorf("not put right: %+v", now)
			}
		})
	}
}

func TestAnInactiveHookIsRegisteredAndSwitchedOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, aHook("legacy", func(h *v1alpha1.OktaInlineHook) { h.Spec.State = v1alpha1.StateInactive }))
	hook := w.settle("legacy")
	if got := w.org.Hooks()[0].Status; got != "INACTIVE" {
		t.Errorf("Okta has it %s", got)
	}
	if ready := condition(hook, v1alpha1.ConditionReady); ready.Reason != v1alpha1.ReasonInactive {
		t.Errorf("Ready is %s %s", ready.Status, ready.Reason)
	}
	w.change("legacy", func(h *v1alpha1.OktaInlineHook) { h.Spec.State = v1alpha1.StateActive })
	w.org.ClearRequests()
	w.settle("legacy")
	if diff := cmp.Diff([]string{"GET /api/v1/inlineHooks/{id}", "POST /api/v1/inlineHooks/{id}/lifecycle/activate"}, w.calls()); diff != "" {
		t.Errorf("calls to switch it on (-want +got):\n%s", diff)
	}
}

func TestWhatStandsInTheWayIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		hook  *v1alpha1.OktaInlineHook
		there func(w *world)
		says  []string
	}{
		"a hook with the same name, made by hand": {
			hook:  aRegistrationHook("sign-up"),
			there: func(w *world) { w.oktaCreate("identity/sign-up", v1alpha1.Registration.OktaID(), "") },
			says:  []string{"identity/sign-up", "made by somebody else", "adoption: {policy: ByName}"},
		},
		"a hook with the same name, of another cluster": {
			hook:  aRegistrationHook("sign-up"),
			there: func(w *world) { w.oktaCreate("identity/sign-up", v1alpha1.Registration.OktaID(), "other/ns/name") },
			says:  []string{"owned by other/ns/name"},
		},
		"a hook with the same name and another type": {
			hook:  aRegistrationHook("sign-up"),
			there: func(w *world) { w.oktaCreate("identity/sign-up", v1alpha1.Token.OktaID(), "") },
			says:  []string{"with the type com.okta.oauth2.tokens.transform", "write another displayName"},
		},
		"the org's one password import hook": {
			hook:  aHook("legacy"),
			there: func(w *world) { w.oktaCreate("by hand", v1alpha1.PasswordImport.OktaID(), "") },
			says:  []string{"one password import hook", `"by hand"`, "policy: ByID"},
		},
		"the org's one active telephony hook": {
			hook: aTelephonyHook("codes"),
			there: func(w *world) {
				w.must(w.client.Create(context.Background(), aSecret("twilio", "token", "x")))
				w.oktaCreate("codes by hand", v1alpha1.Telephony.OktaID(), "")
			},
			says: []string{"one active telephony hook", `"codes by hand"`, "made by somebody else"},
		},
		"the org's one active telephony hook, of another resource": {
			hook: aTelephonyHook("codes"),
			there: func(w *world) {
				w.must(w.client.Create(context.Background(), aSecret("twilio", "token", "x")))
				w.oktaCreate("support/codes", v1alpha1.Telephony.OktaID(), testCluster+"/support/codes")
			},
			says: []string{"one active telephony hook", `"support/codes"`, "owned by " + testCluster + "/support/codes"},
		},
		"an adoption of a hook that there is not": {
			hook: aRegistrationHook("sign-up", func(h *v1alpha1.OktaInlineHook) {
				h.Spec.Adoption = &v1alpha1.Adoption{Policy: v1alpha1.AdoptByID, ID: "calNope"}
			}),
			there: func(*world) {},
			says:  []string{"calNope", "write the id of one"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, c.hook)
			c.there(w)
			before := len(w.org.Hooks())
			hook := w.settle(c.hook.Name)
			registered := condition(hook, v1alpha1.ConditionRegistered)
			if registered.Reason != v1alpha1.ReasonConflict || condition(hook, v1alpha1.ConditionReady).Status != metav1.ConditionFalse {
				t.Errorf("conditions: %s", conditionLines(hook.Status.Conditions))
			}
			for _, text := range c.says {
				if !strings.Contains(registered.Message, text) {
					t.Errorf("the message does not say %q: %s", text, registered.Message)
				}
			}
			if now := len(w.org.Hooks()); now != before {
				t.Errorf("Okta had %d hooks and has %d", before, now)
			}
		})
	}
}

func TestAdoption(t *testing.T) {
	t.Parallel()
	w := newWorld(t, aRegistrationHook("sign-up", func(h *v1alpha1.OktaInlineHook) {
		h.Spec.DisplayName = "Sign-up"
		h.Spec.Adoption = &v1alpha1.Adoption{Policy: v1alpha1.AdoptByName}
	}))
	id := w.oktaCreate("Sign-up", v1alpha1.Registration.OktaID(), "")
	hook := w.settle("sign-up")
	if hook.Status.Hook.ID != id || len(w.org.Hooks()) != 1 || !w.accepts(w.org.Hooks()[0], "sign-up") {
		t.Errorf("not taken over: %+v", w.org.Hooks())
	}
	if events := strings.Join(w.events.take(), "\n"); !strings.Contains(events, "Normal Adopted took over the inline hook "+id) {
		t.Errorf("no event tells of it:\n%s", events)
	}
}

func TestAHookWhoseStatusIsLostIsFoundAndNotWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, aHook("legacy"))
	hook := w.settle("legacy")
	hook.Status = v1alpha1.OktaInlineHookStatus{}
	w.must(w.client.Status().Update(context.Background(), hook))
	w.restart()
	w.org.ClearRequests()
	w.settle("legacy")
	if diff := cmp.Diff([]string{"GET /api/v1/inlineHooks"}, w.calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestAHookThatAnotherResourceTookOverIsNotTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, aRegistrationHook("sign-up", func(h *v1alpha1.OktaInlineHook) {
		h.Spec.Adoption = &v1alpha1.Adoption{Policy: v1alpha1.AdoptByName}
	}))
	hook := w.settle("sign-up")
	w.forward(10 * time.Minute)
	w.oktaDo(http.MethodPut, "/api/v1/inlineHooks/"+hook.Status.Hook.ID, fmt.Sprintf(
		`{"name":"identity/sign-up","version":"1.0.0","channel":{"type":"HTTP","version":"1.0.0","config":{"uri":"https://b.example/x","headers":[{"key":%q,"value":"b/c/d"}]}}}`,
		v1alpha1.OwnerHeader))
	hook = w.settle("sign-up")
	if c := condition(hook, v1alpha1.ConditionRegistered); c.Reason != v1alpha1.ReasonConflict || !strings.Contains(c.Message, "owned by b/c/d") {
		t.Errorf("Registered is %s: %s", c.Reason, c.Message)
	}
	w.remove("sign-up")
	w.settle("sign-up")
	if hooks := w.org.Hooks(); len(hooks) != 1 || hooks[0].Status != "ACTIVE" {
		t.Errorf("somebody else's hook was touched: %+v", hooks)
	}
}

func TestDeletingCleansOktaFirstAndThenTheCluster(t *testing.T) {
	t.Parallel()
	w := newWorld(t, aHook("legacy"))
	w.settle("legacy")
	w.org.ClearRequests()
	w.events.take()
	w.remove("legacy")
	w.settle("legacy")
	want := []string{"GET /api/v1/inlineHooks/{id}", "POST /api/v1/inlineHooks/{id}/lifecycle/deactivate", "DELETE /api/v1/inlineHooks/{id}"}
	if diff := cmp.Diff(want, w.calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if left := w.made("legacy"); len(left) > 0 {
		t.Errorf("left in the cluster: %v", left)
	}
}

func TestRetainKeepsTheHookAndWhatAnswersIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, aHook("legacy", func(h *v1alpha1.OktaInlineHook) { h.Spec.DeletionPolicy = v1alpha1.DeletionRetain }))
	w.settle("legacy")
	w.remove("legacy")
	w.settle("legacy")
	if hooks := w.org.Hooks(); len(hooks) != 1 || hooks[0].Status != "ACTIVE" || !w.accepts(hooks[0], "legacy") {
		t.Errorf("Okta has %+v", hooks)
	}
	if left := w.made("legacy"); len(left) != 6 {
		t.Errorf("the cluster has only %v", left)
	}
	// The same resource again finds everything as it left it.
	w.restart()
	w.must(w.client.Create(context.Background(), aHook("legacy")))
	w.org.ClearRequests()
	w.settle("legacy")
	if diff := cmp.Diff([]string{"GET /api/v1/inlineHooks"}, w.calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestAResourceCanGoWhateverIsMissing(t *testing.T) {
	t.Parallel()
	deleteSecret := func(w *world) { w.must(w.client.Delete(context.Background(), aSecret("okta-api", "", ""))) }
	for name, c := range map[string]struct {
		lose  func(*world)
		wait  time.Duration
		event string
		clean bool
	}{
		"the credentials are gone, but the manager still has a client": {lose: deleteSecret, clean: true, event: "Normal Deleted"},
		"the credentials and the client are gone": {
			lose:  func(w *world) { deleteSecret(w); w.restart() },
			event: "Warning LeftBehind the inline hook \"identity/legacy\"",
		},
		"the OktaOrg and the client are gone": {
			lose:  func(w *world) { w.must(w.client.Delete(context.Background(), anOrg())); w.restart() },
			event: "OktaOrg identity/acme is gone",
		},
		"Okta refuses the credentials for too long": {
			lose: func(w *world) {
				w.must(w.org.Inject(oktasim.Fault{Action: oktasim.FaultStatus, Status: 401, Count: -1, Path: "/api/v1/**"}))
			},
			wait:  16 * time.Minute,
			event: "Warning LeftBehind",
		},
		"the org answers no more": {
			lose:  func(w *world) { w.server.Close() },
			wait:  16 * time.Minute,
			event: "Warning LeftBehind",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, aHook("legacy"))
			w.settle("legacy")
			c.lose(w)
			w.remove("legacy")
			w.events.take()
			_, _ = w.pass("legacy")
			if c.wait > 0 {
				if w.get("legacy") == nil {
					t.Fatal("gave up at once")
				}
				w.clock.SetTime(time.Now().Add(c.wait)) // the deletion's time is the API server's
				_, _ = w.pass("legacy")
			}
			if w.get("legacy") != nil {
				t.Fatalf("the resource is stuck: %s", conditionLines(w.get("legacy").Status.Conditions))
			}
			if events := strings.Join(w.events.take(), "\n"); !strings.Contains(events, c.event) {
				t.Errorf("no event says %q, but:\n%s", c.event, events)
			}
			if clean := len(w.org.Hooks()) == 0; clean != c.clean {
				t.Errorf("Okta is clean: %v, want %v", clean, c.clean)
			}
		})
	}
}

func TestAReferencedSecretReachesOktaWithoutAGap(t *testing.T) {
	t.Parallel()
	w := newWorld(t, aHook("legacy", withHeaderSecret("own")), aSecret("own", "value", "Bearer one\n"))
	w.settle("legacy")
	if got := w.org.Hooks()[0].AuthValue; got != "Bearer one" {
		t.Fatalf("Okta has %q", got)
	}
	w.must(w.client.Update(context.Background(), aSecret("own", "value", "Bearer two")))
	for range 8 { // after every single pass Okta's secret must be one that the pods accept
		_, _ = w.pass("legacy")
		if !w.accepts(w.org.Hooks()[0], "legacy") {
			t.Fatalf("Okta sends what no pod accepts")
		}
	}
	if got := w.org.Hooks()[0].AuthValue; got != "Bearer two" {
		t.Errorf("Okta has %q", got)
	}
	w.forward(2 * time.Minute)
	w.settle("legacy")
	secret := &corev1.Secret{}
	w.must(w.client.Get(context.Background(), types.NamespacedName{Namespace: testNamespace, Name: "legacy-hook-credentials"}, secret))
	if diff := cmp.Diff(map[int]string{2: "Bearer two"}, numbered(secret.Data)); diff != "" {
		t.Errorf("accepted after the grace period (-want +got):\n%s", diff)
	}
}

func TestAnAutoscalersReplicasSurvive(t *testing.T) {
	t.Parallel()
	w := newWorld(t, aHook("legacy"))
	w.settle("legacy")
	d := &appsv1.Deployment{}
	key := types.NamespacedName{Namespace: testNamespace, Name: "legacy-hook"}
	w.must(w.client.Get(context.Background(), key, d))
	scaled := d.DeepCopy()
	five := int32(5)
	scaled.Spec.Replicas = &five
	w.must(w.client.Patch(context.Background(), scaled, client.MergeFrom(d), client.FieldOwner("horizontal-pod-autoscaler")))
	w.settle("legacy")
	w.must(w.client.Get(context.Background(), key, d))
	if *d.Spec.Replicas != 5 {
		t.Errorf("replicas are %d again", *d.Spec.Replicas)
	}
}

func TestSomebodyElsesObjectsAreLeftAlone(t *testing.T) {
	t.Parallel()
	foreign := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: testNamespace, Name: "legacy-hook"}, Spec: corev1.ServiceSpec{ClusterIP: "10.0.0.9"}}
	w := newWorld(t, aHook("legacy"), foreign)
	hook := w.settle("legacy")
	if c := condition(hook, v1alpha1.ConditionDeployed); c.Reason != v1alpha1.ReasonNameTaken || !strings.Contains(c.Message, "Service named identity/legacy-hook") {
		t.Errorf("Deployed is %s: %s", c.Reason, c.Message)
	}
	w.remove("legacy")
	w.settle("legacy")
	w.must(w.client.Get(context.Background(), client.ObjectKeyFromObject(foreign), foreign))
}

// made are the objects in the cluster that were made for a hook.
func (w *world) made(name string) []string {
	var all []string
	for _, list := range []client.ObjectList{
		&corev1.ConfigMapList{}, &corev1.SecretList{}, &corev1.ServiceList{}, &appsv1.DeploymentList{}, &networkingv1.IngressList{}, &policyv1.PodDisruptionBudgetList{},
	} {
		w.must(w.client.List(context.Background(), list, client.MatchingLabels(workload.Selector(aHook(name)))))
		if n := listLength(list); n > 0 {
			all = append(all, fmt.Sprintf("%T", list))
		}
	}
	slices.Sort(all)
	return all
}

func TestOktaIsNotToldWhileAnOldPodIsEnding(t *testing.T) {
	t.Parallel()
	w := newWorld(t, aHook("legacy", withHeaderSecret("own")), aSecret("own", "value", "Bearer one"))
	w.settle("legacy")
	ending := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Namespace: testNamespace, Name: "ending", Labels: workload.Selector(aHook("legacy")),
		Annotations: map[string]string{workload.AnnotationRevision: "of before"}}}
	w.must(w.client.Update(context.Background(), aSecret("own", "value", "Bearer two")))
	_, _ = w.pass("legacy") // the pods are new now
	w.must(w.client.Create(context.Background(), ending))
	w.noPods = true // nothing more happens to them
	_, _ = w.pass("legacy")
	if got := w.org.Hooks()[0].AuthValue; got != "Bearer one" {
		t.Errorf("Okta has %q while a pod that does not know it may still be called", got)
	}
	w.must(w.client.Delete(context.Background(), ending))
	_, _ = w.pass("legacy")
	if got := w.org.Hooks()[0].AuthValue; got != "Bearer two" {
		t.Errorf("Okta has %q", got)
	}
}

func TestACacheThatIsBehindOurOwnWriteIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, aHook("legacy"))
	stale := w.get("legacy")
	w.settle("legacy")
	w.org.ClearRequests()
	result, err := w.hooks.Reconcile(t.Context(), stale)
	if err != nil || result.RequeueAfter != cacheLag {
		t.Errorf("looks again after %s, error %v", result.RequeueAfter, err)
	}
	if calls := w.calls(); len(calls) > 0 {
		t.Errorf("Okta was asked again: %v", calls)
	}
}

func TestPodsThatDoNotKnowTheNewValueOfALostSecretAreReplacedFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, aHook("legacy"))
	w.settle("legacy")
	before := w.org.Hooks()[0].AuthValue
	w.must(w.client.Delete(context.Background(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: testNamespace, Name: "legacy-hook-credentials"}}))
	w.noPods = true // the pods of before stay as they are
	_, _ = w.pass("legacy")
	if got := w.org.Hooks()[0].AuthValue; got != before {
		t.Errorf("Okta was given a value that the pods do not know")
	}
	w.noPods = false
	w.roll()
	w.settle("legacy")
	if now := w.org.Hooks()[0]; now.AuthValue == before || !w.accepts(now, "legacy") {
		t.Errorf("Okta still has what nobody accepts")
	}
}
