package okta

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Waiting times after a 429.
const (
	// fullWindow is the length of Okta's rate-limit windows, waited out in full
	// when the reply does not say when its own ends.
	fullWindow = time.Minute
	// longestWait keeps one nonsensical reply from silencing an org for good.
	longestWait = 5 * time.Minute
	// concurrencyWait and concurrencyJitter space out calls after a refusal for
	// too many simultaneous ones, which ends when any of them does.
	concurrencyWait   = time.Second
	concurrencyJitter = 2 * time.Second
)

// budget remembers what the replies said about the org's rate limits, per
// bucket of Okta's, and withholds calls that Okta is known to refuse: a 429
// counts as a violation in the org's System Log, and every object of the org
// would otherwise earn its own.
type budget struct {
	host    string
	metrics *Metrics

	mu      sync.Mutex
	buckets map[bucket]*window
}

// window is the state of one bucket.
type window struct {
	limit, remaining int
	reset            int64     // Okta's name for this window: the second it ends
	ends             time.Time // the same by our clock
	held             *Error    // why calls are withheld; nil: they are not
}

func newBudget(host string, metrics *Metrics) *budget {
	return &budget{host: host, metrics: metrics, buckets: map[bucket]*window{}}
}

// withheld returns the error for a call that must not be sent now, or nil. It
// is a copy that the caller may fill in.
func (b *budget) withheld(in bucket, now time.Time) *Error {
	b.mu.Lock()
	defer b.mu.Unlock()
	w := b.buckets[in]
	if w == nil || w.held == nil || !now.Before(w.held.RetryAt) {
		return nil
	}
	held := *w.held
	return &held
}

// learn takes in a reply; failure is how it was judged, nil for success.
func (b *budget) learn(in bucket, h http.Header, failure *Error, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	w := b.buckets[in]
	if w == nil {
		w = &window{}
		b.buckets[in] = w
	}
	if failure != nil && failure.Kind == KindRateLimited {
		w.hold(failure) // first: Okta's own words are kept over update's
	}
	w.update(h, now)
	if w.limit > 0 {
		b.metrics.budget(b.host, in, w.limit, w.remaining)
	}
}

// update follows the counter. Replies overtake each other, so within a window
// the lowest remainder counts, and those of an earlier window say nothing.
func (w *window) update(h http.Header, now time.Time) {
	limit, okLimit := number(h, "X-Rate-Limit-Limit")
	remaining, okRemaining := number(h, "X-Rate-Limit-Remaining")
	reset, okReset := number(h, "X-Rate-Limit-Reset")
	if !okLimit || !okRemaining || !okReset || limit == 0 {
		return // limit 0 is the mark of the concurrency limit, not of a bucket
	}
	switch {
	case reset > w.reset || !now.Before(w.ends):
		*w = window{reset: reset, ends: now.Add(retryAfter(h)), remaining: int(remaining), held: w.held}
	case reset < w.reset:
		return
	}
	w.limit, w.remaining = int(limit), min(w.remaining, int(remaining))
	if w.remaining == 0 {
		w.hold(&Error{
			Kind: KindRateLimited, RetryAt: w.ends,
			Summary: "the rate limit of the org is used up (" + strconv.Itoa(w.limit) + " calls per minute)",
		})
	}
}

// hold withholds calls as long as this refusal or an earlier one asks for.
func (w *window) hold(refusal *Error) {
	if w.held == nil || refusal.RetryAt.After(w.held.RetryAt) {
		held := *refusal
		w.held = &held
	}
}

// retryAfter is how long to wait after a reply whose budget is used up. It is
// counted on Okta's clock, by the reply's Date: ours may be off by more than a
// window. Okta sends no Retry-After.
func retryAfter(h http.Header) time.Duration {
	if limit, ok := number(h, "X-Rate-Limit-Limit"); ok && limit == 0 {
		return concurrencyWait + rand.N(concurrencyJitter)
	}
	reset, ok := number(h, "X-Rate-Limit-Reset")
	date, err := http.ParseTime(h.Get("Date"))
	if !ok || err != nil {
		return fullWindow
	}
	// One second more, since both ends are cut to whole seconds.
	wait := time.Unix(reset, 0).Sub(date) + time.Second
	return min(max(wait, time.Second), longestWait)
}

// number reads a header that is a whole number, not negative.
func number(h http.Header, name string) (int64, bool) {
	n, err := strconv.ParseInt(h.Get(name), 10, 64)
	return n, err == nil && n >= 0
}
