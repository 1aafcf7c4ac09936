package oktasim

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// codeLife is how long an authorization code can be redeemed.
const codeLife = time.Minute

// issuedCode is what an authorization code stands for. Its tokens are made when the
// user is there, which is when Okta asks the hook too, and signed when the client
// comes for them.
type issuedCode struct {
	grant       grant
	made        tokens
	redirectURI string
	challenge   string // of PKCE, empty without it
}

// authorization is a request to authorize whose client and redirect_uri are known
// to be right, so that everything else can be told by a redirect.
type authorization struct {
	client Client
	query  url.Values
	target *url.URL
	// responses are the response types asked for; mode is where they go.
	responses []string
	mode      string
}

// authorize is GET /oauth2/default/v1/authorize: the code flow and the implicit one
// for a user who has a session token. It has no sign-in page: without a session
// token it answers as Okta does to prompt=none.
func (o *Org) authorize(r *request) (reply, error) {
	if r.vars["server"] != authServerName {
		return reply{}, errNotFound(r.vars["server"], "AuthorizationServer")
	}
	a := authorization{query: r.URL.Query()}
	o.mu.Lock()
	client, known := o.clients[a.query.Get("client_id")]
	o.mu.Unlock()
	if !known {
		return errorPage(http.StatusBadRequest, "Illegal value for 'client_id' parameter."), nil
	}
	redirect := a.query.Get("redirect_uri")
	target, err := url.Parse(redirect)
	if err != nil || !slices.Contains(client.RedirectURIs, redirect) {
		return errorPage(http.StatusBadRequest,
			"The 'redirect_uri' parameter must be a Login redirect URI in the client app settings."), nil
	}
	a.client, a.target = client, target
	answer, refusal := o.authorizeUser(r, &a)
	if refusal != nil {
		answer = refusal.parameters()
	}
	return a.redirect(answer), nil
}

// authorizeUser checks the request and returns the parameters to go back with. The
// session token is taken last, since it is good only once.
func (o *Org) authorizeUser(r *request, a *authorization) (url.Values, *oauthError) {
	if refusal := a.readResponse(); refusal != nil {
		return nil, refusal
	}
	scopes, refusal := parseScopes(a.query.Get("scope"))
	if refusal == nil {
		refusal = a.check(scopes)
	}
	if refusal != nil {
		return nil, refusal
	}
	o.mu.Lock()
	signIn, u, found := o.takeSession(a.query.Get("sessionToken"))
	o.mu.Unlock()
	if !found {
		return nil, errNoSession
	}
	g := a.grant(scopes, u.id, signIn)
	if g.kind == grantCode && g.has(scopeOffline) {
		g.refreshID = "oar" + randomText(17)
	}
	made, refusal := o.mint(r, g)
	if refusal != nil {
		return nil, refusal
	}
	if g.kind == grantCode {
		return url.Values{"code": {o.issueCode(a, g, made)}}, nil
	}
	handed, err := o.sign(made, g.scopes, true)
	if err != nil {
		return nil, errMinting
	}
	return handed.parameters(), nil
}

// readResponse reads response_type and response_mode. The mode is set first to
// where an error goes when the type is none.
func (a *authorization) readResponse() *oauthError {
	a.mode = "query"
	a.responses = strings.Fields(a.query.Get("response_type"))
	slices.Sort(a.responses)
	switch strings.Join(a.responses, " ") {
	case "code":
	case "token", "id_token", "id_token token":
		a.mode = "fragment"
	default:
		return errResponseType
	}
	mode := a.query.Get("response_mode")
	if mode == "fragment" {
		a.mode = mode // for a code too, but no token goes into a query
	} else if mode != "" && mode != a.mode {
		return errResponseMode
	}
	return nil
}

// check refuses what the scopes, the nonce or PKCE lack.
func (a *authorization) check(scopes []string) *oauthError {
	wantsCode := slices.Contains(a.responses, "code")
	challenge, method := a.query.Get("code_challenge"), a.query.Get("code_challenge_method")
	switch {
	case slices.Contains(a.responses, "id_token") && !slices.Contains(scopes, scopeOpenID):
		return errNoOpenID
	case slices.Contains(a.responses, "id_token") && a.query.Get("nonce") == "":
		return errNoNonce
	case wantsCode && a.client.Secret == "" && challenge == "", challenge != "" && method != "S256":
		return errNoPKCE
	}
	return nil
}

func (a *authorization) grant(scopes []string, userID string, signIn session) grant {
	wantsCode := slices.Contains(a.responses, "code")
	g := grant{
		client: a.client, kind: grantImplicit, scopes: scopes, nonce: a.query.Get("nonce"),
		access:   wantsCode || slices.Contains(a.responses, "token"),
		identity: slices.Contains(scopes, scopeOpenID) && (wantsCode || slices.Contains(a.responses, "id_token")),
		userID:   userID, signIn: signIn,
		request: protocolRequest{
			Scope: a.query.Get("scope"), State: a.query.Get("state"), RedirectURI: a.query.Get("redirect_uri"),
			ResponseMode: a.mode, ResponseType: a.query.Get("response_type"), ClientID: a.client.ID,
		},
	}
	if wantsCode {
		g.kind = grantCode
	}
	return g
}

func (o *Org) issueCode(a *authorization, g grant, made tokens) string {
	code := randomText(43)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.codes.put(code, issuedCode{
		grant: g, made: made, redirectURI: a.query.Get("redirect_uri"), challenge: a.query.Get("code_challenge"),
	}, o.opts.Clock().Add(codeLife))
	return code
}

// redirect sends the user back with the answer and the state.
func (a *authorization) redirect(answer url.Values) reply {
	if state := a.query.Get("state"); state != "" {
		answer.Set("state", state)
	}
	target := *a.target
	if a.mode == "fragment" {
		target.Fragment = ""
		return reply{status: http.StatusFound}.with("Location", target.String()+"#"+answer.Encode())
	}
	query := target.Query()
	for name, values := range answer {
		query[name] = values
	}
	target.RawQuery = query.Encode()
	return reply{status: http.StatusFound}.with("Location", target.String())
}

// parameters are tokens as the implicit flow hands them out.
func (s signed) parameters() url.Values {
	values := url.Values{"scope": {strings.Join(s.scopes, " ")}}
	if s.access != "" {
		values.Set("access_token", s.access)
		values.Set("token_type", "Bearer")
		values.Set("expires_in", strconv.Itoa(s.expiresIn))
	}
	if s.identity != "" {
		values.Set("id_token", s.identity)
	}
	return values
}

// parseScopes reads a list of scopes, each once. Every name that can be a scope is
// one that the server is configured with.
func parseScopes(text string) ([]string, *oauthError) {
	scopes := []string{}
	for _, scope := range strings.Fields(text) {
		if strings.ContainsFunc(scope, func(c rune) bool { return c <= ' ' || c > '~' || c == '"' || c == '\\' }) {
			return nil, errScopes
		}
		if !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	if len(scopes) == 0 {
		return nil, errNoScope
	}
	return scopes, nil
}
