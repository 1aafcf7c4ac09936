package oktasim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// adminPrefix is where the org is scripted and watched. It needs no token and
// shows passwords: the org is for loopback and for test clusters, nothing else.
const adminPrefix = "/-/sim/"

// serveAdmin is the admin interface of the package comment. Its requests are in
// no transcript, count against no quota and meet no fault.
func (o *Org) serveAdmin(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + strings.TrimPrefix(r.URL.Path, adminPrefix) {
	case "GET faults":
		writeAdmin(w, http.StatusOK, map[string]any{"faults": faultsJSON(o.Faults())})
	case "POST faults":
		o.injectFromBody(w, r)
	case "DELETE faults":
		o.ClearFaults()
		w.WriteHeader(http.StatusNoContent)
	case "GET requests":
		writeAdmin(w, http.StatusOK, map[string]any{"counts": o.RequestCounts(), "requests": o.Requests()})
	case "DELETE requests":
		o.ClearRequests()
		w.WriteHeader(http.StatusNoContent)
	case "GET calls":
		writeAdmin(w, http.StatusOK, map[string]any{"calls": o.Calls()})
	case "DELETE calls":
		o.ClearCalls()
		w.WriteHeader(http.StatusNoContent)
	case "POST reset":
		o.Reset()
		w.WriteHeader(http.StatusNoContent)
	default:
		writeAdmin(w, http.StatusNotFound, map[string]string{
			"error": "use GET, POST or DELETE faults, GET or DELETE requests, GET or DELETE calls, POST reset, below " + adminPrefix,
		})
	}
}

func (o *Org) injectFromBody(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody)) // cut short it does not decode
	var wire faultWire
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	err := dec.Decode(&wire)
	var f Fault
	if err == nil {
		f, err = wire.fault()
	}
	if err == nil {
		err = o.Inject(f)
	}
	if err != nil {
		writeAdmin(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	writeAdmin(w, http.StatusCreated, map[string]any{"faults": faultsJSON(o.Faults())})
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
