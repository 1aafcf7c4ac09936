package controllers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/controllers/workload"
)

// rolledOut waits for the Deployment. generation is the one that was just applied: the cache may be behind.
func (p *pass) rolledOut(ctx context.Context, generation int64) *outcome {
	deployment, err := p.liveDeployment(ctx)
	if err != nil {
		return broken(v1alpha1.ConditionDeployed, err)
	}
	if deployment == nil || deployment.Generation < generation {
		return notYet(v1alpha1.ConditionDeployed, v1alpha1.ReasonRollingOut, 0, "the Deployment was applied")
	}
	old, err := p.oldPods(ctx)
	if err != nil {
		return broken(v1alpha1.ConditionDeployed, err)
	}
	state := rolloutOf(deployment, old)
	switch {
	case state.stuck != "":
		return blocked(v1alpha1.ConditionDeployed, v1alpha1.ReasonRolloutStuck, 0, "%s%s", state.stuck, p.explainPods(ctx))
	case !state.complete:
		return notYet(v1alpha1.ConditionDeployed, v1alpha1.ReasonRollingOut, 0, "%s%s", state.message, p.explainPods(ctx))
	}
	p.holds(v1alpha1.ConditionDeployed, v1alpha1.ReasonAvailable, "%s", state.message)
	return nil
}

// oldPods counts pods of another revision, ending ones too: an ingress may still lead calls to them.
func (p *pass) oldPods(ctx context.Context) (int, error) {
	pods := &metav1.PartialObjectMetadataList{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PodList"}}
	err := p.Client.List(ctx, pods, client.InNamespace(p.hook.Namespace), client.MatchingLabels(workload.Selector(p.hook)))
	if err != nil {
		return 0, fmt.Errorf("list the pods of %s: %w", client.ObjectKeyFromObject(p.hook), err)
	}
	old := 0
	for i := range pods.Items {
		if pods.Items[i].Annotations[workload.AnnotationRevision] != p.revision {
			old++
		}
	}
	return old, nil
}

// rollout is how far a Deployment has come.
type rollout struct {
	complete bool
	message  string
	stuck    string // why it does not come on; empty: it does
}

// rolloutOf judges a Deployment. It is complete when at least one pod is available and none of another
// revision is left: pods that become available later know all that those do.
func rolloutOf(d *appsv1.Deployment, oldPods int) rollout {
	wanted := int32(1)
	if d.Spec.Replicas != nil {
		wanted = *d.Spec.Replicas
	}
	status := d.Status
	if status.ObservedGeneration < d.Generation {
		return rollout{message: "the Deployment was changed"}
	}
	for _, condition := range status.Conditions {
		switch {
		case condition.Type == appsv1.DeploymentReplicaFailure && condition.Status == corev1.ConditionTrue:
			return rollout{stuck: "pods can't be created: " + condition.Message}
		case condition.Type == appsv1.DeploymentProgressing && condition.Status == corev1.ConditionFalse:
			return rollout{stuck: "the new pods do not start"}
		}
	}
	switch {
	case wanted == 0:
		return rollout{stuck: "the Deployment is scaled to 0; scale it up, or write spec.state: Inactive to switch the hook off"}
	case status.AvailableReplicas == 0:
		return rollout{message: fmt.Sprintf("waiting for the first of %d pods", wanted)}
	case status.UpdatedReplicas < status.Replicas || oldPods > 0:
		return rollout{message: fmt.Sprintf("pods are being replaced: %d of %d are new", min(status.UpdatedReplicas, wanted), wanted)}
	}
	return rollout{complete: true, message: fmt.Sprintf("%d of %d pods answer", min(status.AvailableReplicas, wanted), wanted)}
}

// explainPods says what the pods say of themselves: why an image can't be pulled, or with which error
// the runtime ended.
func (p *pass) explainPods(ctx context.Context) string {
	pods := &corev1.PodList{}
	if err := p.Live.List(ctx, pods, client.InNamespace(p.hook.Namespace), client.MatchingLabels(workload.Selector(p.hook))); err != nil {
		return ""
	}
	slices.SortFunc(pods.Items, func(a, b corev1.Pod) int { return strings.Compare(a.Name, b.Name) })
	for i := range pods.Items {
		if why := explainPod(&pods.Items[i]); why != "" {
			return ": " + why
		}
	}
	return ""
}

// explainPod names no pod: the text must not change with each new one.
func explainPod(pod *corev1.Pod) string {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			return "no node takes them: " + condition.Message
		}
	}
	for _, container := range pod.Status.ContainerStatuses {
		last := container.LastTerminationState.Terminated
		if container.State.Terminated != nil {
			last = container.State.Terminated
		}
		switch {
		case last != nil && last.ExitCode != 0:
			return fmt.Sprintf("the hook runtime ended with status %d: %s", last.ExitCode, lastError(last.Message))
		case container.State.Waiting != nil && container.State.Waiting.Message != "":
			return container.State.Waiting.Reason + ": " + container.State.Waiting.Message
		}
	}
	return ""
}

// lastError finds the error in the last lines that a pod wrote: JSON logs, or text.
func lastError(log string) string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	for _, line := range slices.Backward(lines) {
		var entry struct {
			Level string `json:"level"`
			Error string `json:"error"`
		}
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Error != "" {
			return entry.Error
		}
	}
	last := lines[len(lines)-1]
	if last == "" {
		return "it said nothing"
	}
	return last[:min(len(last), 512)]
}
