package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"github.com/hookline/hookline/runtime/hookconfig"
)

// Options of a Server.
type Options struct {
	// Source of the configuration.
	Source Source
	// Certificate to serve with. When nil, the public listener speaks HTTP without TLS.
	Certificate *Certificate
	// Expect is what has to be true before the server is ready.
	Expect Expectation
	// DrainDelay is how long calls are answered as ever after the end was asked for, while whoever sends
	// them learns of it.
	DrainDelay time.Duration
	// DrainTimeout is how long the calls in flight may take after that.
	DrainTimeout time.Duration
	// MaxInFlight is how many calls may be in flight; DefaultMaxInFlight when zero.
	MaxInFlight int
	// Log takes what is worth knowing; never a header or a body.
	Log *slog.Logger
	// Registry takes the metrics, and gives all there are to /metrics.
	Registry *prometheus.Registry
}

// Server answers the calls of one hook.
type Server struct {
	opts        Options
	log         *slog.Logger
	metrics     *metrics
	replays     *replays
	refusalLog  rate.Sometimes
	maxInFlight int64

	watch     *hookconfig.Watch
	current   atomic.Pointer[serving]
	inFlight  atomic.Int64
	listening atomic.Bool
	draining  atomic.Bool
}

// New loads the configuration; an error names the file or the fields that are wrong. ctx is that of the
// handlers' background work and has to last as long as the server.
func New(ctx context.Context, opts Options) (*Server, error) {
	s := &Server{
		opts:        opts,
		log:         opts.Log,
		replays:     newReplays(),
		refusalLog:  rate.Sometimes{First: 10, Interval: time.Second},
		maxInFlight: int64(opts.MaxInFlight),
		watch:       opts.Source.watch(),
	}
	if s.maxInFlight == 0 {
		s.maxInFlight = DefaultMaxInFlight
	}
	s.metrics = newMetrics(opts.Registry, func() float64 { return float64(s.inFlight.Load()) }, opts.Certificate != nil)
	first, err := opts.Source.Load(ctx)
	if err != nil {
		return nil, err
	}
	s.swap(first)
	return s, nil
}

// swap serves next from now on, and closes what was served before it after its last call.
func (s *Server) swap(next *Hook) {
	before := s.current.Swap(newServing(next, s.metrics))
	s.metrics.serves(next)
	if before != nil {
		before.release()
	}
}

// Run serves on both listeners until ctx ends, then drains: not ready at once, answering for DrainDelay,
// then waiting for what is in flight for DrainTimeout. It closes the listeners, and returns what went wrong.
func (s *Server) Run(ctx context.Context, public, admin net.Listener) error {
	hooks, admins := s.publicServer(), s.adminServer()
	group, running := errgroup.WithContext(ctx)
	follow, stopFollowing := context.WithCancel(context.WithoutCancel(ctx))
	group.Go(func() error {
		s.watch.Run(follow, func() { s.reload(follow) })
		return nil
	})
	if s.opts.Certificate != nil {
		group.Go(func() error { s.followCertificate(follow); return nil })
	}
	group.Go(func() error { return served("admin", admins.Serve(admin)) })
	group.Go(func() error { return served("public", s.servePublic(hooks, public)) })
	group.Go(func() error {
		defer stopFollowing()
		<-running.Done()
		return s.drain(ctx, hooks, admins)
	})
	s.listening.Store(true)
	err := group.Wait()
	s.current.Swap(nil).release()
	return err
}

func (s *Server) servePublic(hooks *http.Server, public net.Listener) error {
	clocked := clockedListener{public}
	if s.opts.Certificate == nil {
		return hooks.Serve(clocked)
	}
	hooks.TLSConfig = s.opts.Certificate.tlsConfig()
	return hooks.ServeTLS(clocked, "", "")
}

// served makes the end that was asked for no error.
func served(which string, err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve the %s listener: %w", which, err)
}

// publicServer speaks HTTP/1.1 alone: Okta and proxies need no more of a service like this, and a stranger
// finds less to play with.
func (s *Server) publicServer() *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Server{
		Handler:                      edge{s},
		Protocols:                    protocols,
		DisableGeneralOptionsHandler: true, // OPTIONS * is refused like any other method
		ReadHeaderTimeout:            readHeaderTimeout,
		ReadTimeout:                  readTimeout,
		WriteTimeout:                 writeTimeout,
		IdleTimeout:                  idleTimeout,
		MaxHeaderBytes:               maxHeaderBytes,
		ConnContext:                  withConn,
		ConnState:                    onConnState,
		ErrorLog:                     slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}

// drain ends both servers. While ctx lives it is not the end that was asked for but a listener that broke,
// and there is nothing to wait for.
func (s *Server) drain(ctx context.Context, hooks, admins *http.Server) error {
	s.draining.Store(true)
	s.log.Info("draining", "delay", s.opts.DrainDelay.String(), "timeout", s.opts.DrainTimeout.String())
	if ctx.Err() != nil {
		time.Sleep(s.opts.DrainDelay)
	}
	timeout, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.opts.DrainTimeout)
	defer cancel()
	err := hooks.Shutdown(timeout)
	if err != nil {
		err = errors.Join(fmt.Errorf("drain: %d calls still in flight: %w", s.inFlight.Load(), err), hooks.Close())
	}
	// The admin listener goes last, and whoever reads metrics there has to try again elsewhere.
	return errors.Join(err, admins.Close())
}
