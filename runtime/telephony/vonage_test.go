package telephony

import (
	"strings"
	"testing"

	"github.com/hookline/hookline/api/v1alpha1"
)

func TestVonageSendsAsUnicodeOnlyWhatMustBe(t *testing.T) {
	t.Parallel()
	for text, isUnicode := range map[string]bool{
		"Your code is 1234.": false, "äöüß ÄÖÜ éè à ñ £¥€ [~] {|} \\ ^": false, "line\nline\r": false, "Ελλ": true, "ΔΦΓ": false,
		"`": true, "ç": true, "Ç": false, "日本": true, "–": true, "’": true, "🔑": true, "\t": true, "": false,
	} {
		if isGSM7(text) == isUnicode {
			t.Errorf("%q: GSM 7-bit is %t", text, !isUnicode)
		}
	}
	r := newRig(t, "vonage")
	for text, kind := range map[string]string{"plain": "", "日本": "unicode"} {
		r.sim.Reset()
		m := theMessage(v1alpha1.ChannelSMS)
		m.Text = text
		r.expect(t, r.send(t, m), Sent, 1, 1)
		if got := r.sim.Deliveries()[0]; got.Type != kind || got.Text != text || got.Reference != "e-1" {
			t.Errorf("delivered %+v", got)
		}
	}
}

func TestVonageTakesTextsOfSeveralParts(t *testing.T) {
	t.Parallel()
	r := newRig(t, "vonage")
	m := theMessage(v1alpha1.ChannelSMS)
	m.Text = strings.Repeat("Your code is 1234. ", 30)
	m.EventID = strings.Repeat("e", vonageLongestReference+1)
	result := r.send(t, m)
	r.expect(t, result, Sent, 1, 1)
	if got := r.sim.Deliveries()[0]; result.TransactionID != got.ID || got.Reference != "" {
		t.Errorf("result %+v of %+v", result, got)
	}
}

func TestVonageSendsFromNames(t *testing.T) {
	t.Parallel()
	r := newRig(t, "vonage")
	m := theMessage(v1alpha1.ChannelSMS)
	m.From = "ACME"
	r.expect(t, r.send(t, m), Sent, 1, 1)
	if got := r.sim.Deliveries()[0].From; got != "ACME" {
		t.Errorf("came from %s", got)
	}
}

func TestAnswersOfVonage(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		body string
		want Class
	}{
		"one part":                           {`{"messages":[{"status":"0","message-id":"a"}]}`, Sent},
		"two parts":                          {`{"messages":[{"status":"0","message-id":"a"},{"status":"0","message-id":"b"}]}`, Sent},
		"no part":                            {`{"messages":[]}`, Unknown},
		"no parts at all":                    {`{}`, Unknown},
		"a part without an id":               {`{"messages":[{"status":"0"}]}`, Unknown},
		"a part without a status":            {`{"messages":[{"message-id":"a"}]}`, Unknown},
		"both parts refused":                 {`{"messages":[{"status":"7"},{"status":"7"}]}`, InvalidNumber},
		"the first part refused":             {`{"messages":[{"status":"7"},{"status":"0","message-id":"b"}]}`, Unknown},
		"the second part refused":            {`{"messages":[{"status":"0","message-id":"a"},{"status":"9"}]}`, Unknown},
		"a status that is a number":          {`{"messages":[{"status":0,"message-id":"a"}]}`, Unknown},
		"no JSON":                            {`<html>`, Unknown},
		"the first refused, the second open": {`{"messages":[{"status":"7"},{"status":"5"}]}`, Unknown},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := vonageMessageResult(reply{status: 200, body: []byte(tc.body)}, theNumber); got.Class != tc.want {
				t.Errorf("got %+v", got)
			}
		})
	}
	for _, status := range vonageEnded {
		if got := vonageCallResult(reply{status: 201, body: []byte(`{"uuid":"a","status":"` + status + `"}`)}, theNumber); got.Class != Unknown {
			t.Errorf("call that was created as %s is %s", status, got.Class)
		}
	}
}

func TestVoiceOfVonageSpeaksTheLanguage(t *testing.T) {
	t.Parallel()
	r := newRig(t, "vonage")
	for i, language := range []string{"zh-CN", "nn-NO", ""} {
		m := theMessage(v1alpha1.ChannelVoice)
		m.Language = language
		r.expect(t, r.send(t, m), Sent, i+1, i+1)
		if got, want := r.sim.Deliveries()[i].Language, []string{"cmn-CN", "nb-NO", "en-US"}[i]; got != want {
			t.Errorf("%q is spoken as %q", language, got)
		}
	}
}

func TestKeyOfAnotherApplicationIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t, "vonage", func(r *rig) { r.spec.Vonage.Voice.ApplicationID = "bbbbbbbb-bbbb-4ccc-8ddd-0123456789ab" })
	r.expect(t, r.send(t, theMessage(v1alpha1.ChannelVoice)), Rejected, 0, 1)
	r.sim.Reset()
	r.expect(t, r.send(t, theMessage(v1alpha1.ChannelSMS)), Sent, 1, 1)
}
