package sfsql

var (
	boolType  = of(Boolean)
	floatType = of(Float)
	textType  = of(Varchar)
	intType   = number(18, 0)
)

// first types a result as the first argument.
func first(a []value) Type { return a[0].Type }

// textFunctions follow sql-reference/functions-string.
var textFunctions = []function{
	{name: "UPPER", args: "t", of: first, form: "upper($1)"},
	{name: "LOWER", args: "t", of: first, form: "lower($1)"},
	{name: "INITCAP", args: "t", of: first, form: "sf_initcap($1, " + initcapDelimiters + ")"},
	{name: "INITCAP", args: "tt", of: first, form: "sf_initcap($1, $2)"},
	{name: "LENGTH", args: "t", typ: intType, form: "length($1)"},
	{name: "LENGTH", args: "y", typ: intType, form: "octet_length($1)"},
	{name: "LEN", args: "t", typ: intType, form: "length($1)", page: "length"},
	{name: "LEN", args: "y", typ: intType, form: "octet_length($1)", page: "length"},
	{name: "CHAR_LENGTH", args: "t", typ: intType, form: "length($1)", page: "length"},
	{name: "OCTET_LENGTH", args: "t", typ: intType, form: "strlen($1)"},
	{name: "OCTET_LENGTH", args: "y", typ: intType, form: "octet_length($1)"},
	{name: "BIT_LENGTH", args: "t", typ: intType, form: "strlen($1) * 8"},
	{name: "LEFT", args: "ti", of: first, form: "left($1, greatest($2, 0) + 0 * $2)"},
	{name: "RIGHT", args: "ti", of: first, form: "right($1, greatest($2, 0) + 0 * $2)"},
	{name: "TRIM", args: "t", of: first, form: "trim($1, ' ')"},
	{name: "TRIM", args: "tt", of: first, form: "trim($1, $2)"},
	{name: "LTRIM", args: "t", of: first, form: "ltrim($1, ' ')"},
	{name: "LTRIM", args: "tt", of: first, form: "ltrim($1, $2)"},
	{name: "RTRIM", args: "t", of: first, form: "rtrim($1, ' ')"},
	{name: "RTRIM", args: "tt", of: first, form: "rtrim($1, $2)"},
	{name: "LPAD", args: "ti", typ: textType, form: "sf_lpad($1, $2, ' ')"},
	{name: "LPAD", args: "tit", typ: textType, form: "sf_lpad($1, $2, $3)"},
	{name: "RPAD", args: "ti", typ: textType, form: "sf_rpad($1, $2, ' ')"},
	{name: "RPAD", args: "tit", typ: textType, form: "sf_rpad($1, $2, $3)"},
	{name: "REPLACE", args: "tt", typ: textType, form: "replace($1, $2, '')"},
	{name: "REPLACE", args: "ttt", typ: textType, form: "replace($1, $2, $3)"},
	{name: "TRANSLATE", args: "ttt", of: first, form: "translate($1, $2, $3)"},
	{name: "POSITION", args: "tt", typ: intType, form: "instr($2, $1)"},
	{name: "POSITION", args: "tti", typ: intType, form: "sf_position($1, $2, $3)"},
	{name: "CHARINDEX", args: "tt", typ: intType, form: "instr($2, $1)"},
	{name: "CHARINDEX", args: "tti", typ: intType, form: "sf_position($1, $2, $3)"},
	{name: "SPLIT_PART", args: "tti", of: first, form: "sf_split_part($1, $2, $3)"},
	{name: "REPEAT", args: "ti", typ: textType, form: "repeat($1, $2)"},
	{name: "SPACE", args: "i", typ: textType, form: "repeat(' ', $1)"},
	{name: "REVERSE", args: "t", of: first, form: "reverse($1)"},
	{name: "ASCII", args: "t", typ: intType, form: "ascii($1)"},
	{name: "UNICODE", args: "t", typ: intType, form: "ascii($1)"},
	{name: "CHR", args: "i", typ: varchar(1), form: "sf_chr($1)"},
	{name: "CHAR", args: "i", typ: varchar(1), form: "sf_chr($1)", page: "chr"},
	{name: "STARTSWITH", args: "tt", typ: boolType, form: "starts_with($1, $2)"},
	{name: "ENDSWITH", args: "tt", typ: boolType, form: "ends_with($1, $2)"},
	{name: "CONTAINS", args: "tt", typ: boolType, form: "contains($1, $2)"},
	{name: "INSERT", args: "tiit", typ: textType, form: "sf_insert($1, $2, $3, $4)"},
	{name: "MD5", args: "t", typ: varchar(32), form: "md5($1)"},
	{name: "MD5_HEX", args: "t", typ: varchar(32), form: "md5($1)", page: "md5"},
	{name: "SHA1", args: "t", typ: varchar(40), form: "sha1($1)"},
	{name: "SHA1_HEX", args: "t", typ: varchar(40), form: "sha1($1)", page: "sha1"},
	{name: "SHA2", args: "t", typ: varchar(128), form: "sha256($1)"},
	{name: "SHA2", args: "ti", typ: varchar(128), form: "sf_sha2($1, $2)"},
	{name: "SHA2_HEX", args: "t", typ: varchar(128), form: "sha256($1)", page: "sha2"},
	{name: "SHA2_BINARY", args: "t", typ: Type{Kind: Binary, Length: 64}, form: "unhex(sha256($1))"},
	{name: "SHA2_BINARY", args: "ti", typ: Type{Kind: Binary, Length: 64}, form: "unhex(sf_sha2($1, $2))"},
	{name: "MD5_BINARY", args: "t", typ: Type{Kind: Binary, Length: 16}, form: "unhex(md5($1))"},
	{name: "HEX_ENCODE", args: "t", typ: textType, form: "hex($1)"},
	{name: "HEX_ENCODE", args: "y", typ: textType, form: "hex($1)"},
	{name: "BASE64_ENCODE", args: "t", typ: textType, form: "base64(encode($1))"},
	{name: "BASE64_ENCODE", args: "y", typ: textType, form: "base64($1)"},
	{name: "TO_BINARY", args: "t", typ: of(Binary), form: "sf_to_binary($1)"},
	{name: "TO_BINARY", args: "tt", typ: of(Binary), form: "sf_to_binary_as($1, $2)"},
	{name: "TRY_TO_BINARY", args: "t", typ: of(Binary), form: "sf_try_to_binary($1)"},
}

// initcapDelimiters are what INITCAP takes for the ends of words by default, as a DuckDB literal.
const initcapDelimiters = "(' !?@\"^#$$&~_,.:;+-*%/|\\[](){}<>' || chr(9) || chr(10) || chr(12) || chr(13))"

// regexFunctions follow sql-reference/functions-regexp. RLIKE and REGEXP_LIKE match the whole string.
var regexFunctions = []function{
	{name: "RLIKE", args: "tt", typ: boolType, form: "regexp_full_match($1, $2)"},
	{name: "RLIKE", args: "ttt", typ: boolType, form: "regexp_full_match($1, $2, sf_regex_options($3))"},
	{name: "REGEXP_LIKE", args: "tt", typ: boolType, form: "regexp_full_match($1, $2)"},
	{name: "REGEXP_LIKE", args: "ttt", typ: boolType, form: "regexp_full_match($1, $2, sf_regex_options($3))"},
	{name: "REGEXP_COUNT", args: "tt", typ: intType, form: "len(regexp_extract_all($1, $2))"},
	{name: "REGEXP_COUNT", args: "tti", typ: intType, form: "len(regexp_extract_all(substr($1, $3), $2))"},
	{name: "REGEXP_COUNT", args: "ttit", typ: intType, form: "len(regexp_extract_all(substr($1, $3), $2, 0, sf_regex_options($4)))"},
}

// otherFunctions follow sql-reference/functions-conditional and functions-semistructured.
var otherFunctions = []function{
	{name: "BOOLNOT", args: "n", typ: boolType, form: "($1 = 0)"},
	{name: "BOOLAND", args: "nn", typ: boolType, form: "($1 <> 0 AND $2 <> 0)"},
	{name: "BOOLOR", args: "nn", typ: boolType, form: "($1 <> 0 OR $2 <> 0)"},
	{name: "PARSE_JSON", args: "t", typ: of(Variant), form: "sf_parse_json($1)"},
	{name: "TRY_PARSE_JSON", args: "t", typ: of(Variant), form: "sf_try_parse_json($1)"},
	{name: "PARSE_JSON", args: "v", typ: of(Variant), form: "$1"},
	{name: "TO_JSON", args: "v", typ: textType, form: "CAST($1 AS VARCHAR)"},
	{name: "TYPEOF", args: "v", typ: textType, form: "sf_typeof($1)"},
	{name: "IS_NULL_VALUE", args: "v", typ: boolType, form: "(json_type($1) = 'NULL')"},
	{name: "STRIP_NULL_VALUE", args: "v", typ: of(Variant), form: "sf_strip_null($1)"},
	{name: "ARRAY_SIZE", args: "v", typ: intType, form: "sf_array_size($1)"},
	{name: "OBJECT_KEYS", args: "v", typ: of(Array), form: "to_json(json_keys($1))"},
	{name: "ARRAY_TO_STRING", args: "vt", typ: textType, form: "sf_array_to_string($1, $2)"},
	{name: "ARRAY_CONTAINS", args: "vv", typ: boolType, form: "sf_array_contains($1, $2)"},
	{name: "SPLIT", args: "tt", typ: of(Array), form: "to_json(string_split($1, $2))"},
}
