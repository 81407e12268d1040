package dialect

import "strings"

// duckIntegers: DuckDB's integers overflow with an error, as PostgreSQL's do; division and remainder by zero do not.
var duckIntegers = integerForms()

func integerForms() map[string]duckForm {
	forms := map[string]duckForm{
		"abs(int2)": "abs($1)", "abs(int4)": "abs($1)", "abs(int8)": "abs($1)",
		"int2um(int2)": "(0)::SMALLINT - $1", "int4um(int4)": "(0)::INTEGER - $1", "int8um(int8)": "(0)::BIGINT - $1",
		"int2up(int2)": "$1", "int4up(int4)": "$1", "int8up(int8)": "$1",
		"int2not(int2)": "~$1", "int4not(int4)": "~$1", "int8not(int8)": "~$1",
	}
	for prefix, types := range map[string]string{
		"int2": "int2,int2", "int4": "int4,int4", "int8": "int8,int8", "int24": "int2,int4", "int42": "int4,int2",
		"int28": "int2,int8", "int82": "int8,int2", "int48": "int4,int8", "int84": "int8,int4",
	} {
		forms[prefix+"pl("+types+")"] = "$1 + $2"
		forms[prefix+"mi("+types+")"] = "$1 - $2"
		forms[prefix+"mul("+types+")"] = "$1 * $2"
		forms[prefix+"div("+types+")"] = "CASE WHEN $2 = 0 AND $1 IS NOT NULL THEN {22012:division by zero} ELSE $1 // $2 END"
		if !strings.HasPrefix(types, prefix) {
			continue
		}
		remainder := duckForm("CASE WHEN $2 = 0 AND $1 IS NOT NULL THEN {22012:division by zero} WHEN $2 = -1 THEN $1 - $1 ELSE $1 % $2 END")
		forms[prefix+"mod("+types+")"], forms["mod("+types+")"] = remainder, remainder
		forms[prefix+"and("+types+")"] = "$1 & $2"
		forms[prefix+"or("+types+")"] = "$1 | $2"
		forms[prefix+"xor("+types+")"] = "xor($1, $2)"
	}
	return forms
}

const (
	overflow  = "{22003:value out of range: overflow}"
	underflow = "{22003:value out of range: underflow}"
)

// duckFloats: PostgreSQL refuses a result that became infinite or zero on the way.
var duckFloats = floatForms()

func floatForms() map[string]duckForm {
	forms := map[string]duckForm{
		"float8um(float8)": "-$1", "float4um(float4)": "-$1", "float8abs(float8)": "abs($1)", "abs(float8)": "abs($1)", "abs(float4)": "abs($1)",
		"float8up(float8)": "$1", "float4up(float4)": "$1",
		"round(float8)": "round_even($1, 0)", "floor(float8)": "floor($1)", "ceil(float8)": "ceil($1)", "ceiling(float8)": "ceil($1)",
		"trunc(float8)": "trunc($1)", "pi()": "pi()", "random()": "random()",
		"sqrt(float8)": "CASE WHEN $1 < 0 THEN {2201F:cannot take square root of a negative number} ELSE sqrt($1) END",
		"ln(float8)":   logarithm("ln"), "log(float8)": logarithm("log10"), "log10(float8)": logarithm("log10"),
		"exp(float8)":  "CASE WHEN isinf(exp($1)) AND NOT isinf($1) THEN " + overflow + " WHEN exp($1) = 0 AND NOT isinf($1) THEN " + underflow + " ELSE exp($1) END",
		"atan(float8)": "atan($1)", "atan2(float8,float8)": "atan2($1, $2)", "sin(float8)": "sin($1)", "cos(float8)": "cos($1)", "tan(float8)": "tan($1)",
	}
	for prefix, types := range map[string]string{"float4": "float4,float4", "float8": "float8,float8", "float48": "float4,float8", "float84": "float8,float4"} {
		infinite := func(op string) duckForm {
			return duckForm("CASE WHEN isinf($1 " + op + " $2) AND NOT isinf($1) AND NOT isinf($2) THEN " + overflow)
		}
		forms[prefix+"pl("+types+")"] = infinite("+") + " ELSE $1 + $2 END"
		forms[prefix+"mi("+types+")"] = infinite("-") + " ELSE $1 - $2 END"
		forms[prefix+"mul("+types+")"] = infinite("*") + " WHEN $1 * $2 = 0 AND $1 <> 0 AND $2 <> 0 THEN " + underflow + " ELSE $1 * $2 END"
		forms[prefix+"div("+types+")"] = "CASE WHEN $2 = 0 AND NOT isnan($1) THEN {22012:division by zero} WHEN isinf($1 / $2) AND NOT isinf($1) THEN " +
			overflow + " WHEN $1 / $2 = 0 AND $1 <> 0 AND NOT isinf($2) THEN " + underflow + " ELSE $1 / $2 END"
	}
	return forms
}

func logarithm(f string) duckForm {
	return duckForm("CASE WHEN $1 = 0 THEN {2201E:cannot take logarithm of zero} WHEN $1 < 0 THEN {2201E:cannot take logarithm of a negative number} ELSE " + f + "($1) END")
}
