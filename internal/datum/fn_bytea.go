package datum

import (
	"bytes"
	"crypto/md5" //nolint:gosec // md5() is what the user asks for
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"math/bits"
	"strings"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// byteaFunctions is the functions of bytea, and hashes.
func byteaFunctions() family {
	f := family{
		"md5(text)":     unary(func(s Text) Text { return md5Hex([]byte(s)) }),
		"md5(bytea)":    unary(func(b Bytes) Text { return md5Hex(b) }),
		"sha224(bytea)": unary(func(b Bytes) Bytes { s := sha256.Sum224(b); return s[:] }),
		"sha256(bytea)": unary(func(b Bytes) Bytes { s := sha256.Sum256(b); return s[:] }),
		"sha384(bytea)": unary(func(b Bytes) Bytes { s := sha512.Sum384(b); return s[:] }),
		"sha512(bytea)": unary(func(b Bytes) Bytes { s := sha512.Sum512(b); return s[:] }),
		"length(bytea)": unary(func(b Bytes) Int { return Int(len(b)) }), "octet_length(bytea)": unary(func(b Bytes) Int { return Int(len(b)) }),
		"bit_length(bytea)": unary(func(b Bytes) Int { return Int(len(b) * 8) }),
		"byteacat(bytea,bytea)": binaryE(func(a, b Bytes) (Value, error) {
			if len(a)+len(b) > maxResult {
				return nil, errTooLarge()
			}
			return append(append(make(Bytes, 0, len(a)+len(b)), a...), b...), nil
		}),
		"position(bytea,bytea)":     binary(func(b, sub Bytes) Int { return Int(bytes.Index(b, sub) + 1) }),
		"get_byte(bytea,int4)":      binaryE(getByte),
		"set_byte(bytea,int4,int4)": ternaryE(setByte),
		"get_bit(bytea,int8)":       binaryE(getBit),
		"set_bit(bytea,int8,int4)":  ternaryE(setBit),
		"bit_count(bytea)":          unary(bitCount),
		"overlay(bytea,bytea,int4)": ternaryE(func(b, t Bytes, from Int) (Value, error) { return overlayBytes(b, t, from, Int(len(t))) }),
		"overlay(bytea,bytea,int4,int4)": func(_ *Func, a []Value, _ *Env) (Value, error) {
			return overlayBytes(a[0].(Bytes), a[1].(Bytes), a[2].(Int), a[3].(Int))
		},
		"convert_to(text,name)":    binaryE(convertTo),
		"convert_from(bytea,name)": binaryE(convertFrom),
	}
	for _, name := range []string{"substring", "substr"} {
		f[name+"(bytea,int4)"] = binary(func(b Bytes, from Int) Bytes { return b[min(max(int(from)-1, 0), len(b)):] })
		f[name+"(bytea,int4,int4)"] = ternaryE(substringBytes)
	}
	for name, side := range map[string][2]bool{"btrim": {true, true}, "ltrim": {true, false}, "rtrim": {false, true}} {
		f[name+"(bytea,bytea)"] = binary(func(b, set Bytes) Bytes { return trimBytes(b, set, side[0], side[1]) })
	}
	return f
}

func md5Hex(b []byte) Text {
	s := md5.Sum(b) //nolint:gosec // see above
	return Text(hex.EncodeToString(s[:]))
}

func substringBytes(b Bytes, from, n Int) (Value, error) {
	if n < 0 {
		return nil, errNegativeLength()
	}
	end := min(from+n-1, Int(len(b)))
	from = max(from-1, 0)
	if end <= from {
		return Bytes{}, nil
	}
	return b[from:end], nil
}

func overlayBytes(b, t Bytes, from, n Int) (Value, error) {
	if from <= 0 {
		return nil, errNegativeLength()
	}
	end := from + n
	if end != Int(int32(end)) {
		return nil, outOfRange("integer")
	}
	head := b[:min(int(from)-1, len(b))]
	tail := b[min(max(int(end)-1, 0), len(b)):]
	return append(append(append(Bytes{}, head...), t...), tail...), nil
}

func trimBytes(b, set Bytes, before, behind bool) Bytes {
	for before && len(b) > 0 && bytes.IndexByte(set, b[0]) >= 0 {
		b = b[1:]
	}
	for behind && len(b) > 0 && bytes.IndexByte(set, b[len(b)-1]) >= 0 {
		b = b[:len(b)-1]
	}
	return b
}

func indexError(i Int, n int) error {
	return pgerr.New(pgerr.ArraySubscriptError, "index %d out of valid range, 0..%d", i, n-1)
}

func getByte(b Bytes, i Int) (Value, error) {
	if i < 0 || int(i) >= len(b) {
		return nil, indexError(i, len(b))
	}
	return Int(b[i]), nil
}

func setByte(b Bytes, i, to Int) (Value, error) {
	if i < 0 || int(i) >= len(b) {
		return nil, indexError(i, len(b))
	}
	out := append(Bytes{}, b...)
	out[i] = byte(to)
	return out, nil
}

func getBit(b Bytes, i Int) (Value, error) {
	if i < 0 || int64(i) >= int64(len(b))*8 {
		return nil, indexError(i, len(b)*8)
	}
	return Int(b[i/8] >> (i % 8) & 1), nil
}

func setBit(b Bytes, i, to Int) (Value, error) {
	if i < 0 || int64(i) >= int64(len(b))*8 {
		return nil, indexError(i, len(b)*8)
	}
	if to != 0 && to != 1 {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "new bit must be 0 or 1")
	}
	out := append(Bytes{}, b...)
	out[i/8] = out[i/8]&^(1<<(i%8)) | byte(to)<<(i%8)
	return out, nil
}

func bitCount(b Bytes) Int {
	n := 0
	for _, c := range b {
		n += bits.OnesCount8(c)
	}
	return Int(n)
}

// isUTF8Name reports whether a name is one of UTF8's, as pg_char_to_encoding reads it; known tells other encodings from bad names.
func isUTF8Name(name string) bool {
	switch canonicalEncoding(name) {
	case "utf8", "unicode":
		return true
	}
	return false
}

func canonicalEncoding(name string) string {
	out := make([]byte, 0, len(name))
	for _, c := range []byte(name) {
		if isAlpha(c) || isDigit(c) {
			if c >= 'A' && c <= 'Z' {
				c |= 0x20
			}
			out = append(out, c)
		}
	}
	return string(out)
}

func encodingError(kind, name string) error {
	for _, known := range []string{"win", "iso8859", "latin", "koi8", "euc", "sjis", "big5", "gb", "uhc", "johab", "mule", "shift",
		"sqlascii", "abc", "alt", "tcvn", "vscii", "mskanji"} {
		if strings.HasPrefix(canonicalEncoding(name), known) {
			return pgerr.New(pgerr.FeatureNotSupported, "encoding \"%s\" is not supported yet", name)
		}
	}
	return pgerr.New(pgerr.InvalidParameterValue, "invalid %s encoding name \"%s\"", kind, name)
}

func convertTo(s Text, name Text) (Value, error) {
	if !isUTF8Name(string(name)) {
		return nil, encodingError("destination", string(name))
	}
	return Bytes(s), nil
}

func convertFrom(b Bytes, name Text) (Value, error) {
	if !isUTF8Name(string(name)) {
		return nil, encodingError("source", string(name))
	}
	return textOfBytes(b)
}

// textOfBytes checks that bytes are UTF-8 without NUL.
func textOfBytes(b Bytes) (Value, error) {
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size < 2 || r == 0 {
			return nil, badUTF8(b[i:])
		}
		i += size
	}
	return Text(b), nil
}

// badUTF8 shows the bytes of the broken character as its first byte announces them.
func badUTF8(b []byte) error {
	n := 1
	switch c := b[0]; {
	case c&0xe0 == 0xc0:
		n = 2
	case c&0xf0 == 0xe0:
		n = 3
	case c&0xf8 == 0xf0:
		n = 4
	}
	var out []byte
	for i, c := range b[:min(n, len(b))] {
		if i > 0 {
			out = append(out, ' ')
		}
		out = append(out, '0', 'x', hexDigits[c>>4], hexDigits[c&15])
	}
	return pgerr.New(pgerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": %s", out)
}
