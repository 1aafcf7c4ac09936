package passwordimport

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"hash"
	"strings"

	"github.com/go-crypt/crypt"
)

// hashScheme is one round of a hash, with or without salt behind it.
type hashScheme struct {
	name   string
	hash   func() hash.Hash
	salted bool
}

// ldapSchemes has the schemes of LDAP servers by name. {SHA} is also what htpasswd -s writes.
var ldapSchemes = map[string]hashScheme{
	"MD5":     {"md5", md5.New, false},
	"SMD5":    {"salted-md5", md5.New, true},
	"SHA":     {"sha1", sha1.New, false},
	"SSHA":    {"salted-sha1", sha1.New, true},
	"SHA256":  {"sha256", sha256.New, false},
	"SSHA256": {"salted-sha256", sha256.New, true},
	"SHA384":  {"sha384", sha512.New384, false},
	"SSHA384": {"salted-sha384", sha512.New384, true},
	"SHA512":  {"sha512", sha512.New, false},
	"SSHA512": {"salted-sha512", sha512.New, true},
}

// parseLDAP reads {SCHEME}value, as RFC 2307 and the LDAP servers after it write passwords. Schemes are
// written in any case.
func parseLDAP(text string) (digest, error) {
	name, value, closed := strings.Cut(text[1:], "}")
	if !closed {
		return digest{}, errUnknownDigest
	}
	name = strings.ToUpper(name)
	if scheme, known := ldapSchemes[name]; known {
		return scheme.parse(value)
	}
	switch {
	case name == "PLAIN" || name == "CLEARTEXT":
		if value == "" {
			return digest{}, fmt.Errorf("the plaintext digest %w", errMalformed)
		}
		return plainDigest([]byte(value)), nil
	case strings.HasPrefix(value, "{"):
		return digest{}, errUnknownDigest // a scheme within a scheme: nobody writes that, and nothing bounds it
	case name == "CRYPT" || name == "ARGON2":
		return parseDigest(value)
	case strings.HasPrefix(name, "PBKDF2"):
		normal := crypt.Normalize("{" + name + "}" + value)
		if normal[0] == '$' {
			return parseCrypt(normal)
		}
	}
	return digest{}, errUnknownDigest
}

func (s hashScheme) parse(value string) (digest, error) {
	sum, err := decodeBase64(value)
	size := s.hash().Size()
	if err != nil || len(sum) < size || (len(sum) > size) != s.salted {
		return digest{}, fmt.Errorf("the %s digest %w", s.name, errMalformed)
	}
	return digest{scheme: s.name, match: matchHash(s.hash, sum[:size], nil, sum[size:])}, nil
}

// matchHash compares with one round of a hash over before‖password‖after.
func matchHash(newHash func() hash.Hash, sum, before, after []byte) func(password []byte) (bool, error) {
	return func(password []byte) (bool, error) {
		h := newHash()
		// A hash.Hash never returns an error.
		_, _ = h.Write(before)
		_, _ = h.Write(password)
		_, _ = h.Write(after)
		return subtle.ConstantTimeCompare(h.Sum(nil), sum) == 1, nil
	}
}

// schemePlaintext is the scheme of passwords in plain text.
const schemePlaintext = "plaintext"

// plainDigest compares hashes, because the comparison of texts that differ in length is not constant in time.
func plainDigest(plain []byte) digest {
	sum := sha256.Sum256(plain)
	return digest{scheme: schemePlaintext, match: matchHash(sha256.New, sum[:], nil, nil)}
}

// decodeBase64 reads standard base64, padded or not.
func decodeBase64(text string) ([]byte, error) {
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
}
