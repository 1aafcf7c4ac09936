package oktasim

import (
	"strconv"
	"strings"
	"time"
)

// window is the length of a rate-limit window. It starts with a bucket's first
// request, not at a minute of the clock.
const window = 60 * time.Second

// DefaultRateLimits returns the quotas of an org, requests per minute by bucket.
// A bucket is a path prefix, or with a method in front only that method's share,
// or with {id} at its end only the resource itself; the longest match counts.
// The figures are those last published for enterprise orgs, higher for the log,
// and 0, no limit, for the users' own requests, which have other limits at Okta.
func DefaultRateLimits() map[string]int {
	return map[string]int{
		"/api/v1":                600, // inline hooks, policies and everything else
		"/api/v1/hook-keys":      600,
		"/api/v1/logs":           120,
		"/api/v1/users":          600, // list, create and all lifecycle calls
		"/api/v1/users/{id}":     600,
		"GET /api/v1/users/{id}": 1000,
		"/api/v1/authn":          0,
		"/idp/idx":               0,
		"/.well-known":           0,
	}
}

// bucketOf returns the name of a route's bucket, "" when no bucket matches.
func bucketOf(rt *route, limits map[string]int) string {
	best := ""
	for name := range limits {
		method, path, hasMethod := strings.Cut(name, " ")
		if !hasMethod {
			path = name
		}
		if hasMethod && method != rt.method {
			continue
		}
		matches := rt.pattern == path
		if !strings.Contains(path, "{") {
			matches = matches || strings.HasPrefix(rt.pattern, path+"/")
		}
		if matches && len(name) > len(best) {
			best = name
		}
	}
	return best
}

// limiter counts the requests of each bucket's current window.
type limiter map[string]*bucket

type bucket struct {
	used     int
	ends     time.Time
	reported bool // the violation of this window is in the System Log
}

// quota is what one request is told about its bucket.
type quota struct {
	limited          bool
	exceeded         bool
	limit, remaining int
	reset            int64 // UTC epoch seconds
}

func (o *Org) takeQuota(r *request, name string) quota {
	limit := o.opts.RateLimits[name]
	if limit <= 0 {
		return quota{}
	}
	now := o.opts.Clock()
	o.mu.Lock()
	defer o.mu.Unlock()
	b := o.limiter[name]
	if b == nil || !now.Before(b.ends) {
		// Whole seconds, or the Reset header would lie by the rest.
		b = &bucket{ends: now.Truncate(time.Second).Add(window)}
		o.limiter[name] = b
	}
	q := quota{limited: true, limit: limit, reset: b.ends.Unix(), exceeded: b.used >= limit}
	if !q.exceeded {
		b.used++
	} else if !b.reported {
		b.reported = true
		o.logRateLimit(r, name)
	}
	q.remaining = limit - b.used
	return q
}

// stamp adds the rate-limit headers. There is no Retry-After: Okta has none.
func (q quota) stamp(rp reply) reply {
	if !q.limited {
		return rp
	}
	return rp.
		with("X-Rate-Limit-Limit", strconv.Itoa(q.limit)).
		with("X-Rate-Limit-Remaining", strconv.Itoa(q.remaining)).
		with("X-Rate-Limit-Reset", strconv.FormatInt(q.reset, 10))
}
