package ingress

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

const (
	// dialTimeout is short: a pod that is gone without a word must not cost a call its whole budget.
	dialTimeout = time.Second

	// answerTimeout is longer than any caller of a hook waits.
	answerTimeout = 30 * time.Second
)

// Options of a Controller. Client and Class are required.
type Options struct {
	// Client of the cluster.
	Client kubernetes.Interface
	// Class is the class name of the Ingresses to serve.
	Class string
	// Default is the certificate of hosts whose Ingress names none. Without it their handshake fails.
	Default *tls.Certificate
	// Dial connects to an endpoint. When nil, over the network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// DrainDelay is how long calls are taken as ever after the end was asked for, while whoever sends them
	// learns of it; DrainTimeout how long those in flight may take after that.
	DrainDelay, DrainTimeout time.Duration
	// Log; discarded when nil.
	Log *slog.Logger
}

// Controller leads the calls of a cluster's Ingresses of one class.
type Controller struct {
	Options
	log       *slog.Logger
	transport *http.Transport
	turns     turns
	table     atomic.Pointer[table]
	ready     atomic.Bool
}

// New makes a Controller. It knows no Ingress until it runs.
func New(options Options) *Controller {
	c := &Controller{Options: options, log: options.Log}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	dial := options.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: dialTimeout}).DialContext
	}
	c.transport = &http.Transport{
		DialContext:           dial,
		MaxIdleConnsPerHost:   32,
		IdleConnTimeout:       time.Minute,
		ResponseHeaderTimeout: answerTimeout,
	}
	c.table.Store(&table{})
	return c
}

// Ready is true while the Controller knows the cluster and is not asked to end.
func (c *Controller) Ready() bool { return c.ready.Load() }

// watched are the informers of what the table is made of.
type watched struct {
	factories []informers.SharedInformerFactory
	list      func() objects
}

func (c *Controller) watch(changed func()) (*watched, error) {
	all := informers.NewSharedInformerFactory(c.Client, 0)
	certificates := informers.NewSharedInformerFactoryWithOptions(c.Client, 0,
		informers.WithTweakListOptions(func(o *metav1.ListOptions) { o.FieldSelector = "type=kubernetes.io/tls" }))
	ingresses := all.Networking().V1().Ingresses()
	services := all.Core().V1().Services()
	endpoints := all.Discovery().V1().EndpointSlices()
	secrets := certificates.Core().V1().Secrets()
	for _, informer := range []cache.SharedIndexInformer{
		ingresses.Informer(), services.Informer(), endpoints.Informer(), secrets.Informer(),
	} {
		if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc:    func(any) { changed() },
			UpdateFunc: func(before, after any) { changedVersion(before, after, changed) },
			DeleteFunc: func(any) { changed() },
		}); err != nil {
			return nil, fmt.Errorf("watch the cluster: %w", err)
		}
	}
	return &watched{
		factories: []informers.SharedInformerFactory{all, certificates},
		list: func() (o objects) {
			// Listing a cache never fails.
			o.ingresses, _ = ingresses.Lister().List(labels.Everything())
			o.services, _ = services.Lister().List(labels.Everything())
			o.slices, _ = endpoints.Lister().List(labels.Everything())
			o.secrets, _ = secrets.Lister().List(labels.Everything())
			return o
		},
	}, nil
}

func changedVersion(before, after any, changed func()) {
	old, errOld := meta.Accessor(before)
	now, errNow := meta.Accessor(after)
	if errOld != nil || errNow != nil || old.GetResourceVersion() != now.GetResourceVersion() || now.GetResourceVersion() == "" {
		changed()
	}
}

// follow keeps the table up to date until ctx ends. started is closed once the first one is there.
func (c *Controller) follow(ctx context.Context, started chan<- struct{}) error {
	dirty := make(chan struct{}, 1)
	cluster, err := c.watch(func() {
		select {
		case dirty <- struct{}{}:
		default: // the next table will have this change too
		}
	})
	if err != nil {
		return err
	}
	for _, factory := range cluster.factories {
		factory.Start(ctx.Done())
		defer factory.Shutdown()
	}
	for _, factory := range cluster.factories {
		for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
			if !synced {
				return fmt.Errorf("list %s: %w", kind, context.Cause(ctx))
			}
		}
	}
	c.update(cluster)
	close(started)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-dirty:
			c.update(cluster)
		}
	}
}

func (c *Controller) update(cluster *watched) {
	next, problems := newTable(c.Class, cluster.list(), &c.turns)
	for _, problem := range problems {
		c.log.Warn("Ingress can't be served as it is", "error", problem.Error())
	}
	c.table.Store(next)
}
