package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// status is the pod's status for the API server.
func (p *localPod) status() corev1.PodStatus {
	s := p.look()
	container := corev1.ContainerStatus{Name: p.name, Ready: s.ready, RestartCount: s.restarts, Started: &s.running}
	var last *corev1.ContainerStateTerminated
	if s.exit != nil {
		last = &corev1.ContainerStateTerminated{ExitCode: int32(s.exit.code), Reason: "Error", Message: s.exit.words}
		container.LastTerminationState.Terminated = last
	}
	switch {
	case s.running:
		container.State.Running = &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(s.startedAt).Rfc3339Copy()}
	case last != nil:
		container.State.Terminated = last
	default:
		container.State.Waiting = &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}
	}
	ready := corev1.ConditionFalse
	if s.ready {
		ready = corev1.ConditionTrue
	}
	return corev1.PodStatus{
		Phase: corev1.PodRunning, PodIP: p.ip, PodIPs: []corev1.PodIP{{IP: p.ip}},
		Conditions: []corev1.PodCondition{
			{Type: corev1.PodScheduled, Status: corev1.ConditionTrue},
			{Type: corev1.ContainersReady, Status: ready},
			{Type: corev1.PodReady, Status: ready},
		},
		ContainerStatuses: []corev1.ContainerStatus{container},
	}
}

// waitingStatus is the status of a pod that can't start.
func waitingStatus(pod *corev1.Pod, problem error) corev1.PodStatus {
	return corev1.PodStatus{
		Phase:      corev1.PodPending,
		Conditions: []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionTrue}},
		ContainerStatuses: []corev1.ContainerStatus{{
			Name:  pod.Spec.Containers[0].Name,
			State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ContainerCreating", Message: problem.Error()}},
		}},
	}
}

// write writes the status of a pod if it is another one.
func (k *kubelet) write(ctx context.Context, pod *corev1.Pod, status corev1.PodStatus) error {
	before := pod.DeepCopy()
	status.QOSClass, status.StartTime = pod.Status.QOSClass, pod.Status.StartTime
	if status.StartTime == nil {
		status.StartTime = ptr.To(metav1.Now())
	}
	for i := range status.Conditions {
		status.Conditions[i].LastTransitionTime = transitionOf(pod.Status.Conditions, status.Conditions[i])
	}
	for i := range status.ContainerStatuses {
		status.ContainerStatuses[i].Image = pod.Spec.Containers[0].Image
	}
	if equality.Semantic.DeepEqual(pod.Status, status) {
		return nil
	}
	pod.Status = status
	if err := k.Status().Patch(ctx, pod, client.MergeFrom(before)); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("write the status of pod %s: %w", pod.Name, err)
	}
	return nil
}

func transitionOf(before []corev1.PodCondition, now corev1.PodCondition) metav1.Time {
	for _, condition := range before {
		if condition.Type == now.Type && condition.Status == now.Status {
			return condition.LastTransitionTime
		}
	}
	return metav1.Now()
}
