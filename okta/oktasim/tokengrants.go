package oktasim

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"mime"
	"net/url"
	"slices"
	"strings"
	"time"
)

// oidcScopes are about a user and so nothing for client credentials.
var oidcScopes = []string{scopeOpenID, "profile", "email", "address", "phone", scopeOffline, "device_sso"}

// noIdleEnd is the life of a refresh token whose rule has no window.
const noIdleEnd = 100 * 365 * 24 * time.Hour

// tokenResponse is the token endpoint's answer (RFC 6749, section 5.1).
type tokenResponse struct {
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"`
	AccessToken  string `json:"access_token"`
	Scope        string `json:"scope"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
}

// grantTokens is POST /oauth2/default/v1/token.
func (o *Org) grantTokens(r *request) (reply, error) {
	if r.vars["server"] != authServerName {
		return reply{}, errNotFound(r.vars["server"], "AuthorizationServer")
	}
	answer, refusal := o.grantFromForm(r)
	if refusal != nil {
		return refusal.reply().with("Cache-Control", "no-store"), nil
	}
	return ok(answer).with("Cache-Control", "no-store"), nil
}

func (o *Org) grantFromForm(r *request) (*tokenResponse, *oauthError) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, errFormOnly
	}
	form, err := url.ParseQuery(string(r.body))
	if err != nil {
		return nil, errFormOnly
	}
	client, refusal := o.authenticateClient(r, form)
	if refusal != nil {
		return nil, refusal
	}
	switch form.Get("grant_type") {
	case grantClientCredentials:
		return o.grantClient(r, client, form)
	case grantCode:
		return o.redeemCode(client, form)
	case grantRefresh:
		return o.refresh(r, client, form)
	}
	return nil, errGrantType
}

// grantClient makes an access token for the client itself.
func (o *Org) grantClient(r *request, client Client, form url.Values) (*tokenResponse, *oauthError) {
	if client.Secret == "" {
		return nil, errPublicClient
	}
	scopes, refusal := parseScopes(form.Get("scope"))
	if refusal != nil {
		return nil, refusal
	}
	if slices.ContainsFunc(scopes, func(scope string) bool { return slices.Contains(oidcScopes, scope) }) {
		return nil, errScopes
	}
	made, refusal := o.mint(r, grant{
		client: client, kind: grantClientCredentials, scopes: scopes, access: true,
		request: protocolRequest{Scope: form.Get("scope"), GrantType: grantClientCredentials, ClientID: client.ID},
	})
	if refusal != nil {
		return nil, refusal
	}
	return o.handOut(made, scopes, "")
}

// redeemCode hands out the tokens of an authorization code, which is gone then,
// also when something about the request is wrong.
func (o *Org) redeemCode(client Client, form url.Values) (*tokenResponse, *oauthError) {
	o.mu.Lock()
	issued, found := o.codes.take(form.Get("code"), o.opts.Clock())
	o.mu.Unlock()
	switch {
	case !found || issued.grant.client.ID != client.ID:
		return nil, errBadCode
	case form.Get("redirect_uri") != issued.redirectURI:
		return nil, errRedirectChanged
	case issued.challenge != "" && !answers(form.Get("code_verifier"), issued.challenge):
		return nil, errBadVerifier
	}
	g := issued.grant
	var refreshToken string
	if g.refreshID != "" {
		refreshToken = randomText(43)
		o.mu.Lock()
		o.refreshTokens.put(refreshToken, g, o.refreshEnd(g))
		o.mu.Unlock()
	}
	return o.handOut(issued.made, g.scopes, refreshToken)
}

// answers reports whether a PKCE verifier belongs to a challenge (RFC 7636).
func answers(verifier, challenge string) bool {
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}

// refreshEnd is when a refresh token ends that is not used again, by the rule's
// window. o.mu is held.
func (o *Org) refreshEnd(g grant) time.Time {
	life := noIdleEnd
	if rule := o.authServer.ruleFor(g.kind, g.scopes); rule != nil {
		for _, minutes := range []int{rule.token.RefreshWindow, rule.token.RefreshMinutes} {
			if minutes > 0 {
				life = min(life, time.Duration(minutes)*time.Minute)
			}
		}
	}
	return o.opts.Clock().Add(life)
}

// refresh makes new tokens with a refresh token, which stays the same: Okta's
// default for clients with a secret.
func (o *Org) refresh(r *request, client Client, form url.Values) (*tokenResponse, *oauthError) {
	text := form.Get("refresh_token")
	o.mu.Lock()
	first, found := o.refreshTokens.peek(text, o.opts.Clock())
	o.mu.Unlock()
	if !found || first.client.ID != client.ID {
		return nil, errBadRefresh
	}
	g := first
	if form.Get("scope") != "" {
		scopes, refusal := parseScopes(form.Get("scope"))
		if refusal != nil {
			return nil, refusal
		}
		if slices.ContainsFunc(scopes, func(scope string) bool { return !first.has(scope) }) {
			return nil, errMoreScopes
		}
		g.scopes = scopes
	}
	g.identity, g.nonce, g.signIn.id = g.has(scopeOpenID), "", ""
	g.original = &originalGrant{Authorization: first.request, RefreshToken: refreshTokenRef{first.refreshID}}
	g.request = protocolRequest{Scope: form.Get("scope"), GrantType: grantRefresh, ClientID: client.ID}
	made, refusal := o.mint(r, g)
	if refusal != nil {
		return nil, refusal
	}
	o.mu.Lock()
	o.refreshTokens.extend(text, o.refreshEnd(first))
	o.mu.Unlock()
	return o.handOut(made, g.scopes, text)
}

func (o *Org) handOut(made tokens, scopes []string, refreshToken string) (*tokenResponse, *oauthError) {
	handed, err := o.sign(made, scopes, false)
	if err != nil {
		return nil, errMinting
	}
	return &tokenResponse{
		TokenType: "Bearer", ExpiresIn: handed.expiresIn, AccessToken: handed.access, Scope: strings.Join(scopes, " "),
		RefreshToken: refreshToken, IDToken: handed.identity,
	}, nil
}
