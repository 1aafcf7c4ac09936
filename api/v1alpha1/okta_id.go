package v1alpha1

// oktaIDs has Okta's own id of each hook type, as in Okta's management API description.
var oktaIDs = map[HookType]string{
	PasswordImport: "com.okta.user.credential.password.import",
	Registration:   "com.okta.user.pre-registration",
	Telephony:      "com.okta.telephony.provider",
	Token:          "com.okta.oauth2.tokens.transform",
	SAMLAssertion:  "com.okta.saml.tokens.transform",
	UserImport:     "com.okta.import.transform",
}

// OktaID is Okta's own id of the hook type, such as com.okta.user.pre-registration; empty for a type
// that there is not.
func (t HookType) OktaID() string { return oktaIDs[t] }
