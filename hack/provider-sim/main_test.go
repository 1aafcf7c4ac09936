package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// serve runs the command and returns its address, as it says it, and how to end it.
func serve(t *testing.T, args ...string) (string, func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	cmd := newCommand(in)
	cmd.SetArgs(args)
	ended := make(chan error, 1)
	go func() {
		err := cmd.ExecuteContext(ctx)
		_ = in.CloseWithError(io.EOF)
		ended <- err
	}()
	line := make([]byte, 200)
	n, err := out.Read(line)
	if err != nil {
		t.Fatalf("it ended with %v", <-ended)
	}
	fields := strings.Fields(string(line[:n]))
	if len(fields) != 3 || fields[2] != "ready" {
		t.Fatalf("it said %q", line[:n])
	}
	return fields[1], func() error {
		cancel()
		return <-ended
	}
}

func get(t *testing.T, address, caFile string) string {
	t.Helper()
	pem, err := os.ReadFile(caFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	t.Cleanup(client.CloseIdleConnections)
	resp, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestItServesWithACertificateThatOutlivesIt(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "tls")
	var authorities []string
	for _, names := range [][]string{nil, nil, {"--tls-name=providers.example"}} {
		url, end := serve(t, append([]string{"--listen=127.0.0.1:0", "--tls-dir=" + dir, "--sender=+15550100"}, names...)...)
		if got := get(t, url+"/-/deliveries", filepath.Join(dir, "ca.crt")); got != "[]" {
			t.Errorf("got %s", got)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
		ca, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
		if err != nil {
			t.Fatal(err)
		}
		authorities = append(authorities, string(ca))
	}
	if authorities[0] != authorities[1] || authorities[1] == authorities[2] {
		t.Error("the CA must be the same until there are more names")
	}
	if key, err := os.ReadFile(filepath.Join(dir, "vonage.key")); err != nil || !strings.Contains(string(key), "PRIVATE KEY") {
		t.Errorf("the key for Vonage: %v", err)
	}
	// The same certificate, given by files.
	url, end := serve(t, "--listen=127.0.0.1:0", "--tls-cert="+filepath.Join(dir, "tls.crt"), "--tls-key="+filepath.Join(dir, "tls.key"))
	if got := get(t, url+"/-/requests", filepath.Join(dir, "ca.crt")); got != "[]" {
		t.Errorf("got %s", got)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}

func TestWhatItRefuses(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"no certificate":            {"--listen=127.0.0.1:0"},
		"both ways at a time":       {"--tls-dir=a", "--tls-cert=b", "--tls-key=c"},
		"a certificate without key": {"--tls-cert=b"},
		"files that are not there":  {"--tls-cert=/nowhere/b", "--tls-key=/nowhere/c"},
		"an address without port":   {"--listen=localhost", "--tls-dir=a"},
		"arguments":                 {"serve"},
	} {
		cmd := newCommand(io.Discard)
		cmd.SetArgs(args)
		if err := cmd.ExecuteContext(t.Context()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
