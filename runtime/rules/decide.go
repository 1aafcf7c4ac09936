package rules

import (
	"context"
	"errors"
	"fmt"
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
		matches, err := rule.matches(ctx, kind, req)
		if err != nil {
			return verdict{}, fail(fmt.Errorf("rule %q: when: %w", rule.name, err))
		}
		if !matches {
			continue
		}
		profile, err := rule.values(ctx, req)
		if err != nil {
			return verdict{}, fail(fmt.Errorf("rule %q: %w", rule.name, err))
		}
		return verdict{by: rule.name, denied: rule.denial != nil, denial: rule.denial, profile: profile}, nil
	}
	if len(r.domains) > 0 {
		return r.decideByDomain(kind, req)
	}
	return verdict{by: byDefault, denied: r.deny, denial: r.refusal("", "")}, nil
}

// matches reports whether a rule decides a call.
func (r *rule) matches(ctx context.Context, kind v1alpha1.RegistrationRequestType, req *hook.Request) (bool, error) {
	if len(r.kinds) > 0 && !slices.Contains(r.kinds, kind) {
		return false, nil
	}
	if r.when == nil {
		return true, nil
	}
	matches, err := r.when.Bool(ctx, req)
	if errors.Is(err, expr.ErrAbsent) {
		return r.denial != nil, nil
	}
	return matches, err
}

// values computes what a rule sets; nil if that is nothing.
func (r *rule) values(ctx context.Context, req *hook.Request) (map[string]any, error) {
	if len(r.profile) == 0 {
		return nil, nil
	}
	values := make(map[string]any, len(r.profile))
	for _, attribute := range r.profile {
		value, err := attribute.value.JSON(ctx, req)
		if err != nil {
			return nil, fmt.Errorf("profile[%s]: %w", attribute.name, err)
		}
		values[attribute.name] = value
	}
	return values, nil
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

// fail marks the error of an expression as what it is, unless it is the end of the call.
func fail(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return err
	}
	return hook.Fail(hook.ExpressionFailed, err)
}
