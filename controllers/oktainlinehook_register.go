package controllers

import (
	"context"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/okta"
)

// maxActions bounds what one pass does in Okta: create, then deactivate is the longest right sequence.
// More means that somebody undoes what we do at the same moment.
const maxActions = 4

// register makes Okta's side as it shall be, if it is time to look at it.
func (p *pass) register(ctx context.Context) *outcome {
	if !p.comparisonDue() {
		return nil
	}
	hooks, err := p.observeOkta(ctx)
	if err != nil {
		return p.oktaFailed(err)
	}
	for range maxActions {
		plan := planRegistration(p.registrationFacts(hooks))
		switch plan.action {
		case actConflict:
			return blocked(v1alpha1.ConditionRegistered, v1alpha1.ReasonConflict, jittered(intervalOf(p.hook)), "%s", plan.obstacle)
		case actNothing:
			return p.registered(ctx, plan)
		}
		hook, err := p.act(ctx, plan)
		if err != nil {
			return p.actionFailed(ctx, err)
		}
		p.acted(plan, hook)
		hooks = []okta.InlineHook{*hook}
	}
	return notYet(v1alpha1.ConditionRegistered, v1alpha1.ReasonProgressing, jittered(10*time.Second),
		"the inline hook is changed by somebody else at the same time; looking again")
}

// comparisonDue is true when the interval is over, or something has changed that Okta has to be told.
func (p *pass) comparisonDue() bool {
	status := &p.hook.Status
	registered := meta.FindStatusCondition(status.Conditions, v1alpha1.ConditionRegistered)
	pushed, _ := pushedOf(status)
	switch {
	case status.Hook == nil, status.LastSyncTime == nil,
		registered == nil, registered.Status != metav1.ConditionTrue, registered.ObservedGeneration != p.hook.Generation,
		status.URL != p.at.url, pushed != p.credentials.digest,
		requested(p.hook) != status.LastHandledRequest:
		return true
	}
	interval := intervalOf(p.hook)
	return !p.now.Before(status.LastSyncTime.Add(interval - interval/8))
}

// requested is the value of the annotation that asks for a comparison, as far as the status has room for it.
func requested(hook *v1alpha1.OktaInlineHook) string {
	value := []rune(hook.Annotations[v1alpha1.AnnotationRequestedAt])
	return string(value[:min(len(value), maxRequest)])
}

// maxRequest is the length of status.lastHandledRequest.
const maxRequest = 256

// observeOkta reads the hook that we know, or all hooks of the org to find it.
func (p *pass) observeOkta(ctx context.Context) ([]okta.InlineHook, error) {
	if known := p.hook.Status.Hook; known != nil {
		hook, err := p.api.GetInlineHook(ctx, known.ID)
		switch {
		case okta.KindOf(err) == okta.KindNotFound:
			p.warn(v1alpha1.ReasonDriftCorrected, "the inline hook %s was deleted in Okta by somebody else", known.ID)
			p.hook.Status.Hook = nil
		case err != nil:
			return nil, err
		default:
			return []okta.InlineHook{*hook}, nil
		}
	}
	return p.api.ListInlineHooks(ctx, "")
}

func (p *pass) adoption() v1alpha1.Adoption {
	if p.hook.Spec.Adoption == nil || p.hook.Spec.Adoption.Policy == "" {
		return v1alpha1.Adoption{Policy: v1alpha1.AdoptNever}
	}
	return *p.hook.Spec.Adoption
}

func (p *pass) registrationFacts(hooks []okta.InlineHook) registrationFacts {
	pushed, _ := pushedOf(&p.hook.Status)
	facts := registrationFacts{
		want:         p.wantedHook(),
		active:       p.hook.Spec.State != v1alpha1.StateInactive,
		owner:        p.owner(p.hook),
		adoption:     p.adoption(),
		hooks:        hooks,
		secretPushed: pushed != "" && pushed == p.credentials.digest,
		seenAt:       lastUpdatedOf(&p.hook.Status),
	}
	if known := p.hook.Status.Hook; known != nil {
		facts.known = known.ID
	} else {
		facts.seenAt = p.seenAt
	}
	return facts
}

// wantedHook is the whole hook as Okta shall have it.
func (p *pass) wantedHook() okta.InlineHookSpec {
	spec := okta.InlineHookSpec{
		Name: displayName(p.hook),
		Type: p.hook.Spec.Type.OktaID(),
		Channel: okta.Channel{
			Type:    okta.ChannelHTTP,
			URI:     p.at.url,
			Headers: []okta.Header{{Key: v1alpha1.OwnerHeader, Value: p.owner(p.hook)}},
		},
	}
	if p.header != "" {
		spec.Channel.AuthScheme = &okta.AuthScheme{
			Type: okta.AuthHeader, Key: p.header, Value: okta.NewSecret(p.credentials.value()),
		}
	}
	return spec
}

func displayName(hook *v1alpha1.OktaInlineHook) string {
	if hook.Spec.DisplayName != "" {
		return hook.Spec.DisplayName
	}
	return hook.Namespace + "/" + hook.Name
}

// act does one thing in Okta.
func (p *pass) act(ctx context.Context, plan registrationPlan) (*okta.InlineHook, error) {
	switch plan.action {
	case actCreate:
		return p.api.CreateInlineHook(ctx, p.wantedHook())
	case actReplace:
		return p.api.ReplaceInlineHook(ctx, plan.hook.ID, p.wantedHook())
	case actActivate:
		return p.api.ActivateInlineHook(ctx, plan.hook.ID)
	default:
		return p.api.DeactivateInlineHook(ctx, plan.hook.ID)
	}
}

// acted notes what was done: in the status, and as events.
func (p *pass) acted(plan registrationPlan, hook *okta.InlineHook) {
	status := &p.hook.Status
	observe(status, hook)
	switch plan.action {
	case actActivate:
		p.tell(v1alpha1.ReasonActivated, "switched %s on in Okta, as spec.state asks", hook.ID)
		return
	case actDeactivate:
		p.tell(v1alpha1.ReasonDeactivated, "switched %s off in Okta, as spec.state asks", hook.ID)
		return
	}
	rotated := observePushed(status, p.hook.Spec.Authentication, p.credentials.digest, p.now)
	switch {
	case plan.action == actCreate:
		p.tell(v1alpha1.ReasonCreated, "created the inline hook %s in Okta", hook.ID)
	case plan.adopted:
		p.tell(v1alpha1.ReasonAdopted, "took over the inline hook %s; put right: %s", hook.ID, strings.Join(plan.differences, ", "))
	case plan.foreign:
		p.warn(v1alpha1.ReasonDriftCorrected, "somebody else changed the inline hook %s; put right: %s", hook.ID, strings.Join(plan.differences, ", "))
	case rotated:
		p.tell(v1alpha1.ReasonRotated, "gave Okta another secret for %s", hook.ID)
	default:
		p.tell(v1alpha1.ReasonUpdated, "changed the inline hook %s: %s", hook.ID, strings.Join(plan.differences, ", "))
	}
}

// registered notes that Okta's side is as it shall be.
func (p *pass) registered(ctx context.Context, plan registrationPlan) *outcome {
	status := &p.hook.Status
	if plan.adopted {
		p.tell(v1alpha1.ReasonAdopted, "took over the inline hook %s; nothing was to change", plan.hook.ID)
	}
	observe(status, plan.hook)
	status.URL = p.at.url
	at := metav1.NewTime(p.now)
	status.LastSyncTime = &at
	status.LastHandledRequest = requested(p.hook)
	p.holds(v1alpha1.ConditionRegistered, v1alpha1.ReasonInSync, "Okta has the inline hook %s as the spec wants it", plan.hook.ID)
	return p.remember(ctx)
}

// actionFailed looks for what stands in the way when Okta refuses: it says so in no fixed way, and two
// hooks may have been created at the same moment.
func (p *pass) actionFailed(ctx context.Context, err error) *outcome {
	if okta.KindOf(err) != okta.KindTerminal {
		return p.oktaFailed(err)
	}
	hooks, listErr := p.api.ListInlineHooks(ctx, "")
	if listErr != nil {
		return p.oktaFailed(err)
	}
	if plan := planRegistration(p.registrationFacts(hooks)); plan.action == actConflict {
		return blocked(v1alpha1.ConditionRegistered, v1alpha1.ReasonConflict, jittered(intervalOf(p.hook)), "%s", plan.obstacle)
	}
	refusal := p.oktaFailed(err)
	if p.hook.Status.Hook == nil && len(hooks) >= fewestHookLimit {
		// Perhaps the org's limit, perhaps not: look again, since somebody may delete a hook.
		return blocked(v1alpha1.ConditionRegistered, v1alpha1.ReasonConflict, jittered(intervalOf(p.hook)),
			"%s. The org has %d inline hooks; if that is its limit, delete one that is not used", refusal.message, len(hooks))
	}
	return refusal
}

// fewestHookLimit is the lowest number that Okta's pages name as the limit of inline hooks per org and
// that is still current; others say 100.
const fewestHookLimit = 50

func (p *pass) oktaFailed(err error) *outcome {
	o := oktaOutcome(v1alpha1.ConditionRegistered, p.hook.Status.Conditions, intervalOf(p.hook), p.now, err)
	if o.reason == v1alpha1.ReasonUnauthorized {
		p.Orgs.Recheck(p.org)
		o.message = fmt.Sprintf("OktaOrg %s/%s: %s", p.org.Namespace, p.org.Name, o.message)
	}
	return o
}
