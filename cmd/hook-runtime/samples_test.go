package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/hookline/hookline/hack/stage"
	"github.com/hookline/hookline/runtime/telephony/providertest"
)

// vendors are simulated telephony vendors, and the files of secrets that reach them.
func vendors(t *testing.T) (*providertest.Sim, map[string]string) {
	t.Helper()
	certificate, err := providertest.NewCertificate("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	sim := providertest.New()
	if err := sim.Start("127.0.0.1:0", certificate.TLS, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	return sim, map[string]string{"secrets/" + stage.VendorsCA + "/" + stage.CAKey: string(certificate.CA)}
}

// sampleFiles are what the runtime reads when it runs the sample of a type, as somebody would write them who
// runs it without a cluster.
func sampleFiles(t *testing.T, hookType, vendorsURL string) map[string]string {
	t.Helper()
	samples, err := stage.Samples("../../config/samples", stage.Setting{OrgURL: "https://acme.okta.com", OrgToken: "x", VendorsURL: vendorsURL})
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"secrets/hook/value": "Bearer s3cret"}
	for _, sample := range samples {
		switch kind, _, _ := unstructured.NestedString(sample.Object, "spec", "type"); {
		case sample.GetKind() == "Secret":
			data, _, _ := unstructured.NestedStringMap(sample.Object, "stringData")
			for key, value := range data {
				files["secrets/"+sample.GetName()+"/"+key] = value
			}
		case sample.GetKind() == "OktaInlineHook" && kind == hookType:
			handler, _, _ := unstructured.NestedMap(sample.Object, "spec", "handler")
			config, err := yaml.Marshal(map[string]any{"type": hookType, "path": "/hook", "handler": handler,
				"authentication": map[string]any{"header": map[string]any{"secretKeyRef": map[string]any{"name": "hook", "key": "value"}}}})
			if err != nil {
				t.Fatal(err)
			}
			files["hook.yaml"] = string(config)
		}
	}
	if files["hook.yaml"] == "" {
		t.Fatalf("the samples have no hook of type %s", hookType)
	}
	return files
}

// TestSamplesAnswerOktasOwnCalls runs the sample of each type as the program that pods run, and has it answer
// the calls that Okta's description has as examples.
func TestSamplesAnswerOktasOwnCalls(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("OKTA_CONTRACT")
	if dir == "" {
		t.Skip("OKTA_CONTRACT does not name the folder with Okta's description of its hooks")
	}
	okta, err := openapi3.NewLoader().LoadFromFile(filepath.Join(dir, "inline-hooks.openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		hookType, example, schema string
		// says is what is sensible.
		says string
	}{
		{"PasswordImport", "PasswordImportPayloadExample", "PasswordImportResponse", `{"credential":"UNVERIFIED"}`}, // nobody in the sample's file
		{"Registration", "ProfileEnrollmentRequest", "RegistrationResponse", `{"registration":"ALLOW"}`},
		{"Registration", "ProgressiveProfileRequest", "RegistrationResponse", `{"costCenter":"CC-12"}`},
		// The number has no country code: it is none of the allowed countries'.
		{"Telephony", "TelephonyPayloadExample", "TelephonyResponse", `{"status":"SUCCESSFUL","transactionMetadata":"blocked=country"}`},
		{"Token", "TokenPayLoadExample", "TokenHookResponse", `{"op":"add","path":"/claims/https:~1~1acme.example~1name","value":"Add-Min O'Cloudy Tud"}`},
		{"SAMLAssertion", "SAMLPayLoadExample", "SAMLHookResponse", `{"op":"add","path":"/authentication/sessionLifetime","value":28800}`},
		{"UserImport", "UserImportPayloadExample", "UserImportResponse", `{"login":"user221@acme.example","userType":"employee"}`},
	} {
		t.Run(tc.hookType+" answers "+tc.example, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(okta.Components.Examples[tc.example].Value.Value)
			if err != nil {
				t.Fatal(err)
			}
			sim, files := vendors(t)
			maps.Copy(files, sampleFiles(t, tc.hookType, "https://"+sim.Address()))
			status, text := start(t, files).listening(t).call(t, "/hook", "Bearer s3cret", string(body))
			var answer any
			if err := json.Unmarshal([]byte(text), &answer); err != nil || status != http.StatusOK {
				t.Fatalf("answer %d %s, %v", status, text, err)
			}
			if err := okta.Components.Schemas[tc.schema].Value.VisitJSON(answer); err != nil {
				t.Errorf("%s is no %s: %v", text, tc.schema, err)
			}
			if !strings.Contains(text, tc.says) {
				t.Errorf("answer %s, want %s in it", text, tc.says)
			}
		})
	}
}

// sendCode is a call of Okta's to send a code.
func sendCode(eventID, code string) string {
	return fmt.Sprintf(`{"eventId":%q,"eventType":"com.okta.telephony.provider","requestType":"com.okta.user.telephony.mfa-verification",
		"data":{"userProfile":{"userId":"00u1"},"messageProfile":{"msgTemplate":"Your code is %s","phoneNumber":"+14155552671",
		"deliveryChannel":"SMS","otpCode":%[2]q,"locale":"EN-US"}}}`, eventID, code)
}

// TestNobodyGetsTwoCodes counts at the vendors what the program that pods run has them send, whatever becomes of
// the first vendor and however often a call is made.
func TestNobodyGetsTwoCodes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault     *providertest.Fault
		status    string
		delivered int
	}{
		"all is well":                          {nil, "SUCCESSFUL", 1},
		"the vendor refuses, the next one has": {&providertest.Fault{Vendor: providertest.Twilio, At: providertest.Before, Do: providertest.Refuse, Status: 429, Code: "20429"}, "SUCCESSFUL", 1},
		"the vendor sends, and hangs":          {&providertest.Fault{Vendor: providertest.Twilio, At: providertest.After, Do: providertest.Hang}, "PENDING", 1},
		"the vendor sends, and dies":           {&providertest.Fault{Vendor: providertest.Twilio, At: providertest.After, Do: providertest.Reset}, "PENDING", 1},
		"the vendor hangs before it sends":     {&providertest.Fault{Vendor: providertest.Twilio, At: providertest.Before, Do: providertest.Hang}, "PENDING", 0},
		"no vendor can be reached":             {&providertest.Fault{At: providertest.Connect, Do: providertest.Reset}, "FAILED", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, files := vendors(t)
			maps.Copy(files, sampleFiles(t, "Telephony", "https://"+sim.Address()))
			p := start(t, files).listening(t)
			if tc.fault != nil {
				if err := sim.AddFault(*tc.fault); err != nil {
					t.Fatal(err)
				}
			}
			expectStatus := func(what, body string) {
				begin := time.Now()
				status, text := p.call(t, "/hook", "Bearer s3cret", body)
				if took := time.Since(begin); status != http.StatusOK || !strings.Contains(text, `"status":"`+tc.status+`"`) || took > 3*time.Second {
					t.Errorf("%s: answer %d %s after %s, want %s within 3s", what, status, text, took, tc.status)
				}
			}
			var calls sync.WaitGroup
			for range 5 {
				calls.Go(func() { expectStatus("one of five at a time", sendCode("e", "123456")) })
			}
			calls.Wait()
			sim.ClearFaults() // nothing would keep a vendor from sending now
			expectStatus("again", sendCode("e", "123456"))
			expectStatus("again, with another code", sendCode("e", "654321"))
			if delivered := sim.DeliveredTo("+14155552671"); delivered != tc.delivered {
				t.Errorf("%d codes were delivered, want %d", delivered, tc.delivered)
			}
			for _, secret := range []string{"123456", "4155552671", providertest.TwilioKeySecret} {
				if strings.Contains(p.log.String(), secret) {
					t.Errorf("the log has %s in it: %s", secret, p.log)
				}
			}
		})
	}
}
