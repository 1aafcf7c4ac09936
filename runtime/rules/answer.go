package rules

import (
	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

// answer is what Okta is told. Commands stand in the order in which Okta carries them out, and the decision
// is always said, although ALLOW is Okta's default: who reads the System Log should not have to know that.
func answer(kind v1alpha1.RegistrationRequestType, v verdict) *hook.Response {
	response := &hook.Response{
		Commands: []hook.Command{decision(v.denied)},
		// Shown in Okta's System Log. Only a name of the configuration, nothing of the person.
		DebugContext: map[string]any{"hookline": map[string]any{"rule": v.by}},
	}
	switch {
	case v.denied:
		response.Error = v.denial.toError()
	case v.profile != nil:
		response.Commands = append(response.Commands, hook.Command{Type: profileCommand(kind), Value: v.profile})
	}
	return response
}

// decision is the command that allows or denies. Its key is registration: Okta's prose says action in some
// places, its examples never.
func decision(denied bool) hook.Command {
	value := "ALLOW"
	if denied {
		value = "DENY"
	}
	return hook.Command{Type: hook.CommandActionUpdate, Value: map[string]any{"registration": value}}
}

// profileCommand sets attributes. Each kind of call knows only its own.
func profileCommand(kind v1alpha1.RegistrationRequestType) string {
	if kind == v1alpha1.RequestProgressiveProfile {
		return hook.CommandProgressiveProfileUpdate
	}
	return hook.CommandProfileUpdate
}

// toError says the summary twice: Okta puts the outer one into the System Log, and its sign-in widget
// shows only those of the causes, at the field that location names or else above the form. Without an
// error object, which even an empty one is, Okta shows "Registration denied." or "Profile update denied."
func (d *denial) toError() *hook.Error {
	if d == nil {
		return nil
	}
	cause := hook.ErrorCause{ErrorSummary: d.summary, Reason: d.reason, Domain: "end-user"}
	if d.location != "" {
		cause.LocationType, cause.Location = "body", d.location
	}
	return &hook.Error{ErrorSummary: d.summary, ErrorCauses: []hook.ErrorCause{cause}}
}
