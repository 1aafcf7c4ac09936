package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"
)

// nodeName is the one node of the demo.
const nodeName = "this-machine"

// kubelet runs the pods of the node as processes of this machine. It sees nothing of a pod but its API
// object, as a kubelet does.
type kubelet struct {
	client.Client
	// images are the programs behind images.
	images map[string]string
	// root has a folder per pod; logs a file per pod.
	root, logs string
	// changes tells that the process of a pod has changed.
	changes chan event.GenericEvent

	mu   sync.Mutex
	pods map[types.UID]*localPod
	last int // the last IP address given
}

func newKubelet(c client.Client, images map[string]string, root, logs string) *kubelet {
	return &kubelet{
		Client: c, images: images, root: root, logs: logs,
		changes: make(chan event.GenericEvent, 1024), pods: map[types.UID]*localPod{},
	}
}

func (k *kubelet) setup(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		Named("kubelet").
		For(&corev1.Pod{}).
		Watches(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(k.podsNextTo)).
		Watches(&corev1.ConfigMap{}, handler.EnqueueRequestsFromMapFunc(k.podsNextTo)).
		WatchesRawSource(source.Channel(k.changes, &handler.EnqueueRequestForObject{})).
		Complete(reconcile.AsReconciler(mgr.GetClient(), k))
}

// podsNextTo are all pods in the namespace of an object: few, and looking at one costs next to nothing.
func (k *kubelet) podsNextTo(ctx context.Context, object client.Object) []reconcile.Request {
	var pods corev1.PodList
	if err := k.List(ctx, &pods, client.InNamespace(object.GetNamespace())); err != nil {
		return nil
	}
	var requests []reconcile.Request
	for i := range pods.Items {
		requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&pods.Items[i])})
	}
	return requests
}

// Reconcile makes the process of one pod as the pod says.
func (k *kubelet) Reconcile(ctx context.Context, pod *corev1.Pod) (ctrl.Result, error) {
	if pod.Spec.NodeName != nodeName {
		return ctrl.Result{}, nil
	}
	local := k.find(pod.UID)
	if !pod.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, k.end(ctx, pod, local)
	}
	problem := k.mount(ctx, pod)
	if local == nil && problem == nil {
		local, problem = k.start(pod)
	}
	if problem != nil && local == nil {
		return ctrl.Result{RequeueAfter: time.Second}, k.write(ctx, pod, waitingStatus(pod, problem))
	}
	return ctrl.Result{}, k.write(ctx, pod, local.status())
}

func (k *kubelet) find(uid types.UID) *localPod {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.pods[uid]
}

// start starts the process of a pod whose volumes are there.
func (k *kubelet) start(pod *corev1.Pod) (*localPod, error) {
	container := pod.Spec.Containers[0]
	program := k.images[container.Image]
	if program == "" {
		return nil, fmt.Errorf("the demo has no image %s", container.Image)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.last++
	ctx, stop := context.WithCancel(context.Background()) // ends with the pod, not with this call
	key := pod.DeepCopy()
	local := &localPod{
		name:    container.Name,
		ip:      fmt.Sprintf("10.244.%d.%d", k.last/250, k.last%250+1),
		root:    k.folder(pod),
		program: program,
		args:    container.Args,
		grace:   time.Duration(ptr.Deref(pod.Spec.TerminationGracePeriodSeconds, 30)) * time.Second,
		log:     filepath.Join(k.logs, pod.Name+".log"),
		changed: func() { k.changes <- event.GenericEvent{Object: key} },
		stop:    stop,
		ended:   make(chan struct{}),
	}
	k.pods[pod.UID] = local
	go func() {
		local.run(ctx)
		local.changed()
	}()
	return local, nil
}

// end stops the process of a pod that is deleted; once it has ended the pod may go.
func (k *kubelet) end(ctx context.Context, pod *corev1.Pod, local *localPod) error {
	if local != nil {
		local.stop()
		select {
		case <-local.ended:
		default:
			return nil // it tells us when it has
		}
		k.mu.Lock()
		delete(k.pods, pod.UID)
		k.mu.Unlock()
	}
	if err := os.RemoveAll(k.folder(pod)); err != nil {
		return fmt.Errorf("remove the volumes of pod %s: %w", pod.Name, err)
	}
	err := k.Delete(ctx, pod, client.GracePeriodSeconds(0), client.Preconditions{UID: &pod.UID})
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
		return fmt.Errorf("delete pod %s: %w", pod.Name, err)
	}
	return nil
}

// stopAll ends every process. No call of Reconcile may be under way or follow.
func (k *kubelet) stopAll() {
	for _, local := range k.pods {
		local.stop()
	}
	for _, local := range k.pods {
		<-local.ended
	}
}

func (k *kubelet) folder(pod *corev1.Pod) string { return filepath.Join(k.root, string(pod.UID)) }

// dial connects to a pod by its address in the cluster: an EndpointSlice can't have a loopback address, so
// pods have addresses as in a cluster, and only here it is known where they really are.
func (k *kubelet) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	k.mu.Lock()
	var found *localPod
	for _, local := range k.pods {
		if local.ip == host {
			found = local
		}
	}
	k.mu.Unlock()
	if found == nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: fmt.Errorf("there is no pod at %s", host)}
	}
	return found.dial(ctx, network)
}
