package expr

import "github.com/hookline/hookline/runtime/hook"

// SelfServiceRegistration and ProgressiveProfile are the requestType of the two kinds of registration
// calls. Classic Engine orgs, which know only the first, leave the member out.
const (
	SelfServiceRegistration = "self.service.registration"
	ProgressiveProfile      = "progressive.profile"
)

// variable is a name that expressions can use.
type variable struct {
	name string
	is   shape
	// of finds the value.
	of func(in *input) any
}

// within is a variable for the object at path in the body. Where the request has no such object it is empty
// rather than absent: has(update.email) is false in a sign-up and not an error.
func within(name string, is shape, path ...string) variable {
	return variable{name, is, func(in *input) any { return Object(in.body, path...) }}
}

// given is a variable that [Program.With] brings along.
func given(name string, is shape) variable {
	return variable{name, is, func(in *input) any { return Object(in.program.given, name) }}
}

// vocabulary is what the expressions of one hook type can name.
type vocabulary struct {
	// call is what Okta sends: the variable request.
	call *object
	// shorthands are variables for parts of it.
	shorthands []variable
	// scopes has what can be named besides, where more is known than the call.
	scopes map[Scope][]variable
}

// vocabularies has one entry for each hook type, by Okta's id.
var vocabularies = map[string]vocabulary{
	hook.PasswordImport: {call: passwordImportCall},
	hook.Registration: {
		call: registrationCall,
		shorthands: []variable{
			{"user", open, registeredUser},
			within("update", open, "data", "userProfileUpdate"),
		},
	},
	hook.Telephony: {
		call: telephonyCall,
		shorthands: []variable{
			within("message", phoneMessage, "data", "messageProfile"),
			within("user", phoneUser, "data", "userProfile"),
		},
		scopes: map[Scope][]variable{
			ProviderRequest:  {given("send", sendObject)},
			ProviderResponse: {given("send", sendObject), given("response", responseObject)},
		},
	},
	hook.Token: {
		call:       tokenCall,
		shorthands: []variable{within("user", oktaUser, "data", "context", "user")},
	},
	hook.SAMLAssertion: {
		call:       samlCall,
		shorthands: []variable{within("user", oktaUser, "data", "context", "user")},
	},
	hook.UserImport: {
		call: userImportCall,
		shorthands: []variable{
			within("appUser", open, "data", "appUser", "profile"),
			within("user", open, "data", "user", "profile"),
		},
	},
}

// registeredUser is the profile as submitted by somebody who signs up, or as Okta has it in a profile update.
func registeredUser(in *input) any {
	if in.req.RequestType == ProgressiveProfile {
		return Object(in.body, "data", "context", "user", "profile")
	}
	return Object(in.body, "data", "userProfile")
}

// Object is the object at path in body, or an empty one if something else or nothing is there.
func Object(body map[string]any, path ...string) map[string]any {
	for _, name := range path {
		body, _ = body[name].(map[string]any)
	}
	if body == nil {
		return map[string]any{}
	}
	return body
}

// variables are what can be named in a scope; false if the hook type does not have it.
func (v vocabulary) variables(scope Scope) ([]variable, bool) {
	more, known := v.scopes[scope]
	if !known && scope != CallOnly {
		return nil, false
	}
	all := []variable{{"request", v.call, func(in *input) any { return in.body }}}
	return append(append(all, v.shorthands...), more...), true
}
