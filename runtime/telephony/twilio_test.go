package telephony

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/telephony/providertest"
)

const theService = "MG0123456789abcdef0123456789abcdef"

func TestTwilioTakesTheAuthToken(t *testing.T) {
	t.Parallel()
	r := newRig(t, "twilio", func(r *rig) {
		token := valueOf("twilio-auth")
		r.spec.Twilio.APIKey, r.spec.Twilio.AuthToken = nil, &token
	})
	for i, channel := range bothChannels {
		r.expect(t, r.send(t, theMessage(channel)), Sent, i+1, i+1)
	}
}

func TestSendersOfTwilioMessages(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		from, service, route string
		want                 url.Values
	}{
		"the number":                              {from: "+15550100", want: url.Values{"From": {"+15550100"}}},
		"the messaging service":                   {service: theService, want: url.Values{"MessagingServiceSid": {theService}}},
		"a number of the messaging service":       {from: "ACME", service: theService, want: url.Values{"From": {"ACME"}, "MessagingServiceSid": {theService}}},
		"the sender of the route instead of both": {from: "ACME", service: theService, route: "+15550199", want: url.Values{"From": {"+15550199"}}},
		"the messaging service of the route":      {from: "+15550100", route: theService, want: url.Values{"MessagingServiceSid": {theService}}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &twilio{from: tc.from, service: tc.service}
			m := theMessage(v1alpha1.ChannelSMS)
			m.From, m.ExpiresIn = tc.route, 0
			tc.want.Set("To", theNumber)
			tc.want.Set("Body", theText)
			if diff := cmp.Diff(tc.want, p.message(m)); diff != "" {
				t.Errorf("form (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTwilioCallsFromTheNumberForCalls(t *testing.T) {
	t.Parallel()
	r := newRig(t, "twilio", func(r *rig) {
		r.spec.Twilio.From, r.spec.Twilio.Voice = "ACME", &v1alpha1.TwilioVoice{From: providertest.TwilioSender}
	})
	r.expect(t, r.send(t, theMessage(v1alpha1.ChannelVoice)), Sent, 1, 1)
}

func TestInstructionsOfTwilioCalls(t *testing.T) {
	t.Parallel()
	r := newRig(t, "twilio")
	m := theMessage(v1alpha1.ChannelVoice)
	m.Language, m.Text = "de-AT", "Ihr <Code> & \"mehr\": 4, 9\x00"
	r.expect(t, r.send(t, m), Sent, 1, 1)
	got := r.sim.Deliveries()[0]
	if want := []string{"Ihr <Code> & \"mehr\": 4, 9\uFFFD", "Ihr <Code> & \"mehr\": 4, 9\uFFFD"}; !cmp.Equal(got.Said, want) ||
		got.Language != "de-DE" || got.Voice != "Polly.Vicki" {
		t.Errorf("delivered %+v", got)
	}
	const want = `<?xml version="1.0" encoding="UTF-8"?><Response><Say language="arb" voice="Polly.Zeina">1, 2.</Say>` +
		`<Pause length="1"/><Say language="arb" voice="Polly.Zeina">1, 2.</Say></Response>`
	if got := twiml("1, 2.", voiceFor("ar-EG")); got != want {
		t.Errorf("got %s", got)
	}
}

func TestTwilioFetchesInstructions(t *testing.T) {
	t.Parallel()
	r := newRig(t, "twilio", func(r *rig) {
		r.spec.Twilio.Voice = &v1alpha1.TwilioVoice{TwimlURL: "https://handler.twilio.com/twiml/EH0123?brand=a%26b"}
	})
	r.expect(t, r.send(t, theMessage(v1alpha1.ChannelVoice)), Sent, 1, 1)
	got, err := url.Parse(r.sim.Deliveries()[0].URL)
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{"brand": {"a&b"}, "otp": {"4, 9, 3, 8, 1, 7"}, "language": {"en-US"}}
	if diff := cmp.Diff(want, got.Query()); diff != "" || got.Host != "handler.twilio.com" || got.Path != "/twiml/EH0123" {
		t.Errorf("fetches %s, query (-want +got):\n%s", got, diff)
	}
	m := theMessage(v1alpha1.ChannelVoice)
	m.Language = ""
	r.send(t, m)
	if again := r.sim.Deliveries()[1].URL; strings.Contains(again, "language") || !strings.Contains(again, "brand=") {
		t.Errorf("fetches %s", again)
	}
}

func TestCodesOfTwilioAreNumbersOrTexts(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]Result{
		`21216`: {Class: Blocked, Code: "21216"}, `"21216"`: {Class: Blocked, Code: "21216"}, `"x"`: {Class: Rejected}, `null`: {Class: Rejected},
		`-1`: {Class: Rejected}, `2.5`: {Class: Rejected}, `{}`: {Class: Rejected},
	} {
		got := twilioResult(reply{status: 400, body: []byte(`{"code":` + code + `,"status":400}`)}, theNumber)
		if got.Class != want.Class || got.Code != want.Code {
			t.Errorf("code %s: got %+v", code, got)
		}
	}
}

func TestWhatTwilioCreatesAsEndedIsNotSent(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]Class{
		`"queued"`: Sent, `"accepted"`: Sent, `"something-new"`: Sent, `"failed"`: Unknown, `"undelivered"`: Unknown, `"canceled"`: Unknown,
		`"busy"`: Unknown, `"no-answer"`: Unknown,
	} {
		got := twilioResult(reply{status: 201, body: []byte(`{"sid":"SM1","status":` + status + `}`)}, theNumber)
		if got.Class != want {
			t.Errorf("status %s is %s", status, got.Class)
		}
	}
}
