package telephony

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

// fate is what happens at a provider: what it does in truth, and what is known of it here.
type fate struct {
	name string
	// delivers is whether the person gets the code.
	delivers bool
	// knows is what the provider's answer comes to; what takes longer than the call is a hang.
	knows Class
	takes time.Duration
	// deaf ones don't heed the end of their time.
	deaf bool
}

var fates = []fate{
	{"accepts", true, Sent, 100 * time.Millisecond, false},
	{"accepts late", true, Sent, 2 * time.Second, false},
	{"accepts and hangs", true, Unknown, time.Hour, false},
	{"accepts and hangs for good", true, Sent, 3 * time.Second, true},
	{"accepts and breaks off", true, Unknown, 100 * time.Millisecond, false},
	{"hangs before it accepts", false, Unknown, time.Hour, false},
	{"hangs for good before it accepts", false, Rejected, 3 * time.Second, true},
	{"refuses", false, Rejected, 100 * time.Millisecond, false},
	{"refuses late", false, Throttled, 2200 * time.Millisecond, false},
	{"knows the number", false, InvalidNumber, 100 * time.Millisecond, false},
	{"blocks", false, Blocked, 100 * time.Millisecond, false},
}

// meet makes a provider of a fate that counts what it delivers.
func (f fate) meet(delivered *atomic.Int32) *double {
	return &double{answer: func(ctx context.Context, _ Message) Result {
		if f.delivers {
			delivered.Add(1)
		}
		over := ctx.Done()
		if f.deaf {
			over = nil
		}
		select {
		case <-time.After(f.takes):
			return Result{Class: f.knows}
		case <-over:
			return Result{Class: Unknown}
		}
	}}
}

// TestNobodyGetsTwoCodes lets two providers meet with all fates, and Okta send after FAILED, as it may.
func TestNobodyGetsTwoCodes(t *testing.T) {
	t.Parallel()
	for _, onUnknown := range []v1alpha1.OnUnknownOutcome{v1alpha1.UnknownPending, v1alpha1.UnknownNextProvider} {
		for _, first := range fates {
			for _, second := range fates {
				t.Run(fmt.Sprintf("%s/%s, %s", onUnknown, first.name, second.name), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) { codesOf(t, onUnknown, first, second) })
				})
			}
		}
	}
}

func codesOf(t *testing.T, onUnknown v1alpha1.OnUnknownOutcome, first, second fate) {
	t.Helper()
	var delivered atomic.Int32
	spec := handlerOf("a", "b")
	spec.OnUnknownOutcome = onUnknown
	s := build(t, spec, providers{"a": first.meet(&delivered), "b": second.meet(&delivered)})
	start := time.Now()
	told := s.handle(t, fromOkta(t), oktaCall(t, nil))
	if took := time.Since(start); took > defaultBudget-answerMargin+grace {
		t.Errorf("answered after %s", took)
	}
	time.Sleep(5 * time.Second) // whoever is deaf ends by itself
	codes := delivered.Load()
	if told.Status == hook.DeliveryFailed {
		codes++ // Okta's own
		if delivered.Load() > 0 {
			t.Errorf("Okta is told %+v, and a provider has delivered", told)
		}
	}
	if most := map[v1alpha1.OnUnknownOutcome]int32{v1alpha1.UnknownPending: 1, v1alpha1.UnknownNextProvider: 2}[onUnknown]; codes > most {
		t.Errorf("%d codes, want %d at most; Okta is told %+v", codes, most, told)
	}
	if told.Status == hook.DeliverySuccessful && told.Provider != "" && codes == 0 {
		t.Errorf("Okta is told %+v, and nobody has delivered", told)
	}
}
