package datum

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// numberFormats is to_char of numbers.
func numberFormats() family {
	format := func(print func(d *numberDesc, v Value) (string, error)) impl {
		return func(_ *Func, a []Value, _ *Env) (Value, error) {
			pattern := string(a[1].(Text))
			if pattern == "" {
				return Text(""), nil
			}
			if len(pattern) > 1<<16 {
				return nil, errTooLarge()
			}
			d, err := parseNumberFormat(pattern)
			if err != nil {
				return nil, err
			}
			number, err := print(d, a[0])
			if err != nil {
				return nil, err
			}
			return d.print(number)
		}
	}
	return family{
		"to_char(numeric,text)": format(printNumeric), "to_char(int4,text)": format(printInt4), "to_char(int8,text)": format(printInt8),
		"to_char(float8,text)": format(func(d *numberDesc, v Value) (string, error) { return printFloat(d, float64(v.(Float)), 15), nil }),
		"to_char(float4,text)": format(func(d *numberDesc, v Value) (string, error) { return printFloat(d, float64(v.(Float)), 6), nil }),
	}
}

// numberDesc is what a format says as a whole.
type numberDesc struct {
	nodes                                                             []patternNode
	pre, post, multi, zeroStart, zeroEnd, preLsign                    int
	zero, decimal, fill, blank, bracket, minus, plus, roman, mul, sci bool
	lsign                                                             int // 0 none, -1 before, 1 behind
	sign                                                              byte
	spaces                                                            int
}

func formatSyntax(text string) error { return pgerr.New(pgerr.SyntaxError, "%s", text) }

func parseNumberFormat(pattern string) (*numberDesc, error) {
	d := &numberDesc{nodes: parsePattern(pattern, numberKeywords[:], false), sign: '+'}
	for _, n := range d.nodes {
		if n.key == "" {
			continue
		}
		key := strings.ToUpper(n.key)
		if d.sci && key != "EEEE" {
			return nil, formatSyntax(`"EEEE" must be the last pattern used`)
		}
		if err := d.add(key); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (d *numberDesc) add(key string) error {
	switch key {
	case "9", "0":
		return d.digit(key)
	case "B":
		d.blank = d.blank || d.pre == 0 && d.post == 0 && !d.zero
	case "D", ".":
		if d.decimal {
			return formatSyntax("multiple decimal points")
		}
		if d.mul {
			return formatSyntax(`cannot use "V" and decimal point together`)
		}
		d.decimal = true
	case "FM":
		d.fill = true
	case "S", "MI", "PL", "SG", "PR":
		return d.addSign(key)
	case "RN":
		d.roman = true
	case "V":
		if d.decimal {
			return formatSyntax(`cannot use "V" and decimal point together`)
		}
		d.mul = true
	case "EEEE":
		if d.sci {
			return formatSyntax(`cannot use "EEEE" twice`)
		}
		if d.blank || d.fill || d.lsign != 0 || d.bracket || d.minus || d.plus || d.roman || d.mul {
			return pgerr.New(pgerr.SyntaxError, `"EEEE" is incompatible with other formats`).
				WithDetail(`"EEEE" may only be used together with digit and decimal point patterns.`)
		}
		d.sci = true
	}
	return nil
}

func (d *numberDesc) digit(key string) error {
	if d.bracket {
		return formatSyntax(`"` + key + `" must be ahead of "PR"`)
	}
	if key == "9" && d.mul {
		d.multi++
		return nil
	}
	if key == "0" && !d.zero && !d.decimal {
		d.zero, d.zeroStart = true, d.pre+1
	}
	if d.decimal {
		d.post++
	} else {
		d.pre++
	}
	if key == "0" {
		d.zeroEnd = d.pre + d.post
	}
	return nil
}

func (d *numberDesc) addSign(key string) error {
	if d.lsign != 0 && key != "PR" {
		if key == "S" {
			return formatSyntax(`cannot use "S" twice`)
		}
		return formatSyntax(`cannot use "S" and "` + key + `" together`)
	}
	switch key {
	case "S":
		if d.plus || d.minus || d.bracket {
			return formatSyntax(`cannot use "S" and "PL"/"MI"/"SG"/"PR" together`)
		}
		d.lsign = 1
		if !d.decimal {
			d.lsign, d.preLsign = -1, d.pre
		}
	case "MI":
		d.minus = true
	case "PL":
		d.plus = true
	case "SG":
		d.minus, d.plus = true, true
	case "PR":
		if d.lsign != 0 || d.plus || d.minus {
			return formatSyntax(`cannot use "PR" and "S"/"PL"/"MI"/"SG" together`)
		}
		d.bracket = true
	}
	return nil
}

// hashes stands for a number that does not fit.
func hashes(n, point int) string {
	b := []byte(strings.Repeat("#", n))
	if point < len(b) {
		b[point] = '.'
	}
	return string(b)
}

func (d *numberDesc) sciOverflow() string {
	b := []byte(hashes(d.pre+d.post+6, d.pre+1))
	b[0] = ' '
	return string(b)
}

// place takes off the sign, and pads or replaces a number by its digits before the point.
func (d *numberDesc) place(s string) string {
	if strings.HasPrefix(s, "-") {
		d.sign, s = '-', s[1:]
	}
	pre := strings.IndexByte(s, '.')
	if pre < 0 {
		pre = len(s)
	}
	if pre > d.pre {
		return hashes(d.pre+d.post+1, d.pre)
	}
	d.spaces = d.pre - pre
	return s
}

func printNumeric(d *numberDesc, v Value) (string, error) {
	n := v.(*Numeric)
	switch {
	case d.roman:
		i, err := intOfNumeric(n, 32)
		if err != nil {
			return "", err
		}
		return roman(int64(i.(Int))), nil
	case d.sci && !n.finite():
		return d.sciOverflow(), nil
	case d.sci:
		s := scientific(n, d.post)
		if s[0] != '-' {
			s = " " + s
		}
		return s, nil
	}
	if d.mul {
		var err error
		if n, err = NumericMul(n, &Numeric{Dec: *powerOfTen(d.multi)}); err != nil {
			return "", err
		}
		d.pre += d.multi
	}
	r, err := NumericRound(n, int32(d.post))
	if err != nil {
		return "", err
	}
	return d.place(string(AppendNumeric(nil, r))), nil
}

func printInt4(d *numberDesc, v Value) (string, error) {
	i := int64(v.(Int))
	switch {
	case d.roman:
		return roman(i), nil
	case d.sci:
		return strings.Replace(fmt.Sprintf("%+.*e", d.post, float64(i)), "+", " ", btoi(i >= 0)), nil
	case d.mul:
		i = int64(int32(i * int64(int32(math.Pow10(d.multi)))))
		d.pre += d.multi
	}
	return d.place(strconv.FormatInt(i, 10) + zeros(d.post)), nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func zeros(post int) string {
	if post == 0 {
		return ""
	}
	return "." + strings.Repeat("0", post)
}

func printInt8(d *numberDesc, v Value) (string, error) {
	i := int64(v.(Int))
	switch {
	case d.roman:
		if i != int64(int32(i)) {
			return "", outOfRange("integer")
		}
		return roman(i), nil
	case d.sci:
		return printNumeric(d, NewNumeric(i, 0))
	case d.mul:
		r, ok := mulInt(i, int64(math.Pow10(min(d.multi, 18))))
		if !ok || d.multi > 18 {
			return "", outOfRange("bigint")
		}
		i = r
		d.pre += d.multi
	}
	return d.place(strconv.FormatInt(i, 10) + zeros(d.post)), nil
}

// printFloat shows no more digits than the type always holds.
func printFloat(d *numberDesc, x float64, digits int) string {
	special := math.IsNaN(x) || math.IsInf(x, 0)
	switch {
	case d.roman && special:
		return roman(math.MinInt32)
	case d.roman:
		return roman(int64(max(min(math.RoundToEven(x), 1<<31), -1<<31)))
	case d.sci && special:
		return d.sciOverflow()
	case d.sci:
		s := fmt.Sprintf("%+.*e", d.post, x)
		if s[0] == '+' {
			s = " " + s[1:]
		}
		return s
	}
	if d.mul {
		x *= math.Pow10(d.multi)
		if digits == 6 {
			x = float64(float32(x))
		}
		d.pre += d.multi
	}
	special = special || math.IsInf(x, 0)
	pre := len(strconv.FormatFloat(math.Abs(x), 'f', 0, 64))
	if special {
		pre = len(AppendFloat(nil, math.Abs(x), 64, 1))
	}
	if pre >= digits {
		d.post = 0
	} else if pre+d.post > digits {
		d.post = digits - pre
	}
	if special {
		return d.place(string(AppendFloat(nil, x, 64, 1)))
	}
	return d.place(strconv.FormatFloat(x, 'f', d.post, 64))
}
