package workload

import (
	"maps"

	"github.com/hookline/hookline/api/v1alpha1"
)

// Labels and values by which the objects of a hook are found.
const (
	labelName = "app.kubernetes.io/name"

	// LabelManagedBy says who made an object.
	LabelManagedBy = "app.kubernetes.io/managed-by"

	// ManagedBy is the value of app.kubernetes.io/managed-by on everything the manager makes.
	ManagedBy = "hookline"

	// AnnotationRevision is on every pod: a digest of the template it was made from. Pods of another
	// revision are old ones, even while they end.
	AnnotationRevision = "hookline.dev/revision"

	// AnnotationPushed is on the credentials Secret: what Okta was last given, so that it is known even
	// when the status is lost.
	AnnotationPushed = "hookline.dev/pushed"

	// DigestKey is the key of the credentials Secret with the key of the digest in status. The runtime
	// takes numbered keys only for credentials.
	DigestKey = "digest-key"
)

// Name is the name of the hook's ConfigMap, Deployment, Service, Ingress and PodDisruptionBudget.
func Name(hook *v1alpha1.OktaInlineHook) string { return hook.Name + "-hook" }

// CredentialsName is the name of the Secret with the credentials that the pods accept.
func CredentialsName(hook *v1alpha1.OktaInlineHook) string { return hook.Name + "-hook-credentials" }

// Selector are the labels by which the hook's pods are found.
func Selector(hook *v1alpha1.OktaInlineHook) map[string]string {
	return map[string]string{v1alpha1.LabelHook: hook.Name, LabelManagedBy: ManagedBy}
}

// labels of every object of the hook. There is no app.kubernetes.io/instance among them: Argo CD may
// take an object that has it for a part of the application of that name, and prune it.
func labels(hook *v1alpha1.OktaInlineHook) map[string]string {
	all := Selector(hook)
	all[labelName] = "hook-runtime"
	return all
}

// merged has the entries of both; those of ours win.
func merged(theirs, ours map[string]string) map[string]string {
	all := maps.Clone(theirs)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, ours)
	return all
}
