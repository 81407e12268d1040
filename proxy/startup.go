package proxy

import (
	"encoding/binary"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Codes in the place of a startup packet's version, and the versions that are spoken
// (https://www.postgresql.org/docs/17/protocol-message-formats.html).
const (
	cancelCode     = 1234<<16 | 5678
	sslCode        = 1234<<16 | 5679
	gssCode        = 1234<<16 | 5680
	protocol30     = 3 << 16
	protocol32     = 3<<16 | 2
	maxStartupSize = 10_000 // MAX_STARTUP_PACKET_LENGTH
)

// startup is a parsed StartupMessage.
type startup struct {
	version   uint32 // as it will be spoken
	negotiate bool   // the client asked for more than is spoken
	unknown   []string
	user      string
	database  string
	settings  []assignment // in order: options first, then the named ones
}

// assignment is one setting with its value.
type assignment struct{ name, value string }

// parseStartup reads the body of a StartupMessage, version included.
func parseStartup(body []byte) (startup, error) {
	s := startup{version: binary.BigEndian.Uint32(body)}
	if s.version>>16 != 3 {
		return s, pgerr.New(pgerr.FeatureNotSupported, "unsupported frontend protocol %d.%d: server supports 3.0 to 3.2", s.version>>16, s.version&0xffff)
	}
	if s.version > protocol32 {
		s.version, s.negotiate = protocol32, true
	}
	var named []assignment
	for rest := body[4:]; ; {
		name, tail, ok := cutZero(rest)
		if !ok {
			return s, badLayout()
		}
		if name == "" {
			if len(tail) > 0 {
				return s, badLayout()
			}
			break
		}
		value, tail, ok := cutZero(tail)
		if !ok {
			return s, badLayout()
		}
		rest = tail
		if err := s.take(name, value, &named); err != nil {
			return s, err
		}
	}
	s.settings = append(s.settings, named...)
	return s, s.finish()
}

func (s *startup) take(name, value string, named *[]assignment) error {
	switch {
	case name == "user":
		s.user = value
	case name == "database":
		s.database = value
	case name == "options":
		options, err := parseOptions(value)
		s.settings = append(s.settings, options...)
		return err
	case name == "replication":
		if on, ok := parseBool(value); !ok || on {
			return pgerr.New(pgerr.FeatureNotSupported, "replication connections are not supported")
		}
	case strings.HasPrefix(name, "_pq_."):
		s.unknown, s.negotiate = append(s.unknown, name), true
	default:
		*named = append(*named, assignment{name, value})
	}
	return nil
}

func (s *startup) finish() error {
	if s.user == "" {
		return pgerr.New(pgerr.InvalidAuthorization, "no PostgreSQL user name specified in startup packet")
	}
	if s.database == "" {
		s.database = s.user
	}
	return checkUTF8(s.user + s.database)
}

func badLayout() error {
	return pgerr.New(pgerr.ProtocolViolation, "invalid startup packet layout: expected terminator as last byte")
}

func cutZero(b []byte) (string, []byte, bool) {
	for i, c := range b {
		if c == 0 {
			return string(b[:i]), b[i+1:], true
		}
	}
	return "", nil, false
}

// parseOptions reads the startup parameter options: words parted by blanks, where a backslash escapes the next byte;
// -c name=value, -cname=value and --name=value set a setting.
func parseOptions(text string) ([]assignment, error) {
	var out []assignment
	words := splitOptions(text)
	for i := 0; i < len(words); i++ {
		word := words[i]
		var setting string
		switch {
		case word == "-c" && i+1 < len(words):
			i++
			setting = words[i]
		case strings.HasPrefix(word, "-c") && len(word) > 2:
			setting = word[2:]
		case strings.HasPrefix(word, "--") && len(word) > 2:
			setting = word[2:]
		default:
			return nil, pgerr.New(pgerr.SyntaxError, "invalid command-line argument for server process: %s", word).
				WithHint("options takes -c name=value and --name=value")
		}
		name, value, ok := strings.Cut(setting, "=")
		if !ok {
			return nil, pgerr.New(pgerr.SyntaxError, "%s requires a value", word)
		}
		out = append(out, assignment{strings.ReplaceAll(name, "-", "_"), value})
	}
	return out, nil
}

func splitOptions(text string) []string {
	var words []string
	var word strings.Builder
	in := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == ' ' || c >= '\t' && c <= '\r':
			if in {
				words, in = append(words, word.String()), false
				word.Reset()
			}
			continue
		case c == '\\' && i+1 < len(text):
			i++
			c = text[i]
		}
		word.WriteByte(c)
		in = true
	}
	if in {
		words = append(words, word.String())
	}
	return words
}
