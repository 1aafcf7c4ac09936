package passwordimport

import (
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/hookline/hookline/runtime/hook"
)

// postgres is PostgreSQL, and what speaks its protocol.
var postgres = dialect{
	open:        openPostgres,
	transaction: &sql.TxOptions{ReadOnly: true},
	isPadded:    func(databaseType string) bool { return databaseType == "BPCHAR" },
	explain:     explainPostgres,
}

func openPostgres(dsn string, connectTimeout time.Duration) (*sql.DB, error) {
	if dsn == "" {
		// The driver would go to localhost.
		return nil, errors.New("is empty; write " + postgresDSN)
	}
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, explainPostgresDSN(dsn, err)
	}
	// Connections are also made behind the back of a query, without its deadline.
	if config.ConnectTimeout <= 0 || config.ConnectTimeout > connectTimeout {
		config.ConnectTimeout = connectTimeout
	}
	// No named statements, which break behind a pooler that gives each transaction another connection; and
	// PostgreSQL finds out the type of $1, so that it may be compared with anything.
	config.DefaultQueryExecMode = pgx.QueryExecModeDescribeExec
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "hookline"
	}
	return stdlib.OpenDB(*config), nil
}

const postgresDSN = "postgres://user:password@host:5432/database?sslmode=verify-full"

// dsnProblems are what can be told of the driver's errors by closed texts: whatever else it says may have the
// password in it.
var dsnProblems = []struct{ part, advice string }{
	{"sslmode is invalid", "has an unknown sslmode; write disable, require, verify-ca or verify-full"},
	{"failed to configure TLS", "has TLS settings that can't be used: look at sslmode, and whether the files of sslrootcert, sslcert and sslkey are there"},
	{"invalid port", "has a port that is no number from 1 to 65535; or the password has a character such as / that must be in its percent-encoded form"},
	{"port numbers to", "has another number of ports than of hosts"},
	{"invalid connect_timeout", "has a connect_timeout that is no number of seconds"},
	{"unknown target_session_attrs", "has an unknown target_session_attrs"},
	{"failed to read service", "names a service; write the host, user and database instead"},
}

// explainPostgresDSN says what is wrong with a connection string. The driver's own text repeats it and
// leaves out the password as well as it can, which is not well enough.
func explainPostgresDSN(dsn string, err error) error {
	isURL := strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
	switch text := err.Error(); {
	case !isURL && strings.Contains(dsn, "://"):
		return errors.New("has another scheme than postgres://; write " + postgresDSN)
	case strings.Contains(text, "failed to parse as URL"):
		return errors.New("is no connection URL; write " + postgresDSN +
			", and characters such as @ : / # % in the password in their percent-encoded form")
	default:
		for _, known := range dsnProblems {
			if strings.Contains(text, known.part) {
				return errors.New(known.advice)
			}
		}
		return errors.New("is no connection string; write " + postgresDSN +
			", or host=… user=… password='…' dbname=… sslmode=verify-full")
	}
}

// explainPostgres sorts the errors of PostgreSQL by their SQLSTATE and anything else as a connection that
// failed.
func explainPostgres(err error) (hook.FailureCode, error) {
	var answered *pgconn.PgError
	if errors.As(err, &answered) {
		return explainSQLState(answered)
	}
	if pgconn.Timeout(err) {
		return hook.StoreTimeout, errors.New("connect: the database did not answer in time")
	}
	return hook.StoreUnavailable, explainConnection(err)
}

// sqlStates sorts the classes of SQLSTATE, as the appendix "PostgreSQL Error Codes" of its manual has them.
// Classes that are not here are about the query or its data.
var sqlStates = map[string]struct {
	code hook.FailureCode
	// quotes says that PostgreSQL's text may be repeated: it names tables, columns, roles and limits, but no
	// values.
	quotes bool
}{
	"08": {hook.StoreUnavailable, true},  // connection exception
	"25": {hook.StoreInvalid, true},      // invalid transaction state: a query that writes
	"28": {hook.StoreUnavailable, true},  // invalid authorization: the user or password of the dsn
	"3D": {hook.StoreUnavailable, true},  // invalid catalog name: the database of the dsn
	"40": {hook.StoreUnavailable, false}, // transaction rollback: a conflict with recovery on a standby
	"42": {hook.StoreInvalid, true},      // syntax error or access rule violation
	"53": {hook.StoreUnavailable, true},  // insufficient resources: too many connections
	"55": {hook.StoreUnavailable, false}, // object not in prerequisite state: locked
	"57": {hook.StoreUnavailable, true},  // operator intervention: shut down, starting up
	"58": {hook.StoreUnavailable, false}, // system error
	"XX": {hook.StoreUnavailable, false}, // internal error
}

// queryCanceled is what statement_timeout or an administrator makes of a query that runs.
const queryCanceled = "57014"

func explainSQLState(answered *pgconn.PgError) (hook.FailureCode, error) {
	if answered.Code == queryCanceled {
		return hook.StoreTimeout, fmt.Errorf("the database stopped the query (SQLSTATE %s)", queryCanceled)
	}
	class, known := sqlStates[answered.Code[:min(2, len(answered.Code))]]
	switch {
	case !known:
		return hook.StoreInvalid, fmt.Errorf("the database refused the query for this user (SQLSTATE %s)", answered.Code)
	case class.quotes:
		return class.code, fmt.Errorf("the database says: %s (SQLSTATE %s)", answered.Message, answered.Code)
	default:
		return class.code, fmt.Errorf("the database could not run the query (SQLSTATE %s)", answered.Code)
	}
}

// explainConnection repeats errors of the network, which have addresses and nothing else of the connection
// string.
func explainConnection(err error) error {
	var (
		operation   *net.OpError
		resolution  *net.DNSError
		certificate *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &certificate):
		return fmt.Errorf("connect: %w", certificate)
	case errors.As(err, &resolution):
		return fmt.Errorf("connect: %w", resolution)
	case errors.As(err, &operation):
		return fmt.Errorf("connect: %w", operation)
	case strings.Contains(err.Error(), "server refused TLS connection"):
		return errors.New("connect: the database takes no TLS, which sslmode asks for")
	default:
		return errors.New("the connection to the database broke")
	}
}
