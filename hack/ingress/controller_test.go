package ingress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
)

// running is a Controller that serves, and a client that takes its address for every host.
type running struct {
	cluster *fake.Clientset
	client  *http.Client
	stop    func() error
}

func start(t *testing.T, secret *corev1.Secret, change func(*Options), cluster ...runtime.Object) *running {
	t.Helper()
	r := &running{cluster: fake.NewClientset(append(cluster, secret)...)}
	options := Options{Client: r.cluster, Class: class, DrainTimeout: 5 * time.Second}
	if change != nil {
		change(&options)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	controller := New(options)
	ended := make(chan error, 1)
	go func() { ended <- controller.Run(ctx, listener) }()
	stopped := false
	r.stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-ended
	}
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(secret.Data[corev1.TLSCertKey])
	r.client = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, listener.Addr().String())
		},
	}}
	eventually(t, "the controller is ready", controller.Ready)
	return r
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(10 * time.Second); ; {
		if holds() {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not in time: %s", what)
		}
	}
}

// post is status and body of the answer.
func (r *running) post(url, body string) (int, string) {
	response, err := r.client.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, strings.TrimSpace(string(answer))
}

// echo answers with its name, the host that was called, who called over what, and the body.
func echo(t *testing.T, name string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s %s %s %s", name, r.Host, r.Header.Get("X-Forwarded-Proto"), body)
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// nobody is an address that refuses connections.
func nobody(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

func TestACallReachesThePod(t *testing.T) {
	t.Parallel()
	r := start(t, aCertificate(t, "cert", "hooks.example"), nil,
		anIngress("a", "/x", withTLS("cert")), aService("web"), sliceAt(t, "web", echo(t, "pod")))
	if status, body := r.post("https://hooks.example/x", "hello"); status != 200 || body != "pod hooks.example https hello" {
		t.Errorf("got %d %q", status, body)
	}
	if status, _ := r.post("https://hooks.example/other", ""); status != http.StatusNotFound {
		t.Errorf("path without Ingress: %d, want 404", status)
	}
}

func TestCallsFollowTheEndpoints(t *testing.T) {
	t.Parallel()
	r := start(t, aCertificate(t, "cert", "hooks.example"), nil,
		anIngress("a", "/x", withTLS("cert")), aService("web"), sliceAt(t, "web"))
	if status, _ := r.post("https://hooks.example/x", ""); status != http.StatusServiceUnavailable {
		t.Fatalf("no endpoint: %d, want 503", status)
	}
	slices := r.cluster.DiscoveryV1().EndpointSlices("ns")
	for _, pod := range []string{"first", "second"} {
		if _, err := slices.Update(t.Context(), sliceAt(t, "web", echo(t, pod)), metav1.UpdateOptions{}); err != nil {
			t.Fatal(err)
		}
		eventually(t, pod+" is called", func() bool {
			_, body := r.post("https://hooks.example/x", "")
			return strings.HasPrefix(body, pod)
		})
	}
}

func TestEndpointsTakeTurns(t *testing.T) {
	t.Parallel()
	names := map[string]string{"10.0.0.1:80": echo(t, "one"), "10.0.0.2:80": echo(t, "two")}
	dial := func(o *Options) {
		o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, names[address])
		}
	}
	r := start(t, aCertificate(t, "cert", "hooks.example"), dial,
		anIngress("a", "/x", withTLS("cert")), aService("web"), aSlice("web", 80, nil, nil))
	seen := map[string]int{}
	for range 10 {
		_, body := r.post("https://hooks.example/x", "")
		seen[strings.Fields(body)[0]]++
	}
	if seen["one"] != 5 || seen["two"] != 5 {
		t.Errorf("calls %v, want 5 each", seen)
	}
}

func TestAnEndpointThatRefusesConnectionsIsPassedOver(t *testing.T) {
	t.Parallel()
	addresses := map[string]string{"10.0.0.1:80": nobody(t), "10.0.0.2:80": echo(t, "alive")}
	dial := func(o *Options) {
		o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, addresses[address])
		}
	}
	r := start(t, aCertificate(t, "cert", "hooks.example"), dial,
		anIngress("a", "/x", withTLS("cert")), aService("web"), aSlice("web", 80, nil, nil))
	for range 4 {
		if status, body := r.post("https://hooks.example/x", "hello"); status != 200 || !strings.HasSuffix(body, "hello") {
			t.Errorf("got %d %q", status, body)
		}
	}
}

func TestWhatAnEndpointMayHaveSeenIsNotSentAgain(t *testing.T) {
	t.Parallel()
	calls := make(chan string, 8)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		calls <- string(body)
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		// The connection is reset: an error of the network, as a refused one is.
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	}))
	t.Cleanup(server.Close)
	dial := func(o *Options) {
		o.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
		}
	}
	r := start(t, aCertificate(t, "cert", "hooks.example"), dial,
		anIngress("a", "/x", withTLS("cert")), aService("web"), aSlice("web", 80, nil, nil))
	for i, body := range []string{"once", ""} { // nothing in the way of sending an empty body again
		if status, _ := r.post("https://hooks.example/x", body); status != http.StatusBadGateway {
			t.Errorf("body %q: status %d, want 502", body, status)
		}
		if len(calls) != i+1 {
			t.Errorf("body %q: %d calls reached endpoints, want %d", body, len(calls), i+1)
		}
	}
}

func TestTheDefaultCertificateIsForHostsWithoutOne(t *testing.T) {
	t.Parallel()
	secret := aCertificate(t, "unused", "hooks.example")
	certificate, err := tls.X509KeyPair(secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey])
	if err != nil {
		t.Fatal(err)
	}
	objects := []runtime.Object{anIngress("a", "/x"), aService("web"), sliceAt(t, "web", echo(t, "pod"))}
	with := start(t, secret, func(o *Options) { o.Default = &certificate }, objects...)
	if status, body := with.post("https://hooks.example/x", ""); status != 200 {
		t.Errorf("with a default: %d %s", status, body)
	}
	without := start(t, secret, nil, objects...)
	if status, _ := without.post("https://hooks.example/x", ""); status != 0 {
		t.Errorf("without: %d, want a failed handshake", status)
	}
}

func TestCallsInFlightAreFinishedBeforeTheEnd(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release
		_, _ = io.WriteString(w, "finished")
	}))
	t.Cleanup(server.Close)
	r := start(t, aCertificate(t, "cert", "hooks.example"), nil,
		anIngress("a", "/x", withTLS("cert")), aService("web"), sliceAt(t, "web", server.Listener.Addr().String()))
	answers := make(chan string, 1)
	go func() {
		_, body := r.post("https://hooks.example/x", "")
		answers <- body
	}()
	<-arrived
	ended := make(chan error, 1)
	go func() { ended <- r.stop() }()
	close(release)
	if body := <-answers; body != "finished" {
		t.Errorf("the call in flight got %q", body)
	}
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
}
