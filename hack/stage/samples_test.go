package stage

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const samplesFolder = "../../config/samples"

var setting = Setting{OrgURL: "https://okta.test", OrgToken: "t0ken", VendorsURL: "https://vendors.test"}

// textAt is the text at a path in a sample.
func textAt(t *testing.T, objects []*unstructured.Unstructured, kind, name, path string) string {
	t.Helper()
	i := slices.IndexFunc(objects, func(o *unstructured.Unstructured) bool { return o.GetKind() == kind && o.GetName() == name })
	if i < 0 {
		t.Fatalf("there is no %s %s", kind, name)
	}
	text, _ := At(objects[i].Object, path).(string)
	return text
}

func TestSamplesOfTheRepository(t *testing.T) {
	t.Parallel()
	objects, err := Samples(samplesFolder, setting)
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, object := range objects {
		if kind, found, _ := unstructured.NestedString(object.Object, "spec", "type"); found {
			types = append(types, kind)
		}
	}
	if want := []string{"PasswordImport", "Registration", "Telephony", "Token", "SAMLAssertion", "UserImport"}; !slices.Equal(types, want) {
		t.Errorf("hooks: got %v, want %v", types, want)
	}
	if objects[0].GetKind() != "Namespace" {
		t.Errorf("the first object is a %s", objects[0].GetKind())
	}
	for _, c := range []struct{ kind, name, path, want string }{
		{"OktaOrg", "acme", "spec.url", "https://okta.test"},
		{"OktaOrg", "acme", "spec.tls.caSecretKeyRef.name", OrgCA},
		{"Secret", "okta-api", "stringData.token", "t0ken"},
		{"OktaInlineHook", "one-time-codes", "spec.handler.telephony.providers.0.twilio.baseURL", "https://vendors.test/twilio"},
		{"OktaInlineHook", "one-time-codes", "spec.handler.telephony.providers.0.caSecretKeyRef.name", VendorsCA},
		{"OktaInlineHook", "one-time-codes", "spec.handler.telephony.providers.0.twilio.apiKey.secretKeyRef.name", "twilio"},
		{"OktaInlineHook", "one-time-codes", "spec.handler.telephony.providers.1.vonage.baseURL", "https://vendors.test/vonage"},
		{"OktaInlineHook", "one-time-codes", "spec.handler.telephony.providers.1.caSecretKeyRef.name", VendorsCA},
	} {
		if got := textAt(t, objects, c.kind, c.name, c.path); got != c.want {
			t.Errorf("%s %s %s: got %q, want %q", c.kind, c.name, c.path, got, c.want)
		}
	}
}

func TestSamplesThatAreOtherThanExpectedAreAnError(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(filepath.Join(samplesFolder, "telephony.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	org, err := os.ReadFile(filepath.Join(samplesFolder, "oktaorg.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, replacement, want string }{
		"a provider with another name":     {"- name: vonage", "- name: other", "OktaInlineHook one-time-codes: nothing is called vonage"},
		"a hook with another name":         {"name: one-time-codes", "name: codes", "there is no OktaInlineHook one-time-codes"},
		"a provider that is not there":     {"handler:\n    telephony:\n", "handler:\n    other:\n", "telephony is no object"},
		"a document that is no manifest":   {"kind: Secret", "\tkind", "read telephony.yaml"},
		"a list where an object should be": {"spec:\n", "spec: text\nother:\n", "spec is no object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			for file, content := range map[string]string{
				"kustomization.yaml": "resources: [oktaorg.yaml, telephony.yaml]", "oktaorg.yaml": string(org),
				"telephony.yaml": strings.ReplaceAll(string(whole), c.old, c.replacement),
			} {
				if err := os.WriteFile(filepath.Join(folder, file), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := Samples(folder, setting); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	if _, err := Samples(t.TempDir(), setting); err == nil {
		t.Error("a folder without samples is no error")
	}
}
