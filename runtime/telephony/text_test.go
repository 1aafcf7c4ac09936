package telephony

import (
	"context"
	"strings"
	"testing"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

// textAndLanguage is what the only provider gets.
func textAndLanguage(t *testing.T, message string, req *hook.Request) (text, language string) {
	t.Helper()
	spec := handlerOf("a")
	spec.Message = message
	s := build(t, spec, nil)
	s.handle(t, fromOkta(t), req)
	got := s.providers["a"].messages()
	if len(got) != 1 {
		t.Fatalf("got %d messages, want one", len(got))
	}
	return got[0].Text, got[0].Language
}

func TestTheText(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		message        string
		req            *hook.Request
		text, language string
	}{
		"a text message is what Okta rendered": {"", oktaCall(t, nil), "Your code is 482913", "en-US"},
		"a text message without one is a sentence": {"", oktaCall(t, members{"msgTemplate": nil, "locale": "de_AT"}),
			"Ihr Bestätigungscode lautet 482913.", "de-AT"},
		"a text message is what message says":     {"'ACME: ' + message.otpCode", oktaCall(t, nil), "ACME: 482913", "en-US"},
		"a text message of nobody knows what":     {"", oktaCall(t, members{"locale": nil}), "Your code is 482913", ""},
		"a call is a sentence with digits":        {"", voiceCall(t, nil), "Your verification code is 4, 8, 2, 9, 1, 3.", "en-US"},
		"a call in a language":                    {"", voiceCall(t, members{"locale": "fr_CA"}), "Votre code de vérification est 4, 8, 2, 9, 1, 3.", "fr-CA"},
		"a call in Japanese":                      {"", voiceCall(t, members{"locale": "ja"}), "確認コードは、4, 8, 2, 9, 1, 3です。", "ja-JP"},
		"a call in a language without a sentence": {"", voiceCall(t, members{"locale": "eu-ES"}), "Your verification code is 4, 8, 2, 9, 1, 3.", "en-US"},
		"a call in no language":                   {"", voiceCall(t, members{"locale": nil}), "Your verification code is 4, 8, 2, 9, 1, 3.", "en-US"},
		"a call does not read Okta's text":        {"", voiceCall(t, members{"msgTemplate": "x"}), "Your verification code is 4, 8, 2, 9, 1, 3.", "en-US"},
		"a call spells the code in message": {"'Code ' + message.otpCode + '. Again: ' + message.otpCode", voiceCall(t, members{"locale": "eu-ES"}),
			"Code 4, 8, 2, 9, 1, 3. Again: 4, 8, 2, 9, 1, 3", "eu-ES"},
		"a call with a message of no language": {"message.otpCode", voiceCall(t, members{"locale": nil}), "4, 8, 2, 9, 1, 3", "en-US"},
		"message may depend on the language": {"message.locale == 'DE-DE' ? 'Code: ' + message.otpCode : 'x'",
			oktaCall(t, members{"locale": "DE-DE"}), "Code: 482913", "de-DE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, language := textAndLanguage(t, tc.message, tc.req)
			if text != tc.text || language != tc.language {
				t.Errorf("got %q in %q, want %q in %q", text, language, tc.text, tc.language)
			}
		})
	}
}

// longExpression takes a thousand steps, in which the end of its time is noticed.
const (
	tenDigits      = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"
	longExpression = tenDigits + ".all(a, " + tenDigits + ".all(b, " + tenDigits + ".all(c, a + b + c >= 0)))"
)

// TestWhatTakesTooLongHasAskedNobody ends the time within an expression. The code of the failure is one that is
// answered with FAILED: after PENDING, nobody would send.
func TestWhatTakesTooLongHasAskedNobody(t *testing.T) {
	t.Parallel()
	asText := handlerOf("a")
	asText.Message = longExpression + " ? message.otpCode : 'x'"
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, ctx := range map[string]context.Context{
		"canceled": canceled, "over": withDeadline(t, 0), "over but for the time to say so": withDeadline(t, answerMargin),
	} {
		for field, spec := range map[string]*v1alpha1.TelephonyHandler{"message": asText, "when": routed(when(to("a"), longExpression))} {
			t.Run(name+" in "+field, func(t *testing.T) {
				t.Parallel()
				s := build(t, spec, nil)
				_, err := s.Handle(ctx, oktaCall(t, nil))
				if hook.CodeOf(err) != hook.RequestLate || len(s.providers["a"].messages()) > 0 {
					t.Errorf("got %v, want %s", err, hook.RequestLate)
				}
				kind, _ := hook.TypeByID(hook.Telephony)
				if told := delivery(t, kind.OnFailure(hook.CodeOf(err)).Response); told.Status != hook.DeliveryFailed {
					t.Errorf("Okta is told %+v", told)
				}
			})
		}
	}
}

func TestCodesAreSpelledWithinAText(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, code, want string }{
		"alone":                          {"123", "123", "1, 2, 3"},
		"in a sentence":                  {"Code: 123.", "123", "Code: 1, 2, 3."},
		"between letters":                {"コードは123です", "123", "コードは1, 2, 3です"},
		"twice":                          {"123 or 123", "123", "1, 2, 3 or 1, 2, 3"},
		"part of a longer number":        {"call 0123 or 1234", "123", "call 0123 or 1234"},
		"twice without anything between": {"123123", "123", "123123"},
		"with letters":                   {"Code A1B", "A1B", "Code A, 1, B"},
		"not there":                      {"hello", "123", "hello"},
		"leading zeros":                  {"007", "007", "0, 0, 7"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := spellWithin(tc.text, tc.code); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestLocalesOfOktaBecomeLanguageTags(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string]string{
		"EN-US": "en-US", "en_US": "en-US", "de": "de-DE", "DE": "de-DE", "de_AT": "de-AT", "zh_TW": "zh-TW", "zh-Hant-HK": "zh-HK",
		"es-419": "es-ES", "pt": "pt-BR", "pt-PT": "pt-PT", "ja": "ja-JP", "nb-NO": "nb-NO", "iw": "he-IL",
		"": "", "x": "", "english": "", "root": "", "und": "", "C": "", "en_US.UTF-8": "",
	} {
		if got := languageTag(locale); got != want {
			t.Errorf("%q: got %q, want %q", locale, got, want)
		}
	}
}

func TestThereAreSentencesInManyLanguages(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		"en-GB": "Your verification code is 1. en-GB", "zh-CN": "您的验证码是 1。 zh-CN", "zh-TW": "您的驗證碼是 1。 zh-TW",
		"zh-HK": "您的驗證碼是 1。 zh-HK", "no-NO": "Bekreftelseskoden din er 1. nb-NO", "pt-PT": "O seu código de verificação é 1. pt-PT",
		"sw-KE": "Your verification code is 1. en-US", "": "Your verification code is 1. en-US",
	} {
		s, tagged := sentenceFor(tag)
		if got := s.before + "1" + s.after + " " + tagged; got != want {
			t.Errorf("%q: got %q, want %q", tag, got, want)
		}
	}
	for name, s := range sentences {
		if languageTag(s.tag) != s.tag {
			t.Errorf("%s: %s is no tag of language and region", name, s.tag)
		}
		if found, tag := sentenceFor(s.tag); found != s || tag != s.tag {
			t.Errorf("%s: people who speak %s get %q in %s", name, s.tag, found.before, tag)
		}
		if strings.TrimSpace(s.before) == "" || s.after == "" {
			t.Errorf("%s: the sentence has no beginning or no end", name)
		}
	}
}
