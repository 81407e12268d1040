// Package audit is the durable, tamper-evident log of everything Waggle does for a person. Each record is a leaf of an
// RFC 6962 Merkle log from the first record on; what must be on disk before a call leaves is on disk when the method
// returns, and when it cannot be, the method refuses: the log fails closed.
//
// A record has a clear part, JSON that says who did what, and a sealed part, ciphertext of the client's own literals. The
// leaf covers both as they are stored, so that destroying a sealing key keeps every proof valid.
//
// An audit directory holds
//
//	0000000000000000.log  segments, named by their first record; records in frames with checksums
//	hashes                the tree's stored hashes, derived from the records
//	checkpoint            the last signed checkpoint (C2SP tlog-checkpoint), never older than any other file says
//	checkpoints           all of them, one after the other
//	cut-…                 torn tails that were taken off after a crash
//	lock                  held by the one process that writes
//
// Who can write to the directory can take the whole log back to an earlier checkpoint. Only a copy of a later checkpoint kept
// elsewhere shows that; VerifyDir takes such copies.
package audit

import (
	"context"

	"github.com/waggle-sql/waggle/identity"
)

// Sealer encrypts the sealed part of a record under a key of one person; the vault implements it. KeyID is stored in the
// clear part; Unseal fails once that key is destroyed. Errors carry their own SQLSTATE.
type Sealer interface {
	Seal(ctx context.Context, org identity.OrgID, person identity.PersonID, plaintext []byte) (keyID string, sealed []byte, err error)
	Unseal(ctx context.Context, org identity.OrgID, keyID string, sealed []byte) ([]byte, error)
}

// ID names one statement from Begin to End: a random UUID of version 7, fit to be sent to a source as its query tag.
type ID string

// Begin is what is known before a statement runs.
type Begin struct {
	Session    *identity.Session // who asks; required
	Statement  string            // the client's text with each literal replaced by $n, all else verbatim
	Literals   []string          // the literals in order of their numbers; sealed or dropped, never in clear
	Parameters []string          // bound parameters as text; treated as literals
	Model      string            // version of the model
	Path       string            // local, direct, extract or federate
	Entities   []Entity          // lineage, from the plan
}

// Entity is one entity that a statement reads, with the properties it returns and those it only compares.
type Entity struct {
	Name          string   `json:"name"`
	Columns       []string `json:"columns,omitempty"`
	FilterColumns []string `json:"filter_columns,omitempty"`
}

// Access is one call about to be made: one Run of one Request. It holds nothing that came from a source.
type Access struct {
	Source     string `json:"source"`
	Object     string `json:"object,omitempty"`
	Credential string `json:"credential"`                 // user or org
	Subject    string `json:"external_subject,omitempty"` // who the source says the token is
	Role       string `json:"role,omitempty"`             // that the request asks for at the source
	Warehouse  string `json:"warehouse,omitempty"`        // likewise
	Template   string `json:"template,omitempty"`         // the request without literals
	Request    string `json:"request"`                    // our own id of this request, unique within the statement
	Keys       int64  `json:"keys,omitempty"`             // number of keys pushed from another source
	KeyDigest  string `json:"key_digest,omitempty"`       // over those keys, by Log.Digest
}

// Outcome is how a statement ended.
type Outcome string

// The outcomes. Aborted is written by the log itself for a statement whose process died; Running is shown for one that has
// not ended and is never stored.
const (
	OK        Outcome = "ok"
	Denied    Outcome = "denied"
	Failed    Outcome = "error"
	Cancelled Outcome = "cancelled"
	TimedOut  Outcome = "timeout"
	Aborted   Outcome = "aborted"
	Running   Outcome = "running"
)

// End is what is known when a statement is over, however it ended.
type End struct {
	Rows      int64      `json:"rows"`        // sent to the client
	Bytes     int64      `json:"bytes"`       // sent to the client
	Duration  float64    `json:"duration_ms"` // milliseconds
	SQLState  string     `json:"sqlstate"`    // 00000 on success
	Outcome   Outcome    `json:"outcome"`
	Cached    bool       `json:"cached,omitempty"` // answered from the session's result cache
	Calls     []Call     `json:"calls,omitempty"`
	Workspace *Workspace `json:"workspace,omitempty"`
}

// Call is what became of one Access; Request joins the two.
type Call struct {
	Request    string   `json:"request"`
	QueryID    string   `json:"source_query_id,omitempty"` // the source's own
	RequestIDs []string `json:"request_ids,omitempty"`     // the source's own, one per exchange
	Pages      int64    `json:"pages,omitempty"`
	Retries    int64    `json:"retries,omitempty"`
	Rows       int64    `json:"rows"`
	Bytes      int64    `json:"bytes"`
	Status     string   `json:"status,omitempty"` // HTTP status or the source's code
}

// Workspace is what is known of the worker process that served a statement.
type Workspace struct {
	PID       int    `json:"pid"`
	PeakBytes int64  `json:"peak_bytes,omitempty"`
	Killed    string `json:"killed,omitempty"` // why it was killed before its time
}

// Private is the plaintext of a record's sealed part.
type Private struct {
	Literals   []string `json:"literals,omitempty"`
	Parameters []string `json:"parameters,omitempty"`
	Address    string   `json:"address,omitempty"`
}
