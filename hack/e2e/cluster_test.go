//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/controllers"
)

const (
	systemNamespace = "hookline-system"
	toolsNamespace  = "hookline-e2e"
	userNamespace   = "identity"

	// stays marks the node that the tools run on; the others may be drained.
	stays = "hookline.dev/e2e"
)

// cluster is the cluster in KUBECONFIG.
type cluster struct {
	*testing.T
	client.Client
	whole *testing.T // ends after the last step
	rest  *rest.Config
	nodes []string // the first has the tools
}

func connect(t *testing.T) *cluster {
	t.Helper()
	config, err := ctrl.GetConfig()
	if err != nil {
		t.Fatalf("find the cluster (is KUBECONFIG set?): %v", err)
	}
	config.QPS = -1
	scheme, err := controllers.NewScheme()
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{T: t, whole: t, rest: config}
	if c.Client, err = client.New(config, client.Options{Scheme: scheme}); err != nil {
		t.Fatal(err)
	}
	c.findNodes()
	return c
}

func (c *cluster) findNodes() {
	c.Helper()
	nodes := &corev1.NodeList{}
	c.must(c.List(c.Context(), nodes))
	for i := range nodes.Items {
		if node := &nodes.Items[i]; !node.Spec.Unschedulable && len(node.Spec.Taints) == 0 {
			c.nodes = append(c.nodes, node.Name)
		}
	}
	if len(c.nodes) < 2 {
		c.Fatalf("the tests drain a node and need two that pods may run on; the cluster has %v", c.nodes)
	}
	c.kubectl("", "label", "--overwrite", "node", c.nodes[0], stays+"=stays")
	for _, other := range c.nodes[1:] {
		c.kubectl("", "label", "--overwrite", "node", other, stays+"-")
	}
}

func (c *cluster) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

// kubectl runs the program that users run. input is its standard input.
func (c *cluster) kubectl(input string, args ...string) string {
	c.Helper()
	out, err := tryKubectl(c.Context(), input, args...)
	if err != nil {
		c.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

func tryKubectl(ctx context.Context, input string, args ...string) (string, error) {
	program := os.Getenv("KUBECTL")
	if program == "" {
		program = "kubectl"
	}
	command := exec.CommandContext(ctx, program, args...)
	command.Stdin = strings.NewReader(input)
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	err := command.Run()
	return out.String(), err
}

// eventually waits for something to become true; last tells what was there instead.
func (c *cluster) eventually(what string, patience time.Duration, holds func() (ok bool, last string)) {
	c.Helper()
	deadline, tick := time.NewTimer(patience), time.NewTicker(200*time.Millisecond)
	defer deadline.Stop()
	defer tick.Stop()
	for {
		ok, last := holds()
		if ok {
			return
		}
		select {
		case <-deadline.C:
			c.Fatalf("%s: not so after %s; last seen: %s", what, patience, last)
		case <-tick.C:
		}
	}
}

// running waits until all pods of a Deployment are new and available.
func (c *cluster) running(namespace, name string) {
	c.Helper()
	c.eventually("Deployment "+namespace+"/"+name+" runs", 3*time.Minute, func() (bool, string) {
		d := &appsv1.Deployment{}
		if err := c.Get(c.Context(), types.NamespacedName{Namespace: namespace, Name: name}, d); err != nil {
			return false, err.Error()
		}
		s := d.Status
		return s.ObservedGeneration == d.Generation && s.Replicas > 0 && s.UpdatedReplicas == s.Replicas && s.AvailableReplicas == s.Replicas,
			fmt.Sprintf("%+v", s)
	})
}

// hook reads one of the samples' hooks.
func (c *cluster) hook(name string) *v1alpha1.OktaInlineHook {
	c.Helper()
	hook := &v1alpha1.OktaInlineHook{}
	c.must(c.Get(c.Context(), types.NamespacedName{Namespace: userNamespace, Name: name}, hook))
	return hook
}

// ready waits until a hook is Ready at its present generation.
func (c *cluster) ready(name string) *v1alpha1.OktaInlineHook {
	c.Helper()
	var hook *v1alpha1.OktaInlineHook
	c.eventually("OktaInlineHook "+name+" is Ready", 3*time.Minute, func() (bool, string) {
		hook = c.hook(name)
		ready := meta.FindStatusCondition(hook.Status.Conditions, v1alpha1.ConditionReady)
		return ready != nil && ready.Status == metav1.ConditionTrue && ready.ObservedGeneration == hook.Generation, describe(hook)
	})
	return hook
}

func describe(hook *v1alpha1.OktaInlineHook) string {
	var lines []string
	for _, condition := range hook.Status.Conditions {
		lines = append(lines, fmt.Sprintf("%s=%s %s: %s", condition.Type, condition.Status, condition.Reason, condition.Message))
	}
	return strings.Join(lines, "; ")
}

// podsOf are the pods that answer a hook.
func (c *cluster) podsOf(hook string) []corev1.Pod {
	c.Helper()
	pods := &corev1.PodList{}
	c.must(c.List(c.Context(), pods, client.InNamespace(userNamespace), client.MatchingLabels{v1alpha1.LabelHook: hook}))
	return pods.Items
}

// forward opens a port of this machine to a pod of an app in the tools' namespace.
func (c *cluster) forward(app string, port int) string {
	c.Helper()
	pods := &corev1.PodList{}
	c.must(c.List(c.Context(), pods, client.InNamespace(toolsNamespace), client.MatchingLabels{"app": app}))
	transport, upgrader, err := spdy.RoundTripperFor(c.rest)
	c.must(err)
	url := c.rest.Host + "/api/v1/namespaces/" + toolsNamespace + "/pods/" + pods.Items[0].Name + "/portforward"
	request, err := http.NewRequest(http.MethodPost, url, nil)
	c.must(err)
	dialer := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, request.URL)
	stop, open := make(chan struct{}), make(chan struct{})
	c.whole.Cleanup(func() { close(stop) })
	forwarder, err := portforward.New(dialer, []string{fmt.Sprintf("0:%d", port)}, stop, open, nil, os.Stderr)
	c.must(err)
	failed := make(chan error, 1)
	go func() { failed <- forwarder.ForwardPorts() }()
	select {
	case err := <-failed:
		c.Fatalf("forward a port to %s: %v", app, err)
	case <-open:
	}
	ports, err := forwarder.GetPorts()
	c.must(err)
	return fmt.Sprintf("127.0.0.1:%d", ports[0].Local)
}

// gone waits until an object is not there.
func (c *cluster) gone(object client.Object) {
	c.Helper()
	c.eventually(fmt.Sprintf("%T %s is gone", object, object.GetName()), 2*time.Minute, func() (bool, string) {
		err := c.Get(c.Context(), client.ObjectKeyFromObject(object), object)
		return apierrors.IsNotFound(err), fmt.Sprint(err)
	})
}
