// Package rules answers hooks by rules that users write: first match decides. So far that is the
// registration hook.
//
// # Registration
//
// Okta asks about two things, told apart by requestType: somebody signs up (self.service.registration, and
// calls of Classic Engine orgs, which name no type), or a user is asked for more attributes
// (progressive.profile). A call of a third kind is not judged by rules that were written for these two.
//
// Judging is a function of the configuration and the call, apart from any answer (decide.go):
//
//  1. The rules in order. A rule matches if it is for this kind of call and its condition holds. If the
//     condition reads a member that is absent, a rule that allows does not match and one that denies
//     does: neither lets anybody in because of what is missing.
//  2. allowedEmailDomains (email.go).
//  3. default, which is Deny if nobody wrote anything else.
//
// What Okta is told about the verdict is in answer.go. Whatever keeps a call from being judged, such as an
// expression that compares a text with a number or a profile value that can't be computed, is a
// [hook.Failure]: the call is answered with an HTTP error, and Okta refuses with a text of its own. Leaving
// the attribute out would register somebody with fewer restrictions than the configuration asks for.
package rules
