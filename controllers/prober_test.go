package controllers

import (
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

func TestProbe(t *testing.T) {
	t.Parallel()
	answer := func(status int, body string) http.HandlerFunc {
		return func(rw http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			rw.WriteHeader(status)
			_, _ = rw.Write([]byte(body))
		}
	}
	for name, c := range map[string]struct {
		serve    http.HandlerFunc
		target   func(*probeTarget)
		distrust bool
		reason   string
		says     string
	}{
		"the hook answers": {serve: answer(200, `{"hookline":{"type":"t","version":"v"}}`)},
		"the credential and the probe header arrive": {serve: func(rw http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "Bearer s" && r.Header.Get("X-Hookline-Probe") != "" && r.Method == http.MethodPost {
				_, _ = rw.Write([]byte(`{"hookline":{"type":"t","version":"v"}}`))
			}
		}},
		"another configuration answers":   {serve: answer(200, `{"hookline":{"type":"t","version":"w"}}`), reason: v1alpha1.ReasonUnexpectedAnswer, says: "an old pod of this one"},
		"a hook of another type answers":  {serve: answer(200, `{"hookline":{"type":"u","version":"v"}}`), reason: v1alpha1.ReasonUnexpectedAnswer, says: "of type u"},
		"a web page answers":              {serve: answer(200, `<html>`), reason: v1alpha1.ReasonUnexpectedAnswer, says: "not a hook runtime"},
		"the credential is refused":       {serve: answer(401, `{}`), reason: v1alpha1.ReasonCredentialsRefused, says: "drops the header Authorization"},
		"the path leads nowhere":          {serve: answer(404, ``), reason: v1alpha1.ReasonUnexpectedAnswer, says: "does not lead this path"},
		"a redirect is not followed":      {serve: func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, "/elsewhere", http.StatusFound) }, reason: v1alpha1.ReasonUnexpectedAnswer, says: "status 302"},
		"the certificate is not trusted":  {serve: answer(200, ``), distrust: true, reason: v1alpha1.ReasonCertificateInvalid, says: "hooks.example.com"},
		"the certificate has other names": {serve: answer(200, ``), target: func(p *probeTarget) { p.url = "https://hooks.other.org/x" }, reason: v1alpha1.ReasonCertificateInvalid, says: "hooks.other.org"},
		"the name has no address":         {target: func(p *probeTarget) { p.url = "https://nowhere.invalid/x" }, serve: answer(200, ``), reason: v1alpha1.ReasonNameNotResolved, says: "nowhere.invalid has no address"},
		"nothing listens":                 {target: func(p *probeTarget) { p.url = "https://127.0.0.1:1/x" }, serve: answer(200, ``), reason: v1alpha1.ReasonConnectionFailed, says: "connection refused"},
		"an external service answers anything below 500": {
			serve:  answer(405, ``),
			target: func(p *probeTarget) { p.external = true },
		},
		"an external service is down": {
			serve:  answer(503, ``),
			target: func(p *probeTarget) { p.external = true }, reason: v1alpha1.ReasonUnexpectedAnswer, says: "status 503",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewTLSServer(c.serve)
			t.Cleanup(server.Close)
			pool := x509.NewCertPool()
			if !c.distrust {
				pool.AddCert(server.Certificate())
			}
			address := strings.TrimPrefix(server.URL, "https://")
			prober := NewProber(ProberOptions{RootCAs: pool, Resolve: map[string]string{"hooks.example.com": address, "hooks.other.org": address}})
			target := probeTarget{url: "https://hooks.example.com/x", header: "Authorization", value: "Bearer s", hookType: "t", configVersion: "v"}
			if c.target != nil {
				c.target(&target)
			}
			failure := prober.Probe(t.Context(), target)
			if failure == nil {
				failure = &probeFailure{}
			}
			if failure.reason != c.reason || !strings.Contains(failure.message, c.says) {
				t.Errorf("%q: %s", failure.reason, failure.message)
			}
			if strings.Contains(failure.message, "Bearer s") {
				t.Errorf("the credential is in the message: %s", failure.message)
			}
		})
	}
}

func TestManagerAndRuntimeCallTheProbeHeaderTheSame(t *testing.T) {
	t.Parallel()
	if probeHeader != hook.ProbeHeader {
		t.Errorf("%q here, %q in the runtime", probeHeader, hook.ProbeHeader)
	}
}
