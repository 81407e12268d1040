package sqltree

import "fmt"

// Error is an error in a warehouse's own words: Snowflake counts its errors, Databricks names them.
type Error struct {
	Number   int    // Snowflake's number
	Class    string // Databricks's class, with its subclass
	SQLState string
	Message  string
}

// Error returns the message; behind a number and its SQLSTATE, as Snowflake's drivers show it.
func (e *Error) Error() string {
	if e.Number == 0 {
		return e.Message
	}
	return fmt.Sprintf("%06d (%s): %s", e.Number, e.SQLState, e.Message)
}
