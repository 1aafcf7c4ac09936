// Command hook-runtime answers the calls of one Okta inline hook: one configuration file in, HTTP out. It
// knows nothing of Kubernetes and holds no Okta credential. See docs/hook-runtime.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	stdlog "log"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/spf13/cobra"

	"github.com/hookline/hookline/runtime/hookconfig"
	"github.com/hookline/hookline/runtime/server"
)

// config is what the flags say.
type config struct {
	configFile, secrets, credentials string
	listen, adminListen              string
	tlsCert, tlsKey                  string
	expect                           server.Expectation
	drainDelay, drainTimeout         time.Duration
	maxInFlight                      int
	logLevel                         slog.Level
	logTo                            io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	if err := newCommand(run).ExecuteContext(ctx); err != nil {
		slog.New(slog.NewJSONHandler(os.Stderr, nil)).Error("hook-runtime ended", "error", err.Error())
		os.Exit(1)
	}
}

// newCommand has the flags; run does the rest.
func newCommand(run func(context.Context, config) error) *cobra.Command {
	cfg := config{logTo: os.Stderr}
	cmd := &cobra.Command{
		Use:           "hook-runtime --config FILE",
		Short:         "Answer the calls of one Okta inline hook",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cfg.check(); err != nil {
				return err
			}
			return run(cmd.Context(), cfg)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&cfg.configFile, "config", "", "configuration file: type, path, authentication and handler of an OktaInlineHook (required)")
	flags.StringVar(&cfg.secrets, "secrets", "", "folder of secrets: DIR/<name>/<key> is what secretKeyRef {name, key} refers to")
	flags.StringVar(&cfg.credentials, "credentials", "", "folder whose files with a number as name each have one accepted header value; replaces the references in authentication")
	flags.StringVar(&cfg.listen, "listen", ":8080", "address for the calls of the hook")
	flags.StringVar(&cfg.adminListen, "admin-listen", ":8081", "address for /healthz, /readyz and /metrics")
	flags.StringVar(&cfg.tlsCert, "tls-cert", "", "PEM file with the certificate for --listen; read again when it changes")
	flags.StringVar(&cfg.tlsKey, "tls-key", "", "PEM file with its key")
	flags.StringVar(&cfg.expect.Version, "expect-config", "", "not ready until the configuration with this version is served")
	flags.StringVar(&cfg.expect.Credential, "expect-credential", "", "not ready until the credential file with this number is accepted")
	flags.DurationVar(&cfg.drainDelay, "drain-delay", 5*time.Second, "how long calls are answered as ever after SIGTERM")
	flags.DurationVar(&cfg.drainTimeout, "drain-timeout", 10*time.Second, "how long calls in flight may take after that")
	flags.IntVar(&cfg.maxInFlight, "max-in-flight", server.DefaultMaxInFlight, "calls that are handled at a time; any more are refused at once")
	flags.TextVar(&cfg.logLevel, "log-level", slog.LevelInfo, "debug (a line for each call), info, warn or error")
	return cmd
}

func (cfg config) check() error {
	switch {
	case cfg.configFile == "":
		return errors.New("--config: is missing; give the configuration file")
	case (cfg.tlsCert == "") != (cfg.tlsKey == ""):
		return errors.New("--tls-cert and --tls-key: give both or none")
	case cfg.drainDelay < 0 || cfg.drainTimeout < 0:
		return errors.New("--drain-delay and --drain-timeout: give a duration of 0s or more")
	case cfg.maxInFlight < 1:
		return errors.New("--max-in-flight: give a number from 1 on")
	}
	return nil
}

// run listens first, so that a port that is taken is told at once, and serves until ctx ends.
func run(ctx context.Context, cfg config) error {
	tuneCollector()
	log := slog.New(slog.NewJSONHandler(cfg.logTo, &slog.HandlerOptions{Level: cfg.logLevel}))
	quietLibraries(log)
	public, err := net.Listen("tcp", cfg.listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	admin, err := net.Listen("tcp", cfg.adminListen)
	if err != nil {
		return errors.Join(fmt.Errorf("--admin-listen: %w", err), public.Close())
	}
	opts, err := cfg.options(log)
	if err != nil {
		return errors.Join(err, public.Close(), admin.Close())
	}
	srv, err := server.New(context.WithoutCancel(ctx), opts)
	if err != nil {
		return errors.Join(err, public.Close(), admin.Close())
	}
	log.Info("listening", "hooks", public.Addr().String(), "admin", admin.Addr().String(), "tls", cfg.tlsCert != "")
	return srv.Run(ctx, public, admin)
}

// quietLibraries takes the words out of what libraries write to the standard logger. net/http, for one, quotes
// what a provider sends beyond the end of its answer, which may be the code that it was given.
func quietLibraries(log *slog.Logger) {
	stdlog.SetFlags(0)
	stdlog.SetOutput(libraryLog{log})
}

// libraryLog has a line for each that a library writes, and nothing of what it says.
type libraryLog struct{ log *slog.Logger }

// Write implements io.Writer.
func (l libraryLog) Write(line []byte) (int, error) {
	l.log.Warn("a library logged something, which is left out because it may quote a call", "bytes", len(line))
	return len(line), nil
}

// collectorPercent lets the heap, some 5 MiB at rest, grow to five times that between two collections. With
// Go's default of twice, collecting takes about a twentieth of the calls that a core can answer.
const collectorPercent = 400

// tuneCollector leaves it to GOGC where that is set. GOMEMLIMIT, which the manager sets from the
// container's limit, has the last word in any case.
func tuneCollector() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectorPercent)
	}
}

func (cfg config) options(log *slog.Logger) (server.Options, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	opts := server.Options{
		Source: server.Source{
			ConfigFile:     cfg.configFile,
			Secrets:        hookconfig.SecretsDir(cfg.secrets),
			CredentialsDir: cfg.credentials,
			Build:          newHandlers(log, registry).build,
		},
		Expect:       cfg.expect,
		DrainDelay:   cfg.drainDelay,
		DrainTimeout: cfg.drainTimeout,
		MaxInFlight:  cfg.maxInFlight,
		Log:          log,
		Registry:     registry,
	}
	if cfg.tlsCert == "" {
		return opts, nil
	}
	var err error
	opts.Certificate, err = server.NewCertificate(cfg.tlsCert, cfg.tlsKey)
	return opts, err
}
