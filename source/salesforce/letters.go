package salesforce

import (
	"errors"
	"io"
	"unicode/utf8"
)

// letters passes UTF-8 on and ends at what is none, of which a JSON decoder makes other values.
type letters struct {
	r     io.Reader
	begun []byte // bytes of a character whose others have not come yet
}

var errLetters = errors.New("the answer is no UTF-8")

// Read reads on.
func (l *letters) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if !l.whole(p[:n]) {
		return 0, errLetters
	}
	return n, err
}

// whole reports whether what has come so far is UTF-8, but for the rest of its last character.
func (l *letters) whole(p []byte) bool {
	for len(l.begun) > 0 && len(p) > 0 {
		l.begun, p = append(l.begun, p[0]), p[1:]
		if utf8.FullRune(l.begun) {
			if !utf8.Valid(l.begun) {
				return false
			}
			l.begun = l.begun[:0]
		}
	}
	for i := len(p) - 1; i >= 0 && i >= len(p)-utf8.UTFMax; i-- {
		if utf8.RuneStart(p[i]) {
			if !utf8.FullRune(p[i:]) {
				l.begun, p = append(l.begun, p[i:]...), p[:i]
			}
			break
		}
	}
	return utf8.Valid(p)
}
