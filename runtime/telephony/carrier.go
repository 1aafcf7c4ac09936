package telephony

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"time"

	"github.com/hookline/hookline/runtime/outbound"
)

// grace is how long after the end of its time a provider may take to say what it knows: whether the request
// was ever on its way decides if somebody else may send.
const grace = 50 * time.Millisecond

// carrier is one provider of the configuration, behind its circuit breaker.
type carrier struct {
	name     string
	provider Provider
	timeout  time.Duration // 0: whatever is left
	breaker  *outbound.Breaker[Result]
}

// attempt is what became of a message at one provider.
type attempt struct {
	provider string
	Result
	skipped bool // the circuit breaker was open: the provider was not asked
	took    time.Duration
}

var errNoAnswer = errors.New("there was no answer in time")

// try hands the message to the provider, and returns soon after ctx ends, whatever the provider does.
func (c *carrier) try(ctx context.Context, m Message) attempt {
	start := time.Now()
	result, err := c.breaker.Do(func() (Result, error) {
		result := c.send(ctx, m)
		return result, judgement(judge(ctx, result))
	})
	if errors.Is(err, outbound.ErrOpen) {
		return attempt{provider: c.name, Result: Result{Class: Rejected, Err: err}, skipped: true}
	}
	return attempt{provider: c.name, Result: result, took: time.Since(start)}
}

// send runs the provider beside the call, so that one that does not heed ctx holds up nobody but itself.
func (c *carrier) send(ctx context.Context, m Message) Result {
	done := make(chan Result, 1)
	go func() { done <- c.guarded(ctx, m) }()
	select {
	case result := <-done:
		return result
	case <-ctx.Done():
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case result := <-done:
		return result
	case <-late.C:
		return Result{Class: Unknown, Err: errNoAnswer}
	}
}

// guarded turns whatever is no result into Unknown: nobody can say how far the provider came. What a panic
// says is not repeated, because it may quote the message; the stack has no strings.
func (c *carrier) guarded(ctx context.Context, m Message) (result Result) {
	defer func() {
		if value := recover(); value != nil {
			result = Result{Class: Unknown, Err: fmt.Errorf("panicked with a %T\n%s", value, debug.Stack()), concerns: thisMessage}
		}
	}()
	result = c.provider.Send(ctx, m)
	if !slices.Contains(Classes(), result.Class) {
		result.Class = Unknown
	}
	return result
}

// judgement carries what an attempt says about the provider to the breaker, which knows errors only.
type judgement outbound.Verdict

// Error implements error. Nobody reads it.
func (judgement) Error() string { return "attempt was judged" }

func newBreaker(onChange func(from, to outbound.State)) *outbound.Breaker[Result] {
	return outbound.NewBreaker[Result](func(err error) outbound.Verdict {
		var judged judgement
		if errors.As(err, &judged) {
			return outbound.Verdict(judged)
		}
		return outbound.Works // never: every call is judged
	}, onChange)
}

// judge says what an attempt means for the attempts of others. A number that does not exist says nothing about
// the provider, or anybody could have it left alone.
func judge(ctx context.Context, r Result) outbound.Verdict {
	switch {
	case r.Class == Unsupported:
		return outbound.Unknown // it was not asked
	case r.Class == Unknown && errors.Is(ctx.Err(), context.Canceled):
		return outbound.Unknown // the call was given up, for a reason of its own
	case concernsEverybody(r):
		return outbound.Fails
	default:
		return outbound.Works
	}
}

// concernsEverybody tells a result that has to do with the service or the account from one of this message: a
// country without a route, or a number that a service of its own kind answers with 400 or 422. Those come
// fast and cost nobody else's time, and whoever asks for such codes must not keep them from others.
func concernsEverybody(r Result) bool {
	if r.concerns != byStatus {
		return r.concerns == everybody
	}
	isDown := r.Status == 0 || r.Status >= http.StatusInternalServerError // 0: there was no answer
	switch r.Class {
	case Throttled:
		return true
	case Unknown:
		return isDown
	case Rejected:
		return isDown || slices.Contains(accountStatuses, r.Status)
	default:
		return false
	}
}

// accountStatuses are refusals of the credentials or the account.
var accountStatuses = []int{
	http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden,
	http.StatusProxyAuthRequired, http.StatusTooManyRequests,
}
