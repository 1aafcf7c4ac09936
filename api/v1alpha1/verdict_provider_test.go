package v1alpha1_test

import "strings"

// Slices with one provider of each kind.
const (
	twilioSlice = `
type: Telephony
path: /default/codes
handler: {telephony: {providers: [{name: mine, twilio: ` + rightTwilio + `}]}}
`
	vonageSlice = `
type: Telephony
path: /default/codes
handler: {telephony: {providers: [{name: mine, vonage: ` + rightVonage + `}]}}
`
	awsSlice = `
type: Telephony
path: /default/codes
handler: {telephony: {providers: [{name: mine, aws: ` + rightAWS + `}]}}
`
	httpSlice = `
type: Telephony
path: /default/codes
handler: {telephony: {providers: [{name: mine, http: ` + rightHTTP + `}]}}
`
	first  = tele + ".providers[0]"
	twilio = first + ".twilio"
	vonage = first + ".vonage"
	aws    = first + ".aws"
	other  = first + ".http"

	apiKey    = "{sid: SK0123456789abcdef0123456789abcdef, secretKeyRef: {name: twilio, key: secret}}"
	callsFrom = `{applicationID: 01234567-89ab-cdef-0123-456789abcdef, privateKey: {secretKeyRef: {name: vonage, key: private.pem}}, from: "+15550102"}`
	awsKey    = "{accessKeyID: AKIAIOSFODNN7EXAMPLE, secretAccessKey: {secretKeyRef: {name: aws, key: secret}}}"

	badSID      = "32 hexadecimal digits, as the console of Twilio shows it"
	badNumber   = "a number is written in E.164, such as +15550100"
	badBaseURL  = "must be an https address without query, such as https://api.twilio.com"
	badAttempt  = "must be a duration from 100ms to 2300ms, such as 1200ms"
	badOutbound = "must be a header name of letters, digits and -, and none that HTTP itself or the body decides on, such as Authorization"
)

var providersThatAreTaken = []verdictCase{
	{name: "Twilio with its token", slice: twilioSlice},
	{name: "Twilio with all that it may have", slice: twilioSlice, changes: edit(
		unset(twilio+".authToken"), set(twilio+".apiKey", apiKey), set(twilio+".messagingServiceSID", "MG0123456789abcdef0123456789ABCDEF"),
		set(twilio+".voice", `{from: "+15550101", twimlURL: "https://handler.twilio.com/twiml/EH0123?a=b"}`), set(twilio+".baseURL", "https://api.dublin.ie1.twilio.com"))},
	{name: "Twilio with calls alone", slice: twilioSlice, changes: edit(unset(twilio+".from"), set(twilio+".voice.from", `"+15550101"`))},
	{name: "Twilio with a short code", slice: twilioSlice, changes: edit(set(twilio+".from", `"12345"`))},
	{name: "Twilio with the longest sender", slice: twilioSlice, changes: edit(set(twilio+".from", long(32)))},
	{name: "Vonage with messages", slice: vonageSlice},
	{name: "Vonage with calls alone", slice: vonageSlice, changes: edit(unset(vonage+".from"), set(vonage+".voice", callsFrom))},
	{name: "Vonage with all that it may have", slice: vonageSlice, changes: edit(
		set(vonage+".voice", callsFrom), set(vonage+".voice.baseURL", "https://api-eu.vonage.com/"), set(vonage+".baseURL", "https://proxy.acme.example:8443/nexmo"))},
	{name: "Vonage with the longest key", slice: vonageSlice, changes: edit(set(vonage+".apiKey", strings.Repeat("a", 64)))},
	{name: "AWS with the pods' own identity", slice: awsSlice},
	{name: "AWS with all that it may have", slice: awsSlice, changes: edit(
		set(aws+".credentials", awsKey), set(aws+".voice.originationIdentity", "arn:aws:sms-voice:eu-central-1:123456789012:phone-number/phone-1"),
		set(aws+".configurationSetName", "arn:aws:sms-voice:eu-central-1:123456789012:configuration-set/a_b-c"), set(aws+".baseURL", "https://vpce-1.sms-voice.eu-central-1.vpce.amazonaws.com"))},
	{name: "AWS with calls alone", slice: awsSlice, changes: edit(unset(aws+".originationIdentity"), set(aws+".voice.originationIdentity", "phone-1"))},
	{name: "AWS with the longest texts", slice: awsSlice, changes: edit(
		set(aws+".originationIdentity", long(256)), set(aws+".voice.originationIdentity", long(256)), set(aws+".configurationSetName", strings.Repeat("a", 256)),
		set(aws+".credentials", awsKey), set(aws+".credentials.accessKeyID", strings.Repeat("A", 128)))},
	{name: "any service", slice: httpSlice},
	{name: "any service with all that it may have", slice: httpSlice, changes: edit(
		set(other+".headers", "[{name: X-Team, value: ' a~'}, {name: Authorization, secretKeyRef: {name: in-house, key: authorization}}]"), set(other+".transactionID", "response.body.id"))},
	{name: "any service with as many headers as there may be", slice: httpSlice, changes: edit(set(other+".headers", "["+many(16, "{name: X-#, value: a}")+"]"))},
	{name: "any service with the longest texts", slice: httpSlice, changes: edit(
		set(other+".url", "https://sms.acme.example/"+strings.Repeat("a", 999)), set(other+".request", long(4096)), set(other+".sent", long(4096)), set(other+".transactionID", long(4096)),
		set(other+".headers", "[{name: "+strings.Repeat("X", 64)+", value: "+strings.Repeat("a", 1024)+"}]"))},
	{name: "any service with other letters in its address", slice: httpSlice, changes: edit(set(other+".url", "https://sms.acme.example/"+strings.Repeat("é", 999)))},
	{name: "a header of a provider that Okta's hooks may not use", slice: httpSlice, changes: edit(set(other+".headers", "[{name: User-Agent, value: a}]"))},
	{name: "the longest name of a provider", slice: httpSlice, changes: edit(set(first+".name", strings.Repeat("a", 63)))},
	{name: "the shortest attempt", slice: httpSlice, changes: edit(set(first+".timeout", "100ms"))},
	{name: "the longest attempt", slice: httpSlice, changes: edit(set(first+".timeout", "2.3s"))},
	{name: "a CA of one's own", slice: httpSlice, changes: edit(set(first+".caSecretKeyRef", "{name: proxy-ca, key: ca.crt}"))},
	{name: "a provider where null is the same as leaving it out", slice: httpSlice, changes: edit(
		set(first+".twilio", "null"), set(first+".timeout", "null"), set(first+".caSecretKeyRef", "null"), set(other+".headers", "null"))},
}

var providersThatAreRefused = []verdictCase{
	{name: "a provider without name", slice: httpSlice, changes: edit(unset(first + ".name")), phrase: first + ".name"},
	{name: "a provider with a capital", slice: httpSlice, changes: edit(set(first+".name", "Twilio")), phrase: "lower-case letters, digits and -, such as twilio-eu"},
	{name: "a provider with a line break behind its name", slice: httpSlice, changes: edit(set(first+".name", `"twilio\n"`)), phrase: "lower-case letters, digits and -, such as twilio-eu"},
	{name: "a provider with a name that is too long", slice: httpSlice, changes: edit(set(first+".name", strings.Repeat("a", 64))), phrase: "-"},
	{name: "a provider of no kind", slice: httpSlice, changes: edit(unset(other)), phrase: "takes exactly one of twilio, vonage, aws and http"},
	{name: "a provider of two kinds", slice: httpSlice, changes: edit(set(aws, rightAWS)), phrase: "takes exactly one of twilio, vonage, aws and http"},
	{name: "a provider that there is not", slice: httpSlice, changes: edit(set(first+".infobip", "{}")), phrase: first + ".infobip"},
	{name: "an attempt that is too short", slice: httpSlice, changes: edit(set(first+".timeout", "99ms")), phrase: badAttempt},
	{name: "an attempt that is too long", slice: httpSlice, changes: edit(set(first+".timeout", "2301ms")), phrase: badAttempt},
	{name: "an attempt that is a number", slice: httpSlice, changes: edit(set(first+".timeout", "1200")), phrase: first + ".timeout"},
	{name: "a CA without key", slice: httpSlice, changes: edit(set(first+".caSecretKeyRef", "{name: proxy-ca}")), phrase: first + ".caSecretKeyRef.key"},
	{name: "a CA of a Secret that can't exist", slice: httpSlice, changes: edit(set(first+".caSecretKeyRef", "{name: Proxy, key: ca.crt}")), phrase: badSecretName},

	{name: "Twilio without account", slice: twilioSlice, changes: edit(unset(twilio + ".accountSID")), phrase: twilio + ".accountSID"},
	{name: "Twilio with a key for an account", slice: twilioSlice, changes: edit(set(twilio+".accountSID", "SK0123456789abcdef0123456789abcdef")), phrase: badSID},
	{name: "Twilio with an account that is too short", slice: twilioSlice, changes: edit(set(twilio+".accountSID", "AC0123")), phrase: "-"},
	{name: "Twilio with a line break behind the account", slice: twilioSlice, changes: edit(set(twilio+".accountSID", `"AC0123456789abcdef0123456789abcde\n"`)), phrase: badSID},
	{name: "Twilio without credentials", slice: twilioSlice, changes: edit(unset(twilio + ".authToken")), phrase: "takes exactly one of authToken and apiKey"},
	{name: "Twilio with two credentials", slice: twilioSlice, changes: edit(set(twilio+".apiKey", apiKey)), phrase: "takes exactly one of authToken and apiKey"},
	{name: "Twilio with a token that stands in the manifest", slice: twilioSlice, changes: edit(set(twilio+".authToken", "abc")), phrase: "must be"},
	{name: "Twilio with a token without reference", slice: twilioSlice, changes: edit(set(twilio+".authToken", "{}")), phrase: twilio + ".authToken.secretKeyRef"},
	{name: "Twilio with an account for a key", slice: twilioSlice, changes: edit(unset(twilio+".authToken"), set(twilio+".apiKey", "{sid: AC0123456789abcdef0123456789abcdef, secretKeyRef: {name: a, key: b}}")), phrase: badSID},
	{name: "Twilio with a key without secret", slice: twilioSlice, changes: edit(unset(twilio+".authToken"), set(twilio+".apiKey", "{sid: SK0123456789abcdef0123456789abcdef}")), phrase: twilio + ".apiKey.secretKeyRef"},
	{name: "Twilio without sender", slice: twilioSlice, changes: edit(unset(twilio + ".from")), phrase: "needs from, messagingServiceSID or voice.from: who messages or calls come from"},
	{name: "Twilio with instructions and no caller", slice: twilioSlice, changes: edit(unset(twilio+".from"), set(twilio+".voice.twimlURL", "https://a.example/")),
		phrase: "needs from, messagingServiceSID or voice.from: who messages or calls come from"},
	{name: "Twilio with an empty sender", slice: twilioSlice, changes: edit(set(twilio+".from", `""`)), phrase: twilio + ".from"},
	{name: "Twilio with a sender that is a number to YAML", slice: twilioSlice, changes: edit(set(twilio+".from", "+15550100")), phrase: twilio + ".from"},
	{name: "Twilio with a sender that is too long", slice: twilioSlice, changes: edit(set(twilio+".from", long(33))), phrase: "Too long: may not be more than 32"},
	{name: "Twilio with another id for a messaging service", slice: twilioSlice, changes: edit(set(twilio+".messagingServiceSID", "AC0123456789abcdef0123456789abcdef")), phrase: badSID},
	{name: "Twilio with calls of which nothing is said", slice: twilioSlice, changes: edit(set(twilio+".voice", "{}")), phrase: "needs from or twimlURL; leave it out if calls come from twilio.from"},
	{name: "Twilio with calls from a name", slice: twilioSlice, changes: edit(set(twilio+".voice.from", "ACME")), phrase: badNumber},
	{name: "Twilio with calls from a number that is too long", slice: twilioSlice, changes: edit(set(twilio+".voice.from", `"+1234567890123456"`)), phrase: "-"},
	{name: "Twilio with instructions over http", slice: twilioSlice, changes: edit(set(twilio+".voice.twimlURL", "http://a.example/")), phrase: "https address"},
	{name: "Twilio with instructions too far away", slice: twilioSlice, changes: edit(set(twilio+".voice.twimlURL", "https://a.example/"+strings.Repeat("a", 1007))), phrase: "-"},
	{name: "Twilio at an address with a query", slice: twilioSlice, changes: edit(set(twilio+".baseURL", "https://api.twilio.com/?a=b")), phrase: badBaseURL},
	{name: "Twilio at an address with a line break behind it", slice: twilioSlice, changes: edit(set(twilio+".baseURL", `"https://api.twilio.com/\n"`)), phrase: badBaseURL},
	{name: "Twilio at an address that is empty", slice: twilioSlice, changes: edit(set(twilio+".baseURL", `""`)), phrase: twilio + ".baseURL"},
	{name: "Twilio at an address that is too long", slice: twilioSlice, changes: edit(set(twilio+".baseURL", "https://a.example/"+strings.Repeat("a", 1007))), phrase: "Too long: may not be more than 1024"},

	{name: "Vonage without key", slice: vonageSlice, changes: edit(unset(vonage + ".apiKey")), phrase: vonage + ".apiKey"},
	{name: "Vonage with a key that can't be", slice: vonageSlice, changes: edit(set(vonage+".apiKey", "abcd-1234")), phrase: "must have letters and digits, as the dashboard of Vonage shows it, such as abcd1234"},
	{name: "Vonage with a key that is too long", slice: vonageSlice, changes: edit(set(vonage+".apiKey", strings.Repeat("a", 65))), phrase: "-"},
	{name: "Vonage without secret", slice: vonageSlice, changes: edit(unset(vonage + ".apiSecret")), phrase: vonage + ".apiSecret"},
	{name: "Vonage without sender", slice: vonageSlice, changes: edit(unset(vonage + ".from")), phrase: "needs from, the sender of messages, or voice, or both"},
	{name: "Vonage with a sender that is too long", slice: vonageSlice, changes: edit(set(vonage+".from", long(33))), phrase: "Too long: may not be more than 32"},
	{name: "Vonage with calls without caller", slice: vonageSlice, changes: edit(set(vonage+".voice", callsFrom), unset(vonage+".voice.from")), phrase: vonage + ".voice.from"},
	{name: "Vonage with calls without application", slice: vonageSlice, changes: edit(set(vonage+".voice", callsFrom), unset(vonage+".voice.applicationID")), phrase: vonage + ".voice.applicationID"},
	{name: "Vonage with calls of an application by its name", slice: vonageSlice, changes: edit(set(vonage+".voice", callsFrom), set(vonage+".voice.applicationID", "codes")), phrase: "must be a UUID, as the dashboard of Vonage shows it"},
	{name: "Vonage with calls without key", slice: vonageSlice, changes: edit(set(vonage+".voice", callsFrom), unset(vonage+".voice.privateKey")), phrase: vonage + ".voice.privateKey"},
	{name: "Vonage with calls at an address over http", slice: vonageSlice, changes: edit(set(vonage+".voice", callsFrom), set(vonage+".voice.baseURL", "http://api.nexmo.com")), phrase: badBaseURL},

	{name: "AWS without region", slice: awsSlice, changes: edit(unset(aws + ".region")), phrase: aws + ".region"},
	{name: "AWS with a zone for a region", slice: awsSlice, changes: edit(set(aws+".region", "eu-central-1a")), phrase: "must be a region of AWS, such as eu-central-1"},
	{name: "AWS with a region that is too long", slice: awsSlice, changes: edit(set(aws+".region", "eu-"+strings.Repeat("a", 30)+"-1")), phrase: "Too long: may not be more than 32"},
	{name: "AWS without sender", slice: awsSlice, changes: edit(unset(aws + ".originationIdentity")), phrase: "needs originationIdentity, the sender of messages, or voice, or both"},
	{name: "AWS with calls without caller", slice: awsSlice, changes: edit(set(aws+".voice", "{}")), phrase: aws + ".voice.originationIdentity"},
	{name: "AWS with a sender that is too long", slice: awsSlice, changes: edit(set(aws+".originationIdentity", long(257))), phrase: "Too long: may not be more than 256"},
	{name: "AWS with a caller that is too long", slice: awsSlice, changes: edit(set(aws+".voice.originationIdentity", long(257))), phrase: "Too long: may not be more than 256"},
	{name: "AWS with a configuration set that is too long", slice: awsSlice, changes: edit(set(aws+".configurationSetName", strings.Repeat("a", 257))), phrase: "-"},
	{name: "AWS with a configuration set with white space", slice: awsSlice, changes: edit(set(aws+".configurationSetName", "my set")), phrase: "must be the name or ARN of a configuration set: letters, digits and _:/-"},
	{name: "AWS with credentials without id", slice: awsSlice, changes: edit(set(aws+".credentials", awsKey), unset(aws+".credentials.accessKeyID")), phrase: aws + ".credentials.accessKeyID"},
	{name: "AWS with credentials without secret", slice: awsSlice, changes: edit(set(aws+".credentials", awsKey), unset(aws+".credentials.secretAccessKey")), phrase: aws + ".credentials.secretAccessKey"},
	{name: "AWS with its secret for an id", slice: awsSlice, changes: edit(set(aws+".credentials", awsKey), set(aws+".credentials.accessKeyID", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")),
		phrase: "must have 16 or more capital letters and digits, such as AKIAIOSFODNN7EXAMPLE"},
	{name: "AWS with an id that is too long", slice: awsSlice, changes: edit(set(aws+".credentials", awsKey), set(aws+".credentials.accessKeyID", strings.Repeat("A", 129))), phrase: "-"},

	{name: "any service without address", slice: httpSlice, changes: edit(unset(other + ".url")), phrase: other + ".url"},
	{name: "any service over http", slice: httpSlice, changes: edit(set(other+".url", "http://sms.acme.example/send")), phrase: "https address"},
	{name: "any service too far away", slice: httpSlice, changes: edit(set(other+".url", "https://sms.acme.example/"+strings.Repeat("a", 1000))), phrase: "-"},
	{name: "any service with a line break in its address", slice: httpSlice, changes: edit(set(other+".url", `"https://sms.acme.example/send\n"`)), phrase: "https address"},
	{name: "any service without request", slice: httpSlice, changes: edit(unset(other + ".request")), phrase: other + ".request"},
	{name: "any service with an empty request", slice: httpSlice, changes: edit(set(other+".request", `""`)), phrase: other + ".request"},
	{name: "any service with a request that is a mapping", slice: httpSlice, changes: edit(set(other+".request", "{to: send.phoneNumber}")), phrase: other + ".request"},
	{name: "any service with a request that is too long", slice: httpSlice, changes: edit(set(other+".request", long(4097))), phrase: "Too long: may not be more than 4096"},
	{name: "any service that never says whether it has sent", slice: httpSlice, changes: edit(unset(other + ".sent")), phrase: other + ".sent"},
	{name: "any service with an empty id", slice: httpSlice, changes: edit(set(other+".transactionID", `""`)), phrase: other + ".transactionID"},
	{name: "any service with an id that is too long", slice: httpSlice, changes: edit(set(other+".transactionID", long(4097))), phrase: "Too long: may not be more than 4096"},

	{name: "no header in the list", slice: httpSlice, changes: edit(set(other+".headers", "[]")), phrase: other + ".headers"},
	{name: "too many headers", slice: httpSlice, changes: edit(set(other+".headers", "["+many(17, "{name: X-#, value: a}")+"]")), phrase: "Too many: 17: must have at most 16 items"},
	{name: "a header without name", slice: httpSlice, changes: edit(set(other+".headers", "[{value: a}]")), phrase: other + ".headers[0].name"},
	{name: "a header that stands twice", slice: httpSlice, changes: edit(set(other+".headers", "[{name: X-Team, value: a}, {name: X-Team, value: b}]")), phrase: "Duplicate value"},
	{name: "a header that stands twice in two cases", slice: httpSlice, changes: edit(set(other+".headers", "[{name: X-Team, value: a}, {name: x-team, value: b}]")),
		phrase: "headers has each header once, in whatever case it is written"},
	{name: "a header with a colon", slice: httpSlice, changes: edit(set(other+".headers", "[{name: 'X-Team:', value: a}]")), phrase: badOutbound},
	{name: "a header that the body decides on", slice: httpSlice, changes: edit(set(other+".headers", "[{name: content-TYPE, value: a}]")), phrase: badOutbound},
	{name: "a header of a provider with a name that is too long", slice: httpSlice, changes: edit(set(other+".headers", "[{name: "+strings.Repeat("X", 65)+", value: a}]")), phrase: "-"},
	{name: "a header without value", slice: httpSlice, changes: edit(set(other+".headers", "[{name: X-Team}]")), phrase: "takes exactly one of value and secretKeyRef"},
	{name: "a header with two values", slice: httpSlice, changes: edit(set(other+".headers", "[{name: X-Team, value: a, secretKeyRef: {name: b, key: c}}]")), phrase: "takes exactly one of value and secretKeyRef"},
	{name: "a header with an empty value", slice: httpSlice, changes: edit(set(other+".headers", `[{name: X-Team, value: ""}]`)), phrase: other + ".headers[0].value"},
	{name: "a header with another header in it", slice: httpSlice, changes: edit(set(other+".headers", `[{name: X-Team, value: "a\r\nX-Admin: b"}]`)), phrase: "must have printable ASCII characters only"},
	{name: "a header with a line break behind it", slice: httpSlice, changes: edit(set(other+".headers", `[{name: X-Team, value: "a\n"}]`)), phrase: "must have printable ASCII characters only"},
	{name: "a header with a value that is too long", slice: httpSlice, changes: edit(set(other+".headers", "[{name: X-Team, value: "+strings.Repeat("a", 1025)+"}]")), phrase: "Too long: may not be more than 1024"},
	{name: "a header of a Secret without key", slice: httpSlice, changes: edit(set(other+".headers", "[{name: X-Team, secretKeyRef: {name: a}}]")), phrase: other + ".headers[0].secretKeyRef.key"},
}
