package datum

import "strings"

// kind is what a field of a date, time or interval text looks like.
type kind uint8

const (
	isNumber kind = iota
	isDate
	isTime
	isZone    // a sign and digits
	isString  // letters
	isSpecial // a sign and letters
)

// token is one field of the text, in lower case.
type token struct {
	kind kind
	text string
}

const (
	maxFields = 25
	maxToken  = 10 // key words are told apart by their first ten letters
)

// scanner cuts a date, time or interval text into fields.
type scanner struct {
	s   string
	at  int
	out []byte
}

func (p *scanner) peek() byte {
	if p.at < len(p.s) {
		return p.s[p.at]
	}
	return 0
}

func (p *scanner) take(ok func(byte) bool) {
	for p.at < len(p.s) && ok(p.s[p.at]) {
		p.one()
	}
}

func (p *scanner) one() {
	c := p.s[p.at]
	if c >= 'A' && c <= 'Z' {
		c |= 0x20
	}
	p.out = append(p.out, c)
	p.at++
}

func (p *scanner) digits() { p.take(isDigit) }

// scanFields returns false for a text that is no sequence of fields, or of too many.
func scanFields(text string) ([]token, bool) {
	p := &scanner{s: text}
	var fields []token
	for p.at < len(p.s) {
		c := p.peek()
		if isSpace(c) || isPunct(c) && c != '.' && c != '+' && c != '-' {
			p.at++
			continue
		}
		p.out = p.out[:0]
		k, ok := p.field(c)
		if !ok || len(fields) == maxFields {
			return nil, false
		}
		fields = append(fields, token{k, string(p.out)})
	}
	return fields, true
}

func (p *scanner) field(c byte) (kind, bool) {
	switch {
	case isDigit(c):
		return p.number(), true
	case c == '.':
		p.one()
		p.digits()
		return isNumber, true
	case isAlpha(c):
		return p.word(), true
	case c == '+' || c == '-':
		return p.signed()
	}
	return 0, false
}

func (p *scanner) number() kind {
	p.digits()
	delim := p.peek()
	switch delim {
	case ':':
		p.take(func(c byte) bool { return isDigit(c) || c == ':' || c == '.' })
		return isTime
	case '-', '/', '.':
	default:
		return isNumber
	}
	p.one()
	if !isDigit(p.peek()) {
		p.take(func(c byte) bool { return isDigit(c) || isAlpha(c) || c == delim })
		return isDate
	}
	p.digits()
	if p.peek() == delim {
		p.take(func(c byte) bool { return isDigit(c) || c == delim })
		return isDate
	}
	if delim == '.' {
		return isNumber
	}
	return isDate
}

// word is a word, or a date that begins with one, or the name of a zone.
func (p *scanner) word() kind {
	p.take(isAlpha)
	c := p.peek()
	date := c == '-' || c == '/' || c == '.'
	if c == '+' || isDigit(c) {
		_, known := dateWords[shorten(string(p.out))]
		date = !known
	}
	if !date {
		return isString
	}
	p.take(func(c byte) bool { return isDigit(c) || isAlpha(c) || strings.IndexByte("+-/_.:", c) >= 0 })
	return isDate
}

func (p *scanner) signed() (kind, bool) {
	p.one()
	for isSpace(p.peek()) {
		p.at++
	}
	switch c := p.peek(); {
	case isDigit(c):
		p.take(func(c byte) bool { return isDigit(c) || c == ':' || c == '.' || c == '-' })
		return isZone, true
	case isAlpha(c):
		p.take(isAlpha)
		return isSpecial, true
	}
	return 0, false
}

func shorten(word string) string {
	if len(word) > maxToken {
		return word[:maxToken]
	}
	return word
}

// class is what a key word is.
type class uint8

const (
	unknownWord class = iota
	ignored
	reserved
	monthName
	dayName
	unitName
	isoTime
	meridiem
	era
	dstModifier
	ago
)

type word struct {
	class class
	value int
}

// Values of reserved words and units.
const (
	wordEpoch = iota + 1
	wordLate
	wordEarly
	wordNow
	wordToday
	wordTomorrow
	wordYesterday
	wordZulu
	unitJulian
	unitTime
	unitMicrosecond
	unitMillisecond
	unitSecond
	unitMinute
	unitHour
	unitDay
	unitWeek
	unitMonth
	unitYear
	unitDecade
	unitCentury
	unitMillennium
	unitOther // a unit that only date_part takes
)

// dateWords are the key words of dates, cut to maxToken letters.
var dateWords = map[string]word{
	"-infinity": {reserved, wordEarly}, "infinity": {reserved, wordLate}, "+infinity": {reserved, wordLate},
	"epoch": {reserved, wordEpoch}, "now": {reserved, wordNow}, "today": {reserved, wordToday}, "allballs": {reserved, wordZulu},
	"tomorrow": {reserved, wordTomorrow}, "yesterday": {reserved, wordYesterday},
	"ad": {era, 0}, "bc": {era, 1}, "am": {meridiem, 0}, "pm": {meridiem, 1}, "at": {ignored, 0}, "on": {ignored, 0},
	"dst": {dstModifier, 3600}, "t": {isoTime, unitTime},
	"j": {unitName, unitJulian}, "jd": {unitName, unitJulian}, "julian": {unitName, unitJulian},
	"d": {unitName, unitOther}, "dow": {unitName, unitOther}, "doy": {unitName, unitOther}, "h": {unitName, unitOther},
	"isodow": {unitName, unitOther}, "isoyear": {unitName, unitOther}, "m": {unitName, unitOther}, "mm": {unitName, unitOther},
	"s": {unitName, unitOther}, "y": {unitName, unitOther},
	"jan": {monthName, 1}, "january": {monthName, 1}, "feb": {monthName, 2}, "february": {monthName, 2},
	"mar": {monthName, 3}, "march": {monthName, 3}, "apr": {monthName, 4}, "april": {monthName, 4}, "may": {monthName, 5},
	"jun": {monthName, 6}, "june": {monthName, 6}, "jul": {monthName, 7}, "july": {monthName, 7}, "aug": {monthName, 8},
	"august": {monthName, 8}, "sep": {monthName, 9}, "sept": {monthName, 9}, "september": {monthName, 9},
	"oct": {monthName, 10}, "october": {monthName, 10}, "nov": {monthName, 11}, "november": {monthName, 11},
	"dec": {monthName, 12}, "december": {monthName, 12},
	"sun": {dayName, 0}, "sunday": {dayName, 0}, "mon": {dayName, 1}, "monday": {dayName, 1}, "tue": {dayName, 2},
	"tues": {dayName, 2}, "tuesday": {dayName, 2}, "wed": {dayName, 3}, "weds": {dayName, 3}, "wednesday": {dayName, 3},
	"thu": {dayName, 4}, "thur": {dayName, 4}, "thurs": {dayName, 4}, "thursday": {dayName, 4},
	"fri": {dayName, 5}, "friday": {dayName, 5}, "sat": {dayName, 6}, "saturday": {dayName, 6},
}
