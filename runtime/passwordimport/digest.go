package passwordimport

import (
	"errors"
	"strings"
)

// maxDigestBytes bounds the text of a digest. The longest that any tool writes is below 300 bytes.
const maxDigestBytes = 2048

// digest is what a store has of one password, ready to be verified.
type digest struct {
	// scheme is the way it was made, from a closed set (it labels metrics), such as bcrypt.
	scheme string
	// cost has the parameters that decide how long verification takes. Digests of one scheme and cost
	// take equally long.
	cost string
	// memory that verification takes, in bytes; 0 for what is too little to matter.
	memory int64
	// locked is a digest that no password matches: the account has none.
	locked bool
	// match says whether password is the right one, in time that does not depend on how nearly right it
	// is. An error means that there is no telling, which is not the same as no.
	match func(password []byte) (bool, error)
}

// class names the digests that take as long as this one.
func (d digest) class() string { return d.scheme + " " + d.cost }

var (
	errUnknownDigest = errors.New("the digest is in no known format; if it is a password in plain text " +
		"(htpasswd -p), make a digest of it with htpasswd -B, or write {PLAIN} before it")
	errLongDigest = errors.New("the digest is longer than any known format")
)

// parseDigest reads a digest that describes itself. What cannot be a digest is refused, never taken for a
// password in plain text: otherwise an unknown digest would be a password. Errors have nothing of the
// digest in them but its format and its cost parameters.
func parseDigest(text string) (digest, error) {
	switch {
	case len(text) > maxDigestBytes:
		return digest{}, errLongDigest
	case text == "":
		return digest{}, errors.New("the digest is empty; write ! for somebody who has no password")
	case isLocked(text):
		return digest{locked: true}, nil
	case text[0] == '{':
		return parseLDAP(text)
	case text[0] == '$':
		return parseCrypt(text)
	case len(text) == desLength && isCryptText(text):
		return parseDES(text)
	default:
		return digest{}, errUnknownDigest
	}
}

// isLocked reports whether text says that there is no password, in the manner of /etc/shadow.
func isLocked(text string) bool { return text[0] == '!' || text[0] == '*' }

// blank replaces what a digest says about the password by something else of the same length and leaves
// what it costs, so that the result can be kept without keeping anybody's digest. The last character
// stays, because some encodings have bits in it that must be zero.
func blank(text string) string {
	start := strings.LastIndexAny(text, "$}") + 1
	end := len(strings.TrimRight(text, "=")) - 1
	if end <= start {
		return text
	}
	return text[:start] + strings.Repeat("a", end-start) + text[end:]
}

// cryptAlphabet is how crypt(3) writes 6 bits.
const cryptAlphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func isCryptText(text string) bool {
	for i := range len(text) {
		if strings.IndexByte(cryptAlphabet, text[i]) < 0 {
			return false
		}
	}
	return true
}
