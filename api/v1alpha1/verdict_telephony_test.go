package v1alpha1_test

import (
	"maps"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

const (
	telephonySlice = `
type: Telephony
path: /default/codes
handler:
  telephony:
    providers:
    - name: first
      http: {url: https://sms.acme.example/send, request: "{'to': send.phoneNumber}", sent: response.status == 202}
    - name: second
      http: {url: https://sms.acme.example/send, request: "{'to': send.phoneNumber}", sent: response.status == 202}
    routes:
    - {countries: [US, CA], channels: [SMS], requestTypes: [MFAVerification], when: "true", providers: [first], senders: {first: ACME}}
    - {providers: [second, first]}
    allowedCountries: [US, CA]
    limits: {perNumber: {count: 5, window: 10m}}
`
	tele       = "handler.telephony"
	firstRoute = tele + ".routes[0]"
	limit      = tele + ".limits.perNumber"

	badCountry  = "a country is an ISO 3166-1 alpha-2 code in capitals, such as US"
	badWindow   = "must be a duration from 1s to 24h, such as 10m"
	badProvider = "routes[].providers must be names of handler.telephony.providers"
	badSenders  = "senders has senders of the route's providers; write their names as they stand in providers"
)

// allCountries are n different codes, UK not among them.
func allCountries(n int) string {
	codes := slices.Sorted(maps.Keys(phonenumbers.GetSupportedRegions()))
	for second := 'A'; len(codes) < n; second++ {
		codes = append(codes, "X"+string(second)) // more than there are
	}
	return "[\"" + strings.Join(codes[:n], "\", \"") + "\"]"
}

var telephonyThatIsTaken = []verdictCase{
	{name: "telephony with routes and limits", slice: telephonySlice},
	{name: "telephony with providers alone", slice: telephonySlice, changes: edit(
		unset(tele+".routes"), unset(tele+".allowedCountries"), unset(tele+".limits"))},
	{name: "telephony where null is the same as leaving it out", slice: telephonySlice, changes: edit(
		set(tele+".routes", "null"), set(tele+".allowedCountries", "null"), set(tele+".limits", "null"), set(tele+".message", "null"))},
	{name: "telephony with a secret of the manager's making", slice: telephonySlice, changes: edit(set("authentication", "{rotation: {interval: 24h}}"))},
	{name: "as many providers as there may be", slice: telephonySlice, changes: edit(
		unset(tele+".routes"), set(tele+".providers", "["+many(8, "{name: p-#, http: "+rightHTTP+"}")+"]"))},
	{name: "as many routes as there may be, with all providers", slice: telephonySlice, changes: edit(
		set(tele+".providers", "["+many(8, "{name: p-#, http: "+rightHTTP+"}")+"]"),
		set(tele+".routes", "["+many(32, "{providers: [p-0, p-1, p-2, p-3, p-4, p-5, p-6, p-7], senders: {p-0: a, p-1: a, p-2: a, p-3: a, p-4: a, p-5: a, p-6: a, p-7: a}}")+"]"))},
	{name: "as many countries as there may be", slice: telephonySlice, changes: edit(
		set(tele+".allowedCountries", allCountries(245)), set(firstRoute+".countries", allCountries(245)))},
	{name: "Norway in quotes", slice: telephonySlice, changes: edit(set(tele+".allowedCountries", `["NO"]`))},
	{name: "every channel and request type", slice: telephonySlice, changes: edit(
		set(firstRoute+".channels", "[Voice, SMS]"), set(firstRoute+".requestTypes", "[PreEnrollment, MFAVerification, AccountUnlock, PasswordReset]"))},
	{name: "the longest condition of a route", slice: telephonySlice, changes: edit(set(firstRoute+".when", long(4096)))},
	{name: "the longest sender", slice: telephonySlice, changes: edit(set(firstRoute+".senders.first", long(256)))},
	{name: "the longest text", slice: telephonySlice, changes: edit(set(tele+".message", long(4096)))},
	{name: "the smallest limit", slice: telephonySlice, changes: edit(set(limit, "{count: 1, window: 1s}"))},
	{name: "the largest limit", slice: telephonySlice, changes: edit(set(limit, "{count: 100000, window: 24h}"))},
	{name: "a count in the form of a fraction without one", slice: telephonySlice, changes: edit(set(limit+".count", "5.0"))},
	{name: "a window in mixed units", slice: telephonySlice, changes: edit(set(limit+".window", "1h0.5m1s"))},
	{name: "limits of all kinds", slice: telephonySlice, changes: edit(
		set(tele+".limits", "{perNumber: {count: 1, window: 1m}, perUser: {count: 2, window: 2m}, perPrefix: {count: 3, window: 3m}}"))},
	{name: "what is blocked reported as sent", slice: telephonySlice, changes: edit(set(tele+".onBlocked", "ReportSuccess"))},
	{name: "what is blocked left to Okta", slice: telephonySlice, changes: edit(set(tele+".onBlocked", "ReportFailed"))},
	{name: "what providers block left to Okta", slice: telephonySlice, changes: edit(
		set(tele+".onBlocked", "ReportFailed"), unset(tele+".allowedCountries"), unset(tele+".limits"))},
	{name: "unknown outcomes left pending", slice: telephonySlice, changes: edit(set(tele+".onUnknownOutcome", "Pending"))},
	{name: "unknown outcomes sent once more", slice: telephonySlice, changes: edit(set(tele+".onUnknownOutcome", "NextProvider"))},
}

var telephonyThatIsRefused = []verdictCase{
	{name: "a type for another handler than telephony", slice: telephonySlice, changes: edit(set("type", "Token")),
		phrase: "answers hooks of type Telephony; write type: Telephony or another handler"},
	{name: "telephony without providers", slice: telephonySlice, changes: edit(unset(tele+".providers"), unset(tele+".routes")), phrase: tele + ".providers"},
	{name: "no provider in the list", slice: telephonySlice, changes: edit(set(tele+".providers", "[]"), unset(tele+".routes")), phrase: tele + ".providers"},
	{name: "a provider that is null", slice: telephonySlice, changes: edit(set(tele+".providers", "[null]"), unset(tele+".routes")), phrase: tele + ".providers[0]"},
	{name: "too many providers", slice: telephonySlice, changes: edit(
		unset(tele+".routes"), set(tele+".providers", "["+many(9, "{name: p-#, http: "+rightHTTP+"}")+"]")), phrase: "Too many: 9: must have at most 8 items"},
	{name: "two providers of one name", slice: telephonySlice, changes: edit(set(tele+".providers[1].name", "first"), unset(tele+".routes")), phrase: "Duplicate value"},

	{name: "no route in the list", slice: telephonySlice, changes: edit(set(tele+".routes", "[]")), phrase: tele + ".routes"},
	{name: "a route that is null", slice: telephonySlice, changes: edit(set(tele+".routes", "[null]")), phrase: firstRoute},
	{name: "too many routes", slice: telephonySlice, changes: edit(set(tele+".routes", "["+many(33, "{providers: [first]}")+"]")), phrase: "Too many: 33: must have at most 32 items"},
	{name: "a route without providers", slice: telephonySlice, changes: edit(set(tele+".routes", "[{channels: [SMS]}]")), phrase: firstRoute + ".providers"},
	{name: "no provider on a route", slice: telephonySlice, changes: edit(set(tele+".routes", "[{providers: []}]")), phrase: firstRoute + ".providers"},
	{name: "a provider on a route that is null", slice: telephonySlice, changes: edit(set(tele+".routes", "[{providers: [null]}]")), phrase: firstRoute + ".providers[0]"},
	{name: "a provider on a route that is empty", slice: telephonySlice, changes: edit(set(tele+".routes", `[{providers: [""]}]`)), phrase: firstRoute + ".providers[0]"},
	{name: "a provider on a route that there is not", slice: telephonySlice, changes: edit(set(tele+".routes", "[{providers: [third]}]")), phrase: badProvider},
	{name: "a provider on a route in another case", slice: telephonySlice, changes: edit(set(tele+".routes", "[{providers: [First]}]")), phrase: "-"},
	{name: "a provider on a route with a line break behind it", slice: telephonySlice, changes: edit(set(tele+".routes", `[{providers: ["first\n"]}]`)), phrase: "-"},
	{name: "a provider twice on a route", slice: telephonySlice, changes: edit(set(tele+".routes", "[{providers: [first, first]}]")),
		phrase: "a route takes each provider once: trying the same one again is no failover"},
	{name: "too many providers on a route", slice: telephonySlice, changes: edit(set(tele+".routes", "[{providers: ["+many(9, "first")+"]}]")), phrase: "Too many: 9: must have at most 8 items"},
	{name: "an empty condition of a route", slice: telephonySlice, changes: edit(set(firstRoute+".when", `""`)), phrase: firstRoute + ".when"},
	{name: "a condition of a route that is too long", slice: telephonySlice, changes: edit(set(firstRoute+".when", long(4097))), phrase: "Too long: may not be more than 4096"},
	{name: "a condition of a route that is no text", slice: telephonySlice, changes: edit(set(firstRoute+".when", "true")), phrase: firstRoute + ".when"},

	{name: "no country on a route", slice: telephonySlice, changes: edit(set(firstRoute+".countries", "[]")), phrase: firstRoute + ".countries"},
	{name: "a country in small letters", slice: telephonySlice, changes: edit(set(firstRoute+".countries", "[us]")), phrase: badCountry},
	{name: "a country of three letters", slice: telephonySlice, changes: edit(set(firstRoute+".countries", "[USA]")), phrase: "-"},
	{name: "a country with a line break behind it", slice: telephonySlice, changes: edit(set(firstRoute+".countries", `["US\n"]`)), phrase: "-"},
	{name: "a country of two other letters", slice: telephonySlice, changes: edit(set(firstRoute+".countries", "[ÉÉ]")), phrase: badCountry},
	{name: "a country that is empty", slice: telephonySlice, changes: edit(set(firstRoute+".countries", `[""]`)), phrase: firstRoute + ".countries[0]"},
	{name: "the United Kingdom by its name in daily life", slice: telephonySlice, changes: edit(set(firstRoute+".countries", "[UK]")), phrase: "is no country that has phone numbers: write its ISO 3166-1 alpha-2 code, such as GB for the United Kingdom"},
	{name: "Norway without quotes", slice: telephonySlice, changes: edit(set(tele+".allowedCountries", "[US, NO]")), phrase: tele + ".allowedCountries[1]"},
	{name: "a country that stands twice", slice: telephonySlice, changes: edit(set(tele+".allowedCountries", "[US, CA, US]")), phrase: "Duplicate value"},
	{name: "no country that is allowed", slice: telephonySlice, changes: edit(set(tele+".allowedCountries", "[]")), phrase: tele + ".allowedCountries"},
	{name: "too many countries", slice: telephonySlice, changes: edit(set(tele+".allowedCountries", allCountries(251))), phrase: "Too many: 251: must have at most 250 items"},
	{name: "too many countries on a route", slice: telephonySlice, changes: edit(set(firstRoute+".countries", allCountries(251))), phrase: "Too many: 251: must have at most 250 items"},

	{name: "a channel by Okta's name", slice: telephonySlice, changes: edit(set(firstRoute+".channels", "[CALL]")), phrase: "Unsupported value"},
	{name: "a channel in small letters", slice: telephonySlice, changes: edit(set(firstRoute+".channels", "[sms]")), phrase: "Unsupported value"},
	{name: "a channel that stands twice", slice: telephonySlice, changes: edit(set(firstRoute+".channels", "[SMS, SMS]")), phrase: "Duplicate value"},
	{name: "no channel on a route", slice: telephonySlice, changes: edit(set(firstRoute+".channels", "[]")), phrase: firstRoute + ".channels"},
	{name: "a request type by Okta's name", slice: telephonySlice, changes: edit(set(firstRoute+".requestTypes", "[com.okta.user.telephony.mfa-verification]")), phrase: "Unsupported value"},
	{name: "a telephony request type that stands twice", slice: telephonySlice, changes: edit(set(firstRoute+".requestTypes", "[AccountUnlock, AccountUnlock]")), phrase: "Duplicate value"},
	{name: "no request type on a route", slice: telephonySlice, changes: edit(set(firstRoute+".requestTypes", "[]")), phrase: firstRoute + ".requestTypes"},

	{name: "no sender in the mapping", slice: telephonySlice, changes: edit(set(firstRoute+".senders", "{}")), phrase: firstRoute + ".senders"},
	{name: "a sender that is empty", slice: telephonySlice, changes: edit(set(firstRoute+".senders", `{first: ""}`)), phrase: firstRoute + ".senders"},
	{name: "a sender that is null", slice: telephonySlice, changes: edit(set(firstRoute+".senders", "{first: null}")), phrase: "-"},
	{name: "a sender that is a number to YAML", slice: telephonySlice, changes: edit(set(firstRoute+".senders", "{first: +15550100}")), phrase: firstRoute + ".senders"},
	{name: "a sender that is too long", slice: telephonySlice, changes: edit(set(firstRoute+".senders.first", long(257))), phrase: "Too long: may not be more than 256"},
	{name: "a sender of another provider than the route's", slice: telephonySlice, changes: edit(set(firstRoute+".senders", "{second: ACME}")), phrase: badSenders},
	{name: "a sender of a provider in another case", slice: telephonySlice, changes: edit(set(firstRoute+".senders", "{First: ACME}")), phrase: badSenders},
	{name: "too many senders", slice: telephonySlice, changes: edit(set(firstRoute+".senders", "{"+many(9, "p-#: a")+"}")), phrase: "Too many: 9: must have at most 8 items"},

	{name: "an empty text", slice: telephonySlice, changes: edit(set(tele+".message", `""`)), phrase: tele + ".message"},
	{name: "a text that is too long", slice: telephonySlice, changes: edit(set(tele+".message", long(4097))), phrase: "Too long: may not be more than 4096"},

	{name: "no limit in limits", slice: telephonySlice, changes: edit(set(tele+".limits", "{}")), phrase: "limits needs perNumber, perUser or perPrefix; leave it out if there shall be none"},
	{name: "a limit of nothing", slice: telephonySlice, changes: edit(set(limit+".count", "0")), phrase: limit + ".count"},
	{name: "a limit below nothing", slice: telephonySlice, changes: edit(set(limit+".count", "-1")), phrase: limit + ".count"},
	{name: "a limit that is too large", slice: telephonySlice, changes: edit(set(limit+".count", "100001")), phrase: limit + ".count"},
	{name: "a limit larger than there are numbers", slice: telephonySlice, changes: edit(set(limit+".count", "4294967297")), phrase: limit + ".count"},
	{name: "a limit with a fraction", slice: telephonySlice, changes: edit(set(limit+".count", "1.5")), phrase: limit + ".count"},
	{name: "a limit in quotes", slice: telephonySlice, changes: edit(set(limit+".count", `"5"`)), phrase: limit + ".count"},
	{name: "a limit without count", slice: telephonySlice, changes: edit(unset(limit + ".count")), phrase: limit + ".count"},
	{name: "a limit without window", slice: telephonySlice, changes: edit(unset(limit + ".window")), phrase: limit + ".window"},
	{name: "a window that is too short", slice: telephonySlice, changes: edit(set(limit+".window", "999ms")), phrase: badWindow},
	{name: "a window that is too long", slice: telephonySlice, changes: edit(set(tele+".limits", "{perUser: {count: 1, window: 24h1s}}")), phrase: badWindow},
	{name: "a window backwards", slice: telephonySlice, changes: edit(set(tele+".limits", "{perPrefix: {count: 1, window: -10m}}")), phrase: badWindow},
	{name: "a window in days", slice: telephonySlice, changes: edit(set(limit+".window", "1d")), phrase: limit + ".window"},
	{name: "a window that is a number", slice: telephonySlice, changes: edit(set(limit+".window", "600")), phrase: limit + ".window"},
	{name: "a window longer than there are numbers", slice: telephonySlice, changes: edit(set(limit+".window", "99999999999999999999h")), phrase: limit + ".window"},

	{name: "a word for what is blocked that there is not", slice: telephonySlice, changes: edit(set(tele+".onBlocked", "Fail")), phrase: "Unsupported value"},
	{name: "an empty word for what is blocked", slice: telephonySlice, changes: edit(set(tele+".onBlocked", `""`)), phrase: tele + ".onBlocked"},
	{name: "a word for unknown outcomes that there is not", slice: telephonySlice, changes: edit(set(tele+".onUnknownOutcome", "Retry")), phrase: "Unsupported value"},
	{name: "an empty word for unknown outcomes", slice: telephonySlice, changes: edit(set(tele+".onUnknownOutcome", `""`)), phrase: tele + ".onUnknownOutcome"},
}
