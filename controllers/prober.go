package controllers

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/hookline/hookline/api/v1alpha1"
)

const (
	// probeTimeout is a little more than Okta's own 3 s: what answers slower is no use.
	probeTimeout = 4 * time.Second

	// maxProbeAnswer bounds what is read of an answer.
	maxProbeAnswer = 64 << 10

	// probeHeader makes the runtime answer without running the handler. The runtime has the same name in
	// its package hook, which the manager does not link.
	probeHeader = "X-Hookline-Probe"
)

// Prober calls public URLs as Okta would.
type Prober struct {
	client *http.Client
}

// ProberOptions say how the public URLs look from where the manager is.
type ProberOptions struct {
	// RootCAs are trusted beside the public ones, for development.
	RootCAs *x509.CertPool
	// Resolve says where a host name lives, as seen from the manager: an address, or address:port. For
	// networks in which the public address does not lead back in.
	Resolve map[string]string
}

// NewProber makes a Prober.
func NewProber(options ProberOptions) *Prober {
	dialer := &net.Dialer{Timeout: probeTimeout}
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: options.RootCAs, MinVersion: tls.VersionTLS12},
		Proxy:           http.ProxyFromEnvironment,
		// Each probe is a new connection: an old one could lead to a server that no new call would find.
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, resolved(options.Resolve, address))
		},
	}
	return &Prober{client: &http.Client{
		Transport: transport,
		Timeout:   probeTimeout,
		// Okta follows no redirects.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func resolved(known map[string]string, address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	instead, ok := known[host]
	if !ok {
		return address
	}
	if _, _, err := net.SplitHostPort(instead); err == nil {
		return instead
	}
	return net.JoinHostPort(instead, port)
}

// probeTarget is what is called and what must answer.
type probeTarget struct {
	url           string
	header, value string // the credential; an empty header: none
	hookType      string // Okta's id
	configVersion string
	external      bool
}

// probeFailure says why a URL is no use to Okta.
type probeFailure struct {
	reason, message string
}

// Probe calls the target. Nil: it answers as it should.
func (p *Prober) Probe(ctx context.Context, target probeTarget) *probeFailure {
	request, err := target.request(ctx)
	if err != nil {
		return &probeFailure{v1alpha1.ReasonConnectionFailed, fmt.Sprintf("call %s: %s", target.url, err)}
	}
	response, err := p.client.Do(request)
	if err != nil {
		return unreachable(target.url, err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxProbeAnswer))
	if err != nil {
		return unreachable(target.url, err)
	}
	return target.judge(response, body)
}

func (t probeTarget) request(ctx context.Context) (*http.Request, error) {
	if t.external {
		return http.NewRequestWithContext(ctx, http.MethodHead, t.url, nil)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url, bytes.NewReader([]byte("{}")))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	request.Header.Set(probeHeader, "1")
	if t.header != "" {
		request.Header.Set(t.header, t.value)
	}
	return request, nil
}

// judge tells whether it was our hook that answered.
func (t probeTarget) judge(response *http.Response, body []byte) *probeFailure {
	status := response.StatusCode
	unexpected := func(format string, args ...any) *probeFailure {
		return &probeFailure{v1alpha1.ReasonUnexpectedAnswer, fmt.Sprintf("call %s: ", t.url) + fmt.Sprintf(format, args...)}
	}
	switch {
	case t.external && status < http.StatusInternalServerError:
		return nil
	case t.external:
		return unexpected("the service answers with status %d", status)
	case status == http.StatusUnauthorized:
		return &probeFailure{v1alpha1.ReasonCredentialsRefused,
			fmt.Sprintf("call %s: status 401; another hook has this address, or a proxy drops the header %s", t.url, t.header)}
	case status == http.StatusNotFound:
		return unexpected("status 404; the Ingress controller does not lead this path to the hook's Service yet")
	case status != http.StatusOK:
		return unexpected("status %d instead of the hook's answer", status)
	}
	var answer struct {
		Hookline *struct {
			Type    string `json:"type"`
			Version string `json:"version"`
		} `json:"hookline"`
	}
	switch err := json.Unmarshal(body, &answer); {
	case err != nil || answer.Hookline == nil:
		return unexpected("status 200, but it is not a hook runtime that answers")
	case answer.Hookline.Type != t.hookType:
		return unexpected("another hook answers there, of type %s", answer.Hookline.Type)
	case answer.Hookline.Version != t.configVersion:
		return unexpected("another hook answers there, or an old pod of this one (configuration %s instead of %s)",
			answer.Hookline.Version, t.configVersion)
	}
	return nil
}

// unreachable sorts what goes wrong before an answer. The texts leave out what changes with each try,
// such as ports and addresses.
func unreachable(target string, err error) *probeFailure {
	host := target
	if parsed, parseErr := url.Parse(target); parseErr == nil {
		host = parsed.Host
	}
	var noName *net.DNSError
	var certificate *tls.CertificateVerificationError
	var notTLS tls.RecordHeaderError
	var timeout net.Error
	switch {
	case errors.As(err, &noName):
		return &probeFailure{v1alpha1.ReasonNameNotResolved,
			fmt.Sprintf("%s has no address, as seen from the manager; point its DNS record at the Ingress controller", host)}
	case errors.As(err, &certificate):
		return &probeFailure{v1alpha1.ReasonCertificateInvalid,
			fmt.Sprintf("the certificate of %s is no good: %s; Okta will not call it either", host, certificate.Err)}
	case errors.As(err, &notTLS):
		return &probeFailure{v1alpha1.ReasonConnectionFailed, fmt.Sprintf("%s does not speak TLS", host)}
	case errors.As(err, &timeout) && timeout.Timeout():
		return &probeFailure{v1alpha1.ReasonConnectionFailed, fmt.Sprintf("%s did not answer within %s", host, probeTimeout)}
	default:
		return &probeFailure{v1alpha1.ReasonConnectionFailed, fmt.Sprintf("connect to %s: %s", host, rootCause(err))}
	}
}

// rootCause is the innermost error: the outer ones have addresses and ports in them.
func rootCause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
