package hook_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/hookline/hookline/runtime/hook"
)

const registrationCall = `{
  "eventId": "e-1", "eventTime": "2026-01-02T03:04:05.000Z", "eventType": "com.okta.user.pre-registration",
  "eventTypeVersion": "1.0", "cloudEventVersion": "0.1", "contentType": "application/json",
  "source": "reg1", "requestType": "self.service.registration",
  "data": {"context": {"request": {"id": "r"}}, "userProfile": {"login": "ann@example.com", "age": 42}, "action": "ALLOW"}
}`

func TestDecodeTakes(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		body string
		want *hook.Request
	}{
		"a call as Okta sends it": {
			body: registrationCall,
			want: &hook.Request{
				EventID: "e-1", EventTime: "2026-01-02T03:04:05.000Z", EventType: "com.okta.user.pre-registration",
				EventTypeVersion: "1.0", CloudEventVersion: "0.1", ContentType: "application/json",
				Source: "reg1", RequestType: "self.service.registration",
			},
		},
		"a call with nothing but data": {body: `{"data":{}}`, want: &hook.Request{}},
		"members that nobody knows":    {body: `{"eventId":"e","tomorrow":[{"a":1}],"data":{}}`, want: &hook.Request{EventID: "e"}},
		"optional members that are null": {
			body: `{"eventId":null,"requestType":null,"eventType":"t","data":{}}`, want: &hook.Request{EventType: "t"},
		},
		"the last of two members": {body: `{"eventId":"a","data":[],"eventId":"b","data":{}}`, want: &hook.Request{EventID: "b"}},
		"members in another case, which are others": {
			body: `{"eventId":"a","EVENTID":"b","Data":[],"data":{}}`, want: &hook.Request{EventID: "a"},
		},
		"escapes in names and values": {body: `{"event\u0049d":"\u0061\"","data":{}}`, want: &hook.Request{EventID: `a"`}},
		"other values in between": {
			body: `{"a":1 ,"b":true,"c":[{"x":"]"}],"d":"}","eventId":"e","e":{},"data":{"a":{}},"f":-1e3 }`, want: &hook.Request{EventID: "e"},
		},
		"white space around everything": {body: " \n{ \"data\" : { } }\n", want: &hook.Request{}},
		"brackets within strings, however many": {
			body: `{"eventId":"` + strings.Repeat(`[{\"`, hook.MaxDepth) + `","data":{}}`,
			want: &hook.Request{EventID: strings.Repeat(`[{"`, hook.MaxDepth)},
		},
		"nesting up to the limit": {body: nested(hook.MaxDepth - 2), want: &hook.Request{}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := hook.Decode([]byte(tc.body))
			if err != nil {
				t.Fatalf("Decode: %v", err)
			}
			if diff := cmp.Diff(envelope(tc.want), envelope(got)); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

// envelope has the members that are strings, in their order.
func envelope(r *hook.Request) []string {
	return []string{r.EventID, r.EventTime, r.EventType, r.EventTypeVersion, r.CloudEventVersion, r.ContentType, r.Source, r.RequestType}
}

// nested has depth arrays within data, so its whole depth is two more.
func nested(depth int) string {
	return `{"data":{"a":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `}}`
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		body, member, problem string
	}{
		"nothing":                        {"", "", "the body is empty"},
		"text":                           {"hello", "", "the body is not JSON from byte 1 on"},
		"a list":                         {"[]", "", "the body is no JSON object"},
		"null":                           {"null", "", "the body is no JSON object"},
		"half a call":                    {registrationCall[:200], "", "the body is not JSON from byte 200 on"},
		"a call with something after it": {`{"data":{}} x`, "", "the body is not JSON from byte 13 on"},
		"a call without data":            {`{"eventId":"e"}`, "data", "is missing or no object"},
		"data that is null":              {`{"data":null}`, "data", "is missing or no object"},
		"data that is a string":          {`{"data":"{}"}`, "data", "is missing or no object"},
		"data that is a list":            {`{"data":[]}`, "data", "is missing or no object"},
		"an event id that is a number":   {`{"eventId":7,"data":{}}`, "eventId", "must be a string"},
		"nesting beyond the limit":       {nested(hook.MaxDepth - 1), "", "objects and arrays are nested deeper than 64"},
		"nesting without end":            {strings.Repeat("[", 1<<20), "", "the body is not JSON from byte 10001 on"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := hook.Decode([]byte(tc.body))
			var decodeErr *hook.DecodeError
			if !errors.As(err, &decodeErr) {
				t.Fatalf("Decode: error %v, want a *DecodeError", err)
			}
			if want := (hook.DecodeError{Member: tc.member, Problem: tc.problem}); *decodeErr != want {
				t.Errorf("Decode: error %+v, want %+v", *decodeErr, want)
			}
		})
	}
}

func TestDecodeErrorsQuoteNothing(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"data":{"context":{"credential":{"password":hunter2}}}}`,
		`{"eventId":31337,"data":{}}`,
		`{"hunter2"}`,
	} {
		_, err := hook.Decode([]byte(body))
		if err == nil {
			t.Fatalf("Decode(%s) is no error", body)
		}
		for _, part := range []string{"hunter", "'h'", "31337", "'}'"} {
			if strings.Contains(err.Error(), part) {
				t.Errorf("error %q quotes the body", err)
			}
		}
	}
}

func TestBodyKeepsNumbersAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	req, err := hook.Decode([]byte(`{"data":{"numbers":[1, -7, 9223372036854775807, 9223372036854775808, 1.0, 1e3, 0.5, 1e999], "deep":{"n":2}},"n":3}`))
	if err != nil {
		t.Fatal(err)
	}
	got := req.Body()
	want := map[string]any{
		"n": int64(3),
		"data": map[string]any{
			"numbers": []any{int64(1), int64(-7), int64(math.MaxInt64), 9223372036854775808.0, 1.0, 1000.0, 0.5, math.Inf(1)},
			"deep":    map[string]any{"n": int64(2)},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

func TestBodyIsDecodedOnce(t *testing.T) {
	t.Parallel()
	req, err := hook.Decode([]byte(registrationCall))
	if err != nil {
		t.Fatal(err)
	}
	first := req.Body()
	first["mark"] = true
	if req.Body()["mark"] != true {
		t.Error("the second call of Body decoded the body again")
	}
}

// TestDecodeTakesOktasExamples reads every example request of Okta's API description.
func TestDecodeTakesOktasExamples(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("OKTA_CONTRACT")
	if folder == "" {
		t.Skip("OKTA_CONTRACT is not set")
	}
	raw, err := os.ReadFile(filepath.Join(folder, "inline-hooks.openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := yaml.YAMLToJSON(raw)
	if err != nil {
		t.Fatal(err)
	}
	var description struct {
		Components struct {
			Examples map[string]struct {
				Value json.RawMessage `json:"value"`
			} `json:"examples"`
		} `json:"components"`
	}
	if err := json.Unmarshal(asJSON, &description); err != nil {
		t.Fatal(err)
	}
	calls := 0
	for name, example := range description.Components.Examples {
		if !bytes.Contains(example.Value, []byte(`"eventType"`)) {
			continue
		}
		calls++
		req, err := hook.Decode(example.Value)
		if err != nil {
			t.Errorf("example %s: %v", name, err)
			continue
		}
		if req.EventType == "" || req.EventID == "" {
			t.Errorf("example %s: event %q of type %q, want both", name, req.EventID, req.EventType)
		}
	}
	if calls < 6 {
		t.Errorf("the description has %d examples of calls, want one per hook type at least", calls)
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		registrationCall, `{"data":{}}`, `{"data":null}`, "", "null", "[[[[", `{"data":{"a":[1,1.5,1e999,-0]}}`,
		`{"data":{},"data":{"b":2}}`, "{\"data\":{\"\\ud800\":\"\\\"\"}}", nested(hook.MaxDepth),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		req, err := hook.Decode(body)
		if err != nil {
			var decodeErr *hook.DecodeError
			if !errors.As(err, &decodeErr) {
				t.Fatalf("error %v is no *DecodeError", err)
			}
			return
		}
		whole := req.Body()
		if diff := cmp.Diff(decodedByTheLibrary(t, body), whole); diff != "" {
			t.Fatalf("body (-encoding/json +ours):\n%s", diff)
		}
		for name, got := range map[string]string{
			"eventId": req.EventID, "eventTime": req.EventTime, "eventType": req.EventType, "eventTypeVersion": req.EventTypeVersion,
			"cloudEventVersion": req.CloudEventVersion, "contentType": req.ContentType, "source": req.Source, "requestType": req.RequestType,
		} {
			if want, _ := whole[name].(string); got != want {
				t.Fatalf("%s is %q, in the body it is %q", name, got, want)
			}
		}
		var data map[string]json.RawMessage
		if err := json.Unmarshal(req.Data, &data); err != nil {
			t.Fatalf("data is no object: %v", err)
		}
		if want := whole["data"].(map[string]any); len(data) != len(want) {
			t.Fatalf("data is %v, in the body it is %v", data, want)
		}
	})
}

// decodedByTheLibrary is Body as encoding/json would have it.
func decodedByTheLibrary(t *testing.T, body []byte) map[string]any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var whole map[string]any
	if err := decoder.Decode(&whole); err != nil {
		t.Fatal(err)
	}
	return numbersOf(whole).(map[string]any)
}

func numbersOf(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name := range v {
			v[name] = numbersOf(v[name])
		}
	case []any:
		for i := range v {
			v[i] = numbersOf(v[i])
		}
	case json.Number:
		if integer, err := v.Int64(); err == nil {
			return integer
		}
		float, _ := v.Float64()
		return float
	}
	return value
}
