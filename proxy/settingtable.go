package proxy

import (
	"math"
	"strings"
	"sync"
)

// serverVersion is the version of PostgreSQL whose behaviour this server has.
const serverVersion = "17.9"

const maxInt = math.MaxInt32

// table lists the parameters that differ from PostgreSQL's in what they do, who may set them or where they begin.
var table = [...]setting{
	{name: "application_name", kind: kindASCII, about: "The application name to be reported in statistics and the audit log."},
	{name: "array_nulls", kind: kindBool, boot: "on", about: "Reads NULL in array input as a null element."},
	{name: "backslash_quote", kind: kindEnum, boot: "safe_encoding", values: []string{"safe_encoding", "on", "off"}, about: `Sets whether "\'" is allowed in string literals.`},
	{name: "bytea_output", kind: kindEnum, boot: "hex", values: []string{"escape", "hex"}, about: "Sets the output format for bytea."},
	{name: "client_encoding", kind: kindEncoding, boot: "UTF8", about: "The client's character set encoding."},
	{name: "client_min_messages", kind: kindEnum, boot: "notice", values: []string{"debug5", "debug4", "debug3", "debug2", "debug1", "log", "notice", "warning", "error"}, about: "The message levels that are sent to the client."},
	{name: "data_checksums", kind: kindInternal, boot: "on", about: "Nothing is stored here."},
	{name: "DateStyle", kind: kindDateStyle, boot: "ISO, MDY", about: "The display format for date and time values."},
	{name: "debug_assertions", kind: kindInternal, boot: "off", about: "Assertions are off."},
	{name: "default_text_search_config", boot: "pg_catalog.simple", about: "The default text search configuration."},
	{name: "default_toast_compression", kind: kindEnum, boot: "pglz", values: []string{"pglz", "lz4"}, about: "Accepted and without effect."},
	{name: "default_transaction_deferrable", kind: kindBool, boot: "off", about: "The default deferrable status of new transactions."},
	{name: "default_transaction_isolation", kind: kindEnum, boot: "read committed", values: isolationLevels, about: "The isolation level of each new transaction."},
	{name: "default_transaction_read_only", kind: kindBool, boot: "off", about: "The read-only status of new transactions; writes are refused in any case."},
	{name: "extra_float_digits", kind: kindInteger, boot: "1", lo: -15, hi: 3, about: "The number of digits displayed for floating-point values."},
	{name: "force_parallel_mode", kind: kindEnum, boot: "off", values: []string{"off", "on", "regress"}, about: "Accepted and without effect."},
	{name: "idle_in_transaction_session_timeout", kind: kindInteger, unit: "ms", boot: "0", hi: maxInt, about: "The allowed idle time between queries in a transaction."},
	{name: "idle_session_timeout", kind: kindInteger, unit: "ms", boot: "0", hi: maxInt, about: "The allowed idle time between queries outside a transaction."},
	{name: "in_hot_standby", kind: kindInternal, boot: "off", about: "This server is no standby."},
	{name: "integer_datetimes", kind: kindInternal, boot: "on", about: "Datetimes are integers."},
	{name: "IntervalStyle", kind: kindEnum, boot: "postgres", values: []string{"postgres", "postgres_verbose", "sql_standard", "iso_8601"}, about: "The display format for interval values."},
	{name: "is_superuser", kind: kindInternal, boot: "off", about: "Nobody is a superuser here."},
	{name: "lc_collate", kind: kindInternal, boot: "C.UTF-8", about: "The collation order locale."},
	{name: "lc_ctype", kind: kindInternal, boot: "C.UTF-8", about: "The character classification locale."},
	{name: "lc_messages", boot: "C.UTF-8", about: "The language of messages."},
	{name: "lc_monetary", boot: "C.UTF-8", about: "The locale for monetary amounts."},
	{name: "lc_numeric", boot: "C.UTF-8", about: "The locale for numbers."},
	{name: "lc_time", boot: "C.UTF-8", about: "The locale for dates and times."},
	{name: "lo_compat_privileges", kind: kindBool, boot: "off", about: "Accepted and without effect."},
	{name: "lock_timeout", kind: kindInteger, unit: "ms", boot: "0", hi: maxInt, about: "Accepted; nothing is locked."},
	{name: "log_duration", kind: kindBool, boot: "off", about: "Accepted and without effect."},
	{name: "log_min_duration_statement", kind: kindInteger, unit: "ms", boot: "-1", lo: -1, hi: maxInt, about: "Accepted and without effect."},
	{name: "log_min_messages", kind: kindEnum, boot: "warning", values: []string{"debug5", "debug4", "debug3", "debug2", "debug1", "info", "notice", "warning", "error", "log", "fatal", "panic"}, about: "Accepted and without effect."},
	{name: "log_statement", kind: kindEnum, boot: "none", values: []string{"none", "ddl", "mod", "all"}, about: "Accepted and without effect."},
	{name: "max_connections", kind: kindServer, boot: "20000", about: "The maximum number of concurrent connections."},
	{name: "max_identifier_length", kind: kindInternal, boot: "63", about: "The maximum identifier length."},
	{name: "max_index_keys", kind: kindInternal, boot: "32", about: "The maximum number of index keys."},
	{name: "max_prepared_transactions", kind: kindServer, boot: "0", about: "Two-phase commit is not offered."},
	{name: "port", kind: kindServer, boot: "5432", about: "The port that the server listens on."},
	{name: "quote_all_identifiers", kind: kindBool, boot: "off", about: "When generating SQL fragments, quote all identifiers."},
	{name: "role", kind: kindRole, boot: "none", about: "The current role."},
	{name: "row_security", kind: kindBool, boot: "on", about: "Accepted; the sources decide which rows a person sees."},
	{name: "scram_iterations", kind: kindInteger, boot: "4096", lo: 1, hi: maxInt, about: "The iteration count of SCRAM secrets."},
	{name: "search_path", kind: kindPath, boot: `"$user", public`, about: "The schema search order for names that are not qualified."},
	{name: "server_encoding", kind: kindInternal, boot: "UTF8", about: "The server's character set encoding."},
	{name: "server_version", kind: kindInternal, boot: serverVersion, about: "The server's version."},
	{name: "server_version_num", kind: kindInternal, boot: "170009", about: "The server's version as a number."},
	{name: "session_authorization", kind: kindRole, about: "The session's user name."},
	{name: "session_replication_role", kind: kindEnum, boot: "origin", values: []string{"origin", "replica", "local"}, about: "Accepted and without effect."},
	{name: "ssl", kind: kindServer, boot: "on", about: "Whether TLS is offered."},
	{name: "standard_conforming_strings", kind: kindEnum, boot: "on", values: []string{"on"}, about: `Causes '...' strings to treat backslashes literally.`},
	{name: "statement_timeout", kind: kindInteger, unit: "ms", boot: "0", hi: maxInt, about: "The maximum allowed duration of any statement."},
	{name: "TimeZone", kind: kindTimeZone, boot: "UTC", about: "The time zone for displaying and interpreting time stamps."},
	{name: "timezone_abbreviations", boot: "Default", about: "The file of time zone abbreviations."},
	{name: "transaction_deferrable", kind: kindBool, boot: "off", about: "Whether a read-only serializable transaction may wait."},
	{name: "transaction_isolation", kind: kindEnum, boot: "read committed", values: isolationLevels, about: "The current transaction's isolation level."},
	{name: "transaction_read_only", kind: kindBool, boot: "off", about: "The current transaction's read-only status; writes are refused in any case."},
	{name: "transform_null_equals", kind: kindEnum, boot: "off", values: []string{"off"}, about: `"expr=NULL" is never treated as "expr IS NULL".`},
	{name: "waggle.pushdown", kind: kindEnum, boot: "auto", values: []string{"auto", "strict", "off"}, about: "What may be computed at the sources: auto, strict refuses what would be computed here, off pulls rows."},
}

var isolationLevels = []string{"serializable", "repeatable read", "read committed", "read uncommitted"}

// reported lists the parameters that the client is told of, at the start and on change.
var reported = [...]string{
	"application_name", "client_encoding", "DateStyle", "default_transaction_read_only", "in_hot_standby", "integer_datetimes",
	"IntervalStyle", "is_superuser", "scram_iterations", "search_path", "server_encoding", "server_version",
	"session_authorization", "standard_conforming_strings", "TimeZone",
}

var byName = sync.OnceValue(func() map[string]*setting {
	m := make(map[string]*setting, len(parameters()))
	for _, g := range parameters() {
		m[strings.ToLower(g.name)] = g
	}
	return m
})
