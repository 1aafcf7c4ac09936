package passwordimport

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/hookline/hookline/runtime/hook"
)

// verifier bounds how many passwords are verified at a time. Digests are made to be expensive: without a
// bound, a rush of sign-ins would take all cores and all memory, every one of them would be too late, and
// health checks would fail.
type verifier struct {
	slots   *semaphore.Weighted // one per verification
	memory  *semaphore.Weighted // bytes; the largest digest that is read fits in it once
	usual   atomic.Int64        // nanoseconds that verifications took lately
	metrics *Metrics
}

func newVerifier(concurrency int, metrics *Metrics) *verifier {
	return &verifier{
		slots:   semaphore.NewWeighted(int64(concurrency)),
		memory:  semaphore.NewWeighted(maxDigestMemory),
		metrics: metrics,
	}
}

var errNoTurn = errors.New("verify password: there are too many sign-ins at once")

// verify says whether password is the one of d. It waits for its turn as long as there is time left to use
// it, and returns when ctx ends, though the computation can't be stopped and keeps its turn until it is done.
// Errors are *hook.Failure.
func (v *verifier) verify(ctx context.Context, d digest, password []byte) (bool, error) {
	release, err := v.acquire(ctx, d.memory)
	if err != nil {
		return false, err
	}
	type result struct {
		match bool
		err   error
	}
	done := make(chan result, 1)
	go func() {
		defer release()
		match, err := v.run(d, password)
		done <- result{match, err}
	}()
	select {
	case r := <-done:
		return r.match, r.err
	case <-ctx.Done():
		return false, hook.Fail(hook.CodeOf(ctx.Err()), fmt.Errorf("verify password: %w", ctx.Err()))
	}
}

// acquire takes a turn that is free at once. Otherwise it waits for one, but not until it is too late to make
// use of it: under load, everybody would get a turn just before the deadline and nobody an answer.
func (v *verifier) acquire(ctx context.Context, memory int64) (release func(), err error) {
	release = func() { v.slots.Release(1); v.memory.Release(memory) }
	if v.memory.TryAcquire(memory) {
		if v.slots.TryAcquire(1) {
			return release, nil
		}
		v.memory.Release(memory)
	}
	waiting := ctx
	if deadline, limited := ctx.Deadline(); limited {
		latest, cancel := context.WithDeadline(ctx, deadline.Add(-time.Duration(v.usual.Load())))
		defer cancel()
		waiting = latest
	}
	if err := v.memory.Acquire(waiting, memory); err != nil {
		return nil, turnFailure(ctx)
	}
	if err := v.slots.Acquire(waiting, 1); err != nil {
		v.memory.Release(memory)
		return nil, turnFailure(ctx)
	}
	return release, nil
}

func turnFailure(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return hook.Fail(hook.Canceled, errNoTurn)
	}
	return hook.Fail(hook.Overloaded, errNoTurn)
}

// run verifies. The libraries are given nothing that they are known to panic on, but a panic here would
// take every other call with it.
func (v *verifier) run(d digest, password []byte) (match bool, err error) {
	start := time.Now()
	defer func() {
		if recover() != nil {
			match, err = false, unreadableDigest(errors.New("verification broke off"))
		}
		took := time.Since(start)
		v.usual.Store((3*v.usual.Load() + int64(took)) / 4) // a lost update does not matter
		v.metrics.verified(d.scheme, took)
	}()
	match, err = d.match(password)
	if err != nil {
		// The library's text may quote parts of the digest.
		return false, unreadableDigest(errors.New("verification is not possible"))
	}
	return match, nil
}

// unreadableDigest is the failure of a digest in the store that can't be used. err has nothing of it.
func unreadableDigest(err error) error {
	return hook.Fail(hook.StoreInvalid, fmt.Errorf("read digest: %w", err))
}
