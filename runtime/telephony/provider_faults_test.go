package telephony

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/telephony/providertest"
)

// soon is the time of calls that hang.
const soon = 300 * time.Millisecond

// providerFaults are what may go wrong at a provider, and what is known then.
var providerFaults = map[string]struct {
	fault     providertest.Fault
	limit     time.Duration // 0: long
	class     Class
	delivered int
	requests  int
	// but has the classes of kinds that see more.
	but map[string]Class
}{
	"the service is down": {
		fault: providertest.Fault{At: providertest.Connect, Do: providertest.Reset}, class: Rejected},
	"the service never does the handshake, and time is up": {
		fault: providertest.Fault{At: providertest.Connect, Do: providertest.Hang}, limit: soon, class: Rejected},
	"the service never does the handshake": {
		fault: providertest.Fault{At: providertest.Connect, Do: providertest.Hang}, class: Rejected},
	"the handshake takes a while": {
		fault: providertest.Fault{At: providertest.Connect, Do: providertest.Slow, Delay: 100 * time.Millisecond}, class: Sent, delivered: 1, requests: 1},
	"it hangs before it has read the request": {
		fault: providertest.Fault{At: providertest.Before, Do: providertest.Hang}, limit: soon, class: Unknown, requests: 1},
	"it hangs after it has sent": {
		fault: providertest.Fault{At: providertest.After, Do: providertest.Hang}, limit: soon, class: Unknown, delivered: 1, requests: 1},
	"the connection is reset before": {
		fault: providertest.Fault{At: providertest.Before, Do: providertest.Reset}, class: Unknown, requests: 1},
	"the connection is reset after": {
		fault: providertest.Fault{At: providertest.After, Do: providertest.Reset}, class: Unknown, delivered: 1, requests: 1},
	"the answer ends in the middle": {
		fault: providertest.Fault{At: providertest.After, Do: providertest.Half}, class: Unknown, delivered: 1, requests: 1},
	"the answer is a page": {
		fault: providertest.Fault{At: providertest.After, Do: providertest.Garbage}, class: Unknown, delivered: 1, requests: 1},
	"the answer says nothing": {
		fault: providertest.Fault{At: providertest.After, Do: providertest.Empty}, class: Unknown, delivered: 1, requests: 1},
	"the answer does not end": {
		fault: providertest.Fault{At: providertest.After, Do: providertest.Huge}, class: Unknown, delivered: 1, requests: 1,
		but: map[string]Class{"aws": Sent}}, // the SDK reads as far as the message id
	"the answer takes a while": {
		fault: providertest.Fault{At: providertest.After, Do: providertest.Slow, Delay: 100 * time.Millisecond}, class: Sent, delivered: 1, requests: 1},
	"the refusal ends in the middle": {
		fault: providertest.Fault{At: providertest.Before, Do: providertest.Half, Status: 400}, class: Unknown, requests: 1},
	"it fails with 500 and has not sent": {
		fault: providertest.Fault{At: providertest.Before, Do: providertest.Refuse, Status: 500}, class: Unknown, requests: 1},
	"it fails with 500 and has sent": {
		fault: providertest.Fault{At: providertest.After, Do: providertest.Refuse, Status: 500}, class: Unknown, delivered: 1, requests: 1},
	"it fails with 503": {
		fault: providertest.Fault{At: providertest.Before, Do: providertest.Refuse, Status: 503}, class: Unknown, requests: 1},
	"it takes the request for somebody else's": {
		fault: providertest.Fault{At: providertest.Before, Do: providertest.Refuse, Status: 401}, class: Rejected, requests: 1},
	"it forbids it": {
		fault: providertest.Fault{At: providertest.Before, Do: providertest.Refuse, Status: 403}, class: Rejected, requests: 1},
	"it knows no such address": {
		fault: providertest.Fault{At: providertest.Before, Do: providertest.Refuse, Status: 404}, class: Rejected, requests: 1},
	"it has too much to do": {
		fault: providertest.Fault{At: providertest.Before, Do: providertest.Refuse, Status: 429}, class: Throttled, requests: 1},
	"it sends us elsewhere": {
		fault: providertest.Fault{At: providertest.Before, Do: providertest.Refuse, Status: 307}, class: Unknown, requests: 1},
	"it says yes to nothing": {
		fault: providertest.Fault{At: providertest.Before, Do: providertest.Refuse, Status: 200}, class: Unknown, requests: 1, but: map[string]Class{"http": Rejected}},
}

func TestWhatIsKnownAfterAFault(t *testing.T) {
	t.Parallel()
	for name, tc := range providerFaults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			forEachKind(t, func(t *testing.T, kind string) {
				for _, channel := range bothChannels {
					r := newRig(t, kind)
					fault := tc.fault
					fault.Times = 1 // a second request would get through
					if err := r.sim.AddFault(fault); err != nil {
						t.Fatal(err)
					}
					limit, class := tc.limit, tc.class
					if limit == 0 {
						limit = 5 * time.Second
					}
					if other, found := tc.but[kind]; found {
						class = other
					}
					result := r.sendWithin(t, theMessage(channel), limit)
					r.expect(t, result, class, tc.delivered, tc.requests)
				}
			})
		})
	}
}

// TestConnectionThatBreaksIsNoReasonToSendTwice has connections break that were used before, which is where
// HTTP clients like to try again.
func TestConnectionThatBreaksIsNoReasonToSendTwice(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, kind string) {
		r := newRig(t, kind)
		r.expect(t, r.send(t, theMessage(v1alpha1.ChannelSMS)), Sent, 1, 1)
		for i, at := range []providertest.Point{providertest.Before, providertest.After} {
			if err := r.sim.AddFault(providertest.Fault{At: at, Do: providertest.Reset, Times: 1}); err != nil {
				t.Fatal(err)
			}
			r.expect(t, r.send(t, theMessage(v1alpha1.ChannelSMS)), Unknown, 1+2*i, 2+2*i)
			r.expect(t, r.send(t, theMessage(v1alpha1.ChannelSMS)), Sent, 2+2*i, 3+2*i)
		}
	})
}

func TestNobodyThereIsDefinite(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, kind string) {
		r := newRig(t, kind)
		if err := r.sim.Close(); err != nil {
			t.Fatal(err)
		}
		for _, channel := range bothChannels {
			r.expect(t, r.send(t, theMessage(channel)), Rejected, 0, 0)
		}
	})
}

func TestCertificateOfAStrangerIsDefinite(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, kind string) {
		r := newRig(t, kind, func(r *rig) { r.spec.CASecretKeyRef = nil })
		r.expect(t, r.send(t, theMessage(v1alpha1.ChannelSMS)), Rejected, 0, 0)
	})
}

func TestMessageWithoutTimeIsNotTried(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, kind string) {
		r := newRig(t, kind)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		class := Rejected
		if kind == "http" {
			class = Unsupported // the time for its expression is over
		}
		r.expect(t, r.Send(ctx, theMessage(v1alpha1.ChannelSMS)), class, 0, 0)
	})
}

func TestWrongCredentialsAreDefinite(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, kind string) {
		r := newRig(t, kind, func(r *rig) {
			for _, key := range []string{"twilio", "vonage", "aws", "token"} {
				r.vault[key] = "n0t-the-one"
			}
		})
		result := r.send(t, theMessage(v1alpha1.ChannelSMS))
		r.expect(t, result, Rejected, 0, 1)
		if kind != "vonage" && kind != "aws" && result.Status != http.StatusUnauthorized {
			t.Errorf("got status %d", result.Status)
		}
	})
}
