package oktasim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/okta/oktasim"
)

// hookBody is a hook as replies have it, byte for byte, from recorded facts.
func hookBody(base, id, status, name, hookType, config, created, updated string) string {
	self := base + "/api/v1/inlineHooks/" + id
	links := fmt.Sprintf(`{"self":{"href":"%s"},"execute":{"href":"%s/execute","hints":{"allow":["POST"]}},`+
		`"deactivate":{"href":"%s/lifecycle/deactivate","hints":{"allow":["POST"]}}}`, self, self, self)
	if status == "INACTIVE" {
		links = fmt.Sprintf(`{"activate":{"href":"%s/lifecycle/activate","hints":{"allow":["POST"]}},`+
			`"self":{"href":"%s"},"delete":{"href":"%s","hints":{"allow":["DELETE"]}}}`, self, self, self)
	}
	return fmt.Sprintf(`{"id":"%s","status":"%s","name":"%s","type":"%s","version":"1.0.0","channel":{"type":"HTTP",`+
		`"version":"1.0.0","config":%s},"created":"%s","lastUpdated":"%s","_links":%s}`,
		id, status, name, hookType, config, created, updated, links)
}

func TestHookLifecycleIsByteForByteOktas(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{OrgURL: "https://acme.okta.example"})
	const created, config = "2025-03-13T23:38:58.000Z",
		`{"uri":"https://example.com/test","headers":[],"method":"POST","authScheme":{"type":"HEADER","key":"Authorization"}}`
	create := `{"name":"otp","type":"` + telephonyType + `","version":"1.0.0","status":"INACTIVE","channel":{"type":"HTTP","version":"1.0.0",` +
		`"config":{"uri":"https://example.com/test","method":"POST","authScheme":{"type":"HEADER","key":"Authorization","value":"secret"}}}}`

	a := b.do("POST", hooksPath, create)
	id, _ := a.object(t)["id"].(string)
	if len(id) != 20 || !strings.HasPrefix(id, "cal") {
		t.Errorf("id: got %q, want cal and 17 characters", id)
	}
	step := func(what string, a answer, status int, body string) {
		t.Helper()
		if a.status != status {
			t.Errorf("%s: status %d, want %d", what, a.status, status)
		}
		if diff := cmp.Diff(body, a.body); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
		if a.header.Get("x-okta-request-id") == "" || a.header.Get("Date") == "" {
			t.Errorf("%s: no x-okta-request-id or Date in %v", what, a.header)
		}
	}
	want := func(status, config, updated string) string {
		return hookBody("https://acme.okta.example", id, status, "otp", telephonyType, config, created, updated)
	}
	step("a create asked for INACTIVE is ACTIVE", a, 200, want("ACTIVE", config, created))
	b.clock.advance(2 * time.Second)
	step("deactivate", b.do("POST", hooksPath+"/"+id+"/lifecycle/deactivate", ""), 200, want("INACTIVE", config, "2025-03-13T23:39:00.000Z"))
	b.clock.advance(time.Second)
	step("deactivate again changes nothing", b.do("POST", hooksPath+"/"+id+"/lifecycle/deactivate", ""), 200, want("INACTIVE", config, "2025-03-13T23:39:00.000Z"))
	put := strings.Replace(create, `"INACTIVE"`, `"ACTIVE"`, 1)
	put = strings.Replace(put, `"key":"Authorization"`, `"key":"x-api-key"`, 1)
	changed := strings.Replace(config, "Authorization", "x-api-key", 1)
	step("PUT does not touch the status", b.do("PUT", hooksPath+"/"+id, put), 200, want("INACTIVE", changed, "2025-03-13T23:39:01.000Z"))
	step("GET", b.do("GET", hooksPath+"/"+id, ""), 200, want("INACTIVE", changed, "2025-03-13T23:39:01.000Z"))
	step("activate", b.do("POST", hooksPath+"/"+id+"/lifecycle/activate", ""), 200, want("ACTIVE", changed, "2025-03-13T23:39:01.000Z"))
	b.do("DELETE", hooksPath+"/"+id, "").refused(t, 403, "E0000056", "must be deactivated before deletion")
	b.do("POST", hooksPath+"/"+id+"/lifecycle/deactivate", "")
	step("delete", b.do("DELETE", hooksPath+"/"+id, ""), 204, "")
	b.do("GET", hooksPath+"/"+id, "").refused(t, 404, "E0000007", "Not found: Resource not found: "+id+" (InlineHook)")
	step("list of none", b.do("GET", hooksPath, ""), 200, "[]")
}

func TestOAuthChannelsAreStoredWithoutSecrets(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	key := b.must("POST", "/api/v1/hook-keys", `{"name":"k"}`)["id"].(string)
	for name, tc := range map[string]struct{ config, want string }{
		"client_secret_post": {
			`{"uri":"https://example.com/service","method":"POST","headers":[],"authType":"client_secret_post","clientId":"abc123","clientSecret":"def456","tokenUrl":"https://example.com/token","scope":"api"}`,
			`"config":{"uri":"https://example.com/service","headers":[],"method":"POST","authScheme":null,"clientId":"abc123","tokenUrl":"https://example.com/token","authType":"client_secret_post","scope":"api"}`,
		},
		"private_key_jwt without a scope": {
			`{"uri":"https://example.com/s","authType":"private_key_jwt","clientId":"abc","hookKeyId":"` + key + `","tokenUrl":"https://example.com/token"}`,
			`"config":{"uri":"https://example.com/s","headers":[],"method":"POST","authScheme":null,"clientId":"abc","tokenUrl":"https://example.com/token","authType":"private_key_jwt","scope":null,"hookKeyId":"` + key + `"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := b.do("POST", hooksPath, `{"name":"`+name+`","type":"`+tokenType+`","version":"1.0.0","channel":{"type":"OAUTH","version":"1.0.0","config":`+tc.config+`}}`)
			if a.status != 200 || !strings.Contains(a.body, tc.want) {
				t.Errorf("got %d %s, want it to contain %s", a.status, a.body, tc.want)
			}
		})
	}
	if got := b.org.Hooks()[0].ClientSecret + b.org.Hooks()[1].ClientSecret; got != "def456" {
		t.Errorf("stored client secret: got %q", got)
	}
}

func TestPartialUpdateKeepsWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	id := b.createHook("one", registrationType)
	a := b.do("POST", hooksPath+"/"+id, `{"name":"two","channel":{"config":{"authScheme":{"key":"X-Key"}}}}`)
	if a.status != 200 {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	want := oktasim.Hook{
		ID: id, Name: "two", Type: registrationType, Version: "1.0.0", Status: "ACTIVE", ChannelType: "HTTP",
		URI: "https://example.com/hook", Headers: map[string]string{"X-Extra": "extra"}, AuthKey: "X-Key", AuthValue: "Basic c2VjcmV0",
	}
	if diff := cmp.Diff([]oktasim.Hook{want}, b.org.Hooks()); diff != "" {
		t.Errorf("stored hook (-want +got):\n%s", diff)
	}
	b.must("POST", hooksPath+"/"+id, `{"channel":{"config":{"headers":null,"authScheme":null}}}`)
	if h := b.org.Hooks()[0]; len(h.Headers) != 0 || h.AuthKey != "" {
		t.Errorf("null did not clear headers and authScheme: %+v", h)
	}
}

func TestReplacementClearsWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	id := b.createHook("one", registrationType)
	a := b.do("PUT", hooksPath+"/"+id, `{"name":"one","version":"1.0.2","channel":{"type":"HTTP","version":"1.0.0","config":{"uri":"https://example.com/other"}}}`)
	want := `"config":{"uri":"https://example.com/other","headers":[],"method":"POST","authScheme":null}`
	if a.status != 200 || !strings.Contains(a.body, want) || !strings.Contains(a.body, `"version":"1.0.2"`) {
		t.Errorf("got %d %s, want %s", a.status, a.body, want)
	}
}

// The valid bodies that hookRefusals changes.
var (
	validHook      = httpHook("valid", registrationType)
	validTelephony = httpHook("valid", telephonyType)
	validOAuth     = `{"name":"valid","type":"` + tokenType + `","version":"1.0.0","channel":{"type":"OAUTH","version":"1.0.0","config":{"uri":"https://example.com/s","authType":"client_secret_post","clientId":"a","clientSecret":"b","tokenUrl":"https://example.com/t"}}}`
)

const validScheme = `"authScheme":{"type":"HEADER","key":"Authorization","value":"Basic c2VjcmV0"}`

// hookRefusals change one thing of a valid hook at a time.
var hookRefusals = map[string]struct{ body, old, new, code, cause string }{
	"a name that is missing":                  {validHook, `"name":"valid",`, ``, "E0000001", "name: The field cannot be left blank"},
	"a name that is blank":                    {validHook, `"valid"`, `" "`, "E0000001", "name: The field cannot be left blank"},
	"a name of 256 characters":                {validHook, `"valid"`, `"` + strings.Repeat("ä", 256) + `"`, "E0000001", "name: The field is too long"},
	"a type that is missing":                  {validHook, `"type":"` + registrationType + `",`, ``, "E0000001", "type: The field cannot be left blank"},
	"a type that is none":                     {validHook, registrationType, `com.okta.nothing`, "E0000001", "is not an inline hook type"},
	"a type in another case":                  {validHook, registrationType, strings.ToUpper(registrationType), "E0000001", "is not an inline hook type"},
	"a version that is none":                  {validHook, `"version":"1.0.0","channel"`, `"version":"one","channel"`, "E0000001", "version: "},
	"a channel that is missing":               {validHook, `"channel":`, `"chanel":`, "E0000001", "channel.type"},
	"a channel type that is none":             {validHook, `"type":"HTTP"`, `"type":"http"`, "E0000001", "HTTP or OAUTH"},
	"a URI with http":                         {validHook, `https://example.com/hook`, `http://example.com/hook`, "E0000001", "uri: The URI must start with https://"},
	"a URI with white space":                  {validHook, `example.com/hook`, `example.com/a b`, "E0000001", "uri: No white space"},
	"a URI without a host":                    {validHook, `https://example.com/hook`, `https:///hook`, "E0000001", "uri: "},
	"a URI that is too long":                  {validHook, `/hook`, `/` + strings.Repeat("x", 1024), "E0000001", "uri: The field is too long"},
	"a URI under another name":                {validHook, `"uri"`, `"URI"`, "E0000001", "uri: The field cannot be left blank"},
	"a method other than POST":                {validHook, `"method":"POST"`, `"method":"GET"`, "E0000001", "method: The only method is POST"},
	"a reserved header":                       {validHook, `X-Extra`, `Accept`, "E0000001", "is reserved"},
	"a header without a key":                  {validHook, `"key":"X-Extra"`, `"key":""`, "E0000001", "headers[0].key"},
	"an auth validScheme of another type":     {validHook, `"HEADER"`, `"QUERY"`, "E0000001", "authScheme.type"},
	"an auth validScheme without a key":       {validHook, `"key":"Authorization",`, ``, "E0000001", "authScheme.key"},
	"an auth validScheme without a value":     {validHook, `,"value":"Basic c2VjcmV0"`, ``, "E0000001", "authScheme.value"},
	"OAuth members in an HTTP channel":        {validHook, `"method"`, `"clientId":"a","method"`, "E0000001", "clientId: The field is not applicable"},
	"telephony without an auth validScheme":   {validTelephony, validScheme, `"authScheme":null`, "E0000001", "authScheme: The field cannot be left blank"},
	"telephony by OAuth":                      {validOAuth, tokenType, telephonyType, "E0000001", "authScheme: The field cannot be left blank"},
	"OAuth with an auth validScheme":          {validOAuth, `"authType"`, validScheme + `,"authType"`, "E0000001", "authScheme: The field must be null"},
	"OAuth without a client":                  {validOAuth, `"clientId":"a",`, ``, "E0000001", "clientId: "},
	"OAuth without a secret":                  {validOAuth, `"clientSecret":"b",`, ``, "E0000001", "clientSecret: "},
	"OAuth with a token URL of another case":  {validOAuth, `"tokenUrl"`, `"tokenURL"`, "E0000001", "tokenUrl: The field cannot be left blank"},
	"OAuth with an http token URL":            {validOAuth, `https://example.com/t"`, `http://example.com/t"`, "E0000001", "tokenUrl: "},
	"OAuth with a secret and a key":           {validOAuth, `"clientSecret"`, `"hookKeyId":"HKY1","clientSecret"`, "E0000001", "hookKeyId: The field must be null"},
	"OAuth of another kind":                   {validOAuth, `client_secret_post`, `client_secret_basic`, "E0000001", "authType: "},
	"a private key without a key":             {validOAuth, `"authType":"client_secret_post","clientId":"a","clientSecret":"b"`, `"authType":"private_key_jwt","clientId":"a"`, "E0000001", "hookKeyId: "},
	"a private key that there is not":         {validOAuth, `"authType":"client_secret_post","clientId":"a","clientSecret":"b"`, `"authType":"private_key_jwt","clientId":"a","hookKeyId":"HKY1"`, "E0000001", "There is no hook key"},
	"a private key beside a secret":           {validOAuth, `"client_secret_post"`, `"private_key_jwt"`, "E0000001", "clientSecret: The field must be null"},
	"a name that is a number":                 {validHook, `"valid"`, `7`, "E0000003", "not well-formed"},
	"headers that are no list":                {validHook, `[{"key":"X-Extra","value":"extra"}]`, `{}`, "E0000003", "not well-formed"},
	"a body that breaks off":                  {validHook, `}}}}`, `}}}`, "E0000003", "not well-formed"},
	"a body that is a list":                   {validHook, validHook, `[]`, "E0000003", "not well-formed"},
	"a body that is null":                     {validHook, validHook, `null`, "E0000003", "not well-formed"},
	"a body with something after the object":  {validHook, `}}}}`, `}}}} {}`, "E0000003", "not well-formed"},
	"a channel config that is another object": {validHook, `"config":{`, `"config":[],"rest":{`, "E0000003", "not well-formed"},
}

func TestHooksThatOktaRefuses(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	for name, tc := range hookRefusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(tc.body, tc.old) {
				t.Fatalf("the valid body has no %s", tc.old)
			}
			b.do("POST", hooksPath, strings.Replace(tc.body, tc.old, tc.new, 1)).refused(t, 400, tc.code, tc.cause)
		})
	}
	t.Cleanup(func() {
		if hooks := b.org.Hooks(); len(hooks) != 0 {
			t.Errorf("refused creates left hooks behind: %+v", hooks)
		}
	})
}

func TestHooksThatOktaTakesAsTheyCome(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	for name, change := range map[string]struct{ old, new string }{
		"another version":                 {`"version":"1.0.0","channel"`, `"version":"1.0.2","channel"`},
		"no method":                       {`"method":"POST",`, ``},
		"no headers":                      {`"headers":[{"key":"X-Extra","value":"extra"}],`, ``},
		"a header key with spaces":        {`X-Extra`, `my header`},
		"an auth scheme type in any case": {`"HEADER"`, `"header"`},
		"surplus members":                 {`"version":"1.0.0","channel"`, `"id":"cal1","_links":{},"created":null,"version":"1.0.0","channel"`},
		"a name of 255 characters":        {`"NAME"`, `"` + strings.Repeat("ä", 255) + `"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := strings.Replace(httpHook("NAME", samlType), change.old, change.new, 1)
			b.must("POST", hooksPath, strings.Replace(body, `"NAME"`, `"`+name+`"`, 1))
		})
	}
}

func TestLimitsOfHooks(t *testing.T) {
	t.Parallel()
	t.Run("a name is unique, also after an update", func(t *testing.T) {
		t.Parallel()
		b := start(t, oktasim.Options{})
		b.createHook("one", tokenType)
		other := b.createHook("two", tokenType)
		const cause = "name: An object with this field already exists in the current organization"
		b.do("POST", hooksPath, httpHook("one", samlType)).refused(t, 400, "E0000001", cause)
		b.do("PUT", hooksPath+"/"+other, httpHook("one", tokenType)).refused(t, 400, "E0000001", cause)
		b.must("PUT", hooksPath+"/"+other, httpHook("two", tokenType))
	})
	t.Run("an org has room for so many hooks", func(t *testing.T) {
		t.Parallel()
		b := start(t, oktasim.Options{MaxHooks: 2})
		b.createHook("one", tokenType)
		b.createHook("two", samlType)
		b.do("POST", hooksPath, httpHook("three", samlType)).refused(t, 400, "E0000001", "limit of 2 inline hooks")
	})
	t.Run("one telephony hook is active", func(t *testing.T) {
		t.Parallel()
		b := start(t, oktasim.Options{})
		first := b.createHook("one", telephonyType)
		const cause = "status: The organization can have only one active inline hook of type " + telephonyType
		b.do("POST", hooksPath, httpHook("two", telephonyType)).refused(t, 400, "E0000001", cause)
		b.must("POST", hooksPath+"/"+first+"/lifecycle/deactivate", "")
		b.createHook("two", telephonyType)
		b.do("POST", hooksPath+"/"+first+"/lifecycle/activate", "").refused(t, 400, "E0000001", cause)
	})
	t.Run("one password import hook is there", func(t *testing.T) {
		t.Parallel()
		b := start(t, oktasim.Options{})
		first := b.createHook("one", passwordType)
		b.must("POST", hooksPath+"/"+first+"/lifecycle/deactivate", "")
		b.do("POST", hooksPath, httpHook("two", passwordType)).refused(t, 400, "E0000001", "type: The organization can have only one inline hook of type "+passwordType)
	})
	t.Run("a type never changes", func(t *testing.T) {
		t.Parallel()
		b := start(t, oktasim.Options{})
		id := b.createHook("one", tokenType)
		b.do("PUT", hooksPath+"/"+id, httpHook("one", samlType)).refused(t, 400, "E0000001", "type: The type of an inline hook cannot be changed")
	})
}

func TestHookListByType(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	b.createHook("one", tokenType)
	b.createHook("two", samlType)
	b.createHook("three", tokenType)
	a := b.do("GET", hooksPath+"?type="+tokenType, "")
	names := ""
	for _, h := range a.list(t) {
		names += fmt.Sprint(h["name"], " ")
	}
	if names != "one three " {
		t.Errorf("hooks of a type: got %s", names)
	}
	if a.header.Get("Link") != "" {
		t.Error("the list of hooks has no paging, but there is a Link")
	}
	b.do("GET", hooksPath+"?type=token", "").refused(t, 400, "E0000001", "is not an inline hook type")
}

func TestRequestsThatReachNoOperation(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	id := b.createHook("one", tokenType)
	for name, tc := range map[string]struct {
		method, path, body string
		header             map[string]string
		status             int
		code               string
	}{
		"a wrong token":                {"GET", hooksPath, "", map[string]string{"Authorization": "SSWS nope"}, 401, "E0000011"},
		"a token of another scheme":    {"GET", hooksPath, "", map[string]string{"Authorization": "Bearer " + token}, 401, "E0000011"},
		"no token on an unknown path":  {"GET", "/api/v1/nothing", "", map[string]string{"Authorization": ""}, 401, "E0000011"},
		"an unknown path":              {"GET", "/api/v1/nothing", "", nil, 404, "E0000008"},
		"a doubled slash":              {"GET", "/" + hooksPath, "", nil, 404, "E0000008"},
		"an unknown method":            {"PATCH", hooksPath + "/" + id, "", nil, 405, "E0000022"},
		"a delete without an id":       {"DELETE", hooksPath + "/", "", nil, 405, "E0000022"},
		"a body that is not JSON":      {"POST", hooksPath, "a=b", map[string]string{"Content-Type": "text/plain"}, 400, "E0000019"},
		"an answer that is not JSON":   {"GET", hooksPath, "", map[string]string{"Accept": "text/html"}, 400, "E0000019"},
		"an id of no hook":             {"GET", hooksPath + "/cal123", "", nil, 404, "E0000007"},
		"an activation of no hook":     {"POST", hooksPath + "/cal123/lifecycle/activate", "", nil, 404, "E0000007"},
		"a body larger than a request": {"POST", hooksPath, `{"name":"` + strings.Repeat("x", 2<<20) + `"}`, nil, 400, "E0000003"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := b.try(tc.method, tc.path, tc.body, tc.header)
			if err != nil {
				t.Fatal(err)
			}
			a.refused(t, tc.status, tc.code, "")
			limited := tc.status == http.StatusNotFound && tc.code == "E0000007" || tc.code == "E0000003"
			if got := a.header.Get("X-Rate-Limit-Limit") != ""; got != limited {
				t.Errorf("rate-limit headers there: %t, want %t", got, limited)
			}
		})
	}
}

func TestWellKnownNeedsNoToken(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{OrgID: "00oacme", OrgURL: "https://acme.okta.example"})
	a, err := b.try("GET", "/.well-known/okta-organization", "", map[string]string{"Authorization": ""})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"id":"00oacme","_links":{"organization":{"href":"https://acme.okta.example"}},"pipeline":"idx"}`; a.body != want {
		t.Errorf("got %s, want %s", a.body, want)
	}
}

func TestHookChangesAreInTheSystemLog(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	id := b.createHook("one", tokenType)
	b.must("PUT", hooksPath+"/"+id, httpHook("one", tokenType))
	b.must("POST", hooksPath+"/"+id+"/lifecycle/deactivate", "")
	b.must("POST", hooksPath+"/"+id+"/lifecycle/activate", "")
	b.must("POST", hooksPath+"/"+id+"/lifecycle/deactivate", "")
	b.must("DELETE", hooksPath+"/"+id, "")
	var got []string
	for _, e := range b.do("GET", "/api/v1/logs", "").list(t) {
		got = append(got, fmt.Sprint(e["eventType"]))
		target, _ := e["target"].([]any)[0].(map[string]any)
		if target["id"] != id || target["displayName"] != "one" {
			t.Errorf("target of %v: got %v", e["eventType"], target)
		}
	}
	want := []string{
		"inline_hook.created", "inline_hook.updated", "inline_hook.deactivated",
		"inline_hook.activated", "inline_hook.deactivated", "inline_hook.deleted",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
