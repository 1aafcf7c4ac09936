// Command ingress is the Ingress controller of the end-to-end tests. See package hack/ingress.
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/hookline/hookline/hack/ingress"
)

// config is what the flags say.
type config struct {
	listen, healthListen     string
	class                    string
	tlsCert, tlsKey          string
	drainDelay, drainTimeout time.Duration
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := newCommand().ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "ingress:", err)
		os.Exit(1)
	}
}

func newCommand() *cobra.Command {
	var cfg config
	cmd := &cobra.Command{
		Use:           "ingress",
		Short:         "Serve the Ingresses of one class over HTTPS",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), cfg) },
	}
	flags := cmd.Flags()
	flags.StringVar(&cfg.listen, "listen", ":8443", "address for calls")
	flags.StringVar(&cfg.healthListen, "health-listen", ":8081", "address for /healthz and /readyz")
	flags.StringVar(&cfg.class, "class", "hookline-dev", "class name of the Ingresses to serve")
	flags.StringVar(&cfg.tlsCert, "tls-cert", "", "PEM file with the certificate of hosts whose Ingress names none")
	flags.StringVar(&cfg.tlsKey, "tls-key", "", "PEM file with its key")
	flags.DurationVar(&cfg.drainDelay, "drain-delay", 5*time.Second, "how long calls are taken as ever after SIGTERM")
	flags.DurationVar(&cfg.drainTimeout, "drain-timeout", 10*time.Second, "how long calls in flight may take after that")
	return cmd
}

func run(ctx context.Context, cfg config) error {
	rest, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(
		clientcmd.NewDefaultClientConfigLoadingRules(), &clientcmd.ConfigOverrides{}).ClientConfig()
	if err != nil {
		return fmt.Errorf("find the cluster: %w", err)
	}
	client, err := kubernetes.NewForConfig(rest)
	if err != nil {
		return fmt.Errorf("make a client of the cluster: %w", err)
	}
	options := ingress.Options{
		Client: client, Class: cfg.class, DrainDelay: cfg.drainDelay, DrainTimeout: cfg.drainTimeout,
		Log: slog.New(slog.NewJSONHandler(os.Stderr, nil)),
	}
	if cfg.tlsCert != "" {
		certificate, err := tls.LoadX509KeyPair(cfg.tlsCert, cfg.tlsKey)
		if err != nil {
			return fmt.Errorf("read --tls-cert and --tls-key: %w", err)
		}
		options.Default = &certificate
	}
	calls, err := net.Listen("tcp", cfg.listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	controller := ingress.New(options)
	health := &http.Server{Addr: cfg.healthListen, Handler: healthOf(controller), ReadHeaderTimeout: 10 * time.Second}
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := health.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("--health-listen: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		// Last, so that readiness is told until the end.
		defer func() { _ = health.Close() }()
		return controller.Run(running, calls)
	})
	return group.Wait()
}

func healthOf(controller *ingress.Controller) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if !controller.Ready() {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
		}
	})
	return mux
}
