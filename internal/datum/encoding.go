package datum

import (
	"slices"
	"strings"
)

// characterSets are PostgreSQL's character sets by number (pg_enc of pg_wchar.h).
func characterSets() []string {
	return []string{"SQL_ASCII", "EUC_JP", "EUC_CN", "EUC_KR", "EUC_TW", "EUC_JIS_2004", "UTF8", "MULE_INTERNAL", "LATIN1", "LATIN2",
		"LATIN3", "LATIN4", "LATIN5", "LATIN6", "LATIN7", "LATIN8", "LATIN9", "LATIN10", "WIN1256", "WIN1258", "WIN866", "WIN874",
		"KOI8R", "WIN1251", "WIN1252", "ISO_8859_5", "ISO_8859_6", "ISO_8859_7", "ISO_8859_8", "WIN1250", "WIN1253", "WIN1254",
		"WIN1255", "WIN1257", "KOI8U", "SJIS", "BIG5", "GBK", "UHC", "GB18030", "JOHAB", "SHIFT_JIS_2004"}
}

// encodingNumber is -1 for a name that is no encoding's. Case and punctuation do not matter, and some have another name.
func encodingNumber(name string) int {
	plain := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, strings.ToLower(s))
	}
	name = plain(name)
	if other, ok := map[string]string{"unicode": "utf8", "iso88591": "latin1", "iso88592": "latin2", "iso88593": "latin3",
		"iso88594": "latin4", "iso88599": "latin5", "iso885910": "latin6", "iso885913": "latin7", "iso885914": "latin8",
		"iso885915": "latin9", "iso885916": "latin10", "abc": "win1258", "tcvn": "win1258", "tcvn5712": "win1258", "vscii": "win1258",
		"alt": "win866", "koi8": "koi8r", "win": "win1251", "mskanji": "sjis", "shiftjis": "sjis", "win932": "sjis",
		"windows932": "sjis", "win950": "big5", "windows950": "big5", "win936": "gbk", "windows936": "gbk", "win949": "uhc",
		"windows949": "uhc"}[name]; ok {
		name = other
	} else if strings.HasPrefix(name, "windows") {
		name = "win" + name[len("windows"):]
	}
	return slices.IndexFunc(characterSets(), func(e string) bool { return plain(e) == name })
}
