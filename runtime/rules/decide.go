package rules

import (
	"context"
	"slices"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

// What decided, if no rule did. The names have a dot in them, which names of rules can't have.
const (
	byDomains = "registration.allowedEmailDomains"
	byDefault = "registration.default"
)

// invalidEmailDomain is the reason of a refusal by allowedEmailDomains, as Okta's own examples have it.
const invalidEmailDomain = "INVALID_EMAIL_DOMAIN"

// verdict is what a call comes to.
type verdict struct {
	by      string // the rule that decided, or byDomains or byDefault
	denied  bool
	denial  *denial        // what the person is told; nil for Okta's own text
	profile map[string]any // what to set if it is allowed
}

// denial is what a person who is refused is told.
type denial struct {
	summary  string
	reason   string
	location string
}

// decide judges a call. It changes nothing and depends on nothing but the configuration and the call.
func (r *registration) decide(ctx context.Context, kind v1alpha1.RegistrationRequestType, req *hook.Request) (verdict, error) {
	for i := range r.rules {
		rule := &r.rules[i]
		if !rule.isFor(kind) {
			continue
		}
		matches, err := rule.matches(ctx, req)
		if err != nil {
			return verdict{}, err
		}
		if !matches {
			continue
		}
		profile, err := setAll(ctx, req, rule.profile, nil)
		if err != nil {
			return verdict{}, rule.fail(err)
		}
		return verdict{by: rule.name, denied: rule.denial != nil, denial: rule.denial, profile: profile}, nil
	}
	if len(r.domains) > 0 {
		return r.decideByDomain(kind, req)
	}
	return verdict{by: byDefault, denied: r.deny, denial: r.refusal("", "")}, nil
}

// isFor reports whether a rule is for that kind of call.
func (r *registrationRule) isFor(kind v1alpha1.RegistrationRequestType) bool {
	return len(r.kinds) == 0 || slices.Contains(r.kinds, kind)
}

// decideByDomain holds the email address of somebody who signs up, or the one that a user changes to, to the
// list. A profile update that leaves the address alone passes: it concerns somebody who is in already.
func (r *registration) decideByDomain(kind v1alpha1.RegistrationRequestType, req *hook.Request) (verdict, error) {
	data := expr.Object(req.Body(), "data")
	email, location := expr.Object(data, "userProfile")["email"], "data.userProfile.email"
	if kind == v1alpha1.RequestProgressiveProfile {
		var changed bool
		if email, changed = changedEmail(data); !changed {
			return verdict{by: byDomains}, nil
		}
		location = "data.userProfileUpdate.email"
	}
	if r.domains.accept(email) {
		return verdict{by: byDomains}, nil
	}
	return verdict{by: byDomains, denied: true, denial: r.refusal(invalidEmailDomain, location)}, nil
}

// changedEmail is the address that a profile update sets; false if it leaves the address alone. Only two
// equal texts are the same address, and an update that can't be read changes it to who knows what.
func changedEmail(data map[string]any) (any, bool) {
	update, isObject := data["userProfileUpdate"].(map[string]any)
	if !isObject {
		return nil, data["userProfileUpdate"] != nil
	}
	email, given := update["email"]
	if !given {
		return nil, false
	}
	after, isText := email.(string)
	before, wasText := expr.Object(data, "context", "user", "profile")["email"].(string)
	return email, !isText || !wasText || after != before
}

// refusal is what message makes of a refusal; nil without a message.
func (r *registration) refusal(reason, location string) *denial {
	if r.message == "" {
		return nil
	}
	return &denial{summary: r.message, reason: reason, location: location}
}
