package oktasim

import (
	"net/http"
	"net/url"
)

// oauthError is a refusal of the authorization server (RFC 6749, section 5.2).
// The texts are Okta's where one is known.
type oauthError struct {
	status      int
	code        string
	description string
}

func (e *oauthError) Error() string { return e.code + ": " + e.description }

func badRequest(code, description string) *oauthError {
	return &oauthError{http.StatusBadRequest, code, description}
}

var (
	errNoCredentials   = &oauthError{http.StatusUnauthorized, "invalid_client", "Client authentication failed. No client credentials found."}
	errUnknownClient   = &oauthError{http.StatusUnauthorized, "invalid_client", "Invalid value for 'client_id' parameter."}
	errBadSecret       = &oauthError{http.StatusUnauthorized, "invalid_client", "The client secret supplied for a confidential client is invalid."}
	errManyCredentials = badRequest("invalid_request", "Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, or credentials in the post body.")
	errFormOnly        = badRequest("invalid_request", "The request body must be application/x-www-form-urlencoded.")
	errGrantType       = badRequest("unsupported_grant_type", "The grant type must be client_credentials, authorization_code or refresh_token.")
	errPublicClient    = badRequest("unauthorized_client", "A client without a secret is not authorized to use the client_credentials grant type.")
	errBadCode         = badRequest("invalid_grant", "The authorization code is invalid or has expired.")
	errRedirectChanged = badRequest("invalid_grant", "The 'redirect_uri' does not match the redirection URI used in the authorization request.")
	errUserGone        = badRequest("invalid_grant", "The user is not active any more.")
	errBadVerifier     = badRequest("invalid_grant", "PKCE verification failed.")
	errBadRefresh      = badRequest("invalid_grant", "The refresh token is invalid or expired.")
	errMoreScopes      = badRequest("invalid_scope", "The scopes must be among those that the refresh token was granted for.")
	errNoScope         = badRequest("invalid_scope", "The authorization server resource does not have any configured default scopes, 'scope' must be provided.")
	errScopes          = badRequest("invalid_scope", "One or more scopes are not configured for the authorization server resource.")
	errNoOpenID        = badRequest("invalid_scope", "The 'id_token' response type requires the scope 'openid'.")
	errPolicy          = badRequest("access_denied", "Policy evaluation failed for this request, please check the policy configurations.")
	errNoSession       = badRequest("login_required", "The client specified not to prompt, but the user is not logged in.")
	errResponseType    = badRequest("unsupported_response_type", "The response type must be code, token, id_token, or token and id_token.")
	errResponseMode    = badRequest("invalid_request", "The response mode must be query, only for the code, or fragment.")
	errNoNonce         = badRequest("invalid_request", "The 'nonce' parameter must be provided for an ID token of the implicit flow.")
	errNoPKCE          = badRequest("invalid_request", "PKCE code challenge is required: 'code_challenge' with the 'code_challenge_method' S256.")
	errMinting         = &oauthError{http.StatusInternalServerError, "server_error", "The tokens could not be made."}
)

// reply is the refusal as the token endpoint answers.
func (e *oauthError) reply() reply {
	rp := reply{status: e.status, body: struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}{e.code, e.description}}
	if e.status == http.StatusUnauthorized {
		rp = rp.with("WWW-Authenticate", `Basic realm="oauth2"`)
	}
	return rp
}

// parameters are the refusal as authorize sends it back with the user.
func (e *oauthError) parameters() url.Values {
	return url.Values{"error": {e.code}, "error_description": {e.description}}
}
