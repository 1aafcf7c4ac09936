// Package passwordimport answers Okta's password import hook: it checks the password that somebody typed
// against the store that users come from, so that Okta can take it over.
//
// One call:
//
//  1. The credential is read from data.context.credential, or data.credential in the older form. What can't
//     be a password at all (empty, too long, with a NUL) is UNVERIFIED and reaches nothing.
//  2. The user name is the one typed, or what the expression `username` makes of it.
//  3. The store is asked for the digest of that user, within `timeout`. A store is one Go file: static.go a file
//     of users, sql.go a database with a dialect per driver, postgres.go so far. All of them pass one
//     suite of tests.
//  4. The password is verified: at most one per core at a time, because digests are made to be expensive.
//
// There are two kinds of no, and they must not be mixed up. UNVERIFIED says that the password is wrong,
// which Okta tells the person and counts towards a lockout. An error, always a *[hook.Failure], says that
// there is no telling, because the store is down or has something that nobody can read; Okta then
// refuses this one sign-in and asks again at the next. Nothing but a digest that matches is ever VERIFIED.
//
// # Time
//
// Somebody who is not in the store costs the time of one verification too, or the time would tell who is.
// Which digest stands in is decided by [mix].
//
// # Secrets
//
// Passwords, digests and user names stand in no error, log or metric. Whoever adds a store: errors of
// drivers quote values, so they are sorted and put into words of our own.
package passwordimport
