package oktasim

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
)

// The grant types, as requests and access policy rules have them.
const (
	grantClientCredentials = "client_credentials"
	grantCode              = "authorization_code"
	grantRefresh           = "refresh_token"
	grantImplicit          = "implicit"
)

const (
	scopeOpenID  = "openid"
	scopeOffline = "offline_access"
	// idTokenLife is an ID token's lifetime in seconds, which no policy changes.
	idTokenLife = 3600
	// accessAudience is the default authorization server's audience.
	accessAudience = "api://default"
)

// grant is what tokens are made for.
type grant struct {
	client Client
	// kind is the grant type that the policy's rules are asked about: for a
	// refresh the one of the first request.
	kind   string
	scopes []string
	// identity and access are the kinds of tokens asked for.
	identity, access bool
	nonce            string
	// userID and signIn are empty for client credentials. On a refresh the
	// session is not there any more and signIn has no id.
	userID string
	signIn session
	// refreshID is the jti of the refresh token involved, empty for none.
	refreshID string
	// request and original are what the hook sees of the request in hand and,
	// on a refresh, of the first one.
	request  protocolRequest
	original *originalGrant
}

func (g grant) has(scope string) bool { return slices.Contains(g.scopes, scope) }

// token is a token before it is signed, as hooks see and change it. Its claims
// lack those that are known at the signing only: iat, exp and scp.
type token struct {
	Claims map[string]any          `json:"claims"`
	Token  tokenLife               `json:"token"`
	Scopes map[string]grantedScope `json:"scopes,omitempty"`
}

type tokenLife struct {
	Lifetime struct {
		Expiration int `json:"expiration"` // seconds
	} `json:"lifetime"`
}

type grantedScope struct {
	ID     string `json:"id"`
	Action string `json:"action"` // GRANT
}

// tokens are the tokens of one grant, nil for a kind that was not asked for.
type tokens struct {
	identity, access *token
}

// newToken makes a token of claims in their JSON form, which is what patches are
// written for.
func newToken(claims map[string]any, lifetime int) (*token, error) {
	text, err := json.Marshal(claims)
	if err != nil {
		return nil, err
	}
	tree, err := decodeTree(text)
	if err != nil {
		return nil, err
	}
	t := &token{Claims: tree.(map[string]any)} // a map was encoded
	t.Token.Lifetime.Expiration = lifetime
	return t, nil
}

// draft makes the tokens of a grant as they are without a hook. o.mu is held.
func (o *Org) draft(issuer string, g grant, rule *accessRule, u *user) (tokens, error) {
	var made tokens
	var err error
	if g.access {
		made.access, err = newToken(accessClaims(issuer, g, u), rule.token.AccessMinutes*60)
		if err != nil {
			return tokens{}, fmt.Errorf("make access token: %w", err)
		}
		made.access.Scopes = map[string]grantedScope{}
		for _, scope := range g.scopes {
			made.access.Scopes[scope] = grantedScope{ID: o.scopeID(scope), Action: "GRANT"}
		}
	}
	if g.identity && u != nil {
		made.identity, err = newToken(identityClaims(issuer, o.orgID, g, u), idTokenLife)
		if err != nil {
			return tokens{}, fmt.Errorf("make ID token: %w", err)
		}
	}
	return made, nil
}

func (o *Org) scopeID(name string) string {
	id, known := o.authServer.scopeIDs[name]
	if !known {
		id = o.ids.next("scp")
		// A client invents scopes as it likes; only so many are remembered.
		if len(o.authServer.scopeIDs) < maxScopes {
			o.authServer.scopeIDs[name] = id
		}
	}
	return id
}

// maxScopes is how many scopes keep the same id.
const maxScopes = 1000

// accessClaims are an access token's; u is nil for client credentials.
func accessClaims(issuer string, g grant, u *user) map[string]any {
	claims := map[string]any{
		"ver": 1, "jti": "AT." + randomText(43), "iss": issuer, "aud": accessAudience, "cid": g.client.ID, "sub": g.client.ID,
	}
	if u == nil {
		return claims
	}
	claims["uid"], claims["sub"], claims["auth_time"] = u.id, u.login, int64(g.signIn.created)
	addGroups(claims, u)
	return claims
}

// identityClaims are an ID token's, as few as Okta puts into one that comes with
// an access token.
func identityClaims(issuer, orgID string, g grant, u *user) map[string]any {
	profile := u.profileObject()
	claims := map[string]any{
		"sub": u.id, "ver": 1, "iss": issuer, "aud": g.client.ID, "jti": "ID." + randomText(43),
		"amr": g.signIn.amrClaim(), "idp": orgID, "auth_time": int64(g.signIn.created),
	}
	if g.nonce != "" {
		claims["nonce"] = g.nonce
	}
	if g.has("profile") {
		claims["name"] = stringMember(profile, "firstName") + " " + stringMember(profile, "lastName")
		claims["preferred_username"] = u.login
	}
	if g.has("email") {
		claims["email"] = stringMember(profile, "email")
	}
	addGroups(claims, u)
	return claims
}

// addGroups gives a token the groups claim that many servers are configured with,
// if the user's profile has the custom attribute groups: the org has no groups.
func addGroups(claims map[string]any, u *user) {
	if groups, given := u.profileObject()["groups"]; given {
		claims["groups"] = groups
	}
}

// signingKey is the authorization server's key pair.
type signingKey struct {
	private *rsa.PrivateKey
	kid     string
}

// theSigningKey is made for the first token of the process, since that is slow, and
// is the same for all orgs of it: their tokens differ by the issuer.
var theSigningKey = sync.OnceValues(func() (signingKey, error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return signingKey{}, fmt.Errorf("generate signing key: %w", err)
	}
	return signingKey{private: private, kid: randomText(43)}, nil
})

// signed are tokens as they are handed out, "" for a kind there is not.
type signed struct {
	access, identity string
	expiresIn        int // seconds, of the access token
	scopes           []string
}

// sign gives tokens the claims that only the moment knows and signs them. front:
// they go through the user's browser, where an ID token vouches for the access
// token beside it.
func (o *Org) sign(made tokens, scopes []string, front bool) (signed, error) {
	key, err := theSigningKey()
	if err != nil {
		return signed{}, err
	}
	result := signed{scopes: scopes}
	if made.access != nil {
		claims := o.dated(made.access)
		claims["scp"] = scopes
		result.expiresIn = made.access.Token.Lifetime.Expiration
		if result.access, err = signJWT(key.private, key.kid, claims); err != nil {
			return signed{}, fmt.Errorf("sign access token: %w", err)
		}
	}
	if made.identity != nil {
		claims := o.dated(made.identity)
		if front && result.access != "" {
			digest := sha256.Sum256([]byte(result.access))
			claims["at_hash"] = base64.RawURLEncoding.EncodeToString(digest[:len(digest)/2])
		}
		if result.identity, err = signJWT(key.private, key.kid, claims); err != nil {
			return signed{}, fmt.Errorf("sign ID token: %w", err)
		}
	}
	return result, nil
}

// dated returns a token's claims with iat and exp.
func (o *Org) dated(t *token) map[string]any {
	claims := map[string]any{}
	for name, value := range t.Claims {
		claims[name] = value
	}
	now := o.opts.Clock().Unix()
	claims["iat"], claims["exp"] = now, now+int64(t.Token.Lifetime.Expiration)
	return claims
}
