package datum

import (
	"fmt"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// datePrinter prints the fields of a moment or of an interval by a format.
type datePrinter struct {
	interval                         bool
	year, month, day, hour, min, sec int64
	usec                             int64
	yearDay                          int64
	offset                           int
	zone                             string
	out                              strings.Builder
}

// dateFormats is to_char of timestamps and intervals.
func dateFormats() family {
	return family{
		"to_char(timestamp,text)":   timestampFormat(false),
		"to_char(timestamptz,text)": timestampFormat(true),
		"to_char(interval,text)":    binaryE(formatInterval),
	}
}

func timestampFormat(zoned bool) impl {
	return func(_ *Func, a []Value, env *Env) (Value, error) {
		t, format := a[0].(Timestamp), string(a[1].(Text))
		if format == "" || infinite(t) != "" {
			return nil, nil
		}
		p := &datePrinter{}
		if zoned {
			p.offset, p.zone = offsetAt(env.location(), floorDiv64(int64(t), usecPerSecond))
			if p.zone != "" && (p.zone[0] == '+' || p.zone[0] == '-') && env.location() == time.UTC {
				p.zone = ""
			}
		}
		c := civilShifted(t, p.offset)
		p.year, p.month, p.day, p.hour, p.min = int64(c.year), int64(c.month), int64(c.day), int64(c.hour), int64(c.min)
		p.sec, p.usec, p.yearDay = int64(c.sec), int64(c.usec), int64(yearDay(&c))
		return p.print(format)
	}
}

func formatInterval(v Interval, format Text) (Value, error) {
	if format == "" || v.IsInfinite() {
		return nil, nil
	}
	p := &datePrinter{interval: true, year: int64(v.Months / 12), month: int64(v.Months % 12), day: int64(v.Days)}
	p.hour, p.min = v.Micros/usecPerHour, v.Micros/usecPerMinute%60
	p.sec, p.usec = v.Micros/usecPerSecond%60, v.Micros%usecPerSecond
	p.yearDay = int64(v.Months)*30 + int64(v.Days)
	return p.print(string(format))
}

func (p *datePrinter) print(format string) (Value, error) {
	if len(format) > maxResult/64 {
		return nil, errTooLarge()
	}
	for _, n := range parsePattern(format, dateKeywords[:], true) {
		if n.key == "" {
			p.out.WriteString(n.char)
			continue
		}
		if p.interval && calendarOnly(n.key) {
			return nil, pgerr.New(pgerr.InvalidDatetimeFormat, "invalid format specification for an interval value").
				WithHint("Intervals are not tied to specific calendar dates.")
		}
		if p.interval && n.key[0]|0x20 == 'i' && !isJulian(int(p.year), 1) {
			return nil, pgerr.New(pgerr.FeatureNotSupported, "ISO weeks of an interval of so many years are not supported")
		}
		if !p.word(n) {
			s := p.number(n)
			p.out.WriteString(s)
			if n.suffix == "TH" || n.suffix == "th" {
				p.out.WriteString(ordinal(s, n.suffix == "th"))
			}
		}
	}
	return Text(p.out.String()), nil
}

func calendarOnly(key string) bool {
	switch strings.ToUpper(key) {
	case "TZ", "TZH", "TZM", "OF", "AD", "A.D.", "BC", "B.C.", "MONTH", "MON", "DAY", "DY", "D", "ID":
		return true
	}
	return false
}

var (
	longMonths = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	longDays   = [...]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	romanMonth = [...]string{"XII", "XI", "X", "IX", "VIII", "VII", "VI", "V", "IV", "III", "II", "I"}
)

func (p *datePrinter) weekday() int {
	return (toJulian(int(p.year), int(p.month), int(p.day)) + 1) % 7
}

// word prints what is no number; false for numbers.
func (p *datePrinter) word(n patternNode) bool {
	width := 9
	s := ""
	switch strings.ToUpper(n.key) {
	case "AM", "PM", "A.M.", "P.M.":
		s, width = half(p.hour%24 >= 12, "PM", "AM"), 0
	case "AD", "BC", "A.D.", "B.C.":
		s, width = half(p.year <= 0, "BC", "AD"), 0
	case "MONTH", "MON":
		s = longMonths[p.month-1]
	case "DAY", "DY":
		s = longDays[p.weekday()]
	case "RM":
		s, width = p.roman(), 4
	case "TZ":
		s, width = p.zone, 0
	case "TZH":
		p.out.WriteString(fmt.Sprintf("%c%02d", signOf(p.offset < 0), abs(p.offset)/3600))
		return true
	case "TZM":
		p.out.WriteString(fmt.Sprintf("%02d", abs(p.offset)%3600/60))
		return true
	case "OF":
		p.printOffset(n.fill)
		return true
	case "FX":
		return true
	default:
		return false
	}
	p.writeWord(n, s, width)
	return true
}

func half(second bool, a, b string) string {
	if second {
		return a
	}
	return b
}

func abs(n int) int { return max(n, -n) }

func (p *datePrinter) printOffset(fill bool) {
	width := 2
	if fill {
		width = 0
	}
	p.out.WriteString(fmt.Sprintf("%c%0*d", signOf(p.offset < 0), width, abs(p.offset)/3600))
	if rest := abs(p.offset) % 3600; rest != 0 {
		p.out.WriteString(fmt.Sprintf(":%02d", rest/60))
	}
}

// writeWord writes a word in the case of its keyword.
func (p *datePrinter) writeWord(n patternNode, s string, width int) {
	key := n.key
	upper := strings.ToUpper(key)
	if upper == "MON" || upper == "DY" {
		s, width = s[:min(3, len(s))], 0
	}
	if strings.Contains(key, ".") {
		s = s[:1] + "." + s[1:] + "."
	}
	switch key {
	case upper:
		s = strings.ToUpper(s)
	case strings.ToLower(key):
		s = strings.ToLower(s)
	}
	p.out.WriteString(s)
	if s != "" && !n.fill {
		p.out.WriteString(strings.Repeat(" ", max(width-len(s), 0)))
	}
}

func (p *datePrinter) roman() string {
	switch {
	case p.month == 0 && p.year == 0:
		return ""
	case p.month == 0 && p.year > 0:
		return romanMonth[0]
	case p.month == 0:
		return romanMonth[11]
	case p.month < 0:
		return romanMonth[-(p.month + 1)]
	}
	return romanMonth[12-p.month]
}

// shownYear is the year without sign: years before Christ count from 1.
func (p *datePrinter) shownYear(y int64) int64 {
	if !p.interval && y <= 0 {
		return 1 - y
	}
	return y
}

func (p *datePrinter) isoYear() (year, week int64) {
	c := civil{year: int(p.year), month: int(p.month), day: int(p.day)}
	if p.interval { // PostgreSQL computes with whatever the fields are
		c.month, c.day = max(c.month, 1), max(c.day, 1)
	}
	y, w := isoWeek(&c)
	return int64(y), int64(w)
}

// number prints a numeric field, with zeros to its width unless FM says otherwise.
func (p *datePrinter) number(n patternNode) string {
	pad := func(v int64, width int) string {
		if n.fill {
			width = 0
		} else if v < 0 {
			width++
		}
		return fmt.Sprintf("%0*d", width, v)
	}
	switch key := strings.ToUpper(n.key); key {
	case "HH", "HH12":
		h := p.hour % 12
		if h == 0 {
			h = 12
		}
		width := 2
		if p.hour < 0 {
			width = 3
		}
		if n.fill {
			width = 0
		}
		return fmt.Sprintf("%0*d", width, h)
	case "HH24":
		return pad(p.hour, 2)
	case "MI":
		return pad(p.min, 2)
	case "SS":
		return pad(p.sec, 2)
	case "MS", "FF3":
		return fmt.Sprintf("%03d", p.usec/1000)
	case "US", "FF6":
		return fmt.Sprintf("%06d", p.usec)
	case "FF1", "FF2", "FF4", "FF5":
		d := int(key[2] - '0')
		return fmt.Sprintf("%0*d", d, p.usec/pow10Int(6-d))
	case "SSSS", "SSSSS":
		return fmt.Sprint(p.hour*3600 + p.min*60 + p.sec)
	}
	return p.calendar(n, pad)
}

func pow10Int(n int) int64 {
	r := int64(1)
	for range n {
		r *= 10
	}
	return r
}

func (p *datePrinter) calendar(n patternNode, pad func(v int64, width int) string) string {
	year := p.shownYear(p.year)
	key := strings.ToUpper(n.key)
	if key[0] == 'I' && key != "ID" && key != "IDDD" && key != "IW" {
		y, _ := p.isoYear()
		year, key = p.shownYear(y), strings.Replace(key, "I", "Y", 1)
	}
	switch key {
	case "MM":
		return pad(p.month, 2)
	case "DD":
		if n.fill {
			return fmt.Sprint(p.day)
		}
		return fmt.Sprintf("%02d", p.day)
	case "DDD":
		return pad(p.yearDay, 3)
	case "IDDD":
		y, _ := p.isoYear()
		return pad(int64(toJulian(int(p.year), int(p.month), int(p.day))-isoWeekStart(int(y))+1), 3)
	case "D":
		return fmt.Sprint(p.weekday() + 1)
	case "ID":
		return fmt.Sprint((p.weekday()+6)%7 + 1)
	case "WW":
		return pad((p.yearDay-1)/7+1, 2)
	case "IW":
		_, w := p.isoYear()
		return pad(w, 2)
	case "W":
		return fmt.Sprint((p.day-1)/7 + 1)
	case "Q":
		if p.month == 0 {
			return ""
		}
		return fmt.Sprint((p.month-1)/3 + 1)
	case "J":
		return fmt.Sprint(toJulian(int(p.year), int(p.month), int(p.day)))
	case "CC":
		return p.century(pad)
	case "Y,YYY":
		return fmt.Sprintf("%d,%03d", year/1000, year%1000)
	case "YYYY", "YYY", "YY":
		width := len(key)
		if n.fill {
			width = 0
		} else if p.shownYear(p.year) < 0 {
			width++
		}
		return fmt.Sprintf("%0*d", width, year%map[string]int64{"YYYY": 1 << 62, "YYY": 1000, "YY": 100}[key])
	}
	return fmt.Sprint(year % 10)
}

func (p *datePrinter) century(pad func(v int64, width int) string) string {
	c := p.year / 100
	if !p.interval {
		if p.year > 0 {
			c = (p.year-1)/100 + 1
		} else {
			c = p.year/100 - 1
		}
	}
	if c <= 99 && c >= -99 {
		return pad(c, 2)
	}
	return fmt.Sprint(c)
}
