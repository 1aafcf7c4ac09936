package server

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Expectation is what has to be true before the server is ready, so that whoever rolls out a change can
// wait until it has arrived.
type Expectation struct {
	// Version of the configuration that has to be served; empty for any.
	Version string
	// Credential is the serial, the file name, of a credential that has to be accepted; empty for none.
	Credential string
}

// adminServer has health, readiness and metrics. Its listener is for the cluster's own use.
func (s *Server) adminServer() *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { writeText(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", s.serveReadiness)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.opts.Registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelError),
	}))
	return &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readHeaderTimeout,
		WriteTimeout:      10 * time.Second, // a scrape by somebody far away
		IdleTimeout:       2 * time.Minute,  // longer than the usual interval between scrapes
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}

func (s *Server) serveReadiness(w http.ResponseWriter, _ *http.Request) {
	if missing := s.unready(); len(missing) > 0 {
		writeText(w, http.StatusServiceUnavailable, "not ready: "+strings.Join(missing, "; "))
		return
	}
	writeText(w, http.StatusOK, "ok")
}

// unready lists what keeps the server from being ready. The state of a user store is no part of it: pods
// without a store are as good as others without one, and taking them all away would only replace an
// answer that says what is wrong by none.
func (s *Server) unready() []string {
	current := s.current.Load()
	if current == nil {
		return []string{"ended"}
	}
	var missing []string
	if !s.listening.Load() {
		missing = append(missing, "not listening yet")
	}
	if s.draining.Load() {
		missing = append(missing, "draining")
	}
	if want := s.opts.Expect.Version; want != "" && want != current.Version {
		missing = append(missing, fmt.Sprintf("configuration %s is expected, %s is served", want, current.Version))
	}
	if want := s.opts.Expect.Credential; want != "" && !current.Accepted.Accepts(want) {
		missing = append(missing, fmt.Sprintf("credential %s is not accepted yet", want))
	}
	return missing
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text) // an error means that the caller is gone
}
