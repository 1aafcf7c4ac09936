package telephony

import (
	"encoding/xml"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

// voice speaks one language at the providers.
type voice struct {
	// tag is the language, as BCP 47 tag.
	tag string
	// twilio is the attribute voice of <Say>, and twilioLanguage the language that it belongs to.
	twilio, twilioLanguage string
	// aws is the VoiceId of AWS; empty if it has no voice for the language.
	aws string
	// vonage is the language of a talk action.
	vonage string
}

// voices of the providers. The first one of a language speaks for countries that are not in the list.
//
// Sources: https://www.twilio.com/docs/voice/twiml/say/text-speech,
// https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_SendVoiceMessage.html with
// https://docs.aws.amazon.com/polly/latest/dg/available-voices.html, and
// https://developer.vonage.com/en/voice/voice-api/concepts/text-to-speech.
var voices = []voice{
	{"en-US", "Polly.Joanna", "en-US", "JOANNA", "en-US"}, // the default of all languages without a voice
	{"en-AU", "Polly.Nicole", "en-AU", "NICOLE", "en-AU"},
	{"en-GB", "Polly.Amy", "en-GB", "AMY", "en-GB"},
	{"en-IN", "Polly.Raveena", "en-IN", "RAVEENA", "en-IN"},
	{"ar", "Polly.Zeina", "arb", "ZEINA", "ar"},
	{"bg-BG", "Google.bg-BG-Standard-B", "bg-BG", "", "bg-BG"},
	{"ca-ES", "Google.ca-ES-Standard-B", "ca-ES", "", "ca-ES"},
	{"cs-CZ", "Google.cs-CZ-Standard-B", "cs-CZ", "", "cs-CZ"},
	{"cy-GB", "Polly.Gwyneth", "cy-GB", "GWYNETH", "cy-GB"},
	{"da-DK", "Polly.Naja", "da-DK", "NAJA", "da-DK"},
	{"de-DE", "Polly.Vicki", "de-DE", "VICKI", "de-DE"},
	{"el-GR", "Google.el-GR-Standard-B", "el-GR", "", "el-GR"},
	{"es-ES", "Polly.Lucia", "es-ES", "LUCIA", "es-ES"},
	{"es-MX", "Polly.Mia", "es-MX", "MIA", "es-MX"},
	{"es-US", "Polly.Lupe", "es-US", "LUPE", "es-US"},
	{"fi-FI", "Google.fi-FI-Standard-B", "fi-FI", "", "fi-FI"},
	{"fil-PH", "Google.fil-PH-Standard-A", "fil-PH", "", "fil-PH"},
	{"fr-FR", "Polly.Lea", "fr-FR", "LEA", "fr-FR"},
	{"fr-CA", "Polly.Chantal", "fr-CA", "CHANTAL", "fr-CA"},
	{"he-IL", "Google.he-IL-Standard-A", "he-IL", "", "he-IL"},
	{"hi-IN", "Polly.Aditi", "hi-IN", "", "hi-IN"},
	{"hu-HU", "Google.hu-HU-Standard-B", "hu-HU", "", "hu-HU"},
	{"id-ID", "Google.id-ID-Standard-A", "id-ID", "", "id-ID"},
	{"is-IS", "Polly.Dora", "is-IS", "DORA", "is-IS"},
	{"it-IT", "Polly.Bianca", "it-IT", "BIANCA", "it-IT"},
	{"ja-JP", "Polly.Mizuki", "ja-JP", "MIZUKI", "ja-JP"},
	{"ko-KR", "Polly.Seoyeon", "ko-KR", "SEOYEON", "ko-KR"},
	{"ms-MY", "Google.ms-MY-Standard-A", "ms-MY", "", "ms-MY"},
	{"nb-NO", "Polly.Liv", "nb-NO", "LIV", "nb-NO"},
	{"nl-NL", "Polly.Lotte", "nl-NL", "LOTTE", "nl-NL"},
	{"pl-PL", "Polly.Ewa", "pl-PL", "EWA", "pl-PL"},
	{"pt-BR", "Polly.Camila", "pt-BR", "CAMILA", "pt-BR"},
	{"pt-PT", "Polly.Ines", "pt-PT", "INES", "pt-PT"},
	{"ro-RO", "Polly.Carmen", "ro-RO", "CARMEN", "ro-RO"},
	{"ru-RU", "Polly.Tatyana", "ru-RU", "TATYANA", "ru-RU"},
	{"sk-SK", "Google.sk-SK-Standard-B", "sk-SK", "", "sk-SK"},
	{"sv-SE", "Polly.Astrid", "sv-SE", "ASTRID", "sv-SE"},
	{"th-TH", "Google.th-TH-Standard-A", "th-TH", "", "th-TH"},
	{"tr-TR", "Polly.Filiz", "tr-TR", "FILIZ", "tr-TR"},
	{"uk-UA", "Google.uk-UA-Standard-A", "uk-UA", "", "uk-UA"},
	{"vi-VN", "Google.vi-VN-Standard-A", "vi-VN", "", "vi-VN"},
	{"zh-CN", "Polly.Zhiyu", "cmn-CN", "ZHIYU", "cmn-CN"},
	{"zh-TW", "Google.cmn-TW-Standard-A", "cmn-TW", "ZHIYU", "cmn-TW"},
	{"zh-HK", "Google.yue-HK-Standard-A", "yue-HK", "ZHIYU", "yue-CN"},
}

// voiceMatcher knows which language is near enough to another one to stand in for it. It is made when the first
// call is, because most hooks make none.
var voiceMatcher = sync.OnceValue(func() language.Matcher {
	tags := make([]language.Tag, 0, len(voices))
	for _, v := range voices {
		tags = append(tags, language.MustParse(v.tag))
	}
	return language.NewMatcher(tags)
})

// voiceFor is the voice for a BCP 47 tag: of the same country, otherwise of the same language, otherwise
// English, in which the digits at least can be understood.
func voiceFor(tag string) voice {
	parsed, err := language.Parse(tag)
	if err != nil {
		return voices[0]
	}
	_, index, confidence := voiceMatcher().Match(parsed)
	if confidence < language.High {
		return voices[0]
	}
	return voices[index]
}

// ssml says the text twice, in the markup of https://www.w3.org/TR/speech-synthesis/.
func ssml(text string) string {
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(text)) // a Builder has no errors
	return "<speak>" + escaped.String() + `<break time="1s"/>` + escaped.String() + "</speak>"
}
