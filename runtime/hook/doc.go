// Package hook is Okta's inline hook protocol, seen from the service that is called.
//
// Okta POSTs a JSON envelope and waits three seconds for a JSON answer. The story of one call:
//
//  1. [Decode] reads the envelope leniently: members that it does not know are passed over, optional ones
//     may be missing. What is inside "data" is left to the handler of the hook type.
//  2. A [Handler] gets the [Request] and returns a [Response], the commands that Okta is to carry out, or
//     an error. It never sees HTTP.
//  3. An error means that the handler could not decide, never that the answer is no: a wrong password or a
//     refused sign-up is a Response. What Okta makes of a service that could not decide differs from type to
//     type (it stops, goes on unmodified, or acts by itself), so what is answered then stands in one table,
//     [TypeByID], with one entry per hook type.
//
// A call that carries [ProbeHeader] is not Okta's but the manager's: it asks who is there, and is answered
// with [ProbeAnswer] without running the handler.
//
// The facts about Okta are those of its inline hook reference and its management API description 5.1.0.
// The package neither opens connections nor files.
package hook
