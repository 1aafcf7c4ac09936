package v1alpha1_test

import (
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/hookline/hookline/api/v1alpha1"
	runtimehook "github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/rules"
	"github.com/hookline/hookline/runtime/telephony"
)

// oktasExample is one of Okta's own calls, with other values at some paths. It is Okta's, so it is read from
// outside the repository.
func oktasExample(t *testing.T, name string, changes ...change) *runtimehook.Request {
	t.Helper()
	folder := os.Getenv("OKTA_CONTRACT")
	if folder == "" {
		t.Skip("OKTA_CONTRACT does not name the folder with Okta's description of its hooks")
	}
	data, err := os.ReadFile(folder + "/inline-hooks.openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var description struct {
		Components struct {
			Examples map[string]struct {
				Value any `json:"value"`
			} `json:"examples"`
		} `json:"components"`
	}
	if err := yaml.Unmarshal(data, &description); err != nil {
		t.Fatal(err)
	}
	members, ok := description.Components.Examples[name].Value.(map[string]any)
	if !ok {
		t.Fatalf("Okta's description has no example %s", name)
	}
	call := object(members)
	for _, edit := range changes {
		if err := edit(call); err != nil {
			t.Fatal(err)
		}
	}
	body, err := json.Marshal(call)
	if err != nil {
		t.Fatal(err)
	}
	req, err := runtimehook.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// commands are what a handler has Okta do, with the changes of patches by their paths. A denial or a failure ends
// the test.
func commands(t *testing.T, handler runtimehook.Handler, err error, req *runtimehook.Request) map[string]any {
	t.Helper()
	if err != nil {
		t.Fatalf("make the handler: %v", err)
	}
	response, err := handler.Handle(t.Context(), req)
	if err != nil {
		t.Fatalf("handle Okta's call: %v", err)
	}
	written, err := response.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Commands []struct {
			Type  string `json:"type"`
			Value any    `json:"value"`
		} `json:"commands"`
		Error any `json:"error"`
	}
	if err := json.Unmarshal(written, &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Error != nil {
		t.Fatalf("the answer is a denial: %s", written)
	}
	all := map[string]any{}
	for _, command := range answer.Commands {
		all[command.Type] = command.Value
		if patches, ok := command.Value.([]any); ok {
			all[command.Type] = byPath(patches)
		}
	}
	return all
}

// byPath has the values of the operations of a patch, such as add /claims/department.
func byPath(patches []any) map[string]any {
	values := map[string]any{}
	for _, patch := range patches {
		members := patch.(map[string]any)
		if op, ok := members["op"].(string); ok {
			values[op+" "+members["path"].(string)] = members["value"]
		} else {
			maps.Copy(values, members)
		}
	}
	return values
}

// TestSamplesMakeSenseOfOktasOwnCalls: somebody who applies a sample and has Okta preview it sees what it does.
func TestSamplesMakeSenseOfOktasOwnCalls(t *testing.T) {
	t.Parallel()
	t.Run("token.yaml names the person in both tokens", func(t *testing.T) {
		t.Parallel()
		handler, err := rules.NewToken(sampleHook(t, "token.yaml").Spec.Handler.Token)
		named := map[string]any{"add /claims/https:~1~1acme.example~1name": "Add-Min O'Cloudy Tud"}
		expectCommands(t, commands(t, handler, err, oktasExample(t, "TokenPayLoadExample")), map[string]any{
			"com.okta.identity.patch": named, "com.okta.access.patch": named,
		})
	})
	t.Run("token.yaml shortens an access token for admins", func(t *testing.T) {
		t.Parallel()
		req := oktasExample(t, "TokenPayLoadExample", set("data.access.scopes.admin", "{id: scp1, action: GRANT}"))
		handler, err := rules.NewToken(sampleHook(t, "token.yaml").Spec.Handler.Token)
		named := map[string]any{"add /claims/https:~1~1acme.example~1name": "Add-Min O'Cloudy Tud"}
		expectCommands(t, commands(t, handler, err, req), map[string]any{
			"com.okta.identity.patch": named,
			"com.okta.access.patch":   map[string]any{"add /claims/https:~1~1acme.example~1name": "Add-Min O'Cloudy Tud", "replace /token/lifetime/expiration": 900.0},
		})
	})
	t.Run("token.yaml names a service that acts for itself", func(t *testing.T) {
		t.Parallel()
		req := oktasExample(t, "TokenPayLoadExample", unset("data.context.user"), unset("data.context.session"), unset("data.identity"),
			set("data.context.protocol.request.grant_type", "client_credentials"), set("data.context.protocol.client.type", "CONFIDENTIAL"))
		handler, err := rules.NewToken(sampleHook(t, "token.yaml").Spec.Handler.Token)
		expectCommands(t, commands(t, handler, err, req), map[string]any{
			"com.okta.access.patch": map[string]any{"add /claims/https:~1~1acme.example~1service": "customClientIdNative"},
		})
	})
	t.Run("samlassertion.yaml names the person and bounds the session", func(t *testing.T) {
		t.Parallel()
		handler, err := rules.NewSAML(sampleHook(t, "samlassertion.yaml").Spec.Handler.SAML)
		got := commands(t, handler, err, oktasExample(t, "SAMLPayLoadExample"))
		expectCommands(t, got, map[string]any{"com.okta.assertion.patch": map[string]any{
			"add /claims/https:~1~1acme.example~1displayName": map[string]any{
				"attributes":      map[string]any{"NameFormat": "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"},
				"attributeValues": []any{map[string]any{"attributes": map[string]any{"xsi:type": "xs:string"}, "value": "Admin Last"}},
			},
			"add /authentication/sessionLifetime": 28800.0,
		}})
	})
	t.Run("userimport.yaml finds another login and tells the kind of user", func(t *testing.T) {
		t.Parallel()
		handler, err := rules.NewUserImport(sampleHook(t, "userimport.yaml").Spec.Handler.UserImport)
		expectCommands(t, commands(t, handler, err, oktasExample(t, "UserImportPayloadExample")), map[string]any{
			"com.okta.user.profile.update": map[string]any{"login": "user221@acme.example", "userType": "employee"},
		})
	})
	t.Run("userimport.yaml links somebody who was here before, and nobody whose attribute is null", func(t *testing.T) {
		t.Parallel()
		handler, err := rules.NewUserImport(sampleHook(t, "userimport.yaml").Spec.Handler.UserImport)
		got := commands(t, handler, err, oktasExample(t, "UserImportPayloadExample", set("data.appUser.profile.formerOktaId", "00u1")))
		if diff := cmp.Diff(map[string]any{"id": "00u1"}, got["com.okta.user.update"]); diff != "" {
			t.Errorf("user to link to (-want +got):\n%s", diff)
		}
		got = commands(t, handler, err, oktasExample(t, "UserImportPayloadExample", set("data.appUser.profile.formerOktaId", "null")))
		if _, linked := got["com.okta.user.update"]; linked {
			t.Errorf("null is linked to: %v", got)
		}
	})
}

func expectCommands(t *testing.T, got, want map[string]any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
}

// secrets has a CA; everything else is a secret.
type secrets struct{ ca []byte }

func (s secrets) Read(ref v1alpha1.SecretKeyReference) ([]byte, error) {
	if ref.Key == "ca.crt" {
		return s.ca, nil
	}
	return []byte("a-secret"), nil
}

var quiet = telephony.Options{Logger: slog.New(slog.DiscardHandler)}

// TestTelephonySamplesBlockThePreviewOfOkta: the number that Okta's console makes up is in no country, so that
// no sample with allowedCountries calls a provider for it.
func TestTelephonySamplesBlockThePreviewOfOkta(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"telephony.yaml", "telephony_aws.yaml"} {
		spec := sampleHook(t, file).Spec.Handler.Telephony
		if aws := spec.Providers[0].AWS; aws != nil { // outside AWS there is no identity
			aws.Credentials = &v1alpha1.AWSCredentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE"}
		}
		handler, err := telephony.New(t.Context(), spec, secrets{}, quiet)
		got := commands(t, handler, err, oktasExample(t, "TelephonyPayloadExample"))
		handler.Close()
		if action, _ := got["com.okta.telephony.action"].(map[string]any); action["status"] != "SUCCESSFUL" || action["provider"] != nil {
			t.Errorf("%s: the answer is %v, want SUCCESSFUL without provider", file, action)
		}
	}
}

// TestTheServiceOfTheTelephonySampleUnderstandsIt runs a service as telephony_http.yaml takes it for granted.
func TestTheServiceOfTheTelephonySampleUnderstandsIt(t *testing.T) {
	t.Parallel()
	bodies := make(chan map[string]any, 2)
	service := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		content, err := io.ReadAll(r.Body)
		if err != nil || json.Unmarshal(content, &body) != nil || r.Header.Get("Authorization") != "a-secret" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		bodies <- body
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"id": "m-1", "state": "queued"}`)
	}))
	defer service.Close()
	spec := sampleHook(t, "telephony_http.yaml").Spec.Handler.Telephony
	spec.Providers[0].HTTP.URL = service.URL + "/v1/messages"
	spec.Providers[0].CASecretKeyRef = &v1alpha1.SecretKeyReference{Name: "ca", Key: "ca.crt"}
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: service.Certificate().Raw})
	handler, err := telephony.New(t.Context(), spec, secrets{ca}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer handler.Close()
	number := set("data.messageProfile.phoneNumber", `"+14155552671"`)
	for name, c := range map[string]struct {
		changes []change
		kind    string
	}{
		"a text message":                   {edit(number), "sms"},
		"a call of which Okta says little": {edit(number, set("data.messageProfile", `{phoneNumber: "+14155552671", otpCode: "11111", deliveryChannel: CALL}`), unset("eventId")), "call"},
	} {
		got := commands(t, handler, nil, oktasExample(t, "TelephonyPayloadExample", c.changes...))
		if action, _ := got["com.okta.telephony.action"].(map[string]any); action["status"] != "SUCCESSFUL" || action["transactionId"] != "m-1" {
			t.Errorf("%s: the answer is %v, want SUCCESSFUL with the id m-1", name, action)
			continue
		}
		body := <-bodies
		members := slices.Sorted(maps.Keys(body))
		if !slices.Equal(members, []string{"kind", "language", "reference", "text", "to", "validSeconds"}) || body["kind"] != c.kind || body["to"] != "+14155552671" {
			t.Errorf("%s: the service got %v", name, body)
		}
	}
}
