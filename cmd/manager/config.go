package main

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/spf13/pflag"
)

// config is what the flags say.
type config struct {
	runtimeImage            string
	namespaces              []string
	clusterID               string
	metricsAddress          string
	healthAddress           string
	leaderElect             bool
	leaderElectionNamespace string
	logLevel                string
	probeCAFile             string
	probeHosts              []string

	level        slog.Level
	probeResolve map[string]string
}

func (c *config) flags(flags *pflag.FlagSet) {
	flags.StringVar(&c.runtimeImage, "runtime-image", "", "image of the hook runtime, where a hook names none (required)")
	flags.StringSliceVar(&c.namespaces, "watch-namespaces", nil, "namespaces to look after, separated by commas; all when not given")
	flags.StringVar(&c.clusterID, "cluster-id", "", "identifies this cluster in the owner header of hooks; the UID of the namespace kube-system when not given")
	flags.StringVar(&c.metricsAddress, "metrics-bind-address", ":8080", "where metrics are served; 0 for nowhere")
	flags.StringVar(&c.healthAddress, "health-probe-bind-address", ":8081", "where /healthz and /readyz are served")
	flags.BoolVar(&c.leaderElect, "leader-elect", false, "let one of several managers work, by a Lease named hookline.dev")
	flags.StringVar(&c.leaderElectionNamespace, "leader-election-namespace", "", "namespace of the Lease; the manager's own when not given")
	flags.StringVar(&c.logLevel, "log-level", "info", "debug, info, warn or error")
	flags.StringVar(&c.probeCAFile, "probe-ca-file", "", "file of CA certificates to trust, beside the public ones, when the manager calls a hook's URL; for development, since Okta trusts the public ones only")
	flags.StringSliceVar(&c.probeHosts, "probe-resolve", nil, "host=address[:port]: where a hook's host lives as seen from the manager, for networks in which the public address does not lead back in; may be repeated")
}

// complete checks the flags and fills what is derived from them.
func (c *config) complete() error {
	if c.runtimeImage == "" {
		return fmt.Errorf("--runtime-image is required: the image of the hook runtime, such as hookline/hook-runtime:v0.1.0")
	}
	if err := c.level.UnmarshalText([]byte(c.logLevel)); err != nil {
		return fmt.Errorf("--log-level %q: write debug, info, warn or error", c.logLevel)
	}
	c.probeResolve = map[string]string{}
	for _, pair := range c.probeHosts {
		host, address, ok := strings.Cut(pair, "=")
		if !ok || host == "" || address == "" {
			return fmt.Errorf("--probe-resolve %q: write host=address or host=address:port, such as hooks.acme.example=10.0.0.7", pair)
		}
		c.probeResolve[host] = address
	}
	if len(c.namespaces) > 0 && c.clusterID == "" {
		return fmt.Errorf("--watch-namespaces needs --cluster-id: with Roles alone the manager can't read the namespace kube-system; " +
			"write its UID (kubectl get namespace kube-system -o jsonpath={.metadata.uid}) or another name for this cluster that never changes")
	}
	return nil
}
