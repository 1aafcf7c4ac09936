package expr

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/hookline/hookline/api/v1alpha1"
)

// expression is one expression that a user wrote.
type expression struct {
	path   *field.Path
	source string
	want   Kind
}

// CheckHandler compiles every expression of a handler of type t and returns what is wrong with each, with
// paths such as handler.registration.rules[0].when. What else may be wrong with the handler is up to
// v1alpha1.ValidateHook.
func CheckHandler(t v1alpha1.HookType, h *v1alpha1.Handler) field.ErrorList {
	expressions := expressionsOf(h)
	if len(expressions) == 0 {
		return nil
	}
	env, err := NewEnv(t.OktaID())
	if err != nil {
		return field.ErrorList{field.InternalError(field.NewPath("handler"), err)}
	}
	var errs field.ErrorList
	for _, e := range expressions {
		if _, err := env.Compile(e.source, e.want); err != nil {
			errs = append(errs, field.Invalid(e.path, shorten(oneLine(e.source)), err.Error()))
		}
	}
	return errs
}

// expressionsOf is the one list of where expressions stand in a handler, in the order in which they are
// tried.
func expressionsOf(h *v1alpha1.Handler) []expression {
	if h == nil {
		return nil
	}
	var found []expression
	root := field.NewPath("handler")
	if p := h.PasswordImport; p != nil && p.Username != "" {
		found = append(found, expression{root.Child("passwordImport", "username"), p.Username, String})
	}
	if r := h.Registration; r != nil {
		for i, rule := range r.Rules {
			at := root.Child("registration", "rules").Index(i)
			if rule.When != "" {
				found = append(found, expression{at.Child("when"), rule.When, Bool})
			}
			for _, name := range slices.Sorted(maps.Keys(rule.Profile)) {
				found = append(found, expression{at.Child("profile").Key(name), string(rule.Profile[name]), JSON})
			}
		}
	}
	return found
}
