package source

import "strings"

// SplitName takes an object's name apart at its dots, but for those in quotes, of which quotes has the kinds; a quote inside is
// doubled. It is false for a name with an empty part, a zero byte or an open quote.
func SplitName(object, quotes string) ([]string, bool) {
	var parts []string
	for rest := object; ; {
		part, quote := "", rest[:min(1, len(rest))]
		if quote != "" && strings.Contains(quotes, quote) {
			end := 1
			for ; end < len(rest) && (rest[end] != quote[0] || strings.HasPrefix(rest[end:], quote+quote)); end++ {
				if rest[end] == quote[0] {
					end++
				}
			}
			if end >= len(rest) {
				return nil, false
			}
			part, rest = strings.ReplaceAll(rest[1:end], quote+quote, quote), rest[end+1:]
		} else {
			end := strings.IndexByte(rest+".", '.')
			part, rest = rest[:end], rest[end:]
		}
		if part == "" || strings.ContainsRune(part, 0) {
			return nil, false
		}
		parts = append(parts, part)
		if rest == "" {
			return parts, true
		}
		if rest[0] != '.' {
			return nil, false
		}
		rest = rest[1:]
	}
}
