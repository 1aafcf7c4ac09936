package telephony

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/outbound"
)

// httpProvider sends through a service whose requests and answers the configuration describes.
type httpProvider struct {
	client        *outbound.Client
	address       string
	header        http.Header
	request, sent *expr.Program
	transactionID *expr.Program // nil: the service names no messages
}

func newHTTP(spec *v1alpha1.HTTPProvider, client *outbound.Client, secrets Secrets) (*httpProvider, error) {
	p := &httpProvider{client: client, address: spec.URL, header: http.Header{}}
	for i, header := range spec.Headers {
		value := header.Value
		if header.SecretKeyRef != nil {
			var err error
			if value, err = readToken(secrets, *header.SecretKeyRef); err != nil {
				return nil, fmt.Errorf(".headers[%d].secretKeyRef: %w", i, err)
			}
		}
		p.header.Set(header.Name, value)
	}
	var err error
	if p.request, err = compile(spec.Request, expr.ProviderRequest, expr.JSON); err != nil {
		return nil, fmt.Errorf(".request: %w", err)
	}
	if p.sent, err = compile(spec.Sent, expr.ProviderResponse, expr.Bool); err != nil {
		return nil, fmt.Errorf(".sent: %w", err)
	}
	if spec.TransactionID == "" {
		return p, nil
	}
	if p.transactionID, err = compile(spec.TransactionID, expr.ProviderResponse, expr.String); err != nil {
		return nil, fmt.Errorf(".transactionID: %w", err)
	}
	return p, nil
}

func compile(source v1alpha1.Expression, scope expr.Scope, kind expr.Kind) (*expr.Program, error) {
	env, err := expr.NewScopedEnv(hook.Telephony, scope)
	if err != nil {
		return nil, err
	}
	return env.Compile(string(source), kind)
}

// Send implements [Provider].
func (p *httpProvider) Send(ctx context.Context, m Message) Result {
	call := m.Request
	if call == nil {
		call = &hook.Request{}
	}
	values := expr.Values{Send: &expr.Send{
		Channel: string(m.Channel), PhoneNumber: m.To, Country: m.Country, Text: m.Text, Code: m.Code,
		Language: m.Language, From: m.From, ExpiresIn: m.ExpiresIn, EventID: m.EventID,
	}}
	body, err := p.body(ctx, call, values)
	if err != nil {
		// It may be this person's data alone that the expression can't deal with, or not in time.
		return Result{Class: Unsupported, Err: fmt.Errorf("request: %w", err)}
	}
	got, err := post(ctx, p.client, p.address, mediaJSON, body, p.header)
	if err != nil {
		return lost(err)
	}
	values.Response = expr.NewResponse(got.status, got.header, got.body)
	return p.result(ctx, call, values, m.To)
}

// Close implements [Provider].
func (p *httpProvider) Close() { p.client.Close() }

func (p *httpProvider) body(ctx context.Context, call *hook.Request, values expr.Values) (string, error) {
	value, err := p.request.With(values).JSON(ctx, call)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(value)
	if err != nil {
		return "", errors.New("yields what is no JSON") // never: the expression is of that kind
	}
	return string(body), nil
}

// result goes by the expression sent alone: services of people's own answer with whatever status. One that can't
// tell leaves it open, and so does a no to a redirect, which many services answer a successful POST with.
func (p *httpProvider) result(ctx context.Context, call *hook.Request, values expr.Values, to string) Result {
	status := values.Response.Status
	sent, err := p.sent.With(values).Bool(ctx, call)
	switch {
	case err != nil:
		return Result{Class: Unknown, Status: status, Err: fmt.Errorf("answered %d: sent: %w", status, err)}
	case sent:
		return taken(status, p.id(ctx, call, values), to)
	}
	class := classOf(status)
	if status < http.StatusMultipleChoices {
		class = Rejected
	}
	err = fmt.Errorf("answered %d, which by the expression sent is a refusal", status)
	return Result{Class: class, Status: status, Err: err, concerns: ownServiceConcern(status)}
}

// ownServiceConcern is whom a refusal is about: services of people's own refuse single persons with 403, and
// single numbers that ask too often with 429.
func ownServiceConcern(status int) concern {
	if status == http.StatusForbidden || status == http.StatusTooManyRequests {
		return thisMessage
	}
	return byStatus
}

// id is the service's name for the message; empty if the expression does not find any, which is no reason to
// doubt that the message was taken.
func (p *httpProvider) id(ctx context.Context, call *hook.Request, values expr.Values) string {
	if p.transactionID == nil {
		return ""
	}
	id, err := p.transactionID.With(values).String(ctx, call)
	if err != nil {
		return ""
	}
	return id
}
