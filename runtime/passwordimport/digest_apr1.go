package passwordimport

import (
	"bytes"
	"crypto/md5"
	"crypto/subtle"
	"strings"

	"github.com/go-crypt/crypt/algorithm"
)

// apr1 is Apache's variant of md5crypt, what htpasswd writes when it isn't told otherwise. Only the magic
// word differs, but the library has it fixed.
type apr1 struct {
	algorithm.Digest // nil: only MatchBytesAdvanced is ever called

	salt, key []byte
}

const apr1Magic = "$apr1$"

// decodeAPR1 reads $apr1$salt$key, which weighMD5Crypt has found to be well-formed.
func decodeAPR1(text string) (algorithm.Digest, error) {
	salt, key, _ := strings.Cut(strings.TrimPrefix(text, apr1Magic), "$")
	return apr1{salt: []byte(salt), key: []byte(key)}, nil
}

// MatchBytesAdvanced implements algorithm.Matcher.
func (d apr1) MatchBytesAdvanced(password []byte) (bool, error) {
	return subtle.ConstantTimeCompare(d.key, apr1Key(password, d.salt)) == 1, nil
}

// apr1Key follows Poul-Henning Kamp's md5crypt of 1994.
func apr1Key(password, salt []byte) []byte {
	inner := md5.Sum(bytes.Join([][]byte{password, salt, password}, nil))

	start := bytes.Join([][]byte{password, []byte(apr1Magic), salt}, nil)
	for left := len(password); left > 0; left -= md5.Size {
		start = append(start, inner[:min(left, md5.Size)]...)
	}
	for bits := len(password); bits > 0; bits >>= 1 {
		if bits&1 != 0 {
			start = append(start, 0)
		} else {
			start = append(start, password[0])
		}
	}
	sum := md5.Sum(start)
	for round := range 1000 {
		sum = md5.Sum(apr1Round(round, sum[:], password, salt))
	}
	return encodeMD5Crypt(sum)
}

func apr1Round(round int, sum, password, salt []byte) []byte {
	first, last := sum, password
	if round&1 != 0 {
		first, last = password, sum
	}
	input := append(make([]byte, 0, 2*len(password)+len(salt)+md5.Size), first...)
	if round%3 != 0 {
		input = append(input, salt...)
	}
	if round%7 != 0 {
		input = append(input, password...)
	}
	return append(input, last...)
}

// encodeMD5Crypt writes the bytes in md5crypt's order, six bits at a time, lowest first.
func encodeMD5Crypt(sum [md5.Size]byte) []byte {
	text := make([]byte, 0, 22)
	put := func(bits uint, characters int) {
		for range characters {
			text = append(text, cryptAlphabet[bits&0x3f])
			bits >>= 6
		}
	}
	for i := range 5 {
		third := i + 12
		if third == 16 {
			third = 5
		}
		put(uint(sum[i])<<16|uint(sum[i+6])<<8|uint(sum[third]), 4)
	}
	put(uint(sum[11]), 2)
	return text
}
