package v1alpha1_test

import (
	"slices"
	"strings"
)

const (
	provider = telephonyAt + ".providers[0]"

	saysBaseURL = "baseURL must be an https address without query, such as https://api.twilio.com"
	saysNumber  = "a number is written in E.164, such as +15550100"
)

// of makes the first provider one of a kind: twilio, vonage, aws or http.
func of(kind, config string) change { return set(provider, "{name: mine, "+kind+": "+config+"}") }

// What some cases add to these accounts.
var (
	twilioKey   = set(provider+".twilio.apiKey", "{sid: SK0123456789abcdef0123456789abcdef, secretKeyRef: {name: a, key: b}}")
	twilioCalls = set(provider+".twilio.voice", `{from: "+15550101", twimlURL: https://handler.twilio.com/twiml/EH0123}`)
	vonageCalls = set(provider+".vonage.voice", `{applicationID: 01234567-89ab-cdef-0123-456789abcdef, privateKey: {secretKeyRef: {name: vonage, key: private.pem}}, from: "+15550102"}`)
)

// baseURL has cases for the address of a provider's API.
func baseURL(at string, prepare ...change) ruleCases {
	return valueRule(at, saysBaseURL, smallTelephonyHook, prepare,
		map[string]string{
			"a host": "https://api.dublin.ie1.twilio.com", "a port": "https://127.0.0.1:8443", "a slash at the end": "https://api.twilio.com/",
			"a path": "https://proxy.acme.example/twilio",
		},
		map[string]string{
			"http": "http://api.twilio.com", "a bare host": "api.twilio.com", "a query": "https://api.twilio.com?a=b", "a fragment": "https://api.twilio.com/#a",
			"a user": "https://ada:secret@api.twilio.com", "white space at the end": `"https://api.twilio.com/ "`, "a line break at the end": `"https://api.twilio.com\n"`,
		})
}

// number has cases for a phone number.
func number(at string, prepare ...change) ruleCases {
	return valueRule(at, saysNumber, smallTelephonyHook, prepare,
		map[string]string{"a number": `"+15550100"`, "the longest": `"+123456789012345"`},
		map[string]string{
			"no plus": `"15550100"`, "two zeros for the plus": `"0015550100"`, "white space": `"+1 555 0100"`, "hyphens": `"+1-555-0100"`,
			"a zero behind the plus": `"+0155501"`, "a name": "ACME", "a line break at the end": `"+15550100\n"`,
		})
}

// sid has cases for an id of Twilio's.
func sid(at, says, prefix string, prepare ...change) ruleCases {
	digits := strings.Repeat("0", 31)
	return valueRule(at, says, smallTelephonyHook, prepare,
		map[string]string{"hexadecimal digits in any case": prefix + "aF" + digits[1:]},
		map[string]string{
			"another first letter": "X" + prefix[1:] + "0" + digits, "another second letter": prefix[:1] + "X0" + digits,
			"small letters for the kind": strings.ToLower(prefix) + "0" + digits, "a letter that is no digit": prefix + "g" + digits,
			"a line break at the end": `"` + prefix + digits + `\n"`,
		})
}

// secretRef has cases for both parts of a reference to a Secret.
func secretRef(at string, prepare ...change) []ruleCases {
	return []ruleCases{secretName(at+".name", smallTelephonyHook, prepare...), secretKey(at+".key", smallTelephonyHook, prepare...)}
}

var providerRules = slices.Concat(anyProviderRules, twilioRules, vonageRules, awsRules, httpRules)

var anyProviderRules = append(secretRef(provider+".caSecretKeyRef", set(provider+".caSecretKeyRef", "{name: a, key: b}")),
	ruleCases{
		at: provider, base: smallTelephonyHook,
		says: "a provider takes exactly one of twilio, vonage, aws and http",
		takes: map[string][]change{
			"Twilio": edit(of("twilio", rightTwilio)), "Vonage": edit(of("vonage", rightVonage)), "AWS": edit(of("aws", rightAWS)), "something else": edit(of("http", rightHTTP)),
		},
		refuses: map[string][]change{"none": edit(set(provider, "{name: mine}")), "two": edit(of("vonage", rightVonage), set(provider+".aws", rightAWS))},
	},
	valueRule(provider+".name", saysName, smallTelephonyHook, nil,
		map[string]string{"letters, digits and hyphens": "twilio-eu-2", "a digit at the start": "2factor"},
		map[string]string{"capitals": "Twilio", "a dot": "twilio.eu", "a hyphen at the end": "twilio-", "a line break at the end": `"twilio\n"`}),
	valueRule(provider+".timeout", "timeout must be a duration from 100ms to 2300ms, such as 1200ms", smallTelephonyHook, nil,
		map[string]string{"the shortest": "100ms", "the longest": "2300ms", "a fraction": "1.2s"},
		map[string]string{"too short": "99ms", "longer than there is time": "2301ms", "no unit": `"1200"`, "nothing": `""`}),
)

var twilioRules = slices.Concat(
	secretRef(provider+".twilio.authToken.secretKeyRef", of("twilio", rightTwilio)),
	secretRef(provider+".twilio.apiKey.secretKeyRef", of("twilio", rightTwilio), unset(provider+".twilio.authToken"), twilioKey),
	[]ruleCases{
		sid(provider+".twilio.accountSID", "accountSID must be AC and 32 hexadecimal digits, as the console of Twilio shows it", "AC", of("twilio", rightTwilio)),
		sid(provider+".twilio.messagingServiceSID", "messagingServiceSID must be MG and 32 hexadecimal digits, as the console of Twilio shows it", "MG", of("twilio", rightTwilio)),
		sid(provider+".twilio.apiKey.sid", "apiKey.sid must be SK and 32 hexadecimal digits, as the console of Twilio shows it", "SK", of("twilio", rightTwilio),
			unset(provider+".twilio.authToken"), twilioKey),
		{
			at: provider + ".twilio", base: smallTelephonyHook,
			says: "twilio takes exactly one of authToken and apiKey",
			takes: map[string][]change{
				"the token": edit(of("twilio", rightTwilio)),
				"a key":     edit(of("twilio", rightTwilio), unset(provider+".twilio.authToken"), twilioKey),
			},
			refuses: map[string][]change{
				"neither": edit(of("twilio", rightTwilio), unset(provider+".twilio.authToken")),
				"both":    edit(of("twilio", rightTwilio), twilioKey),
			},
		}, {
			at: provider + ".twilio", base: smallTelephonyHook,
			says: "twilio needs from, messagingServiceSID or voice.from: who messages or calls come from",
			takes: map[string][]change{
				"a sender":            edit(of("twilio", rightTwilio)),
				"a messaging service": edit(of("twilio", rightTwilio), unset(provider+".twilio.from"), set(provider+".twilio.messagingServiceSID", "MG0123456789abcdef0123456789abcdef")),
				"calls alone":         edit(of("twilio", rightTwilio), unset(provider+".twilio.from"), twilioCalls),
				"all of them":         edit(of("twilio", rightTwilio), twilioCalls, set(provider+".twilio.messagingServiceSID", "MG0123456789abcdef0123456789abcdef")),
			},
			refuses: map[string][]change{
				"nobody": edit(of("twilio", rightTwilio), unset(provider+".twilio.from")),
				"instructions for calls that nobody makes": edit(of("twilio", rightTwilio), unset(provider+".twilio.from"), twilioCalls, unset(provider+".twilio.voice.from")),
			},
		}, {
			at: provider + ".twilio.voice", base: smallTelephonyHook,
			says: "voice needs from or twimlURL; leave it out if calls come from twilio.from",
			takes: map[string][]change{
				"a number":     edit(of("twilio", rightTwilio), twilioCalls, unset(provider+".twilio.voice.twimlURL")),
				"instructions": edit(of("twilio", rightTwilio), twilioCalls, unset(provider+".twilio.voice.from")),
			},
			refuses: map[string][]change{"nothing": edit(of("twilio", rightTwilio), set(provider+".twilio.voice", "{}"))},
		},
		number(provider+".twilio.voice.from", of("twilio", rightTwilio)),
		valueRule(provider+".twilio.voice.twimlURL", "voice.twimlURL must be an https address without fragment, such as https://handler.twilio.com/twiml/EH0123", smallTelephonyHook,
			edit(of("twilio", rightTwilio)), map[string]string{"a query": "https://handler.twilio.com/twiml/EH0123?voice=alice"},
			map[string]string{"http": "http://handler.twilio.com/twiml/EH0123", "a fragment": "https://handler.twilio.com/twiml/EH0123#a", "a line break": `"https://handler.twilio.com/\ntwiml"`}),
		baseURL(provider+".twilio.baseURL", of("twilio", rightTwilio)),
	},
)

var vonageRules = slices.Concat(
	secretRef(provider+".vonage.apiSecret.secretKeyRef", of("vonage", rightVonage)),
	secretRef(provider+".vonage.voice.privateKey.secretKeyRef", of("vonage", rightVonage), vonageCalls),
	[]ruleCases{
		valueRule(provider+".vonage.apiKey", "apiKey must have letters and digits, as the dashboard of Vonage shows it, such as abcd1234", smallTelephonyHook,
			edit(of("vonage", rightVonage)), map[string]string{"a key": "ABcd1234"},
			map[string]string{"a hyphen": "abcd-1234", "nothing": `""`, "a line break at the end": `"abcd1234\n"`}),
		{
			at: provider + ".vonage", base: smallTelephonyHook,
			says: "vonage needs from, the sender of messages, or voice, or both",
			takes: map[string][]change{
				"messages alone": edit(of("vonage", rightVonage)), "calls alone": edit(of("vonage", rightVonage), vonageCalls, unset(provider+".vonage.from")),
				"both": edit(of("vonage", rightVonage), vonageCalls),
			},
			refuses: map[string][]change{"neither": edit(of("vonage", rightVonage), unset(provider+".vonage.from"))},
		},
		valueRule(provider+".vonage.voice.applicationID", "voice.applicationID must be a UUID, as the dashboard of Vonage shows it", smallTelephonyHook,
			edit(of("vonage", rightVonage), vonageCalls), map[string]string{"capitals": "01234567-89AB-CDEF-0123-456789ABCDEF"},
			map[string]string{"no hyphens": `"0123456789abcdef0123456789abcdef"`, "its name": "codes", "nothing": `""`}),
		number(provider+".vonage.voice.from", of("vonage", rightVonage), vonageCalls),
		baseURL(provider+".vonage.baseURL", of("vonage", rightVonage)),
		baseURL(provider+".vonage.voice.baseURL", of("vonage", rightVonage), vonageCalls),
	},
)

var awsRules = slices.Concat(
	secretRef(provider+".aws.credentials.secretAccessKey.secretKeyRef", of("aws", rightAWS), set(provider+".aws.credentials", "{accessKeyID: AKIAIOSFODNN7EXAMPLE, secretAccessKey: {secretKeyRef: {name: a, key: b}}}")),
	[]ruleCases{
		valueRule(provider+".aws.region", "region must be a region of AWS, such as eu-central-1", smallTelephonyHook, edit(of("aws", rightAWS)),
			map[string]string{"a region": "us-east-1", "a longer one": "us-gov-west-1"},
			map[string]string{"a zone": "eu-central-1a", "a place": "Frankfurt", "nothing": `""`, "an address": "eu-central-1.amazonaws.com"}),
		valueRule(provider+".aws.configurationSetName", "configurationSetName must be the name or ARN of a configuration set: letters, digits and _:/-", smallTelephonyHook,
			edit(of("aws", rightAWS)), map[string]string{"a name": "codes_1", "an ARN": "arn:aws:sms-voice:eu-central-1:123456789012:configuration-set/codes"},
			map[string]string{"white space": "my codes", "nothing": `""`}),
		valueRule(provider+".aws.credentials.accessKeyID", "accessKeyID must have 16 or more capital letters and digits, such as AKIAIOSFODNN7EXAMPLE", smallTelephonyHook,
			edit(of("aws", rightAWS), set(provider+".aws.credentials.secretAccessKey.secretKeyRef", "{name: a, key: b}")),
			map[string]string{"an id": "AKIAIOSFODNN7EXAMPLE"}, map[string]string{"too short a one": "AKIA", "small letters": "akiaiosfodnn7example", "the secret": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}),
		{
			at: provider + ".aws", base: smallTelephonyHook,
			says: "aws needs originationIdentity, the sender of messages, or voice, or both",
			takes: map[string][]change{
				"messages alone": edit(of("aws", rightAWS)), "calls alone": edit(of("aws", "{region: eu-central-1, voice: {originationIdentity: a}}")),
				"both": edit(of("aws", rightAWS), set(provider+".aws.voice.originationIdentity", "a")),
			},
			refuses: map[string][]change{"neither": edit(of("aws", "{region: eu-central-1}"))},
		},
		baseURL(provider+".aws.baseURL", of("aws", rightAWS)),
	},
)

var httpRules = slices.Concat(
	secretRef(provider+".http.headers[0].secretKeyRef", set(provider+".http.headers", "[{name: Authorization, secretKeyRef: {name: a, key: b}}]")),
	[]ruleCases{
		valueRule(provider+".http.url", "url must be an https address without fragment, such as https://sms.acme.example/send", smallTelephonyHook, nil,
			map[string]string{"a query": "https://sms.acme.example:8443/send?queue=otp"},
			map[string]string{"http": "http://sms.acme.example/send", "a fragment": "https://sms.acme.example/#send", "a user": "https://ada:secret@sms.acme.example/", "nothing": `""`}),
		valueRule(provider+".http.headers", "headers has each header once, in whatever case it is written", smallTelephonyHook, nil,
			map[string]string{"two": "[{name: X-Team, value: a}, {name: X-Teams, value: b}]"},
			map[string]string{"one in two cases": "[{name: X-Team, value: a}, {name: Authorization, value: b}, {name: x-team, value: c}]"}),
		valueRule(provider+".http.headers[0]", "a header takes exactly one of value and secretKeyRef", smallTelephonyHook, edit(set(provider+".http.headers", "[{name: a, value: b}]")),
			map[string]string{"a value": "{name: X-Team, value: identity}", "a reference": "{name: Authorization, secretKeyRef: {name: a, key: b}}"},
			map[string]string{"neither": "{name: Authorization}", "both": "{name: Authorization, value: a, secretKeyRef: {name: a, key: b}}"}),
		valueRule(provider+".http.headers[0].name", "name must be a header name of letters, digits and -, and none that HTTP itself or the body decides on, such as Authorization",
			smallTelephonyHook, edit(set(provider+".http.headers", "[{name: a, value: b}]")),
			map[string]string{"a name": "X-Team-2", "what Okta's hooks may not use": "User-Agent"},
			map[string]string{"a colon": `"X-Team:"`, "an underscore": "X_Team", "the type of the body": "Content-Type", "the host in any case": "hOST", "a line break at the end": `"X-Team\n"`}),
		valueRule(provider+".http.headers[0].value", "value must have printable ASCII characters only", smallTelephonyHook, edit(set(provider+".http.headers", "[{name: a, value: b}]")),
			map[string]string{"all that a value may have": `" a~!"`},
			map[string]string{"a line break": `"a\nX-Other: b"`, "a line break at the end": `"a\n"`, "an umlaut": "Überweisung", "a tab": `"a\tb"`}),
	},
)
