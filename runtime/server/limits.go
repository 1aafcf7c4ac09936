package server

import "time"

// Limits of the public listener. Okta waits three seconds for an answer, and what is in its requests is
// a few kilobytes; nobody else has any business here.
const (
	// maxBodyBytes bounds a body. Okta names no limit of its own; user profiles are far smaller.
	maxBodyBytes = 1 << 20

	// maxHeaderBytes bounds the head of a request. The largest thing in it is a bearer token.
	maxHeaderBytes = 32 << 10

	// readHeaderTimeout bounds how long the head may take, and how long a new connection may stay silent.
	readHeaderTimeout = 2 * time.Second

	// readTimeout bounds how long head and body may take together. There is no answer in time after that.
	readTimeout = callDeadline

	// writeTimeout bounds the time from the end of the head to the end of the answer: the whole deadline,
	// and a rest for a caller that reads slowly.
	writeTimeout = 5 * time.Second

	// idleTimeout is how long a caller may keep a connection without using it. It is longer than proxies
	// keep theirs (Google's load balancers 600 s, most others 60 s): if the server hangs up first, a call
	// can be under way on a connection that is being closed, and a POST is not sent again. Only callers
	// with credentials get to stay, see refuse.
	idleTimeout = 620 * time.Second

	// callDeadline is when a call has to be answered, counted from its first byte. Okta gives up after 3 s,
	// connecting included.
	callDeadline = 2500 * time.Millisecond

	// DefaultMaxInFlight is how many calls run at a time unless the options say otherwise. At Okta's pace
	// a handful would do; the rest is for a store that has become slow.
	DefaultMaxInFlight = 256

	// replayTTL is how long an answer is kept for a retry. Okta retries within seconds; a one-time code,
	// which must not be sent again, is good for about five minutes.
	replayTTL = 5 * time.Minute

	// maxReplays bounds how many answers are kept: at 1,000 calls a second, far beyond an org's rate limits,
	// for as long as Okta waits for a call and another second.
	maxReplays = 4 << 10

	// maxReplayBytes bounds the size of all answers that are kept.
	maxReplayBytes = 4 << 20

	// maxLoggedEventID bounds how much of an event id goes into a log line.
	maxLoggedEventID = 64
)
