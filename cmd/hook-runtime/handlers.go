package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/hookconfig"
	"github.com/hookline/hookline/runtime/passwordimport"
	"github.com/hookline/hookline/runtime/rules"
)

// handlers builds the handler of a configuration. It is the only place where the server and the handlers meet.
type handlers struct {
	log       *slog.Logger
	passwords *passwordimport.Metrics
}

// build is the server.BuildFunc.
func (b handlers) build(ctx context.Context, cfg *hookconfig.Config, secrets hookconfig.SecretsDir) (hook.Handler, func(), error) {
	// The constructors compile expressions too, but end at the first one that is wrong.
	if errs := expr.CheckHandler(cfg.Type, &cfg.Handler); len(errs) > 0 {
		return nil, nil, &hookconfig.InvalidError{Fields: errs}
	}
	switch {
	case cfg.Handler.Registration != nil:
		handler, err := rules.NewRegistration(cfg.Handler.Registration)
		return handler, nil, err
	case cfg.Handler.PasswordImport != nil:
		handler, err := passwordimport.New(ctx, cfg.Handler.PasswordImport, secrets, passwordimport.Options{Metrics: b.passwords, Logger: b.log})
		if err != nil {
			return nil, nil, err
		}
		return handler, handler.Close, nil
	default:
		return nil, nil, fmt.Errorf("handler: takes one that can be run here, for hooks of type %s", cfg.Type)
	}
}
