package passwordimport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/passwordimport/postgrestest"
)

// database is the PostgreSQL server that tests share, started by the first that needs it. Tests that take it
// down start one of their own.
var database = sync.OnceValues(func() (*postgrestest.Server, error) {
	server, err := postgrestest.Start(context.Background())
	started = server
	return server, err
})

var started *postgrestest.Server

func TestMain(m *testing.M) {
	code := m.Run()
	if started != nil {
		if err := started.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "close PostgreSQL:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// newDatabase makes a database in the shared server and returns its URL.
func newDatabase(t testing.TB, statements ...string) string {
	t.Helper()
	server, err := database()
	if err != nil {
		t.Fatal(err)
	}
	return newDatabaseIn(t, server, statements...)
}

func newDatabaseIn(t testing.TB, server *postgrestest.Server, statements ...string) string {
	t.Helper()
	dsn, err := server.NewDatabase(t.Context(), statements...)
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}

// newServer is a server for one test.
func newServer(t testing.TB) *postgrestest.Server {
	t.Helper()
	server, err := postgrestest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// secrets are the values of the one Secret that test configurations refer to, by key.
type secrets map[string]string

func (s secrets) Read(ref v1alpha1.SecretKeyReference) ([]byte, error) {
	value, found := s[ref.Key]
	if !found {
		return nil, errors.New("there is no such file")
	}
	return []byte(value), nil
}

func secretKey(key string) v1alpha1.SecretKeyReference {
	return v1alpha1.SecretKeyReference{Name: "legacy", Key: key}
}

// staticSpec is a handler over a file of users, in the key htpasswd.
func staticSpec() *v1alpha1.PasswordImportHandler {
	return &v1alpha1.PasswordImportHandler{UserStore: v1alpha1.UserStore{
		Static: &v1alpha1.StaticUserStore{SecretKeyRef: secretKey("htpasswd")},
	}}
}

// sqlSpec is a handler over a database, in the key dsn.
func sqlSpec(query string) *v1alpha1.PasswordImportHandler {
	return &v1alpha1.PasswordImportHandler{UserStore: v1alpha1.UserStore{
		SQL: &v1alpha1.SQLUserStore{
			Driver: v1alpha1.DriverPostgres,
			DSN:    v1alpha1.SecretValue{SecretKeyRef: secretKey("dsn")},
			Query:  query,
		},
	}}
}

func newHandler(t testing.TB, spec *v1alpha1.PasswordImportHandler, values secrets) *Handler {
	t.Helper()
	h, err := New(t.Context(), spec, values, Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

// request is what Okta sends when somebody types a user name and a password.
func request(t testing.TB, username, password string) *hook.Request {
	t.Helper()
	return requestWith(t, `{"context": {"credential": {"username": `+jsonText(username)+`, "password": `+jsonText(password)+`}}, `+
		`"action": {"credential": "UNVERIFIED"}}`)
}

func requestWith(t testing.TB, data string) *hook.Request {
	t.Helper()
	req, err := hook.Decode([]byte(`{"eventId": "3o9jBzq1SmOGmmsDsqyyeQ", "eventType": "` + hook.PasswordImport + `", "data": ` + data + `}`))
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// ask makes one call and puts the answer in one word: VERIFIED, UNVERIFIED, or the code of the failure.
func ask(t testing.TB, h *Handler, req *hook.Request) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	response, err := h.Handle(ctx, req)
	return word(t, response, err)
}

func word(t testing.TB, response *hook.Response, err error) string {
	t.Helper()
	if err != nil {
		var failure *hook.Failure
		if !errors.As(err, &failure) {
			t.Errorf("an error that is no failure: %v", err)
		}
		return string(hook.CodeOf(err))
	}
	if len(response.Commands) != 1 || response.Commands[0].Type != "com.okta.action.update" || response.Error != nil {
		t.Fatalf("answered %+v", response)
	}
	return response.Commands[0].Value.(map[string]string)["credential"]
}

// expectNoSecret is for errors around values that have "secret" in them.
func expectNoSecret(t testing.TB, err error) {
	t.Helper()
	if err != nil && strings.Contains(strings.ToLower(err.Error()), "secret") {
		t.Errorf("error has a secret in it: %v", err)
	}
}

func jsonText(text string) string {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string always can be
	}
	return string(encoded)
}
