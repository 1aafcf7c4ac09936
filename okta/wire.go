package okta

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// wireVersion is sent for the hook and its channel. Okta has accepted others
// and echoes them, but documents only this one.
const wireVersion = "1.0.0"

// The SDK's types drop the OAuth members of a channel and cannot send an empty
// list of headers, hence these. Nothing that may be sent is left out when
// empty: in a replace, what is left out is cleared for most members and
// undocumented for the credential.
type (
	wireSpec struct {
		Name    string      `json:"name"`
		Type    string      `json:"type"`
		Version string      `json:"version"`
		Channel wireChannel `json:"channel"`
	}
	wireChannel struct {
		Type    string     `json:"type"`
		Version string     `json:"version"`
		Config  wireConfig `json:"config"`
	}
	wireConfig struct {
		URI        string    `json:"uri"`
		Method     string    `json:"method"`
		Headers    []Header  `json:"headers"`
		AuthScheme *wireAuth `json:"authScheme"`
	}
	wireAuth struct {
		Type  string `json:"type"`
		Key   string `json:"key"`
		Value string `json:"value,omitempty"`
	}
	wireHook struct {
		wireSpec
		ID          string    `json:"id"`
		Status      string    `json:"status"`
		Created     time.Time `json:"created"`
		LastUpdated time.Time `json:"lastUpdated"`
	}
)

// carry makes the spec the body of the call and its credential known to it.
func (c *call) carry(spec InlineHookSpec) error {
	ch := spec.Channel
	if t := orElse(ch.Type, ChannelHTTP); t != ChannelHTTP {
		return refuse(c.String(), fmt.Sprintf("channel type %q cannot be written: use %s", t, ChannelHTTP))
	}
	config := wireConfig{
		URI:     ch.URI,
		Method:  orElse(ch.Method, http.MethodPost),
		Headers: append([]Header{}, ch.Headers...), // [], not null
	}
	if auth := ch.AuthScheme; auth != nil {
		if auth.Value.Reveal() == "" {
			return refuse(c.String(), "the authentication has no value: a spec must not be made from a hook that was read")
		}
		c.secrets = append(c.secrets, auth.Value)
		config.AuthScheme = &wireAuth{Type: orElse(auth.Type, AuthHeader), Key: auth.Key, Value: auth.Value.Reveal()}
	}
	body, err := json.Marshal(wireSpec{
		Name: spec.Name, Type: spec.Type, Version: wireVersion,
		Channel: wireChannel{Type: ChannelHTTP, Version: wireVersion, Config: config},
	})
	if err != nil {
		return refuse(c.String(), "the hook cannot be written as JSON")
	}
	c.body = body
	return nil
}

func orElse(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

var errNotAHook = errors.New("is not an inline hook")

// decodeHook reads one hook. Members that are not known are passed over; one
// without an id is no hook, whatever else it is.
func decodeHook(body []byte) (*InlineHook, error) {
	var w wireHook
	if err := json.Unmarshal(body, &w); err != nil || w.ID == "" {
		return nil, errNotAHook
	}
	hook := w.hook()
	return &hook, nil
}

// hasNextPage tells from the Link headers whether a list goes on.
func hasNextPage(h http.Header) bool {
	return slices.ContainsFunc(h.Values("Link"), func(link string) bool {
		return strings.Contains(link, `rel="next"`)
	})
}

func decodeHooks(body []byte) ([]InlineHook, error) {
	var list []wireHook
	// A null decodes without error into no hooks at all.
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")) || json.Unmarshal(body, &list) != nil {
		return nil, errors.New("is not a list of inline hooks")
	}
	hooks := make([]InlineHook, 0, len(list))
	for _, w := range list {
		if w.ID == "" {
			return nil, errors.New("is a list with something other than inline hooks")
		}
		hooks = append(hooks, w.hook())
	}
	return hooks, nil
}

func (w wireHook) hook() InlineHook {
	config := w.Channel.Config
	hook := InlineHook{
		ID: w.ID, Name: w.Name, Type: w.Type, Status: w.Status, Version: w.Version,
		Created: w.Created, LastUpdated: w.LastUpdated,
		Channel: Channel{Type: w.Channel.Type, URI: config.URI, Method: config.Method, Headers: config.Headers},
	}
	if config.AuthScheme != nil {
		// Whatever it holds, a value that was read is not kept.
		hook.Channel.AuthScheme = &AuthScheme{Type: config.AuthScheme.Type, Key: config.AuthScheme.Key}
	}
	return hook
}
