package oktasim

import "encoding/json"

// tokenData is the data of a token request. A token that was not asked for is
// absent, and so are user and session for client credentials.
type tokenData struct {
	Context      tokenContext     `json:"context"`
	Identity     *token           `json:"identity,omitempty"`
	Access       *token           `json:"access,omitempty"`
	RefreshToken *refreshTokenRef `json:"refresh_token,omitempty"`
}

type tokenContext struct {
	Request  triggerView      `json:"request"`
	Protocol tokenProtocol    `json:"protocol"`
	Session  *sessionView     `json:"session,omitempty"`
	User     *contextUserView `json:"user,omitempty"`
	Policy   tokenPolicy      `json:"policy"`
}

type tokenProtocol struct {
	Type          string          `json:"type"`
	Request       protocolRequest `json:"request"`
	OriginalGrant *originalGrant  `json:"originalGrant,omitempty"`
	Issuer        issuerRef       `json:"issuer"`
	Client        clientRef       `json:"client"`
}

// protocolRequest is an OAuth request's parameters, without any secret.
type protocolRequest struct {
	Scope        string `json:"scope,omitempty"`
	State        string `json:"state,omitempty"`
	RedirectURI  string `json:"redirect_uri,omitempty"`
	ResponseMode string `json:"response_mode,omitempty"`
	ResponseType string `json:"response_type,omitempty"`
	GrantType    string `json:"grant_type,omitempty"`
	ClientID     string `json:"client_id"`
}

// originalGrant is the request that a refresh token came from.
type originalGrant struct {
	Authorization protocolRequest `json:"authorization"`
	RefreshToken  refreshTokenRef `json:"refresh_token"`
}

type refreshTokenRef struct {
	JTI string `json:"jti"`
}

type issuerRef struct {
	URI string `json:"uri"`
}

// clientRef has the type PUBLIC for every client: the one value in Okta's example
// and in recorded requests, for clients with a secret too.
type clientRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
}

type tokenPolicy struct {
	ID   string `json:"id"`
	Rule idRef  `json:"rule"`
}

// visibleURL is a request's URL as hooks see it: with its query, which
// applications use to tell a hook more, but without the session token.
func (r *request) visibleURL() string {
	seen := r.base + r.URL.Path
	query := r.URL.Query()
	if query.Has("sessionToken") {
		query.Del("sessionToken")
		if len(query) > 0 {
			seen += "?" + query.Encode()
		}
		return seen
	}
	if r.URL.RawQuery != "" {
		seen += "?" + r.URL.RawQuery
	}
	return seen
}

// mint makes the tokens of a grant: the policy's rule, the claims, the hook and
// what it changes. The error is what the OAuth client is told.
func (o *Org) mint(r *request, g grant) (tokens, *oauthError) {
	issuer := r.base + "/oauth2/" + authServerName
	o.mu.Lock()
	rule := o.authServer.ruleFor(g.kind, g.scopes)
	if rule == nil {
		o.mu.Unlock()
		return tokens{}, errPolicy
	}
	var u *user
	if g.userID != "" {
		if u = o.users.byID[g.userID]; u == nil || u.status != userActive {
			o.mu.Unlock()
			return tokens{}, errUserGone
		}
	}
	made, err := o.draft(issuer, g, rule, u)
	data := o.tokenData(r, issuer, g, rule, u, made)
	h, dangling := o.boundHook(typeToken, rule.token.hookID(), o.opts.Token)
	if dangling {
		o.logDangling(r, typeToken, rule.token.hookID(), "The token was not changed")
	}
	o.mu.Unlock()
	if err != nil {
		return tokens{}, errMinting
	}
	if h == nil {
		return made, nil
	}
	return o.askTokenHook(r, *h, made, data)
}

// tokenData is what the hook is told. o.mu is held.
func (o *Org) tokenData(r *request, issuer string, g grant, rule *accessRule, u *user, made tokens) tokenData {
	data := tokenData{Identity: made.identity, Access: made.access}
	data.Context = tokenContext{
		Request: r.trigger(),
		Protocol: tokenProtocol{
			Type: "OAUTH2.0", Request: g.request, OriginalGrant: g.original,
			Issuer: issuerRef{issuer}, Client: clientRef{ID: g.client.ID, Name: g.client.Name, Type: "PUBLIC"},
		},
		Policy: tokenPolicy{ID: o.authServer.policyID, Rule: idRef{rule.id}},
	}
	data.Context.Request.URL.Value = r.visibleURL()
	if u != nil {
		data.Context.User = u.contextView(r.base)
	}
	if g.signIn.id != "" {
		data.Context.Session = g.signIn.view(o.orgID)
	}
	if g.refreshID != "" {
		data.RefreshToken = &refreshTokenRef{g.refreshID}
	}
	return data
}

// askTokenHook calls the hook once and applies its reply. Only an error object
// stops the tokens; whatever else goes wrong, they are minted as they were.
func (o *Org) askTokenHook(r *request, h hook, made tokens, data tokenData) (tokens, *oauthError) {
	body, err := json.Marshal(o.newEnvelope(typeToken, r.base+r.URL.Path, data))
	if err != nil {
		return tokens{}, errMinting
	}
	answer, err := o.callHook(r, h, body)
	if err != nil {
		return made, nil // callHook has logged it
	}
	if answer.failed != nil {
		summary := answer.failed.text()
		o.logProcessed(r, h, answer, summary)
		return tokens{}, badRequest("server_error", summary)
	}
	changed, err := made.applyCommands(answer.commands)
	if err != nil {
		o.logProcessed(r, h, answer, skippedAll(err))
		return made, nil
	}
	o.logProcessed(r, h, answer, "")
	return changed, nil
}

// skippedAll is the System Log's text for commands that were dropped because of one.
func skippedAll(err error) string {
	return "Skipped all commands because one could not be applied: " + err.Error()
}
