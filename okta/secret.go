package okta

import (
	"fmt"
	"io"
	"log/slog"
)

// redacted is what every printed form of a Secret looks like.
const redacted = "[redacted]"

// Secret is a credential that cannot be printed by accident: every verb of
// fmt, slog, and the text and JSON encoders get a placeholder. Code that needs
// the value says so with [Secret.Reveal]. The zero Secret is empty.
//
// The value sits behind a pointer, because methods are not enough: fmt calls
// none on unexported fields, nor below a pointer that its verb does not suit
// (%s of a struct with a *AuthScheme in it).
type Secret struct{ value *string }

// NewSecret hides a credential.
func NewSecret(value string) Secret { return Secret{&value} }

// Reveal returns the credential itself.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Equal reports whether two Secrets hide the same credential; == does not.
func (s Secret) Equal(other Secret) bool { return s.Reveal() == other.Reveal() }

// Format implements fmt.Formatter, which covers all verbs and flags, %#v and
// %x included.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// String returns a placeholder, or nothing for an empty Secret, so that a
// missing credential can be told from a hidden one.
func (s Secret) String() string {
	if s.Reveal() == "" {
		return ""
	}
	return redacted
}

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText implements encoding.TextMarshaler, which JSON and YAML use too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
