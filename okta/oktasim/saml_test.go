package oktasim_test

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/okta/oktasim"
)

const (
	appsPath = "/api/v1/apps"
	acsURL   = "https://sp.example/acs?a=1&b=2"
)

// samlApp is the body of a custom SAML app; signOn has further settings.
func samlApp(label, signOn string) string {
	return `{"signOnMode":"SAML_2_0","label":"` + label + `","visibility":{"hide":{"iOS":false}},"settings":{"app":{},"signOn":{` +
		`"ssoAcsUrl":"` + acsURL + `","audience":"urn:sp","recipient":"https://sp.example/recipient","destination":"https://sp.example/destination",` +
		`"subjectNameIdFormat":"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress","assertionSigned":true` + signOn + `}}}`
}

const statements = `,"attributeStatements":[` +
	`{"type":"EXPRESSION","name":"mail","namespace":"urn:oasis:names:tc:SAML:2.0:attrname-format:basic","values":["user.email"]},` +
	`{"type":"EXPRESSION","name":"teams","values":["user.groups","\"every & one\""]},` +
	`{"type":"EXPRESSION","name":"nothing","values":["user.title"]},` +
	`{"type":"GROUP","name":"groups","filterType":"REGEX","filterValue":".*"}]`

// createApp creates an app and returns it.
func (b *bench) createApp(signOn string) map[string]any {
	b.t.Helper()
	return b.must("POST", appsPath+"?activate=true", samlApp("Pay & roll 1", signOn))
}

// embedPath is the path of an app's link for users.
func embedPath(t *testing.T, app map[string]any) string {
	t.Helper()
	links, _ := dig(app, "_links", "appLinks").([]any)
	if len(links) != 1 {
		t.Fatalf("links: %v", app["_links"])
	}
	return strings.TrimPrefix(fmt.Sprint(dig(links[0], "href")), "https://acme.okta.example")
}

// signOn opens an app as Anna.
func (b *bench) signOn(app map[string]any) answer {
	b.t.Helper()
	return b.visit(embedPath(b.t, app), url.Values{"sessionToken": {b.sessionToken()}})
}

var (
	formAction = regexp.MustCompile(`<form id="appForm" action="([^"]*)" method="POST">`)
	formInput  = regexp.MustCompile(`<input name="([^"]*)" type="hidden" value="([^"]*)"/>`)
)

// samlResponse is what a service provider reads.
type samlResponse struct {
	XMLName     xml.Name `xml:"urn:oasis:names:tc:SAML:2.0:protocol Response"`
	Destination string   `xml:",attr"`
	ID          string   `xml:",attr"`
	Issuer      string   `xml:"urn:oasis:names:tc:SAML:2.0:assertion Issuer"`
	Status      struct {
		StatusCode struct {
			Value string `xml:",attr"`
		}
	}
	Assertion struct {
		ID      string `xml:",attr"`
		Issuer  string
		Subject struct {
			NameID struct {
				Format string `xml:",attr"`
				Text   string `xml:",chardata"`
			}
			SubjectConfirmation struct {
				Method string `xml:",attr"`
				Data   struct {
					Recipient    string `xml:",attr"`
					NotOnOrAfter string `xml:",attr"`
				} `xml:"SubjectConfirmationData"`
			}
		}
		Conditions struct {
			NotBefore    string   `xml:",attr"`
			NotOnOrAfter string   `xml:",attr"`
			Audience     []string `xml:"AudienceRestriction>Audience"`
		}
		AuthnStatement struct {
			AuthnInstant        string `xml:",attr"`
			SessionIndex        string `xml:",attr"`
			SessionNotOnOrAfter string `xml:",attr"`
			ClassRef            string `xml:"AuthnContext>AuthnContextClassRef"`
		}
		Attributes []struct {
			Name       string `xml:",attr"`
			NameFormat string `xml:",attr"`
			Values     []struct {
				Type string `xml:"http://www.w3.org/2001/XMLSchema-instance type,attr"`
				Text string `xml:",chardata"`
			} `xml:"AttributeValue"`
		} `xml:"AttributeStatement>Attribute"`
	} `xml:"urn:oasis:names:tc:SAML:2.0:assertion Assertion"`
}

// posted reads the form that a browser would send to the app.
func (a answer) posted(t *testing.T) (action string, response samlResponse, relayState string) {
	t.Helper()
	found := formAction.FindStringSubmatch(a.body)
	if a.status != 200 || found == nil || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	fields := map[string]string{}
	for _, input := range formInput.FindAllStringSubmatch(a.body, -1) {
		fields[input[1]] = html.UnescapeString(input[2])
	}
	document, err := base64.StdEncoding.DecodeString(fields["SAMLResponse"])
	if err == nil {
		err = xml.Unmarshal(document, &response)
	}
	if err != nil {
		t.Fatalf("SAMLResponse: %v in %s", err, document)
	}
	return html.UnescapeString(found[1]), response, fields["RelayState"]
}

// attributes are the attribute statements as "name: value, value".
func (r samlResponse) attributes() []string {
	all := []string{}
	for _, attribute := range r.Assertion.Attributes {
		values := []string{}
		for _, value := range attribute.Values {
			values = append(values, value.Text)
		}
		all = append(all, attribute.Name+": "+strings.Join(values, ", "))
	}
	return all
}

func TestAssertionOfAnApp(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	users := b.do("GET", usersPath, "").list(t)
	b.must("POST", usersPath+"/"+fmt.Sprint(users[0]["id"]), `{"profile":{"groups":["staff","<admins>"]}}`)
	app := b.createApp(statements)
	action, got, relayState := b.signOn(app).posted(t)
	if action != acsURL || relayState != "" || got.Destination != "https://sp.example/destination" {
		t.Errorf("form: %s, RelayState %q, Destination %s", action, relayState, got.Destination)
	}
	if !strings.HasPrefix(got.Issuer, "http://www.okta.com/exk") || got.Assertion.Issuer != got.Issuer ||
		got.Status.StatusCode.Value != "urn:oasis:names:tc:SAML:2.0:status:Success" || got.ID == got.Assertion.ID {
		t.Errorf("response: %+v", got)
	}
	want := []string{"mail: anna@mail.example", "teams: staff, <admins>, every & one"}
	if diff := cmp.Diff(want, got.attributes()); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	if first := got.Assertion.Attributes[0]; first.NameFormat != "urn:oasis:names:tc:SAML:2.0:attrname-format:basic" || first.Values[0].Type != "xs:string" {
		t.Errorf("attribute: %+v", first)
	}
	subject, conditions, authn := got.Assertion.Subject, got.Assertion.Conditions, got.Assertion.AuthnStatement
	if subject.NameID.Text != anna || !strings.HasSuffix(subject.NameID.Format, "emailAddress") ||
		subject.SubjectConfirmation.Method != "urn:oasis:names:tc:SAML:2.0:cm:bearer" ||
		subject.SubjectConfirmation.Data.Recipient != "https://sp.example/recipient" ||
		subject.SubjectConfirmation.Data.NotOnOrAfter != "2025-03-13T23:43:58.000Z" {
		t.Errorf("subject: %+v", subject)
	}
	if conditions.NotBefore != "2025-03-13T23:33:58.000Z" || conditions.NotOnOrAfter != "2025-03-13T23:43:58.000Z" ||
		!cmp.Equal(conditions.Audience, []string{"urn:sp"}) {
		t.Errorf("conditions: %+v", conditions)
	}
	if authn.AuthnInstant != "2025-03-13T23:38:58.000Z" || authn.SessionNotOnOrAfter != "" || authn.SessionIndex == "" ||
		authn.ClassRef != "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport" {
		t.Errorf("authentication: %+v", authn)
	}
	if diff := cmp.Diff([]string{"SUCCESS"}, b.events("user.authentication.sso")); diff != "" {
		t.Errorf("System Log (-want +got):\n%s", diff)
	}
}

func TestRelayStateIsKept(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	app := b.createApp(`,"defaultRelayState":"/home"`)
	if _, _, relayState := b.signOn(app).posted(t); relayState != "/home" {
		t.Errorf("default: got %q", relayState)
	}
	query := url.Values{"sessionToken": {b.sessionToken()}, "RelayState": {`/deep?x="1"&y=<b>`}}
	if _, _, relayState := b.visit(embedPath(t, app), query).posted(t); relayState != `/deep?x="1"&y=<b>` {
		t.Errorf("given: got %q", relayState)
	}
}

func TestSignOnByTheAddressOfTheApp(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	app := b.createApp("")
	for _, id := range []any{app["id"], strings.TrimPrefix(b.issuerOf(app), "http://www.okta.com/")} {
		path := fmt.Sprintf("/app/%s/%s/sso/saml", app["name"], id)
		if _, got, _ := b.visit(path, url.Values{"sessionToken": {b.sessionToken()}}).posted(t); got.Assertion.Subject.NameID.Text != anna {
			t.Errorf("%s: got %+v", path, got)
		}
	}
}

func (b *bench) issuerOf(app map[string]any) string {
	b.t.Helper()
	_, got, _ := b.signOn(app).posted(b.t)
	return got.Issuer
}

func TestSignOnsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	path := embedPath(t, b.createApp(""))
	inactive := embedPath(t, b.must("POST", appsPath+"?activate=false", samlApp("off", "")))
	used := b.sessionToken()
	b.visit(path, url.Values{"sessionToken": {used}}).posted(t)
	for name, tc := range map[string]struct {
		path   string
		query  url.Values
		status int
		text   string
	}{
		"an app that there is not":           {"/app/oktasim_x_1/exk1/sso/saml", nil, 404, "does not exist"},
		"an app by another name":             {strings.Replace(path, "payroll", "other", 1), nil, 404, "does not exist"},
		"an inactive app":                    {inactive, nil, 404, "not active"},
		"nobody signed in":                   {path, nil, 401, "Sign in first"},
		"a session token that was used":      {path, url.Values{"sessionToken": {used}}, 401, "Sign in first"},
		"a request that the app has started": {path, url.Values{"SAMLRequest": {"x"}}, 400, "SAMLRequest"},
	} {
		t.Run(name, func(t *testing.T) {
			if a := b.visit(tc.path, tc.query); a.status != tc.status || !strings.Contains(a.body, tc.text) || strings.Contains(a.body, "SAMLResponse") {
				t.Errorf("got %d %s", a.status, a.body)
			}
		})
	}
}

func TestSignOnOfAUserWhoIsNotActiveAnyMore(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	path, token := embedPath(t, b.createApp("")), b.sessionToken()
	id := fmt.Sprint(b.do("GET", usersPath, "").list(t)[0]["id"])
	b.must("POST", usersPath+"/"+id+"/lifecycle/deactivate", "")
	if a := b.visit(path, url.Values{"sessionToken": {token}}); a.status != 401 {
		t.Errorf("got %d %s", a.status, a.body)
	}
}

// assertionReplies is what each reply of a SAML hook comes to.
var assertionReplies = map[string]struct {
	status int
	reply  string
	calls  int
	denied string
	name   string   // the subject afterwards, empty for Anna's
	attrs  []string // nil for none
	log    string   // of the hook's events
}{
	"a claim":                  {200, assertionPatch(addClaim), 1, "", "", []string{"role: admin"}, "SUCCESS"},
	"another subject":          {200, assertionPatch(`{"op":"replace","path":"/subject/nameId","value":"b<c"}`), 1, "", "b<c", nil, "SUCCESS"},
	"no command":               {200, `{"commands":[]}`, 1, "", "", nil, "SUCCESS"},
	"no content":               {204, ``, 1, "", "", nil, "SUCCESS"},
	"a bad and a good command": {200, `{"commands":[` + assertionCommand(`{"op":"remove","path":"/claims/x"}`) + `,` + assertionCommand(addClaim) + `]}`, 1, "", "", []string{"role: admin"}, "FAILURE: Skipped because they could not be applied: command 1 (com.okta.assertion.patch): operation 1 (remove /claims/x): the op is not supported"},
	"an error":                 {200, `{"error":{"errorSummary":"Not <you>."}}`, 1, "Not &lt;you&gt;.", "", nil, "FAILURE: Not <you>."},
	"an error beside a claim":  {200, strings.TrimSuffix(assertionPatch(addClaim), "}") + `,"error":{}}`, 1, "The callback service returned an error", "", nil, "FAILURE: The callback service returned an error"},
	"a 400":                    {400, ``, 1, "", "", nil, "FAILURE: The inline hook responded with status 400"},
	"a 500":                    {500, ``, 2, "", "", nil, "FAILURE: The inline hook responded with status 500"},
	"what is no JSON":          {200, `yes`, 1, "", "", nil, "FAILURE: Could not deserialize inline hook response due to error at Line 1 Column 1"},
}

const addClaim = `{"op":"add","path":"/claims/role","value":{"attributes":{"NameFormat":"urn:oasis:names:tc:SAML:2.0:attrname-format:basic"},` +
	`"attributeValues":[{"attributes":{"xsi:type":"xs:string"},"value":"admin"}]}}`

func assertionCommand(operation string) string {
	return `{"type":"com.okta.assertion.patch","value":[` + operation + `]}`
}

func assertionPatch(operation string) string {
	return `{"commands":[` + assertionCommand(operation) + `]}`
}

func TestRepliesOfSAMLHooks(t *testing.T) {
	t.Parallel()
	for name, tc := range assertionReplies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := answering(t, tc.status, tc.reply)
			b := startSignedIn(t, service, samlType, nil)
			a := b.signOn(b.createApp(""))
			sso := []string{"SUCCESS"}
			if tc.denied != "" {
				sso = []string{tc.log}
				if a.status != 403 || !strings.Contains(a.body, tc.denied) || strings.Contains(a.body, "SAMLResponse") {
					t.Errorf("got %d %s", a.status, a.body)
				}
			} else {
				_, got, _ := a.posted(t)
				want := tc.name
				if want == "" {
					want = anna
				}
				if got.Assertion.Subject.NameID.Text != want {
					t.Errorf("subject: got %q, want %q", got.Assertion.Subject.NameID.Text, want)
				}
				if diff := cmp.Diff(append([]string{}, tc.attrs...), got.attributes()); diff != "" {
					t.Errorf("attributes (-want +got):\n%s", diff)
				}
			}
			if n := len(service.requests()); n != tc.calls {
				t.Errorf("calls: got %d, want %d", n, tc.calls)
			}
			log := append(b.events("inline_hook.response.processed"), b.events("inline_hook.executed")...)
			if diff := cmp.Diff([]string{tc.log}, log); diff != "" {
				t.Errorf("System Log (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(sso, b.events("user.authentication.sso")); diff != "" {
				t.Errorf("sign-ons (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSessionLifetimeEndsTheSession(t *testing.T) {
	t.Parallel()
	service := answering(t, 200, assertionPatch(`{"op":"add","path":"/authentication/sessionLifetime","value":3600}`))
	b := startSignedIn(t, service, samlType, nil)
	_, got, _ := b.signOn(b.createApp("")).posted(t)
	if end := got.Assertion.AuthnStatement.SessionNotOnOrAfter; end != "2025-03-14T00:38:58.000Z" {
		t.Errorf("SessionNotOnOrAfter: %s", end)
	}
}

func TestWhatASAMLHookIsTold(t *testing.T) {
	t.Parallel()
	service := answering(t, 204, "")
	b := startSignedIn(t, service, samlType, nil)
	app := b.createApp(`,"attributeStatements":[` +
		`{"name":"extPatientId","values":["user.email"]},{"name":"array","values":["user.email","\"b\""]},` +
		`{"name":"middle","values":["user.email"]},{"name":"firstAndLast","values":["user.email"]}]`)
	b.visit(embedPath(t, app), url.Values{"sessionToken": {b.sessionToken()}, "RelayState": {"x"}}).posted(t)
	request := service.requestOf(t, samlType)
	issuer := fmt.Sprint(dig(request, "data", "context", "protocol", "issuer", "uri"))
	address := fmt.Sprintf("https://acme.okta.example/app/%s/%s/sso/saml", app["name"], strings.TrimPrefix(issuer, "http://www.okta.com/"))
	if request["source"] != address || dig(request, "data", "context", "request", "url", "value") != address {
		t.Errorf("source %v, request %v, want %s", request["source"], dig(request, "data", "context", "request"), address)
	}
	if dig(request, "data", "context", "protocol", "issuer", "name") != "Pay & roll 1" || dig(request, "data", "context", "protocol", "issuer", "id") != app["id"] {
		t.Errorf("protocol: %v", dig(request, "data", "context", "protocol"))
	}
	checkShape(t, "SAMLPayLoadExample", request)
}

func TestSAMLHookThatDoesNotAnswerIsAskedTwice(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	service := serveHook(t, func(w http.ResponseWriter, r *http.Request, n int) {
		if n == 1 {
			select {
			case <-release:
			case <-r.Context().Done():
			}
			return
		}
		body(200, assertionPatch(addClaim))(w, r)
	})
	t.Cleanup(func() { close(release) })
	b := startSignedIn(t, service, samlType, func(o *oktasim.Options) { o.HookTimeout = 500 * time.Millisecond })
	_, got, _ := b.signOn(b.createApp("")).posted(t)
	if diff := cmp.Diff([]string{"role: admin"}, got.attributes()); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	requests := service.requests()
	if len(requests) != 2 || requests[0].body != requests[1].body {
		t.Errorf("calls: got %d, want the same one twice", len(requests))
	}
}

// bindApp writes back what it read of an app, with other hooks, as a client does.
func (b *bench) bindApp(path string, hooks ...any) map[string]any {
	b.t.Helper()
	read := b.must("GET", path, "")
	dig(read, "settings", "signOn").(map[string]any)["inlineHooks"] = append([]any{}, hooks...)
	text, err := json.Marshal(read)
	if err != nil {
		b.t.Fatal(err)
	}
	written := b.must("PUT", path, string(text))
	for _, app := range []map[string]any{read, written} { // only the hooks differ
		delete(dig(app, "settings", "signOn").(map[string]any), "inlineHooks")
	}
	if diff := cmp.Diff(read, written); diff != "" {
		b.t.Errorf("other members (-read +written):\n%s", diff)
	}
	return b.must("GET", path, "")
}

func TestSAMLHookIsTheOneOfTheApp(t *testing.T) {
	t.Parallel()
	service := serveHook(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		body(200, assertionPatch(`{"op":"replace","path":"/subject/nameId","value":"`+r.URL.Path+`"}`))(w, r)
	})
	b := startSignedIn(t, service, registrationType, nil)
	for _, name := range []string{"first", "second"} {
		b.must("POST", hooksPath, strings.Replace(httpHook(name, samlType), "/hook", "/"+name, 1))
	}
	second := b.org.Hooks()[2].ID
	app := b.createApp(statements)
	path := appsPath + "/" + fmt.Sprint(app["id"])
	subject := func() string {
		_, got, _ := b.signOn(app).posted(t)
		return got.Assertion.Subject.NameID.Text
	}
	if got := subject(); got != "/first" {
		t.Errorf("without a binding: %v", got)
	}
	bound := b.bindApp(path, map[string]any{"id": second})
	want := []any{map[string]any{"id": second, "_links": map[string]any{"self": map[string]any{
		"href":  "https://acme.okta.example/api/v1/inlineHooks/" + second,
		"hints": map[string]any{"allow": []any{"GET", "PUT", "DELETE"}},
	}}}}
	if diff := cmp.Diff(want, dig(bound, "settings", "signOn", "inlineHooks")); diff != "" {
		t.Errorf("inlineHooks (-want +got):\n%s", diff)
	}
	if got := subject(); got != "/second" {
		t.Errorf("with a binding: %v", got)
	}
	// Okta does not protect a hook that an app names.
	b.must("POST", hooksPath+"/"+second+"/lifecycle/deactivate", "")
	if got := subject(); got != anna {
		t.Errorf("with a binding to an inactive hook: %v", got)
	}
	missing := []string{"FAILURE: The inline hook is missing or inactive. The assertion was not changed"}
	if diff := cmp.Diff(missing, b.events("inline_hook.executed")); diff != "" {
		t.Errorf("System Log (-want +got):\n%s", diff)
	}
	b.bindApp(path)
	if got := subject(); got != "/first" {
		t.Errorf("without a binding again: %v", got)
	}
}

func TestBoundSAMLCallsNoOtherHook(t *testing.T) {
	t.Parallel()
	service := answering(t, 204, "")
	b := startSignedIn(t, service, samlType, func(o *oktasim.Options) { o.SAML = oktasim.TriggerBound })
	b.signOn(b.createApp("")).posted(t)
	if n := len(service.requests()); n != 0 {
		t.Errorf("calls: got %d", n)
	}
}

func TestAppsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := startSignedIn(t, nil, "", nil)
	token := b.createHook("token", tokenType)
	path := appsPath + "/" + fmt.Sprint(b.createApp("")["id"])
	good := samlApp("x", "")
	for name, tc := range map[string]struct{ body, text string }{
		"another sign-on mode":      {strings.Replace(good, "SAML_2_0", "OPENID_CONNECT", 1), "Only SAML_2_0 apps are simulated"},
		"no sign-on settings":       {`{"signOnMode":"SAML_2_0","label":"x"}`, "settings.signOn"},
		"no label":                  {samlApp("", ""), "label: The field cannot be left blank"},
		"no audience":               {strings.Replace(good, "urn:sp", "", 1), "audience: The field cannot be left blank"},
		"no place for the response": {strings.Replace(good, acsURL, "", 1), "ssoAcsUrl: The field cannot be left blank"},
		"a relative place":          {strings.Replace(good, acsURL, "/acs", 1), "ssoAcsUrl: The URL must be absolute"},
		"another template":          {samlApp("x", `,"subjectNameIdTemplate":"${fn:substringBefore(user.email)}"`), "other templates are not simulated"},
		"another expression":        {samlApp("x", `,"attributeStatements":[{"name":"a","values":["appuser.x"]}]`), "attributeStatements[0].values: the value must be user."},
		"a statement without name":  {samlApp("x", `,"attributeStatements":[{"values":[]}]`), "attributeStatements[0].name"},
		"statements that are none":  {samlApp("x", `,"attributeStatements":[7]`), "well-formed"},
		"values that are none":      {samlApp("x", `,"attributeStatements":[{"name":"a","values":"user.email"}]`), "well-formed"},
		"a hook of another type":    {samlApp("x", `,"inlineHooks":[{"id":"`+token+`"}]`), "There is no inline hook of type com.okta.saml.tokens.transform"},
		"a hook that there is not":  {samlApp("x", `,"inlineHooks":[{"id":"cal1"}]`), "There is no inline hook"},
		"two hooks":                 {samlApp("x", `,"inlineHooks":[{"id":"cal1"},{"id":"cal2"}]`), "At most one inline hook"},
		"no object":                 {`7`, "well-formed"},
	} {
		t.Run(name, func(t *testing.T) {
			for method, path := range map[string]string{"POST": appsPath, "PUT": path} {
				if a := b.do(method, path, tc.body); a.status != 400 || !strings.Contains(a.body, tc.text) {
					t.Errorf("%s: got %d %s, want %q", method, a.status, a.body, tc.text)
				}
			}
		})
	}
	b.do("GET", appsPath+"/0oa1", "").refused(t, 404, "E0000007", "0oa1 (AppInstance)")
	b.do("PUT", appsPath+"/0oa1", good).refused(t, 404, "E0000007", "0oa1 (AppInstance)")
	apps := b.do("GET", appsPath, "").list(t)
	if len(apps) != 1 || apps[0]["status"] != "ACTIVE" || !maps.Equal(apps[0]["visibility"].(map[string]any)["hide"].(map[string]any), map[string]any{"iOS": false}) {
		t.Errorf("apps: %v", apps)
	}
}
