package oktasim

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
	"time"
)

// idSource makes ids of Okta's look: a prefix that tells the kind and 17
// characters. They grow with every call, so a list in order of creation is also
// in order of ids, and they carry a random part per org and reset, so that an id
// remembered from before a reset is unknown afterwards, as it would be at Okta.
type idSource struct {
	last uint64
	org  string
}

// digits are in ASCII order, or ids would not sort by age.
const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func newIDSource() idSource {
	return idSource{org: randomText(8)}
}

// next returns prefix, the number in seven base-62 digits, the org's part and
// the cell's name: 20 characters for the usual prefix of three.
func (s *idSource) next(prefix string) string {
	s.last++
	var number [7]byte
	n := s.last
	for i := len(number) - 1; i >= 0; i-- {
		number[i] = digits[n%62]
		n /= 62
	}
	return prefix + string(number[:]) + s.org + "d7"
}

// randomText returns n random letters and digits.
func randomText(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // crypto/rand.Read never returns an error
	for i, b := range raw {
		raw[i] = digits[int(b)%len(digits)]
	}
	return string(raw)
}

func newErrorID() string   { return "oae" + randomText(22) }
func newRequestID() string { return "req" + randomText(22) }

// newEventID is what Okta calls a hook with: 16 random bytes in base64url.
func newEventID() string {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// newUUID returns a version 4 UUID, as Okta uses for key ids and log events.
func newUUID() string {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw)
	raw[6], raw[8] = raw[6]&0x0f|0x40, raw[8]&0x3f|0x80
	const hex = "0123456789abcdef"
	var b strings.Builder
	for i, c := range raw {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			b.WriteByte('-')
		}
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}

// stamp is a moment as Okta stores it: whole seconds. Its zero value is JSON
// null, Okta's "never".
type stamp int64

func stampOf(t time.Time) stamp { return stamp(t.Unix()) }

// String is Okta's spelling: UTC with three decimals that are always zero.
func (s stamp) String() string {
	return time.Unix(int64(s), 0).UTC().Format("2006-01-02T15:04:05.000Z")
}

// MarshalJSON implements json.Marshaler.
func (s stamp) MarshalJSON() ([]byte, error) {
	if s == 0 {
		return []byte("null"), nil
	}
	return []byte(`"` + s.String() + `"`), nil
}
