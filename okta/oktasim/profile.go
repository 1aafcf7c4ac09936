package oktasim

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// baseAttributes are Okta's own attributes of a user; all hold strings.
var baseAttributes = []string{
	"login", "email", "secondEmail", "firstName", "lastName", "middleName", "honorificPrefix", "honorificSuffix",
	"title", "displayName", "nickName", "profileUrl", "primaryPhone", "mobilePhone", "streetAddress", "city",
	"state", "zipCode", "countryCode", "postalAddress", "preferredLanguage", "locale", "timezone", "userType",
	"employeeNumber", "costCenter", "organization", "division", "department", "managerId", "manager",
}

var emailPattern = regexp.MustCompile(`^[^\s@]+@[^\s@]+$`)

// checkProfile returns the error Okta has for a profile, or nil. what is its name
// for the resource when an attribute is not in the schema.
func (o *Org) checkProfile(profile object, what string) error {
	var causes []string
	for _, name := range slices.Sorted(maps.Keys(profile)) {
		if slices.Contains(o.opts.ProfileAttributes, name) {
			continue
		}
		if !slices.Contains(baseAttributes, name) {
			// The doubled quotes are Okta's, recorded.
			return errInvalid(what, fmt.Sprintf("Property name ''%s'' is not defined in profile", name))
		}
		var d decoder
		if member[string](&d, profile, name); d.err != nil {
			causes = append(causes, name+": The value must be of type string")
		}
	}
	login, email := stringMember(profile, "login"), stringMember(profile, "email")
	switch {
	case login == "":
		causes = append(causes, "login: "+blank)
	case !emailPattern.MatchString(login):
		causes = append(causes, "login: Username must be in the form of an email address")
	}
	switch {
	case email == "":
		causes = append(causes, "email: "+blank)
	case !emailPattern.MatchString(email):
		causes = append(causes, "email: Does not match required pattern")
	}
	return invalidFields(causes)
}

// merge lays changes over a profile and returns the new one; null removes.
func merge(profile, changes object) object {
	merged := maps.Clone(profile)
	if merged == nil {
		merged = object{}
	}
	for name, value := range changes {
		if string(value) == "null" {
			delete(merged, name)
			continue
		}
		merged[name] = value
	}
	return merged
}
