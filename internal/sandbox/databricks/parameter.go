package databricks

import (
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/databricks/dbsql"
)

// defaults are the configuration parameters that a SQL warehouse's sessions may set, with their defaults
// (https://docs.databricks.com/aws/en/sql/language-manual/sql-ref-parameters).
func defaults() map[string]string {
	return map[string]string{
		"ansi_mode": "true", "enable_photon": "true", "legacy_time_parser_policy": "EXCEPTION", "max_file_partition_bytes": "128m",
		"query_tags": "", "read_only_external_metastore": "false", "statement_timeout": "172800", "timezone": "Etc/UTC", "use_cached_result": "true",
	}
}

// set changes a parameter of a session. The caller holds the session's lock, or has the session for itself.
func (n *session) set(name, value string) *dbsql.Error {
	name = strings.ToLower(name)
	if strings.HasPrefix(name, "spark.") {
		return nil // of drivers, which the service passes over
	}
	if _, known := n.conf[name]; !known {
		return refusal("CONFIG_NOT_AVAILABLE", "42K0I", "Configuration "+name+" is not available.")
	}
	switch name {
	case "ansi_mode":
		if !strings.EqualFold(value, "true") {
			return refusal("UNSUPPORTED_FEATURE", "0A000", "The feature is not supported: statements without ansi_mode.")
		}
	case "timezone":
		if _, err := time.LoadLocation(value); err != nil || value == "" || value == "Local" {
			return refusal("INVALID_CONF_VALUE.TIME_ZONE", "22022", "The value '"+value+"' in the config \"timezone\" is invalid. Cannot resolve the given timezone.")
		}
	case "statement_timeout":
		if seconds, err := strconv.Atoi(value); err != nil || seconds < 0 || seconds > 172800 {
			return refusal("INVALID_CONF_VALUE", "22022", "The value '"+value+"' in the config \"statement_timeout\" is invalid.")
		}
	}
	n.conf[name] = value
	return nil
}

// overlay reads what a statement changes of the session's parameters for itself.
func (op *operation) overlay() *dbsql.Error {
	n := &session{conf: defaults()}
	op.conf = map[string]string{}
	for name, value := range op.in.ConfOverlay {
		if no := n.set(name, value); no != nil {
			return no
		}
		op.conf[strings.ToLower(name)] = value
	}
	return nil
}

// refusal is an error in the service's words.
func refusal(class, state, text string) *dbsql.Error {
	return &dbsql.Error{Class: class, SQLState: state, Message: "[" + class + "] " + text + " SQLSTATE: " + state}
}

// timeout is how long a statement may run: the shorter of what the session and the call allow; 0 is no limit.
func (n *session) timeout(call int64) time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	seconds, _ := strconv.ParseInt(n.conf["statement_timeout"], 10, 64) // set has read it
	if call > 0 && (seconds == 0 || call < seconds) {
		seconds = call
	}
	return time.Duration(seconds) * time.Second
}
