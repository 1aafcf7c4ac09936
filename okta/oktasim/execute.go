package oktasim

import (
	"encoding/json"
	"errors"
	"net/http"
)

// executeHook sends the caller's payload through the hook and answers with the
// service's own reply. It changes nothing in the org.
func (o *Org) executeHook(r *request) (reply, error) {
	members, err := parseObject(r.body)
	if err != nil {
		return reply{}, err
	}
	o.mu.Lock()
	found, err := o.hooks.find(r.vars["id"])
	if err != nil {
		o.mu.Unlock()
		return reply{}, err
	}
	h := *found
	o.mu.Unlock()
	if !h.active { // the execute link is on ACTIVE hooks only
		return reply{}, errInvalid("status", "status: The inline hook must be active")
	}
	var d decoder
	if eventType := member[string](&d, members, "eventType").or(""); d.err != nil || eventType != h.spec.hookType {
		return reply{}, errInvalid("eventType", "eventType: The payload must have the inline hook's type "+h.spec.hookType)
	}
	answer, err := o.callHook(r, h, r.body)
	if err != nil {
		return reply{}, executeError(err)
	}
	o.logProcessed(r, h, answer, "")
	if answer.status == http.StatusNoContent {
		return noContent(), nil
	}
	return ok(json.RawMessage(answer.raw)), nil
}

// executeError is the 400 of a call without a good reply. That it is a 400 with
// details is documented; the codes are those that Okta has for a hook's failures
// elsewhere.
func executeError(err error) error {
	refusal := &apiError{http.StatusBadRequest, "E0000135", "An inline hook responded with an error.", []string{err.Error()}}
	var failure *hookFailure
	if errors.As(err, &failure) {
		switch {
		case failure.timeout:
			refusal.code, refusal.summary = "E0000137", "Okta did not receive a response from an inline hook."
		case failure.status == 0 || failure.malformed:
			refusal.code, refusal.summary = "E0000134", "Okta could not communicate correctly with an inline hook."
		}
	}
	return refusal
}
