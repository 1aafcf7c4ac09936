package server

import (
	"sync/atomic"

	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/hookconfig"
)

// Hook is one configuration, ready to be served.
type Hook struct {
	// Type of the hook.
	Type hook.Type
	// Path that it is served at.
	Path string
	// Version of the configuration file.
	Version string
	// Accepted credentials.
	Accepted *hookconfig.Accepted
	// Handler answers the calls.
	Handler hook.Handler
	// Close frees what Handler holds, after its last call. Nil if that is nothing.
	Close func()
}

// serving is a Hook in use. It counts its users, so that it can be replaced at any time and closed after
// the last of them.
type serving struct {
	Hook
	credentials credentials
	metrics     hookMetrics
	users       atomic.Int64
}

// newServing has one user to begin with: the server, until another one is served.
func newServing(h *Hook, m *metrics) *serving {
	s := &serving{Hook: *h, credentials: newCredentials(h.Accepted), metrics: m.forHook(h.Type)}
	s.users.Store(1)
	return s
}

// acquire is false if the last user is gone already.
func (s *serving) acquire() bool {
	for {
		users := s.users.Load()
		if users == 0 {
			return false
		}
		if s.users.CompareAndSwap(users, users+1) {
			return true
		}
	}
}

func (s *serving) release() {
	if s.users.Add(-1) == 0 && s.Close != nil {
		s.Close()
	}
}
