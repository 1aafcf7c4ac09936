package v1alpha1

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

var (
	countryPattern        = newForm(`^[A-Z]{2}$`)
	callableCountry       = newForm(`^(A[CDEFGILMORSTUWXZ]|B[ABDEFGHIJLMNOQRSTWYZ]|C[ACDFGHIKLMNORUVWXYZ]|D[EJKMOZ]|E[CEGHRST]|F[IJKMOR]|G[ABDEFGHILMNPQRTUWY]|H[KNRTU]|I[DELMNOQRST]|J[EMOP]|K[EGHIMNPRWYZ]|L[ABCIKRSTUVY]|M[ACDEFGHKLMNOPQRSTUVWXYZ]|N[ACEFGILOPRUZ]|OM|P[AEFGHKLMRSTWY]|QA|R[EOSUW]|S[ABCDEGHIJKLMNORSTVXYZ]|T[ACDGHJKLMNORTVWZ]|U[AGSYZ]|V[ACEGINU]|W[FS]|XK|Y[ET]|Z[AMW])$`)
	accountSIDPattern     = newForm(`^AC[0-9a-fA-F]{32}$`)
	keySIDPattern         = newForm(`^SK[0-9a-fA-F]{32}$`)
	serviceSIDPattern     = newForm(`^MG[0-9a-fA-F]{32}$`)
	numberPattern         = newForm(`^[+][1-9][0-9]{1,14}$`)
	baseURLPattern        = newForm(`^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^?#\s]*)?$`)
	vonageKeyPattern      = newForm(`^[A-Za-z0-9]{1,64}$`)
	uuidPattern           = newForm(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	regionPattern         = newForm(`^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$`)
	accessKeyPattern      = newForm(`^[A-Z0-9]{16,128}$`)
	configurationPattern  = newForm(`^[A-Za-z0-9_:/-]{1,256}$`)
	headerValuePattern    = newForm(`^[ -~]+$`)
	reservedOutboundNames = []string{
		"connection", "content-length", "content-type", "host", "te", "trailer", "transfer-encoding", "upgrade",
	}
)

// pattern is a text that has a form.
type pattern struct {
	at      *field.Path
	value   string
	form    *form
	problem string
	// optional texts may be empty.
	optional bool
}

func validatePatterns(patterns ...pattern) field.ErrorList {
	var errs field.ErrorList
	for _, p := range patterns {
		if (p.value != "" || !p.optional) && !p.form.MatchString(p.value) {
			errs = append(errs, field.Invalid(p.at, p.value, p.problem))
		}
	}
	return errs
}

func validateProviders(at *field.Path, providers []TelephonyProvider) field.ErrorList {
	var errs field.ErrorList
	switch count := len(providers); {
	case count == 0:
		errs = append(errs, field.Required(at, "is empty; name who carries the codes"))
	case count > maxProviders:
		errs = append(errs, field.TooMany(at, count, maxProviders))
	}
	names := sets.New[ProviderName]()
	for i := range providers {
		provider, path := &providers[i], at.Index(i)
		if names.Has(provider.Name) {
			errs = append(errs, field.Duplicate(path.Child("name"), provider.Name))
		}
		names.Insert(provider.Name)
		errs = append(errs, validateProvider(path, provider)...)
	}
	return errs
}

func validateProvider(at *field.Path, p *TelephonyProvider) field.ErrorList {
	errs := validateName(at.Child("name"), string(p.Name), "twilio-eu")
	given := 0
	if p.Twilio != nil {
		given++
		errs = append(errs, validateTwilio(at.Child("twilio"), p.Twilio)...)
	}
	if p.Vonage != nil {
		given++
		errs = append(errs, validateVonage(at.Child("vonage"), p.Vonage)...)
	}
	if p.AWS != nil {
		given++
		errs = append(errs, validateAWS(at.Child("aws"), p.AWS)...)
	}
	if p.HTTP != nil {
		given++
		errs = append(errs, validateHTTPProvider(at.Child("http"), p.HTTP)...)
	}
	if given != 1 {
		errs = append(errs, field.Required(at, "takes exactly one of twilio, vonage, aws and http"))
	}
	if p.Timeout != nil {
		errs = append(errs, validateDuration(at.Child("timeout"), *p.Timeout, 100*time.Millisecond, 2300*time.Millisecond,
			"must be a duration from 100ms to 2300ms, such as 1200ms")...)
	}
	if p.CASecretKeyRef != nil {
		errs = append(errs, validateSecretKeyRef(at.Child("caSecretKeyRef"), *p.CASecretKeyRef)...)
	}
	return errs
}

func validateTwilio(at *field.Path, t *TwilioProvider) field.ErrorList {
	errs := validatePatterns(
		pattern{at.Child("accountSID"), t.AccountSID, accountSIDPattern, "must be AC and 32 hexadecimal digits, as the console of Twilio shows it", false},
		pattern{at.Child("messagingServiceSID"), t.MessagingServiceSID, serviceSIDPattern, "must be MG and 32 hexadecimal digits, as the console of Twilio shows it", true},
	)
	if (t.AuthToken == nil) == (t.APIKey == nil) {
		errs = append(errs, field.Required(at, "takes exactly one of authToken and apiKey"))
	}
	if t.AuthToken != nil {
		errs = append(errs, validateSecretKeyRef(at.Child("authToken", "secretKeyRef"), t.AuthToken.SecretKeyRef)...)
	}
	if t.APIKey != nil {
		errs = append(errs, validatePatterns(pattern{at.Child("apiKey", "sid"), t.APIKey.SID, keySIDPattern,
			"must be SK and 32 hexadecimal digits, as the console of Twilio shows it", false})...)
		errs = append(errs, validateSecretKeyRef(at.Child("apiKey", "secretKeyRef"), t.APIKey.SecretKeyRef)...)
	}
	if t.From == "" && t.MessagingServiceSID == "" && (t.Voice == nil || t.Voice.From == "") {
		errs = append(errs, field.Required(at, "needs from, messagingServiceSID or voice.from: who messages or calls come from"))
	}
	errs = append(errs, validateLength(at.Child("from"), t.From, 32)...)
	if v := t.Voice; v != nil {
		if *v == (TwilioVoice{}) {
			errs = append(errs, field.Required(at.Child("voice"), "needs from or twimlURL; leave it out if calls come from twilio.from"))
		}
		errs = append(errs, validateNumber(at.Child("voice", "from"), v.From, true)...)
		errs = append(errs, validateURL(at.Child("voice", "twimlURL"), v.TwimlURL, true, "https://handler.twilio.com/twiml/EH0123")...)
	}
	return append(errs, validateBaseURL(at.Child("baseURL"), t.BaseURL)...)
}

func validateVonage(at *field.Path, v *VonageProvider) field.ErrorList {
	errs := validatePatterns(pattern{at.Child("apiKey"), v.APIKey, vonageKeyPattern,
		"must have letters and digits, as the dashboard of Vonage shows it, such as abcd1234", false})
	errs = append(errs, validateSecretKeyRef(at.Child("apiSecret", "secretKeyRef"), v.APISecret.SecretKeyRef)...)
	if v.From == "" && v.Voice == nil {
		errs = append(errs, field.Required(at, "needs from, the sender of messages, or voice, or both"))
	}
	errs = append(errs, validateLength(at.Child("from"), v.From, 32)...)
	if voice := v.Voice; voice != nil {
		path := at.Child("voice")
		errs = append(errs, validatePatterns(pattern{path.Child("applicationID"), voice.ApplicationID, uuidPattern,
			"must be a UUID, as the dashboard of Vonage shows it", false})...)
		errs = append(errs, validateSecretKeyRef(path.Child("privateKey", "secretKeyRef"), voice.PrivateKey.SecretKeyRef)...)
		errs = append(errs, validateNumber(path.Child("from"), voice.From, false)...)
		errs = append(errs, validateBaseURL(path.Child("baseURL"), voice.BaseURL)...)
	}
	return append(errs, validateBaseURL(at.Child("baseURL"), v.BaseURL)...)
}

func validateAWS(at *field.Path, a *AWSProvider) field.ErrorList {
	errs := validatePatterns(
		pattern{at.Child("region"), a.Region, regionPattern, "must be a region of AWS, such as eu-central-1", false},
		pattern{at.Child("configurationSetName"), a.ConfigurationSetName, configurationPattern,
			"must be the name or ARN of a configuration set: letters, digits and _:/-", true},
	)
	errs = append(errs, validateLength(at.Child("region"), a.Region, 32)...)
	if a.OriginationIdentity == "" && a.Voice == nil {
		errs = append(errs, field.Required(at, "needs originationIdentity, the sender of messages, or voice, or both"))
	}
	errs = append(errs, validateLength(at.Child("originationIdentity"), a.OriginationIdentity, maxSender)...)
	if a.Credentials != nil {
		path := at.Child("credentials")
		errs = append(errs, validatePatterns(pattern{path.Child("accessKeyID"), a.Credentials.AccessKeyID, accessKeyPattern,
			"must have 16 or more capital letters and digits, such as AKIAIOSFODNN7EXAMPLE", false})...)
		errs = append(errs, validateSecretKeyRef(path.Child("secretAccessKey", "secretKeyRef"), a.Credentials.SecretAccessKey.SecretKeyRef)...)
	}
	if a.Voice != nil {
		path := at.Child("voice", "originationIdentity")
		if a.Voice.OriginationIdentity == "" {
			errs = append(errs, field.Required(path, "is who calls: a phone number or pool, by id or ARN"))
		}
		errs = append(errs, validateLength(path, a.Voice.OriginationIdentity, maxSender)...)
	}
	return append(errs, validateBaseURL(at.Child("baseURL"), a.BaseURL)...)
}

func validateHTTPProvider(at *field.Path, h *HTTPProvider) field.ErrorList {
	errs := validateURL(at.Child("url"), h.URL, false, "https://sms.acme.example/send")
	errs = append(errs, validateCount(at.Child("headers"), h.Headers == nil, len(h.Headers), 16)...)
	seen := sets.New[string]()
	for i := range h.Headers {
		header, path := &h.Headers[i], at.Child("headers").Index(i)
		name := strings.ToLower(header.Name)
		if seen.Has(name) {
			twice := field.Duplicate(path.Child("name"), header.Name)
			twice.Detail = "headers has each header once, in whatever case it is written"
			errs = append(errs, twice)
		}
		seen.Insert(name)
		errs = append(errs, validateOutboundHeader(path, header)...)
	}
	errs = append(errs, validateExpression(at.Child("request"), h.Request, "{'to': send.phoneNumber, 'text': send.text}")...)
	errs = append(errs, validateExpression(at.Child("sent"), h.Sent, "response.status == 202")...)
	return append(errs, validateLength(at.Child("transactionID"), string(h.TransactionID), maxExpression)...)
}

func validateOutboundHeader(at *field.Path, header *HTTPHeader) field.ErrorList {
	var errs field.ErrorList
	if len(header.Name) > maxHeaderName || !headerNamePattern.MatchString(header.Name) ||
		slices.Contains(reservedOutboundNames, strings.ToLower(header.Name)) {
		errs = append(errs, field.Invalid(at.Child("name"), header.Name,
			"must be a header name of letters, digits and -, and none that HTTP itself or the body decides on, such as Authorization"))
	}
	if (header.Value == "") == (header.SecretKeyRef == nil) {
		errs = append(errs, field.Required(at, "takes exactly one of value and secretKeyRef"))
	}
	errs = append(errs, validateLength(at.Child("value"), header.Value, 1024)...)
	errs = append(errs, validatePatterns(pattern{at.Child("value"), header.Value, headerValuePattern,
		"must have printable ASCII characters only", true})...)
	if header.SecretKeyRef != nil {
		errs = append(errs, validateSecretKeyRef(at.Child("secretKeyRef"), *header.SecretKeyRef)...)
	}
	return errs
}

func validateNumber(at *field.Path, number PhoneNumber, optional bool) field.ErrorList {
	return validatePatterns(pattern{at, string(number), numberPattern, "a number is written in E.164, such as +15550100", optional})
}

func validateBaseURL(at *field.Path, url BaseURL) field.ErrorList {
	errs := validateLength(at, string(url), 1024)
	return append(errs, validatePatterns(pattern{at, string(url), baseURLPattern,
		"must be an https address without query, such as https://api.twilio.com", true})...)
}

// validateURL checks an address that may have a query.
func validateURL(at *field.Path, url string, optional bool, such string) field.ErrorList {
	if url == "" && optional {
		return nil
	}
	if utf8.RuneCountInString(url) > 1024 || !externalPattern.MatchString(url) {
		return field.ErrorList{field.Invalid(at, url, "must be an https address of at most 1024 characters without fragment, such as "+such)}
	}
	return nil
}
