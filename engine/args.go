// Package engine runs a Prepared for one person. It is the one door to tokens and sources (invariant 2).
package engine

import "github.com/waggle-sql/waggle/internal/datum"

// Args fill a plan's Late leaves: the parameters' values in order, and the session's environment with its clock.
type Args struct {
	Values []datum.Value
	Env    *datum.Env
}
