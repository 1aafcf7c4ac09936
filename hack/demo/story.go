package main

import (
	"context"
	"fmt"
	"net/http"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const (
	passwordHook = "legacy-passwords"
	signUpHook   = "sign-up"
)

// story is told in steps. Each one says what happens, makes it happen, shows it, and fails if it is not as
// told.
type story struct {
	*printer
	world *world
	// ada and joan are users' ids in Okta.
	ada, joan string
}

func newStory(p *printer, w *world) *story { return &story{printer: p, world: w} }

// tell tells the whole story.
func (s *story) tell(ctx context.Context) error {
	for _, step := range []struct {
		title string
		tell  func(context.Context) error
	}{
		{"Two hooks, one manifest each, are applied; seconds later Okta calls them.", s.applySamples},
		{"An administrator moves Ada to Okta. Her password stays where it is: Okta will ask the hook.", s.createAda},
		{"Eve tries to sign in as Ada with a wrong password.", s.wrongPassword},
		{"Ada signs in with her old password, in Okta for the first time.", s.rightPassword},
		{"Ada signs in again. Her password is Okta's own now: the hook is not called.", s.signInAgain},
		{"Joan signs up with an address that the second hook allows.", s.joanSignsUp},
		{"Grace signs up with another address and is told why she can't.", s.graceIsRefused},
		{"Joan tells her employee number. The hook adds the cost center to it.", s.joanTellsMore},
		{"The rule changes: acme.example may sign up too. Grace tries again.", s.ruleChanges},
		{"What Kubernetes says of it.", s.describe},
	} {
		s.begin(step.title)
		if err := step.tell(ctx); err != nil {
			return fmt.Errorf("step %d: %w", s.step, err)
		}
	}
	return nil
}

func (s *story) applySamples(ctx context.Context) error {
	w := s.world
	org, err := s.orgSample()
	if err != nil {
		return err
	}
	s.say("$ kubectl apply -f oktaorg.yaml -f passwordimport_static.yaml -f registration.yaml    # in config/samples")
	s.say("  (the org's url, token and CA are those of the simulator)")
	if err := apply(ctx, w.cluster.client, org...); err != nil {
		return err
	}
	for _, file := range []string{"passwordimport_static.yaml", "registration.yaml"} {
		objects, err := manifests(w.sample(file))
		if err != nil {
			return err
		}
		if err := apply(ctx, w.cluster.client, objects...); err != nil {
			return err
		}
	}
	if err := s.awaitReady(ctx, passwordHook, signUpHook); err != nil {
		return err
	}
	return s.showHooksInOkta(ctx)
}

// orgSample is config/samples/oktaorg.yaml with the simulator's address and token, and the Secrets that it
// speaks of.
func (s *story) orgSample() ([]*unstructured.Unstructured, error) {
	w := s.world
	objects, err := manifests(w.sample("oktaorg.yaml"))
	if err != nil {
		return nil, err
	}
	org, err := find(objects, "OktaOrg")
	if err != nil {
		return nil, err
	}
	token, err := find(objects, "Secret")
	if err != nil {
		return nil, err
	}
	ca, err := readFile(w.okta.caFile)
	if err != nil {
		return nil, err
	}
	for _, change := range []struct {
		object *unstructured.Unstructured
		value  any
		path   []string
	}{
		{org, w.okta.url, []string{"spec", "url"}},
		{org, map[string]any{"name": "okta-ca", "key": "ca.crt"}, []string{"spec", "tls", "caSecretKeyRef"}},
		{token, w.okta.token, []string{"stringData", "token"}},
	} {
		if err := unstructured.SetNestedField(change.object.Object, change.value, change.path...); err != nil {
			return nil, fmt.Errorf("change the sample: %w", err)
		}
	}
	return append(objects[:1:1], append([]*unstructured.Unstructured{
		secret(namespace, "okta-ca", "Opaque", map[string][]byte{"ca.crt": ca}),
		secret(namespace, hookTLS, "kubernetes.io/tls", map[string][]byte{"tls.crt": w.trusted.chain, "tls.key": w.trusted.key}),
	}, objects[1:]...)...), nil
}

// showHooksInOkta shows what the org has now.
func (s *story) showHooksInOkta(ctx context.Context) error {
	content, status, err := s.world.okta.raw(ctx, http.MethodGet, "/api/v1/inlineHooks", true, nil)
	if err != nil {
		return err
	}
	hooks, err := decodeHooks(content)
	if err != nil || status != http.StatusOK {
		return fmt.Errorf("list the org's hooks: status %d, %w", status, err)
	}
	for _, hook := range hooks {
		s.labelled("In Okta:", fmt.Sprintf("%s, %s, is %s and calls %s", hook.ID, hook.Name, hook.Status, hook.Channel.Config.URI), nil)
		if hook.Status != "ACTIVE" {
			return fmt.Errorf("the hook %s is %s in Okta, not ACTIVE", hook.Name, hook.Status)
		}
	}
	return expect(len(hooks) == 2, "Okta has %d hooks, not 2", len(hooks))
}

func (s *story) createAda(ctx context.Context) error {
	a, err := s.exchange(ctx, scene{
		who: "Admin", asAdmin: true, method: http.MethodPost, path: "/api/v1/users?activate=true",
		body: map[string]any{
			"profile":     map[string]any{"firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.com", "login": "ada@example.com"},
			"credentials": map[string]any{"password": map[string]any{"hook": map[string]any{"type": "default"}}},
		},
		status: http.StatusOK, show: []string{"id", "status", "credentials.provider"},
	})
	if err != nil {
		return err
	}
	s.ada = textAt(a.body, "id")
	return expect(textAt(a.body, "status") == "ACTIVE", "Ada is %q in Okta, not ACTIVE", textAt(a.body, "status"))
}

// signIn is a sign-in with Ada's name.
func (s *story) signIn(ctx context.Context, who, password string, calls, status int, show ...string) (*answer, error) {
	return s.exchange(ctx, scene{
		who: who, method: http.MethodPost, path: "/api/v1/authn",
		body:  map[string]any{"username": "Ada@example.com", "password": password},
		calls: calls, sent: []string{"eventType", "data.context.credential", "data.action"},
		status: status, show: show,
	})
}

func (s *story) wrongPassword(ctx context.Context) error {
	a, err := s.signIn(ctx, "Eve", "difference engine", 1, http.StatusUnauthorized, "errorCode", "errorSummary")
	if err != nil {
		return err
	}
	return expect(textAt(a.body, "errorCode") == "E0000004", "Okta refused the wrong password with %q, not E0000004", textAt(a.body, "errorCode"))
}

func (s *story) rightPassword(ctx context.Context) error {
	a, err := s.signIn(ctx, "Ada", adasPassword, 1, http.StatusOK, "status", "_embedded.user.profile.login")
	if err != nil {
		return err
	}
	if err := expect(textAt(a.body, "status") == "SUCCESS", "the sign-in ended with %q, not SUCCESS", textAt(a.body, "status")); err != nil {
		return err
	}
	user, err := s.world.okta.send(ctx, http.MethodGet, "/api/v1/users/"+s.ada, true, nil)
	if err != nil {
		return err
	}
	provider := textAt(user.body, "credentials.provider.type")
	s.labelled("In Okta:", "Ada's credentials.provider is "+provider+" now", nil)
	return expect(provider == "OKTA", "Ada's password is kept by %q, so it was not imported", provider)
}

// adasPassword is what config/samples/passwordimport_static.yaml says.
const adasPassword = "analytical engine"

func (s *story) signInAgain(ctx context.Context) error {
	_, err := s.signIn(ctx, "Ada", adasPassword, 0, http.StatusOK, "status", "_embedded.user.profile.login")
	return err
}

// signUp is somebody's registration.
func (s *story) signUp(ctx context.Context, first, last, email string, status int, show ...string) (*answer, error) {
	return s.exchange(ctx, scene{
		who: first, method: http.MethodPost, path: "/idp/idx/enroll/new",
		body: map[string]any{
			"userProfile": map[string]any{"firstName": first, "lastName": last, "email": email},
			"credentials": map[string]any{"passcode": "a new password"},
		},
		calls: 1, sent: []string{"requestType", "data.userProfile", "data.action"},
		status: status, show: show,
	})
}

func (s *story) joanSignsUp(ctx context.Context) error {
	a, err := s.signUp(ctx, "Joan", "Clarke", "joan@example.com", http.StatusOK, "user.value.id", "user.value.status")
	if err != nil {
		return err
	}
	s.joan = textAt(a.body, "user.value.id")
	return expect(s.joan != "", "Okta made no user of Joan")
}

func (s *story) graceIsRefused(ctx context.Context) error {
	const message = "Sign up with your example.com address."
	a, err := s.signUp(ctx, "Grace", "Hopper", "grace@acme.example", http.StatusBadRequest, "messages.value")
	if err != nil {
		return err
	}
	return expect(textAt(firstMessage(a), "message") == message && textAt(firstMessage(a), "field") == "email",
		"Grace is told %s, not %q beside the field email", compact(a.body["messages"]), message)
}

func firstMessage(a *answer) map[string]any {
	value, _ := lookUp(a.body, "messages", "value")
	messages, _ := value.([]any)
	if len(messages) == 0 {
		return nil
	}
	first, _ := messages[0].(map[string]any)
	return first
}

func (s *story) joanTellsMore(ctx context.Context) error {
	a, err := s.exchange(ctx, scene{
		who: "Joan", method: http.MethodPost, path: "/idp/idx/enroll/update",
		body:  map[string]any{"userId": s.joan, "userProfileUpdate": map[string]any{"employeeNumber": "4711"}},
		calls: 1, sent: []string{"requestType", "data.context.user.profile", "data.userProfileUpdate", "data.action"},
		status: http.StatusOK, show: []string{"user.value.profile"},
	})
	if err != nil {
		return err
	}
	center := textAt(a.body, "user.value.profile.costCenter")
	return expect(center == "CC-47", "Joan's cost center is %q, not CC-47", center)
}

func (s *story) ruleChanges(ctx context.Context) error {
	objects, err := manifests(s.world.sample("registration.yaml"))
	if err != nil {
		return err
	}
	hook, err := find(objects, "OktaInlineHook")
	if err != nil {
		return err
	}
	domains := []any{"example.com", "acme.example"}
	if err := unstructured.SetNestedSlice(hook.Object, domains, "spec", "handler", "registration", "allowedEmailDomains"); err != nil {
		return fmt.Errorf("change the sample: %w", err)
	}
	s.say("$ kubectl apply -f registration.yaml    # now with allowedEmailDomains: [example.com, acme.example]")
	if err := apply(ctx, s.world.cluster.client, objects...); err != nil {
		return err
	}
	if err := s.awaitReady(ctx, signUpHook); err != nil {
		return err
	}
	_, err = s.signUp(ctx, "Grace", "Hopper", "grace@acme.example", http.StatusOK, "user.value.id", "user.value.status")
	return err
}
