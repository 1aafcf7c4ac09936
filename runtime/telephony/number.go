package telephony

import (
	"errors"
	"regexp"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// number is a phone number as Okta has it.
type number struct {
	// e164 is the number in E.164, in the one form of all ways to write it: +44 (0)20 7946 0000 is
	// +442079460000. It is empty if it is none: without + and country code nobody can tell where it is, and
	// with a length that no number of the country has it would be counted as another one and still reach
	// the same phone.
	e164 string
	// country is the ISO 3166-1 alpha-2 code; empty if it can't be told, or for numbers of no country such as
	// those of satellite networks.
	country string
}

var (
	e164 = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)
	// formatting is what people put between digits.
	formatting = strings.NewReplacer(" ", "", "\u00a0", "", "-", "", ".", "", "(", "", ")", "")
	// oldMexican is how mobile numbers of Mexico were written until 2019, and are by many still. The metadata
	// has only the form without the 1.
	oldMexican = regexp.MustCompile(`^\+521([0-9]{10})$`)
)

// masked is how many digits at the end of a number a person is told by: they are left out of logs, and
// numbers that differ in them only are one prefix.
const maskedDigits = 4

// parseNumber reads a number. Okta's own are in E.164; those that its console makes up for a preview are not.
func parseNumber(text string) number {
	digits := formatting.Replace(strings.TrimSpace(text))
	if !e164.MatchString(digits) {
		return number{}
	}
	parsed, err := phonenumbers.Parse(oldMexican.ReplaceAllString(digits, "+52$1"), "")
	switch {
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode):
		return number{e164: digits} // perhaps one that is too new for the metadata
	case err != nil, !phonenumbers.IsPossibleNumber(parsed):
		return number{}
	}
	return number{e164: phonenumbers.Format(parsed, phonenumbers.E164), country: countryOf(parsed)}
}

// nonGeographic is the "region" of numbers that belong to no country.
const nonGeographic = "001"

// countryOf goes by the number and not by its country code alone, which about 25 countries share in the case
// of +1. A number in a range that the metadata does not know yet counts to the main country of its code.
func countryOf(parsed *phonenumbers.PhoneNumber) string {
	region := phonenumbers.GetRegionCodeForNumber(parsed)
	if region == "" {
		region = phonenumbers.GetRegionCodeForCountryCode(int(parsed.GetCountryCode()))
	}
	if region == nonGeographic || region == phonenumbers.UNKNOWN_REGION {
		return ""
	}
	return region
}

// prefix is the number without its last digits.
func (n number) prefix() string {
	return n.e164[:max(len(n.e164)-maskedDigits, 0)]
}

// masked is what may be logged of the number.
func (n number) masked() string {
	if n.e164 == "" {
		return "not a possible number"
	}
	return n.e164[:max(len(n.e164)-maskedDigits, 1)] + strings.Repeat("*", maskedDigits)
}
