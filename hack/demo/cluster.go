package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/hack/ingress"
)

// cluster is what a cluster has beside its control plane, inside this process.
type cluster struct {
	// client reads from the API server, without a cache.
	client   client.Client
	kubelet  *kubelet
	listener net.Listener

	cancel context.CancelFunc
	ended  chan struct{}
	err    error // once ended
}

type clusterOptions struct {
	rest       *rest.Config
	images     map[string]string // programs by image
	pods, logs string            // folders
}

// startCluster starts the controllers, the kubelet and the Ingress controller. ctx ends the start alone.
func startCluster(ctx context.Context, o clusterOptions) (*cluster, error) {
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		return nil, fmt.Errorf("make the scheme: %w", err)
	}
	mgr, err := ctrl.NewManager(o.rest, ctrl.Options{Scheme: scheme, Metrics: metricsserver.Options{BindAddress: "0"}})
	if err != nil {
		return nil, fmt.Errorf("make the cluster's controllers: %w", err)
	}
	direct, err := client.New(o.rest, client.Options{Scheme: scheme})
	if err != nil {
		return nil, fmt.Errorf("make a client: %w", err)
	}
	c := &cluster{client: direct, kubelet: newKubelet(mgr.GetClient(), o.images, o.pods, o.logs), ended: make(chan struct{})}
	if err := c.kubelet.setup(mgr); err != nil {
		return nil, fmt.Errorf("set up the kubelet: %w", err)
	}
	if err := (&deployments{Client: mgr.GetClient(), live: direct}).setup(mgr); err != nil {
		return nil, fmt.Errorf("set up the Deployments: %w", err)
	}
	controller, err := newIngress(o, c.kubelet)
	if err != nil {
		return nil, err
	}
	if c.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("listen for the Ingress controller: %w", err)
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c.cancel = cancel
	group, running := errgroup.WithContext(running)
	group.Go(func() error { return mgr.Start(running) })
	group.Go(func() error { return controller.Run(running, c.listener) })
	go func() {
		c.err = group.Wait()
		close(c.ended)
	}()
	return c, nil
}

func newIngress(o clusterOptions, kubelet *kubelet) (*ingress.Controller, error) {
	clientset, err := kubernetes.NewForConfig(o.rest)
	if err != nil {
		return nil, fmt.Errorf("make a client: %w", err)
	}
	log, err := os.Create(filepath.Join(o.logs, "ingress.log"))
	if err != nil {
		return nil, fmt.Errorf("make log: %w", err)
	}
	return ingress.New(ingress.Options{
		Client: clientset, Class: hookClass, Dial: kubelet.dial, DrainTimeout: 5 * time.Second,
		Log: slog.New(slog.NewJSONHandler(log, nil)),
	}), nil
}

func (c *cluster) ingressAddress() string { return c.listener.Addr().String() }

// stop ends the controllers, then the pods.
func (c *cluster) stop() error {
	c.cancel()
	<-c.ended
	c.kubelet.stopAll()
	return c.err
}
