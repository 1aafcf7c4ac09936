package oktasim

const (
	typeResourceAccess      = "RESOURCE_ACCESS"
	typeAuthorizationPolicy = "OAUTH_AUTHORIZATION_POLICY"
	// maxAccessRules is far above what a test needs; it bounds memory.
	maxAccessRules = 100
)

// accessPolicyView is an access policy in the order of recorded replies.
type accessPolicyView struct {
	ID          string           `json:"id"`
	Status      string           `json:"status"`
	Name        string           `json:"name"`
	Description string           `json:"description"`
	Priority    int              `json:"priority"`
	System      bool             `json:"system"`
	Conditions  policyConditions `json:"conditions"`
	Created     stamp            `json:"created"`
	LastUpdated stamp            `json:"lastUpdated"`
	Links       policyLinks      `json:"_links"`
	Type        string           `json:"type"`
}

type policyConditions struct {
	Clients struct {
		Include []string `json:"include"`
	} `json:"clients"`
}

// accessRuleView is a rule in the order of recorded replies.
type accessRuleView struct {
	ID          string            `json:"id"`
	Status      string            `json:"status"`
	Name        string            `json:"name"`
	Priority    int               `json:"priority"`
	Created     stamp             `json:"created"`
	LastUpdated stamp             `json:"lastUpdated"`
	System      bool              `json:"system"`
	Conditions  object            `json:"conditions"`
	Actions     accessRuleActions `json:"actions"`
	Links       ruleLinks         `json:"_links"`
	Type        string            `json:"type"`
}

type accessRuleActions struct {
	Token tokenActions `json:"token"`
}

func (s *authServer) policyURL(base string) string {
	return base + "/api/v1/authorizationServers/" + s.id + "/policies/" + s.policyID
}

func (s *authServer) policyView(base string) accessPolicyView {
	self := s.policyURL(base)
	view := accessPolicyView{
		ID: s.policyID, Status: "ACTIVE", Name: "Default Policy", Description: "Default policy", Priority: 1,
		Created: s.created, LastUpdated: s.created, Type: typeAuthorizationPolicy,
		Links: policyLinks{linkTo(self, "GET"), linkTo(self+"/rules", "GET", "POST")},
	}
	view.Conditions.Clients.Include = []string{"ALL_CLIENTS"}
	return view
}

func (s *authServer) ruleView(base string, rule *accessRule) accessRuleView {
	view := accessRuleView{
		ID: rule.id, Status: "INACTIVE", Name: rule.name, Priority: rule.priority,
		Created: rule.created, LastUpdated: rule.updated, Type: typeResourceAccess,
		Conditions: rule.conditions, Actions: accessRuleActions{rule.token},
		Links: ruleLinks{linkTo(s.policyURL(base)+"/rules/"+rule.id, "GET", "PUT")},
	}
	if rule.active {
		view.Status = "ACTIVE"
	}
	return view
}
