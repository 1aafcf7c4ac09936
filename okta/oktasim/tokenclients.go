package oktasim

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
)

// Client is an OAuth client of the default authorization server.
type Client struct {
	// ID is the client_id. Required.
	ID string `json:"id"`
	// Secret is the client_secret. A client without one is public: it cannot use
	// client_credentials and must use PKCE.
	Secret string `json:"secret,omitempty"`
	// Name is what hooks see beside the id. Default the ID.
	Name string `json:"name,omitempty"`
	// RedirectURIs are where authorize may send the user back to, compared as
	// they are. Default none, which is enough for client_credentials.
	RedirectURIs []string `json:"redirectUris,omitempty"`
}

// AddClient registers an OAuth client, in place of an older one with its ID. The
// error names the field that cannot be.
func (o *Org) AddClient(c Client) error {
	if c.ID == "" {
		return errors.New("id: must not be empty, write the client_id that requests will have")
	}
	for i, redirect := range c.RedirectURIs {
		target, err := url.Parse(redirect)
		if err != nil || !target.IsAbs() || target.Fragment != "" {
			return fmt.Errorf("redirectUris[%d]: must be an absolute URL without a fragment, such as https://app.example/callback", i)
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.clients.add(c)
	return nil
}

// clientStore finds clients by their id.
type clientStore map[string]Client

func newClientStore(clients []Client) clientStore {
	s := clientStore{}
	for _, c := range clients {
		s.add(c)
	}
	return s
}

func (s clientStore) add(c Client) {
	c.Name = cmp.Or(c.Name, c.ID)
	s[c.ID] = c
}

func addClientWire(o *Org, _ context.Context, c Client) (any, error) {
	err := o.AddClient(c)
	return o.clientsView(), err
}

// clientsView lists the clients by id, without their secrets.
func (o *Org) clientsView() any {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := []Client{}
	for _, id := range slices.Sorted(maps.Keys(o.clients)) {
		c := o.clients[id]
		c.Secret = ""
		list = append(list, c)
	}
	return map[string]any{"clients": list}
}

// authenticateClient returns the client of a token request: by HTTP Basic, by
// client_id and client_secret in the form, or, for a public client, by client_id.
func (o *Org) authenticateClient(r *request, form url.Values) (Client, *oauthError) {
	id, secret, basic := r.BasicAuth()
	if basic {
		if form.Has("client_secret") {
			return Client{}, errManyCredentials
		}
		// Both are form-encoded before they become Basic credentials (RFC 6749,
		// section 2.3.1).
		var errID, errSecret error
		id, errID = url.QueryUnescape(id)
		secret, errSecret = url.QueryUnescape(secret)
		if errID != nil || errSecret != nil {
			return Client{}, errBadSecret
		}
	} else {
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	if id == "" {
		return Client{}, errNoCredentials
	}
	o.mu.Lock()
	c, known := o.clients[id]
	o.mu.Unlock()
	if !known {
		return Client{}, errUnknownClient
	}
	if subtle.ConstantTimeCompare([]byte(secret), []byte(c.Secret)) != 1 {
		return Client{}, errBadSecret
	}
	return c, nil
}
