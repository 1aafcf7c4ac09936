package oktasim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FaultAction is what a fault does to a request.
type FaultAction string

const (
	// FaultStatus answers with Fault.Status in place of the operation, which
	// does not happen.
	FaultStatus FaultAction = "Status"
	// FaultReset cuts the connection; the operation does not happen.
	FaultReset FaultAction = "Reset"
	// FaultLoseAnswer lets the operation happen and then cuts the connection,
	// or, with a Fault.Status, answers with that, as a gateway would.
	FaultLoseAnswer FaultAction = "LoseAnswer"
	// FaultTruncate lets the operation happen and cuts the connection in the
	// middle of the answer's body.
	FaultTruncate FaultAction = "Truncate"
	// FaultDelay only waits for Fault.Delay.
	FaultDelay FaultAction = "Delay"
)

// Fault is one planned misbehaviour of the org towards its API's clients. Faults
// are tried in the order they were injected; the first one that matches and is
// due is used for a request, and only that one.
type Fault struct {
	// Method of the requests meant; empty for any.
	Method string `json:"method,omitempty"`
	// Path of the requests meant, without query: in path.Match's syntax, where
	// * is one segment, and with /** at the end for everything below. Empty
	// for any path outside the admin interface.
	Path string `json:"path,omitempty"`
	// Skip is the number of matching requests left alone first.
	Skip int `json:"skip,omitempty"`
	// Count is the number of requests it happens to; 0 means 1, a negative
	// number all until ClearFaults.
	Count int `json:"count,omitempty"`

	// Action is what happens. Required.
	Action FaultAction `json:"action"`
	// Delay passes before anything else, whatever the action. A client that
	// gives up meanwhile does not stop the operation, as at Okta.
	Delay time.Duration `json:"-"`
	// Status is the HTTP status answered, 400 to 599. Required for
	// FaultStatus.
	Status int `json:"status,omitempty"`
	// ErrorCode and ErrorSummary are the body's; default Okta's for Status.
	ErrorCode    string `json:"errorCode,omitempty"`
	ErrorSummary string `json:"errorSummary,omitempty"`
	// Body, if any, is sent as text/html in place of Okta's error object: what
	// a proxy between would say.
	Body string `json:"body,omitempty"`
	// Reset is, with status 429, how far ahead X-Rate-Limit-Reset is.
	Reset time.Duration `json:"-"`
	// Concurrency makes a 429 that of too many simultaneous requests, which
	// says X-Rate-Limit-Limit: 0.
	Concurrency bool `json:"concurrency,omitempty"`
}

// Inject plans a fault. The error names the field that makes no sense.
func (o *Org) Inject(f Fault) error {
	if err := f.check(); err != nil {
		return fmt.Errorf("inject fault: %w", err)
	}
	f.Count = cmp.Or(f.Count, 1)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.faults = append(o.faults, &f)
	return nil
}

// Faults returns the faults still to come, with what is left of Skip and Count.
func (o *Org) Faults() []Fault {
	o.mu.Lock()
	defer o.mu.Unlock()
	faults := make([]Fault, 0, len(o.faults))
	for _, f := range o.faults {
		faults = append(faults, *f)
	}
	return faults
}

// ClearFaults forgets all faults still to come.
func (o *Org) ClearFaults() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.faults = nil
}

func (f Fault) check() error {
	switch f.Action {
	case FaultReset, FaultTruncate:
	case FaultStatus:
		if f.Status == 0 {
			return errors.New("status: the action Status needs one, for instance 503")
		}
	case FaultLoseAnswer:
	case FaultDelay:
		if f.Delay <= 0 {
			return errors.New(`delay: the action Delay needs one, for instance "200ms"`)
		}
	default:
		return fmt.Errorf("action: %q is not one of Status, Reset, LoseAnswer, Truncate, Delay", f.Action)
	}
	if f.Status != 0 && (f.Status < 400 || f.Status > 599) {
		return fmt.Errorf("status: %d is not an error, use 400 to 599", f.Status)
	}
	if f.Skip < 0 {
		return fmt.Errorf("skip: %d is negative", f.Skip)
	}
	if _, err := path.Match(strings.TrimSuffix(f.Path, "/**"), ""); err != nil {
		return fmt.Errorf("path: %q is not a pattern, use * for one segment and /** at the end", f.Path)
	}
	return nil
}

func (f *Fault) matches(r *http.Request) bool {
	if f.Method != "" && f.Method != r.Method {
		return false
	}
	if f.Path == "" {
		return true
	}
	below, deep := strings.CutSuffix(f.Path, "/**")
	requested := r.URL.Path
	if deep {
		// As many segments as the pattern has are compared, the rest is below.
		segments := strings.Split(requested, "/")
		n := strings.Count(below, "/") + 1
		if len(segments) <= n {
			return false
		}
		requested = strings.Join(segments[:n], "/")
	}
	matches, _ := path.Match(below, requested) // the pattern was checked by Inject
	return matches
}

// takeFault returns the fault due for a request, one without an action if none is.
func (o *Org) takeFault(r *http.Request) Fault {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, f := range o.faults {
		if !f.matches(r) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		due := *f
		if f.Count > 0 {
			f.Count--
		}
		if f.Count == 0 {
			o.faults = slices.Delete(o.faults, i, i+1)
		}
		return due
	}
	return Fault{}
}

func (f Fault) wait(ctx context.Context) { sleep(ctx.Done(), f.Delay) }

// faultReply is the answer of a fault with a status.
func (o *Org) faultReply(f Fault, rt *route) reply {
	refusal := apiError{status: f.Status, code: "E0000009", summary: errInternal.summary}
	for _, known := range []*apiError{errInvalidToken, errUnknownPath, errMethod, errRateLimit, errReadOnly} {
		if known.status == f.Status {
			refusal = *known
		}
	}
	switch f.Status {
	case http.StatusForbidden:
		refusal.code, refusal.summary = "E0000006", "You do not have permission to perform the requested action"
	case http.StatusBadRequest:
		refusal.code, refusal.summary = "E0000001", "Api validation failed: fault"
	}
	refusal.code = cmp.Or(f.ErrorCode, refusal.code)
	refusal.summary = cmp.Or(f.ErrorSummary, refusal.summary)
	rp := refusal.reply()
	if f.Body != "" {
		rp = reply{status: f.Status, body: rawBody(f.Body)}.with("Content-Type", "text/html")
	}
	if f.Status != http.StatusTooManyRequests {
		return rp
	}
	q := quota{limited: true, reset: o.opts.Clock().Add(f.Reset).Unix()}
	if !f.Concurrency && rt != nil {
		q.limit = o.opts.RateLimits[o.buckets[rt]]
	}
	return q.stamp(rp)
}

// rawBody is a reply's body that is not JSON.
type rawBody string

// cut ends the connection without a word. Over HTTP/1 the client sees a reset;
// where the connection cannot be taken over, as with HTTP/2, its stream is
// aborted. It does not return.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	inner := conn
	if tlsConn, isTLS := conn.(interface{ NetConn() net.Conn }); isTLS {
		inner = tlsConn.NetConn() // or TLS would say goodbye first
	}
	if tcp, isTCP := inner.(*net.TCPConn); isTCP {
		_ = tcp.SetLinger(0) // a reset, not an orderly end
	}
	_ = inner.Close()
	panic(http.ErrAbortHandler)
}

// writeTruncated promises the whole body and sends half of it.
func writeTruncated(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)+1)) // a promise broken even for an empty body
	w.WriteHeader(status)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}
