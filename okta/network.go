package okta

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
)

// describeNetwork puts a connection error into words that stay the same from
// one attempt to the next: the errors of the standard library quote ephemeral
// ports, resolver addresses and the time of day, and each new text would be a
// new status to write.
func describeNetwork(err error) string {
	var (
		timeout timeoutError
		name    *net.DNSError
		expired x509.CertificateInvalidError
		errno   syscall.Errno
		network *net.OpError
	)
	switch {
	case errors.As(err, &timeout), errors.Is(err, errReplyTooLarge):
		return err.Error()
	case errors.As(err, &name) && name.IsNotFound:
		return fmt.Sprintf("the name %q does not exist", name.Name)
	case errors.As(err, &name):
		return fmt.Sprintf("the name %q cannot be resolved at the moment", name.Name)
	case errors.As(err, &expired) && expired.Reason == x509.Expired:
		return "the certificate has expired or is not yet valid"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed before the answer was complete"
	case errors.As(err, &network) && network.Timeout():
		return "the connection timed out"
	case errors.As(err, &errno):
		return "the connection failed: " + errno.Error()
	case network != nil && network.Err != nil:
		return "the connection failed: " + clip(network.Err.Error())
	default:
		return clip(err.Error())
	}
}
