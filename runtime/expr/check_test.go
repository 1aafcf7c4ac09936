package expr_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
)

func TestCheckHandlerFindsEveryExpression(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		of      v1alpha1.HookType
		handler *v1alpha1.Handler
		want    []string
	}{
		{"no handler has none", v1alpha1.Registration, nil, nil},
		{"an external handler has none", v1alpha1.Telephony,
			&v1alpha1.Handler{External: &v1alpha1.ExternalHandler{URL: "https://hooks.example/x"}}, nil},
		{"a password import without a user name has none", v1alpha1.PasswordImport,
			&v1alpha1.Handler{PasswordImport: &v1alpha1.PasswordImportHandler{}}, nil},
		{"a user name that is right", v1alpha1.PasswordImport, &v1alpha1.Handler{PasswordImport: &v1alpha1.PasswordImportHandler{
			Username: "request.data.context.credential.username"}}, nil},
		{"a user name that is no text", v1alpha1.PasswordImport,
			&v1alpha1.Handler{PasswordImport: &v1alpha1.PasswordImportHandler{Username: "1"}},
			[]string{`handler.passwordImport.username: Invalid value: "1": yields int, but must yield a string; convert it with string(...)`}},
		{"rules and profiles, in order", v1alpha1.Registration, &v1alpha1.Handler{Registration: &v1alpha1.RegistrationHandler{
			Rules: []v1alpha1.RegistrationRule{
				{Name: "fine", When: "user.email.endsWith('@example.com')", Allow: &v1alpha1.RegistrationAllowed{}},
				{Name: "wrong", When: "usr.vip", Profile: map[string]v1alpha1.Expression{"b": "b'x'", "a": "1 +", "c": "1"}},
			}}},
			[]string{
				`handler.registration.rules[1].when: Invalid value: "usr.vip": column 1: there is no variable usr, only request, user and update`,
				`handler.registration.rules[1].profile[a]: Invalid value: "1 +": column 4: is no CEL: it ends where something must follow`,
				`handler.registration.rules[1].profile[b]: Invalid value: "b'x'": yields bytes, which is no JSON; convert it with string(...)`,
			}},
		{"a handler of a type that has no expressions", v1alpha1.Telephony,
			&v1alpha1.Handler{PasswordImport: &v1alpha1.PasswordImportHandler{Username: "'a'"}},
			[]string{`handler: Internal error: find expression variables: there are none for hook type "com.okta.telephony.provider"`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, err := range expr.CheckHandler(tc.of, tc.handler) {
				got = append(got, err.Error())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
