package expr

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/hookline/hookline/api/v1alpha1"
)

// expression is one expression that a user wrote.
type expression struct {
	path   *field.Path
	source string // empty if it was left out
	want   Kind
	scope  Scope
	// constant says what is wrong with an expression that yields this value for every call, or "". If it is
	// nil, any value will do.
	constant func(value any) string
	// within is the patch that the expression belongs to, if it does.
	within *field.Path
}

// CheckHandler compiles every expression of a handler of type t and returns what is wrong with each, with
// paths such as handler.registration.rules[0].when. What v1alpha1.CheckPatches finds stands among them, in the
// order of the manifest. What else may be wrong with the handler, such as that it answers hooks of another
// type, is up to v1alpha1.ValidateHook.
func CheckHandler(t v1alpha1.HookType, h *v1alpha1.Handler) field.ErrorList {
	if h == nil {
		return nil
	}
	var errs field.ErrorList
	patches := v1alpha1.CheckPatches(h)
	for _, e := range expressionsOf(t, h) {
		var here field.ErrorList
		here, patches = split(patches, e.within)
		errs = append(errs, here...)
		if problem := e.problem(t); problem != "" {
			errs = append(errs, field.Invalid(e.path, shorten(oneLine(e.source)), problem))
		}
	}
	return append(errs, patches...)
}

// problem says what is wrong with the expression, or "".
func (e *expression) problem(t v1alpha1.HookType) string {
	if e.source == "" {
		return ""
	}
	env, err := NewScopedEnv(t.OktaID(), e.scope)
	if err != nil {
		return err.Error()
	}
	program, err := env.Compile(e.source, e.want)
	if err != nil {
		return err.Error()
	}
	if !program.constant {
		return ""
	}
	value, err := program.constantValue()
	switch {
	case err != nil:
		return fmt.Sprintf("ends in an error for every call: %s", strings.TrimLeft(strings.TrimPrefix(err.Error(), "evaluate expression"), ": "))
	case e.constant != nil:
		return e.constant(value)
	}
	return ""
}

// split takes those out of errs that are about the patch.
func split(errs field.ErrorList, patch *field.Path) (about, others field.ErrorList) {
	if patch == nil {
		return nil, errs
	}
	for _, err := range errs {
		if strings.HasPrefix(err.Field, patch.String()+".") {
			about = append(about, err)
		} else {
			others = append(others, err)
		}
	}
	return about, others
}
