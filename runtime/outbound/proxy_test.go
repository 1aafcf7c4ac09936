package outbound

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// proxied is a client whose environment names a proxy that treats each connection as serve says, once it has
// read a request.
func proxied(t *testing.T, serve func(net.Conn)) *Client {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					serve(conn)
				}
			}()
		}
	}()
	address := &url.URL{Scheme: "http", Host: listener.Addr().String(), User: url.UserPassword("hookline", "s3cret")}
	client := newClient(nil, func(*http.Request) (*url.URL, error) { return address, nil })
	t.Cleanup(client.Close)
	return client
}

func call(t *testing.T, client *Client, address string) (*http.Response, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader("+15550100"))
	if err != nil {
		t.Fatal(err)
	}
	return client.Do(req)
}

// TestProxyThatDoesNotConnectIsDefinite has proxies that are up but of no use: nothing was written to the service.
func TestProxyThatDoesNotConnectIsDefinite(t *testing.T) {
	t.Parallel()
	says := func(text string) func(net.Conn) {
		return func(conn net.Conn) { _, _ = io.WriteString(conn, text) }
	}
	for name, tc := range map[string]struct {
		serve func(net.Conn)
		want  string
	}{
		"it never answers": {func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }, "connect: no connection within 800ms"},
		"it connects, and then nobody does the handshake": {func(conn net.Conn) {
			says("HTTP/1.1 200 OK\r\n\r\n")(conn)
			_, _ = io.Copy(io.Discard, conn)
		}, "connect: "},
		"it wants credentials": {says("HTTP/1.1 407 Ask s3cret\r\n\r\n"),
			"connect: the proxy answered 407: it wants other credentials; write them into HTTPS_PROXY, as http://user:password@proxy"},
		"it refuses":           {says("HTTP/1.1 403 No s3cret\r\n\r\n"), "connect: the proxy answered 403 instead of connecting"},
		"it does not speak":    {says("250 s3cret\r\n\r\n"), "connect: "},
		"it breaks off":        {func(net.Conn) {}, "connect: "},
		"it answers with half": {says("HTTP/1.1 200 "), "connect: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			_, err := call(t, proxied(t, tc.serve), "https://service.invalid/send")
			if !NotSent(err) || !strings.HasPrefix(err.Error(), tc.want) || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("got error %v, NotSent %t, want %s", err, NotSent(err), tc.want)
			}
			if took := time.Since(start); took > 3*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func TestPlainHTTPGoesThroughNoProxy(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }))
	t.Cleanup(server.Close)
	client := proxied(t, func(net.Conn) { t.Error("the proxy was asked") })
	resp, err := call(t, client, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		t.Errorf("got status %d", resp.StatusCode)
	}
}

// TestAnswersOutliveTheTimeToConnect reads an answer that begins later than a connection may, and sees that what
// was set up for the call ends with its body.
func TestAnswersOutliveTheTimeToConnect(t *testing.T) {
	t.Parallel()
	rest := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-rest
		_ = http.NewResponseController(w).Flush()
		_, _ = io.WriteString(w, "whole")
	}))
	t.Cleanup(server.Close)
	client := NewClient(nil)
	t.Cleanup(client.Close)
	time.AfterFunc(connectTimeout+100*time.Millisecond, func() { close(rest) })
	resp, err := call(t, client, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || string(body) != "whole" {
		t.Errorf("got %q and error %v", body, err)
	}
	if err := resp.Request.Context().Err(); err != nil {
		t.Errorf("the call has ended before its body was closed: %v", err)
	}
	_ = resp.Body.Close()
	if resp.Request.Context().Err() == nil {
		t.Error("the call goes on after its body was closed")
	}
}
