package outbound_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/runtime/outbound"
)

var (
	errDown  = errors.New("down")
	errGone  = errors.New("the caller hung up")
	errNoSay = errors.New("an answer that is no use")
)

// afterPause is when an open breaker makes a call again, on the clock of synctest's bubble.
const afterPause = 2*time.Second + time.Millisecond

func judge(err error) outbound.Verdict {
	switch {
	case errors.Is(err, errDown):
		return outbound.Fails
	case errors.Is(err, errGone):
		return outbound.Unknown
	default:
		return outbound.Works
	}
}

// newBreaker makes a breaker and returns it with its changes of state so far.
func newBreaker() (*outbound.Breaker[string], *[]outbound.State) {
	var changes []outbound.State
	return outbound.NewBreaker[string](judge, func(_, to outbound.State) { changes = append(changes, to) }), &changes
}

// calls makes one call per outcome and returns what came back.
func calls(b *outbound.Breaker[string], outcomes ...error) (results []error) {
	for _, outcome := range outcomes {
		_, err := b.Do(func() (string, error) { return "answer", outcome })
		results = append(results, err)
	}
	return results
}

func expect(t *testing.T, what string, got []error, want ...error) {
	t.Helper()
	if !cmp.Equal(got, want, cmp.Comparer(errors.Is)) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestServiceThatIsDownIsNotCalledForAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, changes := newBreaker()
		expect(t, "first five calls", calls(b, errDown, errDown, errDown, errDown, errDown),
			errDown, errDown, errDown, errDown, errDown)
		expect(t, "sixth call", calls(b, nil), outbound.ErrOpen)

		time.Sleep(afterPause)
		expect(t, "the call that tries, and the next", calls(b, errDown, nil), errDown, outbound.ErrOpen)

		time.Sleep(afterPause)
		expect(t, "the call that gets through, and the next", calls(b, nil, errDown), nil, errDown)

		want := []outbound.State{outbound.Open, outbound.HalfOpen, outbound.Open, outbound.HalfOpen, outbound.Closed}
		if diff := cmp.Diff(want, *changes); diff != "" {
			t.Errorf("states (-want +got):\n%s", diff)
		}
	})
}

func TestOnlyOneCallTriesAServiceThatWasDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, _ := newBreaker()
		calls(b, errDown, errDown, errDown, errDown, errDown)
		time.Sleep(afterPause)
		_, err := b.Do(func() (string, error) {
			expect(t, "a call meanwhile", calls(b, nil), outbound.ErrOpen)
			return "", nil
		})
		expect(t, "the call that tries", []error{err}, nil)
	})
}

func TestWhatIsNoFailureOfTheServiceDoesNotOpen(t *testing.T) {
	t.Parallel()
	for name, outcome := range map[string]error{
		"a caller who hung up is neither here nor there": errGone,
		"an answer that is no use is an answer":          errNoSay,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, changes := newBreaker()
			for range 20 {
				expect(t, "call", calls(b, outcome), outcome)
			}
			if len(*changes) != 0 {
				t.Errorf("changed to %v", *changes)
			}
		})
	}
}

func TestAnAnswerEndsARowOfFailures(t *testing.T) {
	t.Parallel()
	b, changes := newBreaker()
	for range 10 {
		calls(b, errDown, errDown, errDown, errDown, nil)
	}
	if len(*changes) != 0 {
		t.Errorf("changed to %v", *changes)
	}
}

func TestHangUpsDoNotEndARowOfFailures(t *testing.T) {
	t.Parallel()
	b, changes := newBreaker()
	calls(b, errDown, errGone, errDown, errGone, errDown, errGone, errDown, errGone, errDown)
	if diff := cmp.Diff([]outbound.State{outbound.Open}, *changes); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

func TestANilListenerIsNotTold(t *testing.T) {
	t.Parallel()
	b := outbound.NewBreaker[string](judge, nil)
	expect(t, "calls", calls(b, errDown, errDown, errDown, errDown, errDown, nil),
		errDown, errDown, errDown, errDown, errDown, outbound.ErrOpen)
}
