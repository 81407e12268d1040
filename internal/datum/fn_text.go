package datum

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// textBasics is length, case, parts and positions of text.
func textBasics() family {
	length := unary(func(s Text) Int { return Int(utf8.RuneCountInString(string(s))) })
	octets := unary(func(s Text) Int { return Int(len(s)) })
	f := family{
		"textlen(text)": length, "length(text)": length, "char_length(text)": length, "character_length(text)": length,
		"octet_length(text)": octets,
		"bit_length(text)":   unary(func(s Text) Int { return Int(len(s) * 8) }),
		"lower(text)":        unary(func(s Text) Text { return Text(strings.Map(unicode.ToLower, string(s))) }),
		"upper(text)":        unary(func(s Text) Text { return Text(strings.Map(unicode.ToUpper, string(s))) }),
		"initcap(text)":      unary(func(s Text) Text { return Text(initcap(string(s))) }),
		"textcat(text,text)": binaryE(func(a, b Text) (Value, error) {
			if len(a)+len(b) > maxResult {
				return nil, errTooLarge()
			}
			return a + b, nil
		}),
		"left(text,int4)":            binary(func(s Text, n Int) Text { return Text(left(string(s), n)) }),
		"right(text,int4)":           binary(func(s Text, n Int) Text { return Text(right(string(s), n)) }),
		"strpos(text,text)":          binary(func(s, sub Text) Int { return Int(position(string(s), string(sub))) }),
		"position(text,text)":        binary(func(s, sub Text) Int { return Int(position(string(s), string(sub))) }),
		"starts_with(text,text)":     binary(func(s, p Text) Bool { return Bool(strings.HasPrefix(string(s), string(p))) }),
		"reverse(text)":              unary(func(s Text) Text { return Text(reverse(string(s))) }),
		"ascii(text)":                unary(ascii),
		"chr(int4)":                  unaryE(chr),
		"repeat(text,int4)":          binaryE(repeat),
		"split_part(text,text,int4)": ternaryE(splitPart),
		"nameconcatoid(name,oid)":    binary(nameConcatOID),
	}
	for _, name := range []string{"length", "char_length", "character_length"} {
		f[name+"(bpchar)"] = unary(func(s Text) Int { return Int(utf8.RuneCountInString(string(trimPadding(s)))) })
	}
	for _, name := range []string{"substring", "substr"} {
		f[name+"(text,int4)"] = binary(func(s Text, from Int) Text { return Text(skipRunes(string(s), int64(from)-1)) })
		f[name+"(text,int4,int4)"] = ternaryE(func(s Text, from, n Int) (Value, error) {
			r, err := substring(string(s), int64(from), int64(n))
			return Text(r), err
		})
	}
	for name, base := range map[string]int{"to_hex": 16, "to_oct": 8, "to_bin": 2} {
		f[name+"(int4)"] = unary(func(i Int) Text { return Text(strconv.FormatUint(uint64(uint32(i)), base)) })
		f[name+"(int8)"] = unary(func(i Int) Text { return Text(strconv.FormatUint(uint64(i), base)) })
	}
	return f
}

// isAlnum is the character class of the builtin provider's C.UTF-8: alphabetic, or an ASCII digit.
func isAlnum(r rune) bool { return isAlphabetic(r) || r >= '0' && r <= '9' }

func isAlphabetic(r rune) bool {
	return unicode.IsLetter(r) || unicode.Is(unicode.Nl, r) || unicode.Is(unicode.Other_Alphabetic, r)
}

func initcap(s string) string {
	inWord := false
	return strings.Map(func(r rune) rune {
		start := !inWord
		inWord = isAlnum(r)
		if start {
			return unicode.ToUpper(r)
		}
		return unicode.ToLower(r)
	}, s)
}

// skipRunes returns what follows the first n characters.
func skipRunes(s string, n int64) string {
	for n > 0 && s != "" {
		_, size := utf8.DecodeRuneInString(s)
		s = s[size:]
		n--
	}
	return s
}

func errNegativeLength() error {
	return pgerr.New(pgerr.SubstringError, "negative substring length not allowed")
}

// substring returns n characters from a 1-based position, which may lie before the text.
func substring(s string, from, n int64) (string, error) {
	if n < 0 {
		return "", errNegativeLength()
	}
	end := from + n
	if end <= 1 {
		return "", nil
	}
	from = max(from, 1)
	return firstRunes(skipRunes(s, from-1), int(min(end-from, math.MaxInt32))), nil
}

func left(s string, n Int) string {
	if n < 0 {
		n += Int(utf8.RuneCountInString(s))
	}
	return firstRunes(s, int(n))
}

func right(s string, n Int) string {
	if n == math.MinInt32 { // its negation overflows to itself
		return s
	}
	if n < 0 {
		return skipRunes(s, int64(-n))
	}
	return skipRunes(s, int64(utf8.RuneCountInString(s))-int64(n))
}

// position is the 1-based character position of sub in s, 0 when absent.
func position(s, sub string) int {
	i := strings.Index(s, sub)
	if i < 0 {
		return 0
	}
	return utf8.RuneCountInString(s[:i]) + 1
}

func reverse(s string) string {
	b := make([]byte, len(s))
	at := len(s)
	for i := 0; i < len(s); {
		_, size := utf8.DecodeRuneInString(s[i:])
		at -= size
		copy(b[at:], s[i:i+size])
		i += size
	}
	return string(b)
}

func ascii(s Text) Int {
	if s == "" {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(string(s))
	return Int(r)
}

func chr(n Int) (Value, error) {
	switch {
	case n < 0:
		return nil, pgerr.New(pgerr.InvalidParameterValue, "character number must be positive")
	case n == 0:
		return nil, pgerr.New(pgerr.ProgramLimitExceeded, "null character not permitted")
	case n > utf8.MaxRune:
		return nil, pgerr.New(pgerr.ProgramLimitExceeded, "requested character too large for encoding: %d", n)
	case n >= 0xd800 && n <= 0xdfff:
		return nil, pgerr.New(pgerr.ProgramLimitExceeded, "requested character not valid for encoding: %d", n)
	}
	return Text(rune(n)), nil
}

func repeat(s Text, n Int) (Value, error) {
	n = max(n, 0)
	if len(s) > 0 && int64(n) > int64(maxResult/len(s)) {
		return nil, errTooLarge()
	}
	return Text(strings.Repeat(string(s), int(n))), nil
}

func splitPart(s, sep Text, n Int) (Value, error) {
	switch {
	case n == 0:
		return nil, pgerr.New(pgerr.InvalidParameterValue, "field position must not be zero")
	case s == "":
		return Text(""), nil
	case sep == "":
		if n == 1 || n == -1 {
			return s, nil
		}
		return Text(""), nil
	}
	count := Int(strings.Count(string(s), string(sep)) + 1)
	if n < 0 {
		n += count + 1
	}
	if n < 1 || n > count {
		return Text(""), nil
	}
	rest := string(s)
	for range n - 1 {
		_, rest, _ = strings.Cut(rest, string(sep))
	}
	part, _, _ := strings.Cut(rest, string(sep))
	return Text(part), nil
}

func nameConcatOID(name Text, oid Int) Text {
	suffix := "_" + strconv.FormatUint(uint64(uint32(oid)), 10)
	for len(name)+len(suffix) > 63 && name != "" {
		_, size := utf8.DecodeLastRuneInString(string(name))
		name = name[:len(name)-size]
	}
	return name + Text(suffix)
}
