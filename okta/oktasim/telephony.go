package oktasim

import (
	"cmp"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// otpLife is how long a one-time code is good for.
const otpLife = 5 * time.Minute

// commandTelephony is the one command of the telephony type.
const commandTelephony = "com.okta.telephony.action"

// codePurpose is what a one-time code is for: what the hook is told and the events
// of the System Log.
type codePurpose struct {
	requestType         string
	smsEvent, callEvent string
}

var (
	forEnrollment = codePurpose{
		"com.okta.user.telephony.pre-enrollment",
		"system.sms.send_phone_verification_message", "system.voice.send_phone_verification_call",
	}
	forSignIn = codePurpose{
		"com.okta.user.telephony.mfa-verification",
		"system.sms.send_factor_verify_message", "system.voice.send_mfa_challenge_call",
	}
	forPasswordReset = codePurpose{
		"com.okta.user.telephony.password-reset",
		"system.sms.send_password_reset_message", "system.voice.send_password_reset_call",
	}
	forUnlock = codePurpose{
		"com.okta.user.telephony.account-unlock",
		"system.sms.send_account_unlock_message", "system.voice.send_account_unlock_call",
	}
)

// oneTimeCode is six digits, as text: they may begin with 0.
type oneTimeCode struct {
	digits  string
	expires time.Time
}

func newCode(now time.Time) oneTimeCode {
	n, _ := rand.Int(rand.Reader, big.NewInt(1_000_000)) // crypto/rand.Reader never returns an error
	return oneTimeCode{digits: fmt.Sprintf("%06d", n), expires: now.Add(otpLife)}
}

// accepts reports whether given is the code, and in time. No code accepts nothing.
func (c oneTimeCode) accepts(given string, now time.Time) bool {
	return c.digits != "" && now.Before(c.expires) && subtle.ConstantTimeCompare([]byte(given), []byte(c.digits)) == 1
}

// codeMessage is a code on its way to a phone.
type codeMessage struct {
	purpose codePurpose
	kind    *factorKind
	phone   string
	user    user
	code    oneTimeCode
}

func (m codeMessage) text() string { return "Your verification code is " + m.code.digits + "." }

// event returns the type and text of the System Log's event.
func (m codeMessage) event() (eventType, message string) {
	if m.kind == smsFactor {
		return m.purpose.smsEvent, "Send SMS with a one-time code"
	}
	return m.purpose.callEvent, "Make a call with a one-time code"
}

// telephonyData is the data of a telephony request.
type telephonyData struct {
	Context struct {
		Request triggerView `json:"request"`
	} `json:"context"`
	UserProfile struct {
		FirstName string `json:"firstName"`
		LastName  string `json:"lastName"`
		Login     string `json:"login"`
		UserID    string `json:"userId"`
	} `json:"userProfile"`
	MessageProfile messageProfile `json:"messageProfile"`
}

type messageProfile struct {
	// MsgTemplate is the text with the code in it; calls have none.
	MsgTemplate     string        `json:"msgTemplate,omitempty"`
	PhoneNumber     string        `json:"phoneNumber"`
	OTPExpires      publishedTime `json:"otpExpires"`
	DeliveryChannel string        `json:"deliveryChannel"`
	OTPCode         string        `json:"otpCode"`
	Locale          string        `json:"locale"`
}

// telephonyResult is what a hook says of a code that it sent: strings for the
// System Log.
type telephonyResult struct {
	provider, transactionID, metadata string
}

// Why Okta's own provider sends a code; also the reasons of the outbox.
var (
	errNoTelephonyHook = errors.New("there is no active telephony inline hook")
	errNotDelivered    = errors.New("the inline hook responded with the status FAILED")
)

// sending runs fn under o.mu and then, without it, sends the code that fn made, if
// it made one. What the user is told does not depend on who sent it.
func (o *Org) sending(r *request, fn func() (reply, *codeMessage, error)) (reply, error) {
	rp, message, err := func() (reply, *codeMessage, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		return fn()
	}()
	if err == nil && message != nil {
		o.deliver(r, *message)
	}
	return rp, err
}

// deliver has the org's telephony hook send a code. Whenever the hook does not say
// that it has, Okta's own provider sends the code too: the user of a hook that sent
// it all the same gets two messages.
func (o *Org) deliver(r *request, m codeMessage) {
	h, found := o.activeHook(typeTelephony)
	var result telephonyResult
	err := errNoTelephonyHook
	if found {
		result, err = o.askTelephonyHook(r, h, m)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	debug := map[string]any{
		"telephonyProvider": result.provider, "transactionId": result.transactionID, "transactionMetadata": result.metadata,
	}
	if err != nil {
		o.sendItself(m, err.Error())
		debug = map[string]any{"telephonyProvider": ownProvider, "fallbackReason": err.Error()}
	}
	eventType, message := m.event()
	o.addEvent(r, eventType, message, "", debug, m.user.entity())
}

// askTelephonyHook returns what became of the code; with an error the hook has not
// sent it, as far as Okta knows.
func (o *Org) askTelephonyHook(r *request, h hook, m codeMessage) (telephonyResult, error) {
	message := o.newEnvelope(typeTelephony, r.base+"/api/v1/inlineHooks/"+h.id, o.telephonyData(r, m))
	message.RequestType = m.purpose.requestType
	body, err := json.Marshal(message)
	if err != nil {
		return telephonyResult{}, err
	}
	answer, err := o.callHook(r, h, body)
	if err != nil {
		return telephonyResult{}, err // callHook has logged it
	}
	result, err := judgeTelephony(answer)
	failure := ""
	if err != nil && !errors.Is(err, errNotDelivered) { // FAILED is a good reply
		failure = err.Error()
	}
	o.logProcessed(r, h, answer, failure)
	return result, err
}

func (o *Org) telephonyData(r *request, m codeMessage) telephonyData {
	var data telephonyData
	data.Context.Request = r.trigger()
	profile := m.user.profileObject()
	data.UserProfile.FirstName = stringMember(profile, "firstName")
	data.UserProfile.LastName = stringMember(profile, "lastName")
	data.UserProfile.Login, data.UserProfile.UserID = m.user.login, m.user.id
	data.MessageProfile = messageProfile{
		PhoneNumber: m.phone, OTPExpires: publishedTime(m.code.expires), DeliveryChannel: o.opts.VoiceChannel,
		OTPCode: m.code.digits, Locale: messageLocale(profile),
	}
	if m.kind == smsFactor {
		data.MessageProfile.DeliveryChannel, data.MessageProfile.MsgTemplate = smsFactor.channel, m.text()
	}
	return data
}

// messageLocale is the user's locale as hooks get it: en_US is EN-US.
func messageLocale(profile object) string {
	locale := strings.ReplaceAll(stringMember(profile, "locale"), "_", "-")
	return strings.ToUpper(cmp.Or(locale, "en-US"))
}

// judgeTelephony reads a reply: one command with one action, whose status says that
// the code was sent (SUCCESSFUL), may have been (PENDING) or was not (FAILED).
func judgeTelephony(answer hookReply) (telephonyResult, error) {
	if answer.failed != nil {
		return telephonyResult{}, errors.New("the inline hook responded with an error: " + answer.failed.text())
	}
	if len(answer.commands) != 1 || answer.commands[0].kind != commandTelephony {
		return telephonyResult{}, errors.New("the inline hook responded with something other than one " + commandTelephony)
	}
	var actions []object
	if err := json.Unmarshal(answer.commands[0].value, &actions); err != nil || len(actions) != 1 {
		return telephonyResult{}, errors.New("the inline hook responded with a value that is not a list of one action")
	}
	var d decoder
	status := member[string](&d, actions[0], "status").or("")
	result := telephonyResult{
		provider:      member[string](&d, actions[0], "provider").or(""),
		transactionID: member[string](&d, actions[0], "transactionId").or(""),
		metadata:      member[string](&d, actions[0], "transactionMetadata").or(""),
	}
	if d.err != nil {
		return telephonyResult{}, errors.New("the inline hook responded with an action whose members are not all strings")
	}
	switch status {
	case "SUCCESSFUL", "PENDING":
		return result, nil
	case "FAILED":
		return result, errNotDelivered
	}
	return telephonyResult{}, errors.New("the inline hook responded with a status that is none of SUCCESSFUL, PENDING and FAILED")
}
