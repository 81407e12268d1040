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
	{Name: "UPPER", Args: "t", Of: first, Form: "upper($1)"},
	{Name: "LOWER", Args: "t", Of: first, Form: "lower($1)"},
	{Name: "INITCAP", Args: "t", Of: first, Form: "sf_initcap($1, " + initcapDelimiters + ")"},
	{Name: "INITCAP", Args: "tt", Of: first, Form: "sf_initcap($1, $2)"},
	{Name: "LENGTH", Args: "t", Type: intType, Form: "length($1)"},
	{Name: "LENGTH", Args: "y", Type: intType, Form: "octet_length($1)"},
	{Name: "LEN", Args: "t", Type: intType, Form: "length($1)", Page: "length"},
	{Name: "LEN", Args: "y", Type: intType, Form: "octet_length($1)", Page: "length"},
	{Name: "CHAR_LENGTH", Args: "t", Type: intType, Form: "length($1)", Page: "length"},
	{Name: "OCTET_LENGTH", Args: "t", Type: intType, Form: "strlen($1)"},
	{Name: "OCTET_LENGTH", Args: "y", Type: intType, Form: "octet_length($1)"},
	{Name: "BIT_LENGTH", Args: "t", Type: intType, Form: "strlen($1) * 8"},
	{Name: "LEFT", Args: "ti", Of: first, Form: "left($1, greatest($2, 0) + 0 * $2)"},
	{Name: "RIGHT", Args: "ti", Of: first, Form: "right($1, greatest($2, 0) + 0 * $2)"},
	{Name: "TRIM", Args: "t", Of: first, Form: "trim($1, ' ')"},
	{Name: "TRIM", Args: "tt", Of: first, Form: "trim($1, $2)"},
	{Name: "LTRIM", Args: "t", Of: first, Form: "ltrim($1, ' ')"},
	{Name: "LTRIM", Args: "tt", Of: first, Form: "ltrim($1, $2)"},
	{Name: "RTRIM", Args: "t", Of: first, Form: "rtrim($1, ' ')"},
	{Name: "RTRIM", Args: "tt", Of: first, Form: "rtrim($1, $2)"},
	{Name: "LPAD", Args: "ti", Type: textType, Form: "sf_lpad($1, $2, ' ')"},
	{Name: "LPAD", Args: "tit", Type: textType, Form: "sf_lpad($1, $2, $3)"},
	{Name: "RPAD", Args: "ti", Type: textType, Form: "sf_rpad($1, $2, ' ')"},
	{Name: "RPAD", Args: "tit", Type: textType, Form: "sf_rpad($1, $2, $3)"},
	{Name: "REPLACE", Args: "tt", Type: textType, Form: "replace($1, $2, '')"},
	{Name: "REPLACE", Args: "ttt", Type: textType, Form: "replace($1, $2, $3)"},
	{Name: "TRANSLATE", Args: "ttt", Of: first, Form: "translate($1, $2, $3)"},
	{Name: "POSITION", Args: "tt", Type: intType, Form: "instr($2, $1)"},
	{Name: "POSITION", Args: "tti", Type: intType, Form: "sf_position($1, $2, $3)"},
	{Name: "CHARINDEX", Args: "tt", Type: intType, Form: "instr($2, $1)"},
	{Name: "CHARINDEX", Args: "tti", Type: intType, Form: "sf_position($1, $2, $3)"},
	{Name: "SPLIT_PART", Args: "tti", Of: first, Form: "sf_split_part($1, $2, $3)"},
	{Name: "REPEAT", Args: "ti", Type: textType, Form: "repeat($1, $2)"},
	{Name: "SPACE", Args: "i", Type: textType, Form: "repeat(' ', $1)"},
	{Name: "REVERSE", Args: "t", Of: first, Form: "reverse($1)"},
	{Name: "ASCII", Args: "t", Type: intType, Form: "ascii($1)"},
	{Name: "UNICODE", Args: "t", Type: intType, Form: "ascii($1)"},
	{Name: "CHR", Args: "i", Type: varchar(1), Form: "sf_chr($1)"},
	{Name: "CHAR", Args: "i", Type: varchar(1), Form: "sf_chr($1)", Page: "chr"},
	{Name: "STARTSWITH", Args: "tt", Type: boolType, Form: "starts_with($1, $2)"},
	{Name: "ENDSWITH", Args: "tt", Type: boolType, Form: "ends_with($1, $2)"},
	{Name: "CONTAINS", Args: "tt", Type: boolType, Form: "contains($1, $2)"},
	{Name: "INSERT", Args: "tiit", Type: textType, Form: "sf_insert($1, $2, $3, $4)"},
	{Name: "MD5", Args: "t", Type: varchar(32), Form: "md5($1)"},
	{Name: "MD5_HEX", Args: "t", Type: varchar(32), Form: "md5($1)", Page: "md5"},
	{Name: "SHA1", Args: "t", Type: varchar(40), Form: "sha1($1)"},
	{Name: "SHA1_HEX", Args: "t", Type: varchar(40), Form: "sha1($1)", Page: "sha1"},
	{Name: "SHA2", Args: "t", Type: varchar(128), Form: "sha256($1)"},
	{Name: "SHA2", Args: "ti", Type: varchar(128), Form: "sf_sha2($1, $2)"},
	{Name: "SHA2_HEX", Args: "t", Type: varchar(128), Form: "sha256($1)", Page: "sha2"},
	{Name: "SHA2_BINARY", Args: "t", Type: Type{Kind: Binary, Length: 64}, Form: "unhex(sha256($1))"},
	{Name: "SHA2_BINARY", Args: "ti", Type: Type{Kind: Binary, Length: 64}, Form: "unhex(sf_sha2($1, $2))"},
	{Name: "MD5_BINARY", Args: "t", Type: Type{Kind: Binary, Length: 16}, Form: "unhex(md5($1))"},
	{Name: "HEX_ENCODE", Args: "t", Type: textType, Form: "hex($1)"},
	{Name: "HEX_ENCODE", Args: "y", Type: textType, Form: "hex($1)"},
	{Name: "BASE64_ENCODE", Args: "t", Type: textType, Form: "base64(encode($1))"},
	{Name: "BASE64_ENCODE", Args: "y", Type: textType, Form: "base64($1)"},
	{Name: "TO_BINARY", Args: "t", Type: of(Binary), Form: "sf_to_binary($1)"},
	{Name: "TO_BINARY", Args: "tt", Type: of(Binary), Form: "sf_to_binary_as($1, $2)"},
	{Name: "TRY_TO_BINARY", Args: "t", Type: of(Binary), Form: "sf_try_to_binary($1)"},
}

// initcapDelimiters are what INITCAP takes for the ends of words by default, as a DuckDB literal.
const initcapDelimiters = "(' !?@\"^#$$&~_,.:;+-*%/|\\[](){}<>' || chr(9) || chr(10) || chr(12) || chr(13))"

// regexFunctions follow sql-reference/functions-regexp. RLIKE and REGEXP_LIKE match the whole string.
var regexFunctions = []function{
	{Name: "RLIKE", Args: "tt", Type: boolType, Form: "regexp_full_match($1, $2)"},
	{Name: "RLIKE", Args: "ttt", Type: boolType, Form: "regexp_full_match($1, $2, sf_regex_options($3))"},
	{Name: "REGEXP_LIKE", Args: "tt", Type: boolType, Form: "regexp_full_match($1, $2)"},
	{Name: "REGEXP_LIKE", Args: "ttt", Type: boolType, Form: "regexp_full_match($1, $2, sf_regex_options($3))"},
	{Name: "REGEXP_COUNT", Args: "tt", Type: intType, Form: "len(regexp_extract_all($1, $2))"},
	{Name: "REGEXP_COUNT", Args: "tti", Type: intType, Form: "len(regexp_extract_all(substr($1, $3), $2))"},
	{Name: "REGEXP_COUNT", Args: "ttit", Type: intType, Form: "len(regexp_extract_all(substr($1, $3), $2, 0, sf_regex_options($4)))"},
}

// otherFunctions follow sql-reference/functions-conditional and functions-semistructured.
var otherFunctions = []function{
	{Name: "BOOLNOT", Args: "n", Type: boolType, Form: "($1 = 0)"},
	{Name: "BOOLAND", Args: "nn", Type: boolType, Form: "($1 <> 0 AND $2 <> 0)"},
	{Name: "BOOLOR", Args: "nn", Type: boolType, Form: "($1 <> 0 OR $2 <> 0)"},
	{Name: "PARSE_JSON", Args: "t", Type: of(Variant), Form: "sf_parse_json($1)"},
	{Name: "TRY_PARSE_JSON", Args: "t", Type: of(Variant), Form: "sf_try_parse_json($1)"},
	{Name: "PARSE_JSON", Args: "v", Type: of(Variant), Form: "$1"},
	{Name: "TO_JSON", Args: "v", Type: textType, Form: "CAST($1 AS VARCHAR)"},
	{Name: "TYPEOF", Args: "v", Type: textType, Form: "sf_typeof($1)"},
	{Name: "IS_NULL_VALUE", Args: "v", Type: boolType, Form: "(json_type($1) = 'NULL')"},
	{Name: "STRIP_NULL_VALUE", Args: "v", Type: of(Variant), Form: "sf_strip_null($1)"},
	{Name: "ARRAY_SIZE", Args: "v", Type: intType, Form: "sf_array_size($1)"},
	{Name: "OBJECT_KEYS", Args: "v", Type: of(Array), Form: "to_json(json_keys($1))"},
	{Name: "ARRAY_TO_STRING", Args: "vt", Type: textType, Form: "sf_array_to_string($1, $2)"},
	{Name: "ARRAY_CONTAINS", Args: "vv", Type: boolType, Form: "sf_array_contains($1, $2)"},
	{Name: "SPLIT", Args: "tt", Type: of(Array), Form: "to_json(string_split($1, $2))"},
}
