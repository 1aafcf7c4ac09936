// Package outbound is how the runtime calls other services: user stores, and later providers.
//
// A service that is down must not cost every call its whole timeout, because Okta waits three seconds only
// and calls that wait take the place of those that could be answered. So each service has a [Breaker]:
//
//	closed ── failures in a row ──▶ open ── a pause ──▶ half-open ── one call gets through ──▶ closed
//	                                  ▲                     │
//	                                  └──── which fails ────┘
//
// While it is open, calls fail at once with [ErrOpen].
package outbound
