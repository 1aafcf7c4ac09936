package providertest

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The account at Twilio.
const (
	TwilioAccountSID = "AC0123456789abcdef0123456789abcdef"
	TwilioAuthToken  = "f0e1d2c3b4a5968778695a4b3c2d1e0f"
	TwilioKeySID     = "SK0123456789abcdef0123456789abcdef"
	TwilioKeySecret  = "q6Zr1vGkT0pYwB9sXn2uJc8mLhF4dEaR"
	// TwilioSender is a number that messages and calls may come from.
	TwilioSender = "+15005550006"
)

var (
	e164             = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)
	twilioServiceSID = regexp.MustCompile(`^MG[0-9a-fA-F]{32}$`)
)

func (s *Sim) twilio() vendor {
	return vendor{name: Twilio, handle: s.handleTwilio, refuse: refuseTwilio}
}

// refuseTwilio is an error as Twilio answers it.
func refuseTwilio(status int, code string) outcome {
	number, _ := strconv.Atoi(code)
	content := map[string]any{
		"status": status, "message": "The request for " + numberInMessage + " was refused",
		"more_info": "https://www.twilio.com/docs/errors/" + code,
	}
	if number != 0 {
		content["code"] = number
	}
	return jsonOutcome(status, content)
}

// numberInMessage stands in the texts of errors, as the number that a message goes to often does. Nobody may
// repeat it.
const numberInMessage = "+15005550199"

func jsonOutcome(status int, content any) outcome {
	body, err := json.Marshal(content)
	if err != nil {
		return outcome{status: http.StatusInternalServerError, body: err.Error()}
	}
	return outcome{status: status, contentType: "application/json", body: string(body)}
}

func (s *Sim) handleTwilio(r *http.Request, path string, body []byte) outcome {
	user, password, _ := r.BasicAuth()
	if (user != TwilioAccountSID || password != TwilioAuthToken) && (user != TwilioKeySID || password != TwilioKeySecret) {
		return refuseTwilio(http.StatusUnauthorized, "20003")
	}
	account, resource, _ := strings.Cut(strings.TrimPrefix(path, "/2010-04-01/Accounts/"), "/")
	if r.Method != http.MethodPost || account != TwilioAccountSID || resource != "Messages.json" && resource != "Calls.json" {
		return refuseTwilio(http.StatusNotFound, "20404")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		return refuseTwilio(http.StatusUnsupportedMediaType, "20012")
	}
	d := &Delivery{Vendor: Twilio, Channel: "SMS", To: form.Get("To"), From: form.Get("From")}
	refused := ""
	if resource == "Calls.json" {
		d.Channel = "Voice"
		refused = s.twilioCall(form, d)
	} else {
		refused = s.twilioMessage(form, d)
	}
	if refused != "" {
		return refuseTwilio(http.StatusBadRequest, refused)
	}
	if d.Channel == "Voice" {
		d.ID = s.nextID("CA", 32)
	} else {
		d.ID = s.nextID("SM", 32)
	}
	result := jsonOutcome(http.StatusCreated, map[string]any{
		"sid": d.ID, "account_sid": account, "to": d.To, "from": d.From, "status": "queued", "error_code": nil,
		"error_message": nil, "price": nil, "num_segments": "1", "direction": "outbound-api",
	})
	result.deliver = d
	return result
}

// Refusals of numbers, as Twilio's test credentials have them.
var (
	twilioMessageRefusals = map[string]string{
		"+15005550001": "21211", "+15005550002": "21612", "+15005550003": "21408", "+15005550004": "21610", "+15005550009": "21614",
	}
	twilioCallRefusals = map[string]string{
		"+15005550001": "21217", "+15005550002": "21214", "+15005550003": "21215", "+15005550004": "21216",
	}
	twilioMessageSenders = map[string]string{"+15005550001": "21212", "+15005550007": "21606", "+15005550008": "21611"}
	twilioCallSenders    = map[string]string{"+15005550001": "21212"}
)

// twilioMessage reads a text message and returns the code of what is wrong, or "".
func (s *Sim) twilioMessage(form url.Values, d *Delivery) string {
	service := form.Get("MessagingServiceSid")
	d.Text = form.Get("Body")
	switch {
	case d.To == "":
		return "21604"
	case d.Text == "":
		return "21602"
	case utf8.RuneCountInString(d.Text) > 1600:
		return "21617"
	case !e164.MatchString(d.To):
		return "21211"
	case service != "" && !twilioServiceSID.MatchString(service):
		return "21705"
	case service == "" && d.From == "":
		return "21603"
	}
	if code := s.senderProblem(d.From, twilioMessageSenders, "21606"); d.From != "" && code != "" {
		return code
	}
	if d.From == "" {
		d.From = service
	}
	if period := form.Get("ValidityPeriod"); period != "" {
		seconds, err := strconv.Atoi(period)
		if err != nil || seconds < 1 || seconds > 36000 {
			return "20001"
		}
		d.Expires = float64(seconds)
	}
	return twilioMessageRefusals[d.To]
}

func (s *Sim) senderProblem(sender string, magic map[string]string, otherwise string) string {
	if code, found := magic[sender]; found {
		return code
	}
	if !s.hasSender(sender) {
		return otherwise
	}
	return ""
}

// twilioCall reads a call and returns the code of what is wrong, or "".
func (s *Sim) twilioCall(form url.Values, d *Delivery) string {
	switch {
	case !e164.MatchString(d.To):
		return "21217"
	case d.From == "":
		return "21213"
	}
	if code := s.senderProblem(d.From, twilioCallSenders, "21210"); code != "" {
		return code
	}
	if seconds, err := strconv.Atoi(form.Get("Timeout")); form.Has("Timeout") && (err != nil || seconds < 1 || seconds > 600) {
		return "20001"
	}
	switch {
	case form.Has("Url"): // wins over Twiml
		d.URL = form.Get("Url")
	case form.Has("Twiml"):
		if err := readTwiml(form.Get("Twiml"), d); err != nil {
			return "12100"
		}
	default:
		return "21205"
	}
	return twilioCallRefusals[d.To]
}

// readTwiml reads what a call says.
func readTwiml(text string, d *Delivery) error {
	if utf8.RuneCountInString(text) > 4000 {
		return fmt.Errorf("too long")
	}
	var document struct {
		XMLName xml.Name `xml:"Response"`
		Say     []struct {
			Language string `xml:"language,attr"`
			Voice    string `xml:"voice,attr"`
			Text     string `xml:",chardata"`
		} `xml:"Say"`
	}
	if err := xml.Unmarshal([]byte(text), &document); err != nil {
		return err
	}
	for _, say := range document.Say {
		d.Said = append(d.Said, say.Text)
		d.Language, d.Voice = say.Language, say.Voice
	}
	return nil
}
