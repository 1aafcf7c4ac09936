package passwordimport

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/outbound"
)

// Limits of the pool. A look-up takes a millisecond and a digest a hundred times as long, so a few connections
// serve all cores; and databases allow few, to be shared by all pods.
const (
	maxOpenConnections = 4
	maxIdleConnections = 2
	maxConnectionIdle  = 5 * time.Minute
	maxConnectionLife  = 30 * time.Minute
)

// dialect is what differs between kinds of databases. Each is one file.
type dialect struct {
	// open makes a pool from a connection string, without connecting. Errors have nothing of it.
	open func(dsn string, connectTimeout time.Duration) (*sql.DB, error)
	// transaction that a query runs in.
	transaction *sql.TxOptions
	// isPadded reports whether the database fills texts of this type up with spaces.
	isPadded func(databaseType string) bool
	// explain says what kind of failure an error of the driver is, in words that have nothing of a user
	// in them.
	explain func(err error) (hook.FailureCode, error)
}

var dialects = map[v1alpha1.SQLDriver]dialect{
	v1alpha1.DriverPostgres: postgres,
}

// sqlStore is a database.
type sqlStore struct {
	db         *sql.DB
	dialect    dialect
	query      string
	raw        *rawFormat // nil: digests describe themselves
	saltColumn string
	timeout    time.Duration
	breaker    *outbound.Breaker[*row]
	mix        *mix
}

// row is what the query yields for one user. Nil if there is none.
type row struct {
	digest column
	salt   column
}

// column is one value of a row.
type column struct {
	name    string
	content []byte
	null    bool
	// binary tells a column of bytes from one of text.
	binary bool
}

func newSQLStore(spec *v1alpha1.SQLUserStore, opts storeOptions) (*sqlStore, error) {
	dialect, known := dialects[spec.Driver]
	if !known {
		return nil, fmt.Errorf("driver: %q is not known; write postgres", spec.Driver)
	}
	if strings.TrimSpace(spec.Query) == "" {
		return nil, errors.New("query: is empty; write one such as SELECT password_hash FROM users WHERE lower(email) = lower($1)")
	}
	raw, err := newRawFormat(spec.Digest)
	if err != nil {
		return nil, fmt.Errorf("digest.%w", err)
	}
	dsn, err := opts.secrets.Read(spec.DSN.SecretKeyRef)
	if err != nil {
		return nil, fmt.Errorf("dsn: %w", err)
	}
	db, err := dialect.open(strings.TrimSpace(string(dsn)), opts.timeout)
	if err != nil {
		return nil, fmt.Errorf("dsn: key %q of secret %q %w", spec.DSN.SecretKeyRef.Key, spec.DSN.SecretKeyRef.Name, err)
	}
	db.SetMaxOpenConns(maxOpenConnections)
	db.SetMaxIdleConns(maxIdleConnections)
	db.SetConnMaxIdleTime(maxConnectionIdle)
	db.SetConnMaxLifetime(maxConnectionLife)

	s := &sqlStore{db: db, dialect: dialect, query: spec.Query, raw: raw, timeout: opts.timeout, mix: newMix(dsn)}
	if raw != nil {
		s.saltColumn = spec.Digest.SaltColumn
	}
	opts.metrics.breakerState(storeSQL, outbound.Closed)
	s.breaker = outbound.NewBreaker[*row](judge, func(from, to outbound.State) {
		opts.metrics.breakerState(storeSQL, to)
		opts.logger.Warn("circuit breaker of the user store changed", "store", storeSQL, "from", string(from), "to", string(to))
	})
	return s, nil
}

// judge says what the outcome of a query tells about the database. A query that is wrong, or a digest that
// is, came from a database that works: names that somebody types must not open the breaker for all.
func judge(err error) outbound.Verdict {
	switch {
	case err == nil:
		return outbound.Works
	case hook.CodeOf(err) == hook.StoreUnavailable, hook.CodeOf(err) == hook.StoreTimeout:
		return outbound.Fails
	case hook.CodeOf(err) == hook.Canceled:
		return outbound.Unknown
	default:
		return outbound.Works
	}
}

func (s *sqlStore) lookup(ctx context.Context, username string) (digest, bool, error) {
	found, err := s.breaker.Do(func() (*row, error) {
		found, err := s.fetch(ctx, username)
		if err != nil {
			return nil, s.failure(ctx, err)
		}
		return found, nil
	})
	switch {
	case errors.Is(err, outbound.ErrOpen):
		return digest{}, false, hook.Fail(hook.StoreUnavailable, fmt.Errorf("query user: the database is %w", err))
	case err != nil:
		return digest{}, false, err
	case found == nil:
		return digest{}, false, nil
	}
	d, err := s.parse(found)
	if err != nil {
		return digest{}, false, unreadableDigest(fmt.Errorf("column %q: %w", found.digest.name, err))
	}
	return d, true, nil
}

func (s *sqlStore) parse(found *row) (digest, error) {
	if found.digest.null || len(found.digest.content) == 0 {
		return digest{locked: true}, nil
	}
	if s.raw != nil {
		return s.raw.parse(found.digest, found.salt.content)
	}
	text := string(found.digest.content)
	d, err := parseDigest(text)
	if err == nil {
		s.mix.observe(d, text)
	}
	return d, err
}

// rowError is a result that can't be used.
type rowError struct{ problem string }

func (e rowError) Error() string { return e.problem }

var errSeveralRows = rowError{"the query yields more than one row for one user; make it yield one at most"}

// fetch runs the query in a transaction that can't write. That takes two round trips more than a setting of
// the connection, which poolers such as PgBouncer refuse.
func (s *sqlStore) fetch(ctx context.Context, username string) (found *row, err error) {
	tx, err := s.db.BeginTx(ctx, s.dialect.transaction)
	if err != nil {
		return nil, err
	}
	// Nothing was written. If the connection is broken, the error of the query says so.
	defer func() { _ = tx.Rollback() }()
	rows, err := tx.QueryContext(ctx, s.query, username)
	if err != nil {
		return nil, err
	}
	defer func() {
		if closeErr := rows.Close(); err == nil && closeErr != nil {
			found, err = nil, closeErr
		}
	}()
	if !rows.Next() {
		return nil, rows.Err()
	}
	if found, err = s.scan(rows); err != nil {
		return nil, err
	}
	if rows.Next() {
		return nil, errSeveralRows
	}
	return found, rows.Err()
}

func (s *sqlStore) scan(rows *sql.Rows) (*row, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	digestAt, saltAt, err := pickColumns(types, s.saltColumn)
	if err != nil {
		return nil, err
	}
	values, targets := make([]any, len(types)), make([]any, len(types))
	for i := range values {
		targets[i] = &values[i]
	}
	if err := rows.Scan(targets...); err != nil {
		return nil, err
	}
	found := &row{}
	if found.digest, err = s.column(types[digestAt], values[digestAt]); err != nil {
		return nil, err
	}
	if saltAt < 0 || found.digest.null {
		return found, nil
	}
	if found.salt, err = s.column(types[saltAt], values[saltAt]); err != nil {
		return nil, err
	}
	if found.salt.null {
		return nil, rowError{fmt.Sprintf("column %q is NULL beside a digest; if that means no salt, write coalesce(…, '') in the query",
			found.salt.name)}
	}
	return found, nil
}

// pickColumns finds the digest and the salt, -1 without salt: the first column is the digest, unless it is
// the salt. Databases change the case of names, so it does not matter.
func pickColumns(types []*sql.ColumnType, saltColumn string) (digestAt, saltAt int, err error) {
	if len(types) == 0 {
		return 0, 0, rowError{"the query yields no column; the first one has to be the digest"}
	}
	if saltColumn == "" {
		return 0, -1, nil
	}
	saltAt = -1
	for i, t := range types {
		if strings.EqualFold(t.Name(), saltColumn) {
			saltAt = i
			break
		}
	}
	switch {
	case saltAt < 0:
		return 0, 0, rowError{fmt.Sprintf("the query yields no column %q, which digest.saltColumn names", saltColumn)}
	case len(types) < 2:
		return 0, 0, rowError{"the query yields the salt alone; it has to yield the digest as well"}
	case saltAt == 0:
		return 1, 0, nil
	default:
		return 0, saltAt, nil
	}
}

func (s *sqlStore) column(t *sql.ColumnType, value any) (column, error) {
	c := column{name: t.Name()}
	switch v := value.(type) {
	case nil:
		c.null = true
	case []byte:
		c.content, c.binary = bytes.Clone(v), true
	case string:
		if s.dialect.isPadded(t.DatabaseTypeName()) {
			v = strings.TrimRight(v, " ")
		}
		c.content = []byte(v)
	default:
		return column{}, rowError{fmt.Sprintf("column %q is of type %s; cast it to text or bytes in the query", c.name, t.DatabaseTypeName())}
	}
	return c, nil
}

// failure sorts an error of fetch.
func (s *sqlStore) failure(ctx context.Context, err error) error {
	var unusable rowError
	switch {
	case errors.As(err, &unusable):
		return hook.Fail(hook.StoreInvalid, fmt.Errorf("query user: %w", unusable))
	case errors.Is(ctx.Err(), context.Canceled):
		return hook.Fail(hook.Canceled, errors.New("query user: the caller hung up"))
	case ctx.Err() != nil:
		return hook.Fail(hook.StoreTimeout, fmt.Errorf("query user: no answer within %s", s.timeout))
	}
	code, explained := s.dialect.explain(err)
	return hook.Fail(code, fmt.Errorf("query user: %w", explained))
}

func (s *sqlStore) decoy(username string) digest {
	if s.raw != nil {
		return s.raw.decoy()
	}
	return s.mix.pick(username)
}

// close has nobody to tell that a connection could not be closed.
func (s *sqlStore) close() { _ = s.db.Close() }
