package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/hookline/hookline/runtime/hook"
)

var (
	// errNoDecision is for a handler that breaks its contract.
	errNoDecision = errors.New("handler returned neither a response nor an error")
	errDeadline   = errors.New("the handler did not end within the deadline")
	errLate       = errors.New("nothing was left of the deadline when the request was there")
	errHungUp     = errors.New("the caller hung up before there was an answer")
)

// call is one call on its way to an answer. The handler runs in the request's own goroutine. It is answered
// by whichever comes first, the end of the handler or the deadline, and only once.
type call struct {
	*Server
	current *serving
	w       http.ResponseWriter
	r       *http.Request
	start   time.Time
	eventID string

	mu       sync.Mutex
	answered bool
}

// decide answers the call: with the outcome of its handler, with that of the run that it repeats, or with
// the failure to get one in time.
func (c *call) decide(req *hook.Request) {
	c.eventID = req.EventID
	deadline := c.start.Add(callDeadline)
	key, recognisable := c.replays.key(req, c.current.Type.OncePerEvent)
	if !time.Now().Before(deadline) {
		c.answer(c.tooLate(key, recognisable, deadline))
		return
	}
	var f *flight
	if recognisable {
		var isNew bool
		if f, isNew = c.replays.join(key); !isNew {
			c.answer(c.repeat(f, deadline))
			return
		}
	}
	// Not cancelled when the caller hangs up: its retry joins this run rather than starting another.
	ctx, cancel := context.WithDeadline(context.WithoutCancel(c.r.Context()), deadline)
	defer cancel()
	late := time.AfterFunc(time.Until(deadline), c.answerAtDeadline)
	result := c.run(ctx, req, f)
	late.Stop()
	c.answer(result)
}

// tooLate is for a call that no handler has time for. The one that it repeats may have done its work.
func (c *call) tooLate(key replayKey, recognisable bool, deadline time.Time) outcome {
	if recognisable {
		if f := c.replays.known(key); f != nil {
			return c.repeat(f, deadline)
		}
	}
	return outcome{failure: hook.RequestLate, err: errLate}
}

// answerAtDeadline answers for a handler that goes on regardless. It runs in a goroutine of its own.
func (c *call) answerAtDeadline() {
	c.answer(outcome{failure: hook.DeadlineExceeded, err: errDeadline})
}

// repeat gets the outcome of the flight that this call is a retry of.
func (c *call) repeat(f *flight, deadline time.Time) outcome {
	// Seldom, and then either a retry of Okta's or somebody who tries things out and wonders.
	c.log.LogAttrs(c.r.Context(), slog.LevelInfo, "call repeated: answered as the first one with its eventId",
		slog.String("eventID", c.eventID[:min(len(c.eventID), maxLoggedEventID)]))
	if f.done == nil {
		c.metrics.replayed.Inc()
		return f.outcome
	}
	c.metrics.joined.Inc()
	ctx, cancel := context.WithDeadline(c.r.Context(), deadline)
	defer cancel()
	select {
	case <-f.done:
		return f.outcome
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.Canceled) {
			return outcome{failure: hook.Canceled, err: errHungUp}
		}
		return outcome{failure: hook.DeadlineExceeded, err: errDeadline}
	}
}

// run runs the handler once and lands the flight, if there is one, whatever the handler does.
func (c *call) run(ctx context.Context, req *hook.Request, f *flight) (result outcome) {
	result = outcome{failure: hook.Internal, err: errNoDecision}
	defer func() {
		if value := recover(); value != nil {
			result = outcome{failure: hook.Internal, err: panicError(value)}
		}
		if f != nil {
			c.replays.land(f, result, c.current.Type.OncePerEvent)
		}
	}()
	return handle(ctx, c.current.Handler, req)
}

func handle(ctx context.Context, handler hook.Handler, req *hook.Request) outcome {
	response, err := handler.Handle(ctx, req)
	switch {
	case err != nil:
		return outcome{failure: hook.CodeOf(err), err: err}
	case response == nil:
		return outcome{failure: hook.Internal, err: errNoDecision}
	}
	encoded, err := response.Encode()
	if err != nil {
		return outcome{failure: hook.ResponseInvalid, err: err}
	}
	return outcome{response: encoded}
}

// panicError describes a panic for the log. Only the runtime's own panics are quoted: any other value may
// have a part of the request in it. The stack has addresses, but no strings.
func panicError(value any) error {
	if known, ok := value.(runtime.Error); ok {
		return fmt.Errorf("handler panicked: %w\n%s", known, debug.Stack())
	}
	return fmt.Errorf("handler panicked with a %T\n%s", value, debug.Stack())
}
