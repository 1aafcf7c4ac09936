package oktasim

import "fmt"

// boundHook returns a copy of the hook that a flow calls, nil for none: the one
// that is named by id or, while none is and trigger allows it, the oldest ACTIVE
// one of the type. dangling: what is named is gone or INACTIVE, which Okta allows
// to happen. o.mu is held.
func (o *Org) boundHook(hookType, id string, trigger HookTrigger) (h *hook, dangling bool) {
	var found *hook
	switch {
	case id != "":
		named, err := o.hooks.find(id)
		if err != nil || !named.active {
			return nil, true
		}
		found = named
	case trigger == TriggerAny:
		found = o.hooks.activeOf(hookType)
	}
	if found == nil {
		return nil, false
	}
	clone := *found
	return &clone, false
}

// checkBinding refuses to name a hook that there is not or that has another type;
// field is the member that names it. o.mu is held.
func (o *Org) checkBinding(field, hookType, id string) error {
	h, err := o.hooks.find(id)
	if err != nil || h.spec.hookType != hookType {
		return errInvalid(field, fmt.Sprintf("%s: There is no inline hook of type %s with the id '%s'", field, hookType, id))
	}
	return nil
}

// logDangling writes that a hook is named and cannot be called. What Okta does then
// is not known; a flow whose hook may fail goes on, and the log says so. o.mu is
// held.
func (o *Org) logDangling(r *request, hookType, id, effect string) {
	target := entity{ID: id, Type: "InlineHook", AlternateID: hookType, DisplayName: id}
	o.addEvent(r, eventHookExecuted, "Inline hook executed", "The inline hook is missing or inactive. "+effect, nil, target)
}
