package datum

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// boolIn takes 1, 0 and any unique prefix of true, false, yes, no, on and off.
func boolIn(text string) (Value, error) {
	s := strings.ToLower(trimSpace(text))
	switch {
	case s == "":
	case s == "1", s == "on", strings.HasPrefix("true", s), strings.HasPrefix("yes", s):
		return Bool(true), nil
	case s == "0", s == "of", s == "off", strings.HasPrefix("false", s), strings.HasPrefix("no", s):
		return Bool(false), nil
	}
	return nil, invalid("boolean", text)
}

// intIn reads an int2, int4 or int8: decimal, or hexadecimal, octal or binary with its prefix, with underscores.
func intIn(oid uint32, text string) (Value, error) {
	bits := uint(32)
	switch oid {
	case pgcat.Int2:
		bits = 16
	case pgcat.Int8:
		bits = 64
	}
	n, status := parseInteger(trimSpace(text), bits)
	switch status {
	case intSyntax:
		return nil, invalid(typeName(oid), text)
	case intRange:
		return nil, pgerr.New(pgerr.NumericOutOfRange, "value \"%s\" is out of range for type %s", text, typeName(oid))
	}
	return Int(n), nil
}

type intStatus uint8

const (
	intOK intStatus = iota
	intSyntax
	intRange
)

// parseInteger reports range before syntax when the digits overflow by more than the last one, as PostgreSQL does.
func parseInteger(s string, bits uint) (int64, intStatus) {
	negative := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		s = s[1:]
	}
	base := integerBase(s)
	if base != 10 {
		s = s[2:]
	}
	limit := uint64(1) << (bits - 1)
	var n uint64
	i := 0
	for ; i < len(s); i++ {
		if s[i] == '_' {
			if i == 0 && base == 10 || i+1 == len(s) || digitValue(s[i+1]) >= base {
				return 0, intSyntax
			}
			continue
		}
		d := digitValue(s[i])
		if d >= base {
			break
		}
		if n > limit/base {
			return 0, intRange
		}
		n = n*base + d
	}
	switch {
	case i == 0 || i < len(s):
		return 0, intSyntax
	case negative && n <= limit:
		return -int64(n), intOK
	case n >= limit:
		return 0, intRange
	}
	return int64(n), intOK
}

func integerBase(s string) uint64 {
	if len(s) >= 2 && s[0] == '0' {
		switch s[1] | 0x20 {
		case 'x':
			return 16
		case 'o':
			return 8
		case 'b':
			return 2
		}
	}
	return 10
}

// digitValue is the value of a digit in any base up to 16, and 255 for another byte.
func digitValue(c byte) uint64 {
	switch {
	case isDigit(c):
		return uint64(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return uint64(c|0x20-'a') + 10
	}
	return 255
}

// oidIn reads an unsigned 32-bit number as C's strtoul does: with a sign, in octal after a leading 0, or in hexadecimal.
func oidIn(typ, text string) (Value, error) {
	s := trimSpace(text)
	digits, negative := s, false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		digits, negative = s[1:], s[0] == '-'
	}
	base := 10
	switch {
	case len(digits) > 2 && digits[0] == '0' && digits[1]|0x20 == 'x':
		digits, base = digits[2:], 16
	case len(digits) > 1 && digits[0] == '0':
		base = 8
	}
	if digits == "" || strings.ContainsAny(digits, "_+-") {
		return nil, invalid(typ, text)
	}
	n, err := strconv.ParseUint(digits, base, 64)
	if err != nil && err.(*strconv.NumError).Err == strconv.ErrSyntax {
		return nil, invalid(typ, text)
	}
	if err != nil || n > 1<<32-1 || negative && n > 1<<31 {
		return nil, pgerr.New(pgerr.NumericOutOfRange, "value \"%s\" is out of range for type %s", text, typ)
	}
	if negative {
		n = -n
	}
	return Int(uint32(n)), nil
}

// stringIn reads "char", name, varchar and bpchar.
func stringIn(oid uint32, mod int32, text string) (Value, error) {
	switch oid {
	case pgcat.Char:
		return Int(int8(charIn(text))), nil
	case pgcat.Name:
		return Text(truncateName(text)), nil
	}
	if mod < 4 {
		return Text(text), nil
	}
	return limitLength(oid, text, int(mod-4))
}

// limitLength cuts spaces beyond n characters; other characters there are 22001. A bpchar loses all its final spaces.
func limitLength(oid uint32, text string, n int) (Value, error) {
	if len(text) > n && utf8.RuneCountInString(text) > n {
		at := 0
		for range n {
			_, size := utf8.DecodeRuneInString(text[at:])
			at += size
		}
		if strings.Trim(text[at:], " ") != "" {
			return nil, pgerr.New(pgerr.StringTruncation, "value too long for type %s(%d)", typeName(oid), n)
		}
		text = text[:at]
	}
	if oid == pgcat.Bpchar {
		text = strings.TrimRight(text, " ")
	}
	return Text(text), nil
}

// truncateName cuts a name to 63 bytes at a character's border.
func truncateName(s string) string {
	if len(s) < 64 {
		return s
	}
	n := 63
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// charIn reads a "char": one byte, or \ooo.
func charIn(s string) byte {
	octal := func(c byte) bool { return c >= '0' && c <= '7' }
	if len(s) == 4 && s[0] == '\\' && octal(s[1]) && octal(s[2]) && octal(s[3]) {
		return (s[1]-'0')<<6 | (s[2]-'0')<<3 | (s[3] - '0')
	}
	if s == "" {
		return 0
	}
	return s[0]
}

// AppendChar appends a "char": nothing for zero, \ooo for a byte with its high bit set.
func AppendChar(dst []byte, c byte) []byte {
	switch {
	case c == 0:
		return dst
	case c < 0x80:
		return append(dst, c)
	}
	return append(dst, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
}

// uuidIn takes 32 hexadecimal digits, with a hyphen after any group of four, in braces or not.
func uuidIn(text string) (Value, error) {
	s, ok := text, true
	if strings.HasPrefix(s, "{") {
		s, ok = strings.CutSuffix(s[1:], "}")
	}
	var u UUID
	for i := range u {
		if !ok || len(s) < 2 {
			return nil, invalid("uuid", text)
		}
		high, low := digitValue(s[0]), digitValue(s[1])
		if high > 15 || low > 15 {
			return nil, invalid("uuid", text)
		}
		u[i] = byte(high<<4 | low)
		s = s[2:]
		if i%2 == 1 && i < 15 {
			s = strings.TrimPrefix(s, "-")
		}
	}
	if s != "" {
		return nil, invalid("uuid", text)
	}
	return u, nil
}

const hexDigits = "0123456789abcdef"

// AppendUUID appends the 36 characters of a uuid.
func AppendUUID(dst []byte, u UUID) []byte {
	for i, b := range u {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = append(dst, hexDigits[b>>4], hexDigits[b&15])
	}
	return dst
}
