package outbound

import (
	"errors"
	"time"

	"github.com/sony/gobreaker/v2"
)

const (
	// breakerFailures in a row open a breaker. Fewer would let one lost packet refuse people for the pause.
	breakerFailures = 5
	// breakerPause is how long a breaker stays open. Short, because people try again within seconds and
	// one call per pause does not hurt a service that is struggling.
	breakerPause = 2 * time.Second
)

// ErrOpen is the error of a call that was not made, because the service failed several times just before.
var ErrOpen = errors.New("not called, because it failed several times in a row; it is tried again within 2s")

// State of a breaker.
type State string

const (
	// Closed: calls are made.
	Closed State = "closed"
	// HalfOpen: one call is made to see whether the service works again, others fail with ErrOpen.
	HalfOpen State = "half-open"
	// Open: calls fail with ErrOpen.
	Open State = "open"
)

// States lists the whole set.
func States() []State { return []State{Closed, HalfOpen, Open} }

// Verdict is what the outcome of a call says about the service.
type Verdict int

const (
	// Works: it answered, whatever the answer.
	Works Verdict = iota
	// Fails: it did not answer.
	Fails
	// Unknown: the call ended for a reason of the caller's, such as one that hung up.
	Unknown
)

// Breaker keeps calls away from a service that does not answer. Safe for concurrent use.
type Breaker[T any] struct {
	breaker *gobreaker.CircuitBreaker[T]
}

// NewBreaker makes a closed breaker. judge says what the error of a call (nil among them) means. onChange,
// if not nil, is told each change of state; it must return at once and not use the breaker.
func NewBreaker[T any](judge func(error) Verdict, onChange func(from, to State)) *Breaker[T] {
	return &Breaker[T]{gobreaker.NewCircuitBreaker[T](gobreaker.Settings{
		MaxRequests:  1,
		Timeout:      breakerPause,
		ReadyToTrip:  func(counts gobreaker.Counts) bool { return counts.ConsecutiveFailures >= breakerFailures },
		IsSuccessful: func(err error) bool { return judge(err) == Works },
		IsExcluded:   func(err error) bool { return judge(err) == Unknown },
		OnStateChange: func(_ string, from, to gobreaker.State) {
			if onChange != nil {
				onChange(State(from.String()), State(to.String()))
			}
		},
	})}
}

// Do makes a call and returns what it returns, or ErrOpen without making it.
func (b *Breaker[T]) Do(call func() (T, error)) (T, error) {
	value, err := b.breaker.Execute(call)
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		return value, ErrOpen
	}
	return value, err
}
