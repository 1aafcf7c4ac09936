package okta

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

func TestNetworkErrorsReadTheSameEachTime(t *testing.T) {
	t.Parallel()
	local := &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 53422}
	remote := &net.TCPAddr{IP: net.IPv4(1, 2, 3, 4), Port: 443}
	reset := &net.OpError{Op: "read", Net: "tcp", Source: local, Addr: remote, Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	for _, tc := range []struct {
		name string
		err  error
		want string
	}{
		{"a reset without its ports", reset, "the connection failed: connection reset by peer"},
		{"a reset inside another error", fmt.Errorf("broken: %w", reset), "the connection failed: connection reset by peer"},
		{
			"a refused connection", &net.OpError{Op: "dial", Net: "tcp", Addr: remote, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
			"the connection failed: connection refused",
		},
		{"a connection that times out", &net.OpError{Op: "dial", Net: "tcp", Addr: remote, Err: os.ErrDeadlineExceeded}, "the connection timed out"},
		{"an alert of the other side", &net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}, "the connection failed: tls: handshake failure"},
		{"an unknown name", &net.DNSError{Name: "acme.okta.com", Server: "10.0.0.9:53", IsNotFound: true}, `the name "acme.okta.com" does not exist`},
		{
			"a name server that does not answer", &net.DNSError{Name: "acme.okta.com", Server: "10.0.0.9:53", Err: "read udp 10.0.0.1:4242: i/o timeout"},
			`the name "acme.okta.com" cannot be resolved at the moment`,
		},
		{
			"an expired certificate without the time of day", x509.CertificateInvalidError{Reason: x509.Expired, Detail: "current time " + time.Now().String()},
			"the certificate has expired or is not yet valid",
		},
		{"an end before the answer", io.EOF, "the connection was closed before the answer was complete"},
		{"an end within the answer", io.ErrUnexpectedEOF, "the connection was closed before the answer was complete"},
		{"the client's timeout", timeoutError(15 * time.Second), "no complete answer within 15s"},
		{"anything else on one line", errors.New("first\nsecond"), "first second"},
	} {
		if got := describeNetwork(tc.err); got != tc.want {
			t.Errorf("%s:\n got %s\nwant %s", tc.name, got, tc.want)
		}
	}
}

func TestNothingIsSentWhenNobodyListens(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := New(Config{URL: "https://" + address, APIToken: NewSecret(testToken)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.CreateInlineHook(t.Context(), spec())
	e := asError(t, err)
	if e.Kind != KindTransient || e.MayHaveHappened || e.Summary != "the connection failed: connection refused" {
		t.Errorf("got %+v", e)
	}
}
