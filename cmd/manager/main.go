// Command manager is the operator: it makes OktaOrgs and OktaInlineHooks true. It never answers hook
// calls itself.
package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/hookline/hookline/controllers"
	"github.com/hookline/hookline/okta"
)

// version is set when the binary is linked.
var version = "dev"

func main() {
	ctx := ctrl.SetupSignalHandler()
	cfg := &config{}
	command := &cobra.Command{
		Use:           "manager",
		Short:         "Make OktaOrgs and OktaInlineHooks true",
		Version:       version,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(*cobra.Command, []string) error { return run(ctx, cfg) },
	}
	cfg.flags(command.Flags())
	if err := command.Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "manager:", err)
		os.Exit(1)
	}
}

// run is the manager from start to end.
func run(ctx context.Context, cfg *config) error {
	if err := cfg.complete(); err != nil {
		return err
	}
	log := logr.FromSlogHandler(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: cfg.level}))
	ctrl.SetLogger(log)
	klog.SetLogger(log)
	rest, err := ctrl.GetConfig()
	if err != nil {
		return fmt.Errorf("find the cluster: %w", err)
	}
	rest.QPS = -1 // the API server's own fairness bounds us; two limits only hide each other
	scheme, err := controllers.NewScheme()
	if err != nil {
		return err
	}
	mgr, err := ctrl.NewManager(rest, ctrl.Options{
		Scheme:                        scheme,
		Logger:                        log,
		Cache:                         controllers.CacheOptions(cfg.namespaces),
		Metrics:                       metricsserver.Options{BindAddress: cfg.metricsAddress},
		HealthProbeBindAddress:        cfg.healthAddress,
		LeaderElection:                cfg.leaderElect,
		LeaderElectionID:              "hookline.dev",
		LeaderElectionNamespace:       cfg.leaderElectionNamespace,
		LeaderElectionReleaseOnCancel: true,
		Client:                        client.Options{Cache: &client.CacheOptions{Unstructured: true}},
	})
	if err != nil {
		return fmt.Errorf("make the manager: %w", err)
	}
	if err := addControllers(ctx, mgr, cfg); err != nil {
		return err
	}
	for name, add := range map[string]func(string, healthz.Checker) error{"healthz": mgr.AddHealthzCheck, "readyz": mgr.AddReadyzCheck} {
		if err := add(name, healthz.Ping); err != nil {
			return fmt.Errorf("add %s: %w", name, err)
		}
	}
	log.Info("manager starts", "version", version, "runtimeImage", cfg.runtimeImage, "namespaces", cfg.namespaces)
	return mgr.Start(ctx)
}

func addControllers(ctx context.Context, mgr ctrl.Manager, cfg *config) error {
	live := mgr.GetAPIReader()
	cluster := cfg.clusterID
	if cluster == "" {
		var err error
		if cluster, err = controllers.Cluster(ctx, live); err != nil {
			return err
		}
	}
	trusted, err := cfg.probeCAs()
	if err != nil {
		return err
	}
	orgs := controllers.NewOrgClients(mgr.GetClient(), live, okta.Config{
		UserAgent: "hookline/" + version, Metrics: okta.NewMetrics(metrics.Registry),
	})
	if err := metrics.Registry.Register(controllers.NewReadinessMetrics(mgr.GetCache())); err != nil {
		return fmt.Errorf("register metrics: %w", err)
	}
	recorder := controllers.Recorder{Events: mgr.GetEventRecorder("hookline-manager")}
	return controllers.Setup(ctx, mgr,
		&controllers.InlineHookReconciler{
			Client: mgr.GetClient(), Live: live, Orgs: orgs, Recorder: recorder,
			Prober:  controllers.NewProber(controllers.ProberOptions{RootCAs: trusted, Resolve: cfg.probeResolve}),
			Clock:   clock.RealClock{},
			Cluster: cluster,
			Image:   cfg.runtimeImage,
		},
		&controllers.OrgReconciler{Client: mgr.GetClient(), Orgs: orgs, Recorder: recorder, Clock: clock.RealClock{}},
		len(cfg.namespaces) == 0)
}

// probeCAs are the public authorities and those of --probe-ca-file; nil for the public ones alone.
func (c *config) probeCAs() (*x509.CertPool, error) {
	if c.probeCAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(c.probeCAFile)
	if err != nil {
		return nil, fmt.Errorf("read --probe-ca-file: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read --probe-ca-file: %s has no certificate in PEM", c.probeCAFile)
	}
	return pool, nil
}
