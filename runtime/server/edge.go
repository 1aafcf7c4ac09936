package server

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"os"

	"github.com/hookline/hookline/runtime/hook"
)

// edge is the public listener's handler.
type edge struct{ *Server }

// ServeHTTP does the steps of the package comment up to the room for a call.
func (e edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	current := e.acquire()
	if current == nil {
		panic(http.ErrAbortHandler) // net/http hangs up without a word
	}
	defer current.release()
	if refused := admit(current, r); refused != nil {
		e.refuse(w, r, current, refused)
		return
	}
	if _, isProbe := r.Header[hook.ProbeHeader]; isProbe {
		e.metrics.probes.Inc()
		e.writeJSON(w, http.StatusOK, probeAnswer(current))
		return
	}
	e.serveCall(w, r, current)
}

// admit judges what can be judged before the body is read.
func admit(current *serving, r *http.Request) *refusal {
	switch {
	case r.Method != http.MethodPost:
		return &methodNotAllowed
	case r.URL.Path != current.Path:
		return &notFound
	case r.ContentLength > maxBodyBytes:
		return &bodyTooLarge
	case !current.credentials.match(r.Header):
		return &unauthorized
	}
	return nil
}

// serveCall finds room for a call, reads it and has it decided.
func (e edge) serveCall(w http.ResponseWriter, r *http.Request, current *serving) {
	c := &call{Server: e.Server, current: current, w: w, r: r, start: startOf(r)}
	if !e.enter() {
		c.answer(outcome{failure: hook.Overloaded})
		return
	}
	defer e.leave()
	req, refused, err := readCall(r, current)
	switch {
	case refused != nil:
		e.refuse(w, r, current, refused)
	case err != nil:
		c.answer(outcome{failure: hook.RequestLate, err: err})
	default:
		c.decide(req)
	}
}

// readCall reads and decodes the body. A body that takes too long is an error and no refusal: the line
// was slow, and Okta may well try again.
func readCall(r *http.Request, current *serving) (*hook.Request, *refusal, error) {
	if !isJSON(r.Header["Content-Type"]) {
		return nil, &unsupportedMediaType, nil
	}
	body, err := readBody(r)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, nil, err
	case err != nil:
		return nil, &bodyIncomplete, nil
	case len(body) > maxBodyBytes:
		return nil, &bodyTooLarge, nil
	}
	req, err := hook.Decode(body)
	if err != nil {
		return nil, invalidBody.because(err), nil
	}
	if req.EventType != current.Type.ID {
		return nil, &unexpectedEventType, nil
	}
	return req, nil, nil
}

// readBody reads one byte more than is allowed where the length is not known beforehand.
func readBody(r *http.Request) ([]byte, error) {
	if r.ContentLength < 0 {
		return io.ReadAll(io.LimitReader(r.Body, maxBodyBytes+1))
	}
	body := make([]byte, r.ContentLength)
	_, err := io.ReadFull(r.Body, body)
	return body, err
}

// isJSON takes application/json, whatever its parameters: JSON has none that matter.
func isJSON(contentType []string) bool {
	const want = "application/json"
	if len(contentType) != 1 {
		return false
	}
	if contentType[0] == want { // what Okta sends
		return true
	}
	mediaType, _, err := mime.ParseMediaType(contentType[0])
	return err == nil && mediaType == want
}

func probeAnswer(current *serving) hook.ProbeAnswer {
	return hook.ProbeAnswer{Hookline: hook.ProbeIdentity{
		Type: current.Type.ID, Path: current.Path, Version: current.Version,
	}}
}

// acquire is what is served now; nil after the server's end.
func (s *Server) acquire() *serving {
	for {
		current := s.current.Load()
		if current == nil || current.acquire() {
			return current
		}
		// It has been replaced, and lost its last user, since it was loaded.
	}
}

// enter is false if too many calls are in flight. Who gets in has to leave.
func (s *Server) enter() bool {
	if s.inFlight.Add(1) > s.maxInFlight {
		s.inFlight.Add(-1)
		return false
	}
	return true
}

func (s *Server) leave() { s.inFlight.Add(-1) }
