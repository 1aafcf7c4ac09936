package main

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
)

// aPod is of the template "old" or "new", ready or not.
func aPod(name, template string, ready bool) *corev1.Pod {
	status := corev1.ConditionFalse
	if ready {
		status = corev1.ConditionTrue
	}
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{templateLabel: template}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Ports: []corev1.ContainerPort{{Name: "hook", ContainerPort: 8080}}}}},
		Status:     corev1.PodStatus{PodIP: "10.244.0.1", Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: status}}},
	}
}

func ending(pod *corev1.Pod) *corev1.Pod {
	pod.DeletionTimestamp = ptr.To(metav1.Now())
	return pod
}

func TestPlanRollout(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pods   []*corev1.Pod
		add    int32
		remove []string
	}{
		"nothing is there: all are added at once":    {nil, 2, nil},
		"all are there: nothing to do":               {[]*corev1.Pod{aPod("a", "new", true), aPod("b", "new", true)}, 0, nil},
		"a new template: one is added first":         {[]*corev1.Pod{aPod("a", "old", true), aPod("b", "old", true)}, 1, nil},
		"the new one is not ready: nothing goes":     {[]*corev1.Pod{aPod("a", "old", true), aPod("b", "old", true), aPod("c", "new", false)}, 0, nil},
		"the new one is ready: one old one goes":     {[]*corev1.Pod{aPod("a", "old", true), aPod("b", "old", true), aPod("c", "new", true)}, 0, []string{"a"}},
		"an old one ends: the next one is added":     {[]*corev1.Pod{ending(aPod("a", "old", true)), aPod("b", "old", true), aPod("c", "new", true)}, 1, nil},
		"an old one that is not ready goes at once":  {[]*corev1.Pod{aPod("a", "old", false), aPod("b", "old", true)}, 1, []string{"a"}},
		"one more than wanted: it goes":              {[]*corev1.Pod{aPod("a", "new", true), aPod("b", "new", true), aPod("c", "new", true)}, 0, []string{"c"}},
		"one has vanished: another one takes over":   {[]*corev1.Pod{aPod("a", "new", true)}, 1, nil},
		"pods that end count for nothing themselves": {[]*corev1.Pod{ending(aPod("a", "new", true)), ending(aPod("b", "new", true))}, 2, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := planRollout(2, "new", c.pods)
			var remove []string
			for _, pod := range plan.remove {
				remove = append(remove, pod.Name)
			}
			if plan.add != c.add || !slices.Equal(remove, c.remove) {
				t.Errorf("add %d, remove %v; want %d, %v", plan.add, remove, c.add, c.remove)
			}
		})
	}
}

func TestEndpointsThatEndAreNotReady(t *testing.T) {
	t.Parallel()
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "ns"},
		Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "http", Port: 80, TargetPort: intstr.FromString("hook")}}},
	}
	unassigned := aPod("starting", "new", false)
	unassigned.Status.PodIP = ""
	slice := endpointSlice(service, []*corev1.Pod{aPod("b-ready", "new", true), ending(aPod("a-ending", "old", true)), aPod("c-unready", "new", false), unassigned})
	if got := slice.Labels[discoveryv1.LabelServiceName]; got != "web" {
		t.Errorf("Service %q, want web", got)
	}
	if len(slice.Ports) != 1 || *slice.Ports[0].Name != "http" || *slice.Ports[0].Port != 8080 {
		t.Errorf("ports %+v, want http at 8080", slice.Ports)
	}
	ready := map[string]bool{}
	for _, endpoint := range slice.Endpoints {
		ready[endpoint.TargetRef.Name] = *endpoint.Conditions.Ready
	}
	if len(ready) != 3 || ready["a-ending"] || !ready["b-ready"] || ready["c-unready"] {
		t.Errorf("ready: %v, want b-ready alone", ready)
	}
}
