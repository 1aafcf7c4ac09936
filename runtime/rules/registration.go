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
	rules   []rule
	domains domainList
	deny    bool   // what default says
	message string // of the domain list and default; Okta's own text if empty
}

// rule is a compiled v1alpha1.RegistrationRule.
type rule struct {
	name    string
	kinds   []v1alpha1.RegistrationRequestType // all kinds if empty
	when    *expr.Program                      // always if nil
	denial  *denial                            // nil if the rule allows
	profile []attribute                        // in the order of the names
}

// attribute is a value that a rule sets.
type attribute struct {
	name  string
	value *expr.Program
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
		compiled, err := compileRule(&h.Rules[i])
		if err != nil {
			return nil, fmt.Errorf("compile rule %q: %w", h.Rules[i].Name, err)
		}
		r.rules = append(r.rules, compiled)
	}
	return r, nil
}

func compileRule(from *v1alpha1.RegistrationRule) (rule, error) {
	compiled := rule{name: from.Name, kinds: from.RequestTypes}
	if from.Deny != nil {
		compiled.denial = &denial{summary: from.Deny.Summary, reason: from.Deny.Reason, location: from.Deny.Location}
	}
	if from.When == "" && len(from.Profile) == 0 {
		return compiled, nil
	}
	env, err := expr.NewEnv(hook.Registration)
	if err != nil {
		return rule{}, err
	}
	if from.When != "" {
		if compiled.when, err = env.Compile(from.When, expr.Bool); err != nil {
			return rule{}, fmt.Errorf("when: %w", err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(from.Profile)) {
		if strings.EqualFold(name, "password") {
			return rule{}, fmt.Errorf("profile[%s]: can't be set: Okta lets no hook do that; leave it out", name)
		}
		value, err := env.Compile(string(from.Profile[name]), expr.JSON)
		if err != nil {
			return rule{}, fmt.Errorf("profile[%s]: %w", name, err)
		}
		compiled.profile = append(compiled.profile, attribute{name: name, value: value})
	}
	return compiled, nil
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
