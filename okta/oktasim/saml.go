package oktasim

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strings"
)

// samlData is the data of a SAML assertion request.
type samlData struct {
	Context   samlContext `json:"context"`
	Assertion assertion   `json:"assertion"`
}

type samlContext struct {
	Request  triggerView      `json:"request"`
	Protocol samlProtocol     `json:"protocol"`
	Session  *sessionView     `json:"session"`
	User     *contextUserView `json:"user"`
}

type samlProtocol struct {
	Type   string     `json:"type"`
	Issuer samlIssuer `json:"issuer"`
}

type samlIssuer struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	URI  string `json:"uri"`
}

// samlForm carries the assertion to the app: a form that sends itself.
var samlForm = template.Must(template.New("saml").Parse(`<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>Signing in...</title></head>
<body>
<form id="appForm" action="{{.Action}}" method="POST">
<input name="SAMLResponse" type="hidden" value="{{.Response}}"/>
<input name="RelayState" type="hidden" value="{{.RelayState}}"/>
<noscript><button type="submit">Continue</button></noscript>
</form>
<script>document.getElementById('appForm').submit();</script>
</body></html>
`))

// signOn is one sign-on to an app on its way.
type signOn struct {
	app    samlApp
	url    string // of the sign-on, as hooks see it
	signIn session
	user   *user // for events
	draft  assertion
	data   samlData
	hook   *hook // nil for none
}

// signOnToApp is GET /app/{name}/{id}/sso/saml, or the app's embed link: sign-on
// that the user starts, with a session token. It answers with the form that sends
// the assertion to the app, or with a page that says why not.
func (o *Org) signOnToApp(r *request) (reply, error) {
	if r.URL.Query().Has("SAMLRequest") {
		return errorPage(http.StatusBadRequest, "Sign-on that the app starts (SAMLRequest) is not simulated."), nil
	}
	s, refused := o.startSignOn(r)
	if refused != nil {
		return *refused, nil
	}
	final := s.draft
	if s.hook != nil {
		changed, denied := o.askSAMLHook(r, s)
		if denied != "" {
			o.endSignOn(r, s, denied)
			return errorPage(http.StatusForbidden, denied), nil
		}
		final = changed
	}
	document, err := final.encode(s.app.issuer(), s.app.spec.destination, s.signIn.created, o.opts.Clock())
	if err != nil {
		return reply{}, fmt.Errorf("encode assertion: %w", err)
	}
	o.endSignOn(r, s, "")
	relayState := s.app.spec.relayState
	if given, found := r.query("RelayState"); found {
		relayState = given
	}
	return page(http.StatusOK, samlForm, struct{ Action, Response, RelayState string }{
		s.app.spec.acsURL, base64.StdEncoding.EncodeToString(document), relayState,
	}), nil
}

// startSignOn finds the app, the user and the hook.
func (o *Org) startSignOn(r *request) (*signOn, *reply) {
	o.mu.Lock()
	defer o.mu.Unlock()
	app := o.samlApps.find(r.vars["id"])
	if app == nil || app.name != r.vars["name"] || !app.active {
		refused := errorPage(http.StatusNotFound, "The app does not exist or is not active.")
		return nil, &refused
	}
	signIn, u, found := o.takeSession(r.URL.Query().Get("sessionToken"))
	if !found {
		refused := errorPage(http.StatusUnauthorized, "Sign in first, and open the app with the sessionToken of the sign-in.")
		return nil, &refused
	}
	now := o.opts.Clock()
	seen := *u
	s := &signOn{app: *app, url: app.ssoURL(r.base), signIn: signIn, user: &seen}
	s.draft = app.assertionOf(u, fmt.Sprintf("id%d.%d", now.UnixMilli(), now.Nanosecond()))
	s.data = samlData{Assertion: s.draft, Context: samlContext{
		Request:  r.trigger(),
		Protocol: samlProtocol{Type: "SAML2.0", Issuer: samlIssuer{ID: app.id, Name: app.spec.label, URI: app.issuer()}},
		Session:  signIn.view(o.orgID), User: u.contextView(r.base),
	}}
	s.data.Context.Request.URL.Value = s.url
	h, dangling := o.boundHook(typeSAML, app.spec.hookID, o.opts.SAML)
	if dangling {
		o.logDangling(r, typeSAML, app.spec.hookID, "The assertion was not changed")
	}
	s.hook = h
	return s, nil
}

// askSAMLHook calls the hook, once more if it fails, and applies its reply. Only an
// error object denies the sign-on, with the text that the user sees; whatever else
// goes wrong, the assertion stays as it was.
func (o *Org) askSAMLHook(r *request, s *signOn) (changed assertion, denied string) {
	body, err := json.Marshal(o.newEnvelope(typeSAML, s.url, s.data))
	if err != nil {
		return s.draft, ""
	}
	answer, err := o.callHook(r, *s.hook, body)
	if err != nil {
		return s.draft, "" // callHook has logged it
	}
	if answer.failed != nil {
		o.logProcessed(r, *s.hook, answer, answer.failed.text())
		return assertion{}, answer.failed.text()
	}
	changed, skipped := s.draft.applyCommands(answer.commands)
	o.logProcessed(r, *s.hook, answer, skippedSome(skipped))
	return changed, ""
}

// skippedSome is the System Log's text for commands that were left out, "" for none.
func skippedSome(skipped []error) string {
	if len(skipped) == 0 {
		return ""
	}
	texts := make([]string, len(skipped))
	for i, err := range skipped {
		texts[i] = err.Error()
	}
	return "Skipped because they could not be applied: " + strings.Join(texts, "; ")
}

// endSignOn writes the outcome down; an empty failure is success.
func (o *Org) endSignOn(r *request, s *signOn, failure string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.addEvent(r, eventSSO, "User single sign on to app", failure, nil, s.user.entity(), s.app.entity())
}
