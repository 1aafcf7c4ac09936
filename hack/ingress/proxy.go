package ingress

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"sync"
	"sync/atomic"
)

// balance counts the calls of a route, so that endpoints take turns.
type balance struct{ calls atomic.Uint64 }

// order is the endpoints in the order in which one call tries them.
func (b *balance) order(endpoints []string) []string {
	if len(endpoints) == 0 {
		return nil
	}
	first := int(b.calls.Add(1) % uint64(len(endpoints)))
	return append(append(make([]string, 0, len(endpoints)), endpoints[first:]...), endpoints[:first]...)
}

// turns keeps the balance of each route over changes of the table. Routes that are gone stay: there are
// few, and they may come back.
type turns struct{ known sync.Map }

func (t *turns) of(route string) *balance {
	found, _ := t.known.LoadOrStore(route, &balance{})
	return found.(*balance)
}

// ServeHTTP leads a call to a ready endpoint. 404: no Ingress is for it; 503: no endpoint is ready; 502:
// the endpoint did not answer.
func (c *Controller) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	found := c.table.Load().find(host, r.URL.Path)
	if found == nil {
		http.Error(w, "no Ingress is for this host and path", http.StatusNotFound)
		return
	}
	endpoints := found.balance.order(found.endpoints)
	if len(endpoints) == 0 {
		http.Error(w, "no endpoint is ready", http.StatusServiceUnavailable)
		return
	}
	proxy := httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.URL.Scheme, p.Out.URL.Host = "http", endpoints[0]
			p.Out.Host = p.In.Host
			p.SetXForwarded()
		},
		Transport: failover{c.transport, endpoints},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			c.log.WarnContext(r.Context(), "endpoint did not answer", "host", r.Host, "path", r.URL.Path, "error", err.Error())
			http.Error(w, "the endpoint did not answer", http.StatusBadGateway)
		},
		ErrorLog: slog.NewLogLogger(c.log.Handler(), slog.LevelDebug),
	}
	proxy.ServeHTTP(w, r)
}

// failover sends a call to the first endpoint that accepts a connection. Once there is one nothing is
// sent again, whatever becomes of it: the endpoint may have acted on it.
type failover struct {
	next      http.RoundTripper
	endpoints []string
}

func (f failover) RoundTrip(r *http.Request) (*http.Response, error) {
	var err error
	for _, endpoint := range f.endpoints {
		attempt := r.Clone(r.Context())
		attempt.URL.Host = endpoint
		if r.Body != nil && r.Body != http.NoBody {
			attempt.Body = io.NopCloser(r.Body) // a failed connection must not close it for the next
		}
		var response *http.Response
		response, err = f.next.RoundTrip(attempt)
		var failed *net.OpError
		if err == nil || !errors.As(err, &failed) || failed.Op != "dial" {
			return response, err
		}
	}
	return nil, err
}
