package rules

import (
	"fmt"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

// assertion is what SAML hooks patch. Okta takes nothing out of one.
var assertion = target{
	field: "assertion", member: "assertion", command: hook.CommandAssertionPatch,
	ops: []string{v1alpha1.PatchAdd, v1alpha1.PatchReplace},
}

// NewSAML makes the handler of a SAML assertion hook. The error names the operation that Okta would not carry
// out, or the rule whose expression does not compile; what else could be wrong with h is for
// v1alpha1.ValidateHook to find beforehand.
func NewSAML(h *v1alpha1.SAMLHandler) (hook.Handler, error) {
	if errs := v1alpha1.CheckPatches(&v1alpha1.Handler{SAML: h}); len(errs) > 0 {
		return nil, errs.ToAggregate()
	}
	p := &patcher{targets: []target{assertion}}
	for i := range h.Rules {
		name := nameOf(h.Rules[i].Name, i)
		compiled, err := compileSAMLRule(name, &h.Rules[i])
		if err != nil {
			return nil, fmt.Errorf("compile rule %q: %w", name, err)
		}
		p.rules = append(p.rules, compiled)
	}
	return p, nil
}

func compileSAMLRule(name string, from *v1alpha1.SAMLRule) (patchRule, error) {
	const expressions = compiler(hook.SAMLAssertion)
	compiled := patchRule{summary: summaryOf(from.Deny)}
	var err error
	if compiled.rule, err = expressions.rule(name, from.When, from.Deny != nil); err != nil {
		return patchRule{}, err
	}
	for i := range from.Assertion {
		from := &from.Assertion[i]
		patch, err := expressions.samlPatch(i, from)
		if err != nil {
			return patchRule{}, err
		}
		compiled.patches = append(compiled.patches, patch)
	}
	return compiled, nil
}

// samlPatch compiles operation i of a rule.
func (c compiler) samlPatch(i int, from *v1alpha1.SAMLPatch) (patch, error) {
	if from.Claim != "" {
		compiled, err := c.patch(assertion, i, string(from.Op), from.Pointer(), string(from.Value), expr.JSON)
		compiled.write = newClaim(from).write
		return compiled, err
	}
	tokens, err := v1alpha1.SplitPointer(from.Path)
	if err != nil {
		return patch{}, err
	}
	kind := expr.AssertionKind(tokens)
	var form func(any) (any, error)
	switch kind {
	case expr.Integer: // how long the session at the service provider may last: what Okta makes SessionNotOnOrAfter of
		kind, form = expr.JSON, seconds(1, v1alpha1.MaxSessionLifetime)
	case expr.Scalar:
		form = attributeText
	}
	compiled, err := c.patch(assertion, i, string(from.Op), from.Path, string(from.Value), kind)
	compiled.form = form
	return compiled, err
}

// attributeText takes what can be written as the value of an attribute.
func attributeText(value any) (any, error) {
	attribute, err := attributeValue(value)
	return attribute.text, err
}
