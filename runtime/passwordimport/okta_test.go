package passwordimport

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/hookline/hookline/runtime/hook"
)

// oktaContract loads Okta's API description, which is not ours to keep in this repository.
func oktaContract(t *testing.T) *openapi3.T {
	t.Helper()
	folder := os.Getenv("OKTA_CONTRACT")
	if folder == "" {
		t.Skip("OKTA_CONTRACT is not set; it names the folder with Okta's API description")
	}
	description, err := openapi3.NewLoader().LoadFromFile(filepath.Join(folder, "inline-hooks.openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return description
}

// plainJSON is what a value is in JSON, made of maps and lists.
func plainJSON(t *testing.T, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		t.Fatal(err)
	}
	return plain
}

func TestOktasExampleIsAnsweredAsOktasSchemaSays(t *testing.T) {
	t.Parallel()
	okta := oktaContract(t)
	body, err := json.Marshal(okta.Components.Examples["PasswordImportPayloadExample"].Value.Value)
	if err != nil {
		t.Fatal(err)
	}
	// The example's password is "Okta".
	const oktaDigest, otherDigest = "{SHA}8n7aDRoCi1p3YPtUYCQfKIlhxQ0=", "{SHA}DgmWXdJBXh4MPfsjQE+mxmIngRM="
	for example, text := range map[string]string{
		"PasswordImportVerifiedResponse":   oktaDigest,
		"PasswordImportUnVerifiedResponse": otherDigest,
	} {
		t.Run(example, func(t *testing.T) {
			t.Parallel()
			req, err := hook.Decode(body)
			if err != nil {
				t.Fatal(err)
			}
			h := newHandler(t, staticSpec(), secrets{"htpasswd": "isaac.brock@example.com:" + text})
			response, err := h.Handle(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			got := plainJSON(t, response)
			if err := okta.Components.Schemas["PasswordImportResponse"].Value.VisitJSON(got); err != nil {
				t.Errorf("answer does not fit Okta's schema: %v", err)
			}
			if want := plainJSON(t, okta.Components.Examples[example].Value.Value); !reflect.DeepEqual(got, want) {
				t.Errorf("answered %v, Okta's example is %v", got, want)
			}
		})
	}
}
