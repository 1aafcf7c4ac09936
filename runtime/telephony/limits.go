package telephony

import (
	"slices"
	"time"

	"github.com/hookline/hookline/api/v1alpha1"
)

// blocker is what blocked a call, from a closed set: a label of metrics, and told in the answer and the log.
type blocker string

const (
	blockedByCountry  blocker = "country"  // not in allowedCountries
	blockedByNumber   blocker = "number"   // over limits.perNumber
	blockedByUser     blocker = "user"     // over limits.perUser
	blockedByPrefix   blocker = "prefix"   // over limits.perPrefix
	blockedByProvider blocker = "provider" // its fraud protection or its account's policy
)

// allows reports whether codes may be sent to a country. With a list, not to numbers of no country.
func allows(allowed []v1alpha1.CountryCode, country string) bool {
	return len(allowed) == 0 || slices.Contains(allowed, v1alpha1.CountryCode(country))
}

// limit is a v1alpha1.VelocityLimit on one kind of key.
type limit struct {
	by     blocker
	key    func(*call) string // empty: the limit does not concern this call
	count  int
	window time.Duration
}

// newLimits lists what there is to look at, in the order in which it is.
func newLimits(spec *v1alpha1.TelephonyLimits) []limit {
	if spec == nil {
		return nil
	}
	var limits []limit
	for _, each := range []struct {
		limit limit
		spec  *v1alpha1.VelocityLimit
	}{
		{limit{by: blockedByNumber, key: func(c *call) string { return c.number.e164 }}, spec.PerNumber},
		{limit{by: blockedByUser, key: (*call).user}, spec.PerUser},
		{limit{by: blockedByPrefix, key: func(c *call) string { return c.number.prefix() }}, spec.PerPrefix},
	} {
		if each.spec == nil {
			continue
		}
		each.limit.count, each.limit.window = int(each.spec.Count), each.spec.Window.Duration
		limits = append(limits, each.limit)
	}
	return limits
}

// user is who the code is for: the id in Okta, or else the login.
func (c *call) user() string {
	if c.userID == "" && c.login != "" {
		return "login:" + c.login
	}
	return c.userID
}

// claims are the limits that concern the call.
func claims(limits []limit, c *call) []claim {
	var found []claim
	for i := range limits {
		if key := limits[i].key(c); key != "" {
			found = append(found, claim{limit: &limits[i], key: key})
		}
	}
	return found
}
