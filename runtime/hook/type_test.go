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

// TestFailureTable has a row for each row of the failure tables in docs/hook-runtime.md that the runtime
// itself decides.
func TestFailureTable(t *testing.T) {
	t.Parallel()
	unavailable, badRequest := hook.Answer{Status: http.StatusServiceUnavailable}, hook.Answer{Status: http.StatusBadRequest}
	for _, id := range []string{hook.PasswordImport, hook.Registration} {
		kind, known := hook.TypeByID(id)
		if !known || kind.ID != id || kind.Retries != 1 {
			t.Errorf("TypeByID(%s) = %+v, %t; want that type, with one retry", id, kind, known)
		}
		for _, code := range hook.FailureCodes() {
			want := unavailable
			if code == hook.RequestInvalid {
				want = badRequest
			}
			if diff := cmp.Diff(want, kind.OnFailure(code)); diff != "" {
				t.Errorf("%s: answer to %s (-want +got):\n%s", id, code, diff)
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
