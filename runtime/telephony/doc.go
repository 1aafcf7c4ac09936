// Package telephony answers Okta's telephony hook: it hands one-time codes to providers that carry them as
// text messages and voice calls.
//
// One call:
//
//  1. The call is read leniently (call.go), and the country of the number is told (number.go).
//  2. What is to be blocked is blocked: countries that are not allowed, and more codes to a number, for a
//     user or to a range of numbers than the limits allow (limits.go, history.go).
//  3. The first route that fits names the providers, in order (route.go).
//  4. The text is made: by the expression `message`, by Okta, or by a sentence of our own (text.go, sentences.go).
//  5. The providers are tried within the time that is left (attempts.go), each behind a circuit breaker
//     (carrier.go).
//  6. What came of it is answered (answer.go).
//
// # Never two codes
//
// Okta sends a code by itself, past whatever was decided here, after every answer but SUCCESSFUL and PENDING,
// and after none. So up to the first attempt a call may end in an error, which Okta is told as FAILED: nobody
// has sent. From the first attempt on it ends in an [outcome], never in an error, and one that may have sent
// is never FAILED. The types say so: what tries providers returns no error.
//
// For the same reason the next provider is tried only if those before have definitely not sent, unless
// somebody asked for it with onUnknownOutcome: NextProvider. The answer leaves some time before the deadline
// ([answerMargin]), whether or not a provider heeds its context: one that does not is left behind, and
// what it has done by then is unknown.
//
// # Confidential
//
// Codes, numbers and texts stand in no error, log, metric or answer. What is logged of a blocked call is its
// country and the number without its last four digits.
package telephony
