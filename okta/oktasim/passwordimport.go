package oktasim

import (
	"encoding/json"
	"errors"
)

// passwordData is the data of a password import request. It has the password in
// clear text, as Okta's has.
type passwordData struct {
	Context struct {
		Request    triggerView    `json:"request"`
		Credential credentialData `json:"credential"`
	} `json:"context"`
	Action struct {
		Credential string `json:"credential"`
	} `json:"action"`
}

type credentialData struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// Why a password was not imported; the texts go to the System Log.
var (
	errNoImportHook = errors.New("no active password import inline hook")
	errUnverified   = errors.New("the inline hook did not verify the credential")
	errUserChanged  = errors.New("the user was changed meanwhile")
)

// importPassword asks the org's one password import hook about a password and,
// if it is right, stores it, so that the hook is not asked again. Every call to
// the hook leaves one user.import.password event. The error says why the user
// cannot sign in.
func (o *Org) importPassword(r *request, u user, username, password string) error {
	h, found := o.activeHook(typePasswordImport)
	if !found {
		return errNoImportHook // nothing was called, so there is no import event
	}
	err := o.askPasswordHook(r, h, u, username, password)
	reason := ""
	if err != nil {
		reason = err.Error()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.addEvent(r, eventImport, "Import user password", reason, nil, u.entity())
	return err
}

// activeHook returns a copy of the ACTIVE hook of a type, fit for use without o.mu.
func (o *Org) activeHook(hookType string) (hook, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	h := o.hooks.activeOf(hookType)
	if h == nil {
		return hook{}, false
	}
	return *h, true
}

func (o *Org) askPasswordHook(r *request, h hook, u user, username, password string) error {
	var data passwordData
	data.Context.Request = r.trigger()
	data.Context.Credential = credentialData{username, password}
	data.Action.Credential = "UNVERIFIED"
	body, err := json.Marshal(o.newEnvelope(typePasswordImport, r.base+"/api/v1/inlineHooks/"+h.id, data))
	if err != nil {
		return err
	}
	answer, err := o.callHook(r, h, body)
	if err != nil {
		return err
	}
	verified, err := judgePassword(answer)
	if err != nil {
		o.logProcessed(r, h, answer, err.Error())
		return err
	}
	o.logProcessed(r, h, answer, "")
	switch {
	case !verified:
		return errUnverified
	case !o.storePassword(u.id, hookedImport, password):
		return errUserChanged
	}
	return nil
}

// judgePassword applies a reply. No command, and a 204, is the default:
// UNVERIFIED. The type has no error object; one beside VERIFIED is a service that
// contradicts itself and is not believed.
func judgePassword(answer hookReply) (verified bool, err error) {
	if answer.failed != nil {
		return false, errors.New("the inline hook responded with an error object, which this type does not have")
	}
	if len(answer.commands) == 0 {
		return false, nil
	}
	if len(answer.commands) > 1 {
		return false, errors.New("the inline hook responded with more than one command")
	}
	c := answer.commands[0]
	value, err := parseObject(c.value)
	if err != nil || c.kind != commandAction {
		return false, errors.New("the inline hook responded with a command that this type does not have")
	}
	switch stringMember(value, "credential") {
	case "VERIFIED":
		return true, nil
	case "UNVERIFIED":
		return false, nil
	}
	return false, errors.New("the inline hook responded with a credential that is neither VERIFIED nor UNVERIFIED")
}
