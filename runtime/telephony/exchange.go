package telephony

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/outbound"
)

// userAgent names us to providers, some of which refuse requests without one.
const userAgent = "hookline"

const (
	mediaForm = "application/x-www-form-urlencoded"
	mediaJSON = "application/json"
)

// reply is what a provider answered, to its end.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// halfAnswer is the error of an answer that broke off or is too large. Whatever its status, what is missing may
// say something else.
type halfAnswer struct{ status int }

// Error implements error.
func (e halfAnswer) Error() string { return fmt.Sprintf("answered %d, but not to its end", e.status) }

// post makes one POST request; header has more headers of it.
func post(ctx context.Context, client *outbound.Client, address, mediaType, body string, header http.Header) (reply, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return reply{}, errNoRequest
	}
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Accept", mediaJSON)
	req.Header.Set("Content-Type", mediaType)
	for name, values := range header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	resp, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		return reply{}, halfAnswer{resp.StatusCode}
	}
	return reply{status: resp.StatusCode, header: resp.Header, body: content}, nil
}

// errNoRequest is of an address that no request can be made for. The API does not allow any.
var errNoRequest = errors.New("the address of the provider can't be used")

// lost is the result of a request that got no answer, or not all of it.
func lost(err error) Result {
	if outbound.NotSent(err) || errors.Is(err, errNoRequest) {
		return notTried(err)
	}
	var half halfAnswer
	_ = errors.As(err, &half) // otherwise there is no status
	return Result{Class: Unknown, Status: half.status, Err: err, concerns: everybody}
}

// decode reads the body as JSON. What can't be read leaves into as it is: the status alone tells then.
func (r reply) decode(into any) bool { return json.Unmarshal(r.body, into) == nil }

func (r reply) isSuccess() bool { return r.status >= 200 && r.status < 300 }

// readCA gives the certificates of the CAs of a provider, in PEM; none for the public CAs.
func readCA(spec *v1alpha1.TelephonyProvider, secrets Secrets) ([]byte, error) {
	if spec.CASecretKeyRef == nil {
		return nil, nil
	}
	pem, err := readSecret(secrets, *spec.CASecretKeyRef)
	if err != nil {
		return nil, fmt.Errorf(".caSecretKeyRef: %w", err)
	}
	if !x509.NewCertPool().AppendCertsFromPEM([]byte(pem)) {
		return nil, fmt.Errorf(".caSecretKeyRef: key %q of secret %q has no certificate in PEM; write those of the CAs, "+
			"which begin with -----BEGIN CERTIFICATE-----", spec.CASecretKeyRef.Key, spec.CASecretKeyRef.Name)
	}
	return []byte(pem), nil
}

// newClient makes the HTTP client of a provider, which trusts its CAs alone if it has any.
func newClient(authorities []byte) *outbound.Client {
	if authorities == nil {
		return outbound.NewClient(nil)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authorities)
	return outbound.NewClient(roots)
}

func readSecret(secrets Secrets, ref v1alpha1.SecretKeyReference) (string, error) {
	value, err := secrets.Read(ref)
	if err != nil {
		return "", err
	}
	if len(value) == 0 {
		return "", fmt.Errorf("key %q of secret %q is empty; write the value there", ref.Key, ref.Name)
	}
	return string(value), nil
}

// readToken reads a secret that is sent as part of a header or form: one line of ASCII. Whatever else is in
// there, such as a second newline at the end, would be refused at each call with a reason that nobody
// understands.
func readToken(secrets Secrets, ref v1alpha1.SecretKeyReference) (string, error) {
	value, err := readSecret(secrets, ref)
	if err != nil {
		return "", err
	}
	for _, char := range value {
		if char < ' ' || char > '~' {
			return "", fmt.Errorf("key %q of secret %q has a line end or another character that is not printable ASCII; "+
				"write the value alone", ref.Key, ref.Name)
		}
	}
	return value, nil
}

// endpoint is the address of a path below a base URL, which may end in a slash or not.
func endpoint(base v1alpha1.BaseURL, otherwise, path string) (string, error) {
	address := strings.TrimSuffix(cmp.Or(string(base), otherwise), "/") + path
	if _, err := url.Parse(address); err != nil {
		return "", errors.New("can't be used as an address; write one such as " + otherwise)
	}
	return address, nil
}

// secondsUntil is how long a message is of use, in seconds within the provider's limits; 0 if that isn't known.
func secondsUntil(expiry time.Duration, least, most int64) int64 {
	if expiry <= 0 {
		return 0
	}
	return min(max(int64(expiry/time.Second), least), most)
}

// isNumber reports whether a sender is a number in E.164, and so can call.
func isNumber(sender string) bool {
	if len(sender) < 3 || len(sender) > 16 || sender[0] != '+' || sender[1] == '0' {
		return false
	}
	return strings.Trim(sender[1:], "0123456789") == ""
}
