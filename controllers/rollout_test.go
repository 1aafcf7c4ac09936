package controllers

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

func TestRolloutOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wanted  int32
		status  appsv1.DeploymentStatus
		oldPods int
		want    rollout
	}{
		"a status of an older generation says nothing": {
			wanted: 2, status: appsv1.DeploymentStatus{ObservedGeneration: 2, Replicas: 2, UpdatedReplicas: 2, AvailableReplicas: 2},
			want: rollout{message: "the Deployment was changed"},
		},
		"no pod is available": {
			wanted: 2, status: appsv1.DeploymentStatus{ObservedGeneration: 3, Replicas: 2, UpdatedReplicas: 2},
			want: rollout{message: "waiting for the first of 2 pods"},
		},
		"old pods are still counted": {
			wanted: 2, status: appsv1.DeploymentStatus{ObservedGeneration: 3, Replicas: 3, UpdatedReplicas: 1, AvailableReplicas: 3},
			want: rollout{message: "pods are being replaced: 1 of 2 are new"},
		},
		"an old pod is ending": {
			wanted: 2, status: appsv1.DeploymentStatus{ObservedGeneration: 3, Replicas: 2, UpdatedReplicas: 2, AvailableReplicas: 2}, oldPods: 1,
			want: rollout{message: "pods are being replaced: 2 of 2 are new"},
		},
		"one of two is enough, when none is old": {
			wanted: 2, status: appsv1.DeploymentStatus{ObservedGeneration: 3, Replicas: 2, UpdatedReplicas: 2, AvailableReplicas: 1},
			want: rollout{complete: true, message: "1 of 2 pods answer"},
		},
		"pods can't be created": {
			wanted: 2, status: appsv1.DeploymentStatus{ObservedGeneration: 3, Conditions: []appsv1.DeploymentCondition{
				{Type: appsv1.DeploymentReplicaFailure, Status: corev1.ConditionTrue, Message: "exceeded quota"}}},
			want: rollout{stuck: "pods can't be created: exceeded quota"},
		},
		"the deadline is over": {
			wanted: 2, status: appsv1.DeploymentStatus{ObservedGeneration: 3, AvailableReplicas: 1, Conditions: []appsv1.DeploymentCondition{
				{Type: appsv1.DeploymentProgressing, Status: corev1.ConditionFalse, Reason: "ProgressDeadlineExceeded"}}},
			want: rollout{stuck: "the new pods do not start"},
		},
		"scaled to nothing": {
			wanted: 0, status: appsv1.DeploymentStatus{ObservedGeneration: 3},
			want: rollout{stuck: "the Deployment is scaled to 0; scale it up, or write spec.state: Inactive to switch the hook off"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Generation: 3}, Spec: appsv1.DeploymentSpec{Replicas: ptr.To(c.wanted)}, Status: c.status}
			if got := rolloutOf(d, c.oldPods); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestExplainPod(t *testing.T) {
	t.Parallel()
	terminated := func(message string) corev1.ContainerStatus {
		return corev1.ContainerStatus{
			State:                corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff", Message: "back-off 10s"}},
			LastTerminationState: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 1, Message: message}},
		}
	}
	for name, c := range map[string]struct {
		status corev1.PodStatus
		want   string
	}{
		"no node has room": {
			status: corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Message: "0/2 nodes are available"}}},
			want:   "no node takes them: 0/2 nodes are available",
		},
		"the image can't be pulled": {
			status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{State: corev1.ContainerState{
				Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff", Message: "Back-off pulling image"}}}}},
			want: "ImagePullBackOff: Back-off pulling image",
		},
		"the runtime ended with an error in its log": {
			status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{terminated(
				`{"level":"INFO","msg":"starts"}` + "\n" + `{"level":"ERROR","msg":"stops","error":"handler.passwordImport: line 3 is no digest"}`)}},
			want: "the hook runtime ended with status 1: handler.passwordImport: line 3 is no digest",
		},
		"the runtime ended with text": {
			status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{terminated("exec format error\n")}},
			want:   "the hook runtime ended with status 1: exec format error",
		},
		"the runtime ended without a word": {
			status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{terminated("")}},
			want:   "the hook runtime ended with status 1: it said nothing",
		},
		"it is starting": {
			status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{State: corev1.ContainerState{
				Waiting: &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}}}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := explainPod(&corev1.Pod{Status: c.status}); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}
