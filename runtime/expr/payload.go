package expr

import "slices"

// What Okta sends with each hook type, from the schemas of its management API and its own examples. A member
// is declared with a type where both agree on it. Left open are objects whose members the org or the caller
// defines: profiles, claims, scopes, links and the parameters of a token request.

// envelope is the body of a call: what all types have, what one type has besides, and data.
func envelope(data *object, besides ...member) *object {
	members := all(text, "eventId", "eventTime", "eventType", "eventTypeVersion", "cloudEventVersion", "contentType", "source")
	return fixed(slices.Concat(members, besides, []member{{"data", data}})...)
}

// requestType tells apart what a call is about, for the types that have it.
var requestType = member{"requestType", text}

// trigger is the request that made Okta call the hook.
var trigger = fixed(
	member{"id", text}, member{"method", text}, member{"ipAddress", text}, member{"url", fixed(member{"value", text})},
)

// oktaUser is a user as Okta has it.
var oktaUser = fixed(
	member{"id", text}, member{"passwordChanged", text}, member{"profile", open}, member{"_links", open},
)

// session is the session that a token or an assertion is made in.
var session = fixed(slices.Concat(
	all(text, "id", "userId", "login", "createdAt", "expiresAt", "status", "lastPasswordVerification"),
	[]member{{"amr", texts}, {"idp", fixed(all(text, "id", "type")...)}, {"mfaActive", boolean}},
)...)

// refreshToken is all that a hook learns of one.
var refreshToken = fixed(member{"jti", text})

// lifetime is how long something is good for, in seconds.
var lifetime = fixed(member{"expiration", integer})

var passwordImportCall = envelope(fixed(
	member{"context", fixed(
		member{"request", trigger},
		member{"credential", fixed(all(text, "username", "password")...)},
	)},
	member{"action", fixed(member{"credential", text})},
))

var registrationCall = envelope(fixed(
	member{"context", fixed(member{"request", trigger}, member{"user", oktaUser})},
	member{"userProfile", open},
	member{"userProfileUpdate", open},
	member{"action", text},
), requestType)

// phoneMessage is the message that somebody is to get.
var phoneMessage = fixed(all(text, "msgTemplate", "phoneNumber", "otpExpires", "deliveryChannel", "otpCode", "locale")...)

// phoneUser is who gets it. It is no profile: Okta sends these four members and none of the org's own.
var phoneUser = fixed(all(text, "firstName", "lastName", "login", "userId")...)

var telephonyCall = envelope(fixed(
	member{"context", fixed(member{"request", trigger})},
	member{"userProfile", phoneUser},
	member{"messageProfile", phoneMessage},
), requestType)

// originalGrant is what a refresh token was first given for. Okta's schema has it with a capital O, other
// pages of Okta without.
var originalGrant = fixed(member{"authorization", open}, member{"refresh_token", refreshToken})

var tokenCall = envelope(fixed(
	member{"context", fixed(
		member{"request", trigger},
		member{"protocol", fixed(
			member{"type", text},
			member{"request", open},
			member{"OriginalGrant", originalGrant},
			member{"originalGrant", originalGrant},
			member{"issuer", fixed(member{"uri", text})},
			member{"client", fixed(all(text, "id", "name", "type")...)},
		)},
		member{"session", session},
		member{"user", oktaUser},
		member{"policy", fixed(member{"id", text}, member{"rule", fixed(member{"id", text})})},
	)},
	member{"identity", fixed(
		member{"claims", open},
		member{"token", fixed(member{"lifetime", lifetime})},
	)},
	member{"access", fixed(
		member{"claims", open},
		member{"token", fixed(member{"lifetime", lifetime})},
		member{"scopes", open},
	)},
	member{"refresh_token", refreshToken},
))

var samlCall = envelope(fixed(
	member{"context", fixed(
		member{"request", trigger},
		member{"protocol", fixed(member{"type", text}, member{"issuer", fixed(all(text, "id", "name", "uri")...)})},
		member{"session", session},
		member{"user", oktaUser},
	)},
	member{"assertion", fixed(
		member{"subject", fixed(
			member{"nameId", text},
			member{"nameFormat", text},
			member{"confirmation", fixed(member{"method", text}, member{"data", fixed(member{"recipient", text})})},
		)},
		member{"authentication", fixed(
			member{"sessionIndex", text},
			member{"authnContext", fixed(member{"authnContextClassRef", text})},
		)},
		member{"conditions", fixed(member{"audienceRestriction", texts})},
		member{"claims", open},
		member{"lifetime", lifetime},
	)},
))

// The elements of conflicts, matches and policy are texts in one description of Okta's and objects in another.
var userImportCall = envelope(fixed(
	member{"context", fixed(
		member{"conflicts", list},
		member{"application", fixed(all(text, "name", "id", "label", "status")...)},
		member{"job", fixed(all(text, "id", "type")...)},
		member{"matches", list},
		member{"policy", list},
	)},
	member{"action", fixed(member{"result", text})},
	member{"appUser", fixed(member{"profile", open})},
	member{"user", fixed(member{"id", text}, member{"profile", open})},
))
