package dbsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// Error is an error in Databricks's words: its class (error-messages/error-classes), SQLSTATE and whole message.
type Error = sqltree.Error

// states are the SQLSTATEs of the classes (error-messages/sqlstates).
var states = map[string]string{
	"AMBIGUOUS_REFERENCE":                      "42704",
	"ARITHMETIC_OVERFLOW":                      "22003",
	"ASSIGNMENT_ARITY_MISMATCH":                "42802",
	"CANNOT_RESOLVE_STAR_EXPAND":               "42704",
	"CAST_INVALID_INPUT":                       "22018",
	"CAST_OVERFLOW":                            "22003",
	"DATATYPE_MISMATCH":                        "42K09",
	"DATETIME_FIELD_OUT_OF_BOUNDS":             "22023",
	"INTERVAL_ARITHMETIC_OVERFLOW":             "22015",
	"INVALID_TIMEZONE":                         "22009",
	"DATETIME_OVERFLOW":                        "22008",
	"DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION":  "22003",
	"DISTINCT_WINDOW_FUNCTION_UNSUPPORTED":     "0A000",
	"DIVIDE_BY_ZERO":                           "22012",
	"GROUP_BY_AGGREGATE":                       "42903",
	"GROUP_BY_POS_OUT_OF_RANGE":                "42805",
	"INCOMPATIBLE_COLUMN_TYPE":                 "42825",
	"INSUFFICIENT_PERMISSIONS":                 "42501",
	"INVALID_ARRAY_INDEX":                      "22003",
	"INVALID_ESCAPE_CHAR":                      "42604",
	"INVALID_EXTRACT_FIELD":                    "42601",
	"INVALID_FORMAT":                           "42601",
	"INVALID_INDEX_OF_ZERO":                    "22003",
	"INVALID_INLINE_TABLE":                     "42000",
	"INVALID_INTERVAL_FORMAT":                  "22006",
	"INVALID_LIMIT_LIKE_EXPRESSION":            "42K0E",
	"INVALID_NUMERIC_LITERAL_RANGE":            "22003",
	"INVALID_SQL_SYNTAX":                       "42000",
	"INVALID_SUBQUERY_EXPRESSION":              "42823",
	"INVALID_TYPED_LITERAL":                    "42604",
	"INVALID_WHERE_CONDITION":                  "42903",
	"INVALID_WITHIN_GROUP_EXPRESSION":          "42K0K",
	"MISSING_AGGREGATION":                      "42803",
	"NUMERIC_VALUE_OUT_OF_RANGE":               "22003",
	"NUM_COLUMNS_MISMATCH":                     "42826",
	"OPERATION_CANCELED":                       "HY008",
	"ORDER_BY_POS_OUT_OF_RANGE":                "42805",
	"REMAINDER_BY_ZERO":                        "22012",
	"SCALAR_SUBQUERY_TOO_MANY_ROWS":            "21000",
	"TABLE_OR_VIEW_NOT_FOUND":                  "42P01",
	"UNBOUND_SQL_PARAMETER":                    "42P02",
	"UNRESOLVABLE_TABLE_VALUED_FUNCTION":       "42883",
	"UNRESOLVED_COLUMN":                        "42703",
	"UNRESOLVED_ROUTINE":                       "42883",
	"UNSUPPORTED_EXPR_FOR_WINDOW":              "42P20",
	"UNSUPPORTED_FEATURE":                      "0A000",
	"UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY": "0A000",
	"USER_RAISED_EXCEPTION":                    "P0001",
	"WINDOW_FUNCTION_AND_FRAME_MISMATCH":       "42K0E",
	"WINDOW_FUNCTION_WITHOUT_ORDER_BY":         "42601",
	"WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE":      "42601",
	"WRONG_NUM_ARGS":                           "42605",
}

// failure is an error of a class, which may have a subclass after a point.
func failure(class, format string, args ...any) *Error {
	head, _, _ := strings.Cut(class, ".")
	state := states[head]
	return &Error{Class: class, SQLState: state, Message: fmt.Sprintf("[%s] %s SQLSTATE: %s", class, fmt.Sprintf(format, args...), state)}
}

// unsupported refuses what Databricks has and this package does not answer.
func unsupported(format string, args ...any) *Error {
	return failure("UNSUPPORTED_FEATURE", "The feature is not supported: %s.", fmt.Sprintf(format, args...))
}

// tooComplex is the error of statements beyond the limits of length, nesting and chains.
func tooComplex() *Error {
	return &Error{Class: "FAILED_TO_PARSE_TOO_COMPLEX", SQLState: "54001", Message: "[FAILED_TO_PARSE_TOO_COMPLEX] The statement, " +
		"including potential SQL functions " +
		"and referenced views, was too complex to parse. SQLSTATE: 54001"}
}

// refused is the error of a text that is no statement.
func refused(text string, f *sqltree.Fault) *Error {
	if f.Complex {
		return tooComplex()
	}
	at := min(max(f.At, 0), len(text))
	line := strings.Count(text[:at], "\n") + 1
	position := len([]rune(text[strings.LastIndexByte(text[:at], '\n')+1 : at]))
	near := "'" + f.Near + "'"
	if f.Near == "<EOF>" {
		near = "end of input"
	}
	return &Error{Class: "PARSE_SYNTAX_ERROR", SQLState: "42601", Message: fmt.Sprintf("[PARSE_SYNTAX_ERROR] Syntax error at or near %s. SQLSTATE: 42601 (line %d, pos %d)",
		near, line, position)}
}

// ticked writes names as messages show them.
func ticked(parts ...string) string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = "`" + strings.ReplaceAll(p, "`", "``") + "`"
	}
	return strings.Join(out, ".")
}

// mismatch is an operator or function that takes no arguments of these types.
func mismatch(text string, args []value) *Error {
	return failure("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "Cannot resolve \"%s\" due to data type mismatch: the types of the "+
		"arguments, %s, do not fit.",
		text, typesOf(args))
}

func typesOf(args []value) string {
	types := make([]string, len(args))
	for i, a := range args {
		types[i] = `"` + a.Type.upper() + `"`
	}
	return strings.Join(types, ", ")
}

// Translate returns what Databricks reports for an error of DuckDB's that a compiled text raised; nil for nil.
func Translate(err error) *Error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if class, state, message, ok := sqltree.Raised(text, "WDB|", "|BDW"); ok {
		return &Error{Class: class, SQLState: state, Message: fmt.Sprintf("[%s] %s SQLSTATE: %s", class, message, state)}
	}
	for _, k := range knownErrors {
		if strings.Contains(text, k.contains) {
			return failure(k.class, "%s", k.message)
		}
	}
	return &Error{Class: "INTERNAL_ERROR", SQLState: "XX000", Message: "[INTERNAL_ERROR] The statement failed. SQLSTATE: XX000"}
}

const outOfRange = "The value cannot be represented in the type of the result. If necessary set \"ansi_mode\" to \"false\" to bypass this error, and return NULL instead."

// knownErrors maps the texts of DuckDB's own run-time errors.
var knownErrors = []struct{ contains, class, message string }{
	{"More than one row returned by a subquery", "SCALAR_SUBQUERY_TOO_MANY_ROWS", "More than one row returned by a subquery used as an expression."},
	{"INTERRUPT", "OPERATION_CANCELED", "The operation has been canceled."},
	{"context canceled", "OPERATION_CANCELED", "The operation has been canceled."},
	{"of INT128", "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", outOfRange},
	{"of DECIMAL", "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", outOfRange},
	{"to DECIMAL(", "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", outOfRange},
	{"Unknown TimeZone", "INVALID_TIMEZONE", "The time zone is invalid. The timezone must be either a region-based zone ID or a zone offset."},
	{"Date out of range", "DATETIME_OVERFLOW", "Datetime operation overflow. If necessary set \"ansi_mode\" to \"false\" to bypass this error."},
	{"Like pattern must not end", "INVALID_FORMAT.ESC_AT_THE_END", "The format is invalid. The escape character is not allowed to end with."},
	{"Type INT128 with value", "ARITHMETIC_OVERFLOW", "long overflow. If necessary set \"ansi_mode\" to \"false\" to bypass this error."},
	{"Overflow in", "ARITHMETIC_OVERFLOW", "Overflow. If necessary set \"ansi_mode\" to \"false\" to bypass this error."},
	{"can't be cast because the value is out of range", "CAST_OVERFLOW", "The value cannot be cast due to an overflow. Use `try_cast` to tolerate overflow and return NULL instead."},
	{"Could not cast value", "CAST_OVERFLOW", "The value cannot be cast due to an overflow. Use `try_cast` to tolerate overflow and return NULL instead."},
	{"Could not convert string", "CAST_OVERFLOW", "The value cannot be cast due to an overflow. Use `try_cast` to tolerate overflow and return NULL instead."},
	{"out of range", "ARITHMETIC_OVERFLOW", "Overflow. If necessary set \"ansi_mode\" to \"false\" to bypass this error."},
	{"verflow", "ARITHMETIC_OVERFLOW", "Overflow. If necessary set \"ansi_mode\" to \"false\" to bypass this error."},
}
