package stage

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Answer of the org.
type Answer struct {
	Status int
	// Body is the JSON that it answered. Of other answers it is made: of a redirect, where it leads (location)
	// and the parameters that go with it; of a page, where the form in it leads (action) and its fields, which
	// a browser would send on by itself. Nil if there is nothing.
	Body map[string]any
}

// Text is the text at a path, such as user.profile.login or messages.0.text; empty if there is none.
func (a *Answer) Text(path string) string {
	text, _ := At(a.Body, path).(string)
	return text
}

// At is what is at a path in JSON: names of members and places in lists, from 0, with dots between them. Nil
// if there is nothing.
func At(value any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

func present(response *http.Response, content []byte) (map[string]any, error) {
	if location, err := response.Location(); err == nil && response.StatusCode/100 == 3 {
		body := parameters(location.Query())
		location.RawQuery = ""
		body["location"] = location.String()
		return body, nil
	}
	if len(content) == 0 {
		return nil, nil
	}
	if kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); kind == "text/html" {
		return formOf(string(content))
	}
	var body map[string]any
	if err := json.Unmarshal(content, &body); err != nil {
		return nil, fmt.Errorf("decode JSON: %w", err)
	}
	return body, nil
}

// parameters are those of a form or query as JSON.
func parameters(form url.Values) map[string]any {
	object := map[string]any{}
	for name, values := range form {
		object[name] = strings.Join(values, " ")
	}
	return object
}

// formOf is where the form of a page leads, and its fields.
func formOf(page string) (map[string]any, error) {
	decoder := xml.NewDecoder(strings.NewReader(page))
	decoder.Strict, decoder.AutoClose, decoder.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	form := map[string]any{}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) && form["action"] != nil {
			return form, nil
		}
		if err != nil {
			return nil, fmt.Errorf("find the form of a page: %w", err)
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		attributes := map[string]string{}
		for _, attribute := range element.Attr {
			attributes[attribute.Name.Local] = attribute.Value
		}
		switch element.Name.Local {
		case "form":
			form["action"] = attributes["action"]
		case "input":
			form[attributes["name"]] = attributes["value"]
		}
	}
}

// Claims are the claims of a token. Its signature is not checked: hooks have nothing to do with it.
func Claims(token string) (map[string]any, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, errors.New("decode token: it has not the three parts of a JWT")
	}
	encoded, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, fmt.Errorf("decode token: %w", err)
	}
	var claims map[string]any
	if err := json.Unmarshal(encoded, &claims); err != nil {
		return nil, fmt.Errorf("decode token: %w", err)
	}
	return claims, nil
}

// Attributes are the attribute statements of a SAML response in base64, each with its values.
func Attributes(response string) (map[string]any, error) {
	document, err := base64.StdEncoding.DecodeString(response)
	if err != nil {
		return nil, fmt.Errorf("decode SAML response: %w", err)
	}
	var parsed struct {
		Attributes []struct {
			Name   string   `xml:"Name,attr"`
			Values []string `xml:"AttributeValue"`
		} `xml:"Assertion>AttributeStatement>Attribute"`
	}
	if err := xml.Unmarshal(document, &parsed); err != nil {
		return nil, fmt.Errorf("decode SAML response: %w", err)
	}
	attributes := map[string]any{}
	for _, attribute := range parsed.Attributes {
		values := []any{}
		for _, value := range attribute.Values {
			values = append(values, value)
		}
		attributes[attribute.Name] = values
	}
	return attributes, nil
}
