package datum

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// encodings is encode and decode.
func encodings() family {
	return family{"encode(bytea,text)": binaryE(encode), "decode(text,text)": binaryE(decode)}
}

func encode(b Bytes, format Text) (Value, error) {
	if len(b)*4 > maxResult {
		return nil, errTooLarge()
	}
	switch strings.ToLower(string(format)) {
	case "hex":
		return Text(AppendBytea(nil, b, false)[2:]), nil
	case "base64":
		return Text(base64Lines(b)), nil
	case "escape":
		return Text(escapeBytes(b)), nil
	}
	return nil, badEncoding(format)
}

func badEncoding(format Text) error {
	return pgerr.New(pgerr.InvalidParameterValue, "unrecognized encoding: \"%s\"", string(format))
}

// base64Lines breaks lines after 76 characters, as MIME does, but not at the end.
func base64Lines(b []byte) string {
	s := base64.StdEncoding.EncodeToString(b)
	var out strings.Builder
	for len(s) > 76 {
		out.WriteString(s[:76])
		out.WriteByte('\n')
		s = s[76:]
	}
	out.WriteString(s)
	if len(s) == 76 {
		out.WriteByte('\n')
	}
	return out.String()
}

func escapeBytes(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		switch {
		case c == 0 || c >= 0x80:
			out = append(out, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		case c == '\\':
			out = append(out, '\\', '\\')
		default:
			out = append(out, c)
		}
	}
	return out
}

func decode(s, format Text) (Value, error) {
	switch strings.ToLower(string(format)) {
	case "hex":
		return byteaHexIn(string(s))
	case "base64":
		return decodeBase64(string(s))
	case "escape":
		if strings.HasPrefix(string(s), `\x`) {
			return nil, pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type bytea")
		}
		return byteaIn(string(s))
	}
	return nil, badEncoding(format)
}

const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

func decodeBase64(s string) (Value, error) {
	out := make(Bytes, 0, len(s)*3/4)
	buf, pos, end := uint32(0), 0, 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == ' ' || c == '\t' || c == '\n' || c == '\r' {
			continue
		}
		v := strings.IndexByte(base64Alphabet, c)
		if c == '=' {
			if end == 0 {
				switch pos {
				case 2:
					end = 1
				case 3:
					end = 2
				default:
					return nil, pgerr.New(pgerr.InvalidParameterValue, "unexpected \"=\" while decoding base64 sequence")
				}
			}
			v = 0
		} else if v < 0 {
			_, n := utf8.DecodeRuneInString(s[i:])
			return nil, pgerr.New(pgerr.InvalidParameterValue, "invalid symbol \"%s\" found while decoding base64 sequence", s[i:i+n])
		}
		buf = buf<<6 | uint32(v)
		if pos++; pos < 4 {
			continue
		}
		out = append(out, byte(buf>>16))
		if end == 0 || end > 1 {
			out = append(out, byte(buf>>8))
		}
		if end == 0 || end > 2 {
			out = append(out, byte(buf))
		}
		buf, pos = 0, 0
	}
	if pos != 0 {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "invalid base64 end sequence").
			WithHint("Input data is missing padding, is truncated, or is otherwise corrupted.")
	}
	return out, nil
}
