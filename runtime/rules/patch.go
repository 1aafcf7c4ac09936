package rules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

// patcher is the handler of the hooks that answer with JSON Patches: those of tokens and SAML assertions.
type patcher struct {
	targets []target
	rules   []patchRule
}

// target is something that a hook patches.
type target struct {
	field   string // of a rule, such as idToken
	member  string // of data in the request, such as identity
	command string // that carries the operations
	ops     []string
}

// patchRule is a compiled v1alpha1.TokenRule or v1alpha1.SAMLRule.
type patchRule struct {
	rule
	summary string // if it denies
	patches []patch
}

// patch is one operation of a rule.
type patch struct {
	field   string // of the rule, such as idToken[0]
	target  int    // in patcher.targets
	op      string
	pointer string        // as Okta reads it
	path    []string      // the same, unescaped
	value   *expr.Program // nil for a remove
	// required is for what limits a token: left out, the token would have more than the rule allows.
	required bool
	// form makes of the value what Okta takes at that place, or says why that can't be. Any JSON if nil.
	form func(value any) (any, error)
	// write carries the operation out. When nil, just as it is.
	write func(d *document, p *patch, value func() (any, error)) error
}

// summaryOf is the message of a rule that denies, or "".
func summaryOf(denied *v1alpha1.PatchDenied) string {
	if denied == nil {
		return ""
	}
	return denied.Summary
}

// patch compiles operation i of a rule on a target.
func (c compiler) patch(on target, i int, op, pointer, value string, want expr.Kind) (patch, error) {
	compiled := patch{field: fmt.Sprintf("%s[%d]", on.field, i), op: op, pointer: pointer}
	if !slices.Contains(on.ops, op) {
		return patch{}, fmt.Errorf("%s.op: must be one of %s", compiled.field, strings.Join(on.ops, ", "))
	}
	var err error
	if compiled.path, err = v1alpha1.SplitPointer(pointer); err != nil {
		return patch{}, fmt.Errorf("%s.path: %w", compiled.field, err)
	}
	if op != v1alpha1.PatchRemove {
		compiled.value, err = c.expression(compiled.field+".value", value, want)
	}
	return compiled, err
}

// Handle implements hook.Handler.
func (p *patcher) Handle(ctx context.Context, req *hook.Request) (*hook.Response, error) {
	a := p.attempt(req)
	for i := range p.rules {
		r := &p.rules[i]
		matches, err := r.matches(ctx, req)
		if err != nil {
			return nil, err
		}
		if !matches {
			continue
		}
		if r.denies {
			return &hook.Response{Error: &hook.Error{ErrorSummary: r.summary}, DebugContext: debug([]string{r.name}, nil)}, nil
		}
		a.rules = append(a.rules, r.name)
		for j := range r.patches {
			if err := a.apply(ctx, req, &r.patches[j]); err != nil {
				return nil, r.fail(err)
			}
		}
	}
	return a.response(), nil
}

// attempt is what the rules make of one call.
type attempt struct {
	targets   []target
	documents []*document // one per target; nil if the request has none
	rules     []string    // that matched
	skipped   []string    // operations that could not be carried out
	left      int         // bytes that values may still have
}

func (p *patcher) attempt(req *hook.Request) *attempt {
	a := &attempt{targets: p.targets, documents: make([]*document, len(p.targets)), left: hook.MaxResponseBytes}
	data := expr.Object(req.Body(), "data")
	for i := range p.targets {
		if sent, isObject := data[p.targets[i].member].(map[string]any); isObject {
			a.documents[i] = &document{sent: sent}
		}
	}
	return a
}

// apply tries an operation. One on a token that nobody asked for is passed over: rules for both tokens are
// written once, and clients ask for one.
func (a *attempt) apply(ctx context.Context, req *hook.Request, p *patch) error {
	// A remove has no expression that looks at the context, and copies the list that it is about.
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", p.field, err)
	}
	d := a.documents[p.target]
	if d == nil {
		return nil
	}
	value := func() (any, error) {
		value, err := p.value.JSON(ctx, req)
		if err == nil && p.form != nil {
			value, err = p.form(value)
		}
		if err != nil {
			return nil, fmt.Errorf("%s.value: %w", p.field, err)
		}
		return value, a.take(value)
	}
	var err error
	if p.write != nil {
		err = p.write(d, p, value)
	} else {
		err = d.do(p.op, p.pointer, p.path, value)
	}
	if errors.Is(err, errNotThere) && p.required {
		return fmt.Errorf("%s.path: %w in the request: %s", p.field, errNotThere, p.pointer)
	}
	if errors.Is(err, errNotThere) {
		a.skipped = append(a.skipped, a.targets[p.target].field+" "+p.pointer)
		return nil
	}
	return err
}

// take counts a value against what Okta takes in all: hundreds of values that are each within bounds would
// have to be kept until then.
func (a *attempt) take(value any) error {
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("measure value: %w", err)
	}
	if a.left -= len(encoded); a.left < 0 {
		return hook.ErrResponseTooLarge
	}
	return nil
}

// response has one command for each target that changes.
func (a *attempt) response() *hook.Response {
	response := &hook.Response{DebugContext: debug(a.rules, a.skipped)}
	for i, d := range a.documents {
		if d != nil && len(d.operations) > 0 {
			response.Commands = append(response.Commands, hook.Command{Type: a.targets[i].command, Value: d.operations})
		}
	}
	return response
}
