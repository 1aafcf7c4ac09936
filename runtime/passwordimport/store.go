package passwordimport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/hookline/hookline/api/v1alpha1"
)

// store has users and their digests. Safe for concurrent use.
type store interface {
	// lookup returns the digest of the user with exactly this name, and false if there is none. An error is
	// a *hook.Failure: the store could not tell.
	lookup(ctx context.Context, username string) (digest, bool, error)
	// decoy is a digest that takes as long to verify as one of a user of this store; the same name gets
	// the same one as long as the store stays the same.
	decoy(username string) digest
	// close lets go of connections. Look-ups that still run may fail.
	close()
}

// storeOptions are what every store gets.
type storeOptions struct {
	secrets Secrets
	timeout time.Duration
	metrics *Metrics
	logger  *slog.Logger
}

// Kinds of stores, for metrics.
const (
	storeStatic = "static"
	storeSQL    = "sql"
)

// newStore opens the store and names its kind. Errors go on from the path of userStore.
func newStore(ctx context.Context, spec *v1alpha1.UserStore, opts storeOptions) (store, string, error) {
	switch {
	case spec.Static != nil && spec.SQL == nil:
		opened, err := newStaticStore(ctx, spec.Static, opts)
		if err != nil {
			return nil, "", fmt.Errorf(".static.%w", err)
		}
		return opened, storeStatic, nil
	case spec.SQL != nil && spec.Static == nil:
		opened, err := newSQLStore(spec.SQL, opts)
		if err != nil {
			return nil, "", fmt.Errorf(".sql.%w", err)
		}
		return opened, storeSQL, nil
	default:
		return nil, "", errors.New(": takes exactly one of static and sql")
	}
}
