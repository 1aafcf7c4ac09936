package telephony

import (
	"strconv"
	"strings"
	"time"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

// answer is what Okta is told, and the only place that decides it. Nobody sends after SUCCESSFUL and PENDING;
// after FAILED Okta may.
func answer(o outcome, onBlocked v1alpha1.OnBlocked) hook.Delivery {
	d := hook.Delivery{Status: status(o.ending, onBlocked), TransactionMetadata: metadata(o)}
	for i := range o.attempts {
		// With NextProvider the one that has sent comes after those of which nobody knows.
		if made := &o.attempts[i]; made.Class == Sent || made.Class == Unknown && d.Provider == "" {
			d.Provider, d.TransactionID = made.provider, made.TransactionID
		}
	}
	return d
}

func status(e ending, onBlocked v1alpha1.OnBlocked) hook.DeliveryStatus {
	switch {
	case e == endedSent, e == endedBlocked && onBlocked != v1alpha1.ReportFailed:
		return hook.DeliverySuccessful
	case e == endedUnknown:
		return hook.DeliveryPending
	default:
		return hook.DeliveryFailed
	}
}

// metadata is for those who read Okta's System Log: why, and which providers have not sent. It is one line
// of name=value. Nothing in it is confidential.
func metadata(o outcome) string {
	parts := make([]string, 0, 1+len(o.attempts))
	switch o.ending {
	case endedSent:
		parts = append(parts, "duration="+strconv.FormatInt(o.took.Round(time.Millisecond).Milliseconds(), 10)+"ms")
	case endedBlocked:
		parts = append(parts, "blocked="+string(o.blocker))
	default:
		parts = append(parts, "reason="+string(o.ending))
	}
	for _, made := range o.attempts {
		if made.Class == Sent {
			continue
		}
		part := made.provider + "=" + made.label()
		if made.Code != "" {
			part += "/" + made.Code
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// skipped is the label of an attempt that the circuit breaker did not make.
const skipped = "skipped"

// label is the class of the attempt, or skipped.
func (a *attempt) label() string {
	if a.skipped {
		return skipped
	}
	return string(a.Class)
}
