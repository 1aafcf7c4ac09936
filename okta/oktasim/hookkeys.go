package oktasim

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxKeys is the number of hook keys an org may have.
const maxKeys = 50

// hookKey is a key pair whose private half signs client assertions.
type hookKey struct {
	id, keyID, name      string
	private              *rsa.PrivateKey
	created, lastUpdated stamp
}

type keyStore struct {
	keys []*hookKey
}

func (s *keyStore) find(id string) *hookKey {
	i := slices.IndexFunc(s.keys, func(k *hookKey) bool { return k.id == id })
	if i < 0 {
		return nil
	}
	return s.keys[i]
}

func (s *keyStore) has(id string) bool { return s.find(id) != nil }

func (s *keyStore) checkName(name, self string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return errInvalid("name", "name: "+blank)
	case utf8.RuneCountInString(name) > maxNameLength:
		return errInvalid("name", fmt.Sprintf("name: The field is too long, the maximum is %d characters", maxNameLength))
	}
	for _, k := range s.keys {
		if k.name == name && k.id != self {
			return errInvalid("name", "name: An object with this field already exists in the current organization")
		}
	}
	return nil
}

type keyView struct {
	ID          string      `json:"id"`
	KeyID       string      `json:"keyId"`
	Name        string      `json:"name"`
	Created     stamp       `json:"created"`
	LastUpdated stamp       `json:"lastUpdated"`
	IsUsed      bool        `json:"isUsed"` // a boolean, as recorded; documented as a string
	Embedded    *publicView `json:"_embedded,omitempty"`
}

// publicView is a public key as a JWK. A hook key's has the alg "RSA" and the use
// null, as recorded.
type publicView struct {
	Kty string  `json:"kty"`
	Alg string  `json:"alg"`
	Kid string  `json:"kid"`
	Use *string `json:"use"`
	E   string  `json:"e"`
	N   string  `json:"n"`
}

func (k *hookKey) public() *publicView {
	view := newPublicView(&k.private.PublicKey, k.keyID)
	return &view
}

func newPublicView(key *rsa.PublicKey, kid string) publicView {
	encode := base64.RawURLEncoding.EncodeToString
	return publicView{
		Kty: "RSA", Alg: "RSA", Kid: kid,
		E: encode(big.NewInt(int64(key.E)).Bytes()), N: encode(key.N.Bytes()),
	}
}

// keyView returns a key's reply; o.mu is held.
func (o *Org) keyView(k *hookKey, withPublic bool) keyView {
	view := keyView{
		ID: k.id, KeyID: k.keyID, Name: k.name, Created: k.created, LastUpdated: k.lastUpdated,
		IsUsed: o.hooks.usesKey(k.id),
	}
	if withPublic {
		view.Embedded = k.public()
	}
	return view
}

func (o *Org) listKeys(*request) (reply, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	views := []keyView{}
	for _, k := range o.keys.keys {
		views = append(views, o.keyView(k, false))
	}
	return ok(views), nil
}

func decodeKeyName(body []byte) (string, error) {
	members, err := parseObject(body)
	if err != nil {
		return "", err
	}
	var d decoder
	name := member[string](&d, members, "name").or("")
	return name, d.err
}

func (o *Org) createKey(r *request) (reply, error) {
	name, err := decodeKeyName(r.body)
	if err != nil {
		return reply{}, err
	}
	private, err := rsa.GenerateKey(rand.Reader, 2048) // slow, so before the lock
	if err != nil {
		return reply{}, fmt.Errorf("generate hook key: %w", err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.keys.checkName(name, ""); err != nil {
		return reply{}, err
	}
	if len(o.keys.keys) >= maxKeys {
		return reply{}, errInvalid("hookKey", fmt.Sprintf("hookKey: The organization has reached its limit of %d hook keys", maxKeys))
	}
	now := o.now()
	k := &hookKey{id: o.ids.next("HKY"), keyID: newUUID(), name: name, private: private, created: now, lastUpdated: now}
	o.keys.keys = append(o.keys.keys, k)
	return ok(o.keyView(k, true)), nil
}

// withKey runs fn with the key that the path names, under o.mu.
func (o *Org) withKey(r *request, fn func(*hookKey) (reply, error)) (reply, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	k := o.keys.find(r.vars["id"])
	if k == nil {
		return reply{}, errNotFound(r.vars["id"], "HookKey")
	}
	return fn(k)
}

// getKey has the public key only on demand.
func (o *Org) getKey(r *request) (reply, error) {
	return o.withKey(r, func(k *hookKey) (reply, error) {
		expand, _ := r.query("expand")
		return ok(o.keyView(k, expand == "publickey")), nil
	})
}

func (o *Org) replaceKey(r *request) (reply, error) {
	return o.withKey(r, func(k *hookKey) (reply, error) {
		name, err := decodeKeyName(r.body)
		if err != nil {
			return reply{}, err
		}
		if err := o.keys.checkName(name, k.id); err != nil {
			return reply{}, err
		}
		k.name, k.lastUpdated = name, o.now()
		return ok(o.keyView(k, true)), nil
	})
}

func (o *Org) deleteKey(r *request) (reply, error) {
	return o.withKey(r, func(k *hookKey) (reply, error) {
		if o.hooks.usesKey(k.id) {
			return reply{}, errInvalid("hookKey", "hookKey: A key that an inline hook uses cannot be deleted")
		}
		o.keys.keys = slices.DeleteFunc(o.keys.keys, func(other *hookKey) bool { return other == k })
		return noContent(), nil
	})
}

// getPublicKey answers in _embedded, as Okta's example does; its schema shows
// the bare key. Clients should take both.
func (o *Org) getPublicKey(r *request) (reply, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, k := range o.keys.keys {
		if k.keyID == r.vars["keyId"] {
			return ok(struct {
				Embedded *publicView `json:"_embedded"`
			}{k.public()}), nil
		}
	}
	return reply{}, errNotFound(r.vars["keyId"], "HookKey")
}
