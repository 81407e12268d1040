package datum

import (
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

func powerOfTen(n int) *apd.Decimal {
	d := &apd.Decimal{}
	d.Coeff.Set(pow10(int64(n)))
	return d
}

// scientific is a finite numeric as d.ddde+xx with a number of digits behind the point; a mantissa that rounds up to 10
// stays so, as in PostgreSQL.
func scientific(n *Numeric, digits int) string {
	exponent := int64(0)
	if n.sign() != 0 {
		exponent = apd.NumDigits(&n.Dec.Coeff) + int64(n.Dec.Exponent) - 1
	}
	m := &Numeric{}
	m.Dec.Set(&n.Dec)
	m.Dec.Exponent -= int32(exponent)
	m.round(int32(digits))
	if m.Scale() < int32(digits) {
		m.Dec.Coeff.Mul(&m.Dec.Coeff, pow10(int64(int32(digits)-m.Scale())))
		m.Dec.Exponent = -int32(digits)
	}
	out := append(AppendNumeric(nil, m), 'e', signOf(exponent < 0))
	if exponent < 0 {
		exponent = -exponent
	}
	if exponent < 10 {
		out = append(out, '0')
	}
	return string(appendInt(out, 0, exponent))
}

// roman writes 1 to 3999; others are hashes.
func roman(n int64) string {
	if n < 1 || n > 3999 {
		return strings.Repeat("#", 15)
	}
	var b strings.Builder
	for i, v := range []int64{1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1} {
		for ; n >= v; n -= v {
			b.WriteString([]string{"M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"}[i])
		}
	}
	return b.String()
}

// numberPrinter is the state of printing one number, as formatting.c keeps it.
type numberPrinter struct {
	*numberDesc
	number      string
	at          int // in number
	last        int // of the last digit that FM keeps; -1 for all
	count, curr int
	signed, in  bool
	out         []byte
}

func (d *numberDesc) print(number string) (Value, error) {
	if d.sci {
		return Text(number), nil
	}
	p := &numberPrinter{numberDesc: d, number: number, last: -1}
	if d.zeroStart > 0 {
		d.zeroStart--
	}
	if d.roman {
		*d = numberDesc{nodes: d.nodes, fill: d.fill, roman: true, sign: d.sign}
	}
	switch {
	case d.plus || d.minus:
		p.signed = !d.plus || d.minus
	default:
		if d.sign != '-' && d.fill {
			d.bracket = false
		}
		p.signed = d.sign == '+' && d.fill && d.lsign == 0
		if d.lsign == -1 && d.pre == d.preLsign {
			d.lsign = 1
		}
	}
	p.count = d.post + d.pre - 1
	if d.fill && d.decimal {
		p.findLast()
	}
	if !p.signed && d.spaces == 0 {
		p.count++
	}
	for _, n := range d.nodes {
		if strings.EqualFold(n.key, "TH") && !p.ordinary() {
			return nil, invalidNumber(number)
		}
		p.node(n)
	}
	if i := strings.IndexByte(string(p.out), 0); i >= 0 {
		p.out = p.out[:i]
	}
	return Text(p.out), nil
}

func (p *numberPrinter) findLast() {
	point := strings.IndexByte(p.number, '.')
	if point < 0 {
		return
	}
	p.last = point
	for i := point + 1; i < len(p.number); i++ {
		if p.number[i] != '0' {
			p.last = i
		}
	}
	if p.zeroEnd > p.spaces {
		p.last = max(p.last, min(len(p.number)-1, p.zeroEnd-p.spaces))
	}
}

func (p *numberPrinter) node(n patternNode) {
	switch strings.ToUpper(n.key) {
	case "":
		p.out = append(p.out, n.char...)
	case "9", "0", ".", "D":
		if !p.roman {
			p.digit(n.key == "0")
		}
	case ",", "G":
		if p.in {
			p.out = append(p.out, ',')
		} else if !p.fill {
			p.out = append(p.out, ' ')
		}
	case "L":
		p.out = append(p.out, ' ')
	case "RN":
		s := p.number
		if !p.fill {
			s = strings.Repeat(" ", max(15-len(s), 0)) + s
		}
		if n.key == "rn" {
			s = strings.ToLower(s)
		}
		p.out = append(p.out, s...)
	case "TH":
		if p.hasOrdinal() {
			p.out = append(p.out, ordinal(p.number, n.key == "th")...)
		}
	case "MI":
		p.fixedSign('-')
	case "PL":
		p.fixedSign('+')
	case "SG":
		p.out = append(p.out, p.sign)
	}
}

func (p *numberPrinter) fixedSign(c byte) {
	if p.sign == c {
		p.out = append(p.out, c)
	} else if !p.fill {
		p.out = append(p.out, ' ')
	}
}

// bare reports whether the number's single 0 before the point is not shown.
func (p *numberPrinter) bare() bool {
	return !p.zero && p.at == 0 && strings.HasPrefix(p.number, "0") && p.post != 0
}

func (p *numberPrinter) pointLast() bool { return p.last >= 0 && p.number[p.last] == '.' }

func (p *numberPrinter) writeSign() {
	switch {
	case p.lsign != 0:
		if p.lsign < 0 {
			p.out = append(p.out, p.sign)
			p.signed = true
		}
		return
	case p.bracket && p.sign == '+':
		p.out = append(p.out, ' ')
	case p.bracket:
		p.out = append(p.out, '<')
	case p.sign == '-':
		p.out = append(p.out, '-')
	case !p.fill:
		p.out = append(p.out, ' ')
	}
	p.signed = true
}

func (p *numberPrinter) digit(zero bool) {
	p.in = false
	if !p.signed && (p.curr >= p.spaces || p.zero && p.zeroStart == p.curr) && (!p.bare() || p.pointLast()) {
		p.writeSign()
	}
	switch {
	case p.curr < p.spaces && (p.zeroStart > p.curr || !p.zero):
		if !p.fill {
			p.out = append(p.out, ' ')
		}
	case p.curr < p.spaces:
		p.out = append(p.out, '0')
		p.in = true
	default:
		p.writeDigit(zero)
		if p.at < len(p.number) {
			p.at++
		}
	}
	end := p.count + btoi(p.spaces > 0) + btoi(p.decimal)
	if p.last >= 0 && p.last == p.at {
		end = p.curr
	}
	if p.curr+1 == end {
		p.closeSign()
	}
	p.curr++
}

func (p *numberPrinter) closeSign() {
	switch {
	case p.signed && p.bracket && p.sign == '+':
		p.out = append(p.out, ' ')
	case p.signed && p.bracket:
		p.out = append(p.out, '>')
	case p.lsign > 0:
		p.out = append(p.out, p.sign)
	}
}

func (p *numberPrinter) writeDigit(zero bool) {
	c := byte(0) // beyond the number's end: the text ends there
	if p.at < len(p.number) {
		c = p.number[p.at]
	}
	switch {
	case c == '.':
		if !p.pointLast() || p.fill {
			p.out = append(p.out, '.')
		}
	case p.last >= 0 && p.at > p.last && !zero:
	case p.bare():
		if !p.fill {
			p.out = append(p.out, ' ')
		} else if p.pointLast() {
			p.out = append(p.out, '0')
		}
	default:
		p.out = append(p.out, c)
		p.in = true
	}
}

// hasOrdinal reports whether TH prints an ending: not of negative numbers, fractions and hashes.
func (p *numberPrinter) hasOrdinal() bool {
	return !p.roman && !strings.HasPrefix(p.number, "#") && p.sign != '-' && !p.decimal
}

// ordinary is false for a NaN or an infinity, which have no ending.
func (p *numberPrinter) ordinary() bool {
	return !p.hasOrdinal() || p.number != "" && isDigit(p.number[len(p.number)-1])
}

func invalidNumber(s string) error {
	return pgerr.New(pgerr.InvalidTextRepresentation, "\"%s\" is not a number", s)
}
