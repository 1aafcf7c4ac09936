package oktasim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// authServerName is the path of the org's one custom authorization server.
const authServerName = "default"

// authServer is the default authorization server with its one access policy.
type authServer struct {
	id       string
	policyID string
	created  stamp
	rules    []*accessRule     // in the order of their priority, which starts at 1
	scopeIDs map[string]string // by name
}

// accessRule is a rule of the policy: which requests get tokens, how long these
// live, and which hook is asked.
type accessRule struct {
	id               string
	created, updated stamp
	accessRuleSpec
}

// accessRuleSpec is what a client writes. Conditions on people are kept and not
// looked at: the org has no groups.
type accessRuleSpec struct {
	name       string
	active     bool
	priority   int // 0: the last one
	conditions object
	grantTypes []string
	scopes     []string
	token      tokenActions
}

// tokenActions is actions.token of a rule.
type tokenActions struct {
	AccessMinutes  int    `json:"accessTokenLifetimeMinutes"`
	InlineHook     *idRef `json:"inlineHook,omitempty"`
	RefreshMinutes int    `json:"refreshTokenLifetimeMinutes"` // 0: without end
	RefreshWindow  int    `json:"refreshTokenWindowMinutes"`
}

type idRef struct {
	ID string `json:"id"`
}

func (a tokenActions) hookID() string {
	if a.InlineHook == nil {
		return ""
	}
	return a.InlineHook.ID
}

func newAuthServer(ids *idSource, now stamp) authServer {
	everything := accessRuleSpec{
		name: "Default Policy Rule", active: true, priority: 1,
		grantTypes: []string{"implicit", grantClientCredentials, grantCode}, scopes: []string{"*"},
		conditions: object{
			"people":     json.RawMessage(`{"users":{"include":[],"exclude":[]},"groups":{"include":["EVERYONE"],"exclude":[]}}`),
			"grantTypes": json.RawMessage(`{"include":["implicit","client_credentials","authorization_code"]}`),
			"scopes":     json.RawMessage(`{"include":["*"]}`),
		},
		token: tokenActions{AccessMinutes: 60, RefreshWindow: 7 * 24 * 60},
	}
	return authServer{
		id: ids.next("aus"), policyID: ids.next("00p"), created: now, scopeIDs: map[string]string{},
		rules: []*accessRule{{id: ids.next("0pr"), created: now, updated: now, accessRuleSpec: everything}},
	}
}

// ruleFor returns the first ACTIVE rule for a grant type and scopes, nil for none.
func (s *authServer) ruleFor(grantType string, scopes []string) *accessRule {
	for _, rule := range s.rules {
		if rule.active && slices.Contains(rule.grantTypes, grantType) && rule.allows(scopes) {
			return rule
		}
	}
	return nil
}

func (r *accessRule) allows(scopes []string) bool {
	if slices.Contains(r.scopes, "*") {
		return true
	}
	return !slices.ContainsFunc(scopes, func(scope string) bool { return !slices.Contains(r.scopes, scope) })
}

// place puts a rule where its priority says and moves the others.
func (s *authServer) place(rule *accessRule) {
	s.rules = slices.DeleteFunc(s.rules, func(other *accessRule) bool { return other == rule })
	at := len(s.rules)
	if rule.priority > 0 {
		at = min(rule.priority-1, at)
	}
	s.rules = slices.Insert(s.rules, at, rule)
	for i, r := range s.rules {
		r.priority = i + 1
	}
}

func (o *Org) decodeAccessRule(body []byte) (accessRuleSpec, error) {
	members, err := parseObject(body)
	if err != nil {
		return accessRuleSpec{}, err
	}
	var d decoder
	include := func(conditions object, name string) []string {
		return member[[]string](&d, member[object](&d, conditions, name).or(nil), "include").or([]string{})
	}
	spec := accessRuleSpec{
		name: member[string](&d, members, "name").or(""), priority: member[int](&d, members, "priority").or(0),
		active:     member[string](&d, members, "status").or("ACTIVE") == "ACTIVE",
		conditions: merge(member[object](&d, members, "conditions").or(nil), nil),
	}
	spec.grantTypes, spec.scopes = include(spec.conditions, "grantTypes"), include(spec.conditions, "scopes")
	if len(spec.scopes) == 0 {
		spec.conditions["scopes"] = json.RawMessage(`{"include":[]}`) // as recorded for {}
	}
	token := member[object](&d, member[object](&d, members, "actions").or(nil), "token")
	spec.token = decodeTokenActions(&d, token.or(nil))
	switch {
	case d.err != nil:
		return spec, d.err
	case spec.name == "":
		return spec, errInvalid("name", "name: "+blank)
	case member[string](&d, members, "type").or(typeResourceAccess) != typeResourceAccess:
		return spec, errInvalid("type", "type: The type of a rule must be "+typeResourceAccess)
	case token.value == nil:
		return spec, errInvalid("actions", "actions.token: "+blank)
	case spec.token.AccessMinutes < 5 || spec.token.AccessMinutes > 24*60:
		return spec, errInvalid("accessTokenLifetimeMinutes", "accessTokenLifetimeMinutes: The lifetime must be between 5 and 1440 minutes")
	case spec.token.InlineHook != nil:
		return spec, o.checkBinding("inlineHook", typeToken, spec.token.hookID())
	}
	return spec, nil
}

// decodeTokenActions reads actions.token; what is left out has Okta's default.
func decodeTokenActions(d *decoder, members object) tokenActions {
	actions := tokenActions{
		AccessMinutes:  member[int](d, members, "accessTokenLifetimeMinutes").or(60),
		RefreshMinutes: member[int](d, members, "refreshTokenLifetimeMinutes").or(0),
		RefreshWindow:  member[int](d, members, "refreshTokenWindowMinutes").or(7 * 24 * 60),
	}
	if hook := member[object](d, members, "inlineHook"); hook.value != nil {
		actions.InlineHook = &idRef{member[string](d, *hook.value, "id").or("")}
	}
	return actions
}

// withAuthServer runs fn under o.mu if the path names the server, by its name or
// id, and the policy if it names one.
func (o *Org) withAuthServer(r *request, fn func(*authServer) (reply, error)) (reply, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if id := r.vars["server"]; id != authServerName && id != o.authServer.id {
		return reply{}, errNotFound(id, "AuthorizationServer")
	}
	if id, named := r.vars["policyId"]; named && id != o.authServer.policyID {
		return reply{}, errNotFound(id, "Policy")
	}
	return fn(&o.authServer)
}

// withAccessRule is withAuthServer for a path that names a rule.
func (o *Org) withAccessRule(r *request, fn func(*authServer, *accessRule) (reply, error)) (reply, error) {
	return o.withAuthServer(r, func(s *authServer) (reply, error) {
		id := r.vars["ruleId"]
		i := slices.IndexFunc(s.rules, func(rule *accessRule) bool { return rule.id == id })
		if i < 0 {
			return reply{}, errNotFound(id, "PolicyRule")
		}
		return fn(s, s.rules[i])
	})
}

func (o *Org) listAccessPolicies(r *request) (reply, error) {
	return o.withAuthServer(r, func(s *authServer) (reply, error) { return ok([]accessPolicyView{s.policyView(r.base)}), nil })
}

func (o *Org) getAccessPolicy(r *request) (reply, error) {
	return o.withAuthServer(r, func(s *authServer) (reply, error) { return ok(s.policyView(r.base)), nil })
}

func (o *Org) listAccessRules(r *request) (reply, error) {
	return o.withAuthServer(r, func(s *authServer) (reply, error) {
		views := []accessRuleView{}
		for _, rule := range s.rules {
			views = append(views, s.ruleView(r.base, rule))
		}
		return ok(views), nil
	})
}

func (o *Org) getAccessRule(r *request) (reply, error) {
	return o.withAccessRule(r, func(s *authServer, rule *accessRule) (reply, error) {
		return ok(s.ruleView(r.base, rule)), nil
	})
}

// createAccessRule answers 201, unlike other creates, as recorded.
func (o *Org) createAccessRule(r *request) (reply, error) {
	return o.withAuthServer(r, func(s *authServer) (reply, error) {
		spec, err := o.decodeAccessRule(r.body)
		if err != nil {
			return reply{}, err
		}
		if len(s.rules) >= maxAccessRules {
			return reply{}, errInvalid("rule", fmt.Sprintf("rule: A policy can have at most %d rules", maxAccessRules))
		}
		rule := &accessRule{id: o.ids.next("0pr"), created: o.now(), updated: o.now(), accessRuleSpec: spec}
		s.place(rule)
		return reply{status: http.StatusCreated, body: s.ruleView(r.base, rule)}, nil
	})
}

// replaceAccessRule replaces all of a rule: a hook that is left out is unbound.
func (o *Org) replaceAccessRule(r *request) (reply, error) {
	return o.withAccessRule(r, func(s *authServer, rule *accessRule) (reply, error) {
		spec, err := o.decodeAccessRule(r.body)
		if err != nil {
			return reply{}, err
		}
		if spec.priority == 0 {
			spec.priority = rule.priority
		}
		rule.accessRuleSpec, rule.updated = spec, o.now()
		s.place(rule)
		return ok(s.ruleView(r.base, rule)), nil
	})
}
