package telephony

import (
	"context"
	"time"

	"github.com/hookline/hookline/api/v1alpha1"
)

const (
	// answerMargin is kept free before the deadline of the call, for the grace of the last provider and the
	// answer: an answer that comes too late has Okta send a second code.
	answerMargin = 150 * time.Millisecond
	// usefulRest is how much time a provider needs to be worth an attempt. With less, it would most likely
	// be cut off in the middle, and nobody would know what it did.
	usefulRest = 300 * time.Millisecond
	// defaultBudget is the time for a call that has no deadline.
	defaultBudget = 2500 * time.Millisecond
)

// ending is how a call ended, from a closed set.
type ending string

const (
	endedSent          ending = "sent"
	endedUnknown       ending = "unknown_outcome"
	endedBlocked       ending = "blocked"
	endedInvalidNumber ending = "invalid_number"
	endedNoRoute       ending = "no_route"
	endedNoProvider    ending = "no_provider" // all of them have definitely not sent
	endedNoTime        ending = "no_time"     // and the others were not tried any more
)

// outcome is what a call came to. It is all that the answer depends on.
type outcome struct {
	ending   ending
	blocker  blocker   // if it ended blocked
	attempts []attempt // in order
	took     time.Duration
}

// maySent reports whether somebody has or may have sent.
func (o outcome) maySent() bool { return o.ending == endedSent || o.ending == endedUnknown }

// deliver tries the candidates in order within the time that ctx leaves. It returns no error: from here on a
// code may be on its way.
func (h *Handler) deliver(ctx context.Context, candidates []candidate, m Message) outcome {
	end := endOf(ctx)
	var attempts []attempt
	for i, candidate := range candidates {
		rest := time.Until(end)
		if rest < usefulRest || ctx.Err() != nil {
			return conclude(attempts, true)
		}
		m.From = candidate.sender
		made := h.attempt(ctx, candidate, m, share(rest, candidate.timeout, len(candidates)-i, h.onUnknown))
		attempts = append(attempts, made)
		if stops(made.Class, h.onUnknown) {
			break
		}
	}
	return conclude(attempts, false)
}

// endOf is when there has to be an outcome, for the answer to be there before the deadline.
func endOf(ctx context.Context) time.Time {
	end := time.Now().Add(defaultBudget)
	if deadline, limited := ctx.Deadline(); limited {
		end = deadline
	}
	return end.Add(-answerMargin)
}

// attempt tries one candidate, and has it counted and logged.
func (h *Handler) attempt(ctx context.Context, to candidate, m Message, budget time.Duration) attempt {
	limited, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	made := to.try(limited, m)
	h.metrics.attempted(m.Channel, made)
	h.logAttempt(ctx, m, made)
	return made
}

// share is the time of one provider, of rest, if left of them, this one included, have not been tried. A
// provider that takes it all leaves an unknown outcome behind: then nobody else is tried, unless
// NextProvider says so.
func share(rest, timeout time.Duration, left int, onUnknown v1alpha1.OnUnknownOutcome) time.Duration {
	switch {
	case timeout > 0:
		return min(timeout, rest)
	case onUnknown == v1alpha1.UnknownNextProvider:
		return rest / time.Duration(left)
	default:
		return rest
	}
}

// stops reports whether nobody else is to be tried after a result.
func stops(class Class, onUnknown v1alpha1.OnUnknownOutcome) bool {
	switch class {
	case Rejected, Throttled, Unsupported:
		return false
	case Unknown:
		return onUnknown != v1alpha1.UnknownNextProvider
	default: // Sent, InvalidNumber, Blocked
		return true
	}
}

// conclude says what attempts come to. One that may have sent outweighs whatever others have refused.
func conclude(attempts []attempt, outOfTime bool) outcome {
	o := outcome{ending: endedNoProvider, attempts: attempts}
	if outOfTime {
		o.ending = endedNoTime
	}
	for _, made := range attempts {
		switch made.Class {
		case Sent:
			o.ending = endedSent
			return o
		case Unknown:
			o.ending = endedUnknown
		case InvalidNumber:
			if o.ending != endedUnknown {
				o.ending = endedInvalidNumber
			}
		case Blocked:
			if o.ending != endedUnknown {
				o.ending, o.blocker = endedBlocked, blockedByProvider
			}
		}
	}
	return o
}
