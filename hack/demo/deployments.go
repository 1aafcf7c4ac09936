package main

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strconv"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
)

// templateLabel is on every pod: which template it was made from.
const templateLabel = appsv1.DefaultDeploymentUniqueLabelKey

// deployments plays the controllers of Deployments and EndpointSlices, as far as Hookline's need them:
// rolling updates that add one pod, wait until it is ready, and only then take an old one away.
type deployments struct {
	client.Client
	live client.Reader // what was just created must be seen, or it is created twice
}

func (d *deployments) setup(mgr ctrl.Manager) error {
	made := predicate.NewPredicateFuncs(func(object client.Object) bool {
		return object.GetLabels()["app.kubernetes.io/managed-by"] == "hookline"
	})
	return ctrl.NewControllerManagedBy(mgr).
		Named("deployments").
		For(&appsv1.Deployment{}, builder.WithPredicates(made)).
		Owns(&corev1.Pod{}).
		Complete(d)
}

// Reconcile brings the pods of a Deployment a step closer to its template.
func (d *deployments) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	deployment := &appsv1.Deployment{}
	err := d.Get(ctx, request.NamespacedName, deployment)
	if apierrors.IsNotFound(err) {
		return ctrl.Result{}, d.collect(ctx, request.NamespacedName, "")
	}
	if err != nil {
		return ctrl.Result{}, fmt.Errorf("read Deployment: %w", err)
	}
	if err := d.collect(ctx, request.NamespacedName, deployment.UID); err != nil {
		return ctrl.Result{}, err
	}
	pods, err := d.podsOf(ctx, deployment)
	if err != nil {
		return ctrl.Result{}, err
	}
	template := templateHash(deployment)
	plan := planRollout(ptr.Deref(deployment.Spec.Replicas, 1), template, pods)
	for range plan.add {
		if err := d.Create(ctx, newPod(deployment, template)); err != nil {
			return ctrl.Result{}, fmt.Errorf("create pod: %w", err)
		}
	}
	for _, pod := range plan.remove {
		if err := d.Delete(ctx, pod); client.IgnoreNotFound(err) != nil {
			return ctrl.Result{}, fmt.Errorf("delete pod: %w", err)
		}
	}
	if err := d.fillEndpoints(ctx, deployment, pods); err != nil {
		return ctrl.Result{}, err
	}
	return d.report(ctx, deployment, plan)
}

// collect plays the garbage collector for the pods of a Deployment that is gone. Another one with the same
// name may be there.
func (d *deployments) collect(ctx context.Context, name types.NamespacedName, there types.UID) error {
	var list corev1.PodList
	if err := d.live.List(ctx, &list, client.InNamespace(name.Namespace)); err != nil {
		return fmt.Errorf("list pods: %w", err)
	}
	for i := range list.Items {
		owner := metav1.GetControllerOf(&list.Items[i])
		if owner == nil || owner.Kind != "Deployment" || owner.Name != name.Name || owner.UID == there {
			continue
		}
		if err := d.Delete(ctx, &list.Items[i]); client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("delete pod: %w", err)
		}
	}
	if there != "" {
		return nil
	}
	// A hook's Service has the name of its Deployment, and goes with it.
	slice := &discoveryv1.EndpointSlice{ObjectMeta: metav1.ObjectMeta{Namespace: name.Namespace, Name: name.Name}}
	if err := d.Delete(ctx, slice); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("delete EndpointSlice: %w", err)
	}
	return nil
}

// podsOf are the pods of a Deployment, ending ones too.
func (d *deployments) podsOf(ctx context.Context, deployment *appsv1.Deployment) ([]*corev1.Pod, error) {
	var list corev1.PodList
	if err := d.live.List(ctx, &list, client.InNamespace(deployment.Namespace), client.MatchingLabels(deployment.Spec.Selector.MatchLabels)); err != nil {
		return nil, fmt.Errorf("list pods: %w", err)
	}
	var pods []*corev1.Pod
	for i := range list.Items {
		if metav1.IsControlledBy(&list.Items[i], deployment) {
			pods = append(pods, &list.Items[i])
		}
	}
	return pods, nil
}

// rolloutPlan is the next step of a rollout, and what there is now.
type rolloutPlan struct {
	add    int32
	remove []*corev1.Pod

	wanted, total, updated, available int32
}

// planRollout decides on the next step: never fewer ready pods than wanted, never more than one pod extra.
func planRollout(wanted int32, template string, pods []*corev1.Pod) rolloutPlan {
	p := rolloutPlan{wanted: wanted}
	var old, current []*corev1.Pod
	for _, pod := range pods {
		if !pod.DeletionTimestamp.IsZero() {
			continue
		}
		p.total++
		if isReady(pod) {
			p.available++
		}
		if pod.Labels[templateLabel] == template {
			current = append(current, pod)
		} else {
			old = append(old, pod)
		}
	}
	p.updated = int32(len(current))
	surge := int32(1)
	if len(old) == 0 {
		surge = 0
	}
	if missing := wanted - p.updated; missing > 0 {
		p.add = max(0, min(missing, wanted+surge-p.total))
	}
	spare := p.available - wanted
	for _, pod := range append(old, current[min(len(current), int(wanted)):]...) {
		if !isReady(pod) {
			p.remove = append(p.remove, pod)
		} else if spare > 0 {
			spare--
			p.remove = append(p.remove, pod)
		}
	}
	return p
}

func isReady(pod *corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

func templateHash(deployment *appsv1.Deployment) string {
	encoded, _ := json.Marshal(deployment.Spec.Template) // what the API server sent always encodes
	sum := fnv.New32a()
	_, _ = sum.Write(encoded)
	return strconv.FormatUint(uint64(sum.Sum32()), 36)
}

func newPod(deployment *appsv1.Deployment, template string) *corev1.Pod {
	from := deployment.Spec.Template.DeepCopy()
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			GenerateName: deployment.Name + "-" + template + "-", Namespace: deployment.Namespace,
			Labels: from.Labels, Annotations: from.Annotations,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(deployment, appsv1.SchemeGroupVersion.WithKind("Deployment"))},
		},
		Spec: from.Spec,
	}
	pod.Labels[templateLabel] = template
	pod.Spec.NodeName = nodeName
	return pod
}

// report writes the status. A rollout that does not come on within the Deployment's deadline is said to be
// stuck.
func (d *deployments) report(ctx context.Context, deployment *appsv1.Deployment, plan rolloutPlan) (ctrl.Result, error) {
	before := deployment.DeepCopy()
	status := &deployment.Status
	progressed := status.ObservedGeneration != deployment.Generation ||
		status.UpdatedReplicas != plan.updated || status.AvailableReplicas != plan.available || status.Replicas != plan.total
	status.ObservedGeneration = deployment.Generation
	status.Replicas, status.UpdatedReplicas = plan.total, plan.updated
	status.ReadyReplicas, status.AvailableReplicas = plan.available, plan.available
	status.UnavailableReplicas = max(0, plan.wanted-plan.available)

	complete := plan.updated == plan.wanted && plan.total == plan.wanted && plan.available == plan.wanted
	deadline := time.Duration(ptr.Deref(deployment.Spec.ProgressDeadlineSeconds, 600)) * time.Second
	progressing := conditionOf(status, appsv1.DeploymentProgressing)
	now := metav1.Now()
	switch {
	case complete:
		*progressing = appsv1.DeploymentCondition{Type: appsv1.DeploymentProgressing, Status: corev1.ConditionTrue, Reason: "NewReplicaSetAvailable", LastUpdateTime: now}
	case progressed:
		*progressing = appsv1.DeploymentCondition{Type: appsv1.DeploymentProgressing, Status: corev1.ConditionTrue, Reason: "ReplicaSetUpdated", LastUpdateTime: now}
	case now.After(progressing.LastUpdateTime.Add(deadline)):
		progressing.Status, progressing.Reason = corev1.ConditionFalse, "ProgressDeadlineExceeded"
	}
	available := conditionOf(status, appsv1.DeploymentAvailable)
	available.Status, available.Reason = corev1.ConditionTrue, "MinimumReplicasAvailable"
	if plan.available < plan.wanted {
		available.Status, available.Reason = corev1.ConditionFalse, "MinimumReplicasUnavailable"
	}
	if err := d.Status().Patch(ctx, deployment, client.MergeFrom(before)); client.IgnoreNotFound(err) != nil {
		return ctrl.Result{}, fmt.Errorf("write status of Deployment: %w", err)
	}
	if complete {
		return ctrl.Result{}, nil
	}
	return ctrl.Result{RequeueAfter: deadline}, nil
}

func conditionOf(status *appsv1.DeploymentStatus, kind appsv1.DeploymentConditionType) *appsv1.DeploymentCondition {
	for i := range status.Conditions {
		if status.Conditions[i].Type == kind {
			return &status.Conditions[i]
		}
	}
	status.Conditions = append(status.Conditions, appsv1.DeploymentCondition{Type: kind, Status: corev1.ConditionTrue, LastUpdateTime: metav1.Now()})
	return &status.Conditions[len(status.Conditions)-1]
}

// fillEndpoints tells where the Services that lead to the Deployment's pods lead.
func (d *deployments) fillEndpoints(ctx context.Context, deployment *appsv1.Deployment, pods []*corev1.Pod) error {
	var services corev1.ServiceList
	if err := d.live.List(ctx, &services, client.InNamespace(deployment.Namespace)); err != nil {
		return fmt.Errorf("list Services: %w", err)
	}
	for i := range services.Items {
		service := &services.Items[i]
		if !labels.SelectorFromSet(service.Spec.Selector).Matches(labels.Set(deployment.Spec.Template.Labels)) || len(service.Spec.Selector) == 0 {
			continue
		}
		wanted := endpointSlice(service, pods)
		slice := wanted.DeepCopy()
		_, err := controllerutil.CreateOrPatch(ctx, d.Client, slice, func() error {
			slice.Labels, slice.OwnerReferences = wanted.Labels, wanted.OwnerReferences
			slice.AddressType, slice.Endpoints, slice.Ports = wanted.AddressType, wanted.Endpoints, wanted.Ports
			return nil
		})
		if apierrors.IsAlreadyExists(err) {
			err = nil // the cache is behind; the next pass has it
		}
		if err != nil {
			return fmt.Errorf("write EndpointSlice: %w", err)
		}
	}
	return nil
}
