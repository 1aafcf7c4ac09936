package passwordimport

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/passwordimport/postgrestest"
)

const (
	usersTable  = "CREATE TABLE users (name text, digest text, salt text)"
	insertUsers = "INSERT INTO users VALUES ('ada', '" + sha1OfSecret + "', NULL), ('grace', NULL, NULL), " +
		"('twin', '" + sha1OfSecret + "', NULL), ('twin', '" + sha1OfSecret + "', NULL), " +
		"('odd', 'secret-of-unknown-form', 'x'), ('empty', '', NULL), ('blank', '*', NULL)"
	userQuery = "SELECT digest FROM users WHERE name = $1"
)

// askFor makes one call for a user with the password s3cr3t.
func askFor(t *testing.T, h *Handler, username string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	response, err := h.Handle(ctx, request(t, username, "s3cr3t"))
	if err != nil && (strings.Contains(err.Error(), "c0rrect") || strings.Contains(err.Error(), username) || strings.Contains(err.Error(), "secret")) {
		t.Errorf("error has a secret or the user in it: %v", err)
	}
	return word(t, response, err)
}

func TestQueriesAndWhatTheyYield(t *testing.T) {
	t.Parallel()
	dsn := newDatabase(t, usersTable, insertUsers,
		"CREATE TABLE numbered (id bigint PRIMARY KEY, digest varchar(100))",
		"INSERT INTO numbered VALUES (4711, '"+sha1OfSecret+"')",
		"CREATE TABLE padded (name char(20), digest char(120))",
		"INSERT INTO padded VALUES ('ada', '"+sha1OfSecret+"')",
		"CREATE TABLE bytes (name text, digest bytea)",
		"INSERT INTO bytes VALUES ('ada', '"+sha1OfSecret+"')")
	for name, test := range map[string]struct{ query, user, want string }{
		"a user":                                   {userQuery, "ada", "VERIFIED"},
		"a stranger":                               {userQuery, "nobody", "UNVERIFIED"},
		"a user whose digest is NULL":              {userQuery, "grace", "UNVERIFIED"},
		"a user whose digest is empty":             {userQuery, "empty", "UNVERIFIED"},
		"a user whose digest is a star":            {userQuery, "blank", "UNVERIFIED"},
		"more than one row":                        {userQuery, "twin", "store_invalid"},
		"a digest that nobody can read":            {userQuery, "odd", "store_invalid"},
		"further columns":                          {"SELECT digest, name, 1 FROM users WHERE name = $1", "ada", "VERIFIED"},
		"a digest in a padded column":              {"SELECT digest FROM padded WHERE name = $1", "ada", "VERIFIED"},
		"a digest in bytes":                        {"SELECT digest FROM bytes WHERE name = $1", "ada", "VERIFIED"},
		"a parameter of another type":              {"SELECT digest FROM numbered WHERE id = $1::text::bigint", "4711", "VERIFIED"},
		"a name that does not fit that type":       {"SELECT digest FROM numbered WHERE id = $1::text::bigint", "ada", "store_invalid"},
		"a column of another type":                 {"SELECT id FROM numbered WHERE id = length($1) + 4708", "ada", "store_invalid"},
		"no column":                                {"SELECT FROM users WHERE name = $1", "ada", "store_invalid"},
		"a table that is not there":                {"SELECT digest FROM nothing WHERE name = $1", "ada", "store_invalid"},
		"a query that is none":                     {"SELEKT $1", "ada", "store_invalid"},
		"a query that writes":                      {"DELETE FROM users WHERE name = $1 RETURNING digest", "ada", "store_invalid"},
		"a query that does not use the user name":  {"SELECT digest FROM users WHERE name = 'ada' AND $1 = $1", "x", "VERIFIED"},
		"two statements, of which one is executed": {userQuery + "; DELETE FROM users", "ada", "store_invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := askFor(t, newHandler(t, sqlSpec(test.query), secrets{"dsn": dsn}), test.user); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestAQueryCannotWrite(t *testing.T) {
	t.Parallel()
	dsn := newDatabase(t, usersTable, insertUsers)
	h := newHandler(t, sqlSpec("DELETE FROM users WHERE name = $1 RETURNING digest"), secrets{"dsn": dsn})
	if got := askFor(t, h, "ada"); got != "store_invalid" {
		t.Errorf("got %s", got)
	}
	left, err := postgrestest.Count(t.Context(), dsn, "SELECT count(*) FROM users WHERE name = 'ada'")
	if err != nil || left != 1 {
		t.Errorf("%d left, error %v", left, err)
	}
}

// TestDigestsThatDoNotDescribeThemselves has digests that Okta imports as well; their plain texts are known.
func TestDigestsThatDoNotDescribeThemselves(t *testing.T) {
	t.Parallel()
	dsn := newDatabase(t, "CREATE TABLE users (name text PRIMARY KEY, digest bytea, salt bytea)",
		"INSERT INTO users VALUES "+
			"('sha512', decode('QrozP8a+KfoHu6mPFysxLoO5LMQsd2Fw6IclZUf8xQjetJOCGS93vm68h+VaFX0LHSiF/GxQkykq1vofmx6NGA==', 'base64'), decode('TXlTYWx0', 'base64')), "+
			"('md5', decode('jqACjUUFXM1XE6NiLALAbA==', 'base64'), decode('TXlTYWx0', 'base64')), "+
			"('sha1', decode('xjrauE6J6kbjcvMjWSSc+PsBBls=', 'base64'), decode('UEO3wsAsgzQ=', 'base64')), "+
			"('plain', sha256('Abcd1234'), NULL)")
	const (
		asBytes  = "SELECT digest, salt FROM users WHERE name = $1"
		asHex    = "SELECT encode(digest, 'hex') AS d, salt FROM users WHERE name = $1"
		asUpper  = "SELECT salt AS \"SALT\", upper(encode(digest, 'hex')) FROM users WHERE name = $1"
		asBase64 = "SELECT translate(encode(digest, 'base64'), E'\\n=', '') AS d, salt FROM users WHERE name = $1"
		saltText = "SELECT digest, convert_from(salt, 'UTF8')::char(20) AS salt FROM users WHERE name = $1"
		hexBytes = "SELECT encode(digest, 'hex')::bytea, salt FROM users WHERE name = $1"
		noSalt   = "SELECT digest FROM users WHERE name = $1"
		nullSalt = "SELECT digest, NULL AS salt FROM users WHERE name = $1"
	)
	prefix := func(format v1alpha1.DigestFormat, encoding v1alpha1.DigestEncoding) v1alpha1.Digest {
		return v1alpha1.Digest{Format: format, Encoding: encoding, SaltColumn: "salt"}
	}
	postfix := prefix("SHA1", "")
	postfix.SaltOrder = v1alpha1.SaltPostfix
	for name, test := range map[string]struct {
		digest                      v1alpha1.Digest
		query, user, password, want string
	}{
		"SHA-512 in bytes":                      {prefix("SHA512", ""), asBytes, "sha512", "Abcd1234", "VERIFIED"},
		"SHA-512 in bytes, whatever encoding":   {prefix("SHA512", "Base64"), asBytes, "sha512", "Abcd1234", "VERIFIED"},
		"SHA-512 in hexadecimal":                {prefix("SHA512", ""), asHex, "sha512", "Abcd1234", "VERIFIED"},
		"SHA-512 in hexadecimal in bytes":       {prefix("SHA512", "Hex"), hexBytes, "sha512", "Abcd1234", "VERIFIED"},
		"SHA-512 in capitals behind the salt":   {prefix("SHA512", "Hex"), asUpper, "sha512", "Abcd1234", "VERIFIED"},
		"SHA-512 in base64 without padding":     {prefix("SHA512", "Base64"), asBase64, "sha512", "Abcd1234", "VERIFIED"},
		"SHA-512 with a salt in a padded text":  {prefix("SHA512", ""), saltText, "sha512", "Abcd1234", "VERIFIED"},
		"MD5":                                   {prefix("MD5", ""), asBytes, "md5", "Abcd1234", "VERIFIED"},
		"SHA-1 with the salt behind":            {postfix, asBytes, "sha1", "P@ssw0rd", "VERIFIED"},
		"SHA-256 without salt":                  {v1alpha1.Digest{Format: "SHA256"}, noSalt, "plain", "Abcd1234", "VERIFIED"},
		"a wrong password":                      {prefix("SHA512", ""), asBytes, "sha512", "abcd1234", "UNVERIFIED"},
		"a stranger":                            {prefix("SHA512", ""), asBytes, "nobody", "Abcd1234", "UNVERIFIED"},
		"the salt on the wrong side":            {prefix("SHA1", ""), asBytes, "sha1", "P@ssw0rd", "UNVERIFIED"},
		"another encoding than there is":        {prefix("SHA512", "Hex"), asBase64, "sha512", "Abcd1234", "store_invalid"},
		"another format than there is":          {prefix("SHA256", ""), asBytes, "sha512", "Abcd1234", "store_invalid"},
		"a user without a password":             {prefix("SHA512", ""), "SELECT '*' AS d, salt FROM users WHERE name = $1", "sha512", "Abcd1234", "UNVERIFIED"},
		"no such salt column":                   {prefix("SHA512", ""), noSalt, "sha512", "Abcd1234", "store_invalid"},
		"nothing but the salt":                  {prefix("SHA512", ""), "SELECT salt FROM users WHERE name = $1", "sha512", "Abcd1234", "store_invalid"},
		"a salt that is NULL":                   {prefix("SHA512", ""), nullSalt, "sha512", "Abcd1234", "store_invalid"},
		"a format that describes itself, unset": {v1alpha1.Digest{Format: "Auto"}, "SELECT '" + sha1OfSecret + "' WHERE $1 <> ''", "x", "s3cr3t", "VERIFIED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec := sqlSpec(test.query)
			spec.UserStore.SQL.Digest = &test.digest
			h := newHandler(t, spec, secrets{"dsn": dsn})
			if got := ask(t, h, request(t, test.user, test.password)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestDatabaseThatIsDownAtTheStartIsUsedWhenItComesUp(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	dsn := newDatabaseIn(t, server, usersTable, insertUsers)
	server.Down()
	h := newHandler(t, sqlSpec(userQuery), secrets{"dsn": dsn})
	if got := askFor(t, h, "ada"); got != "store_unavailable" {
		t.Errorf("while down: %s", got)
	}
	if err := server.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := askFor(t, h, "ada"); got != "VERIFIED" {
		t.Errorf("when up: %s", got)
	}
}

func TestDatabaseKilledDuringAQuery(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	dsn := newDatabaseIn(t, server, usersTable, insertUsers)
	spec := sqlSpec("SELECT digest FROM users, pg_sleep(3600) WHERE name = $1")
	spec.Timeout = &metav1.Duration{Duration: time.Minute}
	h := newHandler(t, spec, secrets{"dsn": dsn})
	answers := make(chan string, 1)
	go func() { answers <- askFor(t, h, "ada") }()
	waitForSleepers(t, dsn, 1)
	server.Down()
	if got := <-answers; got != "store_unavailable" {
		t.Errorf("got %s", got)
	}
}

func TestQueryBeyondTheTimeoutFailsAndIsStoppedInTheDatabase(t *testing.T) {
	t.Parallel()
	dsn := newDatabase(t, usersTable, insertUsers)
	spec := sqlSpec("SELECT digest FROM users, pg_sleep(3600) WHERE name = $1")
	spec.Timeout = &metav1.Duration{Duration: 300 * time.Millisecond}
	h := newHandler(t, spec, secrets{"dsn": dsn})
	start := time.Now()
	if got := askFor(t, h, "ada"); got != "store_timeout" {
		t.Errorf("got %s", got)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %s", took)
	}
	waitForSleepers(t, dsn, 0)
}

func TestQueryThatTheDatabaseStopsIsATimeout(t *testing.T) {
	t.Parallel()
	dsn := newDatabase(t, usersTable, insertUsers)
	spec := sqlSpec("SELECT digest FROM users, pg_sleep(3600) WHERE name = $1")
	h := newHandler(t, spec, secrets{"dsn": dsn + "&statement_timeout=50"})
	if got := askFor(t, h, "ada"); got != "store_timeout" {
		t.Errorf("got %s", got)
	}
}

func TestCallerWhoHangsUpIsNoTimeout(t *testing.T) {
	t.Parallel()
	dsn := newDatabase(t, usersTable, insertUsers)
	spec := sqlSpec("SELECT digest FROM users, pg_sleep(3600) WHERE name = $1")
	spec.Timeout = &metav1.Duration{Duration: time.Minute}
	h := newHandler(t, spec, secrets{"dsn": dsn})
	ctx, cancel := context.WithCancel(t.Context())
	answers := make(chan string, 1)
	go func() {
		response, err := h.Handle(ctx, request(t, "ada", "s3cr3t"))
		answers <- word(t, response, err)
	}()
	waitForSleepers(t, dsn, 1)
	cancel()
	if got := <-answers; got != "canceled" {
		t.Errorf("got %s", got)
	}
	waitForSleepers(t, dsn, 0)
}

// waitForSleepers waits until so many queries sleep in the database.
func waitForSleepers(t *testing.T, dsn string, want int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		sleeping, err := postgrestest.Count(ctx, dsn, "SELECT count(*) FROM pg_stat_activity "+
			"WHERE datname = current_database() AND state = 'active' AND wait_event = 'PgSleep'")
		if err != nil {
			t.Fatal(err)
		}
		if sleeping == want {
			return
		}
	}
}

func TestSilentServerIsATimeout(t *testing.T) {
	t.Parallel()
	// It takes connections and says nothing.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	spec := sqlSpec(userQuery)
	spec.Timeout = &metav1.Duration{Duration: 100 * time.Millisecond}
	h := newHandler(t, spec, secrets{"dsn": "postgres://u:c0rrect@" + listener.Addr().String() + "/db?sslmode=disable"})
	if got := askFor(t, h, "ada"); got != "store_timeout" {
		t.Errorf("got %s", got)
	}
}

func TestBreakerOpensWhenTheDatabaseIsDownAndCloses(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	dsn := newDatabaseIn(t, server, usersTable, insertUsers)
	registry := prometheus.NewRegistry()
	h, err := New(t.Context(), sqlSpec(userQuery), secrets{"dsn": dsn}, Options{
		Metrics: NewMetrics(registry), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	server.Down()
	for range 5 {
		if got := askFor(t, h, "ada"); got != "store_unavailable" {
			t.Errorf("while down: %s", got)
		}
	}
	if got := samples(t, registry, "user_store_breaker_state"); got["open sql"] != 1 || got["closed sql"] != 0 {
		t.Errorf("breaker after 5 failures: %v", got)
	}
	if _, err := h.Handle(t.Context(), request(t, "ada", "s3cr3t")); err == nil || !strings.Contains(err.Error(), "not called") {
		t.Errorf("while open: %v", err)
	}
	if err := server.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(30 * time.Second)
	for askFor(t, h, "ada") != "VERIFIED" {
		if time.Now().After(deadline) {
			t.Fatal("still open after 30s")
		}
	}
	if got := samples(t, registry, "user_store_breaker_state"); got["closed sql"] != 1 || got["open sql"] != 0 {
		t.Errorf("breaker after an answer: %v", got)
	}
}

func TestNamesThatSomebodyTypesDoNotOpenTheBreaker(t *testing.T) {
	t.Parallel()
	dsn := newDatabase(t, usersTable, insertUsers)
	h := newHandler(t, sqlSpec("SELECT digest FROM users WHERE name = $1 AND ($1 = 'ada' OR $1::int > 0)"), secrets{"dsn": dsn})
	for range 20 {
		if got := askFor(t, h, "no number"); got != "store_invalid" {
			t.Fatalf("got %s", got)
		}
	}
	if got := askFor(t, h, "ada"); got != "VERIFIED" {
		t.Errorf("got %s", got)
	}
}

func TestConnectionThatIsRefused(t *testing.T) {
	t.Parallel()
	dsn := newDatabase(t, usersTable, insertUsers)
	for name, test := range map[string]struct{ dsn, want string }{
		"by nobody at the address": {"postgres://hookline:c0rrect@127.0.0.1:1/db?sslmode=disable", "connection refused"},
		"by a name without address": {"postgres://hookline:c0rrect@nowhere.invalid/db?sslmode=disable&connect_timeout=1",
			"nowhere.invalid"},
		"for a wrong password": {strings.Replace(dsn, "c0rrect", "c0rrectly", 1), "password authentication failed for user \"hookline\" (SQLSTATE 28P01)"},
		"for a wrong database": {strings.Replace(dsn, "/test", "/no", 1), "does not exist (SQLSTATE 3D000)"},
		"without TLS":          {strings.Replace(dsn, "sslmode=disable", "sslmode=verify-full", 1), "takes no TLS, which sslmode asks for"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHandler(t, sqlSpec(userQuery), secrets{"dsn": test.dsn})
			response, err := h.Handle(t.Context(), request(t, "ada", "s3cr3t"))
			if got := word(t, response, err); got != "store_unavailable" {
				t.Errorf("got %s", got)
			}
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "c0rrect") {
				t.Errorf("got error %v, want %q", err, test.want)
			}
		})
	}
}

func TestNamesThatNobodyCanHaveDoNotReachTheDatabase(t *testing.T) {
	t.Parallel()
	h := newHandler(t, sqlSpec(userQuery), secrets{"dsn": "postgres://u:p@127.0.0.1:1/db?sslmode=disable"})
	for _, username := range []string{"", "a\x00da", strings.Repeat("n", 1025)} {
		if got := ask(t, h, request(t, username, "s3cr3t")); got != "UNVERIFIED" {
			t.Errorf("%q: %s", username, got)
		}
	}
}

func TestErrorsOfPostgreSQLAreSortedAndDoNotQuoteValues(t *testing.T) {
	t.Parallel()
	for state, test := range map[string]struct {
		code   hook.FailureCode
		quoted bool
	}{
		"08006": {hook.StoreUnavailable, true},
		"22P02": {hook.StoreInvalid, false},
		"25006": {hook.StoreInvalid, true},
		"28P01": {hook.StoreUnavailable, true},
		"3D000": {hook.StoreUnavailable, true},
		"40001": {hook.StoreUnavailable, false},
		"42P01": {hook.StoreInvalid, true},
		"53300": {hook.StoreUnavailable, true},
		"55P03": {hook.StoreUnavailable, false},
		"57014": {hook.StoreTimeout, false},
		"57P01": {hook.StoreUnavailable, true},
		"58030": {hook.StoreUnavailable, false},
		"P0001": {hook.StoreInvalid, false},
		"XX000": {hook.StoreUnavailable, false},
		"":      {hook.StoreInvalid, false},
	} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			code, err := explainPostgres(fmt.Errorf("x: %w", &pgconn.PgError{Code: state, Message: "says this", Detail: "secret"}))
			if quoted := strings.Contains(err.Error(), "says this"); code != test.code || quoted != test.quoted {
				t.Errorf("got %s: %v", code, err)
			}
			expectNoSecret(t, err)
		})
	}
}

func TestConnectionStringsThatAreWrong(t *testing.T) {
	t.Parallel()
	for dsn, want := range map[string]string{
		"":                                   `key "dsn" of secret "legacy" is empty; write postgres://user:password@host:5432/database?sslmode=verify-full`,
		" \n":                                "is empty",
		"secret":                             "is no connection string; write postgres://",
		"host=x password=secret port=secret": "has a port that is no number",
		"mysql://u:secret@h/db":              "has another scheme than postgres://",
		"postgres://u:secr%et@h/db":          "percent-encoded form",
		"postgres://u:sec/ret#secret@h:x/db": "percent-encoded form",
		"postgres://u:secret@h/db?sslmode=secret":              "has an unknown sslmode",
		"postgres://u:secret@h:99999/db":                       "has a port that is no number",
		"postgres://u:secret@h/db?sslrootcert=/no/a":           "has TLS settings that can't be used",
		"postgres://u:secret@h/db?connect_timeout=x":           "has a connect_timeout that is no number",
		"postgres://u:secret@h/db?target_session_attrs=secret": "has an unknown target_session_attrs",
		"postgres://u:secret@h/db?service=secret":              "names a service",
		"host=h password='secret":                              "is no connection string",
	} {
		t.Run(dsn, func(t *testing.T) {
			t.Parallel()
			_, err := New(t.Context(), sqlSpec(userQuery), secrets{"dsn": dsn}, Options{})
			if err == nil || !strings.HasPrefix(err.Error(), "handler.passwordImport.userStore.sql.dsn: ") || !strings.Contains(err.Error(), want) {
				t.Errorf("got error %v, want %q", err, want)
			}
			if err != nil {
				expectNoSecret(t, fmt.Errorf("%s", strings.ReplaceAll(err.Error(), `of secret "legacy"`, "")))
			}
		})
	}
}

func TestStrangersCostWhatUsersOfTheDatabaseDo(t *testing.T) {
	t.Parallel()
	dsn := newDatabase(t, usersTable, insertUsers)
	h := newHandler(t, sqlSpec(userQuery), secrets{"dsn": dsn})
	if got := h.store.decoy("nobody").class(); got != "bcrypt 10" {
		t.Errorf("before any user was seen, a stranger costs %q", got)
	}
	askFor(t, h, "ada")
	if got := h.store.decoy("nobody").class(); got != "sha1 " {
		t.Errorf("afterwards a stranger costs %q", got)
	}
}
