package oktasim

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
	"time"
)

// maxHookReply is where Okta stops reading a hook's reply: it must be smaller.
const maxHookReply = 256 << 10

// Call is one request the org made to a hook. It holds what was sent and
// answered in full, passwords included, and is shown by Calls and the admin
// interface only; neither the System Log nor any error has a part of it.
type Call struct {
	// Number counts the org's calls from 0.
	Number int       `json:"number"`
	Time   time.Time `json:"time"`
	// Type, HookID, HookName and URL are the hook's.
	Type     string `json:"type"`
	HookID   string `json:"hookId"`
	HookName string `json:"hookName"`
	URL      string `json:"url"`
	// Attempt is 1, or 2 for the retry. Both have the same Request.
	Attempt int `json:"attempt"`
	// Headers are the names of the channel's extra headers and of the one that
	// carries the credential; their values are not kept.
	Headers []string        `json:"headers"`
	Request json.RawMessage `json:"request"`
	// Status is the HTTP status of the hook's answer, 0 without an answer.
	Status int `json:"status"`
	// Response is the body of the answer, as a JSON string if it is not JSON.
	Response json.RawMessage `json:"response,omitempty"`
	// Failure says why the attempt is not a good one; empty if it is.
	Failure string `json:"failure,omitempty"`
	// Milliseconds is how long it took, the fetch of a token included.
	Milliseconds float64 `json:"milliseconds"`
}

// envelope is the body of a hook call, members in the order of Okta's examples.
type envelope struct {
	EventID           string `json:"eventId"`
	EventTime         stamp  `json:"eventTime"`
	EventType         string `json:"eventType"`
	EventTypeVersion  string `json:"eventTypeVersion"`
	ContentType       string `json:"contentType"`
	CloudEventVersion string `json:"cloudEventVersion"`
	Source            string `json:"source"`
	RequestType       string `json:"requestType,omitempty"`
	Data              any    `json:"data"`
}

func (o *Org) newEnvelope(hookType, source string, data any) envelope {
	return envelope{
		EventID: newEventID(), EventTime: o.now(), EventType: hookType, EventTypeVersion: "1.0",
		ContentType: "application/json", CloudEventVersion: "0.1", Source: source, Data: data,
	}
}

// triggerView is data.context.request: the API request that caused the call.
type triggerView struct {
	ID        string         `json:"id"`
	Method    string         `json:"method"`
	URL       triggerURLView `json:"url"`
	IPAddress string         `json:"ipAddress"`
}

type triggerURLView struct {
	Value string `json:"value"`
}

func (r *request) trigger() triggerView {
	return triggerView{ID: r.id, Method: r.Method, URL: triggerURLView{r.URL.Path}, IPAddress: r.ip()}
}

// hookFailure is a call without a good reply.
type hookFailure struct {
	// reason is fit for the System Log: nothing of what was sent or answered.
	reason string
	// status is what the hook answered, 0 without an answer.
	status int
	// timeout: the budget ran out.
	timeout bool
	// malformed: there was a 2xx, but not a reply of this type.
	malformed bool
}

func (f *hookFailure) Error() string { return f.reason }

// retryable is Okta's rule: a timeout, a connection failure or a 5xx, and never
// after a 2xx or 4xx. A redirect is not followed and not repeated.
func (f *hookFailure) retryable() bool { return f.status == 0 || f.status >= 500 }

// callHook calls a hook with body, again if the type's rule allows, and returns
// its reply or a *hookFailure. A failed call is in the System Log when it
// returns; after a good one the flow logs what it made of the reply. h is a copy,
// since o.mu is not held.
func (o *Org) callHook(r *request, h hook, body []byte) (hookReply, error) {
	kind := hookTypes[h.spec.hookType]
	for attempt := 1; ; attempt++ {
		status, answer, err := o.attempt(r, h, body, attempt)
		var failure *hookFailure
		if errors.As(err, &failure) && failure.retryable() && attempt <= kind.retries {
			continue
		}
		var parsed hookReply
		if err == nil {
			parsed, err = parseReply(kind, status, answer)
		}
		if err != nil {
			o.logHookFailure(r, h, err)
		}
		return parsed, err
	}
}

// attempt makes one request within one budget and keeps it as a Call.
func (o *Org) attempt(r *request, h hook, body []byte, number int) (int, []byte, error) {
	// A client that hangs up does not stop Okta's own call.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), o.opts.HookTimeout)
	defer cancel()
	call := Call{
		Time: o.opts.Clock().UTC(), Type: h.spec.hookType, HookID: h.id, HookName: h.spec.name, URL: h.spec.uri,
		Attempt: number, Headers: []string{}, Request: asJSON(body),
	}
	start := time.Now()
	status, answer, err := o.post(ctx, h, body, &call)
	if err != nil {
		err = o.explain(ctx, status, err)
		call.Failure = err.Error()
	}
	call.Milliseconds = float64(time.Since(start).Microseconds()) / 1000
	call.Status, call.Response = status, asJSON(answer)
	o.mu.Lock()
	defer o.mu.Unlock()
	call.Number = o.calls.next()
	o.calls.add(call)
	return status, answer, err
}

// asJSON returns a body as JSON, text that is none as a JSON string.
func asJSON(body []byte) json.RawMessage {
	if len(body) == 0 {
		return nil
	}
	if json.Valid(body) {
		return body
	}
	text, _ := json.Marshal(string(body)) // a string always encodes
	return text
}

// explain makes a *hookFailure of an error, if it is not one.
func (o *Org) explain(ctx context.Context, status int, err error) error {
	var failure *hookFailure
	if errors.As(err, &failure) {
		return failure
	}
	if ctx.Err() != nil {
		return &hookFailure{reason: fmt.Sprintf("The inline hook did not respond within %s", o.opts.HookTimeout), timeout: true}
	}
	var inURL *url.Error
	if errors.As(err, &inURL) {
		err = inURL.Err // the URL is in the event already, perhaps with a secret in its query
	}
	return &hookFailure{reason: "The connection to the inline hook failed: " + err.Error()}
}

// post sends body through the hook's channel and returns the answer. A status
// outside 2xx is a *hookFailure.
func (o *Org) post(ctx context.Context, h hook, body []byte, call *Call) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.spec.uri, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if err := o.setHeaders(ctx, req, h, call); err != nil {
		return 0, nil, err
	}
	resp, err := o.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxHookReply))
	if err != nil {
		return 0, nil, err
	}
	switch {
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		if resp.StatusCode == http.StatusUnauthorized {
			o.dropToken(h.id) // perhaps it was revoked; the next call gets a new one
		}
		return resp.StatusCode, answer, &hookFailure{
			reason: fmt.Sprintf("The inline hook responded with status %d", resp.StatusCode), status: resp.StatusCode,
		}
	case len(answer) >= maxHookReply:
		return resp.StatusCode, nil, malformed(resp.StatusCode, "The inline hook responded with 256 KB or more")
	}
	return resp.StatusCode, answer, nil
}

func (o *Org) setHeaders(ctx context.Context, req *http.Request, h hook, call *Call) error {
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "oktasim")
	set := func(key, value string) {
		// Okta takes names that HTTP does not allow, such as some with spaces;
		// they cannot be sent.
		if isToken(key) {
			req.Header.Set(key, value)
			call.Headers = append(call.Headers, key)
		}
	}
	for _, header := range h.spec.headers {
		set(header.Key, header.Value)
	}
	if h.spec.channelType == channelOAuth {
		token, err := o.hookToken(ctx, h)
		if err != nil {
			return err
		}
		set("Authorization", "Bearer "+token)
	} else if scheme := h.spec.authScheme; scheme != nil {
		set(scheme.key, scheme.value)
	}
	return nil
}

// isToken reports whether name can be a header's name (RFC 9110, section 5.6.2).
func isToken(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(c rune) bool {
		return c <= ' ' || c >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, c)
	})
}
