package oktasim

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
)

// maxBody is far above any request of the API; it keeps a stray upload from
// filling memory.
const maxBody = 1 << 20

// request is an API request on its way through the org.
type request struct {
	*http.Request
	id   string // x-okta-request-id of the reply
	base string // https://org, the start of links
	body []byte
	vars map[string]string // by name in the route's pattern
}

func (o *Org) newRequest(w http.ResponseWriter, raw *http.Request) *request {
	r := &request{Request: raw, id: newRequestID(), base: o.opts.OrgURL}
	if r.base == "" {
		r.base = "https://" + raw.Host
	}
	// A body that breaks off or is too long is not JSON either, and that is
	// how the handler will refuse it.
	r.body, _ = io.ReadAll(http.MaxBytesReader(w, raw.Body, maxBody))
	return r
}

// query returns a parameter and whether it was given and not empty.
func (r *request) query(name string) (string, bool) {
	value := r.URL.Query().Get(name)
	return value, value != ""
}

func (r *request) ip() string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// checkMediaTypes refuses what is not JSON in either direction. A POST without
// a body, as the lifecycle calls are, needs no content type.
func (r *request) checkMediaTypes() error {
	if len(r.body) > 0 {
		kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || kind != "application/json" {
			return errMediaType
		}
	}
	accept := r.Header.Values("Accept")
	if len(accept) == 0 {
		return nil
	}
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		switch kind, _, _ := mime.ParseMediaType(part); kind {
		case "application/json", "application/*", "*/*":
			return nil
		}
	}
	return errMediaType
}

// reply is what a handler answers with.
type reply struct {
	status int
	header http.Header // in addition to the usual ones; may be nil
	body   any         // encoded as JSON; nil for an empty body
}

func ok(body any) reply { return reply{status: http.StatusOK, body: body} }
func noContent() reply  { return reply{status: http.StatusNoContent} }
func empty() reply      { return ok(struct{}{}) } // Okta's 200 of a lifecycle call
func (rp reply) with(key string, values ...string) reply {
	if rp.header == nil {
		rp.header = http.Header{}
	}
	rp.header[http.CanonicalHeaderKey(key)] = values
	return rp
}

// encode returns the reply's body as it goes out.
func (rp reply) encode() []byte {
	switch body := rp.body.(type) {
	case nil:
		return nil
	case rawBody:
		return []byte(body)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // Okta's links have a plain & in them
	if err := enc.Encode(rp.body); err != nil {
		// Every body is made of this package's own types; an error here is a
		// mistake of theirs, which a 500's empty body would hide.
		panic(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
