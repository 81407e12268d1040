// Package source is what a connector implements. A connector is a leaf: it knows one system's protocol and converts its
// answers to Arrow at its edge (DECISIONS 1).
package source

import (
	"context"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/planner/plan"
)

// Source is one configured system. Its methods may be called from many goroutines.
type Source interface {
	// Capabilities is constant for the life of the source.
	Capabilities() Capabilities
	// Open returns a connection that acts as the credential's person alone. It may make no call before Run.
	Open(ctx context.Context, c Credential) (Conn, error)
	// Forget ends what is kept open for a person: idle sessions now, those in use when their statement is over. It is called
	// when the person's connection is disconnected, revoked, refused, refreshed or made anew, and does not wait for the system.
	Forget(o Owner)
	// Close ends everything that is kept open; Open must not be called after it.
	Close() error
}

// Owner is whose sessions a source keeps open: they are never used for anybody else, nor for another generation of the
// person's credential.
type Owner struct {
	Organisation string
	Person       string // "" in Forget: everybody of the organisation
	Generation   int64  // of the credential, growing; 0 in Forget: all, else those before it
}

// Conn is one person's connection. One Run is active at a time; cancelling its context reaches the source.
type Conn interface {
	// Describe returns the columns of an object that this person may see; 42501 or 42P01 when none.
	Describe(ctx context.Context, object string) (Schema, error)
	// Run starts a request. The reader's schema is that of the request's columns.
	Run(ctx context.Context, r dialect.Request) (Rows, error)
	Close() error
}

// Rows is a stream of record batches. Release closes it and stops the source.
type Rows interface {
	array.RecordReader
	// Report tells what the source said of the request so far: complete after the last batch, and also on errors.
	Report() Report
}

// Report is what a connector knows of a request after the fact, for the audit log. It holds no value of a row.
type Report struct {
	QueryID  string   // the source's own id, "" when it gives none
	Requests []string // ids of each HTTP exchange: the source's when it gives one, else the id that we sent
	Pages    int
	Retries  int
	Rows     int64
	Bytes    int64 // received
	Status   string
}

// Capabilities is what the planner may ask of a source, per physical object.
type Capabilities struct {
	Language string // rest, catalog, or a SQL dialect's
	// Collation of a SQL source's text, "C.UTF-8" where it is known to be ours; "" makes the dialect say its own.
	Collation string
	Session   plan.Settings // of the session that asks, which In sets; zero where they are not known
	Version   string        // changes whenever the answer changes; part of the plan cache's key
	Objects   map[string]dialect.Object
	Keys      dialect.Keys // what a SQL source takes as a list of join keys
	Region    string       // where its data lives, "" when the configuration does not say
	// Settings are what SET waggle.<connection>.<name> chooses for a person's sessions, with the configured values: role, warehouse.
	Settings map[string]string
	Org      bool // requests use the organisation's credential (DECISIONS 25)
}

// SQL returns the dialect of a SQL source; false for any other.
func (c Capabilities) SQL() (dialect.SQL, bool) {
	return dialect.SQLFor(c.Language, c.Collation, c.Session)
}

// In returns the capabilities as a session with these settings may use them.
func (c Capabilities) In(set plan.Settings) Capabilities {
	c.Session = set
	return c
}

// Schema is an object as one person sees it.
type Schema struct{ Columns []Column }

// Column is a described column.
type Column struct {
	Name    string // physical
	Type    plan.Type
	NotNull bool
	// Collation of text as plan.Column has it.
	Collation string
	Field     *plan.Field // of a source that is asked by fields, else nil
}

// Credential is what a connection is opened with; the set is closed.
type Credential interface{ credential() }

type (
	// Bearer is an OAuth access token. Refresh, when the source answers that the token is not valid, returns the next
	// one with its own Expires and Owner, once; it goes through the vault under the same session.
	Bearer struct {
		Owner     Owner
		Token     secret.Text
		Expires   time.Time // zero when unknown
		Login     string    // of the asking person: the user name where a source asks for one
		BaseURL   string    // what the token's answer named as API base, "" for the configured one
		Person    string    // verified e-mail of the asking person: the key of a permission profile
		Role      string    // SET waggle.<connection>.role or the configured one, "" for the person's own default
		Warehouse string    // likewise
		Refresh   func(ctx context.Context) (Bearer, error)
	}
	// Password is a person's own login at a source. Rejected is called when the source does not accept it; its error says
	// where the person connects again.
	Password struct {
		Owner    Owner
		User     string
		Password secret.Text
		Rejected func(ctx context.Context) error
	}
	// Certificate is a person's own client certificate and key, in PEM. Rejected is Password's.
	Certificate struct {
		Owner       Owner
		User        string
		Certificate []byte
		Key         secret.Text
		Rejected    func(ctx context.Context) error
	}
	// Inside is no credential: it names whose view source/catalog shows.
	Inside struct{ Organisation, Person, View string }
)

func (Bearer) credential()      {}
func (Password) credential()    {}
func (Certificate) credential() {}
func (Inside) credential()      {}
