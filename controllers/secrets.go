package controllers

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/controllers/workload"
)

// missingError is something that a resource refers to and that is not there or can't be used. A watch
// brings us back when it changes.
type missingError struct {
	reason, message string
}

func (e *missingError) Error() string { return e.message }

// readSecretKey reads one key of a Secret from the API server: Secrets are not cached.
func readSecretKey(ctx context.Context, live client.Reader, namespace, name, key string) ([]byte, error) {
	at := types.NamespacedName{Namespace: namespace, Name: name}
	secret := &corev1.Secret{}
	switch err := live.Get(ctx, at, secret); {
	case apierrors.IsNotFound(err):
		return nil, &missingError{reason: v1alpha1.ReasonSecretNotFound,
			message: fmt.Sprintf("Secret %s is not there; create it with the key %q", at, key)}
	case err != nil:
		return nil, fmt.Errorf("read Secret %s: %w", at, err)
	}
	value := secret.Data[key]
	if len(value) == 0 {
		return nil, &missingError{reason: v1alpha1.ReasonSecretInvalid,
			message: fmt.Sprintf("Secret %s has no key %q, or an empty one; write it", at, key)}
	}
	return value, nil
}

// pushRecord is what Okta was last given. It is kept with the credentials as well as in the status, so
// that a hook whose status is lost is not written to Okta again.
type pushRecord struct {
	Digest      string    `json:"digest"`
	RotatedAt   time.Time `json:"rotatedAt"`
	LastUpdated time.Time `json:"lastUpdated"`
}

// storedCredentials reads the Secret of our own making, and fills a status that knows of no hook yet
// with what is recorded there.
func (p *pass) storedCredentials(ctx context.Context) (credentialFacts, error) {
	facts := credentialFacts{}
	at := types.NamespacedName{Namespace: p.hook.Namespace, Name: workload.CredentialsName(p.hook)}
	secret := &corev1.Secret{}
	if err := p.Live.Get(ctx, at, secret); err != nil && !apierrors.IsNotFound(err) {
		return facts, fmt.Errorf("read Secret %s: %w", at, err)
	}
	if isOurs(secret, p.hook) { // else not ours: deploy says so
		facts.key, facts.stored = secret.Data[workload.DigestKey], numbered(secret.Data)
		p.recorded = secret.Annotations[workload.AnnotationPushed]
	}
	p.restore()
	facts.pushed, facts.rotatedAt = pushedOf(&p.hook.Status)
	return facts, nil
}

// numbered are the credentials of a Secret.
func numbered(data map[string][]byte) map[int]string {
	values := map[int]string{}
	for key, value := range data {
		if number, err := strconv.Atoi(key); err == nil && number > 0 {
			values[number] = string(value)
		}
	}
	return values
}

// restore fills a lost status from the record.
func (p *pass) restore() {
	var record pushRecord
	if p.hook.Status.Authentication != nil || p.recorded == "" || json.Unmarshal([]byte(p.recorded), &record) != nil {
		return
	}
	observePushed(&p.hook.Status, p.hook.Spec.Authentication, record.Digest, record.RotatedAt)
	p.seenAt = record.LastUpdated
}

// record is what is to be recorded of the status.
func record(status *v1alpha1.OktaInlineHookStatus) string {
	digest, rotatedAt := pushedOf(status)
	if digest == "" || status.Hook == nil {
		return ""
	}
	encoded, err := json.Marshal(pushRecord{Digest: digest, RotatedAt: rotatedAt.UTC(), LastUpdated: lastUpdatedOf(status).UTC()})
	if err != nil {
		return "" // strings and times always encode
	}
	return string(encoded)
}

// remember keeps the record with the credentials, when it is another one.
func (p *pass) remember(ctx context.Context) *outcome {
	current := record(&p.hook.Status)
	if p.header == "" || current == p.recorded {
		return nil
	}
	secret := workload.Credentials(p.hook, p.credentials.accepted, p.credentials.key, current)
	if err := p.Client.Apply(ctx, secret, fieldOwner, client.ForceOwnership); err != nil {
		return broken(v1alpha1.ConditionRegistered, fmt.Errorf("apply Secret %s/%s: %w", p.hook.Namespace, workload.CredentialsName(p.hook), err))
	}
	return nil
}

// isOurs tells whether an object was made by the manager for the hook.
func isOurs(object metav1.Object, hook *v1alpha1.OktaInlineHook) bool {
	labels := object.GetLabels()
	return metav1.GetControllerOf(object) == nil &&
		labels[v1alpha1.LabelHook] == hook.Name && labels[workload.LabelManagedBy] == workload.ManagedBy
}
