package oktasim

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"hash"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

type credentialKind uint8

const (
	noPassword    credentialKind = iota
	ownPassword                  // set here, or imported
	importedHash                 // credentials.password.hash
	hookedImport                 // credentials.password.hook, not imported yet
	saltSize      = 16
	minIterations = 4096 // of PBKDF2, Okta's rule
)

// credential is what a user signs in with. Own passwords are kept as a salted
// SHA-256: the org must create and check many, and they are test passwords.
type credential struct {
	kind credentialKind
	salt [saltSize]byte
	sum  [sha256.Size]byte
	hash *passwordHash
}

// passwordHash is credentials.password.hash as it was sent.
type passwordHash struct {
	algorithm, salt, saltOrder, value string
	workFactor                        int
	digestAlgorithm                   string
	iterationCount, keySize           int
}

func newPassword(password string) credential {
	c := credential{kind: ownPassword}
	_, _ = rand.Read(c.salt[:]) // crypto/rand.Read never returns an error
	c.sum = c.digest(password)
	return c
}

func (c credential) digest(password string) [sha256.Size]byte {
	return sha256.Sum256(append(c.salt[:], password...))
}

// provider is the name Okta shows: a hash and a hook that was not called yet
// look the same.
func (c credential) provider() string {
	if c.kind == importedHash || c.kind == hookedImport {
		return "IMPORT"
	}
	return "OKTA"
}

// verify compares a password with what is stored here; only the hook can do it
// for a hookedImport.
func (c credential) verify(password string) bool {
	switch c.kind {
	case ownPassword:
		sum := c.digest(password)
		return subtle.ConstantTimeCompare(sum[:], c.sum[:]) == 1
	case importedHash:
		return c.hash.verify(password)
	}
	return false
}

// decodeCredential reads credentials.password. The second result is false when
// there is none.
func decodeCredential(d *decoder, members object) (credential, bool, error) {
	credentials := member[object](d, members, "credentials").or(nil)
	password := member[object](d, credentials, "password").or(nil)
	value := member[string](d, password, "value")
	hash := member[object](d, password, "hash")
	hook := member[object](d, password, "hook")
	given := 0
	for _, present := range []bool{value.value != nil, hash.value != nil, hook.value != nil} {
		if present {
			given++
		}
	}
	switch {
	case d.err != nil:
		return credential{}, false, d.err
	case given == 0:
		return credential{}, false, nil
	case given > 1:
		return credential{}, false, errInvalid("password", "password: Exactly one of value, hash and hook may be specified")
	case value.value != nil && *value.value == "":
		return credential{}, false, errInvalid("password", "password: "+blank)
	case value.value != nil:
		return newPassword(*value.value), true, nil
	case hook.value != nil:
		if kind := member[string](d, *hook.value, "type").or(""); kind != "default" {
			return credential{}, false, errInvalid("password", "password: The type of a password hook must be 'default'")
		}
		return credential{kind: hookedImport}, true, nil
	}
	stored := decodeHash(d, *hash.value)
	if d.err != nil {
		return credential{}, false, d.err
	}
	if wrong := stored.check(); wrong != "" {
		return credential{}, false, errInvalid("password", "password: "+wrong)
	}
	return credential{kind: importedHash, hash: &stored}, true, nil
}

func decodeHash(d *decoder, members object) passwordHash {
	return passwordHash{
		algorithm:       member[string](d, members, "algorithm").or(""),
		salt:            member[string](d, members, "salt").or(""),
		saltOrder:       member[string](d, members, "saltOrder").or(""),
		value:           member[string](d, members, "value").or(""),
		workFactor:      member[int](d, members, "workFactor").or(0),
		digestAlgorithm: member[string](d, members, "digestAlgorithm").or(""),
		iterationCount:  member[int](d, members, "iterationCount").or(0),
		keySize:         member[int](d, members, "keySize").or(0),
	}
}

// check returns what is wrong with the hash's form, "" if nothing is. A digest or
// salt in the wrong encoding is not seen here: at Okta too it shows only as a
// sign-in that fails.
func (h *passwordHash) check() string {
	if h.value == "" {
		return "The value of a hash cannot be left blank"
	}
	switch h.algorithm {
	case "BCRYPT":
		switch {
		case h.workFactor < 1 || h.workFactor > 20:
			return "The workFactor must be between 1 and 20"
		case len(h.salt) != 22:
			return "The salt must have 22 characters"
		case len(h.value) != 31:
			return "The value must have 31 characters"
		}
	case "SHA-512", "SHA-256", "SHA-1", "MD5":
		if h.salt != "" && h.saltOrder != "PREFIX" && h.saltOrder != "POSTFIX" {
			return "The saltOrder must be PREFIX or POSTFIX"
		}
	case "PBKDF2":
		switch {
		case h.salt == "":
			return "The salt cannot be left blank"
		case h.iterationCount < minIterations:
			return fmt.Sprintf("The iterationCount must be at least %d", minIterations)
		case h.keySize < 1:
			return "The keySize must be the number of bytes of the value"
		case h.digestAlgorithm != "SHA256_HMAC" && h.digestAlgorithm != "SHA512_HMAC":
			return "The digestAlgorithm must be SHA256_HMAC or SHA512_HMAC"
		}
	default:
		return "The algorithm must be one of BCRYPT, SHA-512, SHA-256, SHA-1, MD5, PBKDF2"
	}
	return ""
}

var hashFunctions = map[string]func() hash.Hash{
	"SHA-512": sha512.New, "SHA-256": sha256.New, "SHA-1": sha1.New, "MD5": md5.New,
	"SHA256_HMAC": sha256.New, "SHA512_HMAC": sha512.New,
}

func (h *passwordHash) verify(password string) bool {
	if h.algorithm == "BCRYPT" {
		encoded := fmt.Sprintf("$2a$%02d$%s%s", h.workFactor, h.salt, h.value)
		return bcrypt.CompareHashAndPassword([]byte(encoded), []byte(password)) == nil
	}
	want, err := decodeBase64(h.value)
	if err != nil {
		return false
	}
	salt, err := decodeBase64(h.salt)
	if err != nil {
		return false
	}
	if h.algorithm == "PBKDF2" {
		sum, err := pbkdf2.Key(hashFunctions[h.digestAlgorithm], password, salt, h.iterationCount, h.keySize)
		return err == nil && hmac.Equal(sum, want)
	}
	digest := hashFunctions[h.algorithm]()
	parts := [][]byte{salt, []byte(password)}
	if h.saltOrder == "POSTFIX" {
		parts[0], parts[1] = parts[1], parts[0]
	}
	for _, part := range parts {
		_, _ = digest.Write(part) // a hash.Hash never returns an error
	}
	return hmac.Equal(digest.Sum(nil), want)
}

// decodeBase64 takes padding as optional: Okta's own example drops it.
func decodeBase64(text string) ([]byte, error) {
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
}
