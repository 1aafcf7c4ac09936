package controllers

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookline/hookline/api/v1alpha1"
)

// verify calls the public URL with the hook's own credentials, unless that was done for this revision
// and credential within the interval.
func (p *pass) verify(ctx context.Context) *outcome {
	if p.hook.Spec.Verification == v1alpha1.VerificationNone {
		p.seen = append(p.seen, metav1.Condition{
			Type: v1alpha1.ConditionReachable, Status: metav1.ConditionUnknown, Reason: v1alpha1.ReasonNotVerified,
			Message: "spec.verification is None: nobody has called " + p.at.url})
		return nil
	}
	now := verification{url: p.at.url, revision: p.revision, credential: p.credentials.newest, at: p.now}
	if known, ok := p.verified.Load(p.hook.UID); ok && known.(verification).stillHolds(now, intervalOf(p.hook)) {
		p.holdsReachable()
		return nil
	}
	failure := p.Prober.Probe(ctx, probeTarget{
		url: p.at.url, header: p.header, value: p.credentials.value(),
		hookType: p.hook.Spec.Type.OktaID(), configVersion: p.configVersion,
		external: p.hook.Spec.Handler.External != nil,
	})
	if failure != nil {
		p.verified.Delete(p.hook.UID)
		return blocked(v1alpha1.ConditionReachable, failure.reason, p.probeAgain(), "%s", failure.message)
	}
	p.verified.Store(p.hook.UID, now)
	p.holdsReachable()
	return nil
}

func (p *pass) holdsReachable() {
	p.holds(v1alpha1.ConditionReachable, v1alpha1.ReasonVerified, "%s is answered", p.at.url)
}

// stillHolds is true when what was verified is what is there now, and not too long ago.
func (v verification) stillHolds(now verification, interval time.Duration) bool {
	return v.url == now.url && v.revision == now.revision && v.credential == now.credential &&
		now.at.Before(v.at.Add(interval-interval/8))
}

const (
	soonestProbe = time.Second
	latestProbe  = time.Minute
)

// probeAgain is when to call again: the longer it has failed, the later. There is nothing to watch for a
// DNS record or a proxy.
func (p *pass) probeAgain() time.Duration {
	after := soonestProbe
	reachable := meta.FindStatusCondition(p.hook.Status.Conditions, v1alpha1.ConditionReachable)
	if reachable != nil && reachable.Status == metav1.ConditionFalse {
		after = p.now.Sub(reachable.LastTransitionTime.Time) / 4
	}
	return jittered(min(max(after, soonestProbe), latestProbe))
}
