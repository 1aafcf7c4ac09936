package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// startRun runs the real run and returns the address of its ready line, and a
// function that ends it and returns its error.
func startRun(t *testing.T, cfg config) (address string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, cfg, writer)
		_ = writer.Close()
		ended <- err
	}()
	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		cancel()
		t.Fatalf("no ready line: %v, run: %v", err, <-ended)
	}
	address, isReady := strings.CutPrefix(strings.TrimSuffix(line, " ready\n"), "oktasim: ")
	if !isReady || !strings.HasSuffix(line, " ready\n") {
		t.Errorf("ready line: got %q", line)
	}
	go func() { _, _ = io.Copy(io.Discard, reader) }() // a second line must not block run
	stop = func() error {
		cancel()
		return <-ended
	}
	t.Cleanup(cancel)
	return address, stop
}

// clientOf trusts nothing but dir's ca.crt.
func clientOf(t *testing.T, dir, serverName string) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatal("ca.crt has no certificate")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: serverName}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func get(t *testing.T, client *http.Client, url, token string) (int, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+token)
	resp, err := client.Do(req)
	if err != nil {
		t.Fatalf("get %s: %v", url, err)
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode, resp.Header
}

func TestRunServesAnOrgOverHTTPS(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made", "by", "run")
	cfg := config{
		listen: "127.0.0.1:0", apiToken: "secret", tlsDir: dir, tlsNames: []string{"okta.test", "10.1.2.3"},
		rateLimits: []string{"7", "/api/v1/logs=3"}, registration: "any", token: "any", saml: "any",
		maxHooks: 100,
	}
	began := time.Now()
	address, stop := startRun(t, cfg)
	if took := time.Since(began); took > time.Second {
		t.Errorf("ready after %s, want less than a second", took)
	}
	for _, name := range []string{"", "localhost", "okta.test", "10.1.2.3"} {
		client := clientOf(t, dir, name)
		if status, _ := get(t, client, address+"/api/v1/inlineHooks", "secret"); status != http.StatusOK {
			t.Errorf("as %q: status %d", name, status)
		}
	}
	client := clientOf(t, dir, "")
	if status, _ := get(t, client, address+"/api/v1/inlineHooks", "other"); status != http.StatusUnauthorized {
		t.Errorf("with a wrong token: status %d", status)
	}
	for path, want := range map[string]string{"/api/v1/inlineHooks": "7", "/api/v1/logs": "3"} {
		if _, header := get(t, client, address+path, "secret"); header.Get("X-Rate-Limit-Limit") != want {
			t.Errorf("%s: limit %q, want %s", path, header.Get("X-Rate-Limit-Limit"), want)
		}
	}
	info, err := os.Stat(filepath.Join(dir, "ca.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("ca.key: %v, %v; want only its owner to read it", err, info.Mode())
	}
	if err := stop(); err != nil {
		t.Errorf("after an orderly end: %v", err)
	}

	// The CA survives, so clients need not be told again.
	before, _ := os.ReadFile(filepath.Join(dir, "ca.crt"))
	address, stop = startRun(t, cfg)
	after, _ := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if !bytes.Equal(before, after) {
		t.Error("a new CA was made though there was one")
	}
	if status, _ := get(t, clientOf(t, dir, ""), address+"/api/v1/inlineHooks", "secret"); status != http.StatusOK {
		t.Errorf("after a restart: status %d", status)
	}
	if err := stop(); err != nil {
		t.Errorf("after an orderly end: %v", err)
	}
}

func TestMistakesSayWhatToWrite(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	dir := t.TempDir()
	lonely := filepath.Join(dir, "lonely")
	broken := filepath.Join(dir, "broken")
	for file, text := range map[string]string{"lonely/ca.crt": "x", "broken/ca.crt": "x", "broken/ca.key": "y"} {
		path := filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	good := []string{"--api-token", "t", "--tls-dir", dir, "--listen", "127.0.0.1:0"}
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"no token":                     {[]string{"--tls-dir", dir}, "--api-token is missing; choose any text"},
		"no directory":                 {[]string{"--api-token", "t"}, "--tls-dir is missing; name a directory"},
		"an unknown flag":              {append(good, "--port", "1"), "see oktasim --help"},
		"an argument":                  {append(good, "serve"), "oktasim takes flags only"},
		"a host without an address":    {append(good, "--resolve", "example.com"), "write host=address"},
		"a limit that is no number":    {append(good, "--rate-limit", "/api/v1/users=many"), "write a number of requests per minute"},
		"a negative limit":             {append(good, "--rate-limit", "-1"), "write a number of requests per minute"},
		"no room for hooks":            {append(good, "--max-hooks", "0"), "must be at least 1"},
		"another registration trigger": {append(good, "--registration-hook", "all"), "--registration-hook \"all\": must be any or bound"},
		"another token trigger":        {append(good, "--token-hook", "all"), "--token-hook \"all\": must be any or bound"},
		"another SAML trigger":         {append(good, "--saml-hook", "all"), "--saml-hook \"all\": must be any or bound"},
		"an address that is taken":     {append(good, "--listen", taken.Addr().String()), "listen on --listen address"},
		"an address that is none":      {append(good, "--listen", "here"), "listen on --listen address"},
		"half of a CA":                 {append(good, "--tls-dir", lonely), "is there without its other half; delete it"},
		"a CA that cannot be read":     {append(good, "--tls-dir", broken), "read CA from --tls-dir"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := newCommand(io.Discard)
			cmd.SetArgs(tc.args)
			if err := cmd.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

func TestExpiredCAIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := serverCertificate(dir, nil, time.Now().Add(-2*caLife)); err != nil {
		t.Fatal(err)
	}
	_, err := serverCertificate(dir, nil, time.Now())
	if err == nil || !strings.Contains(err.Error(), "delete ca.crt and ca.key to have new ones made") {
		t.Errorf("got %v", err)
	}
}

// TestEndWaitsForRequests ends run while a request is delayed by a fault.
func TestEndWaitsForRequests(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	address, stop := startRun(t, config{listen: "127.0.0.1:0", apiToken: "t", tlsDir: dir, registration: "any", token: "any", saml: "any", maxHooks: 1})
	client := clientOf(t, dir, "")
	resp, err := client.Post(address+"/-/sim/faults", "application/json", strings.NewReader(`{"action":"Delay","delay":"300ms"}`))
	if err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatalf("plan fault: %v, %v", err, resp)
	}
	_ = resp.Body.Close()
	status := make(chan int, 1)
	go func() {
		resp, err := client.Get(address + "/.well-known/okta-organization")
		if err != nil {
			status <- 0
			return
		}
		_ = resp.Body.Close()
		status <- resp.StatusCode
	}()
	for { // the fault is used up once the request has begun
		resp, err := client.Get(address + "/-/sim/faults")
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if !strings.Contains(string(body), "Delay") {
			break
		}
	}
	if err := stop(); err != nil {
		t.Errorf("end: %v", err)
	}
	if got := <-status; got != http.StatusOK {
		t.Errorf("request in flight: status %d", got)
	}
}
