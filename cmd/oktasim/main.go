// Command oktasim serves a simulated Okta org over HTTPS, for development, tests
// and the demo of Hookline. Package oktasim says what the org can do.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/hookline/hookline/okta/oktasim"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := newCommand(os.Stdout).ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "oktasim:", err)
		os.Exit(1)
	}
}

// config is what the flags say.
type config struct {
	listen, apiToken, orgID   string
	tlsDir                    string
	tlsNames, trustCAs        []string
	resolve, rateLimits       []string
	attributes                []string
	registration, token, saml string // which hook is called
	maxHooks                  int
}

func newCommand(out io.Writer) *cobra.Command {
	var cfg config
	cmd := &cobra.Command{
		Use:   "oktasim --api-token TOKEN --tls-dir DIR",
		Short: "Serve a simulated Okta org over HTTPS",
		Long: `Serve a simulated Okta org over HTTPS.

The org keeps everything in memory and is meant for loopback and for test
clusters: below /-/sim/ it can be scripted and shows passwords and one-time codes
without asking for a token. Clients need DIR/ca.crt to trust it.`,
		Example: `  oktasim --api-token secret --tls-dir /tmp/okta
  oktasim --api-token secret --tls-dir /tmp/okta \
    --trust-ca hooks-ca.crt --resolve hooks.acme.example=127.0.0.1:9443
  curl --cacert /tmp/okta/ca.crt -H 'Authorization: SSWS secret' https://127.0.0.1:8443/api/v1/inlineHooks`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("argument %q: %s takes flags only, see %s --help", args[0], cmd.Name(), cmd.Name())
			}
			return nil
		},
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), cfg, out)
		},
	}
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w\nsee %s --help", err, cmd.Name())
	})
	flags := cmd.Flags()
	flags.StringVar(&cfg.listen, "listen", "127.0.0.1:8443", "address to serve on, host:port; port 0 takes a free one")
	flags.StringVar(&cfg.apiToken, "api-token", "", "the SSWS token clients must send (required)")
	flags.StringVar(&cfg.tlsDir, "tls-dir", "", "directory for ca.crt and ca.key, made if missing; a CA found there is used again (required)")
	flags.StringArrayVar(&cfg.tlsNames, "tls-name", nil, "further host name or IP address for the server's certificate (repeatable)")
	flags.StringArrayVar(&cfg.trustCAs, "trust-ca", nil, "PEM file with a CA that hooks' certificates may come from, in place of the system's; read at each connection (repeatable)")
	flags.StringArrayVar(&cfg.resolve, "resolve", nil, "host=address, where a hook's host lives; the host may be *.example.com or *, the address may have a port (repeatable)")
	flags.StringVar(&cfg.orgID, "org-id", "", "the org's id (default generated)")
	flags.StringArrayVar(&cfg.rateLimits, "rate-limit", nil, "N, requests per minute for /api/v1, or BUCKET=N, such as /api/v1/users=0; 0 is no limit (repeatable)")
	flags.StringArrayVar(&cfg.attributes, "profile-attribute", nil, "custom attribute of the user schema (repeatable)")
	flags.StringVar(&cfg.registration, "registration-hook", string(oktasim.TriggerAny), "any: an ACTIVE registration hook is called without a binding too; bound: only the one that the policy names")
	flags.StringVar(&cfg.token, "token-hook", string(oktasim.TriggerAny), "any: an ACTIVE token hook is called without a binding too; bound: only the one that the authorization server's rule names")
	flags.StringVar(&cfg.saml, "saml-hook", string(oktasim.TriggerAny), "any: an ACTIVE SAML assertion hook is called without a binding too; bound: only the one that the app names")
	flags.IntVar(&cfg.maxHooks, "max-hooks", 100, "inline hooks the org may have")
	return cmd
}

// options checks the flags and turns them into the org's options.
func (c config) options() (oktasim.Options, error) {
	opts := oktasim.Options{
		APIToken: c.apiToken, OrgID: c.orgID, TrustCAFiles: c.trustCAs, MaxHooks: c.maxHooks,
		ProfileAttributes: c.attributes, Registration: oktasim.HookTrigger(c.registration),
		Token: oktasim.HookTrigger(c.token), SAML: oktasim.HookTrigger(c.saml),
		Resolve: map[string]string{}, RateLimits: map[string]int{},
	}
	switch {
	case c.apiToken == "":
		return opts, fmt.Errorf("--api-token is missing; choose any text and give it to the clients too")
	case c.tlsDir == "":
		return opts, fmt.Errorf("--tls-dir is missing; name a directory for the CA, such as /tmp/okta")
	case c.maxHooks < 1:
		return opts, fmt.Errorf("--max-hooks %d: must be at least 1", c.maxHooks)
	}
	for flag, trigger := range map[string]oktasim.HookTrigger{
		"registration-hook": opts.Registration, "token-hook": opts.Token, "saml-hook": opts.SAML,
	} {
		if trigger != oktasim.TriggerAny && trigger != oktasim.TriggerBound {
			return opts, fmt.Errorf("--%s %q: must be any or bound", flag, trigger)
		}
	}
	for _, entry := range c.resolve {
		host, address, found := strings.Cut(entry, "=")
		if !found || host == "" || address == "" {
			return opts, fmt.Errorf("--resolve %q: write host=address, such as hooks.acme.example=127.0.0.1:9443", entry)
		}
		opts.Resolve[strings.ToLower(host)] = address
	}
	for _, entry := range c.rateLimits {
		bucket, number, found := strings.Cut(entry, "=")
		if !found {
			bucket, number = "/api/v1", entry
		}
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 {
			return opts, fmt.Errorf("--rate-limit %q: write a number of requests per minute, or bucket=number", entry)
		}
		opts.RateLimits[bucket] = n
	}
	return opts, nil
}
