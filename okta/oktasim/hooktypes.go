package oktasim

// The six inline hook types.
const (
	typePasswordImport = "com.okta.user.credential.password.import"
	typeRegistration   = "com.okta.user.pre-registration"
	typeTelephony      = "com.okta.telephony.provider"
	typeToken          = "com.okta.oauth2.tokens.transform"
	typeSAML           = "com.okta.saml.tokens.transform"
	typeUserImport     = "com.okta.import.transform"
)

// uniqueness is how many hooks of a type an org may have.
type uniqueness int

const (
	many      uniqueness = iota
	oneActive            // any number, of which one is ACTIVE
	oneAtAll             // a second one cannot be created
)

// hookType is what Okta does differently for a type. A flow that triggers hooks
// is one entry here and one file that builds the request and applies the reply.
type hookType struct {
	// retries is how often a call is repeated after a timeout, a connection
	// failure or a 5xx.
	retries int
	// noContent: a 204 is a good reply without commands.
	noContent bool
	// only200: another 2xx is not a good reply.
	only200 bool
	// listValue: a command's value is an array, otherwise an object.
	listValue bool
	// needsAuthScheme: the channel must have a header secret.
	needsAuthScheme bool
	unique          uniqueness
}

// hookTypes is the one table of what differs between the types.
var hookTypes = map[string]hookType{
	typePasswordImport: {retries: 1, noContent: true, unique: oneAtAll},
	typeRegistration:   {retries: 1, noContent: true},
	typeTelephony:      {only200: true, listValue: true, needsAuthScheme: true, unique: oneActive},
	typeToken:          {noContent: true, only200: true, listValue: true},
	typeSAML:           {retries: 1, noContent: true, listValue: true},
	typeUserImport:     {retries: 1, noContent: true},
}
