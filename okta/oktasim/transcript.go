package oktasim

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// How much is kept of each record; what is older is forgotten.
const (
	requestsKept = 10_000
	callsKept    = 1_000
	eventsKept   = 10_000
)

// Request is one API request the org received.
type Request struct {
	// Number counts the org's requests from 0.
	Number int       `json:"number"`
	Time   time.Time `json:"time"`
	Method string    `json:"method"`
	// Path is the path and query as received.
	Path string `json:"path"`
	// Route is the path with its ids in braces, empty for an unknown path.
	Route string `json:"route,omitempty"`
	// Status is the status the org answered; 0 when the connection was cut
	// before the operation. With the faults LoseAnswer and Truncate it is the
	// status of the answer that was lost.
	Status int `json:"status"`
	// Fault is the action of the fault that happened, if one did.
	Fault FaultAction `json:"fault,omitempty"`
}

func (o *Org) record(r *request, rt *route, status int, fault Fault) {
	entry := Request{
		Time: o.opts.Clock().UTC(), Method: r.Method, Path: r.URL.RequestURI(),
		Status: status, Fault: fault.Action,
	}
	if rt != nil {
		entry.Route = rt.pattern
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	entry.Number = o.transcript.next()
	o.transcript.add(entry)
	o.routeCount[entry.Method+" "+cmp.Or(entry.Route, "unknown")]++
}

// Requests returns the API requests received since the start, the last Reset or
// ClearRequests, oldest first; at least the last 10,000 are kept.
func (o *Org) Requests() []Request {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.transcript.since(0))
}

// ClearRequests forgets the requests received so far and their counts.
func (o *Org) ClearRequests() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.transcript.clear()
	clear(o.routeCount)
}

// RequestCounts returns how many requests each operation got since ClearRequests,
// under keys like "PUT /api/v1/inlineHooks/{id}".
func (o *Org) RequestCounts() map[string]int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.routeCount)
}

// Calls returns the calls to hooks since the start, the last Reset or
// ClearCalls, oldest first; at least the last 1,000 are kept.
func (o *Org) Calls() []Call {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.calls.since(0))
}

// ClearCalls forgets the calls to hooks made so far.
func (o *Org) ClearCalls() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.calls.clear()
}
