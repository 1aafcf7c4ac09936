// Package rules answers hooks by rules that users write: registration, token, SAML assertion and user import.
//
// What rules have in common is in rule.go: a condition, values, and what happens if one of them can't be
// evaluated. If a condition reads a member that is absent, a rule that denies matches and any other one does
// not: nobody gets more because of what is missing. Whatever else keeps a call from being judged, such as an
// expression that compares a text with a number or a value that can't be computed, is a [hook.Failure], and
// what Okta is answered then is chosen for each type so that nothing fails open. Leaving out a value would
// give more rights than the configuration asks for.
//
// # Registration
//
// Okta asks about two things, told apart by requestType: somebody signs up (self.service.registration, and
// calls of Classic Engine orgs, which name no type), or a user is asked for more attributes
// (progressive.profile). A call of a third kind is not judged by rules that were written for these two.
//
// Judging is a function of the configuration and the call, apart from any answer (decide.go):
//
//  1. The rules in order; the first one that is for this kind of call and whose condition holds decides.
//  2. allowedEmailDomains (email.go).
//  3. default, which is Deny if nobody wrote anything else.
//
// What Okta is told about the verdict is in answer.go.
//
// # Token and SAML assertion
//
// Here every rule whose condition holds adds operations of a JSON Patch, in order, and the first one that
// denies ends it with an error object (patch.go). Okta carries out all operations of an answer or none, and
// says so only in its System Log. So each is tried first on what the call has, after those before it
// (document.go); one whose target or parent is not there is left out and named in debugContext. What Okta would
// refuse in every call (v1alpha1.CheckPatches) makes no handler. Okta's SAML in JSON is verbose, so statement.go
// makes attribute statements from plain values.
//
// # User import
//
// Every rule whose condition holds adds to one decision, and later ones override earlier ones
// (userimport.go). None denies: what Okta does with the user then is not documented.
package rules
