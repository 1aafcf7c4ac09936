// Command provider-sim simulates the services that carry one-time codes, over HTTPS, for the demo and the
// end-to-end tests. See package runtime/telephony/providertest for what it takes and refuses, and for how it is
// asked for deliveries and told to fail (/-/deliveries, /-/fault).
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/hookline/hookline/runtime/telephony/providertest"
)

// config is what the flags say.
type config struct {
	listen          string
	tlsDir          string
	tlsNames        []string
	tlsCert, tlsKey string
	senders         []string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := newCommand(os.Stdout).ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "provider-sim:", err)
		os.Exit(1)
	}
}

func newCommand(out io.Writer) *cobra.Command {
	var cfg config
	cmd := &cobra.Command{
		Use:   "provider-sim --tls-dir DIR | --tls-cert FILE --tls-key FILE",
		Short: "Serve simulated Twilio, Vonage, AWS End User Messaging and a service of one's own over HTTPS",
		Long: `Serve simulated Twilio, Vonage, AWS End User Messaging and a service of one's own over HTTPS, each below a
path of its own: /twilio, /vonage, /aws (with /sts and /pod-identity) and /http.

Nothing is delivered, and everything is remembered. It is meant for loopback and for test clusters: below /-/ it
shows one-time codes, and can be told to fail, without asking for credentials.`,
		Example: `  provider-sim --listen 127.0.0.1:9443 --tls-dir /tmp/providers
  curl --cacert /tmp/providers/ca.crt https://127.0.0.1:9443/-/deliveries
  curl --cacert /tmp/providers/ca.crt https://127.0.0.1:9443/-/fault -d '{"vendor":"twilio","at":"after","do":"hang"}'`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), cfg, out) },
	}
	flags := cmd.Flags()
	flags.StringVar(&cfg.listen, "listen", "127.0.0.1:9443", "address to serve on, host:port; port 0 takes a free one")
	flags.StringVar(&cfg.tlsDir, "tls-dir", "", "directory for ca.crt, tls.crt and tls.key, made if missing and used again otherwise; "+
		"vonage.key, the private key of the application at Vonage, is written there too")
	flags.StringArrayVar(&cfg.tlsNames, "tls-name", nil, "further host name or IP address for the certificate of --tls-dir (repeatable)")
	flags.StringVar(&cfg.tlsCert, "tls-cert", "", "PEM file with the certificate, instead of --tls-dir")
	flags.StringVar(&cfg.tlsKey, "tls-key", "", "PEM file with its key")
	flags.StringArrayVar(&cfg.senders, "sender", nil, "further number or name that Twilio sends from (repeatable)")
	cmd.MarkFlagsMutuallyExclusive("tls-dir", "tls-cert")
	cmd.MarkFlagsOneRequired("tls-dir", "tls-cert")
	cmd.MarkFlagsRequiredTogether("tls-cert", "tls-key")
	return cmd
}

// run serves until ctx ends, and says so on out once it is ready.
func run(ctx context.Context, cfg config, out io.Writer) error {
	sim := providertest.New()
	for _, sender := range cfg.senders {
		sim.AddSender(sender)
	}
	listenHost, _, err := net.SplitHostPort(cfg.listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	certificate, err := serverCertificate(cfg, listenHost)
	if err != nil {
		return err
	}
	if cfg.tlsDir != "" {
		if err := writeFile(cfg.tlsDir, "vonage.key", sim.VonagePrivateKey()); err != nil {
			return err
		}
	}
	if err := sim.Start(cfg.listen, certificate, sim.Control()); err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	host, port, err := net.SplitHostPort(sim.Address())
	if err != nil {
		return fmt.Errorf("split listening address: %w", err)
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost" // a client cannot connect to "all addresses"
	}
	if _, err := fmt.Fprintf(out, "provider-sim: https://%s ready\n", net.JoinHostPort(host, port)); err != nil {
		return fmt.Errorf("report ready: %w", err)
	}
	<-ctx.Done()
	return sim.Close()
}
