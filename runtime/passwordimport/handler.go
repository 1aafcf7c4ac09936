package passwordimport

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

// defaultTimeout of a look-up.
const defaultTimeout = 2 * time.Second

// fieldPath is where the configuration of this handler stands, for errors.
const fieldPath = "handler.passwordImport"

// Secrets gives the values that the configuration refers to.
type Secrets interface {
	// Read returns the content of one key. Errors name the key, never the content.
	Read(ref v1alpha1.SecretKeyReference) ([]byte, error)
}

// Options of a handler; the zero value will do.
type Options struct {
	// Metrics are counted on; when nil, nowhere that anybody sees.
	Metrics *Metrics
	// Logger is told when the store goes down and comes back; when nil, slog.Default().
	Logger *slog.Logger
}

// Handler answers the password import hook.
type Handler struct {
	store    store
	kind     string
	username *expr.Program // nil: the user name as typed
	timeout  time.Duration
	verifier *verifier
	metrics  *Metrics
}

var _ hook.Handler = (*Handler)(nil)

// New makes the handler that spec describes. ctx bounds the reading of a file of users. Errors begin with
// the path of the field that is wrong. A database is not contacted: one that is down must not keep the runtime
// from starting, which would turn calls that fail until it is back into calls that nobody answers.
func New(ctx context.Context, spec *v1alpha1.PasswordImportHandler, secrets Secrets, opts Options) (*Handler, error) {
	if opts.Metrics == nil {
		opts.Metrics = NewMetrics(nil)
	}
	if opts.Logger == nil {
		opts.Logger = slog.Default()
	}
	h := &Handler{
		timeout: defaultTimeout,
		// As many as there are cores that the process may use; Go heeds the CPU limit of a container.
		verifier: newVerifier(runtime.GOMAXPROCS(0), opts.Metrics),
		metrics:  opts.Metrics,
	}
	if spec.Timeout != nil && spec.Timeout.Duration > 0 {
		h.timeout = spec.Timeout.Duration
	}
	if spec.Username != "" {
		program, err := compileUsername(spec.Username)
		if err != nil {
			return nil, fmt.Errorf("%s.username: %w", fieldPath, err)
		}
		h.username = program
	}
	opened, kind, err := newStore(ctx, &spec.UserStore, storeOptions{
		secrets: secrets,
		timeout: h.timeout,
		metrics: opts.Metrics,
		logger:  opts.Logger,
	})
	if err != nil {
		return nil, fmt.Errorf("%s.userStore%w", fieldPath, err)
	}
	h.store, h.kind = opened, kind
	return h, nil
}

func compileUsername(source string) (*expr.Program, error) {
	env, err := expr.NewEnv(hook.PasswordImport)
	if err != nil {
		return nil, err
	}
	return env.Compile(source, expr.String)
}

// Close lets go of the store. Call it when no call is in flight any more.
func (h *Handler) Close() { h.store.close() }

// outcome of one check that could be decided.
type outcome string

const (
	verified      outcome = "verified"
	wrongPassword outcome = "wrong_password"
	unknownUser   outcome = "unknown_user"
	noPassword    outcome = "no_password"
	unusable      outcome = "unusable"
)

// Handle implements [hook.Handler]: VERIFIED, UNVERIFIED, or a *[hook.Failure] if there is no telling.
func (h *Handler) Handle(ctx context.Context, req *hook.Request) (*hook.Response, error) {
	result, err := h.check(ctx, req)
	h.metrics.checked(result, err)
	if err != nil {
		return nil, err
	}
	return answer(result == verified), nil
}

func (h *Handler) check(ctx context.Context, req *hook.Request) (outcome, error) {
	typed, err := credentialOf(req.Data)
	if err != nil {
		return "", err
	}
	username, err := h.usernameOf(ctx, req, typed)
	if err != nil {
		return "", err
	}
	if !isUsable(username, typed.Password) {
		return unusable, nil
	}
	d, found, err := h.lookup(ctx, username)
	if err != nil {
		return "", err
	}
	// Chosen for everybody, so that choosing takes no time that only strangers take.
	decoy := h.store.decoy(username)
	hasPassword := found && !d.locked
	if !hasPassword {
		d = decoy
	}
	match, err := h.verifier.verify(ctx, d, []byte(typed.Password))
	switch {
	case err != nil:
		return "", err
	case !found:
		return unknownUser, nil
	case !hasPassword:
		return noPassword, nil
	case !match:
		return wrongPassword, nil
	default:
		return verified, nil
	}
}

func (h *Handler) usernameOf(ctx context.Context, req *hook.Request, typed credential) (string, error) {
	if h.username == nil {
		return typed.Username, nil
	}
	username, err := h.username.String(ctx, req)
	switch {
	case err == nil:
		return username, nil
	case ctx.Err() != nil:
		return "", hook.Fail(hook.CodeOf(ctx.Err()), fmt.Errorf("username: %w", ctx.Err()))
	default:
		return "", hook.Fail(hook.ExpressionFailed, fmt.Errorf("username: %w", err))
	}
}

func (h *Handler) lookup(ctx context.Context, username string) (digest, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, h.timeout)
	defer cancel()
	start := time.Now()
	d, found, err := h.store.lookup(ctx, username)
	h.metrics.lookedUp(h.kind, found, err, time.Since(start))
	return d, found, err
}

// answer is what Okta is told.
func answer(isVerified bool) *hook.Response {
	verdict := "UNVERIFIED"
	if isVerified {
		verdict = "VERIFIED"
	}
	return &hook.Response{Commands: []hook.Command{{
		Type:  hook.CommandActionUpdate,
		Value: map[string]string{"credential": verdict},
	}}}
}
