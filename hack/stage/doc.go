// Package stage is what the demo and the end-to-end tests tell their stories with:
//
//	Org      a simulated Okta org (package oktasim) as the people around it call it: administrators with
//	         their token, users in a browser, applications that ask for tokens
//	Vendors  the simulated services that carry one-time codes (hack/provider-sim): what they sent, and
//	         what shall go wrong
//	Samples  config/samples, with the addresses and accounts of the simulators in place of a user's
//
// It shares nothing with Hookline's own client of Okta, nor with its pods: those are what the stories are about.
package stage
