package datum

import "time"

// Env is what a value's meaning depends on besides itself: the session's settings and the transaction's clock.
// The zero Env means UTC, ISO dates in MDY order, and an epoch clock.
type Env struct {
	Zone             *time.Location // nil is UTC
	ZoneName         string         // as SHOW TimeZone prints it
	DateOrder        DateOrder
	DateStyle        DateFormat
	IntervalStyle    IntervalFormat
	ExtraFloatDigits int8 // 1 and above: shortest exact output; PostgreSQL's default is 1
	ByteaEscape      bool
	Now              Timestamp        // start of the transaction
	Statement        Timestamp        // start of the statement
	Clock            func() Timestamp // clock_timestamp(); nil is Statement
	User, Database   string
	Session          string   // session_user
	Schemas          []string // effective search_path, for current_schema()
	ServerVersion    string
	Started          Timestamp                        // when the server did; 0 is not known
	Setting          func(name string) (string, bool) // current_setting
	// Set is set_config and Cancel pg_cancel_backend or, with end, pg_terminate_backend; nil where functions may have no
	// effect (DECISIONS 13). Backend is pg_backend_pid.
	Set     func(name, value string, local bool) (string, error)
	Cancel  func(backend int64, end bool) (bool, error)
	Backend int32
}

// DateOrder is the order of ambiguous input dates.
type DateOrder uint8

// The orders of DateStyle.
const (
	MDY DateOrder = iota
	DMY
	YMD
)

// DateFormat is the output format of dates and timestamps.
type DateFormat uint8

// The formats of DateStyle.
const (
	ISO DateFormat = iota
	SQL
	Postgres
	German
)

// IntervalFormat is the output format of intervals.
type IntervalFormat uint8

// The formats of IntervalStyle.
const (
	IntervalPostgres IntervalFormat = iota
	IntervalPostgresVerbose
	IntervalSQLStandard
	IntervalISO8601
)
