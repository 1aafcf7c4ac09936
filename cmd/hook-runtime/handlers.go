package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/hookconfig"
	"github.com/hookline/hookline/runtime/passwordimport"
	"github.com/hookline/hookline/runtime/rules"
	"github.com/hookline/hookline/runtime/telephony"
)

// handlers builds the handler of a configuration. It is the only place where the server and the handlers meet.
type handlers struct {
	log       *slog.Logger
	passwords *passwordimport.Metrics
	telephony *telephony.Metrics
	// sent is what the limits of telephony count. It outlives a configuration: a change of it must not
	// let anybody begin anew.
	sent *telephony.History
}

func newHandlers(log *slog.Logger, registry prometheus.Registerer) handlers {
	return handlers{
		log:       log,
		passwords: passwordimport.NewMetrics(registry),
		telephony: telephony.NewMetrics(registry),
		sent:      telephony.NewHistory(),
	}
}

// makeFunc makes a handler of its own member of the configuration. The second result, if not nil, lets go of
// what the handler holds.
type makeFunc func(context.Context, handlers, *v1alpha1.Handler, hookconfig.SecretsDir) (hook.Handler, func(), error)

// makers has an entry for each handler that can be run.
var makers = []struct {
	given func(*v1alpha1.Handler) bool
	make  makeFunc
}{
	{
		func(h *v1alpha1.Handler) bool { return h.PasswordImport != nil },
		func(ctx context.Context, b handlers, h *v1alpha1.Handler, secrets hookconfig.SecretsDir) (hook.Handler, func(), error) {
			made, err := passwordimport.New(ctx, h.PasswordImport, secrets, passwordimport.Options{Metrics: b.passwords, Logger: b.log})
			if err != nil {
				return nil, nil, err
			}
			return made, made.Close, nil
		},
	},
	{
		func(h *v1alpha1.Handler) bool { return h.Telephony != nil },
		func(ctx context.Context, b handlers, h *v1alpha1.Handler, secrets hookconfig.SecretsDir) (hook.Handler, func(), error) {
			made, err := telephony.New(ctx, h.Telephony, secrets, telephony.Options{Metrics: b.telephony, History: b.sent, Logger: b.log})
			if err != nil {
				return nil, nil, err
			}
			return made, made.Close, nil
		},
	},
	{
		func(h *v1alpha1.Handler) bool { return h.Registration != nil },
		byRules(func(h *v1alpha1.Handler) (hook.Handler, error) { return rules.NewRegistration(h.Registration) }),
	},
	{
		func(h *v1alpha1.Handler) bool { return h.Token != nil },
		byRules(func(h *v1alpha1.Handler) (hook.Handler, error) { return rules.NewToken(h.Token) }),
	},
	{
		func(h *v1alpha1.Handler) bool { return h.SAML != nil },
		byRules(func(h *v1alpha1.Handler) (hook.Handler, error) { return rules.NewSAML(h.SAML) }),
	},
	{
		func(h *v1alpha1.Handler) bool { return h.UserImport != nil },
		byRules(func(h *v1alpha1.Handler) (hook.Handler, error) { return rules.NewUserImport(h.UserImport) }),
	},
}

// byRules is for handlers that are rules alone: they need no secrets and hold nothing.
func byRules(construct func(*v1alpha1.Handler) (hook.Handler, error)) makeFunc {
	return func(_ context.Context, _ handlers, h *v1alpha1.Handler, _ hookconfig.SecretsDir) (hook.Handler, func(), error) {
		made, err := construct(h)
		return made, nil, err
	}
}

// build is the server.BuildFunc.
func (b handlers) build(ctx context.Context, cfg *hookconfig.Config, secrets hookconfig.SecretsDir) (hook.Handler, func(), error) {
	// The constructors compile expressions too, but end at the first one that is wrong.
	if errs := expr.CheckHandler(cfg.Type, &cfg.Handler); len(errs) > 0 {
		return nil, nil, &hookconfig.InvalidError{Fields: errs}
	}
	for _, maker := range makers {
		if maker.given(&cfg.Handler) {
			return maker.make(ctx, b, &cfg.Handler, secrets)
		}
	}
	return nil, nil, fmt.Errorf("handler: takes one that can be run here, for hooks of type %s", cfg.Type)
}
