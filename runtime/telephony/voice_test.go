package telephony

import (
	"encoding/xml"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/pinpointsmsvoicev2/types"
	"golang.org/x/text/language"
)

func TestVoices(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, v := range voices {
		if _, err := language.Parse(v.tag); err != nil || seen[v.tag] {
			t.Errorf("%s stands there twice or is no language: %v", v.tag, err)
		}
		seen[v.tag] = true
		if got := voiceFor(v.tag); got != v {
			t.Errorf("%s is spoken by the voice for %s", v.tag, got.tag)
		}
		if v.twilio == "" || v.twilioLanguage == "" || v.vonage == "" {
			t.Errorf("%s has a gap: %+v", v.tag, v)
		}
		if google, isGoogle := strings.CutPrefix(v.twilio, "Google."); isGoogle && !strings.HasPrefix(google, v.twilioLanguage+"-Standard-") {
			t.Errorf("%s: voice %s does not speak %s", v.tag, v.twilio, v.twilioLanguage)
		}
		if v.aws == "" {
			continue
		}
		if !slices.Contains(types.VoiceId("").Values(), types.VoiceId(v.aws)) {
			t.Errorf("%s: AWS has no voice %s", v.tag, v.aws)
		}
		if polly, isPolly := strings.CutPrefix(v.twilio, "Polly."); isPolly && strings.ToUpper(polly) != v.aws {
			t.Errorf("%s is spoken by %s at Twilio and by %s at AWS, which are the same voices", v.tag, polly, v.aws)
		}
	}
}

// TestSentencesHaveAVoice has every language that we have a sentence in spoken by its own voice.
func TestSentencesHaveAVoice(t *testing.T) {
	t.Parallel()
	for name, sentence := range sentences {
		if got := voiceFor(sentence.tag); got.tag != sentence.tag {
			t.Errorf("%s is spoken by the voice for %s", name, got.tag)
		}
	}
}

func TestVoiceOfLanguagesThatAreNotInTheList(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		"en": "en-US", "en-NZ": "en-GB", "de-CH": "de-DE", "de-AT": "de-DE", "es-AR": "es-MX", "pt-AO": "pt-PT", "pt": "pt-BR", "no-NO": "nb-NO",
		"nn-NO": "nb-NO", "fr-BE": "fr-FR", "zh-Hant-TW": "zh-TW", "zh-SG": "zh-CN", "ar-EG": "ar", "iw-IL": "he-IL", "tl-PH": "fil-PH",
		"hr-HR": "en-US", "sr-RS": "en-US", "und": "en-US", "": "en-US", "what?": "en-US", "EN-us": "en-US",
	} {
		if got := voiceFor(tag); got.tag != want {
			t.Errorf("%s is spoken by the voice for %s, want %s", tag, got.tag, want)
		}
	}
}

func TestSpeechIsMarkup(t *testing.T) {
	t.Parallel()
	if got, want := ssml("a <b> & 1, 2."), `<speak>a &lt;b&gt; &amp; 1, 2.<break time="1s"/>a &lt;b&gt; &amp; 1, 2.</speak>`; got != want {
		t.Errorf("got %s", got)
	}
}

// FuzzSpeech has nothing in a text become markup.
func FuzzSpeech(f *testing.F) {
	f.Add("Your code is 1, 2, 3.")
	f.Add("</Say><Hangup/>]]>&amp;\x00\xff")
	f.Fuzz(func(t *testing.T, text string) {
		for _, document := range []string{ssml(text), twiml(text, voices[0])} {
			decoder := xml.NewDecoder(strings.NewReader(document))
			var elements []string
			for {
				token, err := decoder.Token()
				if token == nil {
					if err.Error() != "EOF" {
						t.Fatalf("%q is no XML: %v", document, err)
					}
					break
				}
				if start, ok := token.(xml.StartElement); ok {
					elements = append(elements, start.Name.Local)
				}
			}
			if got := strings.Join(elements, " "); got != "speak break" && got != "Response Say Pause Say" {
				t.Errorf("%q has the elements %s", document, got)
			}
		}
	})
}

// FuzzReplies has providers answer anything: what does not name the message is never Sent, and nothing of it
// is repeated but codes and ids.
func FuzzReplies(f *testing.F) {
	f.Add(201, []byte(`{"sid":"SM1","status":"queued"}`))
	f.Add(200, []byte(`{"messages":[{"status":"0","message-id":"a"},{"status":"7"}]}`))
	f.Add(400, []byte(`{"code":21211,"message":"The number +15005550010 is not valid","status":400}`))
	f.Add(200, []byte(`{"uuid":"a","status":"started"}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		got := reply{status: status, body: body}
		for name, result := range map[string]Result{
			"twilio": twilioResult(got, theNumber), "vonage": vonageMessageResult(got, theNumber), "vonage call": vonageCallResult(got, theNumber),
		} {
			if !slices.Contains(Classes(), result.Class) || (result.Err == nil) != (result.Class == Sent) {
				t.Errorf("%s: got %+v", name, result)
			}
			if result.Class == Sent && (status < 200 || status > 299) {
				t.Errorf("%s: status %d is sent", name, status)
			}
			if strings.Contains(result.TransactionID, theNumber[1:]) || sanitizeCode(result.Code) != result.Code {
				t.Errorf("%s: got %+v", name, result)
			}
		}
	})
}
