package controllers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/okta"
)

// action is one thing to do in Okta.
type action int

const (
	actNothing action = iota
	actCreate
	actReplace
	actActivate
	actDeactivate
	actConflict
)

// registrationFacts are all that the next action in Okta depends on.
type registrationFacts struct {
	// want is the whole hook as it shall be; active whether Okta shall call it.
	want   okta.InlineHookSpec
	active bool
	// owner is our mark.
	owner    string
	adoption v1alpha1.Adoption
	// known is the id of the hook that was ours at the last look; empty if none was.
	known string
	// hooks are what Okta has: all hooks of the org, or only our own when that was read by its id.
	hooks []okta.InlineHook
	// secretPushed: Okta was given this secret last, and seenAt is Okta's time of the hook's last change
	// then. A later change may have been of the secret, which can't be read.
	secretPushed bool
	seenAt       time.Time
}

// registrationPlan is the next action in Okta and why.
type registrationPlan struct {
	action action
	// hook is the one to act on; nil to create.
	hook *okta.InlineHook
	// adopted: the hook was not ours before.
	adopted bool
	// differences name the fields that a replace puts right.
	differences []string
	// foreign: somebody else has changed the hook since we last wrote it.
	foreign bool
	// obstacle is what stands in the way, for a conflict.
	obstacle string
}

// planRegistration decides on the next action. It is asked again after each one, until there is nothing
// left to do.
func planRegistration(f registrationFacts) registrationPlan {
	ours, adopted := f.find()
	if obstacle := f.obstacle(ours); obstacle != "" {
		return registrationPlan{action: actConflict, hook: ours, obstacle: obstacle}
	}
	if ours == nil {
		return registrationPlan{action: actCreate}
	}
	plan := registrationPlan{hook: ours, adopted: adopted, foreign: !f.seenAt.IsZero() && ours.LastUpdated.Truncate(time.Second).After(f.seenAt)}
	plan.differences = f.differences(ours)
	switch {
	case !f.active && ours.Status == okta.StatusActive:
		plan.action = actDeactivate // first: the service may be about to change
	case len(plan.differences) > 0:
		plan.action = actReplace
	case f.active && ours.Status != okta.StatusActive:
		plan.action = actActivate
	}
	return plan
}

// find is our hook among those of the org: by our mark, by its id where somebody took the mark off, or
// as the adoption policy says.
func (f registrationFacts) find() (ours *okta.InlineHook, adopted bool) {
	for i := range f.hooks {
		hook := &f.hooks[i]
		if mark := ownerOf(hook); mark == f.owner || mark == "" && hook.ID == f.known {
			return hook, false
		}
	}
	for i := range f.hooks {
		hook := &f.hooks[i]
		if hook.ID == f.known {
			continue // another resource has taken it over: two that adopt would take it from each other for ever
		}
		switch f.adoption.Policy {
		case v1alpha1.AdoptByName:
			if hook.Name == f.want.Name && hook.Type == f.want.Type {
				return hook, true
			}
		case v1alpha1.AdoptByID:
			if hook.ID == f.adoption.ID {
				return hook, true
			}
		}
	}
	return nil, false
}

// obstacle is what keeps our hook from being as it shall be: a hook with our name, one of Okta's
// limits, or an adoption that can't be. Empty if nothing does.
func (f registrationFacts) obstacle(ours *okta.InlineHook) string {
	if f.adoption.Policy == v1alpha1.AdoptByID && ours == nil {
		return fmt.Sprintf("adoption.id: the org has no inline hook %s; write the id of one, or leave adoption out to create a new hook", f.adoption.ID)
	}
	if ours != nil && ours.Type != f.want.Type {
		return fmt.Sprintf("adoption.id: %s has the type %s, and a hook's type can't be changed; write the id of a hook of type %s",
			describeHook(ours), ours.Type, f.want.Type)
	}
	for i := range f.hooks {
		other := &f.hooks[i]
		if ours != nil && other.ID == ours.ID {
			continue
		}
		if other.ID == f.known {
			return describeHook(other) + " was ours until that owner took it over; delete one of the two resources"
		}
		if why := f.inTheWay(other); why != "" {
			return why
		}
	}
	return ""
}

// inTheWay says why another hook and ours can't both be.
func (f registrationFacts) inTheWay(other *okta.InlineHook) string {
	switch {
	case other.Name == f.want.Name && other.Type == f.want.Type:
		return fmt.Sprintf("%s has this name already; write another displayName, or take it over with adoption: {policy: ByName}", describeHook(other))
	case other.Name == f.want.Name:
		return fmt.Sprintf("%s has this name already, with the type %s; write another displayName", describeHook(other), other.Type)
	case other.Type != f.want.Type:
		return ""
	case f.want.Type == v1alpha1.PasswordImport.OktaID():
		return fmt.Sprintf("an Okta org has one password import hook at most, and %s is there; delete it, or take it over with adoption: {policy: ByID, id: %s}",
			describeHook(other), other.ID)
	case f.want.Type == v1alpha1.Telephony.OktaID() && f.active && other.Status == okta.StatusActive:
		return fmt.Sprintf("an Okta org has one active telephony hook at most, and %s is active; deactivate it, or take it over with adoption: {policy: ByID, id: %s}",
			describeHook(other), other.ID)
	}
	return ""
}

func describeHook(hook *okta.InlineHook) string {
	owner := "made by somebody else"
	if mark := ownerOf(hook); mark != "" {
		owner = "owned by " + mark
	}
	return fmt.Sprintf("the inline hook %q (%s, %s)", hook.Name, hook.ID, owner)
}

// ownerOf is the mark on a hook; empty if it has none.
func ownerOf(hook *okta.InlineHook) string {
	for _, header := range hook.Channel.Headers {
		if strings.EqualFold(header.Key, v1alpha1.OwnerHeader) {
			return header.Value
		}
	}
	return ""
}

// differences name the fields of the hook that are not as they shall be, each with what it is. Whether
// the secret is right can't be read: it is not when we never gave it, or when somebody else changed the
// hook and nothing that can be read tells what.
func (f registrationFacts) differences(got *okta.InlineHook) []string {
	want := f.want
	var fields []string
	differs := func(field, is string) { fields = append(fields, fmt.Sprintf("%s (was %q)", field, is)) }
	if got.Name != want.Name {
		differs("name", got.Name)
	}
	if got.Channel.Type != "" && got.Channel.Type != okta.ChannelHTTP {
		differs("channel.type", got.Channel.Type)
	}
	if got.Channel.URI != want.Channel.URI {
		differs("channel.config.uri", got.Channel.URI)
	}
	if !sameHeaders(want.Channel.Headers, got.Channel.Headers) {
		differs("channel.config.headers", headerNames(got.Channel.Headers))
	}
	if key := schemeKey(got.Channel.AuthScheme); !strings.EqualFold(key, schemeKey(want.Channel.AuthScheme)) {
		differs("channel.config.authScheme.key", key)
	}
	if want.Channel.AuthScheme == nil || len(fields) > 0 {
		return fields
	}
	if !f.secretPushed {
		fields = append(fields, "channel.config.authScheme.value")
	} else if got.LastUpdated.Truncate(time.Second).After(f.seenAt) {
		fields = append(fields, "channel.config.authScheme.value (can't be read; the hook was changed at "+got.LastUpdated.UTC().Format(time.RFC3339)+")")
	}
	return fields
}

func schemeKey(scheme *okta.AuthScheme) string {
	if scheme == nil {
		return ""
	}
	return scheme.Key
}

// sameHeaders compares as HTTP does: names in any case, in any order.
func sameHeaders(a, b []okta.Header) bool { return slices.Equal(normal(a), normal(b)) }

func normal(headers []okta.Header) []string {
	var all []string
	for _, h := range headers {
		all = append(all, strings.ToLower(h.Key)+": "+h.Value)
	}
	slices.Sort(all)
	return all
}

// headerNames leaves the values out: somebody may have put a secret there.
func headerNames(headers []okta.Header) string {
	var names []string
	for _, h := range headers {
		names = append(names, h.Key)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
