package datum

import (
	"strings"
	"unicode/utf8"
)

// patternNode is one element of a to_char or to_date format: a keyword, or a character that stands for itself.
type patternNode struct {
	key    string // as it is written; "" for a character
	char   string
	fill   bool   // FM before it
	suffix string // TH or th behind it
}

// dateKeywords are the patterns of dates and times; of several that match, the first in this order counts.
var dateKeywords = [...]string{
	"A.D.", "A.M.", "AD", "AM", "B.C.", "BC", "CC", "DAY", "DDD", "DD", "DY", "Day", "Dy", "D", "FF1", "FF2", "FF3", "FF4", "FF5",
	"FF6", "FX", "HH24", "HH12", "HH", "IDDD", "ID", "IW", "IYYY", "IYY", "IY", "I", "J", "MI", "MM", "MONTH", "MON", "MS", "Month",
	"Mon", "OF", "P.M.", "PM", "Q", "RM", "SSSSS", "SSSS", "SS", "TZH", "TZM", "TZ", "US", "WW", "W", "Y,YYY", "YYYY", "YYY", "YY", "Y",
	"a.d.", "a.m.", "ad", "am", "b.c.", "bc", "cc", "day", "ddd", "dd", "dy", "d", "ff1", "ff2", "ff3", "ff4", "ff5", "ff6", "fx",
	"hh24", "hh12", "hh", "iddd", "id", "iw", "iyyy", "iyy", "iy", "i", "j", "mi", "mm", "month", "mon", "ms", "of", "p.m.", "pm", "q",
	"rm", "sssss", "ssss", "ss", "tzh", "tzm", "tz", "us", "ww", "w", "y,yyy", "yyyy", "yyy", "yy", "y",
}

// numberKeywords are the patterns of numbers.
var numberKeywords = [...]string{
	",", ".", "0", "9", "B", "C", "D", "EEEE", "FM", "G", "L", "MI", "PL", "PR", "RN", "SG", "SP", "S", "TH", "V",
	"b", "c", "d", "eeee", "fm", "g", "l", "mi", "pl", "pr", "rn", "sg", "sp", "s", "th", "v",
}

func keywordAt(s string, words []string) string {
	for _, w := range words {
		if strings.HasPrefix(s, w) {
			return w
		}
	}
	return ""
}

// parsePattern splits a format; dates have prefixes and suffixes.
func parsePattern(s string, words []string, dates bool) []patternNode {
	var out []patternNode
	for s != "" {
		var n patternNode
		if dates {
			switch p := keywordAt(s, []string{"FM", "fm", "TM", "tm"}); p {
			case "FM", "fm", "TM", "tm": // TM prints names without padding; the locale is C
				n.fill = true
				s = s[2:]
			}
		}
		if n.key = keywordAt(s, words); n.key != "" {
			s = s[len(n.key):]
			if dates {
				if p := keywordAt(s, []string{"TH", "th", "SP"}); p != "" {
					n.suffix = p
					s = s[2:]
				}
			}
			out = append(out, n)
			continue
		}
		if s != "" {
			out, s = literalNodes(out, s)
		}
	}
	return out
}

// literalNodes takes a quoted text, or one character.
func literalNodes(out []patternNode, s string) ([]patternNode, string) {
	char := func() {
		_, n := utf8.DecodeRuneInString(s)
		out = append(out, patternNode{char: s[:n]})
		s = s[n:]
	}
	if s[0] != '"' {
		if strings.HasPrefix(s, `\"`) {
			s = s[1:]
		}
		char()
		return out, s
	}
	s = s[1:]
	for s != "" {
		if s[0] == '"' {
			return out, s[1:]
		}
		if s[0] == '\\' && len(s) > 1 {
			s = s[1:]
		}
		char()
	}
	return out, s
}

// ordinal is the ending of a number's text: ST, ND, RD or TH.
func ordinal(number string, lower bool) string {
	e := "TH"
	if n := len(number); n > 0 && !(n > 1 && number[n-2] == '1') {
		switch number[n-1] {
		case '1':
			e = "ST"
		case '2':
			e = "ND"
		case '3':
			e = "RD"
		}
	}
	if lower {
		return strings.ToLower(e)
	}
	return e
}
