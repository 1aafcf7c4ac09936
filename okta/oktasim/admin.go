package oktasim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// adminPrefix is where the org is scripted and watched. It needs no token and
// shows passwords: the org is for loopback and for test clusters, nothing else.
const adminPrefix = "/-/sim/"

// adminOperations are the operations of the admin interface, by method and path
// below adminPrefix.
var adminOperations = map[string]func(*Org, http.ResponseWriter, *http.Request){
	"GET faults":      show(func(o *Org) any { return map[string]any{"faults": faultsJSON(o.Faults())} }),
	"POST faults":     accept(http.StatusCreated, injectWire),
	"DELETE faults":   forget((*Org).ClearFaults),
	"GET requests":    show(func(o *Org) any { return map[string]any{"counts": o.RequestCounts(), "requests": o.Requests()} }),
	"DELETE requests": forget((*Org).ClearRequests),
	"GET calls":       show(func(o *Org) any { return map[string]any{"calls": o.Calls()} }),
	"DELETE calls":    forget((*Org).ClearCalls),
	"GET messages":    show(func(o *Org) any { return map[string]any{"messages": o.Messages()} }),
	"DELETE messages": forget((*Org).ClearMessages),
	"GET clients":     show((*Org).clientsView),
	"POST clients":    accept(http.StatusCreated, addClientWire),
	"POST imports":    accept(http.StatusOK, (*Org).Import),
	"POST reset":      forget((*Org).Reset),
}

// show is an operation that shows something.
func show(view func(*Org) any) func(*Org, http.ResponseWriter, *http.Request) {
	return func(o *Org, w http.ResponseWriter, _ *http.Request) { writeAdmin(w, http.StatusOK, view(o)) }
}

// forget is an operation without an answer.
func forget(clear func(*Org)) func(*Org, http.ResponseWriter, *http.Request) {
	return func(o *Org, w http.ResponseWriter, _ *http.Request) {
		clear(o)
		w.WriteHeader(http.StatusNoContent)
	}
}

// accept is an operation with a body, whose unknown fields are errors, and an answer.
func accept[In, Out any](status int, do func(*Org, context.Context, In) (Out, error)) func(*Org, http.ResponseWriter, *http.Request) {
	return func(o *Org, w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody)) // cut short it does not decode
		var in In
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.DisallowUnknownFields()
		err := dec.Decode(&in)
		var out Out
		if err == nil {
			out, err = do(o, r.Context(), in)
		}
		if err != nil {
			writeAdmin(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		writeAdmin(w, status, out)
	}
}

// serveAdmin is the admin interface of the package comment. Its requests are in
// no transcript, count against no quota and meet no fault.
func (o *Org) serveAdmin(w http.ResponseWriter, r *http.Request) {
	operation := adminOperations[r.Method+" "+strings.TrimPrefix(r.URL.Path, adminPrefix)]
	if operation == nil {
		known := strings.Join(slices.Sorted(maps.Keys(adminOperations)), ", ")
		writeAdmin(w, http.StatusNotFound, map[string]string{"error": "use one of these, below " + adminPrefix + ": " + known})
		return
	}
	operation(o, w, r)
}

func injectWire(o *Org, _ context.Context, wire faultWire) (map[string]any, error) {
	f, err := wire.fault()
	if err == nil {
		err = o.Inject(f)
	}
	return map[string]any{"faults": faultsJSON(o.Faults())}, err
}

func writeAdmin(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(body) // the client has gone; there is nobody to tell
}

// faultFields are the members of a Fault whose JSON is plain.
type faultFields Fault

// faultWire is a Fault on the admin interface, durations written like "1.5s".
type faultWire struct {
	faultFields
	Delay string `json:"delay,omitempty"`
	Reset string `json:"reset,omitempty"`
}

func (f faultWire) fault() (Fault, error) {
	fault := Fault(f.faultFields)
	for _, d := range []struct {
		name, text string
		target     *time.Duration
	}{{"delay", f.Delay, &fault.Delay}, {"reset", f.Reset, &fault.Reset}} {
		if d.text == "" {
			continue
		}
		parsed, err := time.ParseDuration(d.text)
		if err != nil || parsed < 0 {
			return Fault{}, fmt.Errorf(`%s: %q is not a duration, write for instance "1.5s"`, d.name, d.text)
		}
		*d.target = parsed
	}
	return fault, nil
}

func faultsJSON(faults []Fault) []faultWire {
	wires := make([]faultWire, 0, len(faults))
	for _, f := range faults {
		wire := faultWire{faultFields: faultFields(f)}
		if f.Delay > 0 {
			wire.Delay = f.Delay.String()
		}
		if f.Reset > 0 {
			wire.Reset = f.Reset.String()
		}
		wires = append(wires, wire)
	}
	return wires
}
