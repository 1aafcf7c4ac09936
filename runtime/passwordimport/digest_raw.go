package passwordimport

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"

	"github.com/hookline/hookline/api/v1alpha1"
)

// rawFormat is how a column holds one round of a hash that does not describe itself.
type rawFormat struct {
	scheme    string
	hash      func() hash.Hash
	saltAfter bool
	decode    func(text string) ([]byte, error)
}

var rawHashes = map[v1alpha1.DigestFormat]hashScheme{
	v1alpha1.DigestMD5:    {"md5", md5.New, false},
	v1alpha1.DigestSHA1:   {"sha1", sha1.New, false},
	v1alpha1.DigestSHA256: {"sha256", sha256.New, false},
	v1alpha1.DigestSHA512: {"sha512", sha512.New, false},
}

// newRawFormat is nil for digests that describe themselves.
func newRawFormat(d *v1alpha1.Digest) (*rawFormat, error) {
	if d == nil || d.Format == "" || d.Format == v1alpha1.DigestAuto {
		return nil, nil
	}
	known, ok := rawHashes[d.Format]
	if !ok {
		return nil, fmt.Errorf("format: %q is not known; write Auto, SHA512, SHA256, SHA1 or MD5", d.Format)
	}
	format := &rawFormat{scheme: known.name, hash: known.hash, decode: hex.DecodeString}
	if d.SaltColumn != "" {
		format.scheme = "salted-" + format.scheme
		format.saltAfter = d.SaltOrder == v1alpha1.SaltPostfix
	}
	if d.Encoding == v1alpha1.EncodingBase64 {
		format.decode = decodeBase64
	}
	return format, nil
}

// parse takes bytes of the length of the digest as they are, and anything else as text, which is not empty.
func (f *rawFormat) parse(value column, salt []byte) (digest, error) {
	sum := value.content
	if size := f.hash().Size(); !value.binary || len(sum) != size {
		text := string(value.content)
		if isLocked(text) {
			return digest{locked: true}, nil
		}
		decoded, err := f.decode(text)
		if err != nil || len(decoded) != size {
			return digest{}, fmt.Errorf("the %s digest %w", f.scheme, errMalformed)
		}
		sum = decoded
	}
	if f.saltAfter {
		return digest{scheme: f.scheme, match: matchHash(f.hash, sum, nil, salt)}, nil
	}
	return digest{scheme: f.scheme, match: matchHash(f.hash, sum, salt, nil)}, nil
}

// decoy is a digest of this format that nobody has.
func (f *rawFormat) decoy() digest {
	return digest{scheme: f.scheme, match: matchHash(f.hash, make([]byte, f.hash().Size()), make([]byte, 16), nil)}
}
