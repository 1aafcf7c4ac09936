package stage

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func asJSON(t *testing.T, value any) string {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

func TestPresent(t *testing.T) {
	t.Parallel()
	const page = `<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>
<form action="https://payroll.example/saml" method="POST"><input name="SAMLResponse" type="hidden" value="PHg+"/></form>
<script>document.forms[0].submit();</script></body></html>`
	for name, c := range map[string]struct {
		status        int
		header        http.Header
		content, want string
	}{
		"JSON is shown as it is":            {200, http.Header{"Content-Type": {"application/json"}}, `{"a": 1}`, `{"a":1}`},
		"nothing is shown as nothing":       {204, nil, ``, `null`},
		"a redirect is shown by its target": {302, http.Header{"Location": {"https://app.example/back?code=c&state=s"}}, ``, `{"code":"c","location":"https://app.example/back","state":"s"}`},
		"a page is shown by its form":       {200, http.Header{"Content-Type": {"text/html;charset=UTF-8"}}, page, `{"SAMLResponse":"PHg+","action":"https://payroll.example/saml"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := present(&http.Response{StatusCode: c.status, Header: c.header}, []byte(c.content))
			if err != nil || asJSON(t, got) != c.want {
				t.Errorf("got %s, %v, want %s", asJSON(t, got), err, c.want)
			}
		})
	}
}

func TestPresentRefusesWhatCannotBeShown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ kind, content string }{
		"text that is no JSON":         {"application/json", "moment please"},
		"a page without a form":        {"text/html", "<html><body>Error</body></html>"},
		"a page that is not all of it": {"text/html", `<html><form action="x"><input name="a`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := present(&http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {c.kind}}}, []byte(c.content))
			if err == nil {
				t.Errorf("got %s", asJSON(t, got))
			}
		})
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	a := &Answer{Body: map[string]any{"a": map[string]any{"b": "c"}, "list": []any{"d", map[string]any{"e": "f"}}, "n": 1}}
	for path, want := range map[string]string{
		"a.b": "c", "list.0": "d", "list.1.e": "f", "list.2": "", "list.-1": "", "list.x": "", "a.b.c": "", "n": "", "x": "",
	} {
		if got := a.Text(path); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

func TestClaims(t *testing.T) {
	t.Parallel()
	encode := base64.RawURLEncoding.EncodeToString
	claims, err := Claims(strings.Join([]string{encode([]byte(`{"alg":"RS256"}`)), encode([]byte(`{"sub":"ada"}`)), "signature"}, "."))
	if err != nil || asJSON(t, claims) != `{"sub":"ada"}` {
		t.Errorf("got %s, %v", asJSON(t, claims), err)
	}
	for _, token := range []string{"", "a.b", "a.%.c", "a." + encode([]byte("no JSON")) + ".c"} {
		if claims, err := Claims(token); err == nil {
			t.Errorf("%q has the claims %s", token, asJSON(t, claims))
		}
	}
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	const document = `<p:Response xmlns:p="urn:p" xmlns:a="urn:a"><a:Assertion><a:AttributeStatement>
<a:Attribute Name="firstName"><a:AttributeValue>Ada</a:AttributeValue></a:Attribute>
<a:Attribute Name="role"><a:AttributeValue>clerk</a:AttributeValue><a:AttributeValue>admin</a:AttributeValue></a:Attribute>
</a:AttributeStatement></a:Assertion></p:Response>`
	got, err := Attributes(base64.StdEncoding.EncodeToString([]byte(document)))
	if err != nil || asJSON(t, got) != `{"firstName":["Ada"],"role":["clerk","admin"]}` {
		t.Errorf("got %s, %v", asJSON(t, got), err)
	}
	for _, response := range []string{"%", base64.StdEncoding.EncodeToString([]byte("no XML <"))} {
		if got, err := Attributes(response); err == nil {
			t.Errorf("%q has the attributes %s", response, asJSON(t, got))
		}
	}
}
