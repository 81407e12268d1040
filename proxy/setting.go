package proxy

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// setting describes one run-time parameter.
type setting struct {
	name   string
	kind   settingKind
	boot   string // canonical
	lo, hi int64  // for numbers
	unit   string // of a number: ms, s, min, B, kB, 8kB, MB or ""
	values []string
	about  string
}

type settingKind uint8

const (
	kindString settingKind = iota
	kindBool
	kindInteger
	kindReal
	kindEnum
	kindDateStyle
	kindTimeZone
	kindEncoding
	kindPath      // a list of identifiers
	kindASCII     // text of which other bytes are escaped
	kindRole      // role and session_authorization: only to oneself
	kindInternal  // cannot be changed
	kindServer    // cannot be changed without restarting the server
	kindReload    // can be changed by the server's configuration alone
	kindBackend   // can be changed before a connection starts
	kindSuperuser // can be changed by superusers, whom there are none of
)

// check returns the value in its canonical form; current is the one in force.
func (g *setting) check(value, current string) (string, error) {
	if g.fixed() {
		return "", g.refusal()
	}
	switch g.kind {
	case kindBool:
		on, ok := parseBool(value)
		if !ok {
			return "", pgerr.New(pgerr.InvalidParameterValue, `parameter "%s" requires a Boolean value`, g.name)
		}
		return onOff(on), nil
	case kindInteger:
		return g.checkInteger(value)
	case kindReal:
		return g.checkReal(value)
	case kindEnum:
		return g.checkEnum(value)
	case kindDateStyle:
		return checkDateStyle(value, current)
	case kindTimeZone:
		return checkTimeZone(value)
	case kindEncoding:
		return checkEncoding(value)
	case kindASCII:
		return escapeNonASCII(value), nil
	case kindPath:
		if _, ok := splitIdentifiers(value); !ok {
			return "", g.invalid(value).WithDetail("List syntax is invalid.")
		}
	}
	return value, nil
}

func (g *setting) invalid(value string) *pgerr.Error {
	return pgerr.New(pgerr.InvalidParameterValue, `invalid value for parameter "%s": "%s"`, g.name, value)
}

func (g *setting) checkEnum(value string) (string, error) {
	for _, v := range g.values {
		if strings.EqualFold(v, value) {
			return v, nil
		}
	}
	// Booleans are spelled in many ways.
	if on, ok := parseBool(value); ok {
		for _, v := range g.values {
			if v == onOff(on) {
				return v, nil
			}
		}
	}
	return "", g.invalid(value).WithHint("Available values: %s.", strings.Join(g.values, ", "))
}

// fixed reports whether nobody may change the parameter in a session.
func (g *setting) fixed() bool { return g.kind >= kindInternal }

// refusal is PostgreSQL's answer to who would change a fixed parameter.
func (g *setting) refusal() error {
	switch g.kind {
	case kindSuperuser:
		return pgerr.New(pgerr.InsufficientPrivilege, `permission denied to set parameter "%s"`, g.name)
	case kindServer:
		return pgerr.New(pgerr.CannotChangeRuntimeParam, `parameter "%s" cannot be changed without restarting the server`, g.name)
	case kindReload:
		return pgerr.New(pgerr.CannotChangeRuntimeParam, `parameter "%s" cannot be changed now`, g.name)
	case kindBackend:
		return pgerr.New(pgerr.CannotChangeRuntimeParam, `parameter "%s" cannot be set after connection start`, g.name)
	}
	return pgerr.New(pgerr.CannotChangeRuntimeParam, `parameter "%s" cannot be changed`, g.name)
}

func (g *setting) checkReal(value string) (string, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil {
		return "", g.invalid(value)
	}
	hi := float64(g.hi)
	if g.hi == math.MaxInt64 {
		hi = math.MaxFloat64
	}
	if f < float64(g.lo) || f > hi {
		return "", pgerr.New(pgerr.InvalidParameterValue, `%.6g is outside the valid range for parameter "%s" (%d .. %.6g)`, f, g.name, g.lo, hi)
	}
	return strconv.FormatFloat(f, 'g', -1, 64), nil
}

// unit is a unit of memory or time in the smallest one of its family.
type unit struct {
	name string
	size int64
}

// The units, greatest first, in bytes and in microseconds.
var (
	memoryUnits = []unit{{"TB", 1 << 40}, {"GB", 1 << 30}, {"MB", 1 << 20}, {"kB", 1 << 10}, {"B", 1}}
	timeUnits   = []unit{{"d", 86400e6}, {"h", 3600e6}, {"min", 60e6}, {"s", 1e6}, {"ms", 1e3}, {"us", 1}}
)

func family(base string) ([]unit, string) {
	switch base {
	case "B", "kB", "8kB", "MB":
		return memoryUnits, `Valid units for this parameter are "B", "kB", "MB", "GB", and "TB".`
	case "ms", "s", "min":
		return timeUnits, `Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".`
	}
	return nil, ""
}

// sizeOf returns 0 for a name that no unit has; pages count in 8kB.
func sizeOf(units []unit, name string) int64 {
	if name == "8kB" {
		return 8 << 10
	}
	for _, u := range units {
		if u.name == name {
			return u.size
		}
	}
	return 0
}

// checkInteger keeps the value in the parameter's own unit, without naming it.
func (g *setting) checkInteger(value string) (string, error) {
	text := strings.TrimSpace(value)
	end := len(text)
	for end > 0 && (text[end-1] < '0' || text[end-1] > '9') && text[end-1] != '.' {
		end--
	}
	number, ok := parseNumber(text[:end])
	if !ok {
		return "", g.invalid(value)
	}
	if suffix := strings.TrimSpace(text[end:]); suffix != "" {
		units, hint := family(g.unit)
		size := sizeOf(units, suffix)
		if size == 0 {
			if hint == "" {
				return "", g.invalid(value)
			}
			return "", g.invalid(value).WithHint("%s", hint)
		}
		number = number * float64(size) / float64(sizeOf(units, g.unit))
	}
	number = math.RoundToEven(number)
	switch {
	case math.Abs(number) > maxInt:
		return "", g.invalid(value).WithHint("Value exceeds integer range.")
	case number < float64(g.lo) || number > float64(g.hi):
		return "", g.outside(int64(number))
	}
	return strconv.FormatInt(int64(number), 10), nil
}

// parseNumber reads an integer as C does (decimal, 0x hexadecimal, 0 octal), or a floating-point number.
func parseNumber(text string) (float64, bool) {
	if strings.Contains(text, "_") {
		return 0, false
	}
	if n, err := strconv.ParseInt(text, 0, 64); err == nil {
		return float64(n), true
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil && !math.IsNaN(f)
}

func (g *setting) outside(n int64) error {
	suffix := g.unit
	if suffix != "" {
		suffix = " " + suffix
	}
	return pgerr.New(pgerr.InvalidParameterValue, `%d%s is outside the valid range for parameter "%s" (%d%s .. %d%s)`,
		n, suffix, g.name, g.lo, suffix, g.hi, suffix)
}

// show prints a canonical value as SHOW does: integers in the greatest unit that divides them.
func (g *setting) show(value string) string {
	if g.unit == "" {
		return value
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n <= 0 {
		return value
	}
	units, _ := family(g.unit)
	n *= sizeOf(units, g.unit)
	for _, u := range units {
		if n%u.size == 0 {
			return strconv.FormatInt(n/u.size, 10) + u.name
		}
	}
	return value
}

// parseBool is PostgreSQL's: unique prefixes of true, false, yes and no, on, off, 1 and 0.
func parseBool(text string) (value, ok bool) {
	t := strings.ToLower(text)
	switch {
	case t == "":
		return false, false
	case t == "on", t == "1", strings.HasPrefix("true", t), strings.HasPrefix("yes", t):
		return true, true
	case t == "of", t == "off", t == "0", strings.HasPrefix("false", t), strings.HasPrefix("no", t):
		return false, true
	}
	return false, false
}

func escapeNonASCII(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c >= 32 && c <= 126 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	return b.String()
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func checkEncoding(value string) (string, error) {
	var name strings.Builder
	for _, c := range []byte(strings.ToLower(value)) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			name.WriteByte(c)
		}
	}
	switch name.String() {
	case "utf8", "unicode":
		return "UTF8", nil
	case "sqlascii":
		return "SQL_ASCII", nil
	case "latin1", "iso88591", "win1252", "windows1252", "latin9", "iso885915":
		return "", pgerr.New(pgerr.FeatureNotSupported, "conversion between %s and UTF8 is not supported", strings.ToUpper(value)).
			WithHint("set client_encoding to UTF8")
	}
	return "", (&setting{name: "client_encoding"}).invalid(value)
}

// splitIdentifiers reads a list of identifiers: unquoted ones are folded, quoted ones kept.
func splitIdentifiers(text string) ([]string, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, true
	}
	var out []string
	for {
		var word string
		if strings.HasPrefix(text, `"`) {
			var b strings.Builder
			i := 1
			for ; ; i++ {
				if i >= len(text) {
					return nil, false
				}
				if text[i] == '"' {
					if i+1 < len(text) && text[i+1] == '"' {
						i++
					} else {
						break
					}
				}
				b.WriteByte(text[i])
			}
			word, text = b.String(), text[i+1:]
		} else {
			end := strings.IndexAny(text, ", \t\n\r\f\v")
			if end < 0 {
				end = len(text)
			}
			word, text = strings.ToLower(text[:end]), text[end:]
			if word == "" {
				return nil, false
			}
		}
		out = append(out, word)
		text = strings.TrimLeft(text, " \t\n\r\f\v")
		if text == "" {
			return out, true
		}
		if text[0] != ',' {
			return nil, false
		}
		text = strings.TrimLeft(text[1:], " \t\n\r\f\v")
	}
}
