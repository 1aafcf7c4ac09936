package rules

import (
	"fmt"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

// tokens are what token hooks patch, in the order of Okta's examples.
var tokens = []target{
	{field: "idToken", member: "identity", command: hook.CommandIdentityPatch, ops: tokenOps},
	{field: "accessToken", member: "access", command: hook.CommandAccessPatch, ops: tokenOps},
}

var tokenOps = []string{v1alpha1.PatchAdd, v1alpha1.PatchReplace, v1alpha1.PatchRemove}

// NewToken makes the handler of a token hook. The error names the operation that Okta would not carry out, or
// the rule whose expression does not compile; what else could be wrong with h is for v1alpha1.ValidateHook
// to find beforehand.
func NewToken(h *v1alpha1.TokenHandler) (hook.Handler, error) {
	if errs := v1alpha1.CheckPatches(&v1alpha1.Handler{Token: h}); len(errs) > 0 {
		return nil, errs.ToAggregate()
	}
	p := &patcher{targets: tokens}
	for i := range h.Rules {
		name := nameOf(h.Rules[i].Name, i)
		compiled, err := compileTokenRule(name, &h.Rules[i])
		if err != nil {
			return nil, fmt.Errorf("compile rule %q: %w", name, err)
		}
		p.rules = append(p.rules, compiled)
	}
	return p, nil
}

func compileTokenRule(name string, from *v1alpha1.TokenRule) (patchRule, error) {
	const expressions = compiler(hook.Token)
	compiled := patchRule{summary: summaryOf(from.Deny)}
	var err error
	if compiled.rule, err = expressions.rule(name, from.When, from.Deny != nil); err != nil {
		return patchRule{}, err
	}
	for target, patches := range [][]v1alpha1.TokenPatch{from.IDToken, from.AccessToken} {
		for i := range patches {
			from := &patches[i]
			patch, err := expressions.patch(tokens[target], i, string(from.Op), from.Pointer(), from.Value, expr.JSON)
			if err != nil {
				return patchRule{}, err
			}
			patch.target = target
			if patch.pointer == v1alpha1.LifetimePath {
				patch.required = true
				patch.form = seconds(v1alpha1.MinTokenLifetime, v1alpha1.MaxTokenLifetime)
			}
			compiled.patches = append(compiled.patches, patch)
		}
	}
	return compiled, nil
}

// nameOf is the name of a rule, or its place.
func nameOf(name string, i int) string {
	if name == "" {
		return fmt.Sprintf("rules[%d]", i)
	}
	return name
}

// seconds takes whole numbers within bounds, and writes them without a fraction: to CEL 3600.0 is a double,
// to Okta no lifetime.
func seconds(least, most int64) func(value any) (any, error) {
	return func(value any) (any, error) {
		if double, isDouble := value.(float64); isDouble && double == float64(int64(double)) {
			value = int64(double)
		}
		if whole, isWhole := value.(int64); isWhole && least <= whole && whole <= most {
			return value, nil
		}
		return nil, fmt.Errorf("must be a whole number of seconds from %d to %d; convert a text with int(...)", least, most)
	}
}
