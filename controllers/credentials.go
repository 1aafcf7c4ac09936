package controllers

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"
)

const (
	// settleTime is how long pods go on accepting a secret after Okta was given another one. A call of
	// Okta ends within 3 s, its one retry included within 6; the rest is for clocks and slow networks.
	settleTime = time.Minute

	// defaultRotation is how often a generated secret is replaced, when the hook does not say.
	defaultRotation = 720 * time.Hour

	// maxCredentials bounds what pods accept when secrets change faster than they settle: the oldest go.
	maxCredentials = 8
)

// credentialFacts are all that the choice of credentials depends on.
type credentialFacts struct {
	// stored are the complete header values that pods accept at present, by number.
	stored map[int]string
	// key of the digests.
	key []byte
	// wanted is the user's own value; empty: the manager generates one.
	wanted string
	// pushed is the digest of what Okta was last given, rotatedAt when; empty: it is not known.
	pushed    string
	rotatedAt time.Time
	// interval between rotations of a generated value.
	interval time.Duration
	now      time.Time
}

// credentialPlan is what pods shall accept and Okta shall be given.
type credentialPlan struct {
	key      []byte
	accepted map[int]string
	// newest is the number that Okta shall be given once all pods accept it.
	newest int
	// digest of the newest.
	digest string
	// next is when the plan changes by itself: an old value is dropped, or a rotation is due. Zero: never.
	next time.Duration
}

// value is what Okta shall send.
func (p credentialPlan) value() string { return p.accepted[p.newest] }

// planCredentials decides which values pods accept. A new value gets the next number and joins those
// that are accepted already; old ones go when Okta has had the newest for the settle time. So there is
// no moment at which Okta sends what some pod does not know.
func planCredentials(f credentialFacts, generate func() string) credentialPlan {
	plan := credentialPlan{key: f.key, accepted: maps.Clone(f.stored)}
	if len(plan.key) == 0 {
		plan.key = randomBytes(32)
	}
	if plan.accepted == nil {
		plan.accepted = map[int]string{}
	}
	plan.newest = newestOf(plan.accepted)
	if add := f.nextValue(plan, generate); add != "" {
		plan.newest = f.nextNumber(plan.newest)
		plan.accepted[plan.newest] = add
	}
	plan.digest = digestOf(plan.key, plan.value())
	plan.drop(f)
	plan.next = f.nextChange(plan)
	return plan
}

// nextNumber is one that no pod has seen with another value. When the Secret was lost, with the numbers, a
// number of before would let pods that know the old value pass for new ones: then it is the time, which is
// later than all of them.
func (f credentialFacts) nextNumber(newest int) int {
	if newest == 0 && f.pushed != "" {
		return int(f.now.Unix())
	}
	return newest + 1
}

// nextValue is a value to add, empty if the newest is still right.
func (f credentialFacts) nextValue(plan credentialPlan, generate func() string) string {
	newest, stored := plan.accepted[plan.newest]
	switch {
	case f.wanted != "" && (!stored || newest != f.wanted):
		return f.wanted
	case f.wanted == "" && (!stored || f.rotationDue(plan, newest)):
		return generate()
	}
	return ""
}

// rotationDue is true when Okta has the newest value and has had it for the interval.
func (f credentialFacts) rotationDue(plan credentialPlan, newest string) bool {
	return f.pushed != "" && f.pushed == digestOf(plan.key, newest) && !f.now.Before(f.rotatedAt.Add(f.interval))
}

// drop removes what Okta no longer sends.
func (p *credentialPlan) drop(f credentialFacts) {
	settled := f.pushed == p.digest && !f.now.Before(f.rotatedAt.Add(settleTime))
	for _, number := range slices.Sorted(maps.Keys(p.accepted)) {
		if number != p.newest && (settled || len(p.accepted) > maxCredentials) {
			delete(p.accepted, number)
		}
	}
}

// nextChange is how long until the plan changes by itself.
func (f credentialFacts) nextChange(p credentialPlan) time.Duration {
	if f.pushed != p.digest {
		return 0
	}
	var next time.Time
	switch {
	case len(p.accepted) > 1:
		next = f.rotatedAt.Add(settleTime)
	case f.wanted == "":
		next = f.rotatedAt.Add(f.interval)
	default:
		return 0
	}
	return max(next.Sub(f.now), time.Second)
}

func newestOf(values map[int]string) int {
	newest := 0
	for number := range values {
		newest = max(newest, number)
	}
	return newest
}

// digestOf is what may be shown of a secret: keyed, so that it can't be guessed from the outside.
func digestOf(key []byte, value string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(value))
	return hex.EncodeToString(mac.Sum(nil))[:32]
}

// generateFor makes a header value of 256 random bits. The Authorization header has a scheme word
// (RFC 9110, section 11.4), which some proxies insist on.
func generateFor(header string) func() string {
	return func() string {
		token := base64.RawURLEncoding.EncodeToString(randomBytes(32))
		if strings.EqualFold(header, "Authorization") {
			return "Bearer " + token
		}
		return token
	}
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return b
}
