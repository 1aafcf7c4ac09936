package main

import (
	"context"
	"fmt"
	"net/http"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/hookline/hookline/hack/stage"
)

// newPassword is what everybody takes who signs up.
const newPassword = "a new password"

// signUp is somebody's registration.
func (s *story) signUp(ctx context.Context, first, last, email string, status int, show ...string) (*stage.Answer, error) {
	return s.exchange(ctx, scene{
		who: first, Request: stage.Request{Method: http.MethodPost, Path: "/idp/idx/enroll/new", Body: map[string]any{
			"userProfile": map[string]any{"firstName": first, "lastName": last, "email": email},
			"credentials": map[string]any{"passcode": newPassword},
		}},
		calls: 1, sent: []string{"requestType", "data.userProfile", "data.action"},
		status: status, show: show,
	})
}

func (s *story) joanSignsUp(ctx context.Context) error {
	a, err := s.signUp(ctx, "Joan", "Clarke", "joan@example.com", http.StatusOK, "user.value.id", "user.value.status")
	if err != nil {
		return err
	}
	s.joan = a.Text("user.value.id")
	return expect(s.joan != "", "Okta made no user of Joan")
}

func (s *story) graceIsRefused(ctx context.Context) error {
	const message = "Sign up with your example.com address."
	a, err := s.signUp(ctx, "Grace", "Hopper", "grace@acme.example", http.StatusBadRequest, "messages.value")
	if err != nil {
		return err
	}
	return expect(a.Text("messages.value.0.message") == message && a.Text("messages.value.0.field") == "email",
		"Grace is told %s, not %q beside the field email", compact(a.Body["messages"]), message)
}

func (s *story) joanTellsMore(ctx context.Context) error {
	a, err := s.exchange(ctx, scene{
		who: "Joan", Request: stage.Request{Method: http.MethodPost, Path: "/idp/idx/enroll/update", Body: map[string]any{
			"userId": s.joan, "userProfileUpdate": map[string]any{"employeeNumber": "4711"},
		}},
		calls: 1, sent: []string{"requestType", "data.context.user.profile", "data.userProfileUpdate", "data.action"},
		status: http.StatusOK, show: []string{"user.value.profile"},
	})
	if err != nil {
		return err
	}
	center := a.Text("user.value.profile.costCenter")
	return expect(center == "CC-47", "Joan's cost center is %q, not CC-47", center)
}

func (s *story) ruleChanges(ctx context.Context) error {
	objects, err := stage.Manifests(s.world.sample("registration.yaml"))
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
	a, err := s.signUp(ctx, "Grace", "Hopper", "grace@acme.example", http.StatusOK, "user.value.id", "user.value.status")
	if err != nil {
		return err
	}
	s.grace = a.Text("user.value.id")
	return expect(s.grace != "", "Okta made no user of Grace")
}
