// Command demo shows Hookline at work on a machine with only Go: make demo.
//
// It starts a Kubernetes control plane (KUBEBUILDER_ASSETS, see hack/control-plane), a simulated Okta org,
// simulated vendors of text messages, the manager, and what a cluster has beside its control plane, as far as
// Hookline can tell:
//
//	deployments.go   makes pods of Deployments, rolls them over, fills EndpointSlices
//	kubelet.go       runs pods as local processes, with their ConfigMaps and Secrets as files
//	hack/ingress     leads https://hooks.acme.example to them
//
// Then it applies config/samples, a hook of each type, as they stand but for the addresses and accounts of the
// org and the vendors, and tells a story (story.go): every step says what somebody does, shows what Okta sent
// to the hook and got, and fails if that is not as told. So the demo is a test as well: with --once its exit
// status says whether all of it was true.
package main
