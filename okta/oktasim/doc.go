// Package oktasim is an Okta org on loopback, as far as inline hooks and what
// triggers them are concerned: the same paths, bodies, status codes, limits and
// rate-limit headers, and the same calls to hooks. It shares no types with the
// client or the runtime, so that a mistake in theirs cannot cancel out here; its
// truth is recorded exchanges and Okta's published schemas.
//
//	org := oktasim.New(oktasim.Options{APIToken: "token"})
//	server := httptest.NewTLSServer(org)
//
// # The administrator's side
//
// With "Authorization: SSWS <token>":
//
//	/api/v1/inlineHooks               list (?type=), create, get, PUT, POST (partial), delete,
//	                                  lifecycle/activate, lifecycle/deactivate, execute
//	/api/v1/hook-keys                 list, create, get (?expand=publickey), PUT, delete; public/{keyId}
//	/api/v1/users                     list (limit, after, q, filter, search), create, get by id or login,
//	                                  POST (partial), PUT, delete, lifecycle/activate, deactivate, unlock
//	/api/v1/users/{id}/factors        list, enroll (?activate=true, ?updatePhone=true), get, delete,
//	                                  lifecycle/activate, resend: the factors sms and call
//	/api/v1/policies?type=PROFILE_ENROLLMENT
//	                                  the default policy, its rules, PUT of the one rule (binds a hook)
//	/api/v1/authorizationServers/default/policies
//	                                  the access policy; its rules: list, create (201), get, PUT;
//	                                  actions.token.inlineHook binds a token hook
//	/api/v1/apps                      custom SAML apps: list, create, get, PUT;
//	                                  settings.signOn.inlineHooks binds a SAML assertion hook
//	/api/v1/logs                      the System Log: filter, since, until, sortOrder, limit, after
//
// Without a token: /.well-known/okta-organization.
//
// # The user's side
//
// Without a token; each of these triggers a hook.
//
//	POST /api/v1/authn             {"username","password"}: primary authentication. A user created with
//	                               credentials.password.hook is checked by the password import hook until
//	                               it says VERIFIED once. 200 with a sessionToken, or 401 E0000004.
//	                               A user with an active factor gets MFA_REQUIRED and a stateToken instead.
//	POST /api/v1/authn/factors/{id}/verify
//	                               {"stateToken"} sends a one-time code; with "passCode" it ends the sign-in.
//	                               Also …/verify/resend, and /api/v1/authn/cancel.
//	POST /api/v1/authn/recovery/password, …/recovery/unlock
//	                               {"username","factorType":"SMS" or "CALL"} sends a code, which
//	                               …/recovery/factors/{type}/verify takes (and …/resend repeats); then
//	                               the account is unlocked, or /api/v1/authn/credentials/reset_password
//	                               takes {"stateToken","newPassword"}.
//	POST /idp/idx/enroll/new       {"userProfile":{…},"credentials":{"passcode"}}: self-service registration;
//	                               login defaults to email, credentials are optional.
//	POST /idp/idx/enroll/update    {"login" or "userId","userProfileUpdate":{…}}: progressive profiling.
//
//	GET  /oauth2/default/v1/authorize
//	                               the code flow, with PKCE, and the implicit flow, for a sessionToken of
//	                               primary authentication; without one: login_required.
//	POST /oauth2/default/v1/token  client_credentials, authorization_code, refresh_token. Beside it v1/keys
//	                               and both .well-known documents.
//	GET  /app/{name}/{id}/sso/saml, or the app's embed link
//	                               SAML sign-on that the user starts, with ?sessionToken= and ?RelayState=:
//	                               a form with the SAMLResponse that sends itself.
//
// The two of /idp/idx stand for Okta's interactive flows, whose state between requests
// is left out. They answer 200 {"version","user":{"value":{…}}}, or 400
// {"version","messages":{"value":[{"message","class","field"}]}} with what the
// Sign-In Widget would show; field is there when the text belongs to one.
//
// # Calls to hooks
//
// Hooks are called over HTTPS only, with the secret header or an OAuth token that
// the org fetches first, in 3 seconds for everything. What repeats a call and what
// a reply may be differs by type: the table hookTypes. A flow is one entry there
// and a file that builds the request and applies the reply; every type has its
// flows, and execute.
//
// # One-time codes
//
// Enrolling a phone, signing in with it, and both recoveries make a code and have
// the telephony hook send it. The hook has, when it answers 200 with one action
// whose status is SUCCESSFUL or PENDING. After FAILED, an error object, another
// status, a malformed reply, no answer in 3 seconds, or without an ACTIVE hook,
// Okta's own provider sends the same code, which is in the outbox (Messages): what
// is there and at the hook's provider too was sent twice. Okta limits its own
// provider strictly, and an org may have none; here it always sends.
//
// Options.ChallengePause is Okta's 30 seconds between two codes for one phone. It is
// off unless set, since a sign-in right after an enrollment would have to wait.
//
// # User import
//
// Each new user of the app is matched with the org's users (EMAIL, then
// FIRST_AND_LAST_NAME), mapped to an Okta profile, shown to the hook, and created,
// STAGED, or linked. Without a good reply the import goes on as it would have; a
// reply with one command that cannot be followed is none.
//
// # Tokens
//
// The one custom authorization server, default, signs with a key that is made for
// the process's first token. Its clients are those of Options and of the admin
// interface. The first rule of its policy that is ACTIVE and has the grant type and
// the scopes decides the lifetime and the hook. As at Okta, the hook is asked at
// authorize for the code flow and the implicit one, and at the token endpoint for
// client credentials and refreshes: once, and never again for the same code.
//
// A command that cannot be applied drops all of them: the tokens are made as they
// were, and the System Log names the command. So they are after any failure of the
// hook. Only an error object stops them, with the OAuth error server_error. What may
// be touched is in tokenpatch.go.
//
// # Assertions
//
// A custom SAML app makes a Response with one assertion. It is not signed, and not
// encrypted, whatever the app's settings say: no service provider should take it.
// Attribute statements know user.<attribute> and texts. A command that cannot be
// applied is skipped, and the System Log names it; an error object denies the
// sign-on, with its text on a page; after any failure the assertion goes out as it
// was.
//
// # The admin interface
//
// Below /-/sim/, without any token, to script and watch the org. It shows the
// passwords and one-time codes that were sent: for development on loopback and for
// test clusters only. The same is there as methods of Org.
//
//	POST   faults      plan a fault: {"method","path","skip","count","action","status",
//	                   "errorCode","errorSummary","body","delay":"1.5s","reset":"9s","concurrency"};
//	                   see Fault. For instance, to lose the answer of the next create:
//	                   {"method":"POST","path":"/api/v1/inlineHooks","action":"LoseAnswer"}
//	GET    faults      the faults still to come; DELETE forgets them
//	GET    requests    {"counts","requests"}: what the org was asked; DELETE forgets it
//	GET    calls       {"calls"}: what hooks were sent and answered; DELETE forgets it
//	GET    messages    {"messages"}: the one-time codes that Okta's own provider sent; DELETE forgets it
//	POST   clients     add an OAuth client: {"id","secret","name","redirectUris"}; see Client
//	GET    clients     {"clients"}, without their secrets
//	POST   imports     import users of an app, as the console does: {"app":{"name","label"},"hookId",
//	                   "users":[{"externalId","profile":{…}}]}; see Import. The answer is what became of each
//	POST   reset       an org as new
//
// # Decisions where no source says what Okta does
//
// A repeated activate or deactivate changes nothing and succeeds. A PUT without
// the secret is refused. A channel's type may change. DELETE of an ACTIVE hook is
// 403 E0000056, as recorded for apps. Unknown members of a hook are ignored. A list
// of hooks by an unknown type is refused. A policy rule whose hook is missing or
// INACTIVE fails the registration. Only passwords that the org checks itself count
// towards a lockout; wrong one-time codes do not. A code that is too old is refused
// like a wrong one. A recovery needs an active factor of its kind and a password
// recovery ends in a session. A user whom an import hook answers with an error
// object is not imported. data.context.matches has ids.
//
// A token or SAML hook that is named and missing or INACTIVE changes nothing, which
// the System Log says. A session is not in the request of a refresh. The token
// endpoint answers server_error with 400, a denied sign-on is a page with 403. Every
// name that can be a scope is a scope of the server; a rule without scopes allows
// none. Of SAML hooks only the bad command is skipped, with all its operations; add
// takes attribute statements, what is below them, and the sessionLifetime. An app
// has at most one hook, and every user is assigned to every app.
//
// Clients must not rely on any of these; faults can answer differently. Activation
// of users is over at once, and what an org has beyond the operations above (groups,
// other apps, a sign-in page and its cookie, a password policy) is not there.
package oktasim
