package telephony

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/outbound"
)

const (
	twilioBase = "https://api.twilio.com"
	// twilioLongestValidity is what ValidityPeriod can be at most, and is if it is left out.
	twilioLongestValidity = 36000
	// ringSeconds is how long phones ring: less than it takes most mailboxes to answer, which would keep the
	// code.
	ringSeconds = 20
)

// twilio sends through the resources Messages and Calls of Twilio's REST API 2010-04-01.
type twilio struct {
	client        *outbound.Client
	account       string // address of the account's resources
	authorization string
	from, service string // senders of messages
	caller        string // sender of calls
	twimlURL      *url.URL
}

func newTwilio(spec *v1alpha1.TwilioProvider, client *outbound.Client, secrets Secrets) (*twilio, error) {
	account, err := endpoint(spec.BaseURL, twilioBase, "/2010-04-01/Accounts/"+url.PathEscape(spec.AccountSID))
	if err != nil {
		return nil, fmt.Errorf(".baseURL: %w", err)
	}
	p := &twilio{client: client, account: account, from: spec.From, service: spec.MessagingServiceSID}
	if isNumber(spec.From) {
		p.caller = spec.From
	}
	if voice := spec.Voice; voice != nil {
		p.caller = cmp.Or(string(voice.From), p.caller)
		if voice.TwimlURL != "" {
			if p.twimlURL, err = url.Parse(voice.TwimlURL); err != nil {
				return nil, errors.New(".voice.twimlURL: can't be used as an address; write one such as https://handler.twilio.com/twiml/EH0123")
			}
		}
	}
	user, password, err := twilioCredentials(spec, secrets)
	if err != nil {
		return nil, err
	}
	p.authorization = "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	return p, nil
}

func twilioCredentials(spec *v1alpha1.TwilioProvider, secrets Secrets) (user, password string, err error) {
	switch {
	case spec.APIKey != nil:
		if password, err = readToken(secrets, spec.APIKey.SecretKeyRef); err != nil {
			return "", "", fmt.Errorf(".apiKey.secretKeyRef: %w", err)
		}
		return spec.APIKey.SID, password, nil
	case spec.AuthToken != nil:
		if password, err = readToken(secrets, spec.AuthToken.SecretKeyRef); err != nil {
			return "", "", fmt.Errorf(".authToken.secretKeyRef: %w", err)
		}
		return spec.AccountSID, password, nil
	default:
		return "", "", errors.New(": takes exactly one of authToken and apiKey")
	}
}

// Send implements [Provider].
func (p *twilio) Send(ctx context.Context, m Message) Result {
	resource, form := "/Messages.json", p.message(m)
	if m.Channel == v1alpha1.ChannelVoice {
		resource, form = "/Calls.json", p.call(m)
	}
	if form == nil {
		return unsupported("sender")
	}
	got, err := post(ctx, p.client, p.account+resource, mediaForm, form.Encode(), http.Header{"Authorization": {p.authorization}})
	if err != nil {
		return lost(err)
	}
	return twilioResult(got, m.To)
}

// Close implements [Provider].
func (p *twilio) Close() { p.client.Close() }

// message is the form of a text message; nil if there is no sender.
func (p *twilio) message(m Message) url.Values {
	form := url.Values{"To": {m.To}, "Body": {m.Text}}
	switch {
	case isMessagingService(m.From):
		form.Set("MessagingServiceSid", m.From)
	case m.From != "":
		form.Set("From", m.From)
	case p.from == "" && p.service == "":
		return nil
	default:
		setUnlessEmpty(form, "From", p.from)
		setUnlessEmpty(form, "MessagingServiceSid", p.service)
	}
	if seconds := secondsUntil(m.ExpiresIn, 1, twilioLongestValidity); seconds > 0 {
		form.Set("ValidityPeriod", strconv.FormatInt(seconds, 10))
	}
	return form
}

// isMessagingService tells the id of a messaging service from other senders, which are much shorter.
func isMessagingService(sender string) bool {
	return len(sender) == 34 && strings.HasPrefix(sender, "MG")
}

func setUnlessEmpty(form url.Values, name, value string) {
	if value != "" {
		form.Set(name, value)
	}
}

// call is the form of a call; nil if there is nobody to call from. A route's sender that is no number is one
// for text messages.
func (p *twilio) call(m Message) url.Values {
	caller := p.caller
	if isNumber(m.From) {
		caller = m.From
	}
	if caller == "" {
		return nil
	}
	form := url.Values{"To": {m.To}, "From": {caller}, "Timeout": {strconv.Itoa(ringSeconds)}}
	if p.twimlURL == nil {
		form.Set("Twiml", twiml(m.Text, voiceFor(m.Language)))
		return form
	}
	address := *p.twimlURL
	query := address.Query()
	query.Set("otp", strings.Join(strings.Split(m.Code, ""), ", "))
	setUnlessEmpty(query, "language", m.Language)
	address.RawQuery = query.Encode()
	form.Set("Url", address.String())
	return form
}

// twiml says the text twice. The voice is named, because the default one speaks a few languages only and a call
// in any other one fails when it is answered.
func twiml(text string, v voice) string {
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(text)) // a Builder has no errors
	say := `<Say language="` + v.twilioLanguage + `" voice="` + v.twilio + `">` + escaped.String() + `</Say>`
	return `<?xml version="1.0" encoding="UTF-8"?><Response>` + say + `<Pause length="1"/>` + say + `</Response>`
}

// twilioEnded are the statuses of messages and calls that nobody got. Twilio does not create any in them, so if
// one comes all the same, nobody knows.
var twilioEnded = []string{"failed", "undelivered", "canceled", "busy", "no-answer"}

func twilioResult(got reply, to string) Result {
	var content struct {
		SID    string          `json:"sid"`
		Status json.RawMessage `json:"status"` // a word in a message, a number in an error
		Code   json.Number     `json:"code"`   // or a text with one
	}
	whole := got.decode(&content)
	if got.isSuccess() {
		if whole && content.SID != "" && !slices.Contains(twilioEnded, strings.Trim(string(content.Status), `"`)) {
			return taken(got.status, content.SID, to)
		}
		return twilioCodes.refusal(got.status, "")
	}
	code := ""
	if whole {
		code = content.Code.String()
	}
	return twilioCodes.refusal(got.status, code)
}
