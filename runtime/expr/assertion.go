package expr

// assertionPlaces is the one table of what Okta takes at a place of a SAML assertion; * stands for any name or
// number. What is not in it is any JSON.
var assertionPlaces = []struct {
	path []string
	kind Kind
}{
	{[]string{"claims", "*"}, Statement},
	{[]string{"claims", "*", "attributes"}, Map},
	{[]string{"claims", "*", "attributes", "NameFormat"}, String},
	{[]string{"claims", "*", "attributeValues", "*", "value"}, Scalar},
	{[]string{"subject", "nameId"}, String},
	{[]string{"subject", "nameFormat"}, String},
	{[]string{"subject", "confirmation", "method"}, String},
	{[]string{"subject", "confirmation", "data", "recipient"}, String},
	{[]string{"authentication", "sessionIndex"}, String},
	{[]string{"authentication", "sessionLifetime"}, Integer},
	{[]string{"authentication", "authnContext", "authnContextClassRef"}, String},
	{[]string{"conditions", "audienceRestriction", "*"}, String},
}

// AssertionKind is what an expression has to yield for the place of a SAML assertion with these reference tokens
// of a JSON Pointer, unescaped.
func AssertionKind(path []string) Kind {
	for _, place := range assertionPlaces {
		if isAt(path, place.path) {
			return place.kind
		}
	}
	return JSON
}

func isAt(path, place []string) bool {
	if len(path) != len(place) {
		return false
	}
	for i, name := range place {
		if name != "*" && name != path[i] {
			return false
		}
	}
	return true
}
