// Package v1alpha1 has the types of the API group hookline.dev.
//
// Two kinds tell the whole story. An OktaOrg says where an Okta org is and how to sign in to it. An
// OktaInlineHook says which hook the org shall have, what answers it, and where; the manager makes
// both true and reports in status.
//
// Types are data: no clients, no reconcile logic. What the API server can check stands on the types as
// schema and CEL rules; the part of a hook that the runtime reads from its file as well (type, path,
// authentication, handler) is checked once more by [ValidateHook], with the same verdict, because that
// file may have been written by hand. Secrets are references, never values.
//
// +kubebuilder:object:generate=true
// +groupName=hookline.dev
package v1alpha1
