package rules

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

// userImport is the handler of user import hooks.
type userImport struct{ rules []importRule }

// importRule is a compiled v1alpha1.UserImportRule.
type importRule struct {
	rule
	appProfile []attribute
	profile    []attribute
	action     v1alpha1.UserImportAction // empty if it leaves that open
	user       *expr.Program             // whom to link to; nil unless action is LinkUser
}

// NewUserImport makes the handler of a user import hook. The error names the rule whose expression does not
// compile; what else could be wrong with h is for v1alpha1.ValidateHook to find beforehand.
func NewUserImport(h *v1alpha1.UserImportHandler) (hook.Handler, error) {
	u := &userImport{}
	for i := range h.Rules {
		name := nameOf(h.Rules[i].Name, i)
		compiled, err := compileImportRule(name, &h.Rules[i])
		if err != nil {
			return nil, fmt.Errorf("compile rule %q: %w", name, err)
		}
		u.rules = append(u.rules, compiled)
	}
	return u, nil
}

func compileImportRule(name string, from *v1alpha1.UserImportRule) (importRule, error) {
	const expressions = compiler(hook.UserImport)
	compiled := importRule{action: from.Action}
	var err error
	if compiled.rule, err = expressions.rule(name, from.When, false); err != nil {
		return importRule{}, err
	}
	if err = refusePassword(from.Profile); err != nil {
		return importRule{}, err
	}
	if compiled.profile, err = expressions.attributes("profile", from.Profile); err != nil {
		return importRule{}, err
	}
	if compiled.appProfile, err = expressions.attributes("appProfile", from.AppProfile); err != nil {
		return importRule{}, err
	}
	if from.Action == v1alpha1.ActionLinkUser {
		compiled.user, err = expressions.expression("user", from.User, expr.String)
	}
	return compiled, err
}

// importDecision is what the rules make of an imported user.
type importDecision struct {
	rules      []string // that matched
	appProfile map[string]any
	profile    map[string]any
	action     v1alpha1.UserImportAction
	user       string // of Okta, to link to
}

// Handle implements hook.Handler.
func (u *userImport) Handle(ctx context.Context, req *hook.Request) (*hook.Response, error) {
	var d importDecision
	for i := range u.rules {
		r := &u.rules[i]
		matches, err := r.matches(ctx, req)
		if err != nil {
			return nil, err
		}
		if !matches {
			continue
		}
		if err := r.decide(ctx, req, &d); err != nil {
			return nil, r.fail(err)
		}
	}
	return d.response(), nil
}

// decide adds what a rule that matches says. It overrides what earlier ones have said.
func (r *importRule) decide(ctx context.Context, req *hook.Request, d *importDecision) error {
	d.rules = append(d.rules, r.name)
	var err error
	if d.appProfile, err = setAll(ctx, req, r.appProfile, d.appProfile); err != nil {
		return err
	}
	if d.profile, err = setAll(ctx, req, r.profile, d.profile); err != nil {
		return err
	}
	if r.action == "" {
		return nil
	}
	d.action, d.user = r.action, ""
	if r.user == nil {
		return nil
	}
	if d.user, err = r.user.String(ctx, req); err != nil {
		return fmt.Errorf("user: %w", err)
	}
	if strings.TrimSpace(d.user) == "" {
		return errors.New("user: must be the id of a user in Okta, and is empty; link only when there is one")
	}
	return nil
}

// actions are Okta's names.
var actions = map[v1alpha1.UserImportAction]string{
	v1alpha1.ActionCreateUser: "CREATE_USER",
	v1alpha1.ActionLinkUser:   "LINK_USER",
}

// response has the profile of the app user first, which Okta maps on to that of the user: what is said about
// the user himself counts more. The user to link to goes directly behind the action that needs it.
func (d *importDecision) response() *hook.Response {
	response := &hook.Response{DebugContext: debug(d.rules, nil)}
	command := func(kind string, value map[string]any) {
		response.Commands = append(response.Commands, hook.Command{Type: kind, Value: value})
	}
	if d.appProfile != nil {
		command(hook.CommandAppUserProfileUpdate, d.appProfile)
	}
	if d.profile != nil {
		command(hook.CommandProfileUpdate, d.profile)
	}
	if d.action != "" {
		command(hook.CommandActionUpdate, map[string]any{"result": actions[d.action]})
	}
	if d.user != "" {
		command(hook.CommandUserUpdate, map[string]any{"id": d.user})
	}
	return response
}
