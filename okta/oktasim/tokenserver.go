package oktasim

// authServerMetadata is the authorization server's description, the same under
// both of its well-known names.
type authServerMetadata struct {
	Issuer                string   `json:"issuer"`
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	TokenEndpoint         string   `json:"token_endpoint"`
	KeysURI               string   `json:"jwks_uri"`
	ResponseTypes         []string `json:"response_types_supported"`
	ResponseModes         []string `json:"response_modes_supported"`
	GrantTypes            []string `json:"grant_types_supported"`
	SubjectTypes          []string `json:"subject_types_supported"`
	SigningAlgorithms     []string `json:"id_token_signing_alg_values_supported"`
	Scopes                []string `json:"scopes_supported"`
	ClientAuthentication  []string `json:"token_endpoint_auth_methods_supported"`
	ChallengeMethods      []string `json:"code_challenge_methods_supported"`
}

func (o *Org) describeAuthServer(r *request) (reply, error) {
	if r.vars["server"] != authServerName {
		return reply{}, errNotFound(r.vars["server"], "AuthorizationServer")
	}
	issuer := r.base + "/oauth2/" + authServerName
	return ok(authServerMetadata{
		Issuer:                issuer,
		AuthorizationEndpoint: issuer + "/v1/authorize",
		TokenEndpoint:         issuer + "/v1/token",
		KeysURI:               issuer + "/v1/keys",
		ResponseTypes:         []string{"code", "token", "id_token", "id_token token"},
		ResponseModes:         []string{"query", "fragment"},
		GrantTypes:            []string{grantCode, grantImplicit, grantRefresh, grantClientCredentials},
		SubjectTypes:          []string{"public"},
		SigningAlgorithms:     []string{"RS256"},
		Scopes:                []string{scopeOpenID, "profile", "email", scopeOffline},
		ClientAuthentication:  []string{"client_secret_basic", "client_secret_post", "none"},
		ChallengeMethods:      []string{"S256"},
	}), nil
}

// listSigningKeys is the key set that tokens are checked with.
func (o *Org) listSigningKeys(r *request) (reply, error) {
	if r.vars["server"] != authServerName {
		return reply{}, errNotFound(r.vars["server"], "AuthorizationServer")
	}
	key, err := theSigningKey()
	if err != nil {
		return reply{}, err
	}
	view := newPublicView(&key.private.PublicKey, key.kid)
	use := "sig"
	view.Alg, view.Use = "RS256", &use
	return ok(map[string][]publicView{"keys": {view}}), nil
}
