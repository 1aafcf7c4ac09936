package rules_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

// The rows of the table in docs/registration.md that are no decision.
func TestACallThatCannotBeJudgedIsAFailure(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	late, stop := context.WithTimeout(context.Background(), 0)
	defer stop()
	values := func(source v1alpha1.Expression) *v1alpha1.RegistrationHandler {
		return handler(setting(allow("sets", ""), map[string]v1alpha1.Expression{"title": source}))
	}
	long := `{"firstName":"` + strings.Repeat("a", 70_000) + `"}`
	for _, tc := range []struct {
		name       string
		ctx        context.Context
		handler    *v1alpha1.RegistrationHandler
		body       string
		wantCode   hook.FailureCode
		wantStatus int
		wantError  string
	}{
		{"a condition that compares a text with a number", t.Context(), handler(allow("adults", "user.age >= 18")), signUp(`{"age":"41"}`),
			hook.ExpressionFailed, http.StatusServiceUnavailable,
			`expression_failed: rule "adults": when: evaluate expression (column 10): applies an operation to a value of another type`},
		{"a condition of a rule that denies that can't be evaluated", t.Context(), handler(deny("minors", "user.age < 18")), signUp(`{"age":"41"}`),
			hook.ExpressionFailed, http.StatusServiceUnavailable,
			`expression_failed: rule "minors": when: evaluate expression (column 10): applies an operation to a value of another type`},
		{"a condition that is no boolean", t.Context(), handler(allow("vip", "user.vip")), signUp(`{"vip":"true"}`),
			hook.ExpressionFailed, http.StatusServiceUnavailable,
			`expression_failed: rule "vip": when: evaluate expression: yields string, but must yield a boolean`},
		{"a condition that takes too long", t.Context(),
			handler(allow("slow", "user.n.all(a, user.n.all(b, user.n.all(c, a == c)))")), signUp(`{"n":[` + strings.Repeat("1,", 200) + `1]}`),
			hook.ExpressionFailed, http.StatusServiceUnavailable,
			`expression_failed: rule "slow": when: evaluate expression: takes more steps than an expression may`},
		{"a value that reads an absent member", t.Context(), values("user.title"), signUp(`{}`),
			hook.ExpressionFailed, http.StatusServiceUnavailable,
			`expression_failed: rule "sets": profile[title]: evaluate expression (column 5): reads a member that is absent`},
		{"a value that can't be computed", t.Context(), values("user.firstName + 1"), signUp(`{"firstName":"a"}`),
			hook.ExpressionFailed, http.StatusServiceUnavailable,
			`expression_failed: rule "sets": profile[title]: evaluate expression (column 16): applies an operation to a value of another type`},
		{"a value that is too large", t.Context(), values("user.firstName"), signUp(long),
			hook.ExpressionFailed, http.StatusServiceUnavailable,
			`expression_failed: rule "sets": profile[title]: evaluate expression: yields more than 65536 bytes`},
		{"a kind of call that nobody wrote rules for", t.Context(), handler(allow("everybody", "")),
			strings.Replace(signUp(`{}`), "self.service.registration", "identity.verification", 1),
			hook.RequestInvalid, http.StatusBadRequest,
			`invalid_data: requestType is neither self.service.registration nor progressive.profile, and rules were written for no other`},
		{"a call whose caller has hung up", ended, handler(allow("everybody", "true")), signUp(`{}`),
			hook.Canceled, http.StatusServiceUnavailable, `rule "everybody": when: evaluate expression: context canceled`},
		{"a call whose time is over", late, handler(allow("everybody", "true")), signUp(`{}`),
			hook.DeadlineExceeded, http.StatusServiceUnavailable, `rule "everybody": when: evaluate expression: context deadline exceeded`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			response, err := build(t, tc.handler).Handle(tc.ctx, decode(t, tc.body))
			if response != nil || err == nil {
				t.Fatalf("got response %+v and error %v, want an error alone", response, err)
			}
			if err.Error() != tc.wantError {
				t.Errorf("\n got %s\nwant %s", err, tc.wantError)
			}
			if code := hook.CodeOf(err); code != tc.wantCode {
				t.Errorf("got code %s, want %s", code, tc.wantCode)
			}
			registration, _ := hook.TypeByID(hook.Registration)
			if status := registration.OnFailure(hook.CodeOf(err)).Status; status != tc.wantStatus {
				t.Errorf("got status %d, want %d", status, tc.wantStatus)
			}
		})
	}
}

func TestAnAbsentMemberOfAValueCanBeTold(t *testing.T) {
	t.Parallel()
	h := handler(setting(allow("sets", ""), map[string]v1alpha1.Expression{"title": "user.title"}))
	_, err := build(t, h).Handle(t.Context(), decode(t, signUp(`{}`)))
	if !errors.Is(err, expr.ErrAbsent) {
		t.Errorf("got %v, want ErrAbsent in its chain", err)
	}
}

// Answers far above what Okta takes end as an error of the response, not as an allowed registration that
// Okta can't read.
func TestAnAnswerThatOktaWouldNotTakeIsAnError(t *testing.T) {
	t.Parallel()
	values := map[string]v1alpha1.Expression{}
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		values[name] = "user.long"
	}
	response, err := build(t, handler(setting(allow("long", ""), values))).
		Handle(t.Context(), decode(t, signUp(`{"long":"`+strings.Repeat("a", 60_000)+`"}`)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := response.Encode(); !errors.Is(err, hook.ErrResponseTooLarge) {
		t.Errorf("got %v, want %v", err, hook.ErrResponseTooLarge)
	}
}
