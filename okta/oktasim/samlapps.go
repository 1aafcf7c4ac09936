package oktasim

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	signOnSAML = "SAML_2_0"
	// maxApps is far above what a test needs; it bounds memory.
	maxApps = 1000
)

// samlApp is a custom SAML app. Every user of the org is assigned to it.
type samlApp struct {
	id       string
	external string // "exk…", the app's id in SAML
	name     string
	linkID   string
	active   bool
	created  stamp
	updated  stamp
	// members are the app as it was sent, so that a client that reads, changes
	// one thing and writes everything back loses nothing.
	members object
	spec    samlSpec
}

// samlSpec is what of an app decides about its assertions.
type samlSpec struct {
	label          string
	acsURL         string // where the assertion goes
	audience       string
	recipient      string
	destination    string
	nameIDFormat   string
	nameIDTemplate string
	authnContext   string
	relayState     string
	hookID         string
	statements     []attributeStatement
}

// attributeStatement makes one attribute from the user's profile.
type attributeStatement struct {
	name, namespace string
	values          []expression
}

type samlAppStore struct {
	apps []*samlApp
}

// find returns the app with an id, or with the id it has in SAML.
func (s *samlAppStore) find(id string) *samlApp {
	i := slices.IndexFunc(s.apps, func(app *samlApp) bool { return app.id == id || app.external == id })
	if i < 0 {
		return nil
	}
	return s.apps[i]
}

// unnamed are the characters that an app's name does not take from its label.
var unnamed = regexp.MustCompile(`[^a-z0-9]+`)

func (app *samlApp) ssoURL(base string) string {
	return base + "/app/" + app.name + "/" + app.external + "/sso/saml"
}

func (app *samlApp) issuer() string { return "http://www.okta.com/" + app.external }

func (app *samlApp) entity() entity {
	return entity{ID: app.id, Type: "AppInstance", AlternateID: app.spec.label, DisplayName: app.spec.label}
}

// appLinks are a subset of Okta's. The embed link is the one for a user.
type appLinks struct {
	AppLinks []appLink `json:"appLinks"`
	Self     *link     `json:"self"`
}

type appLink struct {
	Name string `json:"name"`
	Href string `json:"href"`
	Type string `json:"type"`
}

// view is the app as it was sent, with what the org decides.
func (app *samlApp) view(base string) object {
	view := maps.Clone(app.members)
	status := "INACTIVE"
	if app.active {
		status = "ACTIVE"
	}
	links := appLinks{
		Self: linkTo(base+"/api/v1/apps/"+app.id, "GET", "PUT"),
		AppLinks: []appLink{{
			Name: app.name + "_link", Type: "text/html",
			Href: base + "/home/" + app.name + "/" + app.id + "/" + app.linkID,
		}},
	}
	for name, value := range map[string]any{
		"id": app.id, "name": app.name, "status": status, "created": app.created, "lastUpdated": app.updated,
		"_links": links, "settings": app.settingsView(base),
	} {
		view[name], _ = json.Marshal(value) // strings, numbers and objects of JSON texts always encode
	}
	return view
}

// settingsView shows a hook with the link of a recorded reply.
func (app *samlApp) settingsView(base string) object {
	type boundHook struct {
		ID    string    `json:"id"`
		Links ruleLinks `json:"_links"`
	}
	hooks := []boundHook{}
	if id := app.spec.hookID; id != "" {
		hooks = append(hooks, boundHook{id, ruleLinks{linkTo(base+"/api/v1/inlineHooks/"+id, "GET", "PUT", "DELETE")}})
	}
	var d decoder // decodeApp saw that both are objects
	settings := maps.Clone(member[object](&d, app.members, "settings").or(nil))
	signOn := maps.Clone(member[object](&d, settings, "signOn").or(nil))
	signOn["inlineHooks"], _ = json.Marshal(hooks)
	signOn["idpIssuer"] = json.RawMessage(`"http://www.okta.com/${org.externalKey}"`)
	settings["signOn"], _ = json.Marshal(signOn)
	return settings
}

// decodeApp reads and checks an app. Settings that do not change what an assertion
// says, such as signing, are kept and have no effect.
func (o *Org) decodeApp(body []byte) (object, samlSpec, error) {
	members, err := parseObject(body)
	if err != nil {
		return nil, samlSpec{}, err
	}
	var d decoder
	signOn := member[object](&d, member[object](&d, members, "settings").or(nil), "signOn")
	text := func(name, fallback string) string {
		if value := member[string](&d, signOn.or(nil), name).or(""); value != "" {
			return value
		}
		return fallback
	}
	spec := samlSpec{
		label: member[string](&d, members, "label").or(""), acsURL: text("ssoAcsUrl", ""), audience: text("audience", ""),
		nameIDFormat:   text("subjectNameIdFormat", "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"),
		nameIDTemplate: text("subjectNameIdTemplate", "${user.userName}"), relayState: text("defaultRelayState", ""),
		authnContext: text("authnContextClassRef", "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"),
	}
	spec.recipient, spec.destination = text("recipient", spec.acsURL), text("destination", spec.acsURL)
	hooks := member[[]object](&d, signOn.or(nil), "inlineHooks").or(nil)
	for _, hook := range hooks {
		spec.hookID = member[string](&d, hook, "id").or("")
	}
	statements := member[[]object](&d, signOn.or(nil), "attributeStatements").or(nil)
	mode := member[string](&d, members, "signOnMode").or("")
	switch {
	case d.err != nil:
		return nil, spec, d.err
	case mode != signOnSAML:
		return nil, spec, errInvalid("signOnMode", "signOnMode: Only "+signOnSAML+" apps are simulated")
	case signOn.value == nil:
		return nil, spec, errInvalid("settings", "settings.signOn: "+blank)
	case len(hooks) > 1:
		return nil, spec, errInvalid("inlineHooks", "inlineHooks: At most one inline hook can be set")
	}
	if err := spec.check(); err != nil {
		return nil, spec, err
	}
	spec.statements, err = decodeStatements(statements)
	return members, spec, err
}

func (spec samlSpec) check() error {
	var causes []string
	for _, field := range []struct{ name, value string }{
		{"label", spec.label}, {"ssoAcsUrl", spec.acsURL}, {"audience", spec.audience},
	} {
		if field.value == "" {
			causes = append(causes, field.name+": "+blank)
		}
	}
	if target, err := url.Parse(spec.acsURL); err != nil || spec.acsURL != "" && !target.IsAbs() {
		causes = append(causes, "ssoAcsUrl: The URL must be absolute")
	}
	if _, err := parseTemplate(spec.nameIDTemplate); err != nil {
		causes = append(causes, "subjectNameIdTemplate: "+err.Error())
	}
	return invalidFields(causes)
}

// decodeStatements reads attributeStatements. Those about groups make no attribute,
// since the org has no groups.
func decodeStatements(entries []object) ([]attributeStatement, error) {
	statements := []attributeStatement{}
	for i, entry := range entries {
		var d decoder
		statement := attributeStatement{
			name:      member[string](&d, entry, "name").or(""),
			namespace: member[string](&d, entry, "namespace").or("urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"),
		}
		kind := member[string](&d, entry, "type").or("EXPRESSION")
		values := member[[]string](&d, entry, "values").or(nil)
		field := "attributeStatements[" + strconv.Itoa(i) + "]"
		switch {
		case d.err != nil:
			return nil, d.err
		case statement.name == "":
			return nil, errInvalid("attributeStatements", field+".name: "+blank)
		case kind == "GROUP":
			continue
		}
		for _, value := range values {
			parsed, err := parseExpression(value)
			if err != nil {
				return nil, errInvalid("attributeStatements", field+".values: "+err.Error())
			}
			statement.values = append(statement.values, parsed)
		}
		statements = append(statements, statement)
	}
	return statements, nil
}

// withApp runs fn under o.mu with the app that the path names.
func (o *Org) withApp(r *request, fn func(*samlApp) (reply, error)) (reply, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	app := o.samlApps.find(r.vars["id"])
	if app == nil {
		return reply{}, errNotFound(r.vars["id"], "AppInstance")
	}
	return fn(app)
}

func (o *Org) listApps(r *request) (reply, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	views := []object{}
	for _, app := range o.samlApps.apps {
		views = append(views, app.view(r.base))
	}
	return ok(views), nil
}

func (o *Org) getApp(r *request) (reply, error) {
	return o.withApp(r, func(app *samlApp) (reply, error) { return ok(app.view(r.base)), nil })
}

// createApp makes an ACTIVE app, or an INACTIVE one with ?activate=false.
func (o *Org) createApp(r *request) (reply, error) {
	members, spec, err := o.decodeApp(r.body)
	if err != nil {
		return reply{}, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.checkAppHook(spec); err != nil {
		return reply{}, err
	}
	if len(o.samlApps.apps) >= maxApps {
		return reply{}, errInvalid("app", fmt.Sprintf("app: The organization has reached its limit of %d apps", maxApps))
	}
	number := strconv.Itoa(len(o.samlApps.apps) + 1)
	activate, _ := r.query("activate")
	app := &samlApp{
		id: o.ids.next("0oa"), external: o.ids.next("exk"), linkID: o.ids.next("aln"),
		name:   "oktasim_" + strings.Trim(unnamed.ReplaceAllString(strings.ToLower(spec.label), ""), "_") + "_" + number,
		active: activate != "false", created: o.now(), updated: o.now(), members: members, spec: spec,
	}
	o.samlApps.apps = append(o.samlApps.apps, app)
	return ok(app.view(r.base)), nil
}

// replaceApp replaces all that a client decides about an app.
func (o *Org) replaceApp(r *request) (reply, error) {
	members, spec, err := o.decodeApp(r.body)
	if err != nil {
		return reply{}, err
	}
	return o.withApp(r, func(app *samlApp) (reply, error) {
		if err := o.checkAppHook(spec); err != nil {
			return reply{}, err
		}
		app.members, app.spec, app.updated = members, spec, o.now()
		return ok(app.view(r.base)), nil
	})
}

// checkAppHook refuses a hook that cannot be one of an app. o.mu is held.
func (o *Org) checkAppHook(spec samlSpec) error {
	if spec.hookID == "" {
		return nil
	}
	return o.checkBinding("inlineHooks", typeSAML, spec.hookID)
}
