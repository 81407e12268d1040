package datum

import (
	"strings"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// byteaIn reads the hex format (\x…) and the escape format.
func byteaIn(text string) (Value, error) {
	if rest, ok := strings.CutPrefix(text, `\x`); ok {
		return byteaHexIn(rest)
	}
	out := make(Bytes, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			out = append(out, text[i])
			continue
		}
		rest := text[i+1:]
		switch {
		case len(rest) >= 3 && rest[0] >= '0' && rest[0] <= '3' && isOctal(rest[1]) && isOctal(rest[2]):
			out = append(out, (rest[0]-'0')<<6|(rest[1]-'0')<<3|(rest[2]-'0'))
			i += 3
		case rest != "" && rest[0] == '\\':
			out = append(out, '\\')
			i++
		default:
			return nil, pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type bytea")
		}
	}
	return out, nil
}

func isOctal(c byte) bool { return c >= '0' && c <= '7' }

func byteaHexIn(s string) (Value, error) {
	out := make(Bytes, 0, len(s)/2)
	for i := 0; i < len(s); {
		if c := s[i]; c == ' ' || c == '\n' || c == '\t' || c == '\r' {
			i++
			continue
		}
		high := digitValue(s[i])
		if high > 15 {
			return nil, badHexDigit(s[i:])
		}
		if i+1 == len(s) {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "invalid hexadecimal data: odd number of digits")
		}
		low := digitValue(s[i+1])
		if low > 15 {
			return nil, badHexDigit(s[i+1:])
		}
		out = append(out, byte(high<<4|low))
		i += 2
	}
	return out, nil
}

func badHexDigit(s string) error {
	_, n := utf8.DecodeRuneInString(s)
	return pgerr.New(pgerr.InvalidParameterValue, "invalid hexadecimal digit: \"%s\"", s[:n])
}

// AppendBytea appends a bytea in the hex or the escape format of bytea_output.
func AppendBytea(dst, b []byte, escape bool) []byte {
	if !escape {
		dst = append(dst, '\\', 'x')
		for _, c := range b {
			dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
		}
		return dst
	}
	for _, c := range b {
		switch {
		case c == '\\':
			dst = append(dst, '\\', '\\')
		case c < 0x20 || c > 0x7e:
			dst = append(dst, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
