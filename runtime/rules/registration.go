package rules

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

// registration is the handler of registration hooks.
type registration struct {
	rules   []registrationRule
	domains domainList
	deny    bool   // what default says
	message string // of the domain list and default; Okta's own text if empty
}

// registrationRule is a compiled v1alpha1.RegistrationRule.
type registrationRule struct {
	rule
	kinds   []v1alpha1.RegistrationRequestType // all kinds if empty
	denial  *denial                            // nil if the rule allows
	profile []attribute
}

// NewRegistration makes the handler of a registration hook. The error names the rule whose expression does
// not compile; what else could be wrong with h is for v1alpha1.ValidateHook to find beforehand.
func NewRegistration(h *v1alpha1.RegistrationHandler) (hook.Handler, error) {
	r := &registration{
		domains: newDomainList(h.AllowedEmailDomains),
		deny:    h.Default != v1alpha1.RegistrationAllow,
		message: h.Message,
	}
	for i := range h.Rules {
		compiled, err := compileRegistrationRule(&h.Rules[i])
		if err != nil {
			return nil, fmt.Errorf("compile rule %q: %w", h.Rules[i].Name, err)
		}
		r.rules = append(r.rules, compiled)
	}
	return r, nil
}

func compileRegistrationRule(from *v1alpha1.RegistrationRule) (registrationRule, error) {
	const expressions = compiler(hook.Registration)
	compiled := registrationRule{kinds: from.RequestTypes}
	if from.Deny != nil {
		compiled.denial = &denial{summary: from.Deny.Summary, reason: from.Deny.Reason, location: from.Deny.Location}
	}
	var err error
	if compiled.rule, err = expressions.rule(from.Name, from.When, from.Deny != nil); err != nil {
		return registrationRule{}, err
	}
	if err = refusePassword(from.Profile); err != nil {
		return registrationRule{}, err
	}
	compiled.profile, err = expressions.attributes("profile", from.Profile)
	return compiled, err
}

// refusePassword is for the profile of a user, of which a hook can set all but that.
func refusePassword(profile map[string]v1alpha1.Expression) error {
	for _, name := range slices.Sorted(maps.Keys(profile)) {
		if strings.EqualFold(name, "password") {
			return fmt.Errorf("profile[%s]: can't be set: Okta lets no hook do that; leave it out", name)
		}
	}
	return nil
}

// Handle implements hook.Handler.
func (r *registration) Handle(ctx context.Context, req *hook.Request) (*hook.Response, error) {
	kind, err := kindOf(req)
	if err != nil {
		return nil, err
	}
	verdict, err := r.decide(ctx, kind, req)
	if err != nil {
		return nil, err
	}
	return answer(kind, verdict), nil
}

// kindOf is what the call is about.
func kindOf(req *hook.Request) (v1alpha1.RegistrationRequestType, error) {
	switch req.RequestType {
	case expr.SelfServiceRegistration, "":
		return v1alpha1.RequestSelfService, nil
	case expr.ProgressiveProfile:
		return v1alpha1.RequestProgressiveProfile, nil
	default:
		return "", hook.Fail(hook.RequestInvalid, fmt.Errorf("requestType is neither %s nor %s, and rules were written for no other",
			expr.SelfServiceRegistration, expr.ProgressiveProfile))
	}
}
