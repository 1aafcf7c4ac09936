package oktasim

import "encoding/json"

const policyProfileEnrollment = "PROFILE_ENROLLMENT"

// policyStore is the org's one policy, the default profile enrollment policy,
// with its one rule, which cannot be added to or deleted.
type policyStore struct {
	userType       string // id of the default user type
	registrationID string // what a registration hook sees as its source
	policyID       string
	ruleID         string
	created        stamp
	ruleUpdated    stamp
	// enrollment is actions.profileEnrollment of the rule.
	enrollment object
	// hookID is the rule's hook, empty for none. Deleting the hook does not
	// clear it, as recorded at Okta.
	hookID string
}

func newPolicyStore(ids *idSource, now stamp) policyStore {
	uiSchema, _ := json.Marshal(ids.next("uis")) // a string always encodes
	return policyStore{
		userType: ids.next("oty"), registrationID: ids.next("reg"), policyID: ids.next("00p"), ruleID: ids.next("rul"),
		created: now, ruleUpdated: now,
		enrollment: object{
			"access":                     json.RawMessage(`"ALLOW"`),
			"activationRequirements":     json.RawMessage(`{"emailVerification":false}`),
			"preRegistrationInlineHooks": json.RawMessage(`null`),
			"profileAttributes": json.RawMessage(`[{"label":"Primary Email","name":"email","required":true},` +
				`{"label":"First Name","name":"firstName","required":true},` +
				`{"label":"Last Name","name":"lastName","required":true}]`),
			"progressiveProfilingAction": json.RawMessage(`"DISABLED"`),
			"targetGroupIds":             json.RawMessage(`null`),
			"uiSchemaId":                 uiSchema,
			"unknownUserAction":          json.RawMessage(`"REGISTER"`),
		},
	}
}

type policyView struct {
	ID          string      `json:"id"`
	Status      string      `json:"status"`
	Name        string      `json:"name"`
	Description string      `json:"description"`
	Priority    int         `json:"priority"`
	System      bool        `json:"system"`
	Conditions  *struct{}   `json:"conditions"`
	Created     stamp       `json:"created"`
	LastUpdated stamp       `json:"lastUpdated"`
	Links       policyLinks `json:"_links"`
	Type        string      `json:"type"`
}

type policyLinks struct {
	Self  *link `json:"self"`
	Rules *link `json:"rules"`
}

type ruleView struct {
	ID          string      `json:"id"`
	Status      string      `json:"status"`
	Name        string      `json:"name"`
	Priority    int         `json:"priority"`
	Created     stamp       `json:"created"`
	LastUpdated stamp       `json:"lastUpdated"`
	System      bool        `json:"system"`
	Conditions  *struct{}   `json:"conditions"`
	Actions     ruleActions `json:"actions"`
	Links       ruleLinks   `json:"_links"`
	Type        string      `json:"type"`
}

type ruleActions struct {
	ProfileEnrollment object `json:"profileEnrollment"`
}

type ruleLinks struct {
	Self *link `json:"self"`
}

func (s *policyStore) policyView(base string) policyView {
	self := base + "/api/v1/policies/" + s.policyID
	return policyView{
		ID: s.policyID, Status: "ACTIVE", Name: "Default Policy", Description: "Default policy", Priority: 1,
		System: true, Created: s.created, LastUpdated: s.created, Type: policyProfileEnrollment,
		Links: policyLinks{linkTo(self, "GET", "PUT"), linkTo(self+"/rules", "GET")},
	}
}

func (s *policyStore) ruleView(base string) ruleView {
	return ruleView{
		ID: s.ruleID, Status: "ACTIVE", Name: "Catch-all Rule", Priority: 99, System: true,
		Created: s.created, LastUpdated: s.ruleUpdated, Type: policyProfileEnrollment,
		Actions: ruleActions{s.enrollment},
		Links:   ruleLinks{linkTo(base+"/api/v1/policies/"+s.policyID+"/rules/"+s.ruleID, "GET", "PUT")},
	}
}

func (o *Org) listPolicies(r *request) (reply, error) {
	kind, given := r.query("type")
	if !given {
		return reply{}, errInvalid("type", "type: "+blank)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	policies := []policyView{}
	if kind == policyProfileEnrollment {
		policies = append(policies, o.policies.policyView(r.base))
	}
	return ok(policies), nil
}

// withPolicy runs fn under o.mu if the path names the policy, and the rule if it
// names one.
func (o *Org) withPolicy(r *request, fn func(*policyStore) (reply, error)) (reply, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if id := r.vars["id"]; id != o.policies.policyID {
		return reply{}, errNotFound(id, "Policy")
	}
	if id, named := r.vars["ruleId"]; named && id != o.policies.ruleID {
		return reply{}, errNotFound(id, "PolicyRule")
	}
	return fn(&o.policies)
}

func (o *Org) getPolicy(r *request) (reply, error) {
	return o.withPolicy(r, func(s *policyStore) (reply, error) { return ok(s.policyView(r.base)), nil })
}

func (o *Org) listRules(r *request) (reply, error) {
	return o.withPolicy(r, func(s *policyStore) (reply, error) { return ok([]ruleView{s.ruleView(r.base)}), nil })
}

func (o *Org) getRule(r *request) (reply, error) {
	return o.withPolicy(r, func(s *policyStore) (reply, error) { return ok(s.ruleView(r.base)), nil })
}

// replaceRule takes actions.profileEnrollment as given; everything else of a
// system rule is fixed and is ignored. A hook that is left out is unbound.
func (o *Org) replaceRule(r *request) (reply, error) {
	return o.withPolicy(r, func(s *policyStore) (reply, error) {
		members, err := parseObject(r.body)
		if err != nil {
			return reply{}, err
		}
		var d decoder
		actions := member[object](&d, members, "actions").or(nil)
		enrollment := member[object](&d, actions, "profileEnrollment")
		hooks := member[[]object](&d, enrollment.or(nil), "preRegistrationInlineHooks").or(nil)
		var hookID string
		for _, entry := range hooks {
			hookID = member[string](&d, entry, "inlineHookId").or("")
		}
		switch {
		case d.err != nil:
			return reply{}, d.err
		case enrollment.value == nil:
			return reply{}, errInvalid("actions", "actions.profileEnrollment: "+blank)
		case string((*enrollment.value)["uiSchemaId"]) != string(s.enrollment["uiSchemaId"]):
			return reply{}, errInvalid("uiSchemaId", "uiSchemaId: The UI schema must be repeated in every update")
		case len(hooks) > 1:
			return reply{}, errInvalid("preRegistrationInlineHooks", "preRegistrationInlineHooks: At most one inline hook can be set")
		case len(hooks) == 1:
			if err := o.checkBinding("preRegistrationInlineHooks", typeRegistration, hookID); err != nil {
				return reply{}, err
			}
		}
		s.enrollment = merge(*enrollment.value, nil)
		if len(hooks) == 0 {
			s.enrollment["preRegistrationInlineHooks"] = json.RawMessage("null")
		}
		s.hookID, s.ruleUpdated = hookID, o.now()
		return ok(s.ruleView(r.base)), nil
	})
}
