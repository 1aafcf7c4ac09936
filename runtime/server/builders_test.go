package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/hookconfig"
)

const (
	hookPath = "/identity/sign-up"
	secret   = "Bearer s3cret"
	password = "hunter2"

	registrationConfig = `type: Registration
path: /identity/sign-up
authentication: {header: {secretKeyRef: {name: hook-secret, key: value}}}
handler: {registration: {default: Allow}}
`
)

// handlerFunc is a handler in a function.
type handlerFunc func(ctx context.Context, req *hook.Request) (*hook.Response, error)

func (f handlerFunc) Handle(ctx context.Context, req *hook.Request) (*hook.Response, error) {
	return f(ctx, req)
}

// allow is a handler that decides at once.
func allow(context.Context, *hook.Request) (*hook.Response, error) {
	return &hook.Response{Commands: []hook.Command{{
		Type: hook.CommandActionUpdate, Value: map[string]string{"registration": "ALLOW"},
	}}}, nil
}

const allowed = `{"commands":[{"type":"com.okta.action.update","value":{"registration":"ALLOW"}}]}`

// syncBuffer is a log that is written and read at the same time.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// fixture is a server with its files and its log.
type fixture struct {
	*Server
	dir string
	log *syncBuffer
}

// newFixture is a valid server around handler, changed by the changes.
func newFixture(t testing.TB, handler handlerFunc, changes ...func(*Options)) *fixture {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "hook.yaml"), registrationConfig)
	write(t, filepath.Join(dir, "secrets/hook-secret/value"), secret)
	log := &syncBuffer{}
	opts := Options{
		Source: Source{
			ConfigFile: filepath.Join(dir, "hook.yaml"),
			Secrets:    hookconfig.SecretsDir(filepath.Join(dir, "secrets")),
			Build: func(context.Context, *hookconfig.Config, hookconfig.SecretsDir) (hook.Handler, func(), error) {
				return handler, nil, nil
			},
		},
		DrainTimeout: 10 * time.Second,
		Log:          slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Registry:     prometheus.NewRegistry(),
	}
	for _, change := range changes {
		change(&opts)
	}
	srv, err := New(context.Background(), opts)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return &fixture{Server: srv, dir: dir, log: log}
}

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	// Replaced as a whole, as anybody should who changes a file that is being served.
	if err := os.WriteFile(path+".new", []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// body is a call of a registration hook. The password in it is what must never show up anywhere.
func body(eventID string) string {
	return fmt.Sprintf(`{"eventId":%q,"eventType":"com.okta.user.pre-registration","data":{"userProfile":{"login":"ann","secret":%q}}}`,
		eventID, password)
}

// newCall is a valid request, changed by the changes.
func newCall(eventID string, changes ...func(*http.Request)) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "https://hooks.example.com"+hookPath, strings.NewReader(body(eventID)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", secret)
	for _, change := range changes {
		change(r)
	}
	return r
}

// do has the request answered, without a network.
func (f *fixture) do(r *http.Request) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	edge{f.Server}.ServeHTTP(recorder, r)
	return recorder
}

// expectProblem checks an answer that is a refusal or a failure.
func expectProblem(t *testing.T, got *httptest.ResponseRecorder, status int, code string) {
	t.Helper()
	var answered problem
	if err := json.Unmarshal(got.Body.Bytes(), &answered); err != nil {
		t.Fatalf("answer %d %q is no JSON: %v", got.Code, got.Body, err)
	}
	if got.Code != status || answered.Code != code || answered.Message == "" {
		t.Errorf("answer %d %s, want %d with code %s and a message", got.Code, got.Body, status, code)
	}
	if contentType := got.Header().Get("Content-Type"); contentType != "application/json" {
		t.Errorf("Content-Type is %q", contentType)
	}
}

func expectAllowed(t *testing.T, got *httptest.ResponseRecorder) {
	t.Helper()
	if got.Code != http.StatusOK || got.Body.String() != allowed {
		t.Errorf("answer %d %s, want 200 %s", got.Code, got.Body, allowed)
	}
}

// metric is the value of one time series; 0 if it is not there.
func (f *fixture) metric(t testing.TB, name string, labels prometheus.Labels) float64 {
	t.Helper()
	families, err := f.opts.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != "hookline_runtime_"+name {
			continue
		}
	series:
		for _, series := range family.GetMetric() {
			for _, pair := range series.GetLabel() {
				if want, ok := labels[pair.GetName()]; ok && want != pair.GetValue() {
					continue series
				}
			}
			return series.GetCounter().GetValue() + series.GetGauge().GetValue() + float64(series.GetHistogram().GetSampleCount())
		}
	}
	return 0
}

func expectMetric(t *testing.T, f *fixture, want float64, name string, labels prometheus.Labels) {
	t.Helper()
	if got := f.metric(t, name, labels); got != want {
		t.Errorf("%s%v is %v, want %v", name, labels, got, want)
	}
}

// expectSilence checks that no secret got into the log or the metrics.
func expectSilence(t *testing.T, f *fixture) {
	t.Helper()
	families, err := f.opts.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	metrics := fmt.Sprint(families)
	for _, hidden := range []string{password, "s3cret", "wrong-credential"} {
		if strings.Contains(f.log.String(), hidden) {
			t.Errorf("the log has %q in it:\n%s", hidden, f.log)
		}
		if strings.Contains(metrics, hidden) {
			t.Errorf("the metrics have %q in them", hidden)
		}
	}
}

// running is a server that listens.
type running struct {
	*fixture
	hooks, admin string // host:port
	stop         context.CancelFunc
	ended        chan error
}

// start serves f on loopback until the test ends.
func start(t *testing.T, f *fixture) *running {
	t.Helper()
	public, admin := listen(t), listen(t)
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{fixture: f, hooks: public.Addr().String(), admin: admin.Addr().String(), stop: cancel, ended: make(chan error, 1)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.ended <- f.Run(ctx, public, admin)
	}()
	t.Cleanup(func() { cancel(); <-done })
	return r
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// send sends a request to the public listener.
func (r *running) send(t *testing.T, request *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	return send(t, http.DefaultClient, "http", r.hooks, request)
}

func send(t *testing.T, client *http.Client, scheme, address string, request *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	request.RequestURI = ""
	request.URL.Scheme, request.URL.Host = scheme, address
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	recorder := httptest.NewRecorder()
	for name, values := range response.Header {
		recorder.Header()[name] = values
	}
	if response.Close {
		recorder.Header().Set("Connection", "close")
	}
	recorder.WriteHeader(response.StatusCode)
	if _, err := io.Copy(recorder.Body, response.Body); err != nil {
		t.Fatal(err)
	}
	return recorder
}

// get asks the admin listener.
func (r *running) get(t *testing.T, path string) (int, string) {
	t.Helper()
	request := httptest.NewRequest(http.MethodGet, "http://admin"+path, nil)
	got := send(t, http.DefaultClient, "http", r.admin, request)
	return got.Code, got.Body.String()
}

// eventually waits until condition holds.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !condition(); {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
