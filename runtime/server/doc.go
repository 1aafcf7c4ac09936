// Package server is the internet edge of the hook runtime: everything between a stranger's connection and
// a hook handler.
//
// One configuration is served at a time, at POST <path> on the public listener, which has nothing else. A
// call goes through these steps, and the first that does not like it answers:
//
//	method, path, size   405, 404, 413
//	authentication       401; a digest of the value against all accepted ones, before the body is read
//	probe                200 with who is there, for the manager; the handler does not run
//	room                 the failure answer, code overloaded, when too many calls are in flight
//	content type         415
//	body, JSON           413, 400
//	event type           400
//	replay               a retry gets the answer of the call that it repeats
//	handler              200 with commands, or the failure answer of the hook type
//
// What a failure answers is not decided here but in the table of runtime/hook, because it means something
// else to Okta for each type.
//
// A handler runs under a deadline of 2.5 s that counts from the first byte of the request. The caller is
// answered at the deadline even if the handler does not listen to its context, for some hook types go on
// unmodified when no answer comes at all. A handler is not ended by a caller that hangs up: Okta's retry
// will ask the same again, and joins it.
//
// Configuration, secrets and certificates are replaced while calls go on: read, checked, built, then swapped
// in one step. What is wrong never replaces what was good; a handler is closed after its last call.
//
// The admin listener has /healthz, /readyz and /metrics. No header and no body is ever logged.
package server
