package controllers

import (
	"context"
	"encoding/json"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/controllers/workload"
	"github.com/hookline/hookline/runtime/hookconfig"
)

// fieldOwner is the one field manager of all that the manager applies.
const fieldOwner = client.FieldOwner("hookline")

// deploy applies the objects that answer the hook and waits until no pod of another revision is left:
// then every pod that Okta can reach has the configuration and knows the secret.
func (p *pass) deploy(ctx context.Context) *outcome {
	if p.hook.Spec.Handler.External != nil {
		p.holds(v1alpha1.ConditionDeployed, v1alpha1.ReasonExternal, "the service is not Hookline's; nothing is deployed")
		return p.applyCredentials(ctx)
	}
	live, err := p.liveDeployment(ctx)
	if err != nil {
		return broken(v1alpha1.ConditionDeployed, err)
	}
	input, err := p.workloadInput(live)
	if err != nil {
		return refused(v1alpha1.ConditionDeployed, v1alpha1.ReasonSpecInvalid, "%s", err)
	}
	objects := workload.Build(input)
	p.revision, p.configVersion = objects.Revision, input.ConfigVersion
	if taken := p.checkNames(ctx); taken != nil {
		return taken
	}
	if failed := p.applyAll(ctx, objects); failed != nil {
		return failed
	}
	p.needsIngress = objects.Ingress != nil
	return p.rolledOut(ctx, ptr.Deref(objects.Deployment.Generation, 0))
}

func (p *pass) deploymentKey() types.NamespacedName {
	return types.NamespacedName{Namespace: p.hook.Namespace, Name: workload.Name(p.hook)}
}

// liveDeployment is the Deployment as the cache has it; nil if there is none.
func (p *pass) liveDeployment(ctx context.Context) (*appsv1.Deployment, error) {
	deployment := &appsv1.Deployment{}
	err := p.Client.Get(ctx, p.deploymentKey(), deployment)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read Deployment %s: %w", p.deploymentKey(), err)
	}
	return deployment, nil
}

func (p *pass) workloadInput(live *appsv1.Deployment) (workload.Input, error) {
	config, err := hookconfig.Encode(&hookconfig.Config{
		Type:           p.hook.Spec.Type,
		Path:           p.at.path,
		Authentication: p.hook.Spec.Authentication,
		Handler:        p.hook.Spec.Handler,
	})
	if err != nil {
		return workload.Input{}, fmt.Errorf("encode the configuration of the runtime: %w", err)
	}
	return workload.Input{
		Hook: p.hook, Path: p.at.path, Host: p.at.host, Ingress: p.at.ingress,
		Config: config, ConfigVersion: hookconfig.Version(config),
		Credentials: p.credentials.accepted, Credential: p.credentials.newest, DigestKey: p.credentials.key, Pushed: p.recorded,
		SecretVersions: p.secretVersions, Image: p.Image, Replicas: replicasFor(p.hook, live),
	}, nil
}

// replicasFor is how many pods we ask for; nil when the hook does not say and somebody else, such as an
// autoscaler, has taken the field over.
func replicasFor(hook *v1alpha1.OktaInlineHook, live *appsv1.Deployment) *int32 {
	if hook.Spec.Runtime != nil && hook.Spec.Runtime.Replicas != nil {
		return hook.Spec.Runtime.Replicas
	}
	if live != nil {
		for _, entry := range live.ManagedFields {
			if entry.Manager != string(fieldOwner) && ownsReplicas(entry) {
				return nil
			}
		}
	}
	return ptr.To[int32](workload.DefaultReplicas)
}

func ownsReplicas(entry metav1.ManagedFieldsEntry) bool {
	if entry.FieldsV1 == nil {
		return false
	}
	var fields struct {
		Spec struct {
			Replicas *struct{} `json:"f:replicas"`
		} `json:"f:spec"`
	}
	return json.Unmarshal(entry.FieldsV1.GetRawBytes(), &fields) == nil && fields.Spec.Replicas != nil
}

// checkNames makes sure that we take nothing over that somebody else made. What the cache does not hold
// may still be there without our labels.
func (p *pass) checkNames(ctx context.Context) *outcome {
	for _, kind := range ownedKinds {
		object := metadataOf(kind.apiVersion, kind.kind)
		key := types.NamespacedName{Namespace: p.hook.Namespace, Name: kind.name(p.hook)}
		err := p.Client.Get(ctx, key, object)
		if apierrors.IsNotFound(err) {
			err = p.Live.Get(ctx, key, object)
		}
		switch {
		case apierrors.IsNotFound(err):
		case err != nil:
			return broken(v1alpha1.ConditionDeployed, fmt.Errorf("read metadata of %s %s: %w", kind.kind, key, err))
		case !isOurs(object, p.hook):
			return blocked(v1alpha1.ConditionDeployed, v1alpha1.ReasonNameTaken, jittered(intervalOf(p.hook)),
				"the hook needs a %s named %s, and one that belongs to somebody else is there; delete it or rename the hook", kind.kind, key)
		}
	}
	return nil
}

// ownedKind is a kind of object that the manager makes for a hook.
type ownedKind struct {
	apiVersion, kind string
	name             func(*v1alpha1.OktaInlineHook) string
}

var ownedKinds = []ownedKind{
	{"v1", "ConfigMap", workload.Name},
	{"v1", "Secret", workload.CredentialsName},
	{"v1", "Service", workload.Name},
	{"apps/v1", "Deployment", workload.Name},
	{"networking.k8s.io/v1", "Ingress", workload.Name},
	{"policy/v1", "PodDisruptionBudget", workload.Name},
}

func (p *pass) applyAll(ctx context.Context, o workload.Objects) *outcome {
	configurations := []runtime.ApplyConfiguration{o.ConfigMap, o.Credentials, o.Service, o.Deployment, o.PDB}
	if o.Ingress != nil {
		configurations = append(configurations, o.Ingress)
	}
	for _, object := range configurations {
		if failed := p.apply(ctx, object); failed != nil {
			return failed
		}
	}
	return nil
}

// applyCredentials keeps what Okta is given where nothing is deployed.
func (p *pass) applyCredentials(ctx context.Context) *outcome {
	if p.header == "" {
		return nil
	}
	if taken := p.checkNames(ctx); taken != nil {
		return taken
	}
	return p.apply(ctx, workload.Credentials(p.hook, p.credentials.accepted, p.credentials.key, p.recorded))
}

// apply owns what it names and nothing else. A refusal of the API server is told as it is: a quota, an
// admission policy, a field of the spec.
func (p *pass) apply(ctx context.Context, object runtime.ApplyConfiguration) *outcome {
	err := p.Client.Apply(ctx, object, fieldOwner, client.ForceOwnership)
	switch {
	case err == nil:
		return nil
	case apierrors.IsInvalid(err), apierrors.IsForbidden(err), apierrors.IsBadRequest(err):
		return &outcome{verdict: failed, condition: v1alpha1.ConditionDeployed, reason: v1alpha1.ReasonApplyRefused,
			message: "the API server refuses an object that the hook needs: " + err.Error(), err: err}
	default:
		return broken(v1alpha1.ConditionDeployed, fmt.Errorf("apply the objects of the hook: %w", err))
	}
}

// tidy deletes what the hook no longer needs, once Okta no longer calls it: an Ingress, or everything
// but the credentials where another service has taken over.
func (p *pass) tidy(ctx context.Context) *outcome {
	external := p.hook.Spec.Handler.External != nil
	for _, kind := range ownedKinds {
		unneeded := external && (kind.kind != "Secret" || p.header == "") || kind.kind == "Ingress" && !p.needsIngress
		if !unneeded {
			continue
		}
		if err := p.deleteObject(ctx, p.hook, kind); err != nil {
			return broken(v1alpha1.ConditionDeployed, err)
		}
	}
	return nil
}
