package v1alpha1_test

import "strings"

// below is a piece of YAML as it stands depth levels down.
func below(depth int, text string) string {
	margin := strings.Repeat("  ", depth)
	return margin + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n"+margin)
}

// provided is a hook with one provider of a kind.
func provided(provider string) string {
	return hook("type: Telephony\nhandler:\n  telephony:\n    providers:\n    - name: mine\n" + below(3, provider))
}

// routed is a hook with two providers, and with what is said of them.
func routed(rest string) string {
	return hook(`
type: Telephony
handler:
  telephony:
    providers:
    - {name: twilio, twilio: ` + rightTwilio + `}
    - {name: vonage, vonage: ` + rightVonage + `}
` + below(2, rest))
}

var wrongTelephonyHooks = []wrongManifest{
	{"the handler is telephony and the type is not", hook(`
type: Registration
handler: {telephony: {providers: [{name: twilio, twilio: ` + rightTwilio + `}]}}
`), []string{"handler.telephony answers hooks of type Telephony", "write type: Telephony or another handler"}},
	{"providers are a mapping by name", hook(`
type: Telephony
handler: {telephony: {providers: {twilio: ` + rightTwilio + `}}}
`), []string{`unknown field "spec.handler.telephony.providers.twilio"`}},
	{"there are no providers", hook(`
type: Telephony
handler: {telephony: {message: "'Your code is ' + message.otpCode"}}
`), []string{"spec.handler.telephony.providers: Required value"}},
	{"a route names a provider that there is not", routed(`
routes:
- {countries: [US], providers: [twillio, vonage]}
`), []string{"spec.handler.telephony", "routes[].providers must be names of handler.telephony.providers"}},
	{"a route names one provider as text", routed(`
routes:
- {countries: [US], providers: twilio}
`), []string{"spec.handler.telephony.routes[0].providers", "must be of type array"}},
	{"a route tries a provider again", routed(`
routes:
- {providers: [twilio, twilio]}
`), []string{"routes[0].providers", "a route takes each provider once: trying the same one again is no failover"}},
	{"a route has no providers", routed(`
routes:
- {countries: [US]}
`), []string{"spec.handler.telephony.routes[0].providers: Required value"}},
	{"a route has Okta's own name of a channel", routed(`
routes:
- {channels: [CALL], providers: [twilio]}
`), []string{`routes[0].channels[0]: Unsupported value: "CALL": supported values: "SMS", "Voice"`}},
	{"a route has Okta's own name of a request type", routed(`
routes:
- {requestTypes: [com.okta.user.telephony.pre-enrollment], providers: [twilio]}
`), []string{"requestTypes[0]: Unsupported value", `"PreEnrollment", "MFAVerification", "AccountUnlock", "PasswordReset"`}},
	{"a route has a calling code for a country", routed(`
routes:
- {countries: ["+1"], providers: [twilio]}
`), []string{"routes[0].countries[0]", "an ISO 3166-1 alpha-2 code in capitals, such as US"}},
	{"a route has a sender of a provider that it does not use", routed(`
routes:
- {providers: [twilio], senders: {vonage: ACME}}
`), []string{"routes[0]", "senders has senders of the route's providers; write their names as they stand in providers"}},
	{"a route has one sender for all", routed(`
routes:
- {providers: [twilio], senders: ACME}
`), []string{"routes[0].senders", "must be of type object"}},
	{"an allowed country is in small letters", routed(`
allowedCountries: [us, ca]
`), []string{`allowedCountries[0]: Invalid value: "us"`, "an ISO 3166-1 alpha-2 code in capitals, such as US"}},
	{"the United Kingdom is UK", routed(`
allowedCountries: [IE, UK]
`), []string{`allowedCountries[1]: Invalid value: "UK"`, "such as GB for the United Kingdom"}},
	{"Norway is false, as YAML has it", routed(`
allowedCountries: [SE, NO]
`), []string{"allowedCountries[1]", `must be of type string: "boolean"`}},
	{"an allowed country stands twice", routed(`
allowedCountries: [SE, DK, SE]
`), []string{`allowedCountries[2]: Duplicate value: "SE"`}},
	{"a limit is a number", routed(`
limits: {perNumber: 5}
`), []string{"spec.handler.telephony.limits.perNumber", "must be of type object"}},
	{"a limit has its window in words", routed(`
limits: {perNumber: {count: 5, window: 10 minutes}}
`), []string{`limits.perNumber.window: Invalid value: "10 minutes"`, "a duration from 1s to 24h, such as 10m"}},
	{"a limit allows nothing", routed(`
limits: {perUser: {count: 0, window: 10m}}
`), []string{"limits.perUser.count", "should be greater than or equal to 1"}},
	{"limits are left empty", routed(`
limits: {}
`), []string{"spec.handler.telephony.limits", "needs perNumber, perUser or perPrefix; leave it out if there shall be none"}},
	{"what is blocked is to fail", routed(`
onBlocked: Fail
`), []string{`onBlocked: Unsupported value: "Fail"`, `"ReportSuccess", "ReportFailed"`}},
	{"the text is a mapping, as YAML has it", routed(`
message: {'Your code': message.otpCode}
`), []string{`unknown field "spec.handler.telephony.message.Your code"`}},
}

var wrongProviders = []wrongManifest{
	{"a provider is of no kind", hook(`
type: Telephony
handler: {telephony: {providers: [{name: twilio}]}}
`), []string{"providers[0]", "a provider takes exactly one of twilio, vonage, aws and http"}},
	{"a provider is of a kind that there is not", provided("infobip: {apiKey: abc}"), []string{`unknown field "spec.handler.telephony.providers[0].infobip"`}},
	{"two providers have one name", hook(`
type: Telephony
handler: {telephony: {providers: [{name: twilio, twilio: ` + rightTwilio + `}, {name: twilio, vonage: ` + rightVonage + `}]}}
`), []string{"providers[1]: Duplicate value", "twilio"}},
	{"Twilio's token stands in the manifest", provided(`twilio: {accountSID: AC0123456789abcdef0123456789abcdef, authToken: 0123456789abcdef0123456789abcdef, from: "+15550100"}`),
		[]string{"providers[0].twilio.authToken", "must be of type object"}},
	{"Twilio's number has lost its quotes", provided("twilio: {accountSID: AC0123456789abcdef0123456789abcdef, authToken: {secretKeyRef: {name: twilio, key: token}}, from: +15550100}"),
		[]string{"providers[0].twilio.from", `must be of type string: "integer"`}},
	{"Twilio's key stands where its account belongs", provided(`twilio: {accountSID: SK0123456789abcdef0123456789abcdef, authToken: {secretKeyRef: {name: twilio, key: token}}, from: "+15550100"}`),
		[]string{"twilio.accountSID", "accountSID must be AC and 32 hexadecimal digits, as the console of Twilio shows it"}},
	{"Twilio has no sender", provided("twilio: {accountSID: AC0123456789abcdef0123456789abcdef, authToken: {secretKeyRef: {name: twilio, key: token}}}"),
		[]string{"providers[0].twilio", "needs from, messagingServiceSID or voice.from: who messages or calls come from"}},
	{"Twilio has no credentials", provided(`twilio: {accountSID: AC0123456789abcdef0123456789abcdef, from: "+15550100"}`),
		[]string{"providers[0].twilio", "takes exactly one of authToken and apiKey"}},
	{"calls come from a number with spaces", provided(`twilio: {accountSID: AC0123456789abcdef0123456789abcdef, authToken: {secretKeyRef: {name: twilio, key: token}}, voice: {from: "+1 555 0100"}}`),
		[]string{"twilio.voice.from", "a number is written in E.164, such as +15550100"}},
	{"Vonage makes calls with its API key", provided(`vonage: {apiKey: abcd1234, apiSecret: {secretKeyRef: {name: vonage, key: secret}}, voice: {from: "+15550100"}}`),
		[]string{"vonage.voice.applicationID: Required value", "vonage.voice.privateKey: Required value"}},
	{"AWS is given by its zone", provided("aws: {region: us-east-1a, originationIdentity: ACME}"), []string{"aws.region", "must be a region of AWS, such as eu-central-1"}},
	{"AWS has the secret where the id belongs", provided("aws: {region: us-east-1, originationIdentity: ACME, credentials: {accessKeyID: wJalrXUtnFEMI/K7MDENG, secretAccessKey: {secretKeyRef: {name: aws, key: secret}}}}"),
		[]string{"aws.credentials.accessKeyID", "16 or more capital letters and digits, such as AKIAIOSFODNN7EXAMPLE"}},
	{"the base URL is that of one call", provided(`twilio: {accountSID: AC0123456789abcdef0123456789abcdef, authToken: {secretKeyRef: {name: twilio, key: token}}, from: "+15550100", baseURL: "https://api.twilio.com/?edge=dublin"}`),
		[]string{"twilio.baseURL", "an https address without query, such as https://api.twilio.com"}},
	{"a service is called over http", provided("http: {url: 'http://sms.acme.example/send', request: send.text, sent: response.status == 202}"),
		[]string{"http.url", "must be an https address without fragment, such as https://sms.acme.example/send"}},
	{"a service's request is written as YAML", provided(`
http:
  url: https://sms.acme.example/send
  request: {to: send.phoneNumber, text: send.text}
  sent: response.status == 202
`), []string{`unknown field "spec.handler.telephony.providers[0].http.request.to"`}},
	{"a service never says whether it has sent", provided("http: {url: 'https://sms.acme.example/send', request: send.text}"), []string{"http.sent: Required value"}},
	{"a service says true whatever it answers", provided("http: {url: 'https://sms.acme.example/send', request: send.text, sent: true}"), []string{"http.sent", `must be of type string: "boolean"`}},
	{"headers are a mapping", provided("http: {url: 'https://sms.acme.example/send', headers: {Authorization: abc}, request: send.text, sent: response.status == 202}"),
		[]string{`unknown field "spec.handler.telephony.providers[0].http.headers.Authorization"`}},
	{"a header stands twice", provided("http: {url: 'https://sms.acme.example/send', headers: [{name: X-Team, value: a}, {name: x-team, value: b}], request: send.text, sent: response.status == 202}"),
		[]string{"http.headers", "each header once, in whatever case it is written"}},
	{"a header is one that the body decides on", provided("http: {url: 'https://sms.acme.example/send', headers: [{name: Content-Type, value: text/plain}], request: send.text, sent: response.status == 202}"),
		[]string{"http.headers[0].name", "none that HTTP itself or the body decides on"}},
	{"a provider takes longer than there is time", provided("timeout: 5s\nhttp: " + rightHTTP), []string{`providers[0].timeout: Invalid value: "5s"`, "a duration from 100ms to 2300ms, such as 1200ms"}},
}
