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
//	/api/v1/policies?type=PROFILE_ENROLLMENT
//	                                  the default policy, its rules, PUT of the one rule (binds a hook)
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
//	POST /idp/idx/enroll/new       {"userProfile":{…},"credentials":{"passcode"}}: self-service registration;
//	                               login defaults to email, credentials are optional.
//	POST /idp/idx/enroll/update    {"login" or "userId","userProfileUpdate":{…}}: progressive profiling.
//
// The last two stand for Okta's interactive flows, whose state between requests
// is left out. They answer 200 {"version","user":{"value":{…}}}, or 400
// {"version","messages":{"value":[{"message","class","field"}]}} with what the
// Sign-In Widget would show; field is there when the text belongs to one.
//
// # Calls to hooks
//
// Hooks are called over HTTPS only, with the secret header or an OAuth token that
// the org fetches first, in 3 seconds for everything. What repeats a call and what
// a reply may be differs by type: the table hookTypes. A flow is one entry there
// and one file that builds the request and applies the reply; there are flows for
// password import and registration, and execute for every type.
//
// # The admin interface
//
// Below /-/sim/, without any token, to script and watch the org. It shows the
// passwords that were sent to hooks: for development on loopback and for test
// clusters only. The same is there as methods of Org.
//
//	POST   faults      plan a fault: {"method","path","skip","count","action","status",
//	                   "errorCode","errorSummary","body","delay":"1.5s","reset":"9s","concurrency"};
//	                   see Fault. For instance, to lose the answer of the next create:
//	                   {"method":"POST","path":"/api/v1/inlineHooks","action":"LoseAnswer"}
//	GET    faults      the faults still to come; DELETE forgets them
//	GET    requests    {"counts","requests"}: what the org was asked; DELETE forgets it
//	GET    calls       {"calls"}: what hooks were sent and answered; DELETE forgets it
//	POST   reset       an org as new
//
// # Decisions where no source says what Okta does
//
// A repeated activate or deactivate changes nothing and succeeds. A PUT without
// the secret is refused. A channel's type may change. DELETE of an ACTIVE hook is
// 403 E0000056, as recorded for apps. Unknown members of a hook are ignored. A list
// of hooks by an unknown type is refused. A policy rule whose hook is missing or
// INACTIVE fails the registration. Only passwords that the org checks itself count
// towards a lockout. Clients must not rely on any of these; faults can answer
// differently. Activation of users is over at once, and what an org has beyond the
// operations above (groups, apps, sessions, a password policy) is not there.
package oktasim
