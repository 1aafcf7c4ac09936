package rules

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

// rule is what rules of all hook types have in common: a name, and a condition.
type rule struct {
	name   string        // for messages; the place of a rule that has none, such as rules[0]
	when   *expr.Program // always if nil
	denies bool
}

// matches reports whether the condition of a rule holds. What reads an absent member is decided to the
// disadvantage of the call: a rule that denies matches, any other one does not.
func (r *rule) matches(ctx context.Context, req *hook.Request) (bool, error) {
	if r.when == nil {
		return true, nil
	}
	matches, err := r.when.Bool(ctx, req)
	if errors.Is(err, expr.ErrAbsent) {
		return r.denies, nil
	}
	if err != nil {
		return false, r.fail(fmt.Errorf("when: %w", err))
	}
	return matches, nil
}

// fail marks the error of an expression as what it is, unless it is the end of the call or of what Okta
// takes.
func (r *rule) fail(err error) error {
	err = fmt.Errorf("rule %q: %w", r.name, err)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(err, hook.ErrResponseTooLarge) {
		return hook.Fail(hook.ResponseInvalid, err)
	}
	return hook.Fail(hook.ExpressionFailed, err)
}

// attribute is a value that a rule sets.
type attribute struct {
	field string // of the rule, such as profile[title]
	name  string
	value *expr.Program
}

// setAll computes attributes and puts them into values, which is made if it is nil and there are any.
func setAll(ctx context.Context, req *hook.Request, attributes []attribute, values map[string]any) (map[string]any, error) {
	if values == nil && len(attributes) > 0 {
		values = make(map[string]any, len(attributes))
	}
	for i := range attributes {
		value, err := attributes[i].value.JSON(ctx, req)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", attributes[i].field, err)
		}
		values[attributes[i].name] = value
	}
	return values, nil
}

// compiler compiles the expressions of the hook type that it is Okta's id of. What they can name is looked
// up with the first expression: a handler without any starts without CEL.
type compiler string

// expression compiles what stands in a field of a rule.
func (c compiler) expression(field, source string, want expr.Kind) (*expr.Program, error) {
	env, err := expr.NewEnv(string(c))
	if err != nil {
		return nil, err
	}
	program, err := env.Compile(source, want)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", field, err)
	}
	return program, nil
}

// rule compiles what all rules have.
func (c compiler) rule(name, when string, denies bool) (rule, error) {
	compiled := rule{name: name, denies: denies}
	if when == "" {
		return compiled, nil
	}
	var err error
	compiled.when, err = c.expression("when", when, expr.Bool)
	return compiled, err
}

// attributes compiles the values that a field of a rule sets, in the order of their names.
func (c compiler) attributes(field string, values map[string]v1alpha1.Expression) ([]attribute, error) {
	var compiled []attribute
	for _, name := range slices.Sorted(maps.Keys(values)) {
		at := attribute{field: field + "[" + name + "]", name: name}
		var err error
		if at.value, err = c.expression(at.field, string(values[name]), expr.JSON); err != nil {
			return nil, err
		}
		compiled = append(compiled, at)
	}
	return compiled, nil
}
