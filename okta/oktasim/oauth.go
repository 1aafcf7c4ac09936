package oktasim

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// tokenCache holds the access tokens for OAUTH channels by hook id.
type tokenCache map[string]cachedToken

type cachedToken struct {
	token    string
	revision int // of the hook it was fetched for
	expires  time.Time
}

// hookToken returns an access token for a hook's channel. Okta keeps tokens
// until they expire, so that a hook sees the same one again. The fetch takes its
// time from the call's budget. h is a copy.
func (o *Org) hookToken(ctx context.Context, h hook) (string, error) {
	o.mu.Lock()
	cached, found := o.tokens[h.id]
	key := o.keys.find(h.spec.hookKeyID)
	o.mu.Unlock()
	now := o.opts.Clock()
	if found && cached.revision == h.revision && now.Before(cached.expires) {
		return cached.token, nil
	}
	form, err := tokenForm(h.spec, key, now)
	if err != nil {
		return "", err
	}
	token, lifetime, err := o.fetchToken(ctx, h.spec.tokenURL, form)
	if err != nil {
		return "", fmt.Errorf("get access token: %w", err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tokens[h.id] = cachedToken{token, h.revision, now.Add(lifetime)}
	return token, nil
}

func (o *Org) dropToken(hookID string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.tokens, hookID)
}

// tokenForm is the body of a client credentials request with the hook's method
// of authentication.
func tokenForm(spec hookSpec, key *hookKey, now time.Time) (url.Values, error) {
	form := url.Values{"grant_type": {"client_credentials"}}
	if spec.scope != nil && *spec.scope != "" {
		form.Set("scope", *spec.scope)
	}
	if spec.authType == authClientSecret {
		form.Set("client_id", spec.clientID)
		form.Set("client_secret", spec.clientSecret)
		return form, nil
	}
	if key == nil {
		return nil, &hookFailure{reason: "The hook key of the inline hook does not exist"}
	}
	assertion, err := clientAssertion(spec, key, now)
	if err != nil {
		return nil, err
	}
	form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
	form.Set("client_assertion", assertion)
	return form, nil
}

// clientAssertion is the JWT of private_key_jwt (RFC 7523), signed with the hook
// key and naming it by its keyId.
func clientAssertion(spec hookSpec, key *hookKey, now time.Time) (string, error) {
	assertion, err := signJWT(key.private, key.keyID, map[string]any{
		"iss": spec.clientID, "sub": spec.clientID, "aud": spec.tokenURL, "jti": newUUID(),
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
	})
	if err != nil {
		return "", fmt.Errorf("sign client assertion: %w", err)
	}
	return assertion, nil
}

// signJWT makes a JWT (RFC 7519) of claims, signed RS256 with the key that kid names.
func signJWT(key *rsa.PrivateKey, kid string, claims map[string]any) (string, error) {
	header, err := json.Marshal(map[string]string{"alg": "RS256", "typ": "JWT", "kid": kid})
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signed := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(payload)
	digest := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	if err != nil {
		return "", err
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// fetchToken asks a token endpoint. A token without a lifetime is used once.
func (o *Org) fetchToken(ctx context.Context, endpoint string, form url.Values) (string, time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := o.client.Do(req)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return "", 0, err
	}
	if resp.StatusCode != http.StatusOK {
		return "", 0, &hookFailure{
			reason: fmt.Sprintf("The token endpoint responded with status %d", resp.StatusCode), status: resp.StatusCode,
		}
	}
	var members object
	if err := json.Unmarshal(body, &members); err != nil {
		return "", 0, errors.New("the token endpoint's answer is not JSON")
	}
	var d decoder
	token := member[string](&d, members, "access_token").or("")
	lifetime := member[int](&d, members, "expires_in").or(0)
	if d.err != nil || token == "" {
		return "", 0, errors.New("the token endpoint's answer has no access_token")
	}
	return token, time.Duration(lifetime) * time.Second, nil
}
