package okta

import (
	"net/http"
	"strconv"
	"testing"
	"time"
)

// limits makes the headers of a reply at the given second of a made-up minute.
func limits(limit, remaining, reset, date int) http.Header {
	h := http.Header{}
	h.Set("X-Rate-Limit-Limit", strconv.Itoa(limit))
	h.Set("X-Rate-Limit-Remaining", strconv.Itoa(remaining))
	h.Set("X-Rate-Limit-Reset", strconv.Itoa(reset))
	h.Set("Date", time.Unix(int64(date), 0).UTC().Format(http.TimeFormat))
	return h
}

func without(h http.Header, name string) http.Header { h.Del(name); return h }

func TestTheWaitIsCountedOnOktasClock(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		header   http.Header
		min, max time.Duration
	}{
		{"reset less date and a second", limits(50, 0, 1008, 1000), 9 * time.Second, 9 * time.Second},
		{"a reset that has passed", limits(50, 0, 900, 1000), time.Second, time.Second},
		{"a reset beyond reason", limits(50, 0, 1000000, 1000), longestWait, longestWait},
		{"no date", without(limits(50, 0, 1008, 1000), "Date"), fullWindow, fullWindow},
		{"no reset", without(limits(50, 0, 1008, 1000), "X-Rate-Limit-Reset"), fullWindow, fullWindow},
		{"no headers", http.Header{}, fullWindow, fullWindow},
		{"too many at once", limits(0, 0, 1060, 1000), concurrencyWait, concurrencyWait + concurrencyJitter},
	} {
		if got := retryAfter(tc.header); got < tc.min || got > tc.max {
			t.Errorf("%s: got %s, want %s to %s", tc.name, got, tc.min, tc.max)
		}
	}
}

func TestTheBudgetFollowsTheCounter(t *testing.T) {
	t.Parallel()
	start := time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC) // not Okta's 1970
	type seen struct {
		at     time.Duration
		header http.Header
	}
	for _, tc := range []struct {
		name      string
		replies   []seen
		ask       time.Duration
		heldUntil time.Duration // 0: not held
		remaining int
	}{
		{"calls are left", []seen{{0, limits(50, 3, 1060, 1000)}}, 0, 0, 3},
		{"none are left: held until the window ends", []seen{{0, limits(50, 0, 1060, 1000)}}, 30 * time.Second, 61 * time.Second, 0},
		{"the window has ended", []seen{{0, limits(50, 0, 1060, 1000)}}, 61 * time.Second, 0, 0},
		{
			"a reply that was overtaken does not give calls back",
			[]seen{{0, limits(50, 1, 1060, 1000)}, {0, limits(50, 2, 1060, 1000)}}, 0, 0, 1,
		},
		{
			"the next window starts afresh",
			[]seen{{0, limits(50, 0, 1060, 1000)}, {62 * time.Second, limits(50, 49, 1122, 1062)}}, 62 * time.Second, 0, 49,
		},
		{
			"a late reply of the last window says nothing",
			[]seen{{0, limits(50, 40, 1120, 1060)}, {0, limits(50, 0, 1060, 1059)}}, 0, 0, 40,
		},
		{
			"a nonsensical reset is believed for five minutes only",
			[]seen{{0, limits(50, 9, 9000000, 1000)}, {longestWait, limits(50, 7, 1360, 1300)}}, longestWait, 0, 7,
		},
		{"the mark of the concurrency limit is no counter", []seen{{0, limits(50, 5, 1060, 1000)}, {0, limits(0, 0, 1060, 1000)}}, 0, 0, 5},
		{"a reply without headers changes nothing", []seen{{0, limits(50, 5, 1060, 1000)}, {0, http.Header{}}}, 0, 0, 5},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := newBudget("org", nil)
			for _, reply := range tc.replies {
				b.learn(managementBucket, reply.header, nil, start.Add(reply.at))
			}
			held := b.withheld(managementBucket, start.Add(tc.ask))
			switch {
			case tc.heldUntil == 0 && held != nil:
				t.Errorf("held until %s, want not held", held.RetryAt)
			case tc.heldUntil != 0 && (held == nil || !held.RetryAt.Equal(start.Add(tc.heldUntil))):
				t.Errorf("got %+v, want held until %s", held, start.Add(tc.heldUntil))
			}
			if got := b.buckets[managementBucket].remaining; got != tc.remaining {
				t.Errorf("remaining: got %d, want %d", got, tc.remaining)
			}
		})
	}
}

func TestBucketsAreApart(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/.well-known/okta-organization" {
			answer(200, `{"id":"00o1","pipeline":"idx"}`)(w, r)
			return
		}
		answer(429, body("E0000047", "API call exceeded rate limit due to too many requests."))(w, r)
	})
	c := s.client(t)
	if _, err := c.ListInlineHooks(t.Context(), ""); KindOf(err) != KindRateLimited {
		t.Fatal(err)
	}
	if org, err := c.Organization(t.Context()); err != nil || org.ID != "00o1" {
		t.Errorf("got %+v, %v", org, err)
	}
	if _, err := c.ListInlineHooks(t.Context(), ""); KindOf(err) != KindRateLimited || s.requests.Load() != 2 {
		t.Errorf("got %v after %d requests, want the second list withheld", err, s.requests.Load())
	}
}
