// Package secret holds values that no fmt verb, log line or JSON document can print.
package secret

import "crypto/subtle"

// Text is a secret string. The value lives in a closure because fmt prints unexported fields past their methods.
// The zero Text is empty.
type Text struct{ reveal func() string }

// New wraps value.
func New(value string) Text { return Text{reveal: func() string { return value }} }

// Reveal returns the value; call it only where the value leaves for its destination.
func (t Text) Reveal() string {
	if t.reveal == nil {
		return ""
	}
	return t.reveal()
}

// Empty reports whether there is no value.
func (t Text) Empty() bool { return t.Reveal() == "" }

// Equal compares in constant time.
func (t Text) Equal(o Text) bool {
	return subtle.ConstantTimeCompare([]byte(t.Reveal()), []byte(o.Reveal())) == 1
}

const mask = "[secret]"

// String returns a mask, never the value.
func (t Text) String() string { return mask }

// GoString returns a mask, never the value.
func (t Text) GoString() string { return mask }

// MarshalText returns a mask, so that JSON, YAML and slog cannot print the value.
func (t Text) MarshalText() ([]byte, error) { return []byte(mask), nil }
