// Package e2e has the tests that only a real cluster can pass: Hookline installed as its users install
// it, a hook of each type answered by real pods, an Okta org that calls them through an Ingress, vendors of
// text messages that fail, secrets that change and nodes that are drained while it does.
//
// They run with the build tag e2e against the cluster in KUBECONFIG, which has the images hookline/manager,
// hookline/hook-runtime, hookline/oktasim, hookline/provider-sim and hookline/ingress with the tag dev (make
// images e2e-images), and two schedulable nodes. They install to the namespaces hookline-system, hookline-e2e
// and identity, and remove them at the end.
package e2e
