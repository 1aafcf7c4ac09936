package rules_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/api/v1alpha1"
)

// contract is Okta's description of its inline hooks. It is Okta's, so it is read from outside the
// repository.
func contract(t *testing.T) *openapi3.T {
	t.Helper()
	dir := os.Getenv("OKTA_CONTRACT")
	if dir == "" {
		t.Skip("OKTA_CONTRACT does not name the folder with Okta's description of its hooks")
	}
	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(dir, "inline-hooks.openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// example is one of Okta's own, as JSON.
func example(t *testing.T, doc *openapi3.T, name string) string {
	t.Helper()
	found := doc.Components.Examples[name]
	if found == nil {
		t.Fatalf("Okta's description has no example %s", name)
	}
	encoded, err := json.Marshal(found.Value.Value)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

func parse(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestOktasOwnCallsAreAnsweredAsOktaDescribesIt(t *testing.T) {
	t.Parallel()
	doc := contract(t)
	schema := doc.Components.Schemas["RegistrationResponse"].Value
	set := func(name, value string) map[string]v1alpha1.Expression {
		return map[string]v1alpha1.Expression{name: v1alpha1.Expression(value)}
	}
	employeeNumber := deny("number", "update.employeeNumber == '1234'")
	employeeNumber.Deny = &v1alpha1.RegistrationDenied{Summary: "Only employee numbers with 4 digits can register.",
		Reason: "INVALID_EMPLOYEE_NUMBER", Location: "data.userProfile.employeeNumber"}

	for _, tc := range []struct {
		name, request, response string
		handler                 *v1alpha1.RegistrationHandler
		// same is the part of Okta's example that the answer has to have, word for word.
		same []string
	}{
		{"a sign-up is allowed", "ProfileEnrollmentRequest", "ProfileEnrollmentResponse", domains("", "example.com"), []string{"commands"}},
		{"a sign-up is denied", "ProfileEnrollmentRequest", "ProfileEnrollmentResponseDeny",
			domains("Only example.com emails can register.", "other.example"), []string{"commands", "error.errorCauses"}},
		{"a profile update is denied", "ProgressiveProfileRequest", "ProgressiveProfileResponseDeny",
			handler(employeeNumber), []string{"commands", "error.errorCauses"}},
		{"a profile update is changed", "ProgressiveProfileRequest", "ProgressiveProfileResponse",
			handler(setting(allow("all", ""), set("employeeNumber", "update.employeeNumber"))), []string{"commands.1"}},
		{"a sign-up is changed", "ProfileEnrollmentRequest", "", handler(setting(allow("all", ""), set("middleName", "'Danger'"))), nil},
		{"a sign-up is denied with Okta's text", "ProfileEnrollmentRequest", "", handler(), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			answer := parse(t, handle(t, tc.handler, example(t, doc, tc.request)))
			if err := schema.VisitJSON(answer); err != nil {
				t.Errorf("answer %v is none: %v", answer, err)
			}
			for _, path := range tc.same {
				want := parse(t, example(t, doc, tc.response))
				if diff := cmp.Diff(at(want, path, true), at(answer, path, false)); diff != "" {
					t.Errorf("%s: -Okta's +answer:\n%s", path, diff)
				}
			}
		})
	}
}

// at is what stands at path. Okta's example of a changed profile leaves the decision out, so its commands
// begin with the one that the answer has second.
func at(value any, path string, okta bool) any {
	object := value.(map[string]any)
	switch path {
	case "error.errorCauses":
		return object["error"].(map[string]any)["errorCauses"]
	case "commands.1":
		commands := object["commands"].([]any)
		if okta {
			return commands[0]
		}
		return commands[1]
	}
	return object[path]
}
