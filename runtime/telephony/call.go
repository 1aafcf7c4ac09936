package telephony

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

// call is what Okta asks for.
type call struct {
	req         *hook.Request
	channel     v1alpha1.TelephonyChannel
	number      number
	code        string
	template    string // the text that Okta rendered; empty for calls
	language    string // BCP 47 with a region, such as en-US; empty if Okta names none
	expiresIn   time.Duration
	requestType v1alpha1.TelephonyRequestType // empty if it is one that nobody knows
	userID      string
	login       string
}

// requestTypes has the names that Okta gives to what a code is for.
var requestTypes = map[string]v1alpha1.TelephonyRequestType{
	"com.okta.user.telephony.pre-enrollment":   v1alpha1.RequestPreEnrollment,
	"com.okta.user.telephony.mfa-verification": v1alpha1.RequestMFAVerification,
	"com.okta.user.telephony.account-unlock":   v1alpha1.RequestAccountUnlock,
	"com.okta.user.telephony.password-reset":   v1alpha1.RequestPasswordReset,
}

// readCall reads a request. Without a number, a channel and a code, or a text with one, there is nothing to send: the error is a
// *hook.Failure with RequestInvalid. Anything else may be missing.
func readCall(req *hook.Request, now time.Time) (call, error) {
	data := expr.Object(req.Body(), "data")
	message, user := expr.Object(data, "messageProfile"), expr.Object(data, "userProfile")
	c := call{
		req:         req,
		code:        textOf(message["otpCode"]),
		template:    textOf(message["msgTemplate"]),
		language:    languageTag(textOf(message["locale"])),
		expiresIn:   untilExpiry(textOf(message["otpExpires"]), req.EventTime, now),
		requestType: requestTypes[req.RequestType],
		userID:      textOf(user["userId"]),
		login:       textOf(user["login"]),
	}
	phoneNumber := textOf(message["phoneNumber"])
	if phoneNumber == "" {
		return call{}, invalid("data.messageProfile.phoneNumber is missing")
	}
	var err error
	if c.channel, err = channelOf(textOf(message["deliveryChannel"]), c.template); err != nil {
		return call{}, err
	}
	// Okta's preview renders a text, but makes no code.
	if c.code == "" && (c.template == "" || c.channel == v1alpha1.ChannelVoice) {
		return call{}, invalid("data.messageProfile.otpCode is missing")
	}
	c.number = parseNumber(phoneNumber)
	return c, nil
}

func invalid(problem string) error { return hook.Fail(hook.RequestInvalid, errors.New(problem)) }

// channelOf takes everything that is not SMS for a call: Okta's pages and orgs name it CALL, Voice and VOICE
// CALL. Only texts come with a template.
func channelOf(name, template string) (v1alpha1.TelephonyChannel, error) {
	switch {
	case strings.EqualFold(name, "sms"), name == "" && template != "":
		return v1alpha1.ChannelSMS, nil
	case name == "":
		return "", invalid("data.messageProfile.deliveryChannel is missing, and so is msgTemplate, which would tell that it is a text message")
	default:
		return v1alpha1.ChannelVoice, nil
	}
}

// textOf is the text of a member, or "" if it has none. Older examples of Okta's have codes and numbers as
// JSON numbers.
func textOf(value any) string {
	switch v := value.(type) {
	case string:
		return strings.TrimSpace(v)
	case int64:
		return strconv.FormatInt(v, 10)
	default:
		return ""
	}
}

// untilExpiry is how long a code that expires at a time is good for: seen from when Okta made the call, so
// that only Okta's clock counts; 0 if that can't be told or is over.
func untilExpiry(expires, eventTime string, now time.Time) time.Duration {
	end, err := time.Parse(time.RFC3339, expires)
	if err != nil {
		return 0
	}
	start, err := time.Parse(time.RFC3339, eventTime)
	if err != nil {
		start = now
	}
	return max(end.Sub(start), 0)
}
