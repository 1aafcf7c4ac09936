package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"

	"github.com/hookline/hookline/runtime/hookconfig"
)

// credentials decides whether a caller is who it should be.
type credentials struct {
	header   string
	accepted *hookconfig.Accepted
}

func newCredentials(accepted *hookconfig.Accepted) credentials {
	return credentials{header: http.CanonicalHeaderKey(accepted.Header), accepted: accepted}
}

// match reports whether the header has exactly one value and it is an accepted one. Digests are compared
// rather than values, so that neither time nor length says how much was right, and always all of them, so
// that it does not say which one it was.
func (c credentials) match(header http.Header) bool {
	values := header[c.header]
	var presented string
	if len(values) == 1 {
		presented = values[0]
	}
	digest := sha256.Sum256([]byte(presented))
	matched := 0
	for i := range c.accepted.Values {
		matched |= subtle.ConstantTimeCompare(digest[:], c.accepted.Values[i].Digest[:])
	}
	return matched == 1 && len(values) == 1
}

// challenge is what a 401 says in WWW-Authenticate; empty where HTTP knows no scheme for it.
func (c credentials) challenge() string {
	if c.accepted.Basic {
		return `Basic realm="hookline", charset="UTF-8"`
	}
	return ""
}
