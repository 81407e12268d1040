package proxy

import (
	"math"
	"strings"
	"sync"
)

// serverVersion is the version of PostgreSQL whose behaviour this server has.
const serverVersion = "17.9"

const maxInt = math.MaxInt32

// table lists the parameters in the order of SHOW ALL: by name, without regard to case.
var table = [...]setting{
	{name: "application_name", kind: kindASCII, about: "The application name to be reported in statistics and the audit log."},
	{name: "array_nulls", kind: kindBool, boot: "on", about: "Reads NULL in array input as a null element."},
	{name: "backslash_quote", kind: kindEnum, boot: "safe_encoding", values: []string{"safe_encoding", "on", "off"}, about: `Sets whether "\'" is allowed in string literals.`},
	{name: "backend_flush_after", kind: kindInteger, boot: "0", hi: 256, about: "Accepted and without effect."},
	{name: "bytea_output", kind: kindEnum, boot: "hex", values: []string{"escape", "hex"}, about: "Sets the output format for bytea."},
	{name: "check_function_bodies", kind: kindBool, boot: "on", about: "Accepted and without effect."},
	{name: "client_encoding", kind: kindEncoding, boot: "UTF8", about: "The client's character set encoding."},
	{name: "client_min_messages", kind: kindEnum, boot: "notice", values: []string{"debug5", "debug4", "debug3", "debug2", "debug1", "log", "notice", "warning", "error"}, about: "The message levels that are sent to the client."},
	{name: "constraint_exclusion", kind: kindEnum, boot: "partition", values: []string{"partition", "on", "off"}, about: "Accepted and without effect."},
	{name: "cpu_tuple_cost", kind: kindReal, boot: "0.01", hi: math.MaxInt64, about: "Accepted and without effect."},
	{name: "cursor_tuple_fraction", kind: kindReal, boot: "0.1", hi: 1, about: "Accepted and without effect."},
	{name: "data_checksums", kind: kindInternal, boot: "on", about: "Nothing is stored here."},
	{name: "DateStyle", kind: kindDateStyle, boot: "ISO, MDY", about: "The display format for date and time values."},
	{name: "debug_assertions", kind: kindInternal, boot: "off", about: "Assertions are off."},
	{name: "default_statistics_target", kind: kindInteger, boot: "100", lo: 1, hi: 10000, about: "Accepted and without effect."},
	{name: "default_table_access_method", boot: "heap", about: "Accepted and without effect."},
	{name: "default_tablespace", about: "Accepted and without effect."},
	{name: "default_text_search_config", boot: "pg_catalog.simple", about: "The default text search configuration."},
	{name: "default_toast_compression", kind: kindEnum, boot: "pglz", values: []string{"pglz", "lz4"}, about: "Accepted and without effect."},
	{name: "default_transaction_deferrable", kind: kindBool, boot: "off", about: "The default deferrable status of new transactions."},
	{name: "default_transaction_isolation", kind: kindEnum, boot: "read committed", values: isolationLevels, about: "The isolation level of each new transaction."},
	{name: "default_transaction_read_only", kind: kindBool, boot: "off", about: "The read-only status of new transactions; writes are refused in any case."},
	{name: "effective_cache_size", kind: kindInteger, boot: "524288", lo: 1, hi: maxInt, about: "Accepted and without effect."},
	{name: "enable_bitmapscan", kind: kindBool, boot: "on", about: "Accepted and without effect."},
	{name: "enable_hashagg", kind: kindBool, boot: "on", about: "Accepted and without effect."},
	{name: "enable_hashjoin", kind: kindBool, boot: "on", about: "Accepted and without effect."},
	{name: "enable_indexonlyscan", kind: kindBool, boot: "on", about: "Accepted and without effect."},
	{name: "enable_indexscan", kind: kindBool, boot: "on", about: "Accepted and without effect."},
	{name: "enable_material", kind: kindBool, boot: "on", about: "Accepted and without effect."},
	{name: "enable_memoize", kind: kindBool, boot: "on", about: "Accepted and without effect."},
	{name: "enable_mergejoin", kind: kindBool, boot: "on", about: "Accepted and without effect."},
	{name: "enable_nestloop", kind: kindBool, boot: "on", about: "Accepted and without effect."},
	{name: "enable_seqscan", kind: kindBool, boot: "on", about: "Accepted and without effect."},
	{name: "enable_sort", kind: kindBool, boot: "on", about: "Accepted and without effect."},
	{name: "escape_string_warning", kind: kindBool, boot: "on", about: "Accepted and without effect."},
	{name: "extra_float_digits", kind: kindInteger, boot: "1", lo: -15, hi: 3, about: "The number of digits displayed for floating-point values."},
	{name: "force_parallel_mode", kind: kindEnum, boot: "off", values: []string{"off", "on", "regress"}, about: "Accepted and without effect."},
	{name: "from_collapse_limit", kind: kindInteger, boot: "8", lo: 1, hi: maxInt, about: "Accepted and without effect."},
	{name: "geqo", kind: kindBool, boot: "on", about: "Accepted and without effect."},
	{name: "gin_fuzzy_search_limit", kind: kindInteger, boot: "0", hi: maxInt, about: "Accepted and without effect."},
	{name: "idle_in_transaction_session_timeout", kind: kindInteger, unit: "ms", boot: "0", hi: maxInt, about: "The allowed idle time between queries in a transaction."},
	{name: "idle_session_timeout", kind: kindInteger, unit: "ms", boot: "0", hi: maxInt, about: "The allowed idle time between queries outside a transaction."},
	{name: "in_hot_standby", kind: kindInternal, boot: "off", about: "This server is no standby."},
	{name: "integer_datetimes", kind: kindInternal, boot: "on", about: "Datetimes are integers."},
	{name: "IntervalStyle", kind: kindEnum, boot: "postgres", values: []string{"postgres", "postgres_verbose", "sql_standard", "iso_8601"}, about: "The display format for interval values."},
	{name: "is_superuser", kind: kindInternal, boot: "off", about: "Nobody is a superuser here."},
	{name: "jit", kind: kindBool, boot: "on", about: "Accepted and without effect."},
	{name: "join_collapse_limit", kind: kindInteger, boot: "8", lo: 1, hi: maxInt, about: "Accepted and without effect."},
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
	{name: "maintenance_work_mem", kind: kindInteger, unit: "kB", boot: "65536", lo: 64, hi: maxInt, about: "Accepted and without effect."},
	{name: "max_connections", kind: kindServer, boot: "20000", about: "The maximum number of concurrent connections."},
	{name: "max_identifier_length", kind: kindInternal, boot: "63", about: "The maximum identifier length."},
	{name: "max_index_keys", kind: kindInternal, boot: "32", about: "The maximum number of index keys."},
	{name: "max_parallel_workers_per_gather", kind: kindInteger, boot: "2", hi: 1024, about: "Accepted and without effect."},
	{name: "max_prepared_transactions", kind: kindServer, boot: "0", about: "Two-phase commit is not offered."},
	{name: "parallel_setup_cost", kind: kindReal, boot: "1000", hi: math.MaxInt64, about: "Accepted and without effect."},
	{name: "parallel_tuple_cost", kind: kindReal, boot: "0.1", hi: math.MaxInt64, about: "Accepted and without effect."},
	{name: "plan_cache_mode", kind: kindEnum, boot: "auto", values: []string{"auto", "force_generic_plan", "force_custom_plan"}, about: "Accepted and without effect."},
	{name: "port", kind: kindServer, boot: "5432", about: "The port that the server listens on."},
	{name: "quote_all_identifiers", kind: kindBool, boot: "off", about: "When generating SQL fragments, quote all identifiers."},
	{name: "random_page_cost", kind: kindReal, boot: "4", hi: math.MaxInt64, about: "Accepted and without effect."},
	{name: "role", kind: kindRole, boot: "none", about: "The current role."},
	{name: "row_security", kind: kindBool, boot: "on", about: "Accepted; the sources decide which rows a person sees."},
	{name: "scram_iterations", kind: kindInteger, boot: "4096", lo: 1, hi: maxInt, about: "The iteration count of SCRAM secrets."},
	{name: "search_path", kind: kindPath, boot: `"$user", public`, about: "The schema search order for names that are not qualified."},
	{name: "seq_page_cost", kind: kindReal, boot: "1", hi: math.MaxInt64, about: "Accepted and without effect."},
	{name: "server_encoding", kind: kindInternal, boot: "UTF8", about: "The server's character set encoding."},
	{name: "server_version", kind: kindInternal, boot: serverVersion, about: "The server's version."},
	{name: "server_version_num", kind: kindInternal, boot: "170009", about: "The server's version as a number."},
	{name: "session_authorization", kind: kindRole, about: "The session's user name."},
	{name: "session_replication_role", kind: kindEnum, boot: "origin", values: []string{"origin", "replica", "local"}, about: "Accepted and without effect."},
	{name: "ssl", kind: kindServer, boot: "on", about: "Whether TLS is offered."},
	{name: "standard_conforming_strings", kind: kindEnum, boot: "on", values: []string{"on"}, about: `Causes '...' strings to treat backslashes literally.`},
	{name: "statement_timeout", kind: kindInteger, unit: "ms", boot: "0", hi: maxInt, about: "The maximum allowed duration of any statement."},
	{name: "synchronize_seqscans", kind: kindBool, boot: "on", about: "Accepted and without effect."},
	{name: "synchronous_commit", kind: kindEnum, boot: "on", values: []string{"local", "remote_write", "remote_apply", "on", "off"}, about: "Accepted and without effect."},
	{name: "temp_buffers", kind: kindInteger, boot: "1024", lo: 100, hi: maxInt, about: "Accepted and without effect."},
	{name: "temp_tablespaces", about: "Accepted and without effect."},
	{name: "TimeZone", kind: kindTimeZone, boot: "UTC", about: "The time zone for displaying and interpreting time stamps."},
	{name: "timezone_abbreviations", boot: "Default", about: "The file of time zone abbreviations."},
	{name: "transaction_deferrable", kind: kindBool, boot: "off", about: "Whether a read-only serializable transaction may wait."},
	{name: "transaction_isolation", kind: kindEnum, boot: "read committed", values: isolationLevels, about: "The current transaction's isolation level."},
	{name: "transaction_read_only", kind: kindBool, boot: "off", about: "The current transaction's read-only status; writes are refused in any case."},
	{name: "transaction_timeout", kind: kindInteger, unit: "ms", boot: "0", hi: maxInt, about: "Accepted and without effect."},
	{name: "transform_null_equals", kind: kindEnum, boot: "off", values: []string{"off"}, about: `"expr=NULL" is never treated as "expr IS NULL".`},
	{name: "vacuum_cost_delay", kind: kindReal, boot: "0", hi: 100, about: "Accepted and without effect."},
	{name: "waggle.pushdown", kind: kindEnum, boot: "auto", values: []string{"auto", "strict", "off"}, about: "What may be computed at the sources: auto, strict refuses what would be computed here, off pulls rows."},
	{name: "work_mem", kind: kindInteger, unit: "kB", boot: "4096", lo: 64, hi: maxInt, about: "Accepted and without effect."},
	{name: "xmlbinary", kind: kindEnum, boot: "base64", values: []string{"base64", "hex"}, about: "Accepted and without effect."},
	{name: "xmloption", kind: kindEnum, boot: "content", values: []string{"content", "document"}, about: "Accepted and without effect."},
}

var isolationLevels = []string{"serializable", "repeatable read", "read committed", "read uncommitted"}

// reported lists the parameters that the client is told of, at the start and on change.
var reported = [...]string{
	"application_name", "client_encoding", "DateStyle", "default_transaction_read_only", "in_hot_standby", "integer_datetimes",
	"IntervalStyle", "is_superuser", "scram_iterations", "search_path", "server_encoding", "server_version",
	"session_authorization", "standard_conforming_strings", "TimeZone",
}

var byName = sync.OnceValue(func() map[string]*setting {
	m := make(map[string]*setting, len(table))
	for i := range table {
		m[strings.ToLower(table[i].name)] = &table[i]
	}
	return m
})
