package expr_test

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

// sms is a telephony call.
const sms = `{
	"eventId": "e4", "eventType": "com.okta.telephony.provider", "requestType": "com.okta.user.telephony.mfa-verification",
	"data": {
		"userProfile": {"login": "rosario@example.com", "userId": "u1"},
		"messageProfile": {"phoneNumber": "+4721000000", "otpCode": "004711", "deliveryChannel": "SMS", "locale": null}
	}
}`

func compileIn(t testing.TB, scope expr.Scope, source string, want expr.Kind) *expr.Program {
	t.Helper()
	env, err := expr.NewScopedEnv(hook.Telephony, scope)
	if err != nil {
		t.Fatal(err)
	}
	program, err := env.Compile(source, want)
	if err != nil {
		t.Fatalf("compile %s: %v", source, err)
	}
	return program
}

func TestScopesHaveTheirVariables(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name         string
		scope        expr.Scope
		source, want string
	}{
		{"a call alone has no send", expr.CallOnly, "send.text", "column 1: there is no variable send, only request, message and user"},
		{"a request has send", expr.ProviderRequest, "send.text + message.otpCode + user.login + request.eventId", ""},
		{"a request has no response", expr.ProviderRequest, "response.body.id",
			"column 1: there is no variable response, only request, message, user and send"},
		{"a response has both", expr.ProviderResponse, "send.text + response.body.id + response.headers['x']", ""},
		{"a misspelt member of send", expr.ProviderRequest, "send.txt",
			"column 5: there is no member txt in send, only channel, phoneNumber, country, text, code, language, from, expiresIn and eventID"},
		{"a misspelt member of response", expr.ProviderResponse, "response.code",
			"column 9: there is no member code in response, only status, headers and body"},
		{"a number", expr.ProviderRequest, "send.expiresIn", "yields int, but must yield a string; convert it with string(...)"},
		{"a header with a dot", expr.ProviderResponse, "response.headers.location", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			env, err := expr.NewScopedEnv(hook.Telephony, tc.scope)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := env.Compile(tc.source, expr.String); errorText(err) != tc.want {
				t.Errorf("\n got %v\nwant %s", err, tc.want)
			}
		})
	}
}

func TestOtherHookTypesHaveNoScopesOfProviders(t *testing.T) {
	t.Parallel()
	_, err := expr.NewScopedEnv(hook.Token, expr.ProviderResponse)
	want := `find expression variables: there are none for hook type "com.okta.oauth2.tokens.transform" in a provider's response`
	if errorText(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestValuesOfAScope(t *testing.T) {
	t.Parallel()
	send := &expr.Send{
		Channel: "SMS", PhoneNumber: "+4721000000", Country: "NO", Text: "Your code is 004711", Code: "004711",
		Language: "nb-NO", ExpiresIn: 299*time.Second + time.Millisecond, EventID: "e4",
	}
	response := &expr.Response{Status: 202, Headers: map[string]string{"x-id": "h"}, Body: map[string]any{"id": int64(7), "error": nil}}
	for _, tc := range []struct {
		name, source string
		values       expr.Values
		want         any // ErrAbsent as an error
	}{
		{"what is sent", "{'to': send.phoneNumber, 'text': send.text, 'code': send.code, 'event': send.eventID}", expr.Values{Send: send},
			map[string]any{"to": "+4721000000", "text": "Your code is 004711", "code": "004711", "event": "e4"}},
		{"where to", "[send.channel, send.country, send.language]", expr.Values{Send: send}, []any{"SMS", "NO", "nb-NO"}},
		{"whole seconds", "send.expiresIn", expr.Values{Send: send}, int64(299)},
		{"what is empty is absent", "send.from", expr.Values{Send: send}, expr.ErrAbsent},
		{"a code without an end", "has(send.expiresIn)", expr.Values{Send: &expr.Send{Code: "1"}}, false},
		{"what is empty has a stand-in", "send.?from.orValue('ACME')", expr.Values{Send: send}, "ACME"},
		{"beside the call", "send.code == message.otpCode", expr.Values{Send: send}, true},
		{"the answer", "response.status == 202 && string(response.body.id) == '7'", expr.Values{Send: send, Response: response}, true},
		{"a header", "response.headers['x-id']", expr.Values{Response: response}, "h"},
		{"a header that is not there", "response.headers['x-other']", expr.Values{Response: response}, expr.ErrAbsent},
		{"no headers at all", "has(response.headers.x)", expr.Values{Response: &expr.Response{}}, false},
		{"a member of the answer that is not there", "response.body.reason", expr.Values{Response: response}, expr.ErrAbsent},
		{"null in an answer can be compared", "response.body.error == null", expr.Values{Response: response}, true},
		{"null in an answer is absent to an operation", "response.body.error.startsWith('a')", expr.Values{Response: response}, expr.ErrAbsent},
		{"null in the call is absent to an operation", "message.locale.startsWith('a')", expr.Values{Response: response}, expr.ErrAbsent},
		{"no body", "response.body.id", expr.Values{Response: &expr.Response{Status: 204}}, expr.ErrAbsent},
		{"an answer as a value", "response", expr.Values{Response: &expr.Response{Status: 204}},
			map[string]any{"status": int64(204), "headers": map[string]any{}}},
		{"no values at all", "has(send.text) || has(response.status)", expr.Values{}, false},
		{"nothing to send", "send.text", expr.Values{}, expr.ErrAbsent},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := compileIn(t, expr.ProviderResponse, tc.source, expr.JSON).With(tc.values).JSON(t.Context(), request(t, sms))
			if absent, isAbsent := tc.want.(error); isAbsent {
				if !errors.Is(err, absent) {
					t.Errorf("got %v and error %v, want %v", got, err, absent)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestValuesOfOneCallAreNotSeenByAnother(t *testing.T) {
	t.Parallel()
	program := compileIn(t, expr.ProviderRequest, "send.text + message.?locale.orValue(null) == '' || send.text == send.code", expr.Bool)
	req := request(t, sms)
	var calls sync.WaitGroup
	for i := range 50 {
		calls.Go(func() {
			text := fmt.Sprint(i)
			same, err := program.With(expr.Values{Send: &expr.Send{Text: text, Code: text}}).Bool(t.Context(), req)
			if err != nil || !same {
				t.Errorf("got %v and error %v, want true", same, err)
			}
		})
	}
	calls.Wait()
	if _, err := program.Bool(t.Context(), req); !errors.Is(err, expr.ErrAbsent) {
		t.Errorf("without values: got %v, want ErrAbsent", err)
	}
}

func TestNewResponse(t *testing.T) {
	t.Parallel()
	asJSON := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	for _, tc := range []struct {
		name   string
		header http.Header
		body   string
		want   any
	}{
		{"an object", asJSON, ` {"id": 9007199254740993, "share": 0.5, "list": [1, {"a": null}]} `,
			map[string]any{"id": int64(9007199254740993), "share": 0.5, "list": []any{int64(1), map[string]any{"a": nil}}}},
		{"an object that says to be text", http.Header{"Content-Type": {"text/plain"}}, `{"id": 1}`, map[string]any{"id": int64(1)}},
		{"a list without a type", nil, `[1]`, []any{int64(1)}},
		{"a number that says to be JSON", asJSON, "17", int64(17)},
		{"a problem", http.Header{"Content-Type": {"Application/Problem+JSON"}}, `"x"`, "x"},
		{"a number that is a text", nil, "17", "17"},
		{"a number beyond all", asJSON, "12345678901234567890", 12345678901234567890.0},
		{"text in braces", nil, "{ok}", "{ok}"},
		{"what says to be JSON and is none", asJSON, "OK", "OK"},
		{"two values", asJSON, "{} {}", "{} {}"},
		{"text with space around it", nil, " OK\n", " OK\n"},
		{"text that is no UTF-8", nil, "OK \xff", "OK �"},
		{"nothing", asJSON, "", nil},
		{"only space", asJSON, "\r\n", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := expr.NewResponse(http.StatusOK, tc.header, []byte(tc.body))
			if diff := cmp.Diff(tc.want, got.Body); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	got := expr.NewResponse(http.StatusAccepted, http.Header{"X-Id": {"a", "b"}, "Location": {"/x"}}, nil)
	want := &expr.Response{Status: 202, Headers: map[string]string{"x-id": "a, b", "location": "/x"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
