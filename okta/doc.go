// Package okta is the client for the part of Okta's management API that
// Hookline uses: inline hooks and the identity of the org.
//
// # How a call runs
//
// One [Client] serves one org with one credential and is shared by everything
// that talks to that org. Each call takes the same way:
//
//  1. The budget of the org is asked. While Okta's rate limit is known to be
//     used up, the call is refused here with the time at which it may be
//     repeated, and nothing is sent.
//  2. The request executor of okta-sdk-golang builds and sends the request; it
//     owns the address, the credential and the user agent.
//  3. The transport below the executor reads the whole answer, within a
//     deadline and a size limit, into an exchange that belongs to this call.
//     The SDK itself only learns that a request was answered.
//  4. The exchange is judged once: a result, or an [Error] with a [Kind] that
//     says what a caller has to do.
//
// # Why the SDK is kept on a short lead
//
// Left to itself the SDK (v2.20.0) answers reads from a five-minute cache,
// sleeps inside a call after a 429 and then drops the reply with its reset
// time, repeats any request without bound when a connection ends in EOF,
// refuses replies by their content type, panics on a malformed Link header,
// loses members of the objects that it has types for, and fills what it was
// not told from the home directory and the environment. Steps 2 and 3 take
// each of these decisions away from it: its configuration starts empty, its
// cache stores nothing, no reply or connection error reaches its retry and
// decoding code, and bodies are encoded and decoded here.
//
// # Unknown outcomes
//
// Okta has no idempotency key. A write whose answer was lost may or may not
// have happened, and repeating a create makes a duplicate. Such errors have
// [Error.MayHaveHappened] set: look the hook up before sending anything again.
package okta
