package providertest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

var authorizationForm = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=([A-Z0-9]+)/(\d{8})/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request, ?` +
	`SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$`)

// awsTimestamp is how X-Amz-Date is written.
const awsTimestamp = "20060102T150405Z"

// checkSignature verifies AWS Signature Version 4 of a request and returns the type of the error, or "". See
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
func checkSignature(r *http.Request, body []byte, service string, now time.Time) string {
	parts := authorizationForm.FindStringSubmatch(r.Header.Get("Authorization"))
	if parts == nil {
		return "MissingAuthenticationToken"
	}
	key, day, region, scope, signed, signature := parts[1], parts[2], parts[3], parts[4], strings.Split(parts[5], ";"), parts[6]
	secret := ""
	switch {
	case key == AWSAccessKeyID && r.Header.Get("X-Amz-Security-Token") == "":
		secret = AWSSecretAccessKey
	case key == awsSessionKeyID && r.Header.Get("X-Amz-Security-Token") == awsSessionToken:
		secret = awsSessionSecret
	default:
		return "UnrecognizedClientException"
	}
	date, err := time.Parse(awsTimestamp, r.Header.Get("X-Amz-Date"))
	if err != nil || date.Format("20060102") != day || now.Sub(date).Abs() > 5*time.Minute {
		return "InvalidSignatureException"
	}
	if region != AWSRegion || scope != service || !slices.IsSorted(signed) || !slices.Contains(signed, "host") ||
		!slices.Contains(signed, "x-amz-date") || !slices.Contains(signed, "x-amz-target") {
		return "InvalidSignatureException"
	}
	toSign := strings.Join([]string{
		"AWS4-HMAC-SHA256", r.Header.Get("X-Amz-Date"), day + "/" + region + "/" + scope + "/aws4_request",
		hexSum([]byte(canonicalRequest(r, body, signed))),
	}, "\n")
	mac := []byte("AWS4" + secret)
	for _, part := range []string{day, region, scope, "aws4_request", toSign} {
		mac = sum(mac, part)
	}
	if !hmac.Equal([]byte(hex.EncodeToString(mac)), []byte(signature)) {
		return "InvalidSignatureException"
	}
	return ""
}

// canonicalRequest is what is signed of a request without a query.
func canonicalRequest(r *http.Request, body []byte, signed []string) string {
	var headers strings.Builder
	for _, name := range signed {
		value := strings.Join(r.Header.Values(name), ",")
		switch name {
		case "host":
			value = r.Host
		case "content-length":
			value = fmt.Sprint(r.ContentLength)
		}
		fmt.Fprintf(&headers, "%s:%s\n", name, strings.Join(strings.Fields(value), " "))
	}
	return strings.Join([]string{r.Method, r.URL.EscapedPath(), "", headers.String(), strings.Join(signed, ";"), hexSum(body)}, "\n")
}

func sum(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func hexSum(content []byte) string {
	digest := sha256.Sum256(content)
	return hex.EncodeToString(digest[:])
}
