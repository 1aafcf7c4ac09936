package rules_test

import (
	"os"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
)

// TestTheExampleOfThePageWorks answers calls with the handler that docs/registration.md begins with.
func TestTheExampleOfThePageWorks(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/registration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	manifest, _, _ := strings.Cut(rest, "```")
	var hook v1alpha1.OktaInlineHook
	if err := yaml.UnmarshalStrict([]byte(manifest), &hook); err != nil {
		t.Fatal(err)
	}
	handler := &hook.Spec.Handler
	errs := v1alpha1.ValidateHook(hook.Spec.Type, "", nil, handler)
	if errs = append(errs, expr.CheckHandler(hook.Spec.Type, handler)...); len(errs) > 0 {
		t.Fatal(errs.ToAggregate())
	}
	registration := build(t, handler.Registration)
	for _, tc := range []struct{ name, body, want string }{
		{"somebody of Example signs up", signUp(withEmail("a@example.com")), "ALLOW by registration.allowedEmailDomains"},
		{"a partner signs up", signUp(`{"firstName":"A","lastName":"B","email":"a@Partner.example"}`), "ALLOW by partner"},
		{"somebody else signs up", signUp(withEmail("a@evil.example")), "DENY by registration.allowedEmailDomains"},
		{"an employee number of three digits", profileUpdate(`{}`, `{"employeeNumber":"123"}`), "DENY by employee-number"},
		{"an employee number of four digits", profileUpdate(`{}`, `{"employeeNumber":"1234"}`), "ALLOW by registration.allowedEmailDomains"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			response, err := registration.Handle(t.Context(), decode(t, tc.body))
			if err != nil {
				t.Fatal(err)
			}
			if got := decision(t, response); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}
