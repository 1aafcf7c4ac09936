package server

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/hookconfig"
)

// countCloses builds the same handler each time and counts how many of them were closed.
func countCloses(handler handlerFunc, closed *atomic.Int32) BuildFunc {
	return func(context.Context, *hookconfig.Config, hookconfig.SecretsDir) (hook.Handler, func(), error) {
		return handler, func() { closed.Add(1) }, nil
	}
}

func TestRunServesUntilItIsToldToEnd(t *testing.T) {
	t.Parallel()
	var closed atomic.Int32
	f := newFixture(t, nil, func(o *Options) { o.Source.Build = countCloses(allow, &closed) })
	r := start(t, f)
	eventually(t, "readiness", func() bool { status, _ := r.get(t, "/readyz"); return status == 200 })
	expectAllowed(t, r.send(t, newCall("e")))
	if status, text := r.get(t, "/healthz"); status != 200 || text != "ok\n" {
		t.Errorf("/healthz: %d %q", status, text)
	}
	if _, text := r.get(t, "/metrics"); !strings.Contains(text, `hookline_runtime_calls_total{outcome="decided",type="com.okta.user.pre-registration"} 1`) {
		t.Errorf("/metrics lacks the call:\n%s", text)
	}
	r.stop()
	if err := <-r.ended; err != nil {
		t.Errorf("Run: %v", err)
	}
	if closed.Load() != 1 {
		t.Errorf("%d handlers are closed, want 1", closed.Load())
	}
	expectSilence(t, f)
}

func TestPublicListenerHasNothingButTheHook(t *testing.T) {
	t.Parallel()
	r := start(t, newFixture(t, allow))
	for _, target := range []string{"/", "/metrics", "/healthz", "/readyz", "/debug/pprof/", hookPath} {
		got := r.send(t, httptest.NewRequest(http.MethodGet, "http://x"+target, nil))
		expectProblem(t, got, http.StatusMethodNotAllowed, "method_not_allowed")
		if target != hookPath {
			expectProblem(t, r.send(t, newCall("e", path(target))), http.StatusNotFound, "not_found")
		}
	}
}

func TestRunEndsWhenAListenerBreaks(t *testing.T) {
	t.Parallel()
	for _, which := range []string{"public", "admin"} {
		f := newFixture(t, allow, func(o *Options) { o.DrainDelay = time.Hour }) // which is not waited for
		listeners := map[string]interface{ Close() error }{}
		public, admin := listen(t), listen(t)
		listeners["public"], listeners["admin"] = public, admin
		if err := listeners[which].Close(); err != nil {
			t.Fatal(err)
		}
		if err := f.Run(t.Context(), public, admin); err == nil || !strings.Contains(err.Error(), "serve the "+which+" listener: ") {
			t.Errorf("Run: %v, want an error about the %s listener", err, which)
		}
	}
}

func TestNewTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		config string
		build  error
		want   string
	}{
		"a field": {strings.Replace(registrationConfig, "default", "defualt", 1), nil,
			"handler.registration.defualt: Forbidden: is no field; known here: allowedEmailDomains, default, message, rules"},
		"a type that can't be answered yet": {"type: Telephony\npath: /x\nhandler: {}\n", nil, "handler: Required value"},
		"a secret that is not there": {strings.Replace(registrationConfig, "key: value", "key: other", 1), nil,
			`authentication.header.secretKeyRef: read key "other" of secret "hook-secret": there is no file `},
		"a handler that can't be built": {registrationConfig, errors.New("handler.registration: no"), "hook.yaml: handler.registration: no"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir+"/hook.yaml", tc.config)
			write(t, dir+"/hook-secret/value", secret)
			_, err := Source{
				ConfigFile: dir + "/hook.yaml", Secrets: hookconfig.SecretsDir(dir),
				Build: func(context.Context, *hookconfig.Config, hookconfig.SecretsDir) (hook.Handler, func(), error) {
					return handlerFunc(allow), nil, tc.build
				},
			}.Load(t.Context())
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want one with %q", err, tc.want)
			}
		})
	}
	if _, err := (Source{ConfigFile: "gone.yaml"}).Load(t.Context()); err == nil || err.Error() != "read configuration: open gone.yaml: no such file or directory" {
		t.Errorf("error of a file that is not there: %v", err)
	}
}

// version asks a running server which configuration it serves.
func (r *running) version(t *testing.T, credential string) string {
	t.Helper()
	got := r.send(t, newCall("", func(q *http.Request) {
		q.Header.Set(hook.ProbeHeader, "1")
		q.Header.Set("Authorization", credential)
	}))
	var answer hook.ProbeAnswer
	if err := json.Unmarshal(got.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	return answer.Hookline.Version
}

func TestChangedConfigurationIsServed(t *testing.T) {
	t.Parallel()
	changed := strings.Replace(registrationConfig, "Allow", "Deny", 1)
	want := hookconfig.Version([]byte(changed))
	f := newFixture(t, allow, func(o *Options) { o.Expect.Version = want })
	r := start(t, f)
	if status, text := r.get(t, "/readyz"); status != 503 || !strings.Contains(text, "configuration "+want+" is expected, ") {
		t.Errorf("/readyz before the change: %d %s", status, text)
	}
	write(t, f.dir+"/hook.yaml", changed)
	eventually(t, "the new configuration", func() bool { return r.version(t, secret) == want })
	if status, text := r.get(t, "/readyz"); status != 200 {
		t.Errorf("/readyz after the change: %d %s", status, text)
	}
	expectMetric(t, f, 1, "reloads_total", prometheus.Labels{"subject": "config", "result": "success"})
	expectMetric(t, f, 1, "config_info", prometheus.Labels{"version": want})
	expectMetric(t, f, 0, "config_info", prometheus.Labels{"version": hookconfig.Version([]byte(registrationConfig))})
}

func TestBadConfigurationNeverReplacesAGoodOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t, allow)
	r := start(t, f)
	good := r.version(t, secret)
	write(t, f.dir+"/hook.yaml", "type: Registration\npth: /x\n")
	eventually(t, "the failed reload", func() bool {
		return f.metric(t, "reloads_total", prometheus.Labels{"result": "failure"}) == 1
	})
	if got := r.version(t, secret); got != good {
		t.Errorf("version %s is served, want %s", got, good)
	}
	expectAllowed(t, r.send(t, newCall("e")))
	if log := f.log.String(); !strings.Contains(log, `"msg":"configuration not reloaded"`) || !strings.Contains(log, "pth: Forbidden") {
		t.Errorf("the log does not say why: %s", log)
	}
	if status, _ := r.get(t, "/readyz"); status != 200 {
		t.Errorf("/readyz: %d, want 200: what is served is good", status)
	}
}

func TestRotationAcceptsBothCredentials(t *testing.T) {
	t.Parallel()
	credentials := filepath.Join(t.TempDir(), "credentials")
	write(t, credentials+"/1", "old")
	f := newFixture(t, allow, func(o *Options) {
		o.Source.CredentialsDir = credentials
		o.Expect.Credential = "2"
	})
	r := start(t, f)
	if status, text := r.get(t, "/readyz"); status != 503 || !strings.Contains(text, "credential 2 is not accepted yet") {
		t.Errorf("/readyz before the rotation: %d %s", status, text)
	}
	expectAllowed(t, r.send(t, newCall("e", credential("old"))))
	write(t, credentials+"/2", "new")
	eventually(t, "the new credential", func() bool { status, _ := r.get(t, "/readyz"); return status == 200 })
	expectAllowed(t, r.send(t, newCall("e", credential("old"))))
	expectAllowed(t, r.send(t, newCall("e", credential("new"))))
	expectMetric(t, f, 2, "credentials_accepted", nil)
}

// issue writes a self-signed certificate with its key, and gives a client that trusts it alone.
func issue(t *testing.T, dir string, serial int64) *http.Client {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "hooks"}, DNSNames: []string{"hooks.example.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Unix(4_000_000_000+serial, 0), IsCA: true, BasicConstraintsValid: true,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	encoded := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})
	write(t, dir+"/tls.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
	write(t, dir+"/tls.crt", string(encoded))
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(encoded)
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{RootCAs: pool, ServerName: "hooks.example.com", MinVersion: tls.VersionTLS10},
	}}
}

func TestTLSWithACertificateThatIsReplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	client := issue(t, dir, 1)
	certificate, err := NewCertificate(dir+"/tls.crt", dir+"/tls.key")
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t, allow, func(o *Options) { o.Certificate = certificate })
	r := start(t, f)
	expectAllowed(t, send(t, client, "https", r.hooks, newCall("e")))

	client = issue(t, dir, 2)
	eventually(t, "the new certificate", func() bool {
		return f.metric(t, "certificate_expiry_timestamp_seconds", nil) == 4_000_000_002
	})
	expectAllowed(t, send(t, client, "https", r.hooks, newCall("e")))

	write(t, dir+"/tls.crt", "nothing")
	eventually(t, "the failed reload", func() bool {
		return f.metric(t, "reloads_total", prometheus.Labels{"subject": "certificate", "result": "failure"}) > 0
	})
	expectAllowed(t, send(t, client, "https", r.hooks, newCall("e")))

	client.Transport.(*http.Transport).TLSClientConfig.MaxVersion = tls.VersionTLS11
	if response, err := client.Get("https://" + r.hooks); err == nil {
		_ = response.Body.Close()
		t.Error("TLS 1.1 is spoken")
	}
}

func TestCertificateThatDoesNotFitItsKey(t *testing.T) {
	t.Parallel()
	one, two := t.TempDir(), t.TempDir()
	issue(t, one, 1)
	issue(t, two, 2)
	if _, err := NewCertificate(one+"/tls.crt", two+"/tls.key"); err == nil || !strings.Contains(err.Error(), "load certificate "+one+"/tls.crt with key ") {
		t.Errorf("NewCertificate: %v", err)
	}
}
