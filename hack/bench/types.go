package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	goruntime "runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/hookconfig"
	"github.com/hookline/hookline/runtime/passwordimport"
	"github.com/hookline/hookline/runtime/rules"
	hookserver "github.com/hookline/hookline/runtime/server"
	"github.com/hookline/hookline/runtime/telephony"
)

// typeVariable has this program serve a hook of the type, at the address, that it names: "Token 127.0.0.1:1".
// The server and the handlers are those of hook-runtime, without what is not theirs: the password store has
// its one user in memory, with a digest that costs nothing, and the telephony provider takes all at once.
const typeVariable = "HOOKLINE_BENCH_TYPE"

// kind is a hook type as it is measured: a configuration of the size that people write, and a call of the size
// that Okta makes.
type kind struct {
	name    v1alpha1.HookType
	handler string
	call    string
}

func serveType() error {
	debug.SetGCPercent(400) // as hook-runtime does
	name, address, _ := strings.Cut(os.Getenv(typeVariable), " ")
	dir, err := os.MkdirTemp("", "hookline-bench-type-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	i := slices.IndexFunc(kinds, func(k kind) bool { return string(k.name) == name })
	config := "type: " + name + "\npath: /hook\nauthentication:\n  header: {secretKeyRef: {name: bench, key: secret}}\nhandler:\n" + kinds[i].handler
	for file, content := range map[string]string{"hook.yaml": config, "bench/secret": secret, "bench/htpasswd": "ada@example.com:{PLAIN}engine\n"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, file)), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600); err != nil {
			return err
		}
	}
	srv, err := hookserver.New(context.Background(), hookserver.Options{
		Source:   hookserver.Source{ConfigFile: filepath.Join(dir, "hook.yaml"), Secrets: hookconfig.SecretsDir(dir), Build: buildType},
		Log:      slog.New(slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelError})),
		Registry: prometheus.NewRegistry(),
	})
	if err != nil {
		return err
	}
	public, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	admin, err := net.Listen("tcp", adminOf(address))
	if err != nil {
		return err
	}
	return srv.Run(context.Background(), public, admin)
}

// adminOf is the same port on another address of loopback.
func adminOf(address string) string { return strings.Replace(address, "127.0.0.1:", "127.0.0.2:", 1) }

func buildType(ctx context.Context, cfg *hookconfig.Config, secrets hookconfig.SecretsDir) (made hook.Handler, release func(), err error) {
	switch h := &cfg.Handler; {
	case h.PasswordImport != nil:
		made, err = passwordimport.New(ctx, h.PasswordImport, secrets, passwordimport.Options{})
	case h.Registration != nil:
		made, err = rules.NewRegistration(h.Registration)
	case h.Telephony != nil:
		made, err = telephony.New(ctx, h.Telephony, secrets, telephony.Options{NewProvider: newTakesAll})
	case h.Token != nil:
		made, err = rules.NewToken(h.Token)
	case h.SAML != nil:
		made, err = rules.NewSAML(h.SAML)
	case h.UserImport != nil:
		made, err = rules.NewUserImport(h.UserImport)
	default:
		err = errors.New("handler: is none that is measured")
	}
	return made, nil, err
}

// takesAll is a provider that takes every message at once.
type takesAll struct{}

func newTakesAll(*v1alpha1.TelephonyProvider, telephony.Secrets) (telephony.Provider, error) {
	return takesAll{}, nil
}

// Send implements telephony.Provider.
func (takesAll) Send(context.Context, telephony.Message) telephony.Result {
	return telephony.Result{Class: telephony.Sent, TransactionID: "SM00000000000000000000000000000000"}
}

// Close implements telephony.Provider.
func (takesAll) Close() {}

// typeRounds of each type, in turn.
const typeRounds = 5

// measureTypes compares what a call of each type costs.
func measureTypes(ctx context.Context, _ string, each time.Duration) ([]figure, error) {
	defer goruntime.GOMAXPROCS(goruntime.GOMAXPROCS(1)) // the caller's one processor
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	perSecond := make([][]float64, len(kinds))
	for round := range typeRounds {
		for i, k := range kinds {
			address, _, err := freeAddresses()
			if err != nil {
				return nil, err
			}
			s, err := startServer(ctx, address, adminOf(address)+"/readyz", self, nil, typeVariable+"="+string(k.name)+" "+address)
			if err != nil {
				return nil, fmt.Errorf("serve %s: %w", k.name, err)
			}
			s.body = k.call
			calls, err := peak(ctx, s, round, each/2)
			s.stop()
			if err != nil {
				return nil, fmt.Errorf("call %s: %w", k.name, err)
			}
			perSecond[i] = append(perSecond[i], calls)
		}
	}
	return typeFigures(perSecond), nil
}

// typeFigures compares the time of a call with that of the cheapest type, round by round.
func typeFigures(perSecond [][]float64) []figure {
	var rows []figure
	for i, k := range kinds {
		ratios := make([]float64, typeRounds)
		for round := range ratios {
			cheapest := 0.0
			for _, calls := range perSecond {
				cheapest = max(cheapest, calls[round])
			}
			ratios[round] = cheapest / perSecond[i][round]
		}
		slices.Sort(ratios)
		slices.Sort(perSecond[i])
		rows = append(rows, figure{
			fmt.Sprintf("a call of type %s (%.1f kB), against the cheapest", k.name, float64(len(k.call))/1000),
			fmt.Sprintf("%.2f (%.0f µs)", ratios[typeRounds/2], 1e6/perSecond[i][typeRounds/2]), "<= 2",
		})
	}
	return rows
}
