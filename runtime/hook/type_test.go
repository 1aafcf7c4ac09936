package hook_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/runtime/hook"
)

// TestFailureTable says for each type what a failure is answered with: once where nothing has happened for
// certain, once where nobody knows, and once where the request is at fault. The tests of runtime/server
// compare docs/hook-runtime.md with it code by code.
func TestFailureTable(t *testing.T) {
	t.Parallel()
	status := func(code int) hook.Answer { return hook.Answer{Status: code} }
	delivery := func(s hook.DeliveryStatus) hook.Answer {
		return hook.Answer{Status: http.StatusOK, Response: hook.Sent(hook.Delivery{Status: s})}
	}
	refused := func(summary string) hook.Answer {
		return hook.Answer{Status: http.StatusOK, Response: &hook.Response{Error: &hook.Error{ErrorSummary: summary}}}
	}
	noToken := refused("The token could not be made. Try again, or ask your administrator.")
	noSignOn := refused("The sign-on could not be completed. Try again, or ask your administrator.")
	noDecision := refused("The inline hook could not decide on the user.")
	for _, tc := range []struct {
		id                         string
		retries                    int
		once                       bool
		nothing, doubtful, invalid hook.Answer
	}{
		{hook.PasswordImport, 1, false, status(503), status(503), status(400)},
		{hook.Registration, 1, false, status(503), status(503), status(400)},
		{hook.Telephony, 0, true, delivery("FAILED"), delivery("PENDING"), delivery("FAILED")},
		{hook.Token, 0, false, noToken, noToken, noToken},
		{hook.SAMLAssertion, 1, false, noSignOn, noSignOn, noSignOn},
		{hook.UserImport, 1, false, noDecision, noDecision, noDecision},
	} {
		kind, known := hook.TypeByID(tc.id)
		if !known || kind.ID != tc.id || kind.Retries != tc.retries || kind.OncePerEvent != tc.once {
			t.Errorf("TypeByID(%s) = %+v, %t; want that type, with %d retries", tc.id, kind, known, tc.retries)
		}
		for _, code := range hook.FailureCodes() {
			want := tc.nothing
			switch code {
			case hook.RequestInvalid:
				want = tc.invalid
			case hook.DeadlineExceeded, hook.Canceled, hook.ResponseInvalid, hook.Internal:
				want = tc.doubtful
			}
			if diff := cmp.Diff(want, kind.OnFailure(code)); diff != "" {
				t.Errorf("%s: answer to %s (-want +got):\n%s", tc.id, code, diff)
			}
		}
	}
}

func TestTypeByIDKnowsNoOther(t *testing.T) {
	t.Parallel()
	if kind, known := hook.TypeByID("com.example"); known {
		t.Errorf("TypeByID(com.example) = %+v", kind)
	}
}

func TestCodeOf(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		err  error
		want hook.FailureCode
	}{
		"a failure":                       {hook.Fail(hook.StoreTimeout, errors.New("slow")), hook.StoreTimeout},
		"a failure within another error":  {fmt.Errorf("look up: %w", hook.Fail(hook.StoreInvalid, nil)), hook.StoreInvalid},
		"a failure because of a deadline": {hook.Fail(hook.StoreTimeout, context.DeadlineExceeded), hook.StoreTimeout},
		"a deadline":                      {fmt.Errorf("query: %w", context.DeadlineExceeded), hook.DeadlineExceeded},
		"a caller that is gone":           {context.Canceled, hook.Canceled},
		"anything else":                   {errors.New("x"), hook.Internal},
	}
	for name, tc := range cases {
		if got := hook.CodeOf(tc.err); got != tc.want {
			t.Errorf("%s: CodeOf = %s, want %s", name, got, tc.want)
		}
	}
}

func TestFailureTellsCodeAndCause(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection refused")
	err := hook.Fail(hook.StoreUnavailable, cause)
	if err.Error() != "store_unavailable: connection refused" || !errors.Is(err, cause) {
		t.Errorf("failure is %q", err)
	}
	if bare := hook.Fail(hook.Internal, nil); bare.Error() != "internal" {
		t.Errorf("failure without cause is %q", bare)
	}
}
