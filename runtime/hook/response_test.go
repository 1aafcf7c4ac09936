package hook_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/hookline/hookline/runtime/hook"
)

func TestEncodeWritesWhatOktaReads(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		response hook.Response
		want     string
	}{
		"no command is an empty list, never null": {hook.Response{}, `{"commands":[]}`},
		"a verdict": {
			hook.Response{Commands: []hook.Command{{Type: hook.CommandActionUpdate, Value: map[string]string{"credential": "VERIFIED"}}}},
			`{"commands":[{"type":"com.okta.action.update","value":{"credential":"VERIFIED"}}]}`,
		},
		"a refusal with its causes": {
			hook.Response{
				Commands: []hook.Command{{Type: hook.CommandActionUpdate, Value: map[string]string{"registration": "DENY"}}},
				Error: &hook.Error{ErrorSummary: "s", ErrorCauses: []hook.ErrorCause{{
					ErrorSummary: "c", Reason: "R", LocationType: "body", Location: "data.userProfile.email", Domain: "end-user",
				}}},
			},
			`{"commands":[{"type":"com.okta.action.update","value":{"registration":"DENY"}}],"error":{"errorSummary":"s",` +
				`"errorCauses":[{"errorSummary":"c","reason":"R","locationType":"body","location":"data.userProfile.email","domain":"end-user"}]}}`,
		},
		"an error without anything is still one": {hook.Response{Error: &hook.Error{}}, `{"commands":[],"error":{}}`},
		"a debug context": {
			hook.Response{DebugContext: map[string]any{"rule": "partner"}}, `{"commands":[],"debugContext":{"rule":"partner"}}`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.response.Encode()
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tc.want {
				t.Errorf("Encode:\n got %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestEncodeKeepsBelowOktasLimit(t *testing.T) {
	t.Parallel()
	sized := func(size int) *hook.Response {
		empty, err := (&hook.Response{DebugContext: map[string]any{"x": ""}}).Encode()
		if err != nil {
			t.Fatal(err)
		}
		return &hook.Response{DebugContext: map[string]any{"x": strings.Repeat("x", size-len(empty))}}
	}
	if body, err := sized(hook.MaxResponseBytes).Encode(); err != nil || len(body) != hook.MaxResponseBytes {
		t.Errorf("a response of the largest size: %d bytes, error %v", len(body), err)
	}
	if _, err := sized(hook.MaxResponseBytes + 1).Encode(); !errors.Is(err, hook.ErrResponseTooLarge) {
		t.Errorf("a response one byte larger: error %v, want ErrResponseTooLarge", err)
	}
}

func TestEncodeRefusesWhatJSONHasNoWordFor(t *testing.T) {
	t.Parallel()
	response := hook.Response{Commands: []hook.Command{{Type: "t", Value: math.NaN()}}}
	if _, err := response.Encode(); err == nil {
		t.Error("NaN was encoded")
	}
}
