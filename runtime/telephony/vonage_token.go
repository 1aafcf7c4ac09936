package telephony

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"time"
)

const (
	// vonageTokenLife is how long a token is good for. Each call has its own.
	vonageTokenLife = 5 * time.Minute
	// vonageClockSkew is how far our clock may be ahead of Vonage's.
	vonageClockSkew = 30 * time.Second
)

// vonageApplication makes the tokens that the Voice API wants: JWTs (RFC 7519) signed with RS256 (RFC 7518,
// section 3.3) by the key of an application.
type vonageApplication struct {
	id  string
	key *rsa.PrivateKey
}

// newVonageApplication reads the key. Errors go on from "key ... of secret ...".
func newVonageApplication(id, privateKey string) (*vonageApplication, error) {
	block, _ := pem.Decode([]byte(privateKey))
	if block == nil {
		return nil, errors.New("is no private key in PEM; write the file private.key that the application was made with")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	}
	key, isRSA := parsed.(*rsa.PrivateKey)
	if err != nil || !isRSA {
		return nil, errors.New("has PEM, but no RSA private key without a passphrase; write the file private.key that the application was made with")
	}
	return &vonageApplication{id: id, key: key}, nil
}

// token makes one for a call that is made now.
func (a *vonageApplication) token() (string, error) {
	now := time.Now()
	claims, err := json.Marshal(map[string]any{
		"application_id": a.id,
		"iat":            now.Add(-vonageClockSkew).Unix(),
		"exp":            now.Add(vonageTokenLife).Unix(),
		"jti":            rand.Text(),
	})
	if err != nil {
		return "", fmt.Errorf("encode token: %w", err)
	}
	signed := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." +
		base64.RawURLEncoding.EncodeToString(claims)
	digest := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(nil, a.key, crypto.SHA256, digest[:])
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}
