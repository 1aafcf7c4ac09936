package passwordimport

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/go-crypt/crypt/algorithm"
	"github.com/go-crypt/crypt/algorithm/argon2"
	"github.com/go-crypt/crypt/algorithm/bcrypt"
	"github.com/go-crypt/crypt/algorithm/md5crypt"
	"github.com/go-crypt/crypt/algorithm/pbkdf2"
	"github.com/go-crypt/crypt/algorithm/plaintext"
	"github.com/go-crypt/crypt/algorithm/scrypt"
	"github.com/go-crypt/crypt/algorithm/sha1crypt"
	"github.com/go-crypt/crypt/algorithm/shacrypt"
)

// The limits of cost keep one digest within about a second and a half of one core, with the longest
// password: Okta waits 3 s, and a digest that takes longer could not be answered anyhow, but would keep
// others from being answered.
const (
	maxBcryptCost    = 14        // 2^14 rounds
	maxSHARounds     = 1_000_000 // sha256crypt, sha512crypt; mkpasswd writes 5,000, passlib about 600,000
	maxSunMD5Rounds  = 500_000
	maxIterations    = 2_000_000 // pbkdf2 (times blocks of the key), sha1crypt
	maxArgon2Lanes   = 64
	maxDigestMemory  = 256 << 20 // bytes, of argon2, scrypt and yescrypt
	maxArgon2Passes  = 1 << 30   // bytes times passes
	maxScryptWork    = 512 << 20 // bytes times parallelism
	minDerivedKeyLen = 16        // bytes; with fewer, many passwords would be right
)

// cryptFormat is one format of the kind $identifier$…$….
type cryptFormat struct {
	scheme string
	// weigh judges the fields behind the identifier, before the library sees them, and returns what
	// verification costs. The library itself takes any cost.
	weigh func(fields []string) (weight, error)
	// decode is the library's.
	decode algorithm.DecodeFunc
}

// weight is what the verification of a digest costs.
type weight struct {
	cost   string
	memory int64
}

// cryptFormats has the formats by identifier. The list is ours and not one of the library's ready-made
// decoders, which may change with any release.
var cryptFormats = map[string]cryptFormat{
	"2a":            {"bcrypt", weighBcrypt, bcrypt.Decode},
	"2b":            {"bcrypt", weighBcrypt, bcrypt.Decode},
	"2y":            {"bcrypt", weighBcrypt, bcrypt.Decode},
	"2x":            {"bcrypt", weighBcrypt, decodeBcryptX},
	"bcrypt-sha256": {"bcrypt-sha256", weighBcryptSHA256, bcrypt.Decode},
	"1":             {"md5crypt", weighMD5Crypt, md5crypt.Decode},
	"apr1":          {"apr1", weighMD5Crypt, decodeAPR1},
	"md5":           {"sunmd5", weighSunMD5, md5crypt.Decode},
	"sha1":          {"sha1crypt", weighSHA1Crypt, sha1crypt.Decode},
	"5":             {"sha256crypt", weighSHACrypt(43), shacrypt.Decode},
	"6":             {"sha512crypt", weighSHACrypt(86), shacrypt.Decode},
	"y":             {"yescrypt", weighYescrypt, scrypt.Decode},
	"scrypt":        {"scrypt", weighScrypt, scrypt.Decode},
	"argon2id":      {"argon2id", weighArgon2, argon2.Decode},
	"argon2i":       {"argon2i", weighArgon2, argon2.Decode},
	"argon2d":       {"argon2d", weighArgon2, argon2.Decode},
	"pbkdf2":        {"pbkdf2", weighPBKDF2(20), pbkdf2.Decode},
	"pbkdf2-sha1":   {"pbkdf2", weighPBKDF2(20), pbkdf2.Decode},
	"pbkdf2-sha224": {"pbkdf2-sha224", weighPBKDF2(28), pbkdf2.Decode},
	"pbkdf2-sha256": {"pbkdf2-sha256", weighPBKDF2(32), pbkdf2.Decode},
	"pbkdf2-sha384": {"pbkdf2-sha384", weighPBKDF2(48), pbkdf2.Decode},
	"pbkdf2-sha512": {"pbkdf2-sha512", weighPBKDF2(64), pbkdf2.Decode},
}

// parseCrypt reads $identifier$…, the modular crypt format.
func parseCrypt(text string) (digest, error) {
	identifier, rest, _ := strings.Cut(text[1:], "$")
	fields := strings.Split(rest, "$")
	if name, parameters, found := strings.Cut(identifier, ","); found && name == "md5" {
		identifier, fields = name, append([]string{parameters}, fields...) // Sun's own way: $md5,rounds=N$…
	}
	if identifier == plaintext.AlgIdentifierPlainText || identifier == plaintext.AlgIdentifierBase64 {
		return decodePlaintext(text)
	}
	format, known := cryptFormats[identifier]
	if !known {
		return digest{}, errUnknownDigest
	}
	weight, err := format.weigh(fields)
	if err != nil {
		return digest{}, fmt.Errorf("the %s digest %w", format.scheme, err)
	}
	decoded, err := format.decode(text)
	if err != nil {
		// The library's text quotes the digest.
		return digest{}, fmt.Errorf("the %s digest %w", format.scheme, errMalformed)
	}
	return digest{
		scheme: format.scheme,
		cost:   weight.cost,
		memory: weight.memory,
		match:  decoded.MatchBytesAdvanced,
	}, nil
}

func decodePlaintext(text string) (digest, error) {
	decoded, err := plaintext.Decode(text)
	if err != nil {
		return digest{}, fmt.Errorf("the plaintext digest %w", errMalformed)
	}
	return plainDigest(decoded.Key()), nil
}

// decodeBcryptX reads a $2x$ digest: bcrypt as crypt_blowfish made it before version 1.1, with a mistake in
// how it took bytes above 127. The library takes it for ordinary bcrypt and would call people with an
// umlaut in their password liars.
func decodeBcryptX(text string) (algorithm.Digest, error) {
	decoded, err := bcrypt.Decode(text)
	return bcryptX{decoded}, err
}

type bcryptX struct{ algorithm.Digest }

// MatchBytesAdvanced implements algorithm.Matcher.
func (d bcryptX) MatchBytesAdvanced(password []byte) (bool, error) {
	return d.Digest.MatchBytesAdvanced(signExtended(password))
}

// signExtended is the key that the mistaken bcrypt used: each byte was taken as signed and widened to 32
// bits, so that one above 127 set all the bits before it in its word. Blowfish takes 18 words of key, which
// is all that ordinary bcrypt takes of the result.
func signExtended(password []byte) []byte {
	key := append(password[:len(password):len(password)], 0)
	widened := make([]byte, 0, 72)
	for word := range 18 {
		var bits uint32
		for i := range 4 {
			bits = bits<<8 | uint32(int8(key[(word*4+i)%len(key)]))
		}
		widened = append(widened, byte(bits>>24), byte(bits>>16), byte(bits>>8), byte(bits))
	}
	return widened
}

// parameters reads "name=number,name=number" with each name at most once and none but the known.
func parameters(text string, known ...string) (map[string]int, error) {
	values := make(map[string]int, len(known))
	for pair := range strings.SplitSeq(text, ",") {
		name, number, _ := strings.Cut(pair, "=")
		value, err := parseCount(number)
		if _, twice := values[name]; twice || err != nil {
			return nil, errMalformed
		}
		values[name] = value
	}
	found := 0
	for _, name := range known {
		if _, given := values[name]; given {
			found++
		}
	}
	if found != len(values) {
		return nil, errMalformed
	}
	return values, nil
}

// parseCount reads a number of up to nine digits, without sign.
func parseCount(text string) (int, error) {
	if len(text) == 0 || len(text) > 9 || strings.Trim(text, "0123456789") != "" {
		return 0, errMalformed
	}
	return strconv.Atoi(text)
}
