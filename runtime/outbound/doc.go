// Package outbound is how the runtime calls other services: user stores and telephony providers.
//
// A service that is down must not cost every call its whole timeout, because Okta waits three seconds only
// and calls that wait take the place of those that could be answered. So each service has a [Breaker]:
//
//	closed ── failures in a row ──▶ open ── a pause ──▶ half-open ── one call gets through ──▶ closed
//	                                  ▲                     │
//	                                  └──── which fails ────┘
//
// While it is open, calls fail at once with [ErrOpen].
//
// Services that are called over HTTP are called by a [Client]. A call that sends a text message must not be
// made twice, so nothing in here repeats one, and a call that failed is one of two kinds:
//
//	address ── connect ── TLS ──▶ connection ── request ──▶ answer
//	└──── NotSent: definite ────┘└──── it may have arrived ────┘
package outbound
