// Package workload turns a hook into the Kubernetes objects that answer it.
//
// [Build] is one pure function from [Input] to [Objects]: ConfigMap, credentials Secret, Deployment,
// Service, Ingress and PodDisruptionBudget, as apply configurations that name only the fields Hookline
// means to own. What an autoscaler, a mesh or a person adds to them survives.
//
// The pods are restricted: no root, no capability, no writable root file system, no service-account
// token. They mount a Secret of the manager's making for the credentials that Okta sends, never the
// referenced one, which would change under them; and they say that they are ready only when they
// serve the configuration and accept the credential that their arguments name. So "the rollout is
// complete" means "every pod that Okta can reach knows the new secret".
//
// The objects have no owner references. Garbage collection would follow those at once when a hook is
// deleted in the foreground, as Argo CD does by default, and the pods would be gone while Okta still
// calls them. The manager deletes the objects itself, by their label, once Okta is clean.
package workload
