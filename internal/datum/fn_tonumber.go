package datum

import (
	"strings"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// parsedNumbers is to_number, and to_date and to_timestamp of texts that match their format to the letter.
func parsedNumbers() family {
	return family{
		"to_number(text,text)": binaryE(toNumber),
		"to_date(text,text)": binaryE(func(s, format Text) (Value, error) {
			t, err := strictMoment(string(s), string(format))
			if err != nil {
				return nil, err
			}
			return dateOfTimestamp(t), nil
		}),
		"to_timestamp(text,text)": func(_ *Func, a []Value, env *Env) (Value, error) {
			t, err := strictMoment(string(a[0].(Text)), string(a[1].(Text)))
			if err != nil {
				return nil, err
			}
			return wrap(fromLocal(t, env))
		},
	}
}

// numberReader is the state of reading a number by a format, as formatting.c keeps it.
type numberReader struct {
	*numberDesc
	in        string
	at        int
	sign      byte // ' ' until one is read
	digits    []byte
	pre, post int
	point     bool
}

func toNumber(s, format Text) (Value, error) {
	if format == "" {
		return nil, nil
	}
	if len(format) > 1<<16 {
		return nil, errTooLarge()
	}
	d, err := parseNumberFormat(string(format))
	switch {
	case err != nil:
		return nil, err
	case d.sci:
		return nil, pgerr.New(pgerr.FeatureNotSupported, "\"EEEE\" not supported for input")
	case d.roman:
		return nil, pgerr.New(pgerr.FeatureNotSupported, "\"RN\" not supported for input")
	}
	r := &numberReader{numberDesc: d, in: string(s), sign: ' '}
	for _, n := range d.nodes {
		if r.done() {
			break
		}
		r.node(n)
	}
	text := strings.TrimSuffix(string(r.sign)+string(r.digits), ".")
	mod := int32(-1)
	if p := d.pre + d.multi + r.post; p <= 1000 {
		mod = MakeNumericMod(int32(p), int32(r.post))
	}
	v, err := numericIn(text, mod)
	if err != nil || !d.mul {
		return v, err
	}
	scaleDown, err := numericPower(NewNumeric(10, 0), NewNumeric(int64(-d.multi), 0))
	if err != nil {
		return nil, err
	}
	return wrap(NumericMul(v.(*Numeric), scaleDown))
}

func (r *numberReader) done() bool { return r.at >= len(r.in) }

func (r *numberReader) width() int {
	_, n := utf8.DecodeRuneInString(r.in[r.at:])
	return n
}

// skip passes over characters that are no part of a number.
func (r *numberReader) skip(n int) {
	for ; n > 0 && !r.done() && strings.IndexByte("0123456789.,+-", r.in[r.at]) < 0; n-- {
		r.at += r.width()
	}
}

func (r *numberReader) node(n patternNode) {
	switch strings.ToUpper(n.key) {
	case "":
		r.at += r.width()
	case "9", "0", ".", "D":
		r.digit(n.key == "9" || n.key == "0")
		r.at++
	case ",", "G":
		if r.in[r.at] == ',' {
			r.at++
		}
	case "L":
		r.skip(1)
	case "TH":
		r.skip(2)
	case "MI":
		r.readSign("-")
	case "PL":
		r.readSign("+")
	case "SG":
		r.readSign("+-")
	}
}

func (r *numberReader) readSign(signs string) {
	if strings.IndexByte(signs, r.in[r.at]) >= 0 {
		r.sign = r.in[r.at]
		r.at++
		return
	}
	r.skip(1)
}

// digit reads a digit or the point, with the sign before the number or behind it. The caller moves on by one.
func (r *numberReader) digit(pattern bool) {
	if !r.done() && r.in[r.at] == ' ' {
		r.at++
	}
	if r.done() {
		return
	}
	if r.sign == ' ' && pattern && r.pre+r.post == 0 {
		r.leadingSign()
	}
	if r.done() {
		return
	}
	read := false
	switch c := r.in[r.at]; {
	case isDigit(c):
		if r.point && r.post == r.numberDesc.post {
			return
		}
		r.digits = append(r.digits, c)
		if r.point {
			r.post++
		} else {
			r.pre++
		}
		read = true
	case r.decimal && !r.point && c == '.':
		r.digits = append(r.digits, '.')
		r.point, read = true, true
	}
	if r.sign == ' ' && r.pre+r.post > 0 {
		r.trailingSign(read)
	}
}

func (r *numberReader) leadingSign() {
	c := r.in[r.at]
	switch {
	case r.lsign > 0:
	case c == '-' || r.bracket && r.lsign == 0 && c == '<':
		r.sign = '-'
		r.at++
	case c == '+':
		r.sign = '+'
		r.at++
	}
}

func (r *numberReader) trailingSign(read bool) {
	switch {
	case r.lsign != 0 && read && r.at+1 < len(r.in) && !isDigit(r.in[r.at+1]):
		if c := r.in[r.at+1]; c == '-' || c == '+' {
			r.sign = c
			r.at++
		}
	case !read && r.lsign == 0 && (r.plus || r.minus) && (r.in[r.at] == '-' || r.in[r.at] == '+'):
		r.sign = r.in[r.at]
	}
}

// strictMoment reads a text whose every character is the one that the format would print.
func strictMoment(s, format string) (Timestamp, error) {
	loose := pgerr.New(pgerr.FeatureNotSupported, "a text that does not match its format to the letter is not supported")
	c, seen := civil{year: 1, month: 1, day: 1}, map[string]bool{}
	rest := s
	for _, n := range parsePattern(format, dateKeywords[:], true) {
		key := strings.ToUpper(n.key)
		if n.fill || n.suffix != "" || seen[key] {
			return 0, loose
		}
		if n.key == "" {
			if !strings.HasPrefix(rest, n.char) {
				return 0, loose
			}
			rest = rest[len(n.char):]
			continue
		}
		seen[key] = true
		used, ok := strictField(key, rest, &c)
		if !ok {
			return 0, loose
		}
		rest = rest[used:]
	}
	if rest != "" || !seen["YYYY"] || c.year == 0 {
		return 0, loose
	}
	if c.month < 1 || c.month > 12 || c.day < 1 || c.day > daysInMonth(c.year, c.month) || c.hour > 23 || c.min > 59 || c.sec > 59 {
		return 0, pgerr.New(pgerr.DatetimeOverflow, "date/time field value out of range: \"%s\"", s)
	}
	t, ok := c.timestamp(0)
	if !ok {
		return 0, errTimestamp()
	}
	return t, nil
}

// strictField reads one field of its full width.
func strictField(key, s string, c *civil) (int, bool) {
	targets := map[string]*int{"YYYY": &c.year, "MM": &c.month, "DD": &c.day, "HH24": &c.hour, "MI": &c.min, "SS": &c.sec, "US": &c.usec, "MS": &c.usec}
	widths := map[string]int{"YYYY": 4, "US": 6, "MS": 3}
	if key == "MON" || key == "MONTH" {
		for i, name := range longMonths {
			if key == "MON" {
				name = name[:3]
			}
			if len(s) >= len(name) && strings.EqualFold(s[:len(name)], name) {
				c.month = i + 1
				return len(name), true
			}
		}
		return 0, false
	}
	to, ok := targets[key]
	if !ok {
		return 0, false
	}
	width := widths[key]
	if width == 0 {
		width = 2
	}
	if len(s) < width || digitPrefix(s[:width]) != width || key == "YYYY" && digitPrefix(s) > width && len(s) > 14 {
		return 0, false
	}
	*to, _ = atoi32(s[:width])
	if key == "MS" {
		c.usec *= 1000
	}
	return width, true
}
