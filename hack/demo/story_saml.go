package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/hookline/hookline/hack/stage"
)

// displayName is the attribute statement that config/samples/samlassertion.yaml adds.
const displayName = "https://acme.example/displayName"

// samlApp is an application that people sign on to by SAML, as an administrator adds it.
func samlApp() stage.Request {
	return stage.Request{Method: http.MethodPost, Path: "/api/v1/apps", AsAdmin: true, Body: map[string]any{
		"label": "Payroll", "signOnMode": "SAML_2_0",
		"settings": map[string]any{"signOn": map[string]any{
			"ssoAcsUrl": "https://payroll.example/saml", "audience": "https://payroll.example",
			"attributeStatements": []any{map[string]any{"type": "EXPRESSION", "name": "firstName", "values": []any{"user.firstName"}}},
		}},
	}}
}

func (s *story) signOn(ctx context.Context) error {
	app, err := s.prepare(ctx, samlApp())
	if err != nil {
		return err
	}
	link, err := url.Parse(app.Text("_links.appLinks.0.href"))
	if err != nil || link.Path == "" {
		return fmt.Errorf("the app has no link by which users open it: %s", compact(app.Body))
	}
	session, err := s.sessionOf(ctx, "ada@example.com", adasPassword)
	if err != nil {
		return err
	}
	a, err := s.exchange(ctx, scene{
		who: "Ada", Request: stage.Request{Method: http.MethodGet, Path: link.Path, Form: url.Values{"sessionToken": {session}}},
		calls: 1, sent: []string{"eventType", "data.context.protocol.issuer.name", "data.context.user.profile.login", "data.assertion.claims"},
		status: http.StatusOK, show: []string{"action", "SAMLResponse"},
	})
	if err != nil {
		return err
	}
	attributes, err := stage.Attributes(a.Text("SAMLResponse"))
	if err != nil {
		return err
	}
	s.labelled("SAMLResponse", "has the attributes", attributes)
	return expect(compact(attributes[displayName]) == `["Ada Lovelace"]`, "the assertion has %s as %s, not Ada's name",
		compact(attributes[displayName]), displayName)
}
