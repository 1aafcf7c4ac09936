package rules

import (
	"errors"
	"fmt"
	"math"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

// sessionLifetime is how long the session at the service provider may last, in seconds: what Okta makes
// SessionNotOnOrAfter of. It is not in requests.
const sessionLifetime = "/authentication/sessionLifetime"

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
		patch, err := expressions.patch(assertion, i, string(from.Op), from.Pointer(), string(from.Value))
		if err != nil {
			return patchRule{}, err
		}
		if from.Claim != "" {
			patch.write = newClaim(from).write
		} else {
			patch.form = assertionForm(&patch)
		}
		compiled.patches = append(compiled.patches, patch)
	}
	return compiled, nil
}

// assertionForm is what Okta takes at the place of a patch; nil for any JSON.
func assertionForm(p *patch) func(value any) (any, error) {
	switch {
	case p.pointer == sessionLifetime:
		return seconds(1, math.MaxInt32)
	case p.path[0] != claims:
		return nil
	case len(p.path) == 2:
		return wholeStatement
	case p.path[len(p.path)-1] == valueOf:
		return attributeText
	default:
		return nil
	}
}

// attributeText takes what can be written as the value of an attribute.
func attributeText(value any) (any, error) {
	attribute, err := attributeValue(value)
	return attribute.text, err
}

// wholeStatement takes attribute statements as somebody has written them out.
func wholeStatement(value any) (any, error) {
	statement, _ := value.(map[string]any)
	if _, isList := statement[attributeValues].([]any); !isList {
		return nil, errors.New("must be a whole attribute statement with attributeValues; write claim instead of path to have it made")
	}
	return value, nil
}
