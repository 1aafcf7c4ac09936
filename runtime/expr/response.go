package expr

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// Response is the answer of a provider.
type Response struct {
	// Status is the HTTP status.
	Status int
	// Headers have lower-case names; several headers of one name are one, separated by commas.
	Headers map[string]string
	// Body is JSON as the members of a [hook.Request] are, or a string. nil if there is none: then the member
	// body is absent.
	Body any
}

var responseObject = &object{ours: true, members: []member{
	{"status", integer}, {"headers", headers}, {"body", anything},
}}

func (r *Response) object() map[string]any {
	members := map[string]any{"status": int64(r.Status), "headers": r.Headers}
	if r.Body != nil {
		members["body"] = r.Body
	}
	return members
}

// NewResponse is the answer with this status, these headers and this body. A body that is a JSON object or
// array is read as one, whatever its Content-Type says, since services of people's own often have a wrong one;
// other JSON only if Content-Type says so. Everything else is text.
func NewResponse(status int, header http.Header, body []byte) *Response {
	response := &Response{Status: status, Headers: make(map[string]string, len(header))}
	for name, values := range header {
		response.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	trimmed := bytes.TrimSpace(body)
	if len(trimmed) == 0 {
		return response
	}
	if trimmed[0] == '{' || trimmed[0] == '[' || isJSON(header.Get("Content-Type")) {
		if decoded, err := decodeJSON(trimmed); err == nil {
			response.Body = decoded
			return response
		}
	}
	response.Body = strings.ToValidUTF8(string(body), "�")
	return response
}

// isJSON reports whether a media type is JSON: application/json, or one that ends in +json (RFC 6839).
func isJSON(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	mediaType = strings.ToLower(strings.TrimSpace(mediaType))
	return mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")
}

// decodeJSON reads a JSON value with numbers as [hook.Request.Body] has them: ids are often integers beyond
// what a float64 can tell apart.
func decodeJSON(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return withNumbers(value), nil
}

// withNumbers puts numbers in the place of json.Number.
func withNumbers(value any) any {
	switch v := value.(type) {
	case json.Number:
		if number, err := v.Int64(); err == nil {
			return number
		}
		number, _ := v.Float64() // infinity if it is too large
		return number
	case map[string]any:
		for name, member := range v {
			v[name] = withNumbers(member)
		}
	case []any:
		for i, element := range v {
			v[i] = withNumbers(element)
		}
	}
	return value
}
