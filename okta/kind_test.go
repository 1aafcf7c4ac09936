package okta

import (
	"errors"
	"fmt"
	"testing"
)

func TestKindsAreFoundThroughWrapping(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		err     error
		kind    Kind
		text    string
		unknown bool
	}{
		{nil, 0, "Kind(0)", false},
		{errors.New("from elsewhere"), KindTransient, "transient", false},
		{&Error{Kind: KindTerminal}, KindTerminal, "terminal", false},
		{fmt.Errorf("a: %w", fmt.Errorf("b: %w", &Error{Kind: KindUnauthorized})), KindUnauthorized, "unauthorized", false},
		{errors.Join(errors.New("x"), &Error{Kind: KindNotFound}), KindNotFound, "not found", false},
		{fmt.Errorf("a: %w", &Error{Kind: KindRateLimited}), KindRateLimited, "rate limited", false},
		{fmt.Errorf("a: %w", &Error{Kind: KindTransient, MayHaveHappened: true}), KindTransient, "transient", true},
	} {
		if got := KindOf(tc.err); got != tc.kind || got.String() != tc.text || MayHaveHappened(tc.err) != tc.unknown {
			t.Errorf("%v: got %s, may have happened: %t", tc.err, got, MayHaveHappened(tc.err))
		}
	}
}
