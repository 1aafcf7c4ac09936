package stage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Org is an org, as its administrators and users call it.
type Org struct {
	// URL has no slash at its end.
	URL string
	// Token is an administrator's API token.
	Token string
	// Client makes the calls. It must not follow redirects: where they lead, such as an application's address,
	// need not be there. See [NoRedirects].
	Client *http.Client
}

// NoRedirects is for CheckRedirect of an [http.Client]: a redirect is an answer like any other.
func NoRedirects(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Request is a request to the org.
type Request struct {
	Method, Path string
	// AsAdmin sends the administrator's token along.
	AsAdmin bool
	// Body is sent as JSON, Form as a form, or in the query with GET. One of them at most is set.
	Body map[string]any
	Form url.Values
}

// Content is what the request carries as JSON, nil for nothing.
func (r Request) Content() any {
	switch {
	case r.Body != nil:
		return r.Body
	case r.Form != nil:
		return parameters(r.Form)
	}
	return nil
}

// Do calls the org. An answer of any status is no error.
func (o *Org) Do(ctx context.Context, r Request) (*Answer, error) {
	response, content, err := o.call(ctx, r)
	if err != nil {
		return nil, err
	}
	body, err := present(response, content)
	if err != nil {
		return nil, fmt.Errorf("read the org's answer to %s %s: %w", r.Method, r.Path, err)
	}
	return &Answer{Status: response.StatusCode, Body: body}, nil
}

// Read decodes JSON that the org has at a path into out.
func (o *Org) Read(ctx context.Context, path string, asAdmin bool, out any) error {
	response, content, err := o.call(ctx, Request{Method: http.MethodGet, Path: path, AsAdmin: asAdmin})
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("read %s: the org answered with status %d", path, response.StatusCode)
	}
	if err := json.Unmarshal(content, out); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}

// call makes a request and reads the answer to its end.
func (o *Org) call(ctx context.Context, r Request) (*http.Response, []byte, error) {
	request, err := o.request(ctx, r)
	if err != nil {
		return nil, nil, fmt.Errorf("call the org: %w", err)
	}
	response, err := o.Client.Do(request)
	if err != nil {
		return nil, nil, fmt.Errorf("call the org: %w", err)
	}
	content, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return nil, nil, fmt.Errorf("call the org: %w", err)
	}
	return response, content, nil
}

func (o *Org) request(ctx context.Context, r Request) (*http.Request, error) {
	target, kind := o.URL+r.Path, ""
	var body io.Reader
	switch {
	case r.Body != nil:
		encoded, err := json.Marshal(r.Body)
		if err != nil {
			return nil, err
		}
		body, kind = bytes.NewReader(encoded), "application/json"
	case r.Form != nil && r.Method == http.MethodGet:
		target += "?" + r.Form.Encode()
	case r.Form != nil:
		body, kind = strings.NewReader(r.Form.Encode()), "application/x-www-form-urlencoded"
	}
	request, err := http.NewRequestWithContext(ctx, r.Method, target, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	if r.AsAdmin {
		request.Header.Set("Authorization", "SSWS "+o.Token)
	}
	return request, nil
}

// HookCall is a call of the org to a hook, and what came back.
type HookCall struct {
	// Type and URL are the hook's.
	Type string `json:"type"`
	URL  string `json:"url"`
	// Attempt is 1, or 2 for a retry.
	Attempt int `json:"attempt"`
	// Headers are the names of those that the hook asked for.
	Headers []string       `json:"headers"`
	Request map[string]any `json:"request"`
	// Status is 0 if there was no answer.
	Status   int `json:"status"`
	Response any `json:"response"`
	// Failure says why the call is not a good one; empty if it is.
	Failure      string  `json:"failure"`
	Milliseconds float64 `json:"milliseconds"`
}

// HookCalls are the org's calls to hooks since Forget, oldest first.
func (o *Org) HookCalls(ctx context.Context) ([]HookCall, error) {
	var list struct {
		Calls []HookCall `json:"calls"`
	}
	err := o.Read(ctx, "/-/sim/calls", false, &list)
	return list.Calls, err
}

// OwnMessages is how many one-time codes Okta's own provider sent since Forget: those that it thinks no hook
// sent.
func (o *Org) OwnMessages(ctx context.Context) (int, error) {
	var list struct {
		Messages []struct{} `json:"messages"`
	}
	err := o.Read(ctx, "/-/sim/messages", false, &list)
	return len(list.Messages), err
}

// Forget forgets the calls to hooks and the messages.
func (o *Org) Forget(ctx context.Context) error {
	for _, path := range []string{"/-/sim/calls", "/-/sim/messages"} {
		if _, _, err := o.call(ctx, Request{Method: http.MethodDelete, Path: path}); err != nil {
			return err
		}
	}
	return nil
}
