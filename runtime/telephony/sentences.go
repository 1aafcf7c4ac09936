package telephony

import (
	"strings"

	"golang.org/x/text/language"
)

// defaultLanguage is spoken to those whose own language there is no sentence in.
const defaultLanguage = "en-US"

// sentence says a code in one language.
type sentence struct {
	before, after string
	// tag is the language with its usual region.
	tag string
}

// sentences are what people are told where neither the configuration nor Okta has a text, by language; Chinese
// in traditional characters apart. docs/telephony.md lists the languages.
var sentences = map[string]sentence{
	"cs":      {"Váš ověřovací kód je ", ".", "cs-CZ"},
	"da":      {"Din bekræftelseskode er ", ".", "da-DK"},
	"de":      {"Ihr Bestätigungscode lautet ", ".", "de-DE"},
	"en":      {"Your verification code is ", ".", defaultLanguage},
	"es":      {"Su código de verificación es ", ".", "es-ES"},
	"fi":      {"Vahvistuskoodisi on ", ".", "fi-FI"},
	"fr":      {"Votre code de vérification est ", ".", "fr-FR"},
	"it":      {"Il suo codice di verifica è ", ".", "it-IT"},
	"ja":      {"確認コードは、", "です。", "ja-JP"},
	"ko":      {"인증 코드는 ", "입니다.", "ko-KR"},
	"nb":      {"Bekreftelseskoden din er ", ".", "nb-NO"},
	"nl":      {"Uw verificatiecode is ", ".", "nl-NL"},
	"pl":      {"Twój kod weryfikacyjny to ", ".", "pl-PL"},
	"pt":      {"O seu código de verificação é ", ".", "pt-BR"},
	"ru":      {"Ваш код подтверждения: ", ".", "ru-RU"},
	"sv":      {"Din verifieringskod är ", ".", "sv-SE"},
	"tr":      {"Doğrulama kodunuz: ", ".", "tr-TR"},
	"uk":      {"Ваш код підтвердження: ", ".", "uk-UA"},
	"zh":      {"您的验证码是 ", "。", "zh-CN"},
	"zh-Hant": {"您的驗證碼是 ", "。", "zh-TW"},
}

// sentenceFor is the sentence for people of a language, and the language that it is in: theirs with its
// region, so that somebody in Austria hears a voice of Austria if there is one, or English.
func sentenceFor(tag string) (sentence, string) {
	parsed, err := language.Parse(tag)
	if err != nil {
		return sentences["en"], defaultLanguage
	}
	base, _ := parsed.Base()
	name := base.String()
	switch script, _ := parsed.Script(); {
	case name == "no":
		// Norwegian as such is written, and spoken by machines, as Bokmål.
		return sentences["nb"], sentences["nb"].tag
	case name == "zh" && script.String() == "Hant":
		name = "zh-Hant"
	}
	if found, ok := sentences[name]; ok {
		return found, tag
	}
	return sentences["en"], defaultLanguage
}

// languageTag is what Okta's locale, such as EN-US, en_US or de, is as a BCP 47 tag of language and region;
// empty if it is none.
func languageTag(locale string) string {
	parsed, err := language.Parse(locale)
	if err != nil || parsed.IsRoot() {
		return ""
	}
	base, _ := parsed.Base()
	region, _ := parsed.Region()
	if !region.IsCountry() { // Spanish of Latin America is es-419
		usual, _ := language.Compose(base)
		region, _ = usual.Region()
	}
	return base.String() + "-" + region.String()
}

// spell puts a code so that machines read its digits and not a number: 1, 2, 3.
func spell(code string) string {
	return strings.Join(strings.Split(code, ""), ", ")
}
