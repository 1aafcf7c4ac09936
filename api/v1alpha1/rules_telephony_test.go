package v1alpha1_test

// valueRule has the cases of a rule that is about one value: by sentences, the values that it takes and
// refuses. prepare makes the manifest one that has the field.
func valueRule(at, says, base string, prepare []change, takes, refuses map[string]string) ruleCases {
	with := func(values map[string]string) map[string][]change {
		cases := map[string][]change{}
		for sentence, value := range values {
			cases[sentence] = append(prepare[:len(prepare):len(prepare)], set(at, value))
		}
		return cases
	}
	return ruleCases{at: at, says: says, base: base, takes: with(takes), refuses: with(refuses)}
}

const (
	telephonyAt = "spec.handler.telephony"
	route       = telephonyAt + ".routes[0]"

	saysCountry = "a country is an ISO 3166-1 alpha-2 code in capitals, such as US"
	saysNowhere = "is no country that has phone numbers: write its ISO 3166-1 alpha-2 code, such as GB for the United Kingdom"
	saysWindow  = "window must be a duration from 1s to 24h, such as 10m"
	saysName    = "the name of a provider must have lower-case letters, digits and -, such as twilio-eu"
)

// twoProviders and oneRoute are what cases about routes begin with.
var (
	twoProviders = set(telephonyAt+".providers", "[{name: first, http: "+rightHTTP+"}, {name: second, http: "+rightHTTP+"}]")
	oneRoute     = set(telephonyAt+".routes", "[{providers: [first]}]")
)

// countries has cases for one country of a list that has another before it.
func countries(at string, prepare ...change) []ruleCases {
	second := at + "[1]"
	prepare = append(prepare, set(at, "[US, CA]"))
	return []ruleCases{
		valueRule(second, saysCountry, smallTelephonyHook, prepare,
			map[string]string{"another country": "DE", "Norway in quotes": `"NO"`},
			map[string]string{"small letters": "us", "a digit": "U1", "white space": `"U "`, "a line break": `"U\n"`}),
		valueRule(second, saysNowhere, smallTelephonyHook, prepare,
			map[string]string{"the United Kingdom": "GB", "Kosovo": "XK"},
			map[string]string{"its name in daily life": "UK", "a language": "EN", "a union": "EU", "nowhere": "ZZ", "a country without phones": "AQ"}),
	}
}

// window has cases for the window of a limit.
func window(limit string) ruleCases {
	prepare := edit(set(telephonyAt+".limits."+limit, "{count: 5, window: 10m}"))
	return valueRule(telephonyAt+".limits."+limit+".window", saysWindow, smallTelephonyHook, prepare,
		map[string]string{"the shortest": "1s", "the longest": "24h", "two units": "1h30m"},
		map[string]string{"too short": "999ms", "too long": "24h1s", "days": "1d", "words": "10 minutes", "nothing": `""`, "a negative one": "-10m"})
}

var telephonyRules = append(append(countries(telephonyAt+".allowedCountries"), countries(route+".countries", twoProviders, oneRoute)...),
	ruleCases{
		at: "spec", base: smallTelephonyHook,
		says:    "handler.telephony answers hooks of type Telephony; write type: Telephony or another handler",
		takes:   map[string][]change{"the type that it answers": nil},
		refuses: map[string][]change{"a type that it can't answer": edit(set("spec.type", "Token"))},
	},
	ruleCases{
		at: telephonyAt, base: smallTelephonyHook,
		says: "routes[].providers must be names of handler.telephony.providers",
		takes: map[string][]change{
			"names that there are": edit(twoProviders, set(telephonyAt+".routes", "[{providers: [second, first]}, {providers: [first]}]")),
			"no routes":            edit(twoProviders),
		},
		refuses: map[string][]change{
			"a name that there is not":            edit(twoProviders, set(telephonyAt+".routes", "[{providers: [third]}]")),
			"one behind some that there are":      edit(twoProviders, set(telephonyAt+".routes", "[{providers: [first, second, third]}]")),
			"one in a later route":                edit(twoProviders, set(telephonyAt+".routes", "[{providers: [first]}, {providers: [third]}]")),
			"the kind of a provider for its name": edit(twoProviders, set(telephonyAt+".routes", "[{providers: [http]}]")),
		},
	},
	valueRule(route+".providers[0]", saysName, smallTelephonyHook, edit(twoProviders, oneRoute),
		map[string]string{"a name": "second"}, map[string]string{"capitals": "Twilio", "white space": `"first "`}),
	valueRule(route+".providers", "a route takes each provider once: trying the same one again is no failover", smallTelephonyHook, edit(twoProviders, oneRoute),
		map[string]string{"two": "[second, first]"}, map[string]string{"one twice": "[first, second, first]"}),
	ruleCases{
		at: route, base: smallTelephonyHook,
		says: "senders has senders of the route's providers; write their names as they stand in providers",
		takes: map[string][]change{
			"senders of all providers": edit(twoProviders, set(telephonyAt+".routes", "[{providers: [first, second], senders: {first: ACME, second: '+15550100'}}]")),
			"a sender of one":          edit(twoProviders, set(telephonyAt+".routes", "[{providers: [first, second], senders: {second: ACME}}]")),
			"none":                     edit(twoProviders, oneRoute),
		},
		refuses: map[string][]change{
			"a sender of a provider of no route": edit(twoProviders, oneRoute, set(route+".senders", "{second: ACME}")),
			"a sender of nobody":                 edit(twoProviders, oneRoute, set(route+".senders", "{first: ACME, third: ACME}")),
		},
	},
	ruleCases{
		at: telephonyAt + ".limits", base: smallTelephonyHook,
		says: "limits needs perNumber, perUser or perPrefix; leave it out if there shall be none",
		takes: map[string][]change{
			"one": edit(set(telephonyAt+".limits", "{perUser: {count: 1, window: 1m}}")),
			"all": edit(set(telephonyAt+".limits", "{perNumber: {count: 1, window: 1m}, perUser: {count: 1, window: 1m}, perPrefix: {count: 100000, window: 1m}}")),
		},
		refuses: map[string][]change{"none": edit(set(telephonyAt+".limits", "{}"))},
	},
	window("perNumber"), window("perUser"), window("perPrefix"),
)
