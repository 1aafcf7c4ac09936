// Package postgrestest runs a PostgreSQL server for tests: a real one, from the binaries of the machine, in a
// folder of its own, on a free port of the loopback address. It is for tests only.
//
// The binaries initdb and postgres are looked for in PATH and where distributions put them. PostgreSQL does not
// run as root, so for root it runs as the user postgres or nobody.
package postgrestest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/jackc/pgx/v5"
)

const (
	// User is the superuser of the server.
	User = "hookline"
	// Password is the password of User.
	Password = "c0rrect:horse@battery/staple"
)

// Server is one PostgreSQL server.
type Server struct {
	bin        string // folder of the binaries
	dir        string
	port       int
	credential *syscall.Credential // nil: as this process

	postgres  *exec.Cmd
	exited    chan struct{}
	databases atomic.Int64
}

// Start makes a server and waits until it takes connections. Close it in the end.
func Start(ctx context.Context) (*Server, error) {
	bin, err := findBinaries()
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin}
	if err := s.init(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	// Another process may take the port between our finding it and PostgreSQL's listening on it.
	for range 3 {
		if s.port, err = freePort(); err == nil {
			if err = s.Up(ctx); err == nil {
				return s, nil
			}
		}
	}
	return nil, errors.Join(err, s.Close())
}

func findBinaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	var found []string
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin/initdb", "/usr/pgsql-*/bin/initdb",
		"/opt/homebrew/opt/postgresql@*/bin/initdb", "/usr/local/opt/postgresql@*/bin/initdb",
	} {
		matches, _ := filepath.Glob(pattern) // the only error is a bad pattern
		found = append(found, matches...)
	}
	if len(found) == 0 {
		return "", errors.New("find PostgreSQL: there is no initdb in PATH, nor where distributions put it; " +
			"install the server, such as with apt-get install postgresql")
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

// init makes the data folder.
func (s *Server) init(ctx context.Context) (err error) {
	if s.dir, err = os.MkdirTemp("", "postgrestest-"); err != nil {
		return err
	}
	if os.Geteuid() == 0 {
		if s.credential, err = unprivileged(); err != nil {
			return err
		}
		if err := os.Chown(s.dir, int(s.credential.Uid), int(s.credential.Gid)); err != nil {
			return err
		}
	}
	passwordFile := filepath.Join(s.dir, "password")
	if err := os.WriteFile(passwordFile, []byte(Password), 0o644); err != nil {
		return err
	}
	initdb := s.command(ctx, "initdb", "-D", s.data(), "-U", User, "-A", "scram-sha-256", "--pwfile", passwordFile,
		"-E", "UTF8", "--no-locale", "--no-sync")
	if output, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("run initdb: %w\n%s", err, output)
	}
	return nil
}

func unprivileged() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(account.Uid, 10, 32)
		if err != nil {
			continue
		}
		gid, err := strconv.ParseUint(account.Gid, 10, 32)
		if err != nil {
			continue
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("find a user for PostgreSQL, which does not run as root: there is neither postgres nor nobody")
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, filepath.Join(s.bin, name), args...)
	command.Dir = s.dir
	command.SysProcAttr = &syscall.SysProcAttr{Credential: s.credential}
	return command
}

// Up starts the server if it is not running, and waits until it takes connections.
func (s *Server) Up(ctx context.Context) error {
	if s.postgres != nil {
		return nil
	}
	// Not bound to ctx: the server outlives its start.
	postgres := s.command(context.WithoutCancel(ctx), "postgres", "-D", s.data(), "-p", strconv.Itoa(s.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off",
		"-c", "shared_buffers=16MB", "-c", "max_connections=40")
	log, err := postgres.StderrPipe()
	if err != nil {
		return err
	}
	if err := postgres.Start(); err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	ready, exited := make(chan struct{}), make(chan struct{})
	isReady := sync.OnceFunc(func() { close(ready) })
	var tail []string
	go func() {
		defer close(exited)
		lines := bufio.NewScanner(log)
		for lines.Scan() {
			tail = append(tail[max(0, len(tail)-20):], lines.Text())
			if strings.HasSuffix(lines.Text(), "database system is ready to accept connections") {
				isReady() // once: after the crash of a backend PostgreSQL says so again
			}
		}
		_ = postgres.Wait() // how it ended does not matter to anybody
	}()
	s.postgres, s.exited = postgres, exited
	select {
	case <-ready:
		return nil
	case <-exited:
		s.postgres = nil
		return fmt.Errorf("start postgres: it ended:\n%s", strings.Join(tail, "\n"))
	case <-ctx.Done():
		s.Down()
		return fmt.Errorf("start postgres: %w", ctx.Err())
	}
}

// Down ends the server as if it had crashed: connections break at once. Up starts it again.
func (s *Server) Down() {
	if s.postgres == nil {
		return
	}
	_ = s.postgres.Process.Signal(syscall.SIGQUIT) // an error says that it has ended
	<-s.exited
	s.postgres = nil
}

// Close ends the server and removes its data.
func (s *Server) Close() error {
	s.Down()
	if s.dir == "" {
		return nil
	}
	return os.RemoveAll(s.dir)
}

// DSN is the URL of a database of this server.
func (s *Server) DSN(database string) string {
	address := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(User, Password),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)),
		Path:     "/" + database,
		RawQuery: "sslmode=disable",
	}
	return address.String()
}

// NewDatabase makes an empty database, runs statements in it, and returns its URL.
func (s *Server) NewDatabase(ctx context.Context, statements ...string) (string, error) {
	name := fmt.Sprintf("test%d", s.databases.Add(1))
	if err := Exec(ctx, s.DSN("postgres"), "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	return s.DSN(name), Exec(ctx, s.DSN(name), statements...)
}

// Exec runs statements in the database that dsn names.
func Exec(ctx context.Context, dsn string, statements ...string) (err error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("run %s: %w", statement, err)
		}
	}
	return nil
}

// Count runs a query that yields one number.
func Count(ctx context.Context, dsn, query string) (number int, err error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	return number, conn.QueryRow(ctx, query).Scan(&number)
}
