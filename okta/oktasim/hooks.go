package oktasim

import "net/http"

func (o *Org) listHooks(r *request) (reply, error) {
	wanted, filtered := r.query("type")
	if _, known := hookTypes[wanted]; filtered && !known {
		return reply{}, errInvalid("type", "type: '"+wanted+"' is not an inline hook type")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	views := []hookView{}
	for _, h := range o.hooks.hooks {
		if !filtered || h.spec.hookType == wanted {
			views = append(views, h.view(r.base))
		}
	}
	return ok(views), nil
}

// createHook answers 200, not 201, and the hook is ACTIVE whatever status was
// asked for; both are recorded.
func (o *Org) createHook(r *request) (reply, error) {
	spec, err := decodeHook(r.body, hookSpec{})
	if err != nil {
		return reply{}, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := invalidFields(spec.check(o.keys.has)); err != nil {
		return reply{}, err
	}
	if err := o.hooks.checkCreate(spec, o.opts.MaxHooks); err != nil {
		return reply{}, err
	}
	now := o.now()
	h := &hook{id: o.ids.next("cal"), spec: spec, active: true, created: now, lastUpdated: now}
	o.hooks.hooks = append(o.hooks.hooks, h)
	o.logHook(r, h, "created")
	return ok(h.view(r.base)), nil
}

func (o *Org) getHook(r *request) (reply, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	h, err := o.hooks.find(r.vars["id"])
	if err != nil {
		return reply{}, err
	}
	return ok(h.view(r.base)), nil
}

// replaceHook clears what the body leaves out; the type may be left out.
func (o *Org) replaceHook(r *request) (reply, error) {
	return o.writeHook(r, func(h *hook) hookSpec { return hookSpec{hookType: h.spec.hookType} })
}

// updateHook changes what the body has. No exchange with this endpoint is
// recorded; a partial update is what POST means elsewhere in Okta's API.
func (o *Org) updateHook(r *request) (reply, error) {
	return o.writeHook(r, func(h *hook) hookSpec { return h.spec })
}

func (o *Org) writeHook(r *request, base func(*hook) hookSpec) (reply, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	h, err := o.hooks.find(r.vars["id"])
	if err != nil {
		return reply{}, err
	}
	spec, err := decodeHook(r.body, base(h))
	if err != nil {
		return reply{}, err
	}
	if spec.hookType != h.spec.hookType {
		return reply{}, errInvalid("type", "type: The type of an inline hook cannot be changed")
	}
	if err := invalidFields(spec.check(o.keys.has)); err != nil {
		return reply{}, err
	}
	if err := o.hooks.checkName(spec.name, h.id); err != nil {
		return reply{}, err
	}
	h.spec = spec
	o.touch(h)
	o.logHook(r, h, "updated")
	return ok(h.view(r.base)), nil
}

func (o *Org) touch(h *hook) {
	h.lastUpdated = o.now()
	h.revision++
}

// deleteHook refuses an ACTIVE hook. That it is refused is documented, how is
// not: the body follows Okta's recorded refusal to delete an active app.
func (o *Org) deleteHook(r *request) (reply, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	h, err := o.hooks.find(r.vars["id"])
	if err != nil {
		return reply{}, err
	}
	if h.active {
		return reply{}, &apiError{
			http.StatusForbidden, "E0000056", "Delete inline hook forbidden.",
			[]string{"The inline hook must be deactivated before deletion."},
		}
	}
	i := o.hooks.index(h.id)
	o.hooks.hooks = append(o.hooks.hooks[:i:i], o.hooks.hooks[i+1:]...)
	o.logHook(r, h, "deleted")
	return noContent(), nil
}

func (o *Org) activateHook(r *request) (reply, error)   { return o.setHookActive(r, true) }
func (o *Org) deactivateHook(r *request) (reply, error) { return o.setHookActive(r, false) }

// setHookActive answers a repeated call like the first one and changes nothing.
// What Okta does then is not known; a fault can answer with a refusal.
func (o *Org) setHookActive(r *request, active bool) (reply, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	h, err := o.hooks.find(r.vars["id"])
	if err != nil {
		return reply{}, err
	}
	if h.active == active {
		return ok(h.view(r.base)), nil
	}
	change := "deactivated"
	if active {
		if err := o.hooks.checkActivate(h.spec.hookType, h.id); err != nil {
			return reply{}, err
		}
		change = "activated"
	}
	h.active = active
	o.touch(h)
	o.logHook(r, h, change)
	return ok(h.view(r.base)), nil
}

// Hook is a stored inline hook with what the API never shows.
type Hook struct {
	ID, Name, Type, Version string
	Status                  string // ACTIVE or INACTIVE
	ChannelType             string // HTTP or OAUTH
	URI                     string
	Headers                 map[string]string
	// AuthKey and AuthValue are the secret header of an HTTP channel.
	AuthKey, AuthValue string
	// ClientSecret is the secret of an OAUTH channel with client_secret_post.
	ClientSecret string
}

// Hooks returns the org's inline hooks in order of creation, secrets included:
// how a test sees which secret a client registered.
func (o *Org) Hooks() []Hook {
	o.mu.Lock()
	defer o.mu.Unlock()
	hooks := make([]Hook, 0, len(o.hooks.hooks))
	for _, h := range o.hooks.hooks {
		public := Hook{
			ID: h.id, Name: h.spec.name, Type: h.spec.hookType, Version: h.spec.version, Status: h.status(),
			ChannelType: h.spec.channelType, URI: h.spec.uri, Headers: map[string]string{},
			ClientSecret: h.spec.clientSecret,
		}
		for _, header := range h.spec.headers {
			public.Headers[header.Key] = header.Value
		}
		if h.spec.authScheme != nil {
			public.AuthKey, public.AuthValue = h.spec.authScheme.key, h.spec.authScheme.value
		}
		hooks = append(hooks, public)
	}
	return hooks
}
