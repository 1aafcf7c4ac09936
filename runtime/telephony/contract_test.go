package telephony

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

// contract is Okta's description of its inline hooks. It is Okta's, so it is read from outside the
// repository.
func contract(t testing.TB) *openapi3.T {
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

// plain is value as JSON has it.
func plain(t testing.TB, value any) any {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var decoded any
	if err := json.Unmarshal(encoded, &decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

func TestOktasOwnCallIsAnsweredAsOktaDescribesIt(t *testing.T) {
	t.Parallel()
	doc := contract(t)
	schema := doc.Components.Schemas["TelephonyResponse"].Value
	example, err := json.Marshal(doc.Components.Examples["TelephonyPayloadExample"].Value.Value)
	if err != nil {
		t.Fatal(err)
	}
	withNumber := strings.Replace(string(example), "9876543210", testNumber, 1)
	only := handlerOf("vonage")
	only.AllowedCountries = []v1alpha1.CountryCode{"US"}
	for name, tc := range map[string]struct {
		spec   *v1alpha1.TelephonyHandler
		body   string
		answer func(hook.Delivery) bool
	}{
		"the number of the example has no country code, so nobody can send": {handlerOf("vonage"), string(example), func(d hook.Delivery) bool {
			return d == hook.Delivery{Status: hook.DeliveryFailed, TransactionMetadata: "reason=invalid_number"}
		}},
		"and it is of no allowed country": {only, string(example), func(d hook.Delivery) bool {
			return d == hook.Delivery{Status: hook.DeliverySuccessful, TransactionMetadata: "blocked=country"}
		}},
		"with a number that has one, it is sent": {handlerOf("vonage"), withNumber, func(d hook.Delivery) bool {
			return d.Status == hook.DeliverySuccessful && d.Provider == "vonage" && d.TransactionID == "SM1"
		}},
		"and in an allowed country too": {only, withNumber, func(d hook.Delivery) bool { return d.Provider == "vonage" }},
		"as a voice call": {handlerOf("vonage"), strings.Replace(withNumber, `"SMS"`, `"CALL"`, 1), func(d hook.Delivery) bool {
			return d.Provider == "vonage"
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			response, err := build(t, tc.spec, nil).Handle(fromOkta(t), decoded(t, tc.body))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.VisitJSON(plain(t, response)); err != nil {
				t.Errorf("the answer is none: %v", err)
			}
			if got := delivery(t, response); !tc.answer(got) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// TestAnAnswerHasTheMembersOfOktasExample compares names and nesting, so that nothing is called differently.
func TestAnAnswerHasTheMembersOfOktasExample(t *testing.T) {
	t.Parallel()
	want := plain(t, contract(t).Components.Examples["TelephonySuccessResponse"].Value.Value)
	got := plain(t, hook.Sent(answer(outcome{ending: endedSent, attempts: []attempt{sentByB}}, "")))
	names := cmp.Comparer(func(a, b string) bool { return true })
	if diff := cmp.Diff(want, got, names); diff != "" {
		t.Errorf("members (-Okta's +ours):\n%s", diff)
	}
	if got := got.(map[string]any)["commands"].([]any)[0].(map[string]any)["type"]; got != "com.okta.telephony.action" {
		t.Errorf("the command is %s", got)
	}
}

func TestEveryAnswerIsOneThatOktaDescribes(t *testing.T) {
	t.Parallel()
	schema := contract(t).Components.Schemas["TelephonyResponse"].Value
	attempts := []attempt{sentByB, rejectedByA, throttledByA, unknownByA, namedByA, unknownByC, skippedA, numberByB, blockedByB, unsupportedA}
	for _, e := range []ending{endedSent, endedUnknown, endedBlocked, endedInvalidNumber, endedNoRoute, endedNoProvider, endedNoTime} {
		for _, onBlocked := range []v1alpha1.OnBlocked{v1alpha1.ReportSuccess, v1alpha1.ReportFailed} {
			for count := range attempts {
				told := answer(outcome{ending: e, attempts: attempts[count:]}, onBlocked)
				if err := schema.VisitJSON(plain(t, hook.Sent(told))); err != nil {
					t.Errorf("%+v is no answer: %v", told, err)
				}
			}
		}
	}
}
