package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/hookconfig"
)

// BuildFunc makes the handler that cfg asks for. Its close, when not nil, frees what the handler holds.
type BuildFunc func(ctx context.Context, cfg *hookconfig.Config, secrets hookconfig.SecretsDir) (handler hook.Handler, close func(), err error)

// Source is where the configuration comes from.
type Source struct {
	// ConfigFile is the configuration file.
	ConfigFile string
	// Secrets is the folder of what the configuration refers to.
	Secrets hookconfig.SecretsDir
	// CredentialsDir, when not empty, has the accepted header values, instead of the configuration's references.
	CredentialsDir string
	// Build makes the handler.
	Build BuildFunc
}

// Load reads, checks and builds what is configured at present. Nothing is left behind by an error.
func (s Source) Load(ctx context.Context) (*Hook, error) {
	data, err := readConfig(s.ConfigFile)
	if err != nil {
		return nil, err
	}
	loaded, err := s.build(ctx, data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.ConfigFile, err)
	}
	return loaded, nil
}

func (s Source) build(ctx context.Context, data []byte) (*Hook, error) {
	cfg, err := hookconfig.Decode(data)
	if err != nil {
		return nil, err
	}
	kind, known := hook.TypeByID(cfg.Type.OktaID())
	if !known {
		return nil, fmt.Errorf("type: hooks of type %s can't be answered by this runtime", cfg.Type)
	}
	accepted, err := hookconfig.Credentials(cfg, s.Secrets, s.CredentialsDir)
	if err != nil {
		return nil, err
	}
	handler, free, err := s.Build(ctx, cfg, s.Secrets)
	if err != nil {
		return nil, err
	}
	return &Hook{
		Type: kind, Path: cfg.Path, Version: hookconfig.Version(data),
		Accepted: accepted, Handler: handler, Close: free,
	}, nil
}

func readConfig(path string) (data []byte, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	// One byte more than is taken: Decode says that it is too large.
	if data, err = io.ReadAll(io.LimitReader(file, hookconfig.MaxBytes+1)); err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return data, nil
}

// watch looks at everything that Load reads.
func (s Source) watch() *hookconfig.Watch {
	return hookconfig.NewWatch(s.ConfigFile, string(s.Secrets), s.CredentialsDir)
}

// reload serves what is configured now. If that is wrong, what was served before goes on.
func (s *Server) reload(ctx context.Context) {
	next, err := s.opts.Source.Load(ctx)
	s.metrics.reloaded(subjectConfig, err)
	if err != nil {
		s.log.Error("configuration not reloaded", "error", err.Error(), "serving", s.current.Load().Version)
		return
	}
	s.swap(next)
	s.log.Info("configuration reloaded", "version", next.Version, "credentials", len(next.Accepted.Values))
}
