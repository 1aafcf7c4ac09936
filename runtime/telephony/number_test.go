package telephony

import "testing"

func TestTheCountryIsThatOfTheNumber(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ number, want string }{
		"a number of the United States":                           {"+14155552671", "US"},
		"a number of Canada, which has the same calling code":     {"+16135550100", "CA"},
		"a number of the Bahamas, which has it too":               {"+12423570000", "BS"},
		"a mobile number that looks British and is of Guernsey":   {"+447911123456", "GG"},
		"a number of Kazakhstan, which shares Russia's code":      {"+77012345678", "KZ"},
		"a premium rate number":                                   {"+19005551234", "US"},
		"a toll-free number":                                      {"+18005551234", "US"},
		"a magic number of Twilio's":                              {"+15005550006", "US"},
		"an invalid one, by its calling code":                     {"+15555551212", "US"},
		"a British one that is kept for films, by calling code":   {"+447700900123", "GB"},
		"a range of the Bahamas that is not in the metadata":      {"+12420000000", "BS"},
		"a satellite network, which has no country":               {"+88213123456", ""},
		"an international toll-free number, which has none":       {"+80012345678", ""},
		"a calling code that nobody has":                          {"+9991234567", ""},
		"a number that is too short to be one":                    {"+49", ""},
		"a number with a digit too many":                          {"+141555526710", ""},
		"a Mexican number as before 2019":                         {"+5215512345678", "MX"},
		"a number of a country that has not an ISO code: Kosovo":  {"+38343201234", "XK"},
		"the number of Okta's preview, which has no calling code": {"9876543210", ""},
		"the other number of Okta's preview":                      {"9876543f21", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := parseNumber(tc.number).country; got != tc.want {
				t.Errorf("country of %s is %q, want %q", tc.number, got, tc.want)
			}
		})
	}
}

func TestNumbersHaveOneForm(t *testing.T) {
	t.Parallel()
	const none = "not a possible number"
	for name, tc := range map[string]struct{ text, e164, prefix, masked string }{
		"a number in E.164":                   {"+14155552671", "+14155552671", "+1415555", "+1415555****"},
		"with what people put between":        {" +1 (415) 555-26.71 ", "+14155552671", "+1415555", "+1415555****"},
		"with a trunk prefix":                 {"+44 (0)20 7946 0000", "+442079460000", "+44207946", "+44207946****"},
		"a Mexican one of today":              {"+52 55 1234 5678", "+525512345678", "+52551234", "+52551234****"},
		"a Mexican one as before 2019":        {"+52 1 55 1234 5678", "+525512345678", "+52551234", "+52551234****"},
		"a leading zero that belongs to it":   {"+390612345678", "+390612345678", "+39061234", "+39061234****"},
		"an invalid one of a possible length": {"+15555551212", "+15555551212", "+1555555", "+1555555****"},
		"one of no country":                   {"+88213123456", "+88213123456", "+8821312", "+8821312****"},
		"a calling code nobody has":           {"+9991234567", "+9991234567", "+999123", "+999123****"},
		"a digit too many":                    {"+141555526710", "", "", none},
		"a Mexican one with a digit too many": {"+52155123456789", "", "", none},
		"many digits too many":                {"+141555526710000", "", "", none},
		"too few digits":                      {"+14155", "", "", none},
		"nothing but a calling code":          {"+49", "", "", none},
		"without a country code":              {"9876543210", "", "", none},
		"with a country code from 0":          {"+0123456789", "", "", none},
		"with 16 digits":                      {"+1234567890123456", "", "", none},
		"with letters":                        {"+1800FLOWERS", "", "", none},
		"with an extension":                   {"+14155552671;ext=5", "", "", none},
		"with digits of another script":       {"+١٤١٥٥٥٥٢٦٧١", "", "", none},
		"nothing":                             {"", "", "", none},
		"a plus alone":                        {"+", "", "", none},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := parseNumber(tc.text)
			if n.e164 != tc.e164 || n.prefix() != tc.prefix || n.masked() != tc.masked {
				t.Errorf("got %+v, prefix %q, masked %q; want %+v", n, n.prefix(), n.masked(), tc)
			}
		})
	}
}

func TestWhatIsShorterThanTheMaskIsMaskedWhole(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{"+123": {"", "+****"}, "+1234": {"+", "+****"}} {
		if n := (number{e164: text}); n.prefix() != want[0] || n.masked() != want[1] {
			t.Errorf("%s: got prefix %q, masked %q", text, n.prefix(), n.masked())
		}
	}
}
