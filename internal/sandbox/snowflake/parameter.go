package snowflake

import (
	"slices"
	"strconv"
	"strings"
)

// defaults are the session parameters that clients are told of, with the account's defaults
// (https://docs.snowflake.com/en/sql-reference/parameters).
func defaults() map[string]any {
	return map[string]any{
		"ABORT_DETACHED_QUERY":            false,
		"AUTOCOMMIT":                      true,
		"BINARY_OUTPUT_FORMAT":            "HEX",
		"CLIENT_RESULT_CHUNK_SIZE":        160,
		"CLIENT_SESSION_KEEP_ALIVE":       false,
		"CLIENT_TELEMETRY_ENABLED":        true,
		"CLIENT_PREFETCH_THREADS":         4,
		"DATE_INPUT_FORMAT":               "AUTO",
		"DATE_OUTPUT_FORMAT":              "YYYY-MM-DD",
		"ERROR_ON_NONDETERMINISTIC_MERGE": true,
		"GO_QUERY_RESULT_FORMAT":          "ARROW",
		"LOCK_TIMEOUT":                    43200,
		"MULTI_STATEMENT_COUNT":           1,
		"QUERY_TAG":                       "",
		"QUOTED_IDENTIFIERS_IGNORE_CASE":  false,
		"ROWS_PER_RESULTSET":              0,
		"STATEMENT_TIMEOUT_IN_SECONDS":    172800,
		"STRICT_JSON_OUTPUT":              false,
		"TIMESTAMP_INPUT_FORMAT":          "AUTO",
		"TIMESTAMP_LTZ_OUTPUT_FORMAT":     "",
		"TIMESTAMP_NTZ_OUTPUT_FORMAT":     "YYYY-MM-DD HH24:MI:SS.FF3",
		"TIMESTAMP_OUTPUT_FORMAT":         "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM",
		"TIMESTAMP_TYPE_MAPPING":          "TIMESTAMP_NTZ",
		"TIMESTAMP_TZ_OUTPUT_FORMAT":      "",
		"TIMEZONE":                        "America/Los_Angeles",
		"TIME_INPUT_FORMAT":               "AUTO",
		"TIME_OUTPUT_FORMAT":              "HH24:MI:SS",
		"TWO_DIGIT_CENTURY_START":         1970,
		"USE_CACHED_RESULT":               true,
		"WEEK_OF_YEAR_POLICY":             0,
		"WEEK_START":                      0,
	}
}

// sessionParameters are the defaults with what a login asks for; the service passes over what it does not know.
func sessionParameters(asked map[string]any) map[string]any {
	out := defaults()
	for name, value := range asked {
		name = strings.ToUpper(name)
		if standard, ok := out[name]; ok {
			if typed, ok := typedAs(standard, value); ok {
				out[name] = typed
			}
		}
	}
	return out
}

// typedAs gives a value the type of a parameter's default; false where it is not of that type.
func typedAs(standard, value any) (any, bool) {
	switch standard.(type) {
	case bool:
		b, err := strconv.ParseBool(strings.ToLower(text(value)))
		return b, err == nil
	case int:
		i, err := strconv.Atoi(text(value))
		return i, err == nil
	}
	return text(value), true
}

// set changes a session parameter, or gives it its default again where value is nil.
func (n *session) set(name string, value *string) *failure {
	standard, ok := defaults()[name]
	if !ok {
		return fail("001007", "22023", "SQL compilation error:\ninvalid parameter '"+name+"'")
	}
	if value == nil {
		n.parameters[name] = standard
		return nil
	}
	typed, ok := typedAs(standard, *value)
	if !ok {
		return fail("001008", "22023", "SQL compilation error:\ninvalid value ["+*value+"] for parameter '"+name+"'")
	}
	n.parameters[name] = typed
	return nil
}

// parameter returns a session parameter.
func (n *session) parameter(name string) any {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.parameters[name]
}

// shown returns a copy of the session's parameters.
func (n *session) shown() map[string]any {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := map[string]any{}
	for name, value := range n.parameters {
		out[name] = value
	}
	return out
}

// nameValues is the wire's form of parameters, in the order of their names.
func nameValues(parameters map[string]any) []map[string]any {
	var names []string
	for name := range parameters {
		names = append(names, name)
	}
	slices.Sort(names)
	out := make([]map[string]any, len(names))
	for i, name := range names {
		out[i] = map[string]any{"name": name, "value": parameters[name]}
	}
	return out
}
