package okta

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Values of InlineHook.Status. Only the lifecycle calls change it: a new hook
// is ACTIVE whatever the create said, and a replace leaves it alone.
const (
	StatusActive   = "ACTIVE"
	StatusInactive = "INACTIVE"
)

// ChannelHTTP is the only Channel.Type that this package writes. Hooks made
// elsewhere may have an OAUTH channel; see InlineHookSpec.
const ChannelHTTP = "HTTP"

// AuthHeader is the only AuthScheme.Type: a header that proves the caller.
const AuthHeader = "HEADER"

// InlineHookSpec is the whole of a hook as it is to be in Okta. It is always
// built from the desired state, never from an InlineHook that was read: Okta
// keeps the secret to itself, and what a replace does without it is undocumented.
type InlineHookSpec struct {
	// Name as shown in the admin console, 1 to 255 characters, unique in the org.
	Name string
	// Type is Okta's id of the type, such as
	// com.okta.user.credential.password.import. Immutable.
	Type string
	// Channel says where and how Okta calls. Its type must be ChannelHTTP or
	// empty, which means the same; OAUTH channels have members that this
	// package does not know and a replace would clear.
	Channel Channel
}

// InlineHook is a hook as Okta tells it.
type InlineHook struct {
	ID      string
	Name    string
	Type    string
	Status  string
	Version string // Okta's format version, 1.0.0
	// Channel is without credentials: AuthScheme.Value is always empty.
	Channel     Channel
	Created     time.Time
	LastUpdated time.Time // moves with every write, lifecycle calls included
}

// Channel is how Okta reaches the hook's service.
type Channel struct {
	Type string
	// URI begins with https:// and has at most 1024 characters.
	URI string
	// Method is POST; empty means the same.
	Method string
	// Headers are sent with each call. Their values are not secret: everyone
	// who may read hooks sees them. None given clears them.
	Headers []Header
	// AuthScheme proves to the service that it is Okta calling. Nil: nothing does.
	AuthScheme *AuthScheme
}

// Header is one header of the calls to a hook.
type Header struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// AuthScheme is the header by which the service knows Okta.
type AuthScheme struct {
	// Type is AuthHeader; empty means the same.
	Type string
	// Key is the name of the header.
	Key string
	// Value is the whole of its value, sent verbatim: with the word "Basic " or
	// "Bearer " in front where the service expects one. Okta never returns it.
	Value Secret
}

// Organization is what an org says of itself.
type Organization struct {
	ID string // such as 00o47wwoytgsDqEtz0g7; the same under every domain of the org
}

const hooksPath = "/api/v1/inlineHooks"

// Organization identifies the org. Okta tells this to everyone: it shows that
// the URL is an org's, not that the token is good for it. A list does that.
func (c *Client) Organization(ctx context.Context) (*Organization, error) {
	cl := call{op: opOrganization, path: "/.well-known/okta-organization"}
	ex, err := c.do(ctx, cl)
	if err != nil {
		return nil, err
	}
	var org struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(ex.body, &org); err != nil || org.ID == "" {
		return nil, undecodable(cl, ex, "does not describe an Okta org")
	}
	return &Organization{ID: org.ID}, nil
}

// ListInlineHooks returns the hooks of one type (Okta's id of it), or of all
// types for "". The list is complete or an error: callers take what is not in
// it as leave to create.
func (c *Client) ListInlineHooks(ctx context.Context, hookType string) ([]InlineHook, error) {
	cl := call{op: opList, path: hooksPath}
	if hookType != "" {
		cl.object = hookType
		cl.path += "?" + url.Values{"type": {hookType}}.Encode()
	}
	ex, err := c.do(ctx, cl)
	if err != nil {
		return nil, err
	}
	if hasNextPage(ex.header) {
		return nil, undecodable(cl, ex, "names a next page, which Okta's list of inline hooks does not have")
	}
	hooks, err := decodeHooks(ex.body)
	if err != nil {
		return nil, undecodable(cl, ex, err.Error())
	}
	return hooks, nil
}

// GetInlineHook returns a hook. KindNotFound: there is none with this id.
func (c *Client) GetInlineHook(ctx context.Context, id string) (*InlineHook, error) {
	return c.hook(ctx, call{op: opGet, object: id}, id, "")
}

// CreateInlineHook creates a hook, which is ACTIVE at once. Okta does not call
// the URI to check it.
func (c *Client) CreateInlineHook(ctx context.Context, spec InlineHookSpec) (*InlineHook, error) {
	cl := call{op: opCreate, object: spec.Name, path: hooksPath}
	if err := cl.carry(spec); err != nil {
		return nil, err
	}
	return c.doHook(ctx, cl)
}

// ReplaceInlineHook replaces everything but type and status. The reply looks
// the same whether or not the secret changed.
func (c *Client) ReplaceInlineHook(ctx context.Context, id string, spec InlineHookSpec) (*InlineHook, error) {
	cl := call{op: opReplace, object: id}
	if err := cl.carry(spec); err != nil {
		return nil, err
	}
	return c.hook(ctx, cl, id, "")
}

// ActivateInlineHook makes an INACTIVE hook ACTIVE. What Okta answers for one
// that is ACTIVE already is not documented: read the status first.
func (c *Client) ActivateInlineHook(ctx context.Context, id string) (*InlineHook, error) {
	return c.hook(ctx, call{op: opActivate, object: id}, id, "/lifecycle/activate")
}

// DeactivateInlineHook makes an ACTIVE hook INACTIVE, even one that a policy
// still names. For an INACTIVE one see ActivateInlineHook.
func (c *Client) DeactivateInlineHook(ctx context.Context, id string) (*InlineHook, error) {
	return c.hook(ctx, call{op: opDeactivate, object: id}, id, "/lifecycle/deactivate")
}

// DeleteInlineHook brings about that there is no hook with this id, in
// whatever state it is: one that is not found is done.
//
// Okta deletes INACTIVE hooks only and does not document how it refuses others.
// So a refusal that may be about the hook (any 4xx but 401, 404 and 429) has
// it read again, deactivated if it is ACTIVE, and deleted once more. That is
// one call for an INACTIVE hook and four for an ACTIVE one. A policy that
// still names the hook does not hold it: unbind first.
func (c *Client) DeleteInlineHook(ctx context.Context, id string) error {
	refusal := c.deleteOnce(ctx, id)
	if !mayBeForStatus(refusal) {
		return absent(refusal)
	}
	hook, err := c.GetInlineHook(ctx, id)
	if err != nil {
		return absent(err)
	}
	if hook.Status != StatusActive {
		return refusal
	}
	if _, err := c.DeactivateInlineHook(ctx, id); err != nil {
		return absent(err)
	}
	return absent(c.deleteOnce(ctx, id))
}

func (c *Client) deleteOnce(ctx context.Context, id string) error {
	path, err := hookPath(opDelete, id, "")
	if err != nil {
		return err
	}
	cl := call{op: opDelete, object: id, path: path}
	ex, err := c.do(ctx, cl)
	if err != nil {
		return err
	}
	if len(ex.body) > 0 {
		// Okta's is empty; believing a proxy's page would leave the hook behind.
		return undecodable(cl, ex, "to a delete has a body")
	}
	return nil
}

// absent takes "not found" as success.
func absent(err error) error {
	if KindOf(err) == KindNotFound {
		return nil
	}
	return err
}

// mayBeForStatus tells refusals of a delete that the hook's status may explain.
func mayBeForStatus(err error) bool {
	var e *Error
	if !errors.As(err, &e) || e.Status/100 != 4 {
		return false
	}
	switch e.Status {
	case http.StatusUnauthorized, http.StatusNotFound, http.StatusTooManyRequests:
		return false
	default:
		return true
	}
}

// ExecuteInlineHook has Okta send the payload to the hook's service, with the
// stored authentication, and returns the service's reply as Okta passes it on
// (nil for none). It changes nothing in Okta, but the service does what it
// does for a real call. The payload must be shaped like Okta's own for the
// type. A service that fails is a 400: KindTerminal.
func (c *Client) ExecuteInlineHook(ctx context.Context, id string, payload json.RawMessage) (json.RawMessage, error) {
	path, err := hookPath(opExecute, id, "/execute")
	if err != nil {
		return nil, err
	}
	cl := call{op: opExecute, object: id, path: path, body: payload}
	if !json.Valid(payload) {
		return nil, refuse(cl.String(), "the payload is not JSON")
	}
	ex, err := c.do(ctx, cl)
	switch {
	case err != nil:
		return nil, err
	case len(ex.body) == 0:
		return nil, nil
	case !json.Valid(ex.body):
		return nil, undecodable(cl, ex, "is not JSON")
	}
	return ex.body, nil
}

// hook runs a call on one hook that returns it.
func (c *Client) hook(ctx context.Context, cl call, id, suffix string) (*InlineHook, error) {
	path, err := hookPath(cl.op, id, suffix)
	if err != nil {
		return nil, err
	}
	cl.path = path
	return c.doHook(ctx, cl)
}

func (c *Client) doHook(ctx context.Context, cl call) (*InlineHook, error) {
	ex, err := c.do(ctx, cl)
	if err != nil {
		return nil, err
	}
	hook, err := decodeHook(ex.body)
	if err != nil {
		return nil, undecodable(cl, ex, err.Error())
	}
	return hook, nil
}

// hookPath refuses ids that would make the path another one: an empty id turns
// a call on a hook into one on the list.
func hookPath(op operation, id, suffix string) (string, error) {
	if strings.TrimSpace(id) == "" || id == "." || id == ".." {
		return "", refuse(call{op: op}.String(), "the id of the hook is empty or a dot")
	}
	return hooksPath + "/" + url.PathEscape(id) + suffix, nil
}
