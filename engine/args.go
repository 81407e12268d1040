// Package engine runs a Prepared for one person. It is the one door to tokens and sources (invariant 2).
package engine

import "github.com/waggle-sql/waggle/internal/datum"

// Args fill a plan's Late leaves: the parameters' values in order, and the session's environment with its clock.
type Args struct {
	Values []datum.Value
	Env    *datum.Env
	// Sources are what SET waggle.<connection>.<name> has chosen, by "<connection>.<name>".
	Sources map[string]string
	// Clocked says that the caller ends the context when the statement's time is over, so that a cursor's pauses do not count;
	// otherwise Limits.Timeout ends a worker's.
	Clocked bool
}
