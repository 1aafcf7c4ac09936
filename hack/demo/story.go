package main

import (
	"context"
	"fmt"

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
	// ada, joan and grace are users' ids in Okta.
	ada, joan, grace string
}

func newStory(p *printer, w *world) *story { return &story{printer: p, world: w} }

// tell tells the whole story.
func (s *story) tell(ctx context.Context) error {
	for _, step := range []struct {
		title string
		tell  func(context.Context) error
	}{
		{"Six hooks, one of each type that Okta has, are applied; seconds later Okta calls them.", s.applySamples},
		{"An administrator moves Ada to Okta. Her password stays where it is: Okta will ask the hook.", s.createAda},
		{"Eve tries to sign in as Ada with a wrong password.", s.wrongPassword},
		{"Ada signs in with her old password, in Okta for the first time.", s.rightPassword},
		{"Ada signs in again. Her password is Okta's own now: the hook is not called.", s.signInAgain},
		{"Joan signs up with an address that the registration hook allows.", s.joanSignsUp},
		{"Grace signs up with another address and is told why she can't.", s.graceIsRefused},
		{"Joan tells her employee number. The hook adds the cost center to it.", s.joanTellsMore},
		{"The rule changes: acme.example may sign up too. Grace tries again.", s.ruleChanges},
		{"Joan signs in with a code. The hook sends it by SMS through Twilio.", s.codeByText},
		{"Twilio refuses the next one. The hook has Vonage send it: one message, not two.", s.secondVendorSends},
		{"Grace adds a phone in France, which is not in allowedCountries: nobody sends, and nobody pays.", s.blockedCountry},
		{"A nightly job gets an access token. The hook adds a claim that says which service it is.", s.serviceToken},
		{"Ada opens the portal. The hook adds her name to both of her tokens.", s.userTokens},
		{"Ada signs on to Payroll by SAML. The hook adds an attribute statement.", s.signOn},
		{"The HR app is imported. The hook links one user to Joan, and gives another a login of her own.", s.importUsers},
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
	objects, err := w.samples()
	if err != nil {
		return err
	}
	s.say("$ kubectl apply --server-side -k config/samples")
	s.say("  (the org's url, token and CA, and the SMS vendors' accounts, baseURL and CA, are those of the simulators)")
	if err := apply(ctx, w.cluster.client, objects...); err != nil {
		return err
	}
	if err := s.awaitReady(ctx, namesOf(objects, "OktaInlineHook")...); err != nil {
		return err
	}
	return s.showHooksInOkta(ctx)
}

// namesOf are the names of the objects of a kind.
func namesOf(objects []*unstructured.Unstructured, kind string) []string {
	var names []string
	for _, object := range objects {
		if object.GetKind() == kind {
			names = append(names, object.GetName())
		}
	}
	return names
}

// showHooksInOkta shows what the org has now: one hook of each type, all active.
func (s *story) showHooksInOkta(ctx context.Context) error {
	var hooks []hookInOkta
	if err := s.world.okta.Read(ctx, "/api/v1/inlineHooks", true, &hooks); err != nil {
		return err
	}
	types := map[string]bool{}
	for _, hook := range hooks {
		s.labelled("In Okta:", fmt.Sprintf("%s  %-8s  %-40s  %s", hook.ID, hook.Status, hook.Type, hook.Name), nil)
		if hook.Status != "ACTIVE" {
			return fmt.Errorf("the hook %s is %s in Okta, not ACTIVE", hook.Name, hook.Status)
		}
		types[hook.Type] = true
	}
	return expect(len(hooks) == 6 && len(types) == 6, "Okta has %d hooks of %d types, not one of each of the six", len(hooks), len(types))
}
