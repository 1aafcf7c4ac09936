// Package controllers makes OktaOrgs and OktaInlineHooks true.
//
// A hook goes through five steps, in this order, and the first one that is not done decides what is
// reported and when the manager looks again:
//
//	prepare   find org, endpoint and credentials; refuse what can't work
//	deploy    apply the objects that answer the hook; wait until all pods are of this revision
//	verify    call the public URL with the hook's own credentials
//	register  read Okta's side, compare, put right: create, replace, activate or deactivate
//	tidy      delete what Okta no longer calls
//
// So Okta never learns of a hook, a URL or a secret that is not answered yet. Deleting goes the other
// way round: Okta first, then the pods.
//
// Deciding is apart from acting: <kind>_diff.go and credentials.go are pure functions over facts,
// <kind>_status.go turns what was seen into conditions, outcome.go is the only place that writes
// conditions, events and the time of the next look.
package controllers
