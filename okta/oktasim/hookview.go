package oktasim

// hookView is an inline hook as replies show it, member for member in the order
// of recorded replies.
type hookView struct {
	ID          string      `json:"id"`
	Status      string      `json:"status"`
	Name        string      `json:"name"`
	Type        string      `json:"type"`
	Version     string      `json:"version"`
	Channel     channelView `json:"channel"`
	Created     stamp       `json:"created"`
	LastUpdated stamp       `json:"lastUpdated"`
	Links       hookLinks   `json:"_links"`
}

type channelView struct {
	Type    string `json:"type"`
	Version string `json:"version"`
	Config  any    `json:"config"` // httpConfigView or an OAuth view
}

type httpConfigView struct {
	URI        string          `json:"uri"`
	Headers    []hookHeader    `json:"headers"`
	Method     string          `json:"method"`
	AuthScheme *authSchemeView `json:"authScheme"`
}

// authSchemeView has no value: a secret is never given back.
type authSchemeView struct {
	Type string `json:"type"`
	Key  string `json:"key"`
}

type oauthConfigView struct {
	httpConfigView
	ClientID string  `json:"clientId"`
	TokenURL string  `json:"tokenUrl"`
	AuthType string  `json:"authType"`
	Scope    *string `json:"scope"`
}

type privateKeyConfigView struct {
	oauthConfigView
	HookKeyID string `json:"hookKeyId"`
}

// hookLinks is in the order of both recorded forms: self, execute, deactivate
// of an ACTIVE hook, and activate, self, delete of an INACTIVE one.
type hookLinks struct {
	Activate   *link `json:"activate,omitempty"`
	Self       *link `json:"self"`
	Execute    *link `json:"execute,omitempty"`
	Deactivate *link `json:"deactivate,omitempty"`
	Delete     *link `json:"delete,omitempty"`
}

type link struct {
	Href  string     `json:"href"`
	Hints *linkHints `json:"hints,omitempty"`
}

type linkHints struct {
	Allow []string `json:"allow"`
}

func linkTo(href string, methods ...string) *link {
	if len(methods) == 0 {
		return &link{Href: href}
	}
	return &link{Href: href, Hints: &linkHints{Allow: methods}}
}

func (h *hook) view(base string) hookView {
	return hookView{
		ID: h.id, Status: h.status(), Name: h.spec.name, Type: h.spec.hookType, Version: h.spec.version,
		Channel: channelView{Type: h.spec.channelType, Version: h.spec.channelVersion, Config: h.spec.configView()},
		Created: h.created, LastUpdated: h.lastUpdated, Links: h.links(base),
	}
}

func (s hookSpec) configView() any {
	common := httpConfigView{URI: s.uri, Headers: s.headers, Method: s.method}
	if common.Headers == nil {
		common.Headers = []hookHeader{}
	}
	if s.channelType == channelHTTP {
		if s.authScheme != nil {
			common.AuthScheme = &authSchemeView{Type: s.authScheme.kind, Key: s.authScheme.key}
		}
		return common
	}
	oauth := oauthConfigView{
		httpConfigView: common, ClientID: s.clientID, TokenURL: s.tokenURL, AuthType: s.authType, Scope: s.scope,
	}
	if s.authType == authPrivateKey {
		return privateKeyConfigView{oauthConfigView: oauth, HookKeyID: s.hookKeyID}
	}
	return oauth
}

func (h *hook) links(base string) hookLinks {
	self := base + "/api/v1/inlineHooks/" + h.id
	links := hookLinks{Self: linkTo(self)}
	if h.active {
		links.Execute = linkTo(self+"/execute", "POST")
		links.Deactivate = linkTo(self+"/lifecycle/deactivate", "POST")
		return links
	}
	links.Activate = linkTo(self+"/lifecycle/activate", "POST")
	links.Delete = linkTo(self, "DELETE")
	return links
}
