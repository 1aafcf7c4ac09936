package oktasim

import (
	"encoding/json"
	"net/http"
	"strings"
)

// The commands of the types whose value is an object.
const (
	commandAction             = "com.okta.action.update"
	commandProfile            = "com.okta.user.profile.update"
	commandProgressiveProfile = "com.okta.user.progressive.profile.update"
)

// enrollment is one of the two requests a registration hook gets, with the texts
// the user sees in the Sign-In Widget when it goes wrong.
type enrollment struct {
	requestType string
	// command is the one that changes attributes; the other one is an error.
	command string
	// denied: a denial without an error object. refused: an error object without
	// causes. failed: no good reply.
	denied, refused, failed string
}

var (
	selfService = enrollment{
		requestType: "self.service.registration",
		command:     commandProfile,
		denied:      "Registration denied.",
		refused:     "Registration cannot be completed at this time.",
		failed:      "There was an error creating your account. Please try registering again",
	}
	progressive = enrollment{
		requestType: "progressive.profile",
		command:     commandProgressiveProfile,
		denied:      "Profile update denied.",
		refused:     "We found some errors. Please review the form and make corrections.",
		failed:      "There was an error updating your profile. Please try again later.",
	}
)

// formMessage is one text the user sees, at a field if Field names one.
type formMessage struct {
	Message string `json:"message"`
	Class   string `json:"class"` // ERROR
	Field   string `json:"field,omitempty"`
}

type enrollmentView struct {
	Version  string        `json:"version"`
	Messages *messagesView `json:"messages,omitempty"`
	User     *enrolledUser `json:"user,omitempty"`
}

type messagesView struct {
	Type  string        `json:"type"`
	Value []formMessage `json:"value"`
}

type enrolledUser struct {
	Type  string   `json:"type"`
	Value userView `json:"value"`
}

// refuseForm is the answer to a form that is not accepted.
func refuseForm(messages ...formMessage) reply {
	for i := range messages {
		messages[i].Class = "ERROR"
	}
	return reply{
		status: http.StatusBadRequest,
		body:   enrollmentView{Version: "1.0.0", Messages: &messagesView{"array", messages}},
	}
}

func (o *Org) acceptForm(r *request, u *user) reply {
	return ok(enrollmentView{Version: "1.0.0", User: &enrolledUser{"object", o.userView(r, u)}})
}

// judgment is what a hook's reply comes to.
type judgment struct {
	changes  object        // attributes to set, in the order of the commands
	messages []formMessage // why it is refused; none if it is allowed
	// failure goes to the System Log.
	failure string
}

// judge applies a reply's commands in their order. Any error object, an empty one
// too, stops all of them.
func (e enrollment) judge(answer hookReply, submitted object) judgment {
	if answer.failed != nil {
		return e.judgeError(*answer.failed, submitted)
	}
	result := judgment{changes: object{}}
	denied := false
	for _, c := range answer.commands {
		value, _ := parseObject(c.value) // parseReply saw that it is an object
		switch c.kind {
		case e.command:
			result.changes = mergeKeepingNull(result.changes, value)
		case commandAction:
			switch stringMember(value, "registration") {
			case "ALLOW":
				denied = false
			case "DENY":
				denied = true
			default:
				return e.broken("the inline hook responded with a registration that is neither ALLOW nor DENY")
			}
		default:
			return e.broken("the inline hook responded with a command that this request does not have")
		}
	}
	if denied {
		result.messages = []formMessage{{Message: e.denied}}
	}
	return result
}

func (e enrollment) broken(reason string) judgment {
	return judgment{messages: []formMessage{{Message: e.failed}}, failure: reason}
}

// judgeError shows the causes, inline where location names a submitted attribute.
func (e enrollment) judgeError(failed replyError, submitted object) judgment {
	result := judgment{failure: failed.text()}
	for _, cause := range failed.causes {
		message := formMessage{Message: cause.summary}
		if message.Message == "" {
			message.Message = noSummary
		}
		// Both data.userProfile.x and data.userProfileUpdate.x are in use.
		name := cause.location[strings.LastIndexByte(cause.location, '.')+1:]
		if _, inForm := submitted[name]; inForm {
			message.Field = name
		}
		result.messages = append(result.messages, message)
	}
	if len(result.messages) == 0 {
		result.messages = []formMessage{{Message: e.refused}}
	}
	return result
}

// mergeKeepingNull lays changes over others; a null stays, to remove an attribute.
func mergeKeepingNull(onto, changes object) object {
	for name, value := range changes {
		onto[name] = value
	}
	return onto
}

// registrationHook returns the hook of the flows, nil for none. A rule that names
// a hook which is gone or INACTIVE is a configuration error: what Okta does then
// is not known, and the flow fails here so that the error is seen.
func (o *Org) registrationHook() (h *hook, dangling bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.boundHook(typeRegistration, o.policies.hookID, o.opts.Registration)
}

// ask calls the registration hook, if there is one, with data and returns what it
// comes to. check refuses a set of attributes that the user cannot have.
func (o *Org) ask(r *request, e enrollment, data any, submitted object, check func(changes object) error) judgment {
	h, dangling := o.registrationHook()
	if dangling {
		return e.broken("the policy's inline hook is missing or inactive")
	}
	if h == nil {
		return judgment{}
	}
	message := o.newEnvelope(typeRegistration, o.policies.registrationID, data)
	message.RequestType = e.requestType
	body, err := json.Marshal(message)
	if err != nil {
		return e.broken(err.Error())
	}
	answer, err := o.callHook(r, *h, body)
	if err != nil {
		return e.broken(err.Error()) // callHook has logged it
	}
	result := e.judge(answer, submitted)
	if len(result.messages) == 0 {
		if err := check(result.changes); err != nil {
			result = e.broken("the inline hook set attributes that were refused: " + err.Error())
		}
	}
	o.logProcessed(r, *h, answer, result.failure)
	return result
}
