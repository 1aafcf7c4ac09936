package telephony

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hookline/hookline/api/v1alpha1"
)

// claimOf is a claim on one number.
func claimOf(key string, count int, window time.Duration) []claim {
	return []claim{{limit: &limit{by: blockedByNumber, count: count, window: window}, key: key}}
}

func TestNoMoreThanTheLimitWithinAnyWindow(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		count  int
		window time.Duration
	}{{1, time.Second}, {5, 10 * time.Minute}, {exactCount, time.Minute}, {exactCount + 1, time.Minute}, {1000, 24 * time.Hour}} {
		t.Run(fmt.Sprintf("%d in %s", tc.count, tc.window), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, random := NewHistory(), rand.New(rand.NewPCG(1, 2))
				var taken []time.Time
				for range 5 * tc.count {
					// Somewhat faster than allowed.
					time.Sleep(time.Duration(random.Int64N(int64(tc.window)/int64(tc.count)) + 1))
					if _, over := h.take(claimOf("a", tc.count, tc.window)); over == "" {
						taken = append(taken, time.Now())
					}
				}
				for i := tc.count; i < len(taken); i++ {
					if apart := taken[i].Sub(taken[i-tc.count]); apart < tc.window {
						t.Fatalf("%d codes within %s", tc.count+1, apart)
					}
				}
				if len(taken) <= tc.count {
					t.Errorf("only %d codes in several windows", len(taken))
				}
			})
		})
	}
}

func TestPlacesBecomeFreeWhenTheWindowIsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := NewHistory()
		expect := func(what string, want blocker) {
			t.Helper()
			if _, over := h.take(claimOf("a", 2, time.Minute)); over != want {
				t.Errorf("%s: got %q, want %q", what, over, want)
			}
		}
		expect("the first", "")
		time.Sleep(30 * time.Second)
		expect("the second", "")
		expect("the third", blockedByNumber)
		time.Sleep(30*time.Second - 1)
		expect("a moment before the window of the first is over", blockedByNumber)
		time.Sleep(time.Nanosecond)
		expect("when it is over", "")
		expect("and one more", blockedByNumber)
	})
}

func TestCodesThatWereNotSentDoNotCount(t *testing.T) {
	t.Parallel()
	for _, count := range []int{3, 3 * exactCount} {
		synctest.Test(t, func(t *testing.T) {
			h := NewHistory()
			for range 10 * count {
				slots, over := h.take(claimOf("a", count, time.Minute))
				if over != "" {
					t.Fatal("blocked, though none of those before was sent")
				}
				time.Sleep(time.Second) // other codes may be counted meanwhile, old ones forgotten
				h.giveBack(slots)
			}
			if left := len(h.kind(blockedByNumber).byKey); left != 0 {
				t.Errorf("%d numbers are remembered that nothing was sent to", left)
			}
		})
	}
}

func TestKeysDoNotShareALimit(t *testing.T) {
	t.Parallel()
	h := NewHistory()
	for _, key := range []string{"a", "b", "c"} {
		if _, over := h.take(claimOf(key, 1, time.Hour)); over != "" {
			t.Errorf("%s is blocked by those before", key)
		}
	}
	claims := claimOf("a", 1, time.Hour)
	claims[0].limit.by = blockedByUser
	if _, over := h.take(claims); over != "" {
		t.Error("a user is blocked by a number of the same name")
	}
}

func TestALimitThatBlocksTakesNothing(t *testing.T) {
	t.Parallel()
	h := NewHistory()
	both := func(number string) []claim {
		return append(claimOf(number, 5, time.Hour), claim{&limit{by: blockedByPrefix, count: 1, window: time.Hour}, "p"})
	}
	if _, over := h.take(both("a")); over != "" {
		t.Fatal("the first is blocked")
	}
	for range 10 {
		if _, over := h.take(both("a")); over != blockedByPrefix {
			t.Fatalf("got %q, want %q: what was blocked has counted for the number", over, blockedByPrefix)
		}
	}
}

func TestTheLastPlaceIsTakenOnce(t *testing.T) {
	t.Parallel()
	h := NewHistory()
	const limit, callers = 7, 50
	var together sync.WaitGroup
	got := make(chan blocker, callers)
	for range callers {
		together.Go(func() {
			_, over := h.take(claimOf("a", limit, time.Hour))
			got <- over
		})
	}
	together.Wait()
	close(got)
	taken := 0
	for over := range got {
		if over == "" {
			taken++
		}
	}
	if taken != limit {
		t.Errorf("%d of %d calls at the same time passed, want %d", taken, callers, limit)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := NewHistory()
		for i := range maxTracks + 100 {
			h.take(claimOf(strconv.Itoa(i), 1, time.Hour))
		}
		numbers := h.kind(blockedByNumber)
		if got := len(numbers.byKey); got != maxTracks || numbers.order.Len() != maxTracks {
			t.Errorf("%d numbers are remembered, in order %d; want %d", got, numbers.order.Len(), maxTracks)
		}
		if _, over := h.take(claimOf("0", 1, time.Hour)); over != "" {
			t.Error("the oldest is still remembered")
		}
		if _, over := h.take(claimOf(strconv.Itoa(maxTracks+99), 1, time.Hour)); over == "" {
			t.Error("the newest is forgotten")
		}
		time.Sleep(time.Hour)
		h.take(claimOf("a", 1, time.Hour))
		if got := len(numbers.byKey); got != 1 {
			t.Errorf("%d numbers are remembered when the window of all but one is over", got)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		h := NewHistory()
		for range 100_000 {
			h.take(claimOf("a", 100_000, time.Hour))
			time.Sleep(time.Millisecond)
		}
		for _, element := range h.kind(blockedByNumber).byKey {
			if got := len(element.Value.(*track).bursts); got > exactCount+1 {
				t.Errorf("one number takes %d bursts, want at most %d", got, exactCount+1)
			}
		}
	})
}

func TestWhatWasSentToLatelyIsForgottenLast(t *testing.T) {
	t.Parallel()
	h := NewHistory()
	h.take(claimOf("often", 2, time.Hour))
	h.take(claimOf("once", 1, time.Hour))
	h.take(claimOf("often", 2, time.Hour))
	for i := range maxTracks - 1 {
		h.take(claimOf(strconv.Itoa(i), 1, time.Hour))
	}
	if _, over := h.take(claimOf("often", 2, time.Hour)); over == "" {
		t.Error("the one that was sent to lately is forgotten")
	}
	if _, over := h.take(claimOf("once", 1, time.Hour)); over != "" {
		t.Error("the one that was sent to longest ago is not")
	}
}

func TestNumbersAreNotKept(t *testing.T) {
	t.Parallel()
	h := NewHistory()
	h.take(claimOf(testNumber, 1, time.Hour))
	if same := NewHistory(); h.hash(claimOf(testNumber, 1, 0)[0]) == same.hash(claimOf(testNumber, 1, 0)[0]) {
		t.Error("two processes have the same hash of a number, so it can be found by trying all numbers")
	}
}

func TestLimitsAreLookedAtInOrder(t *testing.T) {
	t.Parallel()
	c := &call{number: parseNumber(testNumber), userID: "00u1"}
	limits := newLimits(&v1alpha1.TelephonyLimits{
		PerPrefix: velocity(3, time.Hour), PerUser: velocity(2, time.Minute), PerNumber: velocity(1, time.Second),
	})
	want := []claim{
		{&limit{by: blockedByNumber, count: 1, window: time.Second}, testNumber},
		{&limit{by: blockedByUser, count: 2, window: time.Minute}, "00u1"},
		{&limit{by: blockedByPrefix, count: 3, window: time.Hour}, "+1415555"},
	}
	got := claims(limits, c)
	if len(got) != len(want) {
		t.Fatalf("got %d claims, want %d", len(got), len(want))
	}
	for i := range want {
		if g, w := got[i], want[i]; g.key != w.key || g.limit.by != w.limit.by || g.limit.count != w.limit.count || g.limit.window != w.limit.window {
			t.Errorf("claim %d: got %s %+v, want %s %+v", i, g.key, g.limit, w.key, w.limit)
		}
	}
	if got := claims(limits, &call{number: number{e164: "+123"}}); len(got) != 1 || got[0].limit.by != blockedByNumber {
		t.Errorf("a call without user and prefix: got %d claims, want the one on the number", len(got))
	}
	if newLimits(nil) != nil {
		t.Error("there are limits where none are configured")
	}
}
